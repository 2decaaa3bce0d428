-- SPDX-License-Identifier: MIT
-- docs/strategies.md is followed step by step, as a reader would: its files are written, its commands run.
--
-- A block of Lua begins with the name of its file: "-- first.lua: ..." is the whole file, "-- first.lua, more: ..."
-- goes in before its last line. A block of sh is run line by line. A comment above a block says what it takes:
-- "<!-- module -->" the Lua module, which not every build can load; "<!-- interrupted -->" a person who types Ctrl-C.
local json = require("cjson")
local module = require("module")
local program = require("program")
local system = require("system")

local steps, here, tools

-- { language, body, mark } of each block, also of those in lists.
local function read_steps(text)
  local list, block, mark = {}, nil, ""
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    local fence, indent = line:match("^%s*```(%w*)$"), #line:match("^%s*")
    if block and fence then
      list[#list + 1], block, mark = block, nil, ""
    elseif block then
      block.body = block.body .. line:sub(block.indent + 1) .. "\n"
    elseif fence then
      block = { language = fence, body = "", indent = indent, mark = mark }
    elseif line ~= "" then
      mark = line:match("^<!%-%- (.*) %-%->$")
    end
  end
  return list
end

local function write_file(name, text)
  local file = assert(io.open(here .. "/" .. name, "w"))
  file:write(text)
  file:close()
end

setup(function()
  program.setup()
  steps = read_steps(program.read("docs/strategies.md"))
  here = program.path("here")
  assert(os.execute("mkdir '" .. here .. "'"))
  tools = module.tools()
end)
teardown(program.teardown)

-- Runs a block of sh in the folder; any command that fails ends it. One that a person ends is ended once it has begun:
-- timeout(1) takes an alarm for its own, whoever sends it.
local function run_block(step)
  write_file(".block.sh", step.body)
  local before = step.mark == "interrupted" and "timeout --preserve-status --signal INT 60 " or ""
  local handle = assert(io.popen(("cd '%s' && : >.out && PATH='%s':\"$PATH\" && echo $$ && exec %ssh -e .block.sh "
    .. ">.out 2>.err"):format(here, tools, before)))
  local pid = handle:read("l")
  if step.mark == "interrupted" then
    local lives = ("kill -0 %s 2>/dev/null"):format(pid)
    while not program.read(here .. "/.out"):find("Watching ", 1, true) and os.execute(lives) do
      system.sleep(0.03)
    end
    os.execute(("kill -ALRM %s 2>/dev/null"):format(pid))
  end
  local _, _, status = handle:close()
  return status, program.read(here .. "/.out"), program.read(here .. "/.err")
end

-- A script with `body` in it, before the line that returns it.
local function extend(name, body)
  local text = program.read(here .. "/" .. name)
  local head, last = text:match("^(.-\n)(return S\n)$")
  assert(head, name .. " ends with return S")
  write_file(name, head .. body .. "\n" .. last)
end

local function luacheck(name)
  local as = name:match("_spec%.lua$") and "tests/spec/" or "strategies/"
  local command = ("'%s' --quiet --no-color --filename %s%s - <'%s/%s' >'%s'"):format(
    os.getenv("ETP_LUACHECK"), as, name, here, name, program.path("luacheck"))
  assert(os.execute(command), program.read(program.path("luacheck")))
end

-- A strategy in a small market, in which none of its hooks may fail.
local function try(name)
  local file = here .. "/" .. name
  local done = program.run(("'%s' --bess 20 --no-baselines --disclose both --json -"):format(file))
  assert(done.status == 0, done.err)
  for _, firm in ipairs(json.decode(done.out).runs.market.firms) do
    if firm.name == name:match("^(.*)%.lua$") then
      assert(firm.script_errors == 0 and firm.bids > 0, firm.last_error)
      return
    end
  end
  error(name .. " took no part")
end

local function follow_lua(step)
  local name, rest = step.body:match("^%-%- ([%w_]+%.lua)([^\n]*)\n")
  assert(name, "the first line of a Lua block names its file: " .. step.body)
  if rest:match("^:") then
    write_file(name, step.body)
  else
    assert(rest:match("^, more: "), "either the whole file or more of it: " .. step.body)
    extend(name, step.body)
  end
  luacheck(name)
  if not name:match("_spec%.lua$") then
    try(name)
  end
end

describe("docs/strategies.md", function()
  it("has steps of both kinds", function()
    local count = {}
    for _, step in ipairs(steps) do
      count[step.language] = (count[step.language] or 0) + 1
    end
    assert.is_true(count.lua >= 5 and count.sh >= 10)
    assert.equal(#steps, count.lua + count.sh)
  end)

  it("can be followed from its beginning to its end", function()
    local skipped = 0
    for _, step in ipairs(steps) do
      if step.mark == "module" and not module.loads() then
        skipped = skipped + 1
      elseif step.language == "lua" then
        follow_lua(step)
      else
        local status, out, err = run_block(step)
        assert.equal(step.mark == "interrupted" and 130 or 0, status, step.body .. out .. err)
        if step.mark == "interrupted" then
          program.says(out, { "Prices: built-in (made up, part of a summer day), " })
        end
      end
    end
    if skipped > 0 then
      pending("this build has no module that Lua can load")
    end
  end)

  it("explains the columns that there are", function()
    local out = program.run("greedy --bess 5 --no-baselines").out
    local text = program.read("docs/strategies.md"):match("\n| column(.-)\n\n")
    local head = assert(out:match("\n  aggregator ([^\n]+)"))
    local known = {}
    for name in text:gmatch("`([^`]+)`") do
      assert.truthy(head:find(name, 1, true), name .. " is a column")
      known[#known + 1] = name
    end
    for name in head:gsub("avg price", "avg_price"):gmatch("%S+") do
      assert.truthy(table.concat(known, " "):find(name:gsub("_", " "), 1, true), name .. " is explained")
    end
  end)

  it("leads only to what is there", function()
    local text = program.read("docs/strategies.md")
    local links = 0
    for link in text:gmatch("%]%((%w+%.md)%)") do
      links = links + 1
      assert.truthy(program.read("docs/" .. link))
    end
    assert.is_true(links > 0)
  end)
end)

-- SPDX-License-Identifier: MIT
-- `etp-engine new` writes files that work as they are, and never writes over one that is there.
local json = require("cjson")
local module = require("module")
local program = require("program")

setup(program.setup)
teardown(program.teardown)

local folders = 0

-- A new empty folder.
local function folder()
  folders = folders + 1
  local path = program.path("folder" .. folders)
  assert(os.execute("mkdir '" .. path .. "'"))
  return path
end

-- The program run in a folder.
local function run_in(path, arguments)
  return program.run(arguments, ("cd '%s' &&"):format(path))
end

local function files_in(path)
  local list = {}
  for name in io.popen("ls -A '" .. path .. "'"):lines() do
    list[#list + 1] = name
  end
  return list
end

local function last_line(text)
  return text:match("([^\n]*)\n$")
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local kinds = {
  { kind = "strategy", role = "aggregator", next = "etp-engine check mine.lua && etp-engine mine.lua" },
  { kind = "reserve", role = "bess", next = "etp-engine check mine.lua && etp-engine greedy --reserve mine.lua" },
}

for _, case in ipairs(kinds) do
  describe("etp-engine new " .. case.kind, function()
    local here, done

    before_each(function()
      here = folder()
      done = run_in(here, ("new %s mine"):format(case.kind))
    end)

    it("writes a script and an editor's settings, and says what to run next", function()
      assert.same({ 0, "" }, { done.status, done.err })
      assert.same({ ".luarc.json", "mine.lua" }, files_in(here))
      assert.equal("next: " .. case.next, last_line(done.out))
    end)

    it("has filled in the name, and left out what is about the template", function()
      local text = program.read(here .. "/mine.lua")
      assert.is_nil(text:find("@NAME@", 1, true))
      assert.is_nil(text:find("SPDX", 1, true))
      assert.truthy(text:find("^%-%- mine: "))
      assert.truthy(text:find("---@type etp." .. case.role, 1, true))
    end)

    it("writes a script that luacheck has nothing against", function()
      local luacheck = assert(os.getenv("ETP_LUACHECK"), "ETP_LUACHECK must name luacheck")
      -- As a file of the strategies' folder it may use what the sandbox has and nothing else.
      local command = ("'%s' --quiet --no-color --filename strategies/mine.lua - <'%s/mine.lua' >'%s'"):format(
        luacheck, here, program.path("luacheck"))
      assert(os.execute(command), program.read(program.path("luacheck")))
    end)

    it("writes a script that etp-engine check finds nothing against", function()
      local checked = run_in(here, "check --strict mine.lua")
      assert.equal(0, checked.status, checked.out .. checked.err)
    end)

    it("writes each hook of the role that a newcomer needs", function()
      local api = json.decode(program.run("api --json").out)
      local text = program.read(here .. "/mine.lua")
      for _, hook in ipairs(api.hooks[case.role]) do
        local shown = text:find(("function S.%s%s"):format(hook.name, hook.arguments), 1, true)
        -- What a reload does by itself is only spoken of.
        local spoken = (hook.name == "on_save" or hook.name == "on_load") and text:find(hook.name, 1, true)
        assert.truthy(shown or spoken, hook.name)
      end
    end)
  end)
end

for _, case in ipairs(kinds) do
  describe("etp-engine new " .. case.kind .. " --spec", function()
    local here, done

    before_each(function()
      here = folder()
      done = run_in(here, ("new %s mine --spec"):format(case.kind))
    end)

    it("writes tests beside the script, and says that they come next", function()
      assert.same({ 0, "" }, { done.status, done.err })
      assert.same({ ".luarc.json", "mine.lua", "mine_spec.lua" }, files_in(here))
      local next_one = case.next:gsub("&&", "&& busted mine_spec.lua &&", 1)
      assert.equal("next: " .. next_one, last_line(done.out))
      local text = program.read(here .. "/mine_spec.lua")
      assert.is_nil(text:find("@NAME@", 1, true))
      assert.is_nil(text:find("SPDX", 1, true))
    end)

    it("writes tests that pass as they are, wherever they are started from", function()
      if not module.loads() then
        pending("this build has no module that Lua can load")
      end
      local busted = ("PATH='%s':\"$PATH\" busted"):format(module.tools())
      local out = program.path("busted.out")
      assert(os.execute(("cd '%s' && %s mine_spec.lua >'%s' 2>&1"):format(here, busted, out)), program.read(out))
      assert(os.execute(("cd / && %s '%s/mine_spec.lua' >'%s' 2>&1"):format(busted, here, out)), program.read(out))
      assert.truthy(program.read(out):find("6 successes / 0 failures / 0 errors / 0 pending", 1, true))
    end)

    it("writes tests that fail when the script does something else", function()
      if not module.loads() then
        pending("this build has no module that Lua can load")
      end
      local text, changes = program.read(here .. "/mine.lua"):gsub("ctx.params.step", "0")
      assert.is_true(changes > 0)
      write(here .. "/mine.lua", text)
      local busted = ("PATH='%s':\"$PATH\" busted"):format(module.tools())
      assert.is_nil((os.execute(("cd '%s' && %s mine_spec.lua >/dev/null 2>&1"):format(here, busted))))
    end)

    it("leaves nothing behind where the tests cannot be written", function()
      here = folder()
      write(here .. "/mine_spec.lua", "mine\n")
      done = run_in(here, ("new %s mine --spec"):format(case.kind))
      assert.same({ 1, "" }, { done.status, done.out })
      program.says(done.err, { "mine_spec.lua is there already and was left as it is" })
      assert.same({ "mine_spec.lua" }, files_in(here))
    end)
  end)
end

local function firm_in(result, name)
  for _, firm in ipairs(result.runs.market.firms) do
    if firm.name == name then
      return firm
    end
  end
  error("no firm " .. name)
end

describe("what etp-engine new wrote", function()
  it("bids and wins against the shipped strategies, without an error, in every mechanism", function()
    local here = folder()
    run_in(here, "new strategy mine")
    for _, mechanism in ipairs({ "first-price", "second-price", "ascending", "uniform-price" }) do
      local done = run_in(here, "mine.lua --bess 30 --no-baselines --disclose both --json - --mechanism " .. mechanism)
      assert.equal(0, done.status, done.err)
      assert.equal("", done.err)
      local mine = firm_in(json.decode(done.out), "mine")
      assert.is_true(mine.bids > 0 and mine.wins > 0)
      assert.equal(0, mine.script_errors)
    end
  end)

  it("sells, and earns owners more than no market does", function()
    local here = folder()
    run_in(here, "new reserve mine")
    local done = run_in(here, "greedy --reserve mine.lua --bess 50 --no-baselines --json -")
    assert.same({ 0, "" }, { done.status, done.err })
    local market = json.decode(done.out).runs.market
    assert.same({ "mine", 0 }, { market.policy.name, market.policy.script_errors })
    assert.is_true(market.energy_kwh > 0)
    assert.is_true(market.net_benefit_micro > 0)
  end)

  it("takes its parameters from the command line, under its name", function()
    local here = folder()
    run_in(here, "new strategy shy")
    local done = run_in(here, "shy.lua --bess 10 --no-baselines --set shy.margin=2 --json -")
    assert.equal(0, done.status, done.err)
    assert.equal(2, firm_in(json.decode(done.out), "shy").params.margin)
  end)
end)

describe("the editor's settings", function()
  it("name the folder of the annotations, and switch Lua's own library off", function()
    local here = folder()
    run_in(here, "new strategy mine")
    local settings = json.decode(program.read(here .. "/.luarc.json"))
    assert.equal("Lua 5.4", settings["runtime.version"])
    local annotations = settings["workspace.library"][1]
    assert.equal("/", annotations:sub(1, 1))
    assert.truthy(program.read(annotations .. "/api.lua"):find("@class etp.offer", 1, true))
    assert.truthy(program.read(annotations .. "/sandbox.lua"):find("function pairs", 1, true))
    for _, library in ipairs({ "basic", "io", "os", "math", "string", "table", "package", "debug", "coroutine" }) do
      assert.equal("disable", settings["runtime.builtin"][library])
    end
  end)

  it("are left alone where there are some, and the missing line is printed", function()
    local here = folder()
    write(here .. "/.luarc.json", "{}\n")
    local done = run_in(here, "new strategy mine")
    assert.equal(0, done.status)
    assert.equal("{}\n", program.read(here .. "/.luarc.json"))
    program.says(done.out, { ".luarc.json is there already", '"workspace.library": ["/' })
  end)

  it("are not spoken of where they name the annotations already", function()
    local here = folder()
    run_in(here, "new strategy mine")
    local before = program.read(here .. "/.luarc.json")
    local done = run_in(here, "new strategy other")
    assert.equal(0, done.status)
    assert.is_nil(done.out:find("luarc", 1, true))
    assert.equal(before, program.read(here .. "/.luarc.json"))
  end)
end)

describe("etp-engine new", function()
  it("never writes over a file", function()
    local here = folder()
    write(here .. "/mine.lua", "mine\n")
    local done = run_in(here, "new strategy mine")
    assert.same({ 1, "" }, { done.status, done.out })
    program.says(done.err, { "mine.lua is there already and was left as it is", "another name" })
    assert.equal("mine\n", program.read(here .. "/mine.lua"))
    assert.same({ "mine.lua" }, files_in(here))
  end)

  it("does not write through a link that leads nowhere", function()
    local here = folder()
    assert(os.execute(("ln -s elsewhere.lua '%s/mine.lua'"):format(here)))
    local done = run_in(here, "new strategy mine")
    assert.equal(1, done.status)
    assert.same({ "mine.lua" }, files_in(here))
  end)

  it("writes in the folder that --dir names", function()
    local here = folder()
    assert(os.execute("mkdir '" .. here .. "/my scripts'"))
    local done = run_in(here, "new strategy mine --dir 'my scripts'")
    assert.equal(0, done.status)
    assert.same({ ".luarc.json", "mine.lua" }, files_in(here .. "/my scripts"))
    assert.equal("next: etp-engine check 'my scripts/mine.lua' && etp-engine 'my scripts/mine.lua'",
      last_line(done.out))
  end)

  it("leaves nothing behind where it cannot write everything", function()
    local here = folder()
    assert(os.execute(("ln -s /nowhere/settings '%s/.luarc.json'"):format(here)))
    local done = run_in(here, "new strategy mine")
    assert.same({ 1, "" }, { done.status, done.out })
    program.says(done.err, { ".luarc.json is there already" })
    assert.same({ ".luarc.json" }, files_in(here))
  end)

  it("says why a folder cannot be written in", function()
    local done = program.run("new strategy mine --dir /proc")
    assert.same({ 1, "" }, { done.status, done.out })
    program.says(done.err, { "/proc/mine.lua cannot be written" })
  end)

  local refused = {
    { "new", { "new what?", "new strategy NAME" } },
    { "new strategy", { "the name is missing", "new strategy NAME" } },
    { "new bidder mine", { "new writes a strategy or a reserve policy, no 'bidder'", "new reserve NAME" } },
    { "new strategy mine yours", { "one at a time" } },
    { "new strategy mine.lua", { "name it without .lua: mine" } },
    { "new strategy sub/mine", { "has a folder in it", "--dir" } },
    { "new strategy 'my bid'", { "cannot be a script's name", "letters, digits, _ and -" } },
    { "new strategy ''", { "cannot be a script's name" } },
    { "new strategy -- -mine", { "cannot be a script's name" } },
    { "new strategy m\xc3\xa9in", { "cannot be a script's name" } },
    { "new strategy " .. ("x"):rep(65), { "1 to 64 letters" } },
    { "new strategy world", { "--set world.NAME=VALUE means something else" } },
    { "new reserve reserve", { "take another name" } },
    { "new strategy mine --dir nowhere", { "there is no folder nowhere" } },
    { "new strategy mine --dir", { "--dir needs a value" } },
    { "new strategy mine --seed 3", { "--seed is an option of run and not of new" } },
  }
  for _, case in ipairs(refused) do
    it("refuses " .. case[1], function()
      local here = folder()
      local done = run_in(here, case[1])
      assert.same({ 2, "" }, { done.status, done.out })
      program.says(done.err, case[2])
      assert.same({}, files_in(here))
    end)
  end

  it("is in the help", function()
    program.says(program.run("--help").out, { "\n  new ", "\n  api " })
    local help = program.run("help new")
    assert.equal(0, help.status)
    program.says(help.out, { "usage: etp-engine new strategy NAME", "--dir DIR" })
  end)
end)

-- SPDX-License-Identifier: MIT
-- Files of a run: scripts and prices that cannot be used, results that cannot be written, and what a signal leaves.
local program = require("program")

local GREEDY = "strategies/greedy.lua"
local DAY = GREEDY .. " --bess 10 --no-baselines "

setup(program.setup)
teardown(program.teardown)

local expect = program.expect_sentence

-- Whether a part of that file of ours lies there.
local function unfinished(name)
  local list = assert(io.popen("ls '" .. program.path(".") .. "'"))
  local names = "\n" .. list:read("a")
  list:close()
  return names:find("\n" .. name .. ".", 1, true) ~= nil
end

describe("a script that cannot be run", function()
  local function script(name, text)
    return program.write(name, text)
  end

  it("is missing", function()
    expect(program.run("nowhere/elephant.lua"), 1, "nowhere/elephant.lua: there is no such file; check the path")
    expect(program.run("strategies/gredy.lua"), 1,
      "strategies/gredy.lua: there is no such file; did you mean the shipped greedy?")
    expect(program.run(GREEDY .. " --reserve fixd.lua"), 1,
      "fixd.lua: there is no such file; did you mean the shipped fixed?")
  end)

  it("is a directory", function()
    expect(program.run("strategies"), 1, "directory")
  end)

  it("is not readable", function()
    local path = script("secret.lua", "return {}")
    assert(os.execute("chmod 000 '" .. path .. "'"))
    if io.open(path) then
      pending("who runs this test may read everything")
      return
    end
    expect(program.run(path), 1, "secret.lua")
  end)

  it("has a syntax error", function()
    expect(program.run(script("broken.lua", "local x = 1\nreturn {")), 1, "broken.lua:2:")
  end)

  it("has no hooks", function()
    local path = script("empty.lua", 'return { api = 1, name = "empty", role = "aggregator" }')
    expect(program.run(path), 1, "it has no hooks")
  end)

  it("is a reserve policy among the strategies, or the other way round", function()
    expect(program.run("strategies/reserve/fixed.lua"), 1, "give it to --reserve")
    expect(program.run(GREEDY .. " --reserve strategies/random.lua"), 1, "--reserve takes a policy")
  end)

  it("raises an error on every call, and loses its bids but not the run", function()
    local path = script("bad.lua", [[
      return { api = 1, name = "bad", role = "aggregator", on_offer = function() error("out of ideas") end }]])
    local done = program.run(path .. " " .. DAY)
    assert.equal(0, done.status)
    assert.truthy(done.out:find("bad: %d+ of %d+ calls failed.*bad.lua:1: out of ideas"), done.out)
    local _, lines = done.err:gsub("\n", "")
    assert.equal(1, lines, done.err)
    local market = program.result(path .. " " .. DAY).runs.market
    for _, firm in ipairs(market.firms) do
      if firm.name == "bad" then
        assert.equal(0, firm.bids)
        assert.is_true(firm.script_errors > 0)
        assert.equal(firm.script_calls, firm.script_errors)
      end
    end
    assert.is_true(market.energy_mwh > 0)
  end)

  it("raises an error whose text is another each time, and is told of once for each line", function()
    local path = script("bad.lua", [[
      local S = { api = 1, role = "aggregator" }
      function S.on_offer(_, offer)
        if offer.energy > 0.3 then error("much: " .. offer.energy) end
        error("little: " .. offer.energy)
      end
      return S]])
    local err = program.run(path .. " " .. DAY).err
    local _, lines = err:gsub("\n", "")
    assert.equal(2, lines, err)
    assert.truthy(err:find("^error script strategy=bad hook=on_offer at=%S+bad.lua:[34] error=ETP_ESCRIPT text="), err)
    local _, much = err:gsub("much: ", "")
    assert.equal(1, much, err)
  end)

  it("writes lines that are alike, and is told how many were dropped", function()
    local path = script("chatty.lua", [[
      return { api = 1, role = "aggregator", on_start = function(ctx) ctx.log("here") ctx.log("here") end }]])
    local err = program.run(path .. " " .. DAY .. "--log info").err
    assert.equal(("info script strategy=chatty node=chatty text=\"here\"\n"):rep(2), err)
    path = script("chatty.lua", [[
      return { api = 1, role = "aggregator", on_start = function(ctx) for i = 1, 350 do ctx.log(i) end end }]])
    local done = program.run(path .. " --bess 10")
    assert.equal("warn script strategy=chatty dropped=250 text=\"log lines over 100 in 1000 calls\"\n", done.err)
    assert.equal("", program.run(path .. " " .. DAY .. "--log error").err)
  end)
end)

describe("a price file that cannot be used", function()
  local good
  setup(function()
    good = program.read(program.prices("good.csv", 2, function() return 80 end))
  end)

  local function refuses(text, sentence)
    local path = program.write("prices.csv", text)
    local done = program.run(DAY .. "--prices " .. path)
    expect(done, 1, path)
    assert.truthy(done.err:lower():find(sentence), done.err)
  end

  -- The n-th line, the head being the first, replaced by what `change` makes of it.
  local function with_line(number, change)
    local count = 0
    return (good:gsub("[^\n]*\n", function(line)
      count = count + 1
      if count == number then
        return change(line)
      end
    end))
  end

  it("is missing, a directory, or empty", function()
    expect(program.run(DAY .. "--prices nowhere.csv"), 1, "nowhere.csv")
    expect(program.run(DAY .. "--prices strategies"), 2, "strategies is a folder")
    expect(program.run(DAY .. "--prices strategies --region VIC1 --from 2025-01-01"), 1, "no prices of VIC1")
    refuses("", "empty")
  end)

  it("has a gap", function()
    refuses(with_line(100, function() return "" end), "100")
  end)

  it("has two prices for one interval", function()
    refuses(with_line(100, function(line) return line .. line:gsub(",80,", ",90,") end), "101")
  end)

  it("has other columns", function()
    refuses(with_line(1, function() return "WHEN,WHAT\n" end), "column")
  end)

  it("has a price that is no number", function()
    refuses(with_line(50, function(line) return (line:gsub(",80,", ",NaN,")) end), "50")
  end)

  it("has a byte that is not UTF-8", function()
    refuses(with_line(50, function(line) return (line:gsub("VIC1", "VIC\xff")) end), "50")
  end)

  it("holds too few days", function()
    local path = program.write("prices.csv", good)
    expect(program.run(DAY .. "--days 2 --prices " .. path), 2, "holds 1 whole day")
  end)

  it("has another length of interval than can be made of it", function()
    local path = program.write("prices.csv", good)
    local done = program.run(DAY .. "--interval 8m --prices " .. path)
    assert.equal(2, done.status)
  end)
end)

describe("a result that cannot be written", function()
  it("ends with a sentence when there is no such folder", function()
    expect(program.run(DAY .. "--json nowhere/x.json"), 1, "nowhere/x.json cannot be written")
    expect(program.run(DAY .. "--events nowhere/x.jsonl"), 1, "nowhere/x.jsonl cannot be written")
  end)

  it("ends with a sentence when the disk is full", function()
    if not io.open("/dev/full", "w") then
      pending("there is no /dev/full")
      return
    end
    expect(program.run(DAY .. "--json /dev/full"), 1, "/dev/full cannot be written")
    expect(program.run(DAY .. "--events /dev/full"), 1, "/dev/full cannot be written")
    local err = program.path("err")
    local _, _, status = os.execute(("'%s' %s >/dev/full 2>'%s'"):format(program.engine, DAY, err))
    assert.equal(1, status)
    assert.truthy(program.read(err):find("standard output cannot be written", 1, true))
  end)

  it("is refused when it would write over what the run reads, or over the other result", function()
    local mine = program.write("mine.lua", program.read("strategies/greedy.lua"))
    local prices = program.prices("p.csv", 3, function() return 90 end)
    local policy = program.write("policy.lua", program.read("strategies/reserve/two_tier.lua"))
    for _, case in ipairs({
      { mine, "--events " .. mine }, { mine, "--json " .. mine .. " greedy " .. mine },
      { policy, "greedy --reserve " .. policy .. " --events " .. policy },
      { prices, "greedy --prices " .. prices .. " --json " .. prices },
    }) do
      local before = program.read(case[1])
      local arguments = case[2]:find("greedy", 1, true) and case[2] or mine .. " " .. case[2]
      expect(program.run(arguments .. " --bess 2"), 2, "would write over")
      assert.equal(before, program.read(case[1]))
    end
    local both = program.path("both.json")
    local dotted = both:gsub("([^/]+)$", "./%1")
    expect(program.run(DAY .. "--json " .. both .. " --events " .. dotted), 2, "both name")
    expect(program.run("greedy --digest --json " .. both), 2, "leave out --json")
  end)

  it("ends with a sentence when a script changes while the program starts", function()
    local module = program.write("used.lua", "return { margin = 1 }")
    local path = program.write("uses.lua", [[
      local used = require "used"
      return { api = 1, role = "aggregator", on_offer = function(_, offer) return offer.value - used.margin end }]])
    -- The module is emptied after it was looked at first and before it is loaded for the run.
    local done = program.run(path .. " --bess 2 --events " .. module)
    assert.equal(1, done.status)
    assert.truthy(done.err:find("used.lua: is empty", 1, true), done.err)
  end)

  it("leaves the file of an earlier run as it was", function()
    local path = program.write("old.json", "old")
    assert.equal(1, program.run(DAY .. "--events /dev/full --json " .. path).status)
    assert.equal("old", program.read(path))
    assert.falsy(unfinished("old.json"))
  end)
end)

describe("a run that a signal ends", function()
  -- The shell becomes the program, so that the pid that it tells is the program's.
  local function start(arguments, before)
    local err = program.path("err")
    local handle = io.popen(("echo $$; exec %s '%s' %s 2>'%s'"):format(before or "", program.engine, arguments, err))
    return handle, handle:read("l")
  end

  -- A run of years, which is over only when it is ended.
  local ENDLESS = DAY .. "--quiet --days 3660 --json "

  local function waits_for(path, pid)
    while not unfinished(path) do
      assert(os.execute("kill -0 " .. pid), "it ended by itself")
      os.execute("sleep 0.01")
    end
  end

  -- Whoever runs this test may ignore signals, and what it starts then does so too.
  local function cannot(env)
    local refused = not os.execute(env .. " true 2>/dev/null")
    if refused then
      pending("env(1) cannot say which signals are ignored")
    end
    return refused
  end

  for number, name in pairs({ [1] = "HUP", [2] = "INT", [15] = "TERM" }) do
    it("leaves no file behind, and ends as signals end programs: " .. name, function()
      local default = "env --default-signal=" .. name
      if cannot(default) then
        return
      end
      local path = program.path(name .. ".json")
      local handle, pid = start(ENDLESS .. path, default)
      waits_for(name .. ".json", pid)
      assert(os.execute(("kill -%s %s"):format(name, pid)))
      assert.same({ nil, "signal", number }, { handle:close() })
      assert.falsy(unfinished(name .. ".json"))
      assert.falsy(io.open(path))
    end)
  end

  it("ignores what it was told to ignore", function()
    local path, ignore = program.path("nohup.json"), "env --ignore-signal=HUP"
    if cannot(ignore) then
      return
    end
    local handle, pid = start(ENDLESS .. path, ignore)
    waits_for("nohup.json", pid)
    assert(os.execute("kill -HUP " .. pid) and os.execute("kill -TERM " .. pid))
    assert.same({ nil, "signal", 15 }, { handle:close() })
  end)

  it("leaves no file behind when nobody reads its events", function()
    local path = program.path("unread.json")
    local handle = start(DAY .. "--events - --json " .. path)
    handle:close()
    assert.falsy(unfinished("unread.json"))
  end)
end)

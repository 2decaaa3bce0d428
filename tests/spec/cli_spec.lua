-- SPDX-License-Identifier: MIT
-- The program from outside: what it prints, what it says when something is wrong, and how it ends.
local program = require("program")

local GREEDY = "strategies/greedy.lua"
local DAY = GREEDY .. " --bess 10 --no-baselines "

setup(program.setup)
teardown(program.teardown)

local function expect(done, status, sentence)
  assert.equal(status, done.status, done.err)
  assert.truthy(done.err:find(sentence, 1, true), done.err)
  assert.truthy(done.err:match("^etp%-engine: [^\n]+\n$"), "not one sentence: " .. done.err)
  assert.equal("", done.out)
end

-- Whether a part of that file of ours lies there.
local function unfinished(name)
  local list = assert(io.popen("ls '" .. program.path(".") .. "'"))
  local names = "\n" .. list:read("a")
  list:close()
  return names:find("\n" .. name .. ".", 1, true) ~= nil
end

describe("the first command", function()
  it("is short for run", function()
    assert.equal(program.run(DAY).out, program.run("run " .. DAY).out)
  end)

  it("finds a shipped strategy by its name", function()
    assert.equal(program.run(DAY).out, program.run("greedy --bess 10 --no-baselines").out)
  end)

  it("shows a bar on a terminal only", function()
    -- A bare container may have no pseudo-terminals.
    if not os.execute("script -qec true /dev/null >/dev/null 2>&1") then
      pending("script(1) cannot give it a terminal here")
      return
    end
    local terminal = program.path("terminal")
    local command = ("script -qec \"'%s' %s --bess 10\" /dev/null >'%s'"):format(program.engine, GREEDY, terminal)
    assert.is_true(os.execute(command))
    local bar = "\r%[[#.]+%] +%d+%%"
    assert.truthy(program.read(terminal):find(bar))
    local piped = program.run(GREEDY .. " --bess 10")
    assert.falsy((piped.out .. piped.err):find(bar))
  end)

  it("prints nothing when asked to be quiet", function()
    local done = program.run(DAY .. "--quiet")
    assert.same({ status = 0, out = "", err = "" }, done)
  end)

  it("tells the accounts of the run in its log", function()
    local done = program.run(DAY .. "--quiet --log debug")
    assert.truthy(done.err:find("conserved=yes", 1, true), done.err)
  end)
end)

describe("help", function()
  it("is there under each of its names", function()
    local text = program.run("--help").out
    assert.truthy(text:find("^usage: etp%-engine"))
    for _, name in ipairs({ "help", "help run", "run --help", "-h", GREEDY .. " --help" }) do
      assert.same({ status = 0, out = text, err = "" }, program.run(name))
    end
  end)

  it("lists the commands, each with a help of its own, as the manual does", function()
    local help = program.run("--help").out
    local manual = program.read("docs/man/etp-engine.1"):match("\n%.SH COMMANDS\n(.-)\n%.SH ")
    local count = 0
    for name in help:match("\nCommands[^\n]*\n(.-)\n\n"):gmatch("  (%l+)  ") do
      count = count + 1
      local own = program.run("help " .. name)
      assert.same({ 0, "" }, { own.status, own.err })
      assert.truthy(own.out:find("^usage: etp%-engine [[]?" .. name), own.out)
      assert.equal(own.out, program.run(name .. " --help").out)
      assert.truthy(manual:find("\n.B " .. name .. "\n", 1, true), "not in the manual: " .. name)
    end
    assert.is_true(count >= 3)
  end)

  it("names every option that the manual names, and the other way round", function()
    local manual = program.read("docs/man/etp-engine.1")
    local known = {}
    for command in program.run("--help").out:match("\nCommands[^\n]*\n(.-)\n\n"):gmatch("  (%l+)  ") do
      for option in program.run("help " .. command).out:gmatch("\n  %-%-([a-z-]+)") do
        known[option] = true
        assert.truthy(manual:find("\\-\\-" .. option:gsub("%-", "\\-"), 1, true), "not in the manual: " .. option)
      end
    end
    -- The manual is the same for every program; one without live nodes has no options of theirs.
    if not program.has_live then
      manual = manual:gsub("\n%.SS node\n.-(\n%.SS api\n)", "%1")
    end
    for option in manual:gmatch("\n%.B[IR]? \\%-\\%-([a-z\\-]+)") do
      assert.is_true(known[option:gsub("\\", "")], "not in the help: " .. option)
    end
  end)

  if not program.has_live then
    it("says of what needs live nodes that they are not in this program", function()
      for _, arguments in ipairs({ "node home.lua", "keygen 1001 a.key", "run --live " .. GREEDY,
        "bench network --relay relay" }) do
        local done = program.run(arguments)
        assert.equal(2, done.status)
        program.says(done.err, { "needs nodes on a real network", "was built without them (ETP_LIVE)" })
      end
    end)
  end

  it("names every parameter of the world that the manual names", function()
    local manual, help = program.read("docs/man/etp-engine.1"), program.run("--help").out
    local world = help:match("\nThe world[^\n]*\n(.-)\n\n")
    local count = 0
    for name in ("\n" .. world):gmatch("\n  ([a-z_]+) ") do
      count = count + 1
      assert.truthy(manual:find("\n.B " .. name .. "\n", 1, true), "not in the manual: " .. name)
    end
    assert.is_true(count >= 18)
  end)

  it("says in which order shipped rivals join, and so they do", function()
    local help = program.unwrapped(program.run("--help").out)
    local manual = program.read("docs/man/etp-engine.1"):gsub("\n", " ")
    local words = "in this order: ([%l, ]+), then others by name, skipping those that are named"
    local order = help:match(words)
    assert.equal(order, manual:match(words))
    assert.truthy(program.read("docs/results.md"):gsub("%s+", " "):find(order .. ", then others by name", 1, true))
    -- Named ones are skipped, so what joins beside the second is the first, then the third.
    local names = {}
    for name in order:gmatch("%l+") do
      names[#names + 1] = name
    end
    assert.equal(5, #names)
    local named = table.remove(names, 2)
    local first = " " .. order:gsub(",", "") .. " "
    for path in io.popen("LC_ALL=C ls strategies/*.lua"):lines() do
      local name = path:match("([^/]+)%.lua$")
      if not first:find(" " .. name .. " ", 1, true) then
        names[#names + 1] = name
      end
    end
    assert.is_true(#names > 5)
    names[#names + 1] = named .. "#2"
    for count = 1, #names do
      local arguments = ("%s --bess 1 --no-baselines --interval 24h --rivals %d"):format(named, count)
      local found = {}
      for _, firm in ipairs(program.result(arguments).runs.market.firms) do
        found[firm.name] = true
      end
      local wanted = { [named] = true }
      for i = 1, count do
        wanted[names[i]] = true
      end
      assert.same(wanted, found)
    end
  end)

  it("says what each exit status means, as the manual does", function()
    local text = "\n" .. program.run("--help").out:match("\nExit status:\n(.*)$")
    local manual = program.read("docs/man/etp-engine.1"):match("\n%.SH EXIT STATUS\n(.-)\n%.SH ")
    manual = manual:gsub("\n%.BR? ", "\n"):gsub("\\%-", "-"):gsub("\\%(aq", "'"):gsub("%s+", " "):gsub(" ,", ",")
    local count = 0
    for status, meaning in text:gsub("\n     ", " "):gmatch("\n  (%d)  ([^\n]+)") do
      assert.equal(count, tonumber(status))
      count = count + 1
      program.says(manual:lower(), { ("%s %s."):format(status, meaning:lower()) })
    end
    assert.equal(3, count)
    for line in text:gmatch("[^\n]+") do
      assert.is_true(#line <= 100, line)
    end
  end)

  it("gives its version", function()
    assert.truthy(program.run("--version").out:match("^etp%-engine %d+%.%d+%.%d+\n$"))
  end)
end)

describe("a word", function()
  it("that is a file's name without its end is answered with the file", function()
    local path = program.write("my_own.lua", 'return { api = 1, role = "aggregator", on_start = function() end }')
    local folder = assert(path:match("^(.*)/"))
    local done = program.run("my_own", "cd '" .. folder .. "' &&")
    assert.equal(2, done.status)
    assert.truthy(done.err:find("called 'my_own'; did you mean my_own.lua?", 1, true), done.err)
  end)
end)

describe("what cannot be asked for", function()
  for _, case in ipairs({
    { "", "no strategy was named" },
    { "rnu " .. GREEDY, "did you mean run?" },
    { "gredy", "there is no command and no strategy called 'gredy'; did you mean greedy?" },
    { "greedy --live tcp", "there is no command and no strategy called 'tcp'; did you mean --live=tcp?" },
    { "elephant", "no strategy called 'elephant': name a file, such as strategies/greedy.lua" },
    { GREEDY .. " --reserve two_tiers", "there is no reserve policy called 'two_tiers'; did you mean two_tier?" },
    { GREEDY .. " --reserve elephant", "no reserve policy called 'elephant': name a file" },
    { "help elephants", "no help on 'elephants'" },
    { "help tournamnet", "no help on 'tournamnet'; did you mean tournament?" },
    { "chekc " .. GREEDY, "did you mean check?" },
    { "turnament", "did you mean tournament?" },
    { GREEDY .. " check", "'check' is a command and stands first: etp-engine check ..." },
    { GREEDY .. " --seeds 2", "did you mean --seed?" },
    { GREEDY .. " --rivls 2", "did you mean --rivals?" },
    { GREEDY .. " --elephant", "--help lists" },
    { GREEDY .. " --bess", "--bess needs a value" },
    { GREEDY .. " --bess 0", "from 1 to 100000" },
    { GREEDY .. " --days many", "whole number" },
    { GREEDY .. " --loss 120%", "chance" },
    { GREEDY .. " --window 2", "with its unit" },
    { GREEDY .. " --interval 7m", "divide a day" },
    { GREEDY .. " --interval 1m --window 50s", "an interval of 60.000 s is too short" },
    { GREEDY .. " --fit 00:00=1,25:00=2", "--fit" },
    { GREEDY .. " --set greedy.margn=1", "margin" },
    { GREEDY .. " --set greedy.margin=1000", "0 to 30 c/kWh" },
    { GREEDY .. " --set greddy.margin=1", "did you mean greedy?" },
    { GREEDY .. " --set greedy#2.margin=1", "did you mean greedy?" },
    { GREEDY .. " --set reserve.premum=1", "premium" },
    { GREEDY .. " --set world.spred=1", "did you mean world.spread?" },
    { GREEDY .. " --set world.q=1.5", "from 0 to 1" },
    { GREEDY .. " --set greedy.margin", "NAME.PARAM=VALUE" },
    { GREEDY .. " --check-determinism --json x", "leave out --json" },
    { GREEDY .. " --json x --events x", "a file of its own" },
    { GREEDY .. " --utility fair", "posted, knowing or competitive, not 'fair'" },
    { GREEDY .. " --utility knowing --no-baselines", "--no-baselines runs the market alone" },
    { GREEDY .. " --utility knowing --watch", "--watch runs the market alone" },
    { GREEDY .. " --utility posted --digest", "--digest runs the market alone" },
    { GREEDY .. " --utility posted --check-determinism", "--check-determinism runs the market alone" },
    { GREEDY .. " --owners 2 --rivals 1", "leave one of them out" },
    { GREEDY .. " zip --owners 1", "--owners 1 is fewer than the 2 strategies" },
    { GREEDY .. " --owners 3 --portfolios 8", "shared equally by 3 aggregators: say --portfolios 9" },
    { GREEDY .. " --portfolios 7", "7 portfolios cannot be shared equally by 5 aggregators" },
    { GREEDY .. " --portfolios 1001", "from 1 to 1000" },
  }) do
    it("is refused with a sentence: " .. case[1], function()
      expect(program.run(case[1]), 2, case[2])
    end)
  end

  it("changes nothing when one of several settings is wrong", function()
    expect(program.run(DAY .. "--set greedy.margin=1 --set greedy.margin=1000"), 2, "out of range")
  end)
end)

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

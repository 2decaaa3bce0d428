-- SPDX-License-Identifier: MIT
-- The program from outside: what it prints, what its helps say, and what cannot be asked for.
local program = require("program")

local GREEDY = "strategies/greedy.lua"
local DAY = GREEDY .. " --bess 10 --no-baselines "

setup(program.setup)
teardown(program.teardown)

local expect = program.expect_sentence

describe("the first command", function()
  it("is short for run", function()
    assert.equal(program.run(DAY).out, program.run("run " .. DAY).out)
  end)

  it("finds a shipped strategy by its name", function()
    assert.equal(program.run(DAY).out, program.run("greedy --bess 10 --no-baselines").out)
  end)

  it("shows a bar on a terminal only", function()
    local seen = program.on_terminal(GREEDY .. " --bess 10")
    if not seen then
      pending("script(1) cannot give it a terminal here")
      return
    end
    local bar = "\r%[[#.]+%] +%d+%%"
    assert.truthy(seen:find(bar))
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
    { "greedy --live tcp", program.has_live and
      "there is no command and no strategy called 'tcp'; did you mean --live=tcp?" or "was built without them" },
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

-- SPDX-License-Identifier: MIT
-- etp-engine tournament: the league, what it rests on, and how the command ends.
local json = require("cjson")
local program = require("program")

local SMALL = " --seeds 3 --bess 5 --interval 30m "
local FIELD = "greedy truthful random adaptive"

setup(program.setup)
teardown(program.teardown)

local function tournament(arguments)
  return program.run("tournament " .. arguments)
end

local function league(arguments)
  local done = tournament(arguments .. " --json -")
  assert.equal(0, done.status, done.err)
  return json.decode(done.out)
end

local function by_name(result)
  local found = {}
  for _, standing in ipairs(result.standings) do
    found[standing.name] = standing
  end
  return found
end

local function buyer(name, body)
  return program.write(name .. ".lua",
    ("local S = { api = 1, role = 'aggregator' }\n%s\nreturn S\n"):format(body))
end

local function mean(list)
  local sum = 0
  for _, value in ipairs(list) do
    sum = sum + value
  end
  return sum / #list
end

describe("the league", function()
  local result
  setup(function()
    result = league(FIELD .. " --seeds 4 --bess 8 --table 3")
  end)

  it("ranks by mean profit", function()
    assert.equal(4, #result.standings)
    for place, standing in ipairs(result.standings) do
      assert.equal(place, standing.rank)
      assert.near(mean(standing.profits), standing.profit_per_day, 1e-9)
      local next_one = result.standings[place + 1]
      if next_one then
        assert.is_true(standing.profit_per_day >= next_one.profit_per_day)
        assert.near(standing.profit_per_day - next_one.profit_per_day, standing.to_next.mean, 1e-9)
      else
        assert.equal(json.null, standing.to_next)
      end
    end
  end)

  it("compares with the mean of the field, seed by seed", function()
    local sum = 0
    for _, standing in ipairs(result.standings) do
      local difference = standing.to_field
      sum = sum + difference.mean
      assert.is_true(difference.low <= difference.mean and difference.mean <= difference.high)
      assert.equal(difference.low > 0 or difference.high < 0, difference.clear)
      assert.equal(4, #standing.profits)
    end
    assert.near(0, sum, 1e-9)
  end)

  it("says what was played", function()
    assert.same({ strategies = 4, seats = 3, games = 16, games_per_strategy_and_portfolio = 4,
      fewest_meetings = 8, most_meetings = 8 }, result.design)
    assert.same({ "tournament", "1", 4, 8, 3 }, { result.command, result.seed, result.options.seeds,
      result.options.bess, result.options.table })
    assert.equal("5m", result.options.interval)
    assert.truthy(result.options.reserve:find("two_tier.lua", 1, true))
  end)

  it("is printed in the same order, with bounds and what they mean", function()
    local done = tournament(FIELD .. " --seeds 4 --bess 8 --table 3")
    assert.same({ 0, "" }, { done.status, done.err })
    program.says(done.out, { "4 strategies, 4 seeds from 1, 16 games of 3 at a table, 8 batteries, 1 day a game",
      "each strategy plays 4 games with each of the 3 portfolios; any two meet 8 times", "to the field",
      "95 % bounds of the difference, a paired bootstrap over 4 seeds" })
    local place = 0
    for rank, name, profit in done.out:gmatch("\n +(%d+)  (%l+) +(%-?[%d.]+)  ") do
      place = place + 1
      assert.equal(place, tonumber(rank))
      assert.equal(result.standings[place].name, name)
      assert.equal(("%.2f"):format(100 * result.standings[place].profit_per_day), profit)
    end
    assert.equal(4, place)
  end)
end)

describe("fairness", function()
  -- Twins of one source that hears nothing of its name differ by whom they sat with, and not by portfolios.
  it("gives twins the same results when they are alone with each other", function()
    local result = league("truthful truthful" .. SMALL)
    assert.equal("truthful", result.standings[1].name:match("^%l+"))
    local first, second = result.standings[1], result.standings[2]
    assert.same({ "truthful", "truthful#2" }, (function()
      local names = { first.name, second.name }
      table.sort(names)
      return names
    end)())
    for seed = 1, 3 do
      assert.near(first.profits[seed], second.profits[seed], 1e-9)
    end
    assert.near(0, first.to_next.mean, 1e-9)
    assert.is_false(first.to_next.clear)
  end)

  it("does not look at the order of the files", function()
    local there = league("greedy truthful random" .. SMALL)
    local back = league("random greedy truthful" .. SMALL)
    assert.same(there.standings, back.standings)
  end)

  it("has who bids nothing earn nothing, and who overpays lose", function()
    local idle = buyer("idle", "function S.on_offer() return nil end")
    local spender = buyer("spender", "function S.on_offer(_, offer) return offer.value + 10 end")
    local found = by_name(league(idle .. " " .. spender .. " truthful --seeds 8 --bess 5 --interval 30m"))
    assert.same({ 0, 0, 0 }, { found.idle.profit_per_day, found.idle.bids, found.idle.energy_mwh })
    assert.equal(json.null, found.idle.price_c_per_kwh)
    assert.is_true(found.spender.profit_per_day < 0 and found.spender.to_field.clear)
    assert.equal("spender", found.spender.name)
    assert.equal(3, found.spender.rank)
  end)

  it("counts in one seed's games what a run of the same table gives", function()
    local path = program.path("one.json")
    -- Two at a table in their own order is what run plays, given both and no rivals.
    local done = tournament("greedy truthful --table 2 --seeds 1 --bess 6 --seed 5 --json " .. path)
    assert.equal(0, done.status, done.err)
    program.says(done.out, { "6 batteries, 1 day a game", "each strategy plays 1 game with each of the 2 portfolios",
      "one seed says nothing of how much chance there is" })
    local found = by_name(json.decode(program.read(path)))
    local run = program.result("greedy truthful --rivals 0 --bess 6 --seed 5 --no-baselines")
    for _, firm in ipairs(run.runs.market.firms) do
      assert.is_true(found[firm.name].energy_mwh >= firm.energy_mwh)
      assert.is_true(found[firm.name].trades >= firm.trades and firm.trades > 0)
    end
    assert.equal(json.null, found.greedy.to_field.low)
    assert.is_false(found.greedy.to_field.clear)
  end)
end)

describe("the same command", function()
  it("gives the same bytes, on however many threads", function()
    local one = tournament(FIELD .. SMALL .. "--json - --jobs 1")
    assert.equal(0, one.status, one.err)
    assert.equal(one.out, tournament(FIELD .. SMALL .. "--json - --jobs 2").out)
    assert.equal(one.out, tournament(FIELD .. SMALL .. "--json - --jobs 7").out)
    assert.equal(one.out, program.run("tournament " .. FIELD .. SMALL .. "--json -",
      "LC_ALL=de_DE.UTF-8 TZ=Pacific/Chatham MALLOC_PERTURB_=165").out)
    local text = tournament(FIELD .. SMALL .. "--jobs 1").out
    assert.equal(text, tournament(FIELD .. SMALL .. "--jobs 2").out)
  end)

  it("gives other figures with another seed, or with a parameter set", function()
    local profits = league("greedy truthful" .. SMALL).standings[1].profits
    assert.are_not.same(profits, league("greedy truthful --seed 9" .. SMALL).standings[1].profits)
    local set = league("greedy truthful --set greedy.margin=3" .. SMALL)
    assert.are_not.same(profits, set.standings[1].profits)
    assert.same({ { target = "greedy", param = "margin", value = 3 } }, set.settings)
  end)

  it("plays seeds one by one, so that more of them begin with the same", function()
    local few = by_name(league("greedy random" .. SMALL))
    local more = by_name(league("greedy random --seeds 5 --bess 5 --interval 30m"))
    for name, standing in pairs(few) do
      for seed = 1, 3 do
        assert.equal(standing.profits[seed], more[name].profits[seed])
      end
    end
  end)
end)

describe("days of a price file", function()
  it("are others for each seed, from the first again when they are used up", function()
    -- Dear and cheap days in turn; nothing is left to chance but who takes part.
    local prices = program.prices("prices.csv", 4, function(i)
      return ((i - 144) // 288) % 2 == 0 and 120 or -50
    end)
    local quiet = "--set world.q=1 --set world.noise=0 --failures 0 --jitter 0 --bess 3 "
    local found = by_name(league(("greedy truthful --seeds 6 --prices %s %s"):format(prices, quiet)))
    local traded = {}
    for seed, profit in ipairs(found.greedy.profits) do
      traded[seed] = profit ~= 0
    end
    assert.same({ true, false, true, true, false, true }, traded)
  end)

  it("must be enough for one game", function()
    local prices = program.prices("short.csv", 2, function() return 80 end)
    local done = tournament("greedy truthful --days 5 --prices " .. prices)
    assert.equal(2, done.status)
    program.says(done.err, { "whole day", "--days asks for 5" })
  end)
end)

describe("a script that fails", function()
  it("loses its bids, and the league says why", function()
    local bad = buyer("bad", "function S.on_offer() error('out of ideas') end")
    local done = tournament(bad .. " greedy random" .. SMALL)
    assert.same({ 0, "" }, { done.status, done.err })
    assert.truthy(done.out:find("bad: (%d+) of %1 calls failed: on_offer: [^\n]*bad.lua:2: out of ideas\n"), done.out)
    local found = by_name(league(bad .. " greedy random" .. SMALL))
    assert.equal(0, found.bad.profit_per_day)
    assert.is_true(found.bad.script_errors > 0)
    program.says(found.bad.error, { "out of ideas" })
  end)

  it("is called no more after a thousand failures in a row", function()
    local bad = buyer("bad", "function S.on_offer() error('out of ideas') end")
    local done = tournament(bad .. " greedy --seeds 1 --bess 30")
    assert.equal(0, done.status, done.err)
    program.says(done.out, { "bad: was called no more in 2 games, after 1000 failures in a row" })
  end)

  it("is called no more after ten calls over a limit", function()
    local endless = buyer("endless", "function S.on_offer() while true do end end")
    local done = tournament(endless .. " greedy --seeds 1 --bess 2 --interval 30m")
    assert.equal(0, done.status, done.err)
    program.says(done.out, { "each strategy plays 1 game with", "endless: 20 of 20 calls failed",
      "endless: was called no more in 2 games, after 1000 failures in a row or 10 calls over a limit" })
  end)
end)

it("plays thirty files", function()
  local files = {}
  for i = 1, 30 do
    files[i] = buyer(("buyer%02d"):format(i), ("function S.on_offer(_, o) return o.value - %g end"):format(i / 10))
  end
  local result = league(table.concat(files, " ") .. " --seeds 1 --bess 2 --interval 1h")
  assert.equal(30, #result.standings)
  assert.same({ 30, 5, 30 }, { result.design.strategies, result.design.seats, result.design.games })
end)

it("plays all shipped strategies when none is named", function()
  local pipe = assert(io.popen("ls strategies/*.lua | wc -l"))
  local count = tonumber(pipe:read("a"))
  pipe:close()
  assert.equal(count, #league("--seeds 1 --bess 2 --interval 2h").standings)
end)

describe("what cannot be asked for", function()
  local broken
  setup(function()
    broken = program.write("broken.lua", "return {")
  end)

  for _, case in ipairs({
    { "greedy", 2, "a tournament needs two strategies or more, and only greedy was named" },
    { "greedy strategies/reserve/fixed.lua", 1, "so it is a reserve policy: give it to --reserve" },
    { "greedy nowhere/elephant.lua", 1, "nowhere/elephant.lua: there is no such file" },
    { "greedy gredy", 2, "did you mean greedy?" },
    { "greedy strategies", 1, "directory" },
    { "greedy BROKEN", 1, "broken.lua:1:" },
    { "greedy random --seeds 0", 2, "--seeds takes a whole number from 1 to 10000" },
    { "greedy random --seed", 2, "--seed needs a value" },
    { "greedy random --table 1", 2, "--table takes a whole number from 2 to 32" },
    { "greedy random --jobs 0", 2, "--jobs takes a whole number from 1 to 256" },
    { "greedy random --rivals 3", 2, "--rivals is an option of run and not of tournament" },
    { "greedy random --events x", 2, "--events is an option of run and not of tournament" },
    { "greedy random --sedes 3", 2, "did you mean --seeds?" },
    { "greedy random --set greddy.margin=1", 2, "did you mean greedy?" },
    { "greedy random --set greedy.margin=99", 2, "out of range" },
    { "greedy random --set world.q=2", 2, "from 0 to 1" },
    { "greedy random --mechanism dutch", 2, "--mechanism takes" },
    { "greedy random --interval 1m --window 50s", 2, "too short" },
    { "greedy random --prices nowhere.csv", 1, "nowhere.csv" },
    { "greedy random --reserve strategies/greedy.lua", 1, "--reserve takes a policy" },
    { "greedy random --json nowhere/at/all.json", 1, "cannot be written" },
  }) do
    it("is refused with a sentence: tournament " .. case[1], function()
      local done = tournament((case[1]:gsub("BROKEN", broken)))
      assert.same({ case[2], "" }, { done.status, done.out }, done.err)
      assert.truthy(done.err:match("^etp%-engine: [^\n]+\n$"), done.err)
      program.says(done.err, { case[3] })
    end)
  end

  it("does not let the result take a strategy's place", function()
    local mine = buyer("mine", "function S.on_offer() return 1 end")
    local before = program.read(mine)
    local done = tournament(mine .. " greedy --json " .. mine)
    assert.equal(2, done.status)
    program.says(done.err, { "--json would write over" })
    assert.equal(before, program.read(mine))
  end)
end)

describe("help", function()
  it("is there under each of its names, and says how it is played", function()
    local help = tournament("--help")
    assert.same({ 0, "" }, { help.status, help.err })
    assert.equal(help.out, program.run("help tournament").out)
    program.says(program.unwrapped(help.out), { "usage: etp-engine tournament", "--seeds N", "--jobs N",
      "paired bootstrap over the seeds", "[10]", "The world (--set world.NAME=value):" })
    assert.falsy(help.out:find("--rivals", 1, true))
    for line in help.out:gmatch("[^\n]+") do
      assert.is_true(#line <= 100, line)
    end
  end)
end)

it("has no field that docs/tournament.md does not name", function()
  local page = program.read("docs/tournament.md"):match("\n## %-%-json\n(.*)$")
  local count = 0
  local function look(value)
    for key, inner in pairs(type(value) == "table" and value or {}) do
      if type(key) == "string" then
        count = count + 1
        program.says(page, { "`" .. key .. "`" })
      end
      look(inner)
    end
  end
  local result = league("greedy random --set greedy.margin=1" .. SMALL)
  result.options = {} -- these are named in the help
  look(result)
  assert.is_true(count > 60)
end)

it("shows a bar on a terminal only", function()
  local arguments = "greedy random --seeds 3 --bess 2 --interval 1h"
  local seen = program.on_terminal("tournament " .. arguments)
  if not seen then
    pending("script(1) cannot give it a terminal here")
    return
  end
  local bar = "\r%[[#.]+%] +%d+%%"
  assert.truthy(seen:find(bar))
  local piped = tournament(arguments)
  assert.falsy((piped.out .. piped.err):find(bar))
end)

it("prints nothing when asked to be quiet", function()
  local path = program.path("quiet.json")
  local done = tournament("greedy random --quiet --json " .. path .. SMALL)
  assert.same({ status = 0, out = "", err = "" }, done)
  assert.equal("tournament", json.decode(program.read(path)).command)
end)

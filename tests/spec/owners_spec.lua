-- SPDX-License-Identifier: MIT
-- Who holds the portfolios, and how the single utility buys: through the program, with strategies as they are shipped.
local program = require("program")

setup(program.setup)
teardown(program.teardown)

local CONDUCTS = { "posted", "knowing", "competitive" }

local function truthful(owners)
  return ("%s--owners %d --portfolios 8 --bess 20 --set world.noise=0 --seed 3"):format(
    ("strategies/truthful.lua "):rep(owners), owners)
end

describe("owners of several portfolios", function()
  it("hold equal shares, in order, and each bids with its own script", function()
    for _, owners in ipairs({ 1, 2, 4, 8 }) do
      local result = program.result(truthful(owners) .. " --no-baselines")
      local market = result.runs.market
      assert.same({ owners, 8, "auction" }, { market.owners, market.portfolios, market.conduct })
      assert.same({ owners, 8, 0 }, { result.options.owners, result.options.portfolios, result.options.rivals })
      local held = {}
      for _, firm in ipairs(market.firms) do
        assert.equal(8 // owners, firm.portfolios)
        assert.is_true(firm.energy_mwh > 0 and firm.script_errors == 0, firm.name)
        held[#held + 1] = firm.portfolio
      end
      table.sort(held)
      for i, first in ipairs(held) do
        assert.equal((i - 1) * 8 // owners, first)
      end
      assert.is_true(market.worth_micro > market.paid_micro - market.energy_mwh)
    end
  end)

  it("take part more often than any portfolio does", function()
    local alone = program.result(truthful(1) .. " --no-baselines").runs.market
    local many = program.result(truthful(8) .. " --no-baselines").runs.market
    for _, firm in ipairs(many.firms) do
      assert.is_true(firm.intervals < alone.firms[1].intervals)
    end
  end)

  it("are the market as ever where each holds one", function()
    local usual = program.run("greedy --bess 10 --digest").out
    assert.equal(usual, program.run("greedy --bess 10 --digest --owners 5").out)
    assert.equal(usual, program.run("greedy --bess 10 --digest --portfolios 5").out)
    assert.equal(usual, program.run("greedy --bess 10 --digest --owners 5 --portfolios 5").out)
    assert.not_equal(usual, program.run("greedy --bess 10 --digest --portfolios 10").out)
  end)

  it("are filled up with shipped ones, like any market", function()
    local result = program.result("greedy --owners 2 --portfolios 4 --bess 4 --no-baselines")
    assert.equal(2, #result.runs.market.firms)
    assert.equal(1, result.options.rivals)
  end)

  it("run the same in two processes, on bad links too", function()
    local done = program.run(truthful(2) .. " --loss 20% --duplicate 10% --jitter 100ms --check-determinism")
    assert.equal(0, done.status, done.err)
  end)

  it("are named in the table and in the events", function()
    local events = program.path("events.jsonl")
    local done = program.run(truthful(2) .. " --no-baselines --events '" .. events .. "'")
    program.says(program.unwrapped(done.out), {
      "2 aggregators of 4 portfolios each", "An aggregator that holds 4 serves the best value first",
    })
    local text = program.read(events)
    assert.truthy(text:find('"truthful"', 1, true) and text:find('"truthful#2"', 1, true))
    program.says(program.run(truthful(1) .. " --no-baselines").out, { "1 aggregator of 8 portfolios, " })
    assert.falsy(program.run("greedy --bess 3 --no-baselines").out:find("ortfolios: each", 1, true))
  end)
end)

describe("the single utility", function()
  local results = {}
  setup(function()
    for _, conduct in ipairs(CONDUCTS) do
      results[conduct] = program.result("greedy --bess 20 --portfolios 5 --utility " .. conduct)
    end
  end)

  it("is the same market's, whatever its conduct", function()
    for _, conduct in ipairs(CONDUCTS) do
      local result = results[conduct]
      assert.equal(conduct, result.options.utility)
      assert.same({ conduct, 1, 5 },
        { result.runs.utility.conduct, result.runs.utility.owners, result.runs.utility.portfolios })
      assert.equal(results.posted.runs.market.digest, result.runs.market.digest)
      assert.equal(results.posted.runs.alone.digest, result.runs.alone.digest)
    end
    assert.equal(results.posted.runs.utility.digest, program.result("greedy --bess 20").runs.utility.digest)
  end)

  it("pays owners least when it knows their reserves, and most when it uses no power", function()
    local price = {}
    for _, conduct in ipairs(CONDUCTS) do
      price[conduct] = results[conduct].runs.utility.price_c_per_kwh
    end
    assert.is_true(price.knowing < price.posted and price.posted < price.competitive)
    local function margin(conduct)
      local run = results[conduct].runs.utility
      return run.worth_micro - run.paid_micro
    end
    assert.is_true(margin("knowing") > margin("posted") and margin("posted") > margin("competitive"))
  end)

  it("is named in the table, with what it is", function()
    for conduct, words in pairs({
      posted = "posts the one price that is best for it", knowing = "It pays each battery exactly its reserve",
      competitive = "it pays the price at which supply meets demand",
    }) do
      local text = program.run("greedy --bess 3 --utility " .. conduct).out
      local head = conduct == "posted" and "single" or conduct
      assert.truthy(text:find("\n +market, +" .. head .. " +greedy\n +5 aggregators +utility +alone\n"), text)
      program.says(program.unwrapped(text), { words })
    end
  end)
end)

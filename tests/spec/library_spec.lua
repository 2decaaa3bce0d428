-- SPDX-License-Identifier: MIT
-- What docs/strategies-library.md claims of strategies in whole markets: those that learn come to bid better than those
-- that do not, and owners gain by policies that weigh what selling costs them.
local program = require("program")

local SEEDS = 3

setup(program.setup)
teardown(program.teardown)

local function mean(arguments, read)
  local sum = 0
  for seed = 1, SEEDS do
    local market = program.result(("%s --no-baselines --seed %d"):format(arguments, seed)).runs.market
    for _, firm in ipairs(market.firms) do
      assert.equal(0, firm.script_errors, firm.last_error)
    end
    assert.equal(0, market.policy.script_errors, market.policy.last_error)
    sum = sum + read(market)
  end
  return sum / SEEDS
end

-- What a strategy earns in $ beside the four shipped rivals. Under the same name each has the same draws.
local function surplus(name, arguments)
  local seat = program.write("seat.lua", program.read(("strategies/%s.lua"):format(name)))
  return mean(seat .. " --rivals 4 " .. (arguments or ""), function(market)
    for _, firm in ipairs(market.firms) do
      if firm.name == "seat" then
        return firm.surplus_micro / 1e6
      end
    end
  end)
end

-- What owners gain in $ per battery and day under a policy.
local function net_benefit(policy, arguments)
  return mean(("greedy --rivals 4 --reserve %s %s"):format(policy, arguments or ""), function(market)
    return market.net_benefit_per_battery_day
  end)
end

describe("a strategy that learns", function()
  local fixed, plain
  setup(function()
    fixed, plain = surplus("greedy"), surplus("truthful", "--bess 30 --mechanism ascending --disclose both")
  end)

  for _, name in ipairs { "best_response", "exp3", "q_learning", "thompson" } do
    it("earns more than greedy in a day: " .. name, function()
      local learned = surplus(name)
      assert.is_true(learned > fixed, ("%.3f, greedy %.3f"):format(learned, fixed))
    end)

    it("raises no more than it must where bids may be raised: " .. name, function()
      local learned = surplus(name, "--bess 30 --mechanism ascending --disclose both")
      assert.is_true(learned > plain, ("%.3f, truthful %.3f"):format(learned, plain))
    end)
  end
end)

describe("portfolio", function()
  it("earns more than twice what greedy does where needs are small", function()
    local few = "--set world.need=0.2"
    assert.is_true(surplus("portfolio", few) > 2 * surplus("greedy", few))
  end)
end)

describe("a policy that weighs what selling costs", function()
  local plain
  setup(function()
    plain = net_benefit("two_tier")
  end)

  for _, policy in ipairs { "opportunity", "degradation", "time_of_day" } do
    it("leaves owners better off than two_tier does: " .. policy, function()
      local gain = net_benefit(policy)
      assert.is_true(gain > plain and plain > 0, ("%.4f, two_tier %.4f"):format(gain, plain))
    end)
  end

  it("does so from its second day on: forecast", function()
    local days = "--bess 30 --days 4"
    assert.is_true(net_benefit("forecast", days) > net_benefit("two_tier", days))
  end)
end)

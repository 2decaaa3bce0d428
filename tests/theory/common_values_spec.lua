-- SPDX-License-Identifier: MIT
-- The winner's curse. A kWh is worth the same to all, and nobody knows how much: each sees the spot price with an error
-- that is uniform in +- E. Who bids the own estimate in a second-price auction of N pays the second highest of N
-- estimates, which lies E (N - 3) / (N + 1) above the value: a gain for two, nothing for three, a loss for more (Capen,
-- Clapp and Campbell 1971, "Competitive bidding in high-risk situations"; Wilson 1977, "A bidding model of perfect
-- competition"). In a first-price auction it pays the highest, and loses from N = 2 on: E (N - 1) / (N + 1).
local chance = require("chance")
local market = require("market")
local program = require("program")

local SPOT, ERROR, DAYS = 10, 3, 20
local NAIVE, CAREFUL = "strategies/truthful.lua", market.BIDDERS .. "careful.lua"
local POWER = 0.15 -- c/kWh: a quarter of the least distance between two of the figures below, or less

describe("buyers of a common value", function()
  setup(program.setup)
  teardown(program.teardown)

  -- What each kWh left its buyer, one number for each interval.
  local function margins(mechanism, buyers)
    local ran, confirms = market.run(table.concat({
      buyers, "--mechanism", mechanism, market.TEXTBOOK, market.fixed(0), market.flat(SPOT, DAYS),
      "--set world.spread=0 --set world.noise=" .. ERROR,
    }, " "), { confirm = true })
    -- The price file says what a kWh turned out to be worth, and the program's own account of it agrees.
    assert(math.abs(ran.worth_micro / ran.energy_mwh * 100 - SPOT) < 0.01)
    return market.draws(confirms, function(confirm)
      return SPOT - market.price(confirm)
    end)
  end

  local last = math.huge
  for _, count in ipairs({ 2, 3, 5, 8 }) do
    it(("that bid what they see, %d in a second-price auction"):format(count), function()
      local theory = -ERROR * (count - 3) / (count + 1)
      local mean, half = chance.check(margins("second-price", market.buyers(NAIVE, count)), theory, POWER,
        "second price, N = " .. count)
      assert.is_true(mean < last, "more bidders do not lose more")
      assert.is_true(count <= 3 or mean + half < 0, "they do not lose")
      last = mean
    end)

    it(("that bid what they see, %d in a first-price auction"):format(count), function()
      local theory = -ERROR * (count - 1) / (count + 1)
      local mean, half = chance.check(margins("first-price", market.buyers(NAIVE, count)), theory, POWER,
        "first price, N = " .. count)
      assert.is_true(mean + half < 0, "they do not lose")
    end)

    it(("that know that winning is bad news, %d in a second-price auction"):format(count), function()
      local theory = 2 * ERROR * (count - 1) / (count * (count + 1))
      local careful = market.buyers(CAREFUL, count, { bidders = count, noise = ERROR })
      local mean, half = chance.check(margins("second-price", careful), theory, POWER, "careful, N = " .. count)
      assert.is_true(mean - half > 0, "they do not gain")
    end)
  end
end)

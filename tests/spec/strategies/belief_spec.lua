-- SPDX-License-Identifier: MIT
-- The belief function of Gjerstad and Dickhaut, counted by hand: bids of 8, 9 and 10 were taken, of 7, 8 and 9.5 not.
local helpers = dofile("tests/spec/helpers.lua")
local result, near = helpers.result, helpers.near
local belief = require "common.belief"

local function taken_at(price)
  return result { outcome = "accepted", bid_price = price, price = price, energy = 0.4 }
end

local function failed_at(price, best)
  return result { bid_price = price, best = best }
end

describe("belief", function()
  local prices, q = belief.points({ 8, 9, 10 }, { 7, 8, 9.5 }, 0, 11)

  it("counts who was taken for no more and who failed with no less", function()
    local expected = { [0] = 0, [7] = 0, [8] = 1 / 3, [9] = 2 / 3, [9.5] = 2 / 3, [10] = 1, [11] = 1 }
    assert.are.equal(7, #prices)
    for i = 1, #prices do
      near(expected[prices[i]], q[i])
    end
  end)

  it("runs a level cubic between", function()
    near(1 / 2, belief.at(8.5, prices, q))
    near(1 / 3 + 1 / 3 * 0.15625, belief.at(8.25, prices, q)) -- x^2 (3 - 2 x) at 1/4
    near(1 / 3, belief.at(8, prices, q))
    near(0, belief.at(-1, prices, q))
    near(1, belief.at(12, prices, q))
  end)

  it("never falls as the price rises", function()
    local dice = select(2, helpers.open("zip.lua", { seed = 9 }))
    for _ = 1, 50 do
      local taken, failed = {}, {}
      for i = 1, 20 do
        taken[i], failed[i] = 5 + math.floor(dice.rng() * 40) / 4, 5 + math.floor(dice.rng() * 40) / 4
      end
      table.sort(taken)
      table.sort(failed)
      local at, chances = belief.points(taken, failed, 0, 16)
      local last = 0
      for price = 0, 17, 0.05 do
        local chance = belief.at(price, at, chances)
        assert.is_true(chance >= last - 1e-12 and chance <= 1)
        last = chance
      end
    end
  end)

  it("leaves out what lies outside its floor and ceiling", function()
    local inside, chances = belief.points({ 8, 9, 10 }, { 7, 8, 9.5 }, 8, 9.75)
    assert.are.same({ 8, 9, 9.5, 9.75 }, inside)
    near(0, chances[1])
    near(2 / 3, chances[2])
    near(1, chances[4])
  end)

  it("reads a history: wins, losses, and the disclosed price of another's win", function()
    local taken, failed = belief.bids {
      taken_at(9), failed_at(8, 8.5), failed_at(7), result { outcome = "expired", bid_price = 3 }, taken_at(7.5),
    }
    assert.are.same({ 7.5, 8.5, 9 }, taken)
    assert.are.same({ 7, 8 }, failed)
  end)

  it("passes over dear batteries, and takes no reserve for a trade", function()
    local taken, failed = belief.bids {
      taken_at(8), result { code = "below_reserve", bid_price = 9 },
      result { code = "below_reserve", bid_price = 7, best = 33 },
    }
    assert.are.same({ 8 }, taken)
    assert.are.same({ 7 }, failed)
  end)

  it("finds where (value - price) q is largest", function()
    -- One bid of 8 was taken: (10 - b) x^2 (3 - 2 x) with x = b / 8 is 3.4180 at 5, 3.375 at 6, 3 at 4.
    near(5, belief.best(10, 0, belief.points({ 8 }, {}, 0, 9)))
    near(5 * 0.68359375, (10 - 5) * belief.at(5, belief.points({ 8 }, {}, 0, 9)))
    -- Falling from there on, so it is the least that is allowed.
    near(6.9, belief.best(10, 6.9, belief.points({ 8 }, {}, 0, 9)))
    near(7.5, belief.best(10, 7.5, belief.points({ 8 }, {}, 0, 9)))
  end)

  it("finds it nearly as well as a fine search", function()
    for value = 8.5, 14, 0.5 do
      local best = belief.best(value, 0, prices, q)
      local promise, most = (value - best) * belief.at(best, prices, q), 0
      for price = 0, value, 0.001 do
        most = math.max(most, (value - price) * belief.at(price, prices, q))
      end
      assert.is_true(promise > 0.98 * most, ("value %g"):format(value))
    end
  end)

  it("has no hope where nothing up to the value was ever taken, nor without history", function()
    assert.is_nil(belief.best(9, 0, belief.points({}, { 9.5 }, 0, 10.5)))
    assert.is_nil(belief.bid({}, 10, 0, 1))
    assert.is_nil(belief.bid({ result { outcome = "failed" } }, 10, 0, 1))
  end)
end)

-- SPDX-License-Identifier: MIT
-- Allocative efficiency: what buyers and owners gain together, over the most that they could. A second-price auction
-- among truthful buyers gives each lot to whom it is worth most, if it is worth more to anybody than to its owner
-- (Vickrey 1961), so that nothing is lost where neither need nor budget binds: the efficiency is 1, exactly.
local market = require("market")
local program = require("program")

local TRUTHFUL = "strategies/truthful.lua"
local MARKET = "--bess 40 --failures 0 --set world.need=100 "

-- From what was said: an interval's buyers by their bids, its offers with reserve and lot, its sales.
local function gains_of(events)
  local values, offers, gain, best = {}, {}, 0, 0
  for _, event in ipairs(events) do
    if event.kind == "bid" then
      values[event.interval] = values[event.interval] or {}
      values[event.interval][event.peer] = event.price_micro
    elseif event.kind == "response" and event.energy_mwh > 0 then
      offers[event.interval .. " " .. event.peer] = event
    end
  end
  for _, event in ipairs(events) do
    if event.kind == "confirm" then
      gain = gain + (values[event.interval][event.peer] - event.reserve_micro) * event.energy_mwh
    end
  end
  for _, offer in pairs(offers) do
    local highest = 0
    for _, value in pairs(values[offer.interval] or {}) do
      highest = math.max(highest, value)
    end
    best = best + math.max(0, highest - offer.reserve_micro) * offer.energy_mwh
  end
  return gain, best
end

describe("efficiency", function()
  setup(program.setup)
  teardown(program.teardown)

  for seed, policy in ipairs({ "two_tier", "opportunity", "tiers" }) do
    it(("is exactly 1 for truthful buyers, owners follow %s"):format(policy), function()
      local ran, events = market.run(table.concat({
        market.buyers(TRUTHFUL, 5), MARKET, "--mechanism second-price --disclose reserve --seed", seed,
        "--reserve", "strategies/reserve/" .. policy .. ".lua",
      }, " "), { bid = true, response = true, confirm = true })
      local gain, best = gains_of(events)
      assert.is_true(ran.trades > 100 and gain > 0, ran.trades .. " trades")
      assert.are.equal(best, gain)
    end)
  end
end)

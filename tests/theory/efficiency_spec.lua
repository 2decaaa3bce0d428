-- SPDX-License-Identifier: MIT
-- Allocative efficiency: what buyers and owners gain together, over the most that they could. A second-price auction
-- among truthful buyers gives each lot to whom it is worth most, if it is worth more to anybody than to its owner
-- (Vickrey 1961), so that nothing is lost where neither need nor budget binds: the efficiency is 1, exactly.
local chance = require("chance")
local market = require("market")
local program = require("program")

local TRUTHFUL = "strategies/truthful.lua"
local MARKET = " --bess 40 --failures 0 --set world.need=100 "

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

  local function second_price(more, kinds)
    return market.run(market.buyers(TRUTHFUL, 5) .. MARKET .. "--mechanism second-price " .. more, kinds or {})
  end

  for seed, policy in ipairs({ "two_tier", "opportunity", "tiers" }) do
    it(("is exactly 1 for truthful buyers, owners follow %s"):format(policy), function()
      local owners = ("--seed %d --reserve strategies/reserve/%s.lua "):format(seed, policy)
      local ran, events = second_price(owners .. "--disclose reserve", { bid = true, response = true, confirm = true })
      local gain, best = gains_of(events)
      assert.is_true(ran.trades > 100 and gain > 0, ran.trades .. " trades")
      assert.are.equal(best, gain)
      assert.are.equal(1, ran.efficiency)
      assert.are.equal(ran.best_gain_micro, ran.gain_micro)
      -- A micro-dollar for the rounding of each trade.
      assert(math.abs(gain / 1e6 - ran.gain_micro) <= ran.trades, ran.gain_micro .. ", not " .. gain / 1e6)
      assert.are.equal(1, second_price(owners).efficiency)
    end)
  end

  -- Who gets what is the same in both, and so is what it is good for; only the price moves money.
  it("and gain come from private values, and not from what is bid or paid", function()
    local second = second_price("")
    local first = market.run(market.buyers(TRUTHFUL, 5) .. MARKET .. "--mechanism first-price", {})
    assert.are.equal(second.energy_mwh, first.energy_mwh)
    assert.are.equal(second.gain_micro, first.gain_micro)
    assert.are.equal(second.best_gain_micro, first.best_gain_micro)
    assert.is_true(first.paid_micro > second.paid_micro + 100000)
  end)

  it("is lost by buyers that bid at random, and by links that lose bids", function()
    local blind = market.run(market.buyers("strategies/random.lua", 5) .. MARKET .. "--mechanism first-price", {})
    assert.is_true(blind.efficiency < 0.9, tostring(blind.efficiency))
    local lossy = second_price("--loss 20%")
    assert.is_true(lossy.efficiency < 0.999, tostring(lossy.efficiency))
    for _, ran in ipairs({ blind, lossy }) do
      assert.is_true(ran.gain_micro > 0 and ran.gain_micro < ran.best_gain_micro)
    end
  end)

  -- Needs of a fiftieth: most of what is offered finds no buyer, and who buys has to be chosen.
  it("is 1 for who knows the reserves or takes the price, though need binds; a poster holds back", function()
    local efficiency = {}
    for _, conduct in ipairs({ "knowing", "competitive", "posted" }) do
      local result = program.result(market.buyers(TRUTHFUL, 5) .. " --bess 40 --failures 0 --set world.need=0.02 "
        .. "--set world.wear=6 --set world.wear_spread=6 --utility " .. conduct)
      efficiency[conduct] = result.runs.utility.efficiency
      chance.tell("%s: efficiency %.4f, %.2f c/kWh for %.1f kWh", conduct, efficiency[conduct],
        result.runs.utility.price_c_per_kwh, result.runs.utility.energy_kwh)
    end
    assert.are.equal(1, efficiency.knowing)
    assert.are.equal(1, efficiency.competitive)
    assert.is_true(efficiency.posted < 0.99, tostring(efficiency.posted))
  end)
end)

-- SPDX-License-Identifier: MIT
-- The placebo: buyers without any margin, to whom a kWh is worth what the feed-in tariff pays for it anyway. They can
-- give owners nothing, and must be seen to give nothing, whatever they buy.
local chance = require("chance")
local market = require("market")
local program = require("program")

local FIT, RETAIL, DAYS, HOMES = 3.3, 33, 7, 40
local BUYERS = market.buyers("strategies/truthful.lua", 3)
local ZERO_MARGIN = "--failures 0 --set world.q=1 --set world.noise=0 --set world.spread=0 --set world.loss_factor=1 "
  .. "--set world.cost_to_serve=0 --set world.need=100 --fit " .. FIT
-- Batteries that lose nothing and do not age, behind meters that let everything through: what is sold at the tariff is
-- no loss of its own.
local FREE = "--set world.wear=0 --set world.wear_spread=0 --set world.round_trip=1 --set world.export_limit=100"
-- Amounts are whole micro-dollars: each flow of an interval is rounded at most by one, and there are four (import,
-- spill, sale, and what is stored at the end).
local ROUNDING = 4 * DAYS * 288

describe("buyers who value energy at the feed-in tariff", function()
  setup(program.setup)
  teardown(program.teardown)

  local function homes_of(arguments)
    local words = { BUYERS, ZERO_MARGIN, "--bess", HOMES, market.flat(FIT, DAYS), arguments }
    local ran = market.run(table.concat(words, " "), {})
    assert.are.equal(HOMES, #ran.homes)
    return ran.homes, ran
  end

  it("buy nothing from batteries that wear and lose, and change no bill by a micro-dollar", function()
    local homes, ran = homes_of("")
    assert.are.equal(0, ran.trades)
    assert.is_true(ran.bids > 1000)
    for _, home in ipairs(homes) do
      assert.are.equal(0, home.net_benefit_micro)
    end
  end)

  it("change no bill but by rounding, however much they buy, where home energy is worth the tariff too", function()
    local homes, ran = homes_of(FREE .. " --retail " .. FIT)
    assert.is_true(ran.energy_kwh > 10 * HOMES, ran.energy_kwh .. " kWh are too few to tell")
    local largest = 0
    for _, home in ipairs(homes) do
      largest = math.max(largest, math.abs(home.net_benefit_micro))
      assert.is_true(home.sold_mwh > 0)
      assert(math.abs(home.net_benefit_micro) <= ROUNDING, home.net_benefit_micro .. " micro-dollars from nothing")
    end
    chance.tell("%.0f kWh sold at the tariff, largest effect on a bill %d micro-dollars", ran.energy_kwh, largest)
  end)

  -- Homes sell what they expect not to need, and sometimes they are wrong: then they import. That, and nothing else, is
  -- what selling at the tariff does to them.
  it("cost owners what they import more, and nothing else", function()
    local homes, ran = homes_of(FREE .. " --retail " .. RETAIL)
    local idle = homes_of(FREE .. " " .. market.fixed(1000) .. " --retail " .. RETAIL)
    local missed = 0
    for i, home in ipairs(homes) do
      assert.are.equal(0, idle[i].sold_mwh)
      local imported = home.imported_mwh - idle[i].imported_mwh
      -- c/kWh and mWh to micro-dollars.
      local effect = home.net_benefit_micro + imported * (RETAIL - FIT) / 100
      assert(math.abs(effect) <= ROUNDING, effect .. " micro-dollars from nothing")
      missed = missed + imported
    end
    chance.tell("%.0f kWh sold at the tariff, %.1f kWh imported for it, %.4f $ per battery and day", ran.energy_kwh,
      missed / 1e6, ran.net_benefit_per_battery_day)
    assert.is_true(ran.energy_kwh > 5 * HOMES and missed > 0)
  end)
end)

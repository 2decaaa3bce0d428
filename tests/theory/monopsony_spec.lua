-- SPDX-License-Identifier: MIT
-- One buyer in place of several, with the needs, budgets and values of all of them: what it pays when it knows what
-- each battery asks, and when it posts one price for all.
local chance = require("chance")
local market = require("market")
local program = require("program")

local TRUTHFUL, FIRMS = "strategies/truthful.lua", 5
-- Firms and utility see the same values: only who owns the portfolios differs.
local MARKET = market.buyers(TRUTHFUL, FIRMS) .. " --mechanism second-price --disclose reserve --failures 0 "
  .. "--set world.q=1 --set world.noise=0 "

local function near(expected, found, slack, what)
  assert(math.abs(expected - found) <= slack, ("%s: %.9g, not %.9g"):format(what, found, expected))
end

local function run(arguments, kinds)
  local path = program.path("events.jsonl")
  local result = program.result(MARKET .. arguments .. " --events '" .. path .. "'")
  local events = {}
  for _, event in ipairs(program.events(path)) do
    if kinds[event.kind] and event.code ~= "not_enough_energy" then
      events[#events + 1] = event
    end
  end
  return result.runs, events
end

describe("a utility that knows the reserves", function()
  setup(program.setup)
  teardown(program.teardown)

  -- Homes that keep ten times what they expect to need, so that little own use is given up by mistake.
  local DAYS, FIT, RETAIL = 2, 3.3, 33
  local WORLD = ("--bess 50 --days %d --fit %g --retail %g --set world.need_factor=10 "):format(DAYS, FIT, RETAIL)
  -- Whole micro-dollars in each interval of import, spill, sale, and what is stored at the end.
  local ROUNDING = 4 * DAYS * 288

  -- What each battery asked for energy that its home does not expect to need: its cost, the same all day.
  local function reserves_of(events)
    local reserves = {}
    for _, event in ipairs(events) do
      assert.are.equal(reserves[event.device] or event.reserve_micro, event.reserve_micro)
      reserves[event.device] = event.reserve_micro
    end
    return reserves
  end

  -- Paid its cost, an owner gains nothing by a sale, but for what it did not foresee: it loses what own use it gave up,
  -- and gains what the panels would have had to be switched off for.
  it("pays each battery its reserve, and leaves its owner nothing", function()
    local runs, events = run(WORLD .. "--utility knowing", { confirm = true })
    local idle = program.result(MARKET .. WORLD .. market.fixed(1000) .. " --no-baselines").runs.market
    local reserves, sellers = reserves_of(events), 0
    for i, home in ipairs(runs.utility.homes) do
      local reserve, alone = reserves[tostring(home.device)], idle.homes[i]
      if home.sold_mwh == 0 then
        assert.are.equal(0, home.net_benefit_micro)
      elseif reserve then
        sellers = sellers + 1
        -- Each sale, of which there is one in an interval at most, is rounded down to a micro-dollar.
        local asked = reserve * home.sold_mwh / 1e6
        near(asked, home.income_micro, DAYS * 288, "income, micro-dollars")
        local given_up = (home.imported_mwh - alone.imported_mwh) * (RETAIL - reserve / 1e4) / 100
        local kept = (alone.curtailed_mwh - home.curtailed_mwh) * FIT / 100
        near(kept - given_up, home.net_benefit_micro, ROUNDING, "net benefit, micro-dollars")
      end
    end
    assert.is_true(sellers > 20, sellers .. " sellers are too few to tell")
    local utility = runs.utility
    chance.tell("knowing: paid %.2f $, net benefit %.2f $; five firms: %.2f $", utility.paid_micro / 1e6,
      utility.net_benefit_micro / 1e6, runs.market.net_benefit_micro / 1e6)
    near(0, utility.net_benefit_micro, 0.15 * utility.paid_micro, "all net benefits, micro-dollars")
    assert.is_true(runs.market.net_benefit_micro > utility.net_benefit_micro + 0.15 * utility.paid_micro)
  end)
end)

-- Six-hour intervals. Batteries charge until the evening; from midnight on they sell. By then the price has fallen so
-- far that nobody wants any more in the morning: a run has one auction of each battery, and the offers that the utility
-- chooses among are those that the firms were made.
local NIGHT, INTERVAL_H = 2, 6
local function fall(i)
  return i <= 288 and 140 or -500
end

describe("a utility that posts a price", function()
  setup(program.setup)
  teardown(program.teardown)

  -- What the firms' bids and the batteries' answers tell of the night.
  local function read(events)
    local values, offers, seen = {}, {}, {}
    for _, event in ipairs(events) do
      if event.interval == NIGHT and event.kind == "bid" then
        values[tonumber(event.peer)] = event.price_micro
      elseif event.interval == NIGHT and event.kind == "response" and not seen[event.peer] then
        seen[event.peer] = true
        offers[#offers + 1] = { reserve = event.reserve_micro, energy = event.energy_mwh }
      else
        assert(event.interval == NIGHT or event.kind == "response", "something was bid for by day")
      end
    end
    table.sort(values, function(a, b)
      return a > b
    end)
    return values, offers
  end

  -- What posting `price` gains, and how much it buys: best value first, each within its need and budget.
  local function gain_of(price, values, offers, need, budget)
    local left, gain, bought = 0, 0, 0
    for _, offer in ipairs(offers) do
      left = left + (offer.reserve <= price and offer.energy or 0)
    end
    for _, value in ipairs(values) do
      local affordable = price > 0 and math.floor(budget / price * 1e6) or need
      local energy = value > price and math.min(left, need, affordable) or 0
      left, bought, gain = left - energy, bought + energy, gain + (value - price) * energy
    end
    return gain, bought
  end

  -- By trying every price at which anything changes, and its neighbours, and a hundred beside.
  local function best_of(values, offers, need, budget)
    local best = { gain = 0 }
    local function try(price)
      local gain, bought = gain_of(price, values, offers, need, budget)
      if gain > best.gain or gain == best.gain and best.price and price < best.price then
        best = { gain = gain, price = price, bought = bought }
      end
    end
    for _, offer in ipairs(offers) do
      try(offer.reserve)
      try(offer.reserve + 1)
    end
    for step = 0, 100 do
      try(values[1] * step // 100)
    end
    return best
  end

  local cases = {
    { need = 100, budget = 1000000 }, { need = 0.02, budget = 1000000 }, { need = 0.05, budget = 1000000 },
    { need = 100, budget = 1 }, { need = 100, budget = 0.3 }, { need = 0.04, budget = 0.5 },
  }
  for seed, case in ipairs(cases) do
    it(("posts the best there is: need %g, budget %g"):format(case.need, case.budget), function()
      local homes, inverter = 40, 5
      local night = table.concat({
        "--bess", homes, "--seed", seed, "--prices", program.prices("fall.csv", 2, fall),
        ("--interval %dh"):format(INTERVAL_H),
        "--reserve tests/theory/bidders/cost.lua --set world.wear=6 --set world.wear_spread=6 --set world.pv_low=8 ",
      }, " ")
      -- Who needs little is offered no more: whoever needs everything is told what there is.
      local _, events = run(night .. "--set world.need=100", { bid = true, response = true })
      local values, offers = read(events)
      local demand = ("--set world.need=%g --set world.budget=%g"):format(case.need, case.budget)
      local utility = run(night .. demand, {}).utility
      assert.are.equal(FIRMS, #values)
      assert.is_true(#offers > 20)
      -- The portfolios have equal shares of what the fleet could give in an interval, times the need.
      local need = case.need * homes * inverter * INTERVAL_H * 1e6 // FIRMS
      local best = best_of(values, offers, need, case.budget * 1e6)
      chance.tell("posted: %.4f c/kWh for %.1f kWh; best: %.4f for %.1f", utility.paid_micro / utility.energy_mwh * 100,
        utility.energy_mwh / 1e6, best.price / 1e4, best.bought / 1e6)
      near(best.bought, utility.energy_mwh, 0, "bought, mWh")
      near(best.price * best.bought / 1e6, utility.paid_micro, homes, "paid, micro-dollars")
    end)
  end
end)

-- SPDX-License-Identifier: MIT
-- Every account of a run, added up again from its lines of events and compared with its result: who sold what to whom
-- for how much, and what became of each home's energy and money. The sums here share nothing with those of the program.
local market = require("market")
local program = require("program")

local WEAR, FIT, RETAIL, START, FLOOR, ROUND_TRIP = 4, 3.3, 33, 0.5, 0.1, 0.89
local ONE_WAY = math.sqrt(ROUND_TRIP)
local COST_TO_SERVE, LOSS_FACTOR, DAYS = 2, 1.05, 1
-- A price that is different in each five minutes, so that a kWh in the wrong interval is found; dear enough to sell at.
local function price(i)
  return 120 + i * 37 % 101
end

local KINDS = { bid = true, accept = true, confirm = true, lapse = true, receipt = true, void = true, unresolved = true,
  response = true }

local function near(expected, found, slack, what)
  assert(math.abs(expected - found) <= slack, ("%s: %.9g, not %.9g"):format(what, found, expected))
end

-- By the value of one field: how many, and the sums of others.
local function sums_by(events, kind, field)
  local sums = setmetatable({}, {
    __index = function(all, key)
      all[key] = { count = 0, energy = 0, amount = 0 }
      return all[key]
    end,
  })
  for _, event in ipairs(events) do
    if event.kind == kind then
      local sum = sums[event[field]]
      sum.count = sum.count + 1
      sum.energy = sum.energy + event.energy_mwh
      sum.amount = sum.amount + (event.amount_micro or 0)
    end
  end
  return sums
end

local function total(list, field)
  local sum = 0
  for _, entry in ipairs(list) do
    sum = sum + entry[field]
  end
  return sum
end

-- A trade as one text, seen from the battery's side and from the buyer's.
local function name_trade(battery, buyer, event)
  return table.concat({ battery, buyer, event.price_micro, event.energy_mwh, event.amount_micro }, " ")
end

local function count_of(events, kind, name)
  local counts, all = {}, 0
  for _, event in ipairs(events) do
    if event.kind == kind then
      local key = name(event)
      counts[key], all = (counts[key] or 0) + 1, all + 1
    end
  end
  return counts, all
end

local function check_trades(events)
  local offered, sold, bids = {}, {}, {}
  for _, event in ipairs(events) do
    local here = event.interval .. " " .. event.device
    if event.kind == "response" then
      local there = event.interval .. " " .. event.peer
      offered[there] = math.max(offered[there] or 0, event.energy_mwh)
    elseif event.kind == "bid" then
      local bid = here .. " " .. event.peer
      bids[bid] = math.max(bids[bid] or 0, event.price_micro)
    elseif event.kind == "confirm" then
      near(event.price_micro * event.energy_mwh / 1e6, event.amount_micro, 1, "an amount")
      assert(event.price_micro >= event.reserve_micro, "below the reserve")
      assert(event.price_micro <= bids[here .. " " .. event.peer], "above the bid")
      sold[here] = (sold[here] or 0) + event.energy_mwh
    end
  end
  for here, energy in pairs(sold) do
    assert(energy <= offered[here], here .. " sold more than it offered")
  end
end

-- Batteries and buyers tell of the same trades; what a buyer does not know of is in doubt, or given up.
local function check_sides(ran, events)
  local sales, sale_count = count_of(events, "confirm", function(event)
    return name_trade(event.device, event.peer, event)
  end)
  local receipts, receipt_count = count_of(events, "receipt", function(event)
    return name_trade(event.peer, event.device, event)
  end)
  for name, count in pairs(receipts) do
    assert(count <= (sales[name] or 0), "a receipt for no sale: " .. name)
  end
  assert.are.equal(sale_count, ran.trades)
  local missing = sale_count - receipt_count
  assert(missing >= 0 and missing <= ran.in_doubt + ran.unresolved, missing .. " receipts are missing")
  local _, accepted = count_of(events, "accept", tostring)
  local _, lapsed = count_of(events, "lapse", tostring)
  assert.are.equal(accepted, sale_count + lapsed)
  assert.are.equal(ran.lapses, lapsed)
end

local function check_firms(ran, events)
  local by_buyer = sums_by(events, "confirm", "peer")
  for _, firm in ipairs(ran.firms) do
    local sum = by_buyer[tostring(firm.device)]
    assert.are.equal(sum.count, firm.trades)
    assert.are.equal(sum.energy, firm.energy_mwh)
    assert.are.equal(sum.amount, firm.paid_micro)
    assert.are.equal(firm.worth_micro - firm.paid_micro, firm.surplus_micro)
    if firm.energy_mwh > 0 then
      near(firm.paid_micro / firm.energy_mwh * 100, firm.price_c_per_kwh, 1e-9, "a firm's price")
    end
  end
  for field, of in pairs({ trades = "trades", energy_mwh = "energy_mwh", paid_micro = "paid_micro",
    worth_micro = "worth_micro" }) do
    assert.are.equal(ran[of], total(ran.firms, field), field)
  end
end

-- Without parts of their own, buyers value a kWh by the spot price of its interval.
local function check_worth(ran, events)
  local worth = 0
  for _, event in ipairs(events) do
    if event.kind == "confirm" then
      local spot = price(145 + event.interval) / 10
      worth = worth + (LOSS_FACTOR * spot - COST_TO_SERVE) * event.energy_mwh / 100
    end
  end
  near(worth, ran.worth_micro, ran.trades + 1, "worth")
end

local function check_home(home, sold)
  assert.are.equal(sold.energy, home.sold_mwh)
  assert.are.equal(sold.amount, home.income_micro)
  local given = home.own_use_mwh + home.sold_mwh
  local charged = home.sun_mwh + home.imported_mwh + home.own_use_mwh - home.load_mwh - home.spilled_mwh
    - home.curtailed_mwh
  assert(charged >= 0, "a battery that charges less than nothing")
  -- In the cells; one mWh for each of the roundings of an interval.
  local gained, slack = charged * ONE_WAY - given / ONE_WAY, 2 * DAYS * 288 + home.capacity_mwh / 1e5
  local stored = home.capacity_mwh * START + gained
  assert(stored >= home.capacity_mwh * FLOOR - slack and stored <= home.capacity_mwh + slack, "stored " .. stored)
  local bill = home.imported_mwh * RETAIL - home.spilled_mwh * FIT + given * WEAR - gained * FIT / ONE_WAY
  near(bill / 100 - home.income_micro, home.cost_micro, 4 * DAYS * 288 + slack, "a bill")
  assert.are.equal(home.cost_without_market_micro - home.cost_micro, home.net_benefit_micro)
end

local function check_homes(ran, events)
  local by_battery, benefits, worse_off = sums_by(events, "confirm", "device"), {}, 0
  for i, home in ipairs(ran.homes) do
    check_home(home, by_battery[tostring(home.device)])
    benefits[i] = home.net_benefit_micro
    worse_off = worse_off + (home.net_benefit_micro < 0 and 1 or 0)
  end
  table.sort(benefits)
  local middle = #benefits // 2
  local median = #benefits % 2 == 1 and benefits[middle + 1] or (benefits[middle] + benefits[middle + 1]) / 2
  near(median, ran.net_benefit_median_micro, 0.5, "the median")
  assert.are.equal(worse_off, ran.owners_worse_off)
  assert.are.equal(ran.energy_mwh, total(ran.homes, "sold_mwh"))
  assert.are.equal(ran.paid_micro, total(ran.homes, "income_micro"))
  assert.are.equal(ran.owners_cost_micro, total(ran.homes, "cost_micro"))
  assert.are.equal(ran.net_benefit_micro, total(ran.homes, "net_benefit_micro"))
  near(ran.net_benefit_micro / 1e6 / #ran.homes / DAYS, ran.net_benefit_per_battery_day, 1e-12, "a day's benefit")
end

-- What the market was good for, and when: parts that sum to the whole, and the whole from the events.
local function check_welfare(ran, events)
  local spot, reserve = 0, 0
  for _, event in ipairs(events) do
    if event.kind == "confirm" then
      spot = spot + price(145 + event.interval) / 10 * event.energy_mwh / 100
      reserve = reserve + event.reserve_micro * event.energy_mwh / 1e6
    end
  end
  near(spot, ran.spot_micro, ran.trades, "spot")
  near(reserve, ran.reserve_micro, ran.trades, "reserves")
  assert(ran.gain_micro <= ran.best_gain_micro, "more than the most")
  near(ran.gain_micro / ran.best_gain_micro, ran.efficiency, 1e-12, "efficiency")
  local regimes = {}
  for _, slice in pairs(ran.regimes) do
    regimes[#regimes + 1] = slice
  end
  for _, field in ipairs({ "intervals", "offered_mwh", "energy_mwh", "paid_micro", "worth_micro", "spot_micro",
    "reserve_micro", "gain_micro", "best_gain_micro" }) do
    assert.are.equal(ran[field], total(ran.hours, field), field)
    assert.are.equal(ran[field], total(regimes, field), field)
  end
end

-- How concentrated the buyers are: shares in percent, squared; and what they keep.
local function check_power(ran)
  local index = 0
  for _, firm in ipairs(ran.firms) do
    index = index + (100 * firm.energy_mwh / ran.energy_mwh) ^ 2
  end
  near(index, ran.hhi, 1e-6, "the index of concentration")
  near((ran.worth_micro - ran.paid_micro) / ran.worth_micro, ran.lerner, 1e-12, "Lerner's index")
end

-- Frames: what was sent, and sent twice, was delivered or lost.
local function check_links(ran)
  local network = ran.network
  assert.are.equal(network.frames_sent + network.frames_duplicated,
    network.frames_delivered + network.frames_lost + network.frames_overflowed)
end

describe("every account is closed", function()
  setup(program.setup)
  teardown(program.teardown)

  local cases = {
    { mechanism = "first-price", policy = "two_tier", links = "" },
    { mechanism = "second-price", policy = "opportunity", links = "--loss 10%" },
    { mechanism = "ascending", policy = "tiers", links = "--disclose both --jitter 300ms --duplicate 20%" },
    { mechanism = "uniform-price", policy = "fixed", links = "--loss 20% --reorder 20% --flip 2%" },
    { mechanism = "first-price", policy = "forecast", links = "--loss 30%",
      more = "--set world.need=0.2 --set world.budget=0.5" },
    { mechanism = "uniform-price", policy = "time_of_day", links = "--delay 400ms --jitter 400ms --failures 0.5" },
  }
  for seed, case in ipairs(cases) do
    local name = table.concat({ case.mechanism, case.policy, case.links }, ", ")
    it(name, function()
      local prices = program.prices("prices.csv", DAYS + 1, price)
      local ran, events, result = market.run(table.concat({
        "strategies/greedy.lua --rivals 4 --bess 25 --days", DAYS, "--prices", prices, "--seed", seed, "--mechanism",
        case.mechanism, "--reserve", "strategies/reserve/" .. case.policy .. ".lua", case.links,
        case.more or "",
        "--set world.wear_spread=0 --set world.spread=0 --set world.wear=" .. WEAR, "--fit", FIT, "--retail", RETAIL,
      }, " "), KINDS)
      assert.are.equal(25, result.batteries)
      assert(ran.trades > 100, ran.trades .. " trades are too few to tell")
      check_trades(events)
      check_sides(ran, events)
      check_firms(ran, events)
      check_worth(ran, events)
      check_homes(ran, events)
      check_welfare(ran, events)
      check_power(ran)
      check_links(ran)
      local _, bids = count_of(events, "bid", tostring)
      assert.are.equal(bids, ran.bids)
    end)
  end
end)

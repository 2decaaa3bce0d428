-- SPDX-License-Identifier: MIT

--- Tests of strategies and reserve policies, inside a test suite of your own (busted or any other).
--
--     local t = require "etp.testing"
--     local mine = t.load("mine.lua", { margin = 1 })
--     assert.equal(11, mine:offer { value = 12 })
--
-- A strategy is loaded as etp-engine loads it: a file runs in its sandbox, with its limits. What a test does not say
-- has the usual values below. A hook that fails raises its error, with file, line and traceback.
-- @module etp.testing
require("etp") -- which says so if this Lua is another than 5.4, as it often is under busted
local core = require("etp.core")
local blame = require("etp.blame")
local market = require("etp.market")
local scripts = require("etp.scripts")

local testing = {}

-- ---- what hooks are shown, where a test says nothing else ----

local NOW = 1735732800 -- noon of 1 January 2025

--- What `offer` is laid over.
testing.usual_offer = {
  battery = 1000001, energy = 0.4, value = 12, need = 5, budget = 1000, energy_total = 8, remaining = 6, for_sale = 5,
  voltage = 48, discharge_rate = 5, closes = NOW + 2, health = "good", asked = 1,
}

--- What `result` of a buyer is laid over: a bid that was rejected.
testing.usual_result = {
  battery = 1000001, outcome = "rejected", code = "not_competitive", energy = 0, bid_price = 11, bid_energy = 0.4,
  value = 12, closes = NOW + 2, may_rebid = false,
}

--- What `battery` is laid over.
testing.usual_battery = {
  energy_total = 8, capacity = 10, floor = 1, available = 6.6, lot = 0.4, level = "high", health = "good", voltage = 48,
  power = 5, one_way = 0.943398, wear = 4, feed_in = 3.3, retail = 33, expected_need = 2, interval = 0,
  second_of_day = 43200,
}

--- What `result` of a policy is laid over: an auction in which nothing was sold.
testing.usual_sale = { lot = 0.4, sold = 0, revenue = 0, reserve = 8, bids = 0, lapsed = 0 }

--- What `interval` is laid over.
testing.usual_market = {
  index = 0, starts = NOW, ends = NOW + 300, second_of_day = 43200, forecast = 8, mechanism = "first-price",
}

--- What `fault` is laid over: a battery that failed.
testing.usual_fault = { kind = "device", peer = 1000001, code = "offline" }

local function laid_over(usual, changes, what)
  if changes ~= nil and type(changes) ~= "table" then
    error(("%s takes a table of what differs from the usual, not a %s"):format(what, type(changes)), 4)
  end
  local result = {}
  for key, value in pairs(usual) do
    result[key] = value
  end
  for key, value in pairs(changes or {}) do
    result[key] = value
  end
  return result
end

-- ---- one strategy ----

local Strategy = {}
Strategy.__index = Strategy
Strategy.__name = "etp.testing.strategy"

function Strategy:__tostring()
  return tostring(self._strategy)
end

local ROLE_OF = { on_offer = "aggregator", reserve = "bess", choose = "bess" }

-- The role that a table or text of functions is meant for; a file says it itself.
local function load_either(spec, role)
  if role then
    return core.strategy(spec, role)
  end
  local strategy, why = core.strategy(spec, "aggregator")
  if not strategy and why:find('its role is "bess"', 1, true) then
    return core.strategy(spec, "bess")
  end
  return strategy, why
end

local function role_of(given)
  if type(given) ~= "table" or given.file or given.text then
    return nil
  end
  local functions = given.hooks or given
  if functions.role then
    return functions.role
  end
  for hook, role in pairs(ROLE_OF) do
    if functions[hook] then
      return role
    end
  end
end

--- Loads a strategy or a reserve policy.
-- @param given a file's name or that of a shipped strategy, or a table of functions, as in `etp.market`
-- @tparam[opt] table params parameters to set, by name
-- @return a strategy, whose methods call one hook each. `ctx.state` is kept from call to call. Its field `context` is a
-- table in which a test may set what ctx shows: now, deadline, device_id, name, node, and history (a list of finished
-- bids, oldest first). Raises what is wrong with the script.
function testing.load(given, params)
  local spec = blame(market.strategy_spec, given, "load", "", "on_offer", "reserve/")
  if params ~= nil then
    spec.params = params
  end
  local strategy, why = blame(load_either, spec, role_of(given))
  if not strategy then
    error(scripts.explain(why), 2)
  end
  return setmetatable({ _strategy = strategy, context = { now = NOW } }, Strategy)
end

local function check_colon(self, class, level)
  if getmetatable(self) ~= class then
    error("call it with a colon, as in mine:offer { value = 12 } and made:assert_won { price = 11 }", level)
  end
end

local function call(self, hook, shown)
  local results = table.pack(blame(self._strategy.call, self._strategy, hook, self.context, shown))
  if results.n == 0 then
    error(("%s has no %s: the engine's default would apply"):format(self._strategy:facts().name, hook), 3)
  end
  if results[1] == nil then
    error(results[2], 3)
  end
  return table.unpack(results, 1, results.n)
end

local function decision(kind, ...)
  if kind == "bid" then
    return ...
  elseif kind == "pass" then
    return nil, (...)
  end
  return kind
end

--- Shows it an offer.
-- @function strategy:offer
-- @tparam[opt] table changes what differs from `usual_offer`
-- @treturn number the price it bids, c/kWh; nil for no bid; "wait" to be asked again
-- @return the energy in kWh, or why there is no bid
function Strategy:offer(changes)
  check_colon(self, Strategy, 3)
  return decision(call(self, "on_offer", laid_over(testing.usual_offer, changes, "offer")))
end

--- Tells a buyer how a bid ended, or a policy how an auction did.
-- @function strategy:result
-- @tparam[opt] table changes what differs from `usual_result`, or `usual_sale`
-- @treturn number the price at which it bids again, or nil
function Strategy:result(changes)
  check_colon(self, Strategy, 3)
  local role = self._strategy:facts().role
  if role == "bess" then
    call(self, "on_result", laid_over(testing.usual_sale, changes, "result"))
    return nil
  end
  return (decision(call(self, "on_result", laid_over(testing.usual_result, changes, "result"))))
end

--- Asks a policy for its reserve.
-- @function strategy:reserve
-- @tparam[opt] table changes what differs from `usual_battery`
-- @treturn number the lowest price, c/kWh
-- @treturn number the most energy, kWh; 0 sells nothing
function Strategy:reserve(changes)
  check_colon(self, Strategy, 3)
  return call(self, "reserve", laid_over(testing.usual_battery, changes, "reserve"))
end

--- Has a policy choose among bids.
-- @function strategy:choose
-- @tparam table bids a list, best first: bidder, price, energy, arrival
-- @treturn table places in its order; empty for the mechanism's own
function Strategy:choose(bids)
  check_colon(self, Strategy, 3)
  return call(self, "choose", bids)
end

--- Begins an interval.
-- @function strategy:interval
-- @tparam[opt] table changes what differs from `usual_market`; a buyer's has value, need and budget besides
function Strategy:interval(changes)
  check_colon(self, Strategy, 3)
  local usual = testing.usual_market
  if self._strategy:facts().role == "aggregator" then
    usual = laid_over(usual, { value = 12, need = 5, budget = 1000 })
  end
  call(self, "on_interval", laid_over(usual, changes, "interval"))
end

--- Calls on_start.
-- @function strategy:start
function Strategy:start()
  check_colon(self, Strategy, 3)
  call(self, "on_start", nil)
end

--- Tells it that something went wrong outside.
-- @function strategy:fault
-- @tparam[opt] table changes what differs from `usual_fault`
function Strategy:fault(changes)
  check_colon(self, Strategy, 3)
  call(self, "on_fault", laid_over(testing.usual_fault, changes, "fault"))
end

--- Sets a parameter; raises what is wrong.
-- @function strategy:set
-- @tparam string name
-- @tparam number value
function Strategy:set(name, value)
  check_colon(self, Strategy, 3)
  local done, why = self._strategy:set(name, value)
  if not done then
    error(why, 2)
  end
end

--- Begins its random numbers anew.
-- @function strategy:seed
-- @tparam integer seed
function Strategy:seed(seed)
  check_colon(self, Strategy, 3)
  self._strategy:seed(seed)
end

-- ---- a small market ----

local Market = {}
Market.__index = Market
Market.__name = "etp.testing.market"

local function firm_spec(given, what)
  if type(given) == "number" then
    return { bid = given }
  end
  if type(given) ~= "table" or not (given.strategy or given.bid) then
    return { strategy = market.strategy_spec(given, what, "", "on_offer") }
  end
  local spec = {}
  for key, value in pairs(given) do
    spec[key] = value
  end
  if spec.strategy then
    spec.strategy = market.strategy_spec(spec.strategy, what, "", "on_offer")
  end
  return spec
end

local function batteries_of(given)
  if type(given) ~= "number" then
    return given or { {} }
  end
  local list = {}
  for i = 1, given do
    list[i] = {}
  end
  return list
end

local function firms_of(options)
  local own = { name = "mine", value = options.value, need = options.need, budget = options.budget }
  own.strategy = options.strategy and market.strategy_spec(options.strategy, "strategy", "", "on_offer")
  if options.rivals ~= nil and type(options.rivals) ~= "table" then
    error("market: rivals must be a list, not a " .. type(options.rivals), 0)
  end
  local firms = {}
  if own.strategy then
    firms[1] = own
  end
  for i, rival in ipairs(options.rivals or {}) do
    local spec = firm_spec(rival, ("rivals[%d]"):format(i))
    spec.name = spec.name or ("rival %d"):format(i)
    firms[#firms + 1] = spec
  end
  return firms
end

local function collect(made)
  for _, event in ipairs(made.events) do
    if event.kind == "confirm" then
      made.trades[#made.trades + 1] = {
        battery = event.name, firm = event.peer_name, price = event.price, energy = event.energy,
        amount = event.amount, interval = event.interval,
      }
    elseif event.kind == "bid" then
      made.bids[#made.bids + 1] = {
        battery = event.name, firm = event.peer_name, price = event.price, energy = event.energy, code = event.code,
        interval = event.interval,
      }
    end
  end
end

local function raise_failures(strategies)
  local failed = strategies.policy
  for _, strategy in ipairs(strategies) do
    if not failed or failed.errors == 0 then
      failed = strategy
    end
  end
  if failed and failed.errors > 0 then
    error(failed.last_error, 3)
  end
end

local OPTIONS = "strategy, value, need, budget, rivals, batteries, policy, failures, mechanism, disclose, intervals,"
  .. " spot, forecast, seed"
local known = {}
for name in OPTIONS:gmatch("%w+") do
  known[name] = true
end

--- Runs a small market in which nothing is left to chance, and returns what happened.
-- @tparam table options
-- `strategy`: the one under test, as for `load`, which is called "mine"; its `value` (12 c/kWh), `need` (5 kWh) and
-- `budget` (1000 $). `rivals`: a list of prices that bid the same for everything, of strategies, or of tables with
-- strategy or bid, and name, value, need, budget. `batteries`: how many, or a list of tables with lot (0.4 kWh),
-- reserve (c/kWh; left out, the policy's), energy_total, capacity, floor, power, wear, feed_in, retail, expected_need.
-- `policy`: of the batteries without a reserve. `mechanism`, `disclose`, `intervals` (1), `spot`, `forecast`, `seed`.
-- `failures`: true to have failed hooks counted rather than raised.
-- @treturn table `trades` and `bids`: lists of battery ("battery 1"), firm ("mine", "rival 1"), price, energy,
-- interval, and of bids the code, "none" where it was taken; `events`: all of them; `strategies`: what each did.
-- tostring() of it tells it all in lines.
function testing.market(options)
  if type(options) ~= "table" then
    error("market takes a table of options, not a " .. type(options), 2)
  end
  for key in pairs(options) do
    if not known[key] then
      error(("market: \"%s\" is not known; there are %s"):format(tostring(key), OPTIONS), 2)
    end
  end
  local policy = options.policy and blame(market.strategy_spec, options.policy, "policy", "reserve/", "reserve")
  local events, strategies = blame(core.bench, {
    batteries = batteries_of(options.batteries), firms = blame(firms_of, options), policy = policy,
    mechanism = options.mechanism, disclose = options.disclose, intervals = options.intervals, spot = options.spot,
    forecast = options.forecast, seed = options.seed,
  })
  if not events then
    error(scripts.explain(strategies), 2)
  end
  local made = setmetatable({ events = events, strategies = strategies, trades = {}, bids = {} }, Market)
  collect(made)
  if not options.failures then
    raise_failures(strategies)
  end
  return made
end

--- The trades of a firm.
-- @function market:won
-- @tparam[opt="mine"] string firm
-- @treturn table a list of trades; with the sums energy (kWh) and paid ($)
function Market:won(firm)
  local list = { energy = 0, paid = 0 }
  for _, trade in ipairs(self.trades) do
    if trade.firm == (firm or "mine") then
      list[#list + 1] = trade
      list.energy = list.energy + trade.energy
      list.paid = list.paid + trade.amount
    end
  end
  return list
end

-- What happened, for people.
function Market:__tostring()
  local lines = { ("%d bids, %d trades"):format(#self.bids, #self.trades) }
  for _, bid in ipairs(self.bids) do
    lines[#lines + 1] = ("  bid: %s for %s, %.4f c/kWh, %.6f kWh: %s"):format(bid.firm, bid.battery, bid.price,
      bid.energy, bid.code == "none" and "taken" or bid.code)
  end
  for _, trade in ipairs(self.trades) do
    lines[#lines + 1] = ("  trade: %s buys from %s, %.4f c/kWh, %.6f kWh"):format(trade.firm, trade.battery,
      trade.price, trade.energy)
  end
  return table.concat(lines, "\n")
end

local WANTED = { firm = true, battery = true, price = true, energy = true, interval = true }

local function near(wanted, got)
  return wanted == nil or math.abs(wanted - got) <= 1e-6
end

--- Asserts that a firm has won something; raises what happened instead.
-- @function market:assert_won
-- @tparam[opt] table wanted any of firm ("mine"), battery, price (c/kWh), energy (kWh), interval
-- @treturn table the first trade that is like it
function Market:assert_won(wanted)
  check_colon(self, Market, 3)
  wanted = wanted or {}
  for key in pairs(wanted) do
    if not WANTED[key] then
      local sentence = "assert_won: \"%s\" is not known; there are firm, battery, price, energy, interval"
      error(sentence:format(tostring(key)), 2)
    end
  end
  for _, trade in ipairs(self:won(wanted.firm)) do
    if (wanted.battery == nil or wanted.battery == trade.battery) and near(wanted.price, trade.price)
      and near(wanted.energy, trade.energy) and near(wanted.interval, trade.interval) then
      return trade
    end
  end
  local words = {}
  for _, key in ipairs({ "battery", "price", "energy", "interval" }) do
    if wanted[key] ~= nil then
      words[#words + 1] = ("%s %s"):format(key, tostring(wanted[key]))
    end
  end
  error(("%s has won nothing%s. What happened: %s"):format(wanted.firm or "mine",
    #words > 0 and " with " .. table.concat(words, ", ") or "", tostring(self)), 2)
end

return testing

-- SPDX-License-Identifier: MIT

--- A market in a made-up world: homes that sell, firms that buy, a network between them, prices.
-- `etp.market(options)` makes one. The same options and seed give the same trades, to the last digit, as the program
-- etp-engine.
--
-- Options, all of which may be left out:
--
-- - `firms`: a list. A name or path is a strategy's file, which runs in a sandbox; a table of functions (on_offer and
--   so on, see docs/scripting.md) lives in your own Lua, with its upvalues and without a sandbox; a function alone is
--   an on_offer; { file = ..., name = ..., params = { ... } } and { hooks = { ... }, name = ..., params = { ... } }
--   give a name and set parameters; false is the engine's own default, which bids its value. Without it: five shipped
--   ones.
-- - `rivals`: so many shipped strategies besides, as etp-engine chooses them.
-- - `reserve`: the batteries' policy, in the same forms; "two_tier" if left out, false for the protocol's default.
-- - `utility`: true for the single utility in place of firms; `portfolios`: into how many the demand is cut.
-- - `homes` (100), `fleet`: a table as for `etp.fleet`, or a fleet. `seed` (1).
-- - `prices`: as for `etp.prices`; `days` from the first noon (1, or all prices that you made yourself), `interval`
--   (s), or `first` and `intervals`, counted in intervals. `feed_in` (3.3), `retail` (33): as for `etp.tariff`.
-- - `mechanism`: "first-price", "second-price", "ascending", "uniform-price"; `disclose`: "none", "reserve", "winner",
--   "both". `timing`: window, hold, query_spread and so on (s). `network`: delay, jitter (s), loss, duplicate, reorder,
--   flip. `buyers`: q, spread, noise, loss_factor, cost_to_serve, need, budget. `failures`, `outage` (s).
-- - `strict`: true to have step() raise the first error of a hook. `log`: a function(level, component, text);
--   `log_level`: "error", "warn", "info" or "debug".
-- @module etp.market
local core = require("etp.core")
local blame = require("etp.blame")
local prices = require("etp.prices")
local scripts = require("etp.scripts")

local market = {}

local SECONDS_PER_DAY = 86400
local FIRMS = 5
-- What a firm's specification has that a table of functions has not.
local SPEC_KEYS = { file = true, text = true, chunk = true, hooks = true, name = true, params = true }

-- ---- fleets ----

-- A table of options without some of its keys.
local function without(options, ...)
  local rest = {}
  for key, value in pairs(options) do
    rest[key] = value
  end
  for _, key in ipairs({ ... }) do
    rest[key] = nil
  end
  return rest
end

function market.fleet(options)
  if options == nil then
    options = {}
  elseif type(options) ~= "table" then
    error("fleet: options are a table, not a " .. type(options), 3)
  end
  return blame(core.fleet, options.homes or 100, options.seed or 1, without(options, "homes", "seed"))
end

-- A fleet that was made before brings its number of homes and its seed along.
local function use_fleet(options, made)
  if type(options.fleet) ~= "userdata" then
    return
  end
  local spec, seed, count = options.fleet:facts()
  for name, own in pairs({ homes = count, seed = seed }) do
    if options[name] ~= nil and options[name] ~= own then
      error(("market: %s is %s, and the fleet was made with %s"):format(name, tostring(options[name]), own), 0)
    end
    made[name] = own
  end
  made.fleet = spec
end

-- ---- prices ----

local function make_prices(options, made)
  local given = options.prices
  if given == nil then
    return prices.generate(options, made.seed or 1)
  end
  local found, why = prices.make(given)
  if found and options.interval and options.interval ~= found.interval then
    return found:resample(options.interval)
  end
  return found, why
end

-- From the first noon on, as etp-engine counts days.
local function place_days(made, days)
  local found = made.prices
  local first = found:first_noon()
  if not first then
    return nil, "prices: no interval starts at noon, where a day of trading begins; say first and intervals"
  end
  local a_day = SECONDS_PER_DAY // found.interval
  local held = (#found - first) // a_day
  if held < days then
    return nil, ("prices: they hold %d whole days from their first noon on, and days asks for %d"):format(held, days)
  end
  made.first, made.intervals = first, math.tointeger(days * a_day)
  return true
end

local function use_prices(options, made)
  local why
  made.prices, why = make_prices(options, made)
  if not made.prices then
    return nil, why
  end
  if options.first or options.intervals then
    made.first = options.first or 0
    made.intervals = options.intervals or #made.prices - made.first
    return true
  end
  if options.days or type(options.prices) == "string" then
    return place_days(made, options.days or 1)
  end
  made.first, made.intervals = 0, #made.prices
  return true
end

local function use_tariffs(options, made)
  for _, name in ipairs({ "feed_in", "retail" }) do
    if options[name] ~= nil then
      local tariff, why = prices.tariff(options[name])
      if not tariff then
        return nil, name .. ": " .. why
      end
      made[name] = tariff
    end
  end
  return true
end

-- ---- strategies ----

-- Whether a table says where a strategy is, and is not one itself.
local function is_spec(given)
  return given.file ~= nil or given.text ~= nil or given.hooks ~= nil
end

local function check_spec(given, what)
  for key in pairs(given) do
    if not SPEC_KEYS[key] then
      error(("%s: \"%s\" is not known beside file, text or hooks; there are name and params"):format(what,
        tostring(key)), 0)
    end
  end
  local sources = 0
  for key, wanted in pairs({ file = "string", text = "string", hooks = "table", name = "string", params = "table" }) do
    if given[key] ~= nil and type(given[key]) ~= wanted then
      error(("%s: %s must be a %s, not a %s"):format(what, key, wanted, type(given[key])), 0)
    end
    local is_source = key == "file" or key == "text" or key == "hooks"
    sources = sources + (is_source and given[key] ~= nil and 1 or 0)
  end
  if sources > 1 then
    error(what .. ": a strategy has one of file, text and hooks, not several", 0)
  end
end

-- What core.market() and core.strategy() take: file, text or hooks, with name and params. A shipped one is looked for
-- in `folder`, then in `other`.
function market.strategy_spec(given, what, folder, hook, other)
  local kind = type(given)
  if kind == "string" then
    return { file = scripts.resolve(given, folder, other) }
  elseif kind == "function" then
    return { hooks = { [hook] = given } }
  elseif kind ~= "table" then
    error(("%s: the name of a strategy's file, a table of functions, or false, not a %s"):format(what, kind), 0)
  elseif not is_spec(given) then
    return { hooks = given }
  end
  check_spec(given, what)
  local spec = without(given)
  if given.file then
    spec.file = scripts.resolve(given.file, folder, other)
  end
  return spec
end

-- The hash of a script's source; nil for functions.
local function source_of(spec)
  local strategy = spec and (spec.file or spec.text) and core.strategy(spec, "aggregator")
  return strategy and strategy:facts().hash
end

-- Shipped ones that do not take part yet come first.
local function add_rivals(firms, count)
  local shipped, taken, fresh, repeated = scripts.list(""), {}, {}, {}
  if count > 0 and #shipped == 0 then
    error("there are no shipped strategies to fill up with: say rivals = 0", 0)
  end
  for _, firm in ipairs(firms) do
    local source = source_of(firm)
    if source then
      taken[source] = true
    end
  end
  for _, name in ipairs(shipped) do
    local spec = { file = shipped[name] }
    local list = taken[source_of(spec)] and repeated or fresh
    list[#list + 1] = spec
  end
  table.move(repeated, 1, #repeated, #fresh + 1, fresh)
  for i = 1, count do
    firms[#firms + 1] = fresh[(i - 1) % #fresh + 1]
  end
end

-- Every key must be a place in the list, and every place have a firm: one that is missing by mistake would not be
-- noticed.
local function check_firms(given)
  if type(given) ~= "table" then
    error("market: firms must be a list, not a " .. type(given), 0)
  end
  local count = 0
  for place in pairs(given) do
    if math.type(place) ~= "integer" or place < 1 then
      error(("market: firms must be a list; \"%s\" is no place in one: each firm has braces of its own"):format(
        tostring(place)), 0)
    end
    count = math.max(count, place)
  end
  for i = 1, count do
    if given[i] == nil then
      error(("market: firms[%d] is nil; the engine's own default is written false"):format(i), 0)
    end
  end
end

local function use_firms(options, made)
  local given = options.firms
  if given ~= nil then
    check_firms(given)
  end
  made.firms = {}
  for i = 1, given and #given or 0 do
    made.firms[i] = given[i] and market.strategy_spec(given[i], ("firms[%d]"):format(i), "", "on_offer")
  end
  local rivals = options.rivals or (given == nil and not options.utility and FIRMS or 0)
  if math.type(rivals) ~= "integer" or rivals < 0 or rivals > 100 then
    error("market: rivals must be a whole number from 0 to 100", 0)
  end
  add_rivals(made.firms, rivals)
end

local function use_policy(options, made)
  local given = options.reserve
  if given == nil then
    given = "two_tier"
  end
  made.reserve = given and market.strategy_spec(given, "reserve", "reserve/", "reserve") or nil
end

-- ---- the market ----

local function complete(options)
  local made = without(options, "days", "interval", "rivals", "feed_in", "retail", "first", "intervals")
  if options.utility and options.portfolios == nil then
    made.portfolios = FIRMS
  end
  use_fleet(options, made)
  use_firms(options, made)
  use_policy(options, made)
  local done, why = use_tariffs(options, made)
  if done then
    done, why = use_prices(options, made)
  end
  return done and made, why
end

local function with_hint(made, why)
  if made == nil then
    return nil, scripts.explain(why)
  end
  return made
end

function market.new(options)
  if options == nil then
    options = {}
  elseif type(options) ~= "table" then
    error("market: options are a table, not a " .. type(options), 3)
  end
  local made, why = blame(complete, options)
  if not made then
    return nil, scripts.explain(why)
  end
  return with_hint(blame(core.market, made))
end

local methods, functions = core.market_methods, core.market_functions

--- Runs the next interval. What your functions are called with happens in here.
-- @treturn boolean whether there are more; raises the first error that a subscriber raised, after the interval
methods.step = functions.step

local function check_colon(self, name)
  if type(self) ~= "userdata" then
    error(("call %s with a colon: market:%s()"):format(name, name), 0)
  end
end

local function run_all(self)
  check_colon(self, "run")
  while not self:over() do
    local more, why = self:step()
    if more == nil then
      return nil, why
    end
  end
  return self:totals()
end

--- Runs all intervals that are left.
-- @treturn table what `totals` gives; or nil and a sentence, should the engine itself have failed
function methods:run()
  return blame(run_all, self)
end

local function run_next(self)
  if self:over() then
    return nil
  end
  local more, why = self:step()
  if more == nil then
    error(why, 0)
  end
  return self:totals().intervals - 1
end

--- Runs the intervals that are left, one in each round of a loop: for index in market:intervals() do ... end
-- @return an iterator over the numbers of the intervals, from 0, each after it was run
function methods:intervals()
  blame(check_colon, self, "intervals")
  return function()
    return blame(run_next, self)
  end
end

--- Calls a function for each event of a kind, while the market runs.
-- @tparam string kind "register", "query", "response", "bid", "accept", "reject", "confirm", "lapse", "receipt",
-- "void", "unresolved", "status", "failure", "recovery", "terminate", "hook_error", "refused", "late", or "*" for all
-- @tparam function subscriber called with a table: kind, time, interval, device, name, and where they mean something
-- peer, message, price, energy, amount, reserve, value, code, refusal, type, delay
-- @return the market
methods.on = functions.on

--- What has happened so far: intervals, auctions, bids, trades, lapses, in_doubt, unresolved, sold and offered (kWh),
-- paid and worth ($), price (the mean, c/kWh), owners_cost ($), memory_bytes.
methods.totals = functions.totals

--- The firms, as a list in which each is also found by its name: name, device, intervals, queries, offers, bids,
-- rebids, trades, rejected, expired, in_doubt, unresolved, energy (kWh), paid and worth ($), hook_calls, hook_errors,
-- and `strategy`: its name, hash, params, calls, errors, last_error, overruns, suspended.
methods.firms = functions.firms

--- The reserve policy: the same as a firm's `strategy`; nil for the protocol's default.
methods.policy = functions.policy

--- Sets a parameter of a firm's strategy, or of the policy as "reserve".
-- @tparam string firm
-- @tparam string name
-- @tparam number value
-- @treturn boolean true; or nil and what is wrong
methods.set = functions.set

--- The homes as they stand, a list of tables.
methods.homes = functions.homes

--- One home as it stands.
-- @tparam integer place from 1
methods.home = functions.home

--- What each owner's cost would be on the same days without any market, a list in dollars.
methods.costs_without_market = functions.costs_without_market

--- Delays of each type of message: count, max, p50, p90, p99 in seconds.
methods.delays = functions.delays

--- Counts of the network: sent, delivered, lost, duplicated, held_back, flipped, overflowed, bytes.
methods.network = functions.network

--- Counts of the engine: frames and bytes, hook_calls, hook_errors, and by type sent, received, late; refused by
-- reason.
methods.engine = functions.engine

--- 32 hexadecimal digits over every event and the final state: the one that etp-engine --digest prints.
-- @treturn string nil before the last interval was run
methods.digest = functions.digest

--- Checks that every mWh and micro-dollar is accounted for.
-- @treturn boolean true; or nil and the first account that is off
methods.check = functions.check

--- Whether every interval has been run.
methods.over = functions.over

--- Whether it was closed.
methods.closed = functions.closed

--- Gives back its memory. A market that is closed answers `closed` and tostring() only; closing it again does nothing.
methods.close = functions.close

return market

-- SPDX-License-Identifier: MIT
-- A small stand-in for the engine, enough to call a strategy's hooks under plain Lua.
local helpers = {}

-- Strategies require modules from their own folder.
package.path = "strategies/?.lua;" .. package.path

local function history_of(list)
  return setmetatable({}, {
    __len = function() return #list end,
    __index = function(_, i) return list[i < 0 and #list + 1 + i or i] end,
  })
end

-- Even draws that are the same in each run (a linear congruential generator, Lehmer's).
local function generator(seed)
  local state = seed or 1
  return function()
    state = state * 48271 % 2147483647
    return (state - 1) / 2147483646
  end
end

-- A strategy and a ctx for it. `options`: params (by name, over the defaults), history (a list), seed, rng.
function helpers.open(path, options)
  options = options or {}
  local strategy = dofile("strategies/" .. path)
  local params = {}
  for name, param in pairs(strategy.params or {}) do
    params[name] = type(param) == "table" and param.default or param
  end
  for name, value in pairs(options.params or {}) do
    assert(params[name], "no parameter " .. name)
    params[name] = value
  end
  local ctx = {
    now = 0, device_id = 1, name = "firm", params = params, state = {},
    history = history_of(options.history or {}),
    rng = options.rng or generator(options.seed),
    log = function() end,
  }
  return strategy, ctx
end

local function with(defaults, changes)
  for key, value in pairs(changes or {}) do
    defaults[key] = value
  end
  return defaults
end

-- An offer with everything at a common value; `changes` are laid over it.
function helpers.offer(changes)
  return with({
    battery = 7, energy = 0.4, value = 10, need = 5, budget = 2, energy_total = 8, remaining = 7.6, for_sale = 5,
    voltage = 48, discharge_rate = 5, closes = 2, health = "good", asked = 1,
  }, changes)
end

function helpers.result(changes)
  return with({
    battery = 7, outcome = "rejected", code = "not_competitive", energy = 0, bid_price = 9, bid_energy = 0.4,
    value = 10, closes = 2, may_rebid = false,
  }, changes)
end

function helpers.battery(changes)
  return with({
    energy_total = 8, capacity = 10, floor = 1, available = 6, lot = 0.4, level = "high", health = "good", voltage = 48,
    power = 5, one_way = 0.943398, wear = 4, feed_in = 3.3, retail = 28, expected_need = 3, interval = 0,
    second_of_day = 61200,
  }, changes)
end

function helpers.market(changes)
  return with({
    index = 0, starts = 0, ends = 300, second_of_day = 61200, mechanism = "first-price", value = 10, need = 5,
    budget = 2,
  }, changes)
end

-- ---- assertions ----

function helpers.near(expected, actual, tolerance)
  local close = type(actual) == "number" and math.abs(expected - actual) <= (tolerance or 1e-9)
  if not close then
    error(("expected %.12g, got %s"):format(expected, tostring(actual)), 2)
  end
end

-- ---- a long random life, in which a bidder must keep its bounds ----

local function random_result(rng, bid, energy, value)
  local outcomes = { "accepted", "rejected", "outbid", "expired", "failed" }
  local outcome = outcomes[math.floor(rng() * 5) + 1]
  local won = outcome == "accepted"
  return helpers.result {
    outcome = outcome, code = "none", bid_price = bid, bid_energy = energy, value = value,
    best = rng() < 0.5 and rng() * 20 or nil, price = won and bid * rng() or nil, energy = won and energy or 0,
    may_rebid = outcome == "outbid",
  }
end

-- Asks, and asks once more after "wait". Returns the bid's price and energy, or nil and the reason.
local function ask(s, ctx, offer)
  local price, energy = s.on_offer(ctx, offer)
  if price == "wait" then
    offer.asked = 2
    price, energy = s.on_offer(ctx, offer)
    assert(price ~= "wait", "waits twice")
  end
  return price, energy
end

local function check_bid(offer, price, energy)
  assert(price >= (offer.reserve or 0), "bids below the reserve")
  assert(price <= offer.value, "bids above its value")
  assert(energy == nil or energy > 0 and energy <= offer.energy, "bids for more than there is")
end

-- Results until the bid is settled; each is told, and put into the history.
local function settle(s, ctx, history, rng, offer, price, energy, note)
  while price do
    local after = random_result(rng, price, energy or offer.energy, offer.value)
    history[#history + 1] = after
    if #history > 64 then
      table.remove(history, 1)
    end
    local again = s.on_result and s.on_result(ctx, after)
    note(again)
    assert(not again or after.may_rebid, "raises what cannot be raised")
    if not after.may_rebid then
      return
    end
    assert(not again or again <= offer.value, "raises above its value")
    price = again and again > price and again
  end
end

local function random_life(path, seed, options)
  local history, notes = {}, {}
  local s, ctx = helpers.open(path, { history = history, seed = seed, params = options.params })
  local _, dice = helpers.open(path, { seed = seed + 41, params = options.params })
  local rng = dice.rng
  local function note(what)
    notes[#notes + 1] = tostring(what)
  end
  local bids = 0
  if s.on_start then
    s.on_start(ctx)
  end
  for round = 0, 3000 do
    ctx.now = round
    local value = rng() * 30 - 5
    if s.on_interval and round % 25 == 0 then
      s.on_interval(ctx, helpers.market {
        index = round // 25, starts = round, value = value, spot = rng() < 0.9 and value or nil,
        forecast = rng() < 0.9 and value + rng() - 0.5 or nil,
      })
    end
    local offer = helpers.offer {
      battery = 1 + round % 25, value = value, reserve = rng() < 0.5 and rng() * 15 or nil, closes = round + 2,
    }
    local price, energy = ask(s, ctx, offer)
    note(price)
    if price then
      bids = bids + 1
      check_bid(offer, price, energy)
    else
      assert(type(energy) == "string", "passes without a reason")
    end
    settle(s, ctx, history, rng, offer, price, energy, note)
  end
  return table.concat(notes, " "), bids
end

-- A bidder through thousands of random offers and results: never above its value, never below a disclosed reserve, no
-- bid without a value, a reason for each pass, and all of it again with the same seed. `options`: params, least_bids.
function helpers.keeps_bounds(path, options)
  options = options or {}
  for seed = 1, 3 do
    local first, bids = random_life(path, seed, options)
    assert(bids >= (options.least_bids or 300), ("%s bids only %d times"):format(path, bids))
    assert(first == random_life(path, seed, options), path .. " is not the same twice")
  end
end

return helpers

-- SPDX-License-Identifier: MIT
-- A small stand-in for the engine, enough to call a strategy's hooks under plain Lua.
local helpers = {}

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

return helpers

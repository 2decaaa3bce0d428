-- SPDX-License-Identifier: MIT
-- Prices and tariffs from what is natural to write in Lua.
local core = require("etp.core")

local prices = {}

local INTERVAL = 300
-- Noon of 1 January 2025, where the built-in days begin too.
local STARTS = 1735732800

local function keys_known(what, given, names)
  local unknown
  for key in pairs(given) do
    if type(key) == "string" and not names[key] and (not unknown or key < unknown) then
      unknown = key
    end
  end
  if unknown then
    error(("%s: \"%s\" is not known"):format(what, unknown), 0)
  end
end

-- The decimal point is a point under every locale.
local function number_text(number)
  return (("%.14g"):format(number):gsub(",", "."))
end

local function steps_text(steps)
  local times, list = {}, {}
  for time in pairs(steps) do
    if type(time) ~= "string" then
      error("tariff: a table has times as keys, such as { [\"00:00\"] = 2.1, [\"15:00\"] = 8.4 }", 0)
    end
    times[#times + 1] = time
  end
  table.sort(times)
  for i, time in ipairs(times) do
    if type(steps[time]) ~= "number" then
      error(("tariff: the price at %s must be a number, not a %s"):format(time, type(steps[time])), 0)
    end
    list[i] = time .. "=" .. number_text(steps[time])
  end
  return table.concat(list, ",")
end

function prices.tariff(price)
  local kind = type(price)
  if kind == "number" then
    return core.tariff(number_text(price))
  elseif kind == "string" then
    return core.tariff(price)
  elseif kind == "table" then
    return core.tariff(steps_text(price))
  elseif kind == "userdata" then
    return price
  end
  error("tariff: a number, a text or a table of prices by time of day, not a " .. kind, 0)
end

local function check_whole(name, value, least, most)
  if type(value) ~= "number" or not math.tointeger(value) or value < least or value > most then
    local range = most == math.maxinteger and ("from %d"):format(least) or ("from %d to %d"):format(least, most)
    local shown = type(value) == "string" and ("%q"):format(value) or tostring(value)
    error(("prices: %s must be a whole number %s, not %s"):format(name, range, shown), 0)
  end
end

-- Made-up summer days.
function prices.generate(options, seed)
  local days = options.days or 1
  check_whole("days", days, 1, 3660)
  check_whole("seed", seed, 0, math.maxinteger)
  return core.prices_generate(days, options.interval or INTERVAL, seed)
end

local function made_up(options)
  keys_known("prices", options, { days = true, interval = true, seed = true })
  return prices.generate(options, options.seed or 1)
end

function prices.make(source)
  local kind = type(source)
  if kind == "string" then
    return core.prices_load(source)
  elseif kind == "userdata" then
    return source
  elseif kind ~= "table" then
    error("prices: the name of a file, a list of c/kWh, or a table with days, interval and seed, not a " .. kind, 0)
  end
  if source[1] == nil then
    return made_up(source)
  end
  keys_known("prices", source, { interval = true, starts = true })
  return core.prices_from(source, source.starts or STARTS, source.interval or INTERVAL)
end

return prices

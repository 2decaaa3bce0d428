-- SPDX-License-Identifier: MIT

--- Energy auctions from plain Lua: messages of the Energy Trading Protocol, and whole markets with your functions as
-- strategies.
--
-- What may be bad through no fault of the caller (bytes, a file, a script, options that do not fit together) comes back
-- as nil and a sentence. A call that is wrong whatever the world is like (a type, an unknown name, a number out of its
-- range) raises one. docs/lua-module.md is the guide; units are those of docs/scripting.md: c/kWh, kWh, dollars,
-- seconds.
--
-- Everything of one Lua state belongs to one thread. Several Lua states may use the module at once.
-- @module etp

-- This file runs in any Lua from 5.1 on, far enough to say what is wrong.
if _VERSION ~= "Lua 5.4" then
  error("the module etp needs Lua 5.4, and this is " .. tostring(_VERSION)
    .. ": run the program with lua5.4 (a suite with busted --lua=lua5.4), and install the rock with"
    .. " luarocks --lua-version 5.4", 0)
end

-- Of this half of the module; the C half has its own.
local VERSION = "0.1.0"

local function load_core()
  local found, core = pcall(require, "etp.core")
  if not found then
    error("the C half of the module etp, etp/core.so, cannot be loaded; if it was built for another Lua, install the"
      .. " rock again with luarocks --lua-version 5.4. " .. tostring(core), 0)
  end
  if core.lua_version ~= 504 then
    error("the C half of the module etp was built for another Lua than 5.4: install the rock again", 0)
  end
  if core.version ~= VERSION then
    error(("the two halves of the module etp do not belong together: etp/init.lua is %s, etp/core.so is %s. Perhaps"
      .. " package.path and package.cpath find two installations"):format(VERSION, tostring(core.version)), 0)
  end
  return core
end

local core = load_core()
local blame = require("etp.blame")
local market = require("etp.market")
local prices = require("etp.prices")
local scripts = require("etp.scripts")

local etp = {}

--- The version of the module and of the engine in it, such as "0.1.0".
etp._VERSION = core.version

--- The ten types of messages by name: number, priority, delay_limit (s), sent_by_bess, sent_by_aggregator.
etp.types = core.types

--- The termination codes by name: what each means.
etp.codes = core.codes

--- Checks a message: a table with the protocol's field names, as docs/protocol.md lists them. `message_type`,
-- `termination_code` and `battery_health_status_code` are names or numbers. A field that is left out is 0, `ttl` 5; the
-- type and the two ids must be there.
-- @function validate
-- @tparam table message
-- @treturn boolean true; or nil and what is wrong with which field
etp.validate = core.validate

--- The bytes of one message.
-- @function encode
-- @tparam table message as for `validate`
-- @treturn string the bytes; or nil and what is wrong with which field
etp.encode = core.encode

--- The message at the front of some bytes, or from another place on.
-- @function decode
-- @tparam string bytes
-- @tparam[opt=1] integer at where it begins
-- @treturn table the message, with names for types, codes and health where there are some
-- @treturn integer the place behind it; or nil, what is wrong, and the refusal's name such as "truncated"
etp.decode = core.decode

--- A frame: messages back to back, and the seal that protects them.
-- @function frame
-- @tparam table messages a list of at least one
-- @treturn string the bytes; or nil and what is wrong: a message, or too many of them for one frame
etp.frame = core.frame

--- The messages of a frame that arrived. A frame of which anything is wrong is refused whole.
-- @function unframe
-- @tparam string bytes
-- @treturn table a list of messages; or nil, what is wrong, and the refusal's name such as "checksum"
etp.unframe = core.unframe

--- A price by time of day, for what homes pay or earn.
-- @tparam number|string|table price c/kWh, 0 to 200: one number; a text such as "00:00=2.1,15:00=8.4"; or a table of
-- the same, { ["00:00"] = 2.1, ["15:00"] = 8.4 }
-- @return a tariff, with the method `at(second_of_day)`; or nil and what is wrong
function etp.tariff(price)
  return blame(prices.tariff, price)
end

--- Wholesale prices, one for each market interval. The result has `#prices`, `prices[1]` in c/kWh, and the fields
-- starts (s since 1970), interval (s), source, region, hash; `resample(interval)` gives the same with longer or shorter
-- intervals, `first_noon()` how many intervals lie before the first noon.
-- @tparam string|table source the name of a file of AEMO's prices; or a list of c/kWh, with `interval` in s
-- (300 if left out) and `starts` in s since 1970 (noon of 1 January 2025 if left out); or nothing but `days`,
-- `interval` and `seed`, for made-up summer days
-- @return prices; or nil and what is wrong with the file
function etp.prices(source)
  return blame(prices.make, source)
end

--- The same from the text of a file.
-- @tparam string name stands for the file in messages
-- @tparam string text
-- @return prices; or nil and what is wrong
function etp.parse_prices(name, text)
  return core.prices_parse(name, text)
end

--- A fleet of homes, drawn from a seed: what a market with the same seed would have. `#fleet` homes; `fleet[1]` is a
-- table of what there is to know of one. `fleet:flows(place, interval, second_of_day, seconds)` gives the sun's and the
-- load's kWh of one interval, `fleet:expected_need(place, second_of_day)` the own use that the home expects.
-- @tparam table options `homes` (100), `seed` (1), and any of inverter, export_limit (kW), round_trip, floor, pv_low,
-- pv_high (kW), wear, wear_spread (c/kWh), need_factor, start_charge
-- @return a fleet; or nil and what does not fit together
function etp.fleet(options)
  return market.fleet(options)
end

--- A market, ready to run. See `etp.market`.
-- @tparam[opt] table options
-- @return a market; or nil and what is wrong
function etp.market(options)
  return market.new(options)
end

--- Paths of the strategies that come with the module.
-- @treturn table a list of names, in which each name is also a key that leads to the path of its file
function etp.strategies()
  return scripts.list("")
end

--- Paths of the reserve policies that come with the module.
-- @treturn table as for `strategies`
function etp.policies()
  return scripts.list("reserve/")
end

return etp

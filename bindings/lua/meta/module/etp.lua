-- SPDX-License-Identifier: MIT
---@meta etp

-- require "etp" for lua-language-server: docs/lua-module.md is the guide and says how an editor finds this. A test
-- compares it with the module, name by name and option by option: whoever changes one changes the other. Hooks are
-- those of the script API, script/api.lua.

-- ---- values ----

---Prices, one for each market interval.
---@class etp.module.prices
---@field starts number s since 1970; of the first interval
---@field interval number s
---@field source string "AEMO"; empty for prices from a list
---@field region string such as "VIC1"
---@field hash string of all prices with their times
---@field [integer] number c/kWh
---@operator len: integer
local prices = {}

---The same with longer or shorter intervals.
---@param interval number s
---@return etp.module.prices?
---@return string? why
function prices:resample(interval) end

---How many intervals lie before the first noon.
---@return integer?
function prices:first_noon() end

---A price by time of day.
---@class etp.module.tariff
local tariff = {}

---@param second_of_day number
---@return number price c/kWh
function tariff:at(second_of_day) end

---A home as it stands.
---@class etp.module.home
---@field device? integer id; in a market
---@field capacity number kWh; usable
---@field floor number kWh; kept in any case
---@field energy_total number kWh; stored now
---@field energy_at_start number kWh
---@field available number kWh; at the meter, above the floor
---@field level etp.level how full it is
---@field power number kW; the most that it gives
---@field export_limit number kW
---@field one_way number 0 to 1; efficiency of one way
---@field wear number c/kWh; of discharging
---@field pv_peak number kW
---@field load_scale number
---@field pv number kWh; so far, as all that follow
---@field load number kWh
---@field spilled number kWh
---@field imported number kWh
---@field curtailed number kWh
---@field sold number kWh
---@field own_use number kWh
---@field import_cost number $
---@field feed_in_income number $
---@field sales_income number $
---@field cost? number $; in a market

---Homes, drawn from a seed.
---@class etp.module.fleet
---@field [integer] etp.module.home
---@operator len: integer
local fleet = {}

---The sun's and the load's kWh of an interval.
---@param place integer from 1
---@param interval integer from 0
---@param second_of_day integer of its start
---@param seconds number how long it is
---@return number sun
---@return number load
function fleet:flows(place, interval, second_of_day, seconds) end

---The own use that a home expects, kWh.
---@param place integer from 1
---@param second_of_day integer
---@return number
function fleet:expected_need(place, second_of_day) end

---What a fleet was made from: the options, the seed, how many homes.
---@return table
---@return integer
---@return integer
function fleet:facts() end

---A message with the protocol's field names.
---@class etp.module.message
---@field message_type etp.message|integer
---@field message_id integer
---@field device_id integer
---@field ttl? integer 5 if left out; all others 0
---@field in_reply_to? integer
---@field bid_price? number c/kWh
---@field sale_price? number c/kWh
---@field required_energy_amount? number kWh
---@field energy_total? number kWh
---@field remaining_battery_energy? number kWh
---@field percentage_for_sale? number %
---@field battery_voltage? number V
---@field discharge_rate? number kW
---@field battery_health_status_code? etp.health|integer
---@field termination_code? etp.code|integer
---@field closes_in_ms? integer ms

---@class etp.module.type
---@field number integer
---@field priority integer
---@field delay_limit number s
---@field sent_by_bess boolean
---@field sent_by_aggregator boolean

-- ---- options ----

---@class etp.module.fleet_options
---@field inverter? number kW
---@field export_limit? number kW
---@field round_trip? number 0 to 1
---@field floor? number 0 to 1
---@field pv_low? number kW
---@field pv_high? number kW
---@field wear? number c/kWh
---@field wear_spread? number c/kWh
---@field need_factor? number
---@field start_charge? number 0 to 1
---@field capacity? number 0.1 to 10, times all capacities as drawn

---@class etp.module.homes_options: etp.module.fleet_options
---@field homes? integer 100
---@field seed? integer 1

---@class etp.module.timing
---@field window? number s; all of them
---@field hold? number
---@field query_spread? number
---@field query_repeat? number
---@field confirm_repeat? number
---@field decide_lead? number
---@field register_period? number
---@field status_period? number
---@field doubt_limit? number

---@class etp.module.network_options
---@field delay? number s
---@field jitter? number s
---@field loss? number a chance; as those that follow
---@field duplicate? number
---@field reorder? number
---@field flip? number
---@field bandwidth? integer bit/s each way, 0 = no limit
---@field max_frames? integer

---@class etp.module.buyers
---@field q? number
---@field spread? number c/kWh
---@field noise? number c/kWh
---@field loss_factor? number
---@field cost_to_serve? number c/kWh
---@field need? number times the fleet's power
---@field budget? number $

---Where a strategy comes from, with a name and parameters.
---@class etp.module.strategy_spec
---@field file? string
---@field text? string the script itself
---@field chunk? string what `text` is called in messages
---@field hooks? etp.aggregator|etp.bess
---@field name? string
---@field params? table<string, number>

---@alias etp.module.buyer string|false|etp.aggregator|etp.module.strategy_spec
---|fun(ctx: etp.ctx, offer: etp.offer): number|"wait"|false|nil, number|string|nil
---@alias etp.module.seller string|false|etp.bess|etp.module.strategy_spec
---|fun(ctx: etp.ctx, battery: etp.battery): number|false, number|nil

---@class etp.module.market_options
---@field firms? etp.module.buyer[] who buys; five shipped strategies if left out
---@field rivals? integer 0 to 100; so many shipped strategies besides
---@field reserve? etp.module.seller the batteries' policy; "two_tier"
---@field utility? boolean the single utility in place of firms
---@field portfolios? integer into how many parts the demand is cut
---@field homes? integer 100
---@field fleet? etp.module.fleet|etp.module.fleet_options
---@field seed? integer 1
---@field prices? string|number[]|etp.module.prices a file, c/kWh, or what etp.prices gave; made up if left out
---@field days? integer from the first noon on
---@field interval? number s; 300, or that of the prices
---@field first? integer in place of days: the first interval, from 0
---@field intervals? integer in place of days: how many
---@field feed_in? number|string|table<string, number>|etp.module.tariff c/kWh; 3.3
---@field retail? number|string|table<string, number>|etp.module.tariff c/kWh; 33
---@field mechanism? etp.mechanism
---@field disclose? "none"|"reserve"|"winner"|"both"
---@field timing? etp.module.timing
---@field network? etp.module.network_options
---@field buyers? etp.module.buyers
---@field failures? number chance a day
---@field outage? number s
---@field strict? boolean step() raises the first error of a hook
---@field log? fun(level: string, component: string, text: string)
---@field log_level? "error"|"warn"|"info"|"debug"

-- ---- a market ----

---@class etp.module.totals
---@field intervals integer
---@field auctions integer
---@field bids integer
---@field trades integer
---@field lapses integer
---@field in_doubt integer
---@field unresolved integer
---@field sold number kWh
---@field offered number kWh
---@field paid number $
---@field worth number $
---@field owners_cost number $
---@field price? number c/kWh; the mean; nil if nothing was sold
---@field memory_bytes integer

---@class etp.module.strategy_facts
---@field name string
---@field role etp.role
---@field hash? string of a script's source
---@field params table<string, number>
---@field calls integer
---@field errors integer
---@field last_error? string
---@field overruns integer
---@field suspended boolean
---@field log_lines integer
---@field log_dropped integer

---@class etp.module.firm
---@field name string
---@field device integer id
---@field intervals integer
---@field queries integer
---@field offers integer
---@field bids integer
---@field rebids integer
---@field trades integer
---@field rejected integer
---@field expired integer
---@field in_doubt integer
---@field unresolved integer
---@field energy number kWh
---@field paid number $
---@field worth number $
---@field hook_calls integer
---@field hook_errors integer
---@field strategy? etp.module.strategy_facts nil for the engine's default

---@class etp.module.event
---@field kind string
---@field time number s
---@field interval integer
---@field device integer id
---@field name string
---@field peer? integer id
---@field message? integer id
---@field price? number c/kWh
---@field energy? number kWh
---@field amount? number $
---@field reserve? number c/kWh
---@field value? number c/kWh
---@field code? etp.code
---@field refusal? string
---@field type? etp.message
---@field delay? number s

---@class etp.module.delay
---@field count integer
---@field max number s
---@field p50 number s
---@field p90 number s
---@field p99 number s

---@class etp.module.network
---@field sent integer
---@field delivered integer
---@field lost integer
---@field duplicated integer
---@field held_back integer
---@field flipped integer
---@field overflowed integer
---@field bytes integer

---@class etp.module.engine
---@field frames_sent integer
---@field frames_received integer
---@field frames_unsent integer
---@field bytes_sent integer
---@field outbox_full integer
---@field hook_calls integer
---@field hook_errors integer
---@field sent table<etp.message, integer>
---@field received table<etp.message, integer>
---@field late table<etp.message, integer>
---@field refused table<string, integer>

---@class etp.module.market
local market = {}

---Runs the next interval.
---@return boolean? more nil if the engine itself failed
---@return string? why
function market:step() end

---Runs all intervals that are left.
---@return etp.module.totals?
---@return string? why
function market:run() end

---for index in market:intervals() do: runs one in each round.
---@return fun(): integer?
function market:intervals() end

---Calls a function for each event of a kind, "*" for all.
---@param kind string
---@param subscriber fun(event: etp.module.event)
---@return etp.module.market
function market:on(kind, subscriber) end

---@return etp.module.totals
function market:totals() end

---A list, in which each is also found by its name.
---@return table<integer|string, etp.module.firm>
function market:firms() end

---@return etp.module.strategy_facts?
function market:policy() end

---Sets a parameter, of the policy as "reserve".
---@param firm string
---@param name string
---@param value number
---@return boolean?
---@return string? why
function market:set(firm, name, value) end

---@return etp.module.home[]
function market:homes() end

---@param place integer from 1
---@return etp.module.home
function market:home(place) end

---What each owner's cost would be without any market, $.
---@return number[]
function market:costs_without_market() end

---@return table<etp.message, etp.module.delay>
function market:delays() end

---@return etp.module.network
function market:network() end

---@return etp.module.engine
function market:engine() end

---32 digits over all that happened; nil before the end.
---@return string?
function market:digest() end

---Whether every account adds up.
---@return boolean?
---@return string? why
function market:check() end

---@return boolean
function market:over() end

---@return boolean
function market:closed() end

function market:close() end

-- ---- the module ----

---@class etp.module
---@field _VERSION string
---@field types table<etp.message, etp.module.type>
---@field codes table<etp.code, string> what each means
local etp = {}

---@param message etp.module.message
---@return boolean?
---@return string? why
function etp.validate(message) end

---@param message etp.module.message
---@return string? bytes
---@return string? why
function etp.encode(message) end

---@param bytes string
---@param at? integer where it begins; 1
---@return etp.module.message?
---@return integer|string behind the place behind it, or what is wrong
---@return string? refusal
function etp.decode(bytes, at) end

---@param messages etp.module.message[]
---@return string? bytes
---@return string? why
function etp.frame(messages) end

---@param bytes string
---@return etp.module.message[]?
---@return string? why
---@return string? refusal
function etp.unframe(bytes) end

---@param price number|string|table<string, number>
---@return etp.module.tariff?
---@return string? why
function etp.tariff(price) end

---@param source string|table a file, a list of c/kWh with interval and starts, or days, interval and seed
---@return etp.module.prices?
---@return string? why
function etp.prices(source) end

---@param name string stands for the file in messages
---@param text string
---@return etp.module.prices?
---@return string? why
function etp.parse_prices(name, text) end

---@param options? etp.module.homes_options
---@return etp.module.fleet?
---@return string? why
function etp.fleet(options) end

---@param options? etp.module.market_options
---@return etp.module.market?
---@return string? why
function etp.market(options) end

---Names of the shipped strategies, each also a key that leads to its file.
---@return table<integer|string, string>
function etp.strategies() end

---The same of the shipped reserve policies.
---@return table<integer|string, string>
function etp.policies() end

return etp

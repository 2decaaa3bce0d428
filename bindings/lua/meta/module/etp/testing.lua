-- SPDX-License-Identifier: MIT
---@meta etp.testing

-- require "etp.testing" for lua-language-server; see etp.lua.

---What a test sets of `ctx`.
---@class etp.testing.context
---@field now? number s
---@field deadline? number s
---@field device_id? integer id
---@field name? string
---@field node? integer which `ctx.state`
---@field history? table[] finished bids, oldest first

---A strategy or a reserve policy, whose hooks a test calls. `changes` are laid over the usual values.
---@class etp.testing.strategy
---@field context etp.testing.context
local strategy = {}

---@param changes? table over usual_offer
---@return number|"wait"|nil price c/kWh
---@return number|string|nil energy kWh, or why there is no bid
function strategy:offer(changes) end

---@param changes? table over usual_result, or of a policy usual_sale
---@return number? price to bid again
function strategy:result(changes) end

---@param changes? table over usual_battery
---@return number price c/kWh
---@return number energy kWh; 0 sells nothing
function strategy:reserve(changes) end

---@param bids etp.bid[] best first
---@return integer[] places empty for the mechanism's own
function strategy:choose(bids) end

---@param changes? table over usual_market
function strategy:interval(changes) end

function strategy:start() end

---@param changes? table over usual_fault
function strategy:fault(changes) end

---@param name string
---@param value number
function strategy:set(name, value) end

---Begins its random numbers anew.
---@param seed integer
function strategy:seed(seed) end

---@class etp.testing.firm
---@field name? string "rival 1" and so on
---@field strategy? etp.module.buyer
---@field bid? number c/kWh; the same for everything
---@field value? number c/kWh
---@field need? number kWh
---@field budget? number $

---@class etp.testing.battery
---@field lot? number kWh; 0.4
---@field reserve? number c/kWh; left out, the policy's
---@field energy_total? number kWh
---@field capacity? number kWh
---@field floor? number kWh
---@field power? number kW
---@field wear? number c/kWh
---@field feed_in? number c/kWh
---@field retail? number c/kWh
---@field expected_need? number kWh

---@class etp.testing.options
---@field strategy? etp.module.buyer called "mine"
---@field value? number c/kWh; 12
---@field need? number kWh; 5
---@field budget? number $; 1000
---@field rivals? (number|string|etp.testing.firm|etp.aggregator|function)[]
---@field batteries? integer|etp.testing.battery[] 1
---@field policy? etp.module.seller of batteries without a reserve
---@field mechanism? etp.mechanism
---@field disclose? "none"|"reserve"|"winner"|"both"
---@field intervals? integer 1
---@field spot? number c/kWh
---@field forecast? number c/kWh; 8
---@field seed? integer
---@field failures? boolean count failed hooks rather than raise

---@class etp.testing.trade
---@field battery string "battery 1"
---@field firm string "mine", "rival 1"
---@field price number c/kWh
---@field energy number kWh
---@field amount number $
---@field interval integer

---@class etp.testing.bid
---@field battery string
---@field firm string
---@field price number c/kWh
---@field energy number kWh
---@field code etp.code "none" where it was taken
---@field interval integer

---What happened in a small market.
---@class etp.testing.market
---@field trades etp.testing.trade[]
---@field bids etp.testing.bid[]
---@field events etp.module.event[]
---@field strategies table
local market = {}

---A firm's trades, and their sums.
---@param firm? string "mine"
---@return etp.testing.trade[]|{ energy: number, paid: number }
function market:won(firm) end

---Raises what happened if the firm has won nothing like it.
---@param wanted? { firm?: string, battery?: string, price?: number, energy?: number, interval?: integer }
---@return etp.testing.trade
function market:assert_won(wanted) end

---@class etp.testing
---@field usual_offer table
---@field usual_result table
---@field usual_battery table
---@field usual_sale table
---@field usual_market table
---@field usual_fault table
local testing = {}

---@param given string|etp.module.strategy_spec|etp.aggregator|etp.bess|function
---@param params? table<string, number>
---@return etp.testing.strategy
function testing.load(given, params) end

---@param options etp.testing.options
---@return etp.testing.market
function testing.market(options) end

return testing

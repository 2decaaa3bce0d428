-- SPDX-License-Identifier: MIT
-- Equilibrium: shades its value as if all its rivals did the same sum.
--
-- Vickrey 1961, "Counterspeculation, auctions, and competitive sealed tenders": in a first-price auction among N
-- bidders whose values are drawn evenly from 0 up, the bid v (N - 1) / N is the best answer to everyone else's
-- bidding so. From a floor up it is floor + (v - floor) (N - 1) / N. For values with any other distribution F it is v
-- less the integral of F^(N-1) from the floor to v, over F(v)^(N-1) (Riley and Samuelson 1981, "Optimal auctions");
-- this page does not compute that and shades too much where low values are rarer than even draws would have them, too
-- little where they are commoner.
--
-- The floor is the highest of: 0, a disclosed reserve (who values less does not bid), and the least that a kWh would
-- be worth to firms like us today: the public forecast and the least of our own (value - forecast) in the last
-- `memory` intervals. N, if not set, comes from outcomes: among equals one in N wins, so it is contests over wins in
-- ctx.history, with three contests and one win added so that it begins at 3. Refusals below the reserve are no
-- contests. Not all firms bid in each interval, nor by this rule: N is how many equals would beat us as often. It is
-- estimated at the first offer of an interval, for all of it.
--
-- Where winners pay less than they bid (second price, uniform price), it bids its value. In an ascending auction it
-- opens as in a sealed one and then raises step by step to its value.
--
--   bidders   N; 0 to estimate it
--   memory    of how many intervals it knows its values
--   step      how far it raises
local S = {
  api = 1, role = "aggregator",
  params = {
    bidders = { default = 0, min = 0, max = 1000, live = true, doc = "N, how many bid; 0 to estimate it" },
    memory = { default = 48, min = 1, max = 1000, doc = "intervals whose values it remembers" },
    step = { default = 0.1, min = 0.0001, max = 10, unit = "c/kWh", live = true, doc = "how far it raises" },
  },
}

local function least(list)
  local low = math.huge
  for i = 1, #list do
    low = math.min(low, list[i])
  end
  return low
end

function S.on_interval(ctx, market)
  local state = ctx.state
  state.truthful = market.mechanism == "second-price" or market.mechanism == "uniform-price"
  state.floor = 0
  state.contenders = nil
  if market.forecast then
    state.own = state.own or {}
    state.seen = (state.seen or 0) + 1
    state.own[(state.seen - 1) % math.floor(ctx.params.memory) + 1] = market.value - market.forecast
    state.floor = math.max(0, market.forecast + least(state.own))
  end
end

local function estimate(history)
  local wins, losses = 1, 2
  for i = 1, #history do
    local past = history[i]
    if past.outcome == "accepted" then
      wins = wins + 1
    elseif past.code == "not_competitive" or past.code == "outbid" then
      losses = losses + 1
    end
  end
  return (wins + losses) / wins
end

local function contenders(ctx)
  if ctx.params.bidders > 0 then
    return ctx.params.bidders
  end
  local state = ctx.state
  state.contenders = state.contenders or estimate(ctx.history)
  return state.contenders
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  elseif ctx.state.truthful then
    return offer.value, offer.energy
  end
  local floor = math.min(math.max(reserve, ctx.state.floor or 0), offer.value)
  local n = math.max(1, contenders(ctx))
  return floor + (offer.value - floor) * (n - 1) / n, offer.energy
end

function S.on_result(ctx, result)
  local again = math.max(result.best or 0, result.bid_price) + ctx.params.step
  if result.may_rebid and again <= result.value then
    return again
  end
end

return S

-- SPDX-License-Identifier: MIT
-- MGD: GD that does not believe in prices far from those of the last interval.
--
-- Tesauro and Das 2001, "High-performance bidding agents for the continuous double auction": with little or odd
-- history the belief of Gjerstad and Dickhaut (gd.lua) can swing wildly; so no bid below the lowest price traded in
-- the last trading period is believed to be taken, and every bid above the highest. A period is here a market
-- interval in which we took part, and its trades are the bids of ours that won and, where disclosed, those that we
-- lost to.
--
-- In their market others' trades move these bounds. Ours would never fall, since we would never bid below the lower
-- one; so both are moved outwards by `slack`, which is also how far prices may fall from one interval to the next.
--
--   start, sure, step   as in gd.lua
--   slack               how far the bounds lie outside the last interval's prices
local belief = require "common.belief"

local S = {
  api = 1, role = "aggregator",
  params = {
    start = { default = 0.5, min = 0, max = 30, unit = "c/kWh", live = true, doc = "below its value without history" },
    sure = { default = 1, min = 0.001, max = 100, unit = "c/kWh", live = true, doc = "above all seen, a bid is sure" },
    step = { default = 0.1, min = 0.0001, max = 30, unit = "c/kWh", live = true, doc = "least raise of a beaten bid" },
    slack = { default = 1, min = 0.001, max = 30, unit = "c/kWh", live = true, doc = "outside the last prices" },
  },
}

function S.on_interval(ctx)
  local state = ctx.state
  state.floor = state.low and math.max(0, state.low - ctx.params.slack)
  state.ceiling = state.high and state.high + ctx.params.slack
  state.low, state.high = nil, nil
end

local function promising(ctx, value, low)
  return belief.bid(ctx.history, value, low, ctx.params.sure, ctx.state.floor, ctx.state.ceiling)
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  return math.max(promising(ctx, offer.value, reserve) or offer.value - ctx.params.start, reserve), offer.energy
end

function S.on_result(ctx, result)
  local state = ctx.state
  local traded = result.outcome == "accepted" and result.bid_price or result.code ~= "below_reserve" and result.best
  if traded then
    state.low = math.min(state.low or traded, traded)
    state.high = math.max(state.high or traded, traded)
  end
  if result.may_rebid then
    return promising(ctx, result.value, math.max(result.best or 0, result.bid_price) + ctx.params.step)
  end
end

return S

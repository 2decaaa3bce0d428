-- SPDX-License-Identifier: MIT
-- Shaver: a step above the best price that it knows of, or a step below the last that won.
--
-- The "shaver" of double auctions shaves the best quote by the least step, up to its limit, and thinks no further:
-- SHVR in Cliff 2018, "BSE: a minimal simulation of a limit-order-book stock exchange". In an ascending auction that
-- is how it raises. In a sealed one there is no quote to see. What stands for it are this interval's outcomes: the
-- highest price that lost (or that won where it lost, if disclosed) must be topped, and the lowest price that won is
-- more than enough. Between the two it goes on shaving; each interval begins anew, since the rivals' values do too.
--
-- A refusal below the reserve counts as lost only if no battery has taken that price in this interval
-- (common/news.lua).
--
--   step    how far it moves at a time
--   start   how far below its value it begins
local news = require "common.news"

local S = {
  api = 1, role = "aggregator",
  params = {
    step = { default = 0.05, min = 0.0001, max = 10, unit = "c/kWh", live = true, doc = "how far it moves at a time" },
    start = { default = 0.6, min = 0, max = 30, unit = "c/kWh", live = true, doc = "below its value when it begins" },
  },
}

function S.on_interval(ctx)
  ctx.state.lost, ctx.state.won = nil, nil
end

local function price_of(ctx, value)
  local step, lost, won = ctx.params.step, ctx.state.lost, ctx.state.won
  local price = value - ctx.params.start
  if won then
    price = won - step
  end
  if lost then
    price = math.max(price, lost + step)
  end
  return math.max(0, math.min(price, value))
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  return math.max(price_of(ctx, offer.value), reserve), offer.energy
end

function S.on_result(ctx, result)
  local state = ctx.state
  local what = news.of(result, state.won)
  if what == "won" then
    state.won = math.min(state.won or result.bid_price, result.bid_price)
  elseif what == "lost" then
    state.lost = math.max(state.lost or 0, result.best or result.bid_price)
  end
  local again = (result.best or result.bid_price) + ctx.params.step
  if result.may_rebid and again > result.bid_price and again <= result.value then
    return again
  end
end

return S

-- SPDX-License-Identifier: MIT
-- Sniper: waits until shortly before the close, then bids on the newest news, if the profit is worth it.
--
-- Kaplan's program won the double auction tournament of Rust, Miller and Palmer 1994, "Characterizing effective
-- trading strategies: insights from a computerized double auction tournament": keep out until the others have nearly
-- agreed (bid and ask within 10 %), and strike if that leaves a profit of 2 %. Roth and Ockenfels 2002, "Last-minute
-- bidding and the rules for ending second-price auctions", say why it pays where a close is hard: nobody can answer.
--
-- In an ascending auction it does just that, and raises as long as there is time. In a sealed one nobody would have
-- seen an early bid either; all that waiting brings is the outcomes that came in meanwhile. They tell the price: what
-- won in this interval is enough, what lost (or won where it lost, if disclosed) must be topped by a step. Kaplan's
-- 10 % became the distance from its value while it knows nothing, his 2 % the profit that it keeps in any case.
-- Refusals of dear batteries are no news (common/news.lua).
--
--   gap     how far below its value it bids when it knows nothing, a part of the value
--   least   least profit, a part of the value
--   step    how far it goes beyond a price that lost
local news = require "common.news"

local S = {
  api = 1, role = "aggregator",
  params = {
    gap = { default = 0.1, min = 0, max = 1, live = true, doc = "below its value when it knows nothing" },
    least = { default = 0.02, min = 0, max = 1, live = true, doc = "least profit, a part of the value" },
    step = { default = 0.1, min = 0.0001, max = 10, unit = "c/kWh", live = true, doc = "above what lost" },
  },
}

function S.on_interval(ctx)
  ctx.state.price, ctx.state.won = nil, nil
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  local limit = offer.value * (1 - ctx.params.least)
  if limit <= 0 or limit < reserve then
    return nil, "no profit worth the shot"
  elseif offer.asked == 1 then
    return "wait"
  end
  local price = ctx.state.price or offer.value * (1 - ctx.params.gap)
  return math.min(math.max(price, reserve), limit), offer.energy
end

function S.on_result(ctx, result)
  local state = ctx.state
  local beaten_at = math.max(result.best or 0, result.bid_price) + ctx.params.step
  local what = news.of(result, state.won)
  if what == "won" then
    state.price, state.won = result.bid_price, math.min(state.won or result.bid_price, result.bid_price)
  elseif what == "lost" then
    state.price = math.max(state.price or 0, beaten_at)
  end
  if result.may_rebid and beaten_at <= result.value * (1 - ctx.params.least) then
    return beaten_at
  end
end

return S

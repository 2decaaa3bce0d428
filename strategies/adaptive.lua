-- SPDX-License-Identifier: MIT
-- Adaptive: learns its margin from what it wins, loses and pays.
--
-- The rule of Widrow and Hoff 1960 ("Adaptive switching circuits"), as the ZIP traders of Cliff 1997 use it ("Minimal-
-- intelligence agents for bargaining behaviors in market-based environments"), without their momentum. Each result
-- gives a target price: a little below what it paid when it won, a little above the price that won (or its own, where
-- that is not disclosed) when it lost. The margin then moves a part of the way to where it would have bid the target.
--
--   start   margin before it has learned anything
--   rate    part of the way that it moves with each result
--   nudge   how far the target may lie from the price, as a part of it; the distance is drawn anew each time
--   most    largest margin
local S = {
  api = 1, role = "aggregator",
  params = {
    start = { default = 0.5, min = 0, max = 30, unit = "c/kWh", doc = "margin before it has learned" },
    rate = { default = 0.3, min = 0, max = 1, live = true, doc = "part of the way that it moves" },
    nudge = { default = 0.05, min = 0, max = 1, live = true, doc = "distance of the target, part of the price" },
    most = { default = 3, min = 0, max = 30, unit = "c/kWh", live = true, doc = "largest margin" },
  },
}

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  local price = offer.value - (ctx.state.margin or ctx.params.start)
  return math.min(math.max(price, reserve), offer.value), offer.energy
end

function S.on_result(ctx, result)
  local nudge = ctx.params.nudge * ctx.rng()
  local target
  if result.outcome == "accepted" then
    target = result.price * (1 - nudge)
  elseif result.outcome == "rejected" or result.outcome == "outbid" then
    target = (result.best or result.bid_price) * (1 + nudge)
  else
    return nil
  end
  local margin = ctx.state.margin or ctx.params.start
  margin = margin + ctx.params.rate * (result.value - target - margin)
  ctx.state.margin = math.max(0, math.min(margin, ctx.params.most))
  local again = result.value - ctx.state.margin
  if result.may_rebid and again > math.max(result.bid_price, result.best or 0) then
    return again
  end
end

return S

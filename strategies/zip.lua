-- SPDX-License-Identifier: MIT
-- ZIP: "zero-intelligence plus", a margin that follows the outcomes of bids, with momentum.
--
-- Cliff 1997, "Minimal-intelligence agents for bargaining behaviors in market-based environments". The bid is value x
-- (1 - margin). After each outcome at a price q there is a target: R q + A, a little below q after a win and a little
-- above it after a loss, R and A drawn anew each time. By the rule of Widrow and Hoff the price should move d = rate
-- x (target - price); it moves g = momentum x g + (1 - momentum) x d, so that one odd outcome does not throw it.
--
-- In the paper everybody hears every shout of a double auction. Bids here are sealed, so it learns from its own: q is
-- the bid, or the price that won where that is disclosed and the bid did not. As in the paper it does not move when
-- by now it would bid less than what won, or more than what lost; outcomes come when it has bid to others since, so
-- that happens. Refusals of dear batteries teach nothing (common/news.lua). Where winners pay less than they bid it
-- still takes its own bid for the price: to chase what it paid would be to bid the reserve and to lose.
--
-- The paper draws rate, momentum and the first margin for each trader; the defaults here are the middles of its
-- ranges.
local news = require "common.news"

local S = {
  api = 1, role = "aggregator",
  params = {
    start = { default = 0.2, min = 0, max = 1, doc = "first margin, part of the value; paper: 0.05-0.35" },
    rate = { default = 0.3, min = 0, max = 1, live = true, doc = "part of the way to the target; paper: 0.1-0.5" },
    momentum = { default = 0.05, min = 0, max = 0.99, live = true, doc = "part of the last move; paper: 0-0.1" },
    relative = { default = 0.05, min = 0, max = 0.5, live = true, doc = "R is up to this from 1" },
    absolute = { default = 0.05, min = 0, max = 5, unit = "c/kWh", live = true, doc = "A is up to this" },
  },
}

local function price_of(ctx, value)
  return value * (1 - (ctx.state.margin or ctx.params.start))
end

-- direction: 1 towards a higher price, -1 towards a lower one.
local function learn(ctx, value, q, direction)
  local price = price_of(ctx, value)
  if (price - q) * direction > 0 then
    return
  end
  local p = ctx.params
  local target = q * (1 + direction * p.relative * ctx.rng()) + direction * p.absolute * ctx.rng()
  local move = p.momentum * (ctx.state.move or 0) + (1 - p.momentum) * p.rate * (target - price)
  ctx.state.move = move
  ctx.state.margin = math.max(0, math.min(1 - (price + move) / value, 1))
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  return math.max(price_of(ctx, offer.value), reserve), offer.energy
end

function S.on_result(ctx, result)
  local what = news.of(result, news.usual(ctx.history))
  if what == "won" then
    learn(ctx, result.value, result.bid_price, -1)
  elseif what == "lost" then
    learn(ctx, result.value, math.max(result.best or 0, result.bid_price), 1)
  end
  if result.may_rebid then
    local again = price_of(ctx, result.value)
    if again > math.max(result.bid_price, result.best or 0) then
      return again
    end
  end
end

return S

-- SPDX-License-Identifier: MIT
-- AA: adaptive aggressiveness. It estimates the market's price, and learns how far beyond or below that to bid.
--
-- Vytelingum 2006, "The structure and behaviour of the continuous double auction" (thesis); Vytelingum, Cliff and
-- Jennings 2008, "Strategic bidding in continuous double auctions". Three layers; common/aggressiveness.lua has the
-- formulas:
--   equilibrium   the market's price p: a mean of the last trades, each weighing 0.9 of the one after it
--   target        for r from -1 (bid nothing) through 0 (bid p) to 1 (bid the value), bent by theta: a curve that is
--                 flat or steep near p
--   learning      at once, r moves part of the way to the r that would have bid a little more than what lost, or a
--                 little less than what won; slowly, theta moves towards its lowest value in a market whose prices
--                 scatter widely and to its highest in a calm one
--
-- The paper's traders hear all trades and shouts, and approach the target by a third of the distance to the standing
-- bid at a time. Bids here are sealed: a bid is the target itself, but for an ascending auction, where it raises by
-- such steps. The trades that it knows are its wins; what it lost to, where disclosed; and where not, its own bid, if
-- that was above p: somebody paid more. Without this the estimate would be stuck whenever prices rise. A change of r
-- counts |r|, so that "more" is more for r < 0, too. Refusals of dear batteries teach nothing (common/news.lua).
local aggressiveness = require "common.aggressiveness"
local news = require "common.news"

local S = {
  api = 1, role = "aggregator",
  params = {
    start = { default = 0.5, min = 0, max = 30, unit = "c/kWh", doc = "below its value before any trade" },
    trades = { default = 30, min = 1, max = 1000, doc = "how many trades make the price and the scatter" },
    rate = { default = 0.4, min = 0, max = 1, live = true, doc = "of both learnings; the paper: 0.2 to 0.6" },
    relative = { default = 0.05, min = 0, max = 1, live = true, doc = "what r should change by, part of it" },
    absolute = { default = 0.01, min = 0, max = 1, live = true, doc = "what r should change by besides" },
    eta = { default = 3, min = 1, max = 100, live = true, doc = "a raise goes 1 / eta of the way to the target" },
  },
}

local THETA_LOW, THETA_HIGH, GAMMA, WEIGHT = -8, 2, 2, 0.9

-- Made when it is first needed: after a reload there may be a state that another strategy left.
local function memory(ctx)
  local state = ctx.state
  if not state.prices then
    state.prices, state.r, state.theta = {}, 0, (THETA_LOW + THETA_HIGH) / 2
  end
  return state
end

local function price_of(state, value, start)
  if not state.p then
    return value - start
  end
  return math.max(0, math.min(aggressiveness.target(value, state.p, state.r, state.theta), value))
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  return math.max(price_of(memory(ctx), offer.value, ctx.params.start), reserve), offer.energy
end

local function learn_price(state, price, params)
  local prices = state.prices
  prices[#prices + 1] = price
  if #prices > params.trades then
    table.remove(prices, 1)
  end
  local alpha
  state.p, alpha = aggressiveness.equilibrium(prices, WEIGHT)
  state.calm, state.wild = math.min(state.calm or alpha, alpha), math.max(state.wild or alpha, alpha)
  if state.wild > state.calm then
    local part = (alpha - state.calm) / (state.wild - state.calm)
    local wanted = aggressiveness.theta_for(part, THETA_LOW, THETA_HIGH, GAMMA)
    state.theta = state.theta + params.rate * (wanted - state.theta)
  end
end

-- direction: 1 towards bidding more than q, -1 less. Who would do so by now need not learn it.
local function learn_r(state, value, q, direction, params)
  if (aggressiveness.target(value, state.p, state.r, state.theta) - q) * direction > 0 then
    return
  end
  local r = aggressiveness.of(q, value, state.p, state.theta)
  local wanted = r + direction * (params.relative * math.abs(r) + params.absolute)
  state.r = math.max(-1, math.min(state.r + params.rate * (wanted - state.r), 1))
end

local function learn(ctx, result)
  local state, what = memory(ctx), news.of(result, news.usual(ctx.history))
  local won, contest = what == "won", what == "lost" and result.code ~= "below_reserve"
  local q = won and result.bid_price or math.max(result.best or 0, result.bid_price)
  if q > 0 and (won or contest and (result.best or q > (state.p or 0))) then
    learn_price(state, q, ctx.params)
  end
  if what and state.p and result.value > 0 then
    learn_r(state, result.value, q, won and -1 or 1, ctx.params)
  end
end

function S.on_result(ctx, result)
  learn(ctx, result)
  local beaten_at = math.max(result.best or 0, result.bid_price)
  local wanted = result.may_rebid and price_of(ctx.state, result.value, ctx.params.start) or 0
  if wanted > beaten_at then
    return beaten_at + (wanted - beaten_at) / ctx.params.eta
  end
end

return S

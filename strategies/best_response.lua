-- SPDX-License-Identifier: MIT
-- Best response: bids what would have earned most against all that it has seen.
--
-- Friedman 1956 ("A competitive-bidding strategy"): of all prices b take the one with the greatest (v - b) P(b), v
-- being the value and P(b) the chance that b wins, estimated from the past. Prices move with the market, so a past
-- bid counts by its distance from the public forecast of its interval. The chance is that of Gjerstad and Dickhaut
-- 1998 ("Price formation in double auctions"), as one side sees it that knows its own bids only:
--
--   P(b) = (won at b or less) / (won at b or less + lost at b or more)
--
-- since what won would have won with more, and what lost would have lost with less. Where it is disclosed which price
-- won instead, a grid step above that would have won too. `doubt` bids that were never made are counted as well, won
-- and lost as if P rose evenly over the grid: with no past at all that is what it believes. The past fades by `keep`
-- with each interval.
--
-- Where winners do not pay their own bid, its value is its best response to anything (Vickrey 1961). In an ascending
-- auction it tops the price to beat by one step, up to its value less one step.
--
--   span    the grid reaches so far below and above the forecast; dearer and cheaper bids count as its ends
--   step    of the grid, and of raises
--   keep    part of the past that one more interval leaves
--   doubt   how many bids its first belief counts for
local S = {
  api = 1, role = "aggregator",
  params = {
    span = { default = 5, min = 1, max = 50, unit = "c/kWh", doc = "reach of the grid around the forecast" },
    step = { default = 0.1, min = 0.1, max = 1, unit = "c/kWh", doc = "step of the grid and of raises" },
    keep = { default = 0.99, min = 0, max = 1, live = true, doc = "what one more interval leaves of the past" },
    doubt = { default = 200, min = 0.1, max = 10000, live = true, doc = "how many bids its first belief counts for" },
  },
}

local function state_of(ctx)
  local state = ctx.state
  if not state.won then
    state.won, state.lost, state.lost_above = {}, {}, {}
    for place = 1, math.floor(2 * ctx.params.span / ctx.params.step + 0.5) + 1 do
      state.won[place], state.lost[place], state.lost_above[place] = 0, 0, 0
    end
  end
  return state
end

function S.on_interval(ctx, market)
  local state, keep = state_of(ctx), ctx.params.keep
  state.level = market.forecast or market.spot
  state.own_price = market.mechanism == "first-price" or market.mechanism == "ascending"
  for place = 1, #state.won do
    state.won[place], state.lost[place] = state.won[place] * keep, state.lost[place] * keep
  end
end

-- The price at a place of the grid, and the place that is nearest to a price.
local function price_at(ctx, place)
  return ctx.state.level - ctx.params.span + (place - 1) * ctx.params.step
end

local function place_of(ctx, price)
  local place = math.floor((price - ctx.state.level + ctx.params.span) / ctx.params.step + 0.5) + 1
  return math.min(math.max(place, 1), #ctx.state.won)
end

-- The best price between `low` and the value, by its expected profit for each kWh.
local function respond(ctx, value, low)
  local state, doubt = ctx.state, ctx.params.doubt
  local places, above = #state.won, 0
  for place = places, 1, -1 do
    above = above + state.lost[place]
    state.lost_above[place] = above
  end
  local best, best_profit, below = nil, 0, 0
  for place = 1, places do
    below = below + state.won[place]
    local price = math.max(price_at(ctx, place), low)
    local chance = (below + doubt * place / places) / (below + state.lost_above[place] + doubt)
    if (value - price) * chance > best_profit then
      best, best_profit = price, (value - price) * chance
    end
  end
  return best
end

function S.on_offer(ctx, offer)
  local low = offer.reserve or 0
  if offer.value <= low then
    return nil, "worth less than it costs"
  end
  local state = state_of(ctx)
  if state.own_price == false then
    return offer.value, offer.energy
  end
  state.level = state.level or offer.value -- before any price is known
  local price = respond(ctx, offer.value, low)
  if not price then
    return nil, "no price of the grid earns anything"
  end
  return price, offer.energy
end

function S.on_result(ctx, result)
  local state = state_of(ctx)
  local again = math.max(result.bid_price, result.best or 0) + ctx.params.step
  if result.may_rebid and again <= result.value - ctx.params.step then
    return again
  end
  if not state.level then
    return nil
  elseif result.outcome == "accepted" then
    local place = place_of(ctx, result.bid_price)
    state.won[place] = state.won[place] + 1
  elseif result.outcome == "rejected" or result.outcome == "outbid" then
    local place = place_of(ctx, result.bid_price)
    state.lost[place] = state.lost[place] + 1
    if result.best then
      place = place_of(ctx, result.best + ctx.params.step)
      state.won[place] = state.won[place] + 1
    end
  end
end

return S

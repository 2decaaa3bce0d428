-- SPDX-License-Identifier: MIT
-- Best response: bids what earns most against what it believes of the others.
--
-- Friedman 1956 ("A competitive-bidding strategy"): of all prices b take the one with the greatest (v - b) P(b), v
-- being the value and P(b) the chance that b wins, estimated from the past.
--
-- P(b) is the chance that the price to beat is below b. That price is not told: a win says that it was lower than the
-- bid, a loss that it was not, unless the price that won is disclosed. So what it believes is a distribution of the
-- price to beat over a grid, and each result adds one to it, shared out over the cells in which the price may have
-- been, in proportion to what is believed of them already. This is how distributions are estimated from observations
-- that are known only to lie in a range (Turnbull 1976, "The empirical distribution function with arbitrarily grouped,
-- censored and truncated data"), taken one result at a time. Nothing is concluded about prices that were never tried:
-- there the first belief, an even one, keeps its shape. Prices move with the market, so the grid lies around the
-- public forecast of the interval. The past fades with each interval.
--
-- Where winners do not pay their own bid, its value is its best response to anything (Vickrey 1961). In an ascending
-- auction it tops the price to beat by one step, up to its value less one step.
--
--   span    the grid reaches so far below and above the forecast
--   step    of the grid, and of raises
--   keep    part of the past that one more interval leaves
--   doubt   how many results its first belief counts for
local S = {
  api = 1, role = "aggregator",
  params = {
    span = { default = 5, min = 1, max = 50, unit = "c/kWh", doc = "reach of the grid around the forecast" },
    step = { default = 0.1, min = 0.1, max = 1, unit = "c/kWh", doc = "step of the grid and of raises" },
    keep = { default = 0.99, min = 0, max = 1, live = true, doc = "what one more interval leaves of the past" },
    doubt = { default = 20, min = 0.1, max = 10000, doc = "how many results its first belief counts for" },
  },
}

-- believed[i] is of the cell just below the i-th price of the grid; the first and the last cell have no other end.
-- Made when it is first needed: a reload may have left the state of another strategy, or of another grid.
local function state_of(ctx)
  local state = ctx.state.best_response
  local cells = math.floor(2 * ctx.params.span / ctx.params.step + 0.5) + 2
  if not state or #state.believed ~= cells then
    state = { believed = {}, even = ctx.params.doubt / cells }
    for cell = 1, cells do
      state.believed[cell] = state.even
    end
    ctx.state.best_response = state
  end
  return state
end

function S.on_interval(ctx, market)
  local state, keep = state_of(ctx), ctx.params.keep
  state.level = market.forecast or market.spot
  state.own_price = market.mechanism == "first-price" or market.mechanism == "ascending"
  for cell, weight in ipairs(state.believed) do
    state.believed[cell] = state.even + keep * (weight - state.even)
  end
end

-- The lowest price of the grid.
local function bottom(state, params)
  return state.level - params.span
end

-- The price between `low` and the value that should earn most for each kWh it asks for; nil if none earns anything.
local function respond(state, params, value, low)
  local believed, best, best_profit, below = state.believed, nil, 0, 0
  for place = 1, #believed - 1 do
    below = below + believed[place]
    local price = math.max(bottom(state, params) + (place - 1) * params.step, low)
    if (value - price) * below > best_profit then
      best, best_profit = price, (value - price) * below
    end
  end
  return best
end

function S.on_offer(ctx, offer)
  local low = offer.reserve or 0
  if offer.value <= low then
    return nil, "worth no more than it costs"
  end
  local state = state_of(ctx)
  if state.own_price == false then
    return offer.value, offer.energy
  end
  state.level = state.level or offer.value -- before any price is known
  local price = respond(state, ctx.params, offer.value, low)
  if not price then
    return nil, "no price of the grid earns anything"
  end
  return price, offer.energy
end

-- The price to beat was in one of these cells.
local function believe(believed, first, last)
  local sum = 0
  for cell = first, last do
    sum = sum + believed[cell]
  end
  for cell = first, last do
    believed[cell] = believed[cell] + believed[cell] / sum
  end
end

-- How many prices of the grid are at or below this one. A hair is added, since bids were rounded on their way.
local function prices_to(state, params, price)
  local place = math.floor((price - bottom(state, params)) / params.step + 0.01) + 1
  return math.min(math.max(place, 0), #state.believed - 1)
end

local function learn(state, params, result)
  local believed, place = state.believed, prices_to(state, params, result.bid_price)
  if result.outcome == "accepted" then
    believe(believed, 1, math.max(place, 1))
  elseif result.outcome == "rejected" or result.outcome == "outbid" then
    local to_beat = result.best and prices_to(state, params, result.best) + 1
    believe(believed, to_beat or place + 1, to_beat or #believed)
  end
end

function S.on_result(ctx, result)
  local state = state_of(ctx)
  local again = math.max(result.bid_price, result.best or 0) + ctx.params.step
  if result.may_rebid and again <= result.value - ctx.params.step then
    return again
  end
  if state.level then
    learn(state, ctx.params, result)
  end
end

return S

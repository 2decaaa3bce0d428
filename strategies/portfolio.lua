-- SPDX-License-Identifier: MIT
-- Portfolio: fills its need over many batteries, the cheapest first.
--
-- A buyer to whom all batteries' energy is worth the same spends least on what it needs by taking offers in the order
-- of their price: the merit order by which power systems dispatch their plants (Kirchmayer 1958, "Economic operation
-- of power systems"). It does not know what a battery's energy will cost, but it keeps for each battery a price that
-- it expects to win there, as a distance from the public forecast: one step less after a win, one step more after a
-- loss, and a step above the price that won where that is disclosed (a staircase: Levitt 1971, "Transformed up-down
-- methods in psychoacoustics"). Where reserves are disclosed, no price is below them.
--
-- It counts how much energy was on offer at which of these prices in the last interval, and in this one until now.
-- What is cheaper than an offer and still to come has the first call on its need, as far as it tends to win what it
-- bids for; the offer gets the rest. As long as that is less than all of it, it waits, and decides shortly before the
-- close, when it has seen more. Where its need does not bind it therefore bids for everything; it is made for needs
-- that do.
--
-- Where winners do not pay their own bid it bids its value: a lower bid saves nothing (Vickrey 1961).
--
--   start   how far below its value it begins at a battery that it does not know
--   step    how far an expected price moves, and by how much it raises
--   width   offers within so much count as equally dear
local S = {
  api = 1, role = "aggregator",
  params = {
    start = { default = 0.8, min = 0, max = 30, unit = "c/kWh", doc = "how far below its value it begins" },
    step = { default = 0.1, min = 0.01, max = 10, unit = "c/kWh", live = true, doc = "how far a price moves" },
    width = { default = 0.5, min = 0.1, max = 10, unit = "c/kWh", doc = "offers within it count as equally dear" },
  },
}

local BINS = 80 -- those in the middle stand for prices near the forecast; the ends take all beyond
local SHARE_RATE = 0.02 -- how fast it learns which part of what it bids for it wins

local function new_curve()
  local curve = {}
  for bin = 1, BINS do
    curve[bin] = 0
  end
  return curve
end

-- Made when it is first needed: a reload may have left the state of another strategy.
local function state_of(ctx)
  local state = ctx.state.portfolio
  if not state then
    state = { distance = {}, before = new_curve(), now = new_curve(), level = 0, share = 1, own_price = true }
    ctx.state.portfolio = state
  end
  return state
end

function S.on_interval(ctx, market)
  local state = state_of(ctx)
  state.before, state.now = state.now, state.before
  for bin = 1, BINS do
    state.now[bin] = 0
  end
  state.level = market.forecast or market.spot or 0
  state.own_price = market.mechanism == "first-price" or market.mechanism == "ascending"
end

local function bin_of(ctx, distance)
  local bin = math.floor(distance / ctx.params.width) + BINS // 2 + 1
  return math.min(math.max(bin, 1), BINS)
end

-- What it may win of what was on offer below that bin in the last interval and has not come yet in this one.
local function still_to_come(state, bin)
  local energy = 0
  for cheaper = 1, bin - 1 do
    energy = energy + math.max(0, state.before[cheaper] - state.now[cheaper])
  end
  return energy * state.share
end

function S.on_offer(ctx, offer)
  local state, reserve = state_of(ctx), offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  local distance = state.distance[offer.battery] or offer.value - ctx.params.start - state.level
  local price = math.min(math.max(state.level + distance, reserve), offer.value)
  local bin = bin_of(ctx, price - state.level)
  if offer.asked == 1 then
    state.now[bin] = state.now[bin] + offer.energy
  end
  local energy = math.min(offer.energy, offer.need - still_to_come(state, bin))
  if energy < offer.energy and offer.asked == 1 then
    return "wait"
  elseif energy <= 0 then
    return nil, "cheaper offers are to come"
  end
  return state.own_price and price or offer.value, energy
end

local function learn_share(state, result)
  state.share = state.share + SHARE_RATE * (result.energy / result.bid_energy - state.share)
end

function S.on_result(ctx, result)
  local state, step = state_of(ctx), ctx.params.step
  if result.outcome == "accepted" then
    learn_share(state, result)
    state.distance[result.battery] = result.price - step - state.level
  elseif result.outcome == "rejected" or result.outcome == "outbid" then
    local price = math.max(result.bid_price, result.best or 0) + step
    state.distance[result.battery] = price - state.level
    if result.may_rebid and price <= result.value then
      return price
    end
    learn_share(state, result)
  end
end

return S

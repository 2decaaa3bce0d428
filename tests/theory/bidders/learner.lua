-- SPDX-License-Identifier: MIT
-- A Q-learner over a grid of bids, without a state: Q(bid) moves to what the bid has earned and what the best bid is
-- believed to earn later. It tries a bid at random with the chance exp(-fade t), t counting its bids.
--
-- Two such learners in a first-price auction are said to settle far below their values, and to bid them once they are
-- told what it would have taken to win, and learn from the bids that they have not made too (Banchio and Skrzypacz
-- 2022, "Artificial intelligence and auction design"). With `hindsight` it does, as far as it is told: --disclose
-- winner names the lowest price that won. Who lost then knows what every other bid would have brought; who won, what
-- every higher one.
local S = {
  api = 1, role = "aggregator",
  params = {
    bids = { default = 20, min = 2, max = 200, doc = "how many bids the grid has, from 0 to the value" },
    rate = { default = 0.05, min = 0, max = 1, doc = "how far it moves with each result" },
    discount = { default = 0.95, min = 0, max = 0.999, doc = "what the next auction counts" },
    fade = { default = 0.001, min = 0, max = 1, doc = "how fast exploration ends, for each bid" },
    hindsight = { default = 0, min = 0, max = 1, doc = "1 learns from bids that were not made, too" },
  },
}

local function state_of(ctx)
  local state = ctx.state
  if not state.q then
    state.q, state.count, state.chosen = {}, 0, {}
    for place = 1, math.floor(ctx.params.bids) do
      state.q[place] = 0
    end
  end
  return state
end

-- Of equals one at random, so that nothing but what it has earned speaks for a bid.
local function best_of(ctx, q)
  local best, equals = 1, 1
  for place = 2, #q do
    if q[place] > q[best] then
      best, equals = place, 1
    elseif q[place] == q[best] then
      equals = equals + 1
      best = ctx.rng(equals) == 1 and place or best
    end
  end
  return best
end

-- The grid goes from 0 to just below the value.
local function bid_at(place, q, value)
  return value * (place - 1) / #q
end

function S.on_offer(ctx, offer)
  local state, value = state_of(ctx), math.max(0, offer.value)
  state.count = state.count + 1
  local explores = ctx.rng() < math.exp(-ctx.params.fade * state.count)
  local place = explores and ctx.rng(#state.q) or best_of(ctx, state.q)
  state.chosen[offer.battery] = place
  return bid_at(place, state.q, value), offer.energy
end

function S.on_result(ctx, result)
  local state, params = state_of(ctx), ctx.params
  local q, chosen = state.q, state.chosen[result.battery]
  local won = result.outcome == "accepted"
  if not chosen or not (won or result.outcome == "rejected") then
    return
  end
  local future = params.discount * q[best_of(ctx, q)]
  local function learn(place, reward)
    q[place] = q[place] + params.rate * (reward + future - q[place])
  end
  learn(chosen, won and result.value - result.price or 0)
  if params.hindsight == 0 or not result.best then
    return
  end
  for place = 1, #q do
    local bid = bid_at(place, q, result.value)
    if place ~= chosen and not (won and place < chosen) then
      learn(place, bid > result.best and result.value - bid or 0)
    end
  end
end

return S

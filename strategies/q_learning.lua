-- SPDX-License-Identifier: MIT
-- Q-learning: learns what each margin earns now and makes possible later. A stress test of the market: it may collude.
--
-- Watkins 1989 ("Learning from delayed rewards"). For each state s and margin a it keeps Q(s, a), what it expects to
-- earn from there on, and moves it with each result, which earned r and led to the state s':
--
--   Q(s, a) <- Q(s, a) + rate (r + discount max over a' of Q(s', a') - Q(s, a))
--
-- The state is what it did last at that battery: the margin, and whether it won; so s' is (a, won). It takes the best
-- margin, or one at random with the chance exp(-fade t), t counting its bids.
--
-- Such learners, which know nothing of their rivals and are not told to agree, were found to reach prices above the
-- competitive ones and to punish who undercuts (Calvano, Calzolari, Denicolo and Pastorello 2020, "Artificial
-- intelligence, algorithmic pricing, and collusion"; the exploration is theirs). Among buyers that means low prices
-- for owners. Run several beside each other, with a high discount and for long, to see whether a market's rules
-- prevent it; with discount 0 they only learn what pays at once. Two numbers are kept for each battery.
--
--   most       largest margin of the grid; the others are its even parts
--   margins    how many there are
--   rate       how far it moves with each result
--   discount   what the next auction at a battery counts beside this one
--   fade       how fast exploration ends, for each bid
--   step       by how much it raises, when outbid, up to the smallest margin
local S = {
  api = 1, role = "aggregator",
  params = {
    most = { default = 2, min = 0.01, max = 100, unit = "c/kWh", doc = "largest margin of the grid" },
    margins = { default = 8, min = 2, max = 50, doc = "how many margins the grid has" },
    rate = { default = 0.05, min = 0, max = 1, live = true, doc = "how far it moves with each result" },
    discount = { default = 0.95, min = 0, max = 0.999, live = true, doc = "what the next auction counts" },
    fade = { default = 0.0005, min = 0, max = 1, live = true, doc = "how fast exploration ends, for each bid" },
    step = { default = 0.1, min = 0.01, max = 10, unit = "c/kWh", live = true, doc = "by how much it raises" },
  },
}

-- States: 1 before anything was tried, then (1, lost), (1, won), (2, lost), ...
local function place_after(action, won)
  return 2 * action + (won and 1 or 0)
end

-- Made when it is first needed: a reload may have left the state of another strategy, or of another grid.
local function state_of(ctx)
  local state, margins = ctx.state.q_learning, math.floor(ctx.params.margins)
  if not state or #state.q[1] ~= margins then
    state = { q = {}, bids = 0, place = {}, action = {} }
    for place = 1, 2 * margins + 1 do
      state.q[place] = {}
      for action = 1, margins do
        state.q[place][action] = 0
      end
    end
    ctx.state.q_learning = state
  end
  return state
end

-- The action of the greatest Q, the largest margin among equals, and that Q.
local function best_of(values)
  local best = #values
  for action = #values - 1, 1, -1 do
    if values[action] > values[best] then
      best = action
    end
  end
  return best, values[best]
end

local function choose(ctx, state, place)
  local values = state.q[place]
  state.bids = state.bids + 1
  if ctx.rng() < math.exp(-ctx.params.fade * state.bids) then
    return math.floor(ctx.rng() * #values) + 1
  end
  return (best_of(values))
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  local state = state_of(ctx)
  local action = choose(ctx, state, state.place[offer.battery] or 1)
  state.action[offer.battery] = action
  local price = offer.value - ctx.params.most * action / math.floor(ctx.params.margins)
  return math.max(price, reserve), offer.energy
end

local function learn(ctx, state, result)
  local action, place = state.action[result.battery], state.place[result.battery] or 1
  local won = result.outcome == "accepted"
  state.action[result.battery] = nil
  if not action or not (won or result.outcome == "rejected" or result.outcome == "outbid") then
    return
  end
  local reward = won and (result.value - result.price) * result.energy / result.bid_energy or 0
  local next_place = place_after(action, won)
  local _, future = best_of(state.q[next_place])
  local values = state.q[place]
  values[action] = values[action] + ctx.params.rate * (reward + ctx.params.discount * future - values[action])
  state.place[result.battery] = next_place
end

function S.on_result(ctx, result)
  local state = state_of(ctx)
  local again = math.max(result.bid_price, result.best or 0) + ctx.params.step
  if result.may_rebid and again <= result.value - ctx.params.most / math.floor(ctx.params.margins) then
    return again
  end
  learn(ctx, state, result)
end

return S

-- SPDX-License-Identifier: MIT
-- EXP3: learns by trying which margin earns most, whatever its rivals do.
--
-- "Exponential-weight algorithm for exploration and exploitation" of Auer, Cesa-Bianchi, Freund and Schapire 2002
-- ("The nonstochastic multiarmed bandit problem"). Each margin of a grid is an arm with a weight. An arm is drawn
-- with the chance p = (1 - explore) w / sum of w + explore / arms; what it earned, as a part x of the largest margin,
-- multiplies its weight, and no other, by exp(explore / arms * x / p). Dividing by p makes up for arms that are
-- seldom drawn. It assumes nothing of its rivals, not even that they stay as they are, and pays for that with draws
-- that never end.
--
-- It keeps the logarithms of the weights, which neither overflow nor vanish, and of each bid that is out the arm and
-- its chance, since results come later and in another order. A bid that is outbid is raised by one step at a time, up
-- to the smallest margin. A bid without an answer teaches nothing.
--
--   most      largest margin of the grid; the others are its even parts
--   arms      how many margins there are
--   explore   the paper's gamma: part of the draws that are even, and the speed of learning
--   step      by how much it raises
local S = {
  api = 1, role = "aggregator",
  params = {
    most = { default = 2, min = 0.01, max = 100, unit = "c/kWh", doc = "largest margin of the grid" },
    arms = { default = 10, min = 2, max = 100, doc = "how many margins the grid has" },
    explore = { default = 0.1, min = 0.001, max = 1, doc = "gamma: part of the draws that are even" },
    step = { default = 0.1, min = 0.01, max = 10, unit = "c/kWh", live = true, doc = "by how much it raises" },
  },
}

-- Made when it is first needed: a reload may have left the state of another strategy, or of another grid.
local function state_of(ctx)
  local state, arms = ctx.state.exp3, math.floor(ctx.params.arms)
  if not state or #state.chance ~= arms then
    state = { log_weight = {}, chance = {}, arm_of = {}, chance_of = {} }
    for arm = 1, arms do
      state.log_weight[arm], state.chance[arm] = 0, 0
    end
    ctx.state.exp3 = state
  end
  return state
end

-- Weights are taken relative to the greatest, which changes no chance.
local function update_chances(state, explore)
  local logs, chance, arms = state.log_weight, state.chance, #state.log_weight
  local greatest, sum = -math.huge, 0
  for arm = 1, arms do
    greatest = math.max(greatest, logs[arm])
  end
  for arm = 1, arms do
    chance[arm] = math.exp(logs[arm] - greatest)
    sum = sum + chance[arm]
  end
  for arm = 1, arms do
    chance[arm] = (1 - explore) * chance[arm] / sum + explore / arms
  end
end

local function draw(chance, at)
  for arm = 1, #chance - 1 do
    at = at - chance[arm]
    if at < 0 then
      return arm
    end
  end
  return #chance
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  local state = state_of(ctx)
  update_chances(state, ctx.params.explore)
  local arm = draw(state.chance, ctx.rng())
  state.arm_of[offer.battery], state.chance_of[offer.battery] = arm, state.chance[arm]
  local price = offer.value - ctx.params.most * arm / #state.chance
  return math.max(price, reserve), offer.energy
end

-- What the bid earned, as a part of the most that a bid of the grid can; nil if nobody knows.
local function reward(result, most)
  if result.outcome == "accepted" then
    local part = (result.value - result.price) / most * result.energy / result.bid_energy
    return math.min(math.max(part, 0), 1)
  end
  local lost = result.outcome == "rejected" or result.outcome == "outbid"
  return lost and 0 or nil
end

local function learn(ctx, state, result)
  local arm, chance = state.arm_of[result.battery], state.chance_of[result.battery]
  local x = arm and reward(result, ctx.params.most)
  state.arm_of[result.battery], state.chance_of[result.battery] = nil, nil
  if x then
    local arms = #state.log_weight
    state.log_weight[arm] = state.log_weight[arm] + ctx.params.explore / arms * x / chance
  end
end

function S.on_result(ctx, result)
  local state = state_of(ctx)
  local again = math.max(result.bid_price, result.best or 0) + ctx.params.step
  if result.may_rebid and again <= result.value - ctx.params.most / #state.log_weight then
    return again
  end
  learn(ctx, state, result)
end

return S

-- SPDX-License-Identifier: MIT
-- Thompson: bids as if a guess at its chances were true, and guesses the more boldly the less it knows.
--
-- Thompson 1933, "On the likelihood that one unknown probability exceeds another in view of the evidence of two
-- samples"; Chapelle and Li 2011, "An empirical evaluation of Thompson sampling". For each margin of a grid it has
-- counted bids that won and bids that lost. What it knows of the chance of winning is then the distribution Beta(1 +
-- won, 1 + lost). It draws a chance for each margin from these, and takes the margin of the greatest chance times
-- what a win with it has earned on average. Margins of which it knows little are drawn far off at times, and so
-- tried.
--
-- Older results count ever less, since rivals change (Raj and Kalyani 2017, "Taming non-stationary bandits: a
-- Bayesian approach"). A draw from Beta(a, b) is X / (X + Y) with X and Y from the gamma distributions of a and b, by
-- the method of Marsaglia and Tsang 2000 ("A simple method for generating gamma variables"), with normal variables by
-- the polar method of Marsaglia and Bray 1964 ("A convenient method for generating normal variables"). A bid that is
-- outbid is raised by one step at a time, up to the smallest margin.
--
--   most    largest margin of the grid; the others are its even parts
--   arms    how many margins there are
--   keep    part of what it knows that one more result leaves
--   step    by how much it raises
local S = {
  api = 1, role = "aggregator",
  params = {
    most = { default = 2, min = 0.01, max = 100, unit = "c/kWh", doc = "largest margin of the grid" },
    arms = { default = 10, min = 2, max = 100, doc = "how many margins the grid has" },
    keep = { default = 0.999, min = 0.5, max = 1, live = true, doc = "what one more result leaves of the counts" },
    step = { default = 0.1, min = 0.01, max = 10, unit = "c/kWh", live = true, doc = "by how much it raises" },
  },
}

-- Made when it is first needed: a reload may have left the state of another strategy, or of another grid.
local function state_of(ctx)
  local state, arms = ctx.state.thompson, math.floor(ctx.params.arms)
  if not state or #state.won ~= arms then
    state = { won = {}, lost = {}, earned = {}, arm_of = {} }
    for arm = 1, arms do
      state.won[arm], state.lost[arm], state.earned[arm] = 0, 0, 0
    end
    ctx.state.thompson = state
  end
  return state
end

-- ---- draws ----

local function normal(rng)
  while true do
    local x, y = 2 * rng() - 1, 2 * rng() - 1
    local square = x * x + y * y
    if square > 0 and square < 1 then
      return x * math.sqrt(-2 * math.log(square) / square)
    end
  end
end

-- Marsaglia and Tsang's, for shapes of at least 1, which is all that counts need.
local function gamma(rng, shape)
  local d = shape - 1 / 3
  local c = 1 / math.sqrt(9 * d)
  while true do
    local x = normal(rng)
    local v = (1 + c * x) * (1 + c * x) * (1 + c * x)
    local u = 1 - rng() -- above 0
    if v > 0 and math.log(u) < x * x / 2 + d - d * v + d * math.log(v) then
      return d * v
    end
  end
end

local function beta(rng, a, b)
  local x = gamma(rng, a)
  return x / (x + gamma(rng, b))
end

-- ---- bids ----

-- A win has earned at least the margin on average, more where winners pay less than they bid.
local function worth_of(state, arm, margin)
  return (margin + state.earned[arm]) / (1 + state.won[arm])
end

local function pick(ctx, state)
  local best, best_worth = 1, -1
  for arm = 1, #state.won do
    local chance = beta(ctx.rng, 1 + state.won[arm], 1 + state.lost[arm])
    local worth = chance * worth_of(state, arm, ctx.params.most * arm / #state.won)
    if worth > best_worth then
      best, best_worth = arm, worth
    end
  end
  return best
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  local state = state_of(ctx)
  local arm = pick(ctx, state)
  state.arm_of[offer.battery] = arm
  return math.max(offer.value - ctx.params.most * arm / #state.won, reserve), offer.energy
end

-- ---- results ----

local function learn(ctx, state, result)
  local arm, won = state.arm_of[result.battery], result.outcome == "accepted"
  state.arm_of[result.battery] = nil
  if not arm or not (won or result.outcome == "rejected" or result.outcome == "outbid") then
    return
  end
  for i = 1, #state.won do
    state.won[i] = state.won[i] * ctx.params.keep
    state.lost[i] = state.lost[i] * ctx.params.keep
    state.earned[i] = state.earned[i] * ctx.params.keep
  end
  if won then
    state.won[arm] = state.won[arm] + 1
    state.earned[arm] = state.earned[arm] + result.value - result.price
  else
    state.lost[arm] = state.lost[arm] + 1
  end
end

function S.on_result(ctx, result)
  local state = state_of(ctx)
  local again = math.max(result.bid_price, result.best or 0) + ctx.params.step
  if result.may_rebid and again <= result.value - ctx.params.most / #state.won then
    return again
  end
  learn(ctx, state, result)
end

return S

-- SPDX-License-Identifier: MIT
-- Conservative: bids just above the last winning price that it knows, and never more than its value.
--
-- It remembers the last price that is known to win: one that was disclosed, topped by one step, or one of its own, less
-- one step, since it was enough. Bids of its own that lost since are topped by one step where that is more. This is
-- "one up, one down", the staircase method of Levitt 1971, "Transformed up-down methods in psychoacoustics". Cheap
-- energy, and not much of it.
--
--   step    how far it moves at a time
--   start   how far below its value it begins, before it knows anything
local S = {
  api = 1, role = "aggregator",
  params = {
    step = { default = 0.1, min = 0.01, max = 10, unit = "c/kWh", live = true, doc = "how far it moves at a time" },
    start = { default = 0.8, min = 0, max = 30, unit = "c/kWh", doc = "how far below its value it begins" },
  },
}

local function learn(state, result, step)
  if result.best then
    state.price = result.best + step
  elseif result.outcome == "accepted" then
    state.price = result.price - step
  elseif result.outcome == "rejected" then
    state.price = math.max(result.bid_price + step, state.price or 0)
  end
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  local price = ctx.state.price or offer.value - ctx.params.start
  return math.min(math.max(price, reserve), offer.value), offer.energy
end

function S.on_result(ctx, result)
  learn(ctx.state, result, ctx.params.step)
  local price = (result.best or result.bid_price) + ctx.params.step
  if result.may_rebid and price <= result.value then
    return price
  end
end

return S

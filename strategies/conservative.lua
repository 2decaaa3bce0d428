-- SPDX-License-Identifier: MIT
-- Conservative: bids just above the last winning price that it knows, and never more than its value.
--
-- It looks at its own record, newest first. A disclosed price that won, or was to be beaten, is topped by one step. A
-- bid of its own that lost is raised by one step. A bid of its own that won was enough: it tries one step less. This is
-- "one up, one down", the staircase method of Levitt 1971, "Transformed up-down methods in psychoacoustics", which
-- settles where it wins about every other time. Cheap energy, and not much of it.
--
--   step    how far it moves at a time
--   start   how far below its value it begins, before it knows anything
local S = {
  api = 1, name = "conservative", role = "aggregator",
  params = {
    step = { default = 0.1, min = 0.01, max = 10, unit = "c/kWh", live = true, doc = "how far it moves at a time" },
    start = { default = 0.8, min = 0, max = 30, unit = "c/kWh", doc = "how far below its value it begins" },
  },
}

local function known_price(history, step)
  for i = #history, 1, -1 do
    local past = history[i]
    if past.best then
      return past.best + step
    elseif past.outcome == "accepted" then
      return past.price - step
    elseif past.outcome == "rejected" then
      return past.bid_price + step
    end
  end
  return nil
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  local price = known_price(ctx.history, ctx.params.step) or offer.value - ctx.params.start
  return math.min(math.max(price, reserve), offer.value), offer.energy
end

function S.on_result(ctx, result)
  local price = (result.best or result.bid_price) + ctx.params.step
  if result.may_rebid and price <= result.value then
    return price
  end
end

return S

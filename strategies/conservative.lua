-- SPDX-License-Identifier: MIT
-- Conservative: bids just above the last winning price that it knows, and never more than its value.
--
-- It looks at its own record, newest first, back to the last price that is known to win: one that was disclosed, topped
-- by one step, or one of its own, less one step, since it was enough. Bids of its own that lost since are topped by
-- one step where that is more. This is "one up, one down", the staircase method of Levitt 1971, "Transformed up-down
-- methods in psychoacoustics". Cheap energy, and not much of it.
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
  local lost
  for i = #history, 1, -1 do
    local past = history[i]
    if past.best then
      return math.max(past.best + step, lost or 0)
    elseif past.outcome == "accepted" then
      return math.max(past.price - step, lost or 0)
    elseif past.outcome == "rejected" then
      lost = math.max(past.bid_price + step, lost or 0)
    end
  end
  return lost
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

-- SPDX-License-Identifier: MIT
-- The dominant strategy of an ascending auction: opens at the floor, and raises by the least step while that is below
-- its value. Wants --disclose winner, to know what it has to beat.
local S = {
  api = 1, role = "aggregator",
  params = {
    floor = { default = 0, min = 0, unit = "c/kWh" },
    step = { default = 0.1, min = 0.1, unit = "c/kWh" },
  },
}

function S.on_offer(ctx, offer)
  return math.min(ctx.params.floor, offer.value), offer.energy
end

function S.on_result(ctx, result)
  local again = (result.best or result.bid_price) + ctx.params.step
  if result.may_rebid and again <= result.value then
    return again
  end
end

return S

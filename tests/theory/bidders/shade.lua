-- SPDX-License-Identifier: MIT
-- The symmetric equilibrium of a first-price auction of N bidders whose values are drawn evenly from `floor` up.
local S = {
  api = 1, role = "aggregator",
  params = { bidders = { default = 2, min = 1, max = 100 }, floor = { default = 0, min = 0, unit = "c/kWh" } },
}

function S.on_offer(ctx, offer)
  local n, floor = ctx.params.bidders, ctx.params.floor
  return floor + (offer.value - floor) * (n - 1) / n, offer.energy
end

return S

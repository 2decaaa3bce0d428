-- SPDX-License-Identifier: MIT
-- Bids its value less a margin, for all there is. Change it and save it while the node runs.
local S = {
  api = 1, role = "aggregator",
  params = {
    margin = { default = 1, min = 0, max = 100, unit = "c/kWh", live = true, doc = "what a kWh should earn at least" },
  },
}

function S.on_offer(ctx, offer)
  local price = offer.value - ctx.params.margin
  if price <= 0 then
    return nil, "no room for the margin"
  end
  return price, offer.energy
end

return S

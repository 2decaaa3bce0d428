-- SPDX-License-Identifier: MIT
-- The rival of the strategy in main.c: bids its value less a fixed margin.
local S = { api = 1, role = "aggregator", params = { margin = { default = 0.6, min = 0, max = 10, unit = "c/kWh" } } }

function S.on_offer(ctx, offer)
  return offer.value - ctx.params.margin
end

return S

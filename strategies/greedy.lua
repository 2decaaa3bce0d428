-- SPDX-License-Identifier: MIT
-- Greedy: bids its value less a fixed margin, for all the energy it can get.
--
-- The margin is what it keeps of each kWh that it wins. With sealed bids it learns nothing of its rivals, so a wide
-- margin loses to them and a narrow one earns little: the classic trade-off of first-price auctions (Vickrey 1961,
-- "Counterspeculation, auctions, and competitive sealed tenders"). Half a cent suits values that differ by about
-- 3 c/kWh among five firms.
local S = {
  api = 1, role = "aggregator",
  params = { margin = { default = 0.5, min = 0, max = 30, unit = "c/kWh", live = true, doc = "kept below our value" } },
}

function S.on_offer(ctx, offer)
  local price = offer.value - ctx.params.margin
  if price < (offer.reserve or 0) then
    return nil, "not worth it"
  end
  return price, offer.energy
end

return S

-- SPDX-License-Identifier: MIT
-- Truthful: bids exactly what a kWh is worth to it.
--
-- Where winners pay what the first loser bid (second price), nothing earns more (Vickrey 1961, "Counterspeculation,
-- auctions, and competitive sealed tenders"). Where winners pay their own bid it wins most and earns nothing: the upper
-- end against which the others are measured. It has no parameters.
local S = { api = 1, role = "aggregator" }

function S.on_offer(_, offer)
  if offer.value <= 0 or offer.value < (offer.reserve or 0) then
    return nil, "worth less than it costs"
  end
  return offer.value, offer.energy
end

return S

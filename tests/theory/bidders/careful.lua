-- SPDX-License-Identifier: MIT
-- The equilibrium of a second-price auction of a common value, of which each of N bidders sees an estimate that is off
-- by at most `noise`, evenly: what the value is if ours is the highest estimate and another is as high (Milgrom and
-- Weber 1982, "A theory of auctions and competitive bidding"). Nothing else may be known of the value.
local S = {
  api = 1, role = "aggregator",
  params = { bidders = { default = 2, min = 2, max = 100 }, noise = { default = 0, min = 0, unit = "c/kWh" } },
}

function S.on_offer(ctx, offer)
  local n = ctx.params.bidders
  return math.max(0, offer.value - ctx.params.noise * (n - 2) / n), offer.energy
end

return S

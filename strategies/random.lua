-- SPDX-License-Identifier: MIT
-- Random: a price drawn evenly between the lowest that could be taken and its own value.
--
-- The "zero-intelligence trader with a budget constraint" (ZI-C) of Gode and Sunder 1993, "Allocative efficiency of
-- markets with zero-intelligence traders". It never trades at a loss and has no other sense: what a market still
-- achieves with such traders is owed to its rules alone.
--
--   low   lowest price it would draw where the reserve is not disclosed
local S = {
  api = 1, role = "aggregator",
  params = {
    low = { default = 0, min = 0, max = 100, unit = "c/kWh", live = true, doc = "lowest price, reserve not disclosed" },
  },
}

function S.on_offer(ctx, offer)
  local low = offer.reserve or ctx.params.low
  if offer.value <= 0 or offer.value < low then
    return nil, "worth less than it costs"
  end
  return low + ctx.rng() * (offer.value - low), offer.energy
end

return S

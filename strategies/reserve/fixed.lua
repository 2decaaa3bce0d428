-- SPDX-License-Identifier: MIT
-- Fixed: one reserve price, whatever the battery holds and whatever the hour.
--
-- What a household does that sets a price once and forgets it. The least to compare the others with. A fixed reserve is
-- best for a seller whose own cost never changes (Myerson 1981, "Optimal auction design"); a battery's does.
--
-- For comparison only: it keeps nothing for the home's own use, which is then bought at the retail price by night. On
-- the built-in day that costs owners 0.83 $ per battery, where two_tier, the default, earns them something:
-- etp-engine strategies/greedy.lua --reserve strategies/reserve/fixed.lua
--
--   price   lowest price it takes
local S = {
  api = 1, role = "bess",
  params = {
    price = { default = 8.3, min = 0, max = 1000, unit = "c/kWh", live = true, doc = "lowest price it takes" },
  },
}

function S.reserve(ctx, battery)
  return ctx.params.price, battery.lot
end

return S

-- SPDX-License-Identifier: MIT
-- Tiers: the protocol's known default. The emptier the battery, the dearer what is left.
--
-- Twice the base price below 10 % of capacity, one and a half times below 25 %, nine tenths from 75 % up (Mapfumo,
-- "Communication requirements for enabling real-time energy trading among distributed energy storage systems and
-- aggregators"). The price is rounded down to 0.01 c/kWh, so that 0.9 x 8.3 is met by a bid of 7.47.
--
-- For comparison only: it keeps nothing for the home's own use, which is then bought at the retail price by night. On
-- the built-in day that costs owners 0.79 $ per battery, where two_tier, the default, earns them something:
-- etp-engine strategies/greedy.lua --reserve strategies/reserve/tiers.lua
--
--   base    price between 25 and 75 %
local S = {
  api = 1, role = "bess",
  params = {
    base = { default = 8.3, min = 0, max = 1000, unit = "c/kWh", live = true, doc = "price at a normal level" },
  },
}

local factors = { critical = 2, low = 1.5, normal = 1, high = 0.9 }

function S.reserve(ctx, battery)
  local price = ctx.params.base * factors[battery.level]
  -- A hair is added first, since 746.9999999 hundredths are meant to be 747.
  return math.floor(price * 100 + 1e-6) / 100, battery.lot
end

return S

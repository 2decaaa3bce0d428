-- SPDX-License-Identifier: MIT
-- Two tiers: what the home will not need is sold for what it would cost to replace; what it will need, for what the
-- home would then pay the grid.
--
-- The reserve is the opportunity cost of a kWh. Beyond the expected need of the coming hours, a kWh that is sold is
-- refilled from the sun, which would otherwise have earned the feed-in tariff: feed-in / round-trip efficiency, plus
-- the wear of discharging it. A kWh that the home will need is bought back at the retail price; its wear comes either
-- way. That a seller's limit is its opportunity cost is textbook economics; for batteries see Xu, Zhao, Zheng, Litvinov
-- and Kirschen 2018, "Factoring the cycle aging cost of batteries participating in electricity markets", for the wear.
--
-- Its limit: the lower tier takes the feed-in tariff of now. Where that differs by the time of day (--fit), a kWh that
-- is sold in the evening is priced at the evening's tariff, though it is refilled at midday's.
--
--   premium   added to the lower tier: what the trouble of selling should earn at least
local S = {
  api = 1, role = "bess",
  params = {
    premium = { default = 0, min = 0, max = 100, unit = "c/kWh", live = true, doc = "added to the lower tier" },
  },
}

function S.reserve(ctx, battery)
  local round_trip = battery.one_way * battery.one_way
  local low = math.max(0, battery.wear + battery.feed_in / round_trip + ctx.params.premium)
  local spare = battery.available - battery.expected_need
  if spare > 0 then
    return low, math.min(battery.lot, spare)
  end
  return math.max(low, battery.retail), battery.lot
end

return S

-- SPDX-License-Identifier: MIT
-- Degradation: the deeper the battery is drained and the worse its health, the dearer its energy.
--
-- A cell loses more life in one deep cycle than in several shallow ones of the same energy. Xu, Zhao, Zheng, Litvinov
-- and Kirschen 2018 ("Factoring the cycle aging cost of batteries participating in electricity markets") write the
-- life that a cycle of depth d takes as a convex function, close to d^2, and what the next kWh costs as its slope.
-- With d^k the slope is k d^(k-1): its mean over a full cycle is 1, so it spreads the battery's wear, which is such a
-- mean, over the depths. Cells of poorer health are taken to wear faster, by a part more for each step below
-- "excellent".
--
-- A slope below 1 is counted as 1. The battery's own figure for wear is all that a run's accounts know, and an owner
-- who sold the first kWh for less would lose by these accounts. So this policy never asks less than two_tier does;
-- what it adds is for deep and for old batteries. What the home will need costs the retail price at least, as there.
--
--   exponent   k: 1 makes wear the same at every depth
--   health     added for each step of health below "excellent", as a part
local S = {
  api = 1, role = "bess",
  params = {
    exponent = { default = 2, min = 1, max = 5, live = true, doc = "of the life that a cycle of some depth takes" },
    health = { default = 0.25, min = 0, max = 5, live = true, doc = "added for each step of poorer health, a part" },
  },
}

local steps = { excellent = 0, good = 1, fair = 2, poor = 3 }

-- The wear of the last kWh that a sale takes out, as a multiple of the mean.
local function slope(depth, exponent)
  if depth <= 0 or exponent == 1 then
    return 1
  end
  return math.max(1, exponent * math.exp((exponent - 1) * math.log(depth)))
end

function S.reserve(ctx, battery)
  local spare = battery.available - battery.expected_need
  local energy = spare > 0 and math.min(battery.lot, spare) or battery.lot
  local after = battery.energy_total - energy / battery.one_way
  local depth = math.min(1, 1 - after / battery.capacity)
  local wear = battery.wear * slope(depth, ctx.params.exponent) * (1 + ctx.params.health * steps[battery.health])
  local price = wear + battery.feed_in / (battery.one_way * battery.one_way)
  if spare <= 0 then
    price = math.max(price, battery.retail)
  end
  return math.max(0, price), energy
end

return S

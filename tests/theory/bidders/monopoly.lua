-- SPDX-License-Identifier: MIT
-- The reserve that earns an owner most from buyers whose values lie evenly from `low` to `high`, when to sell costs
-- `cost`: the value whose marginal revenue, 2 v - high, is the cost (Myerson 1981, "Optimal auction design"). It does
-- not depend on how many buyers there are.
local S = {
  api = 1, role = "bess",
  params = {
    low = { default = 0, min = 0, unit = "c/kWh" },
    high = { default = 10, min = 0, unit = "c/kWh" },
    cost = { default = 0, min = 0, unit = "c/kWh" },
  },
}

function S.reserve(ctx, battery)
  return math.max(ctx.params.low, (ctx.params.high + ctx.params.cost) / 2), battery.lot
end

return S

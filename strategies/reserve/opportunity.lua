-- SPDX-License-Identifier: MIT
-- Opportunity: the reserve is what the home is likely to pay this evening for the energy that it sells now.
--
-- The last kWh that is sold is missed only if the home comes to need it. With the chance that it does it is bought
-- back at the retail price; otherwise the sun refills it, with energy that would have earned the feed-in tariff:
--
--   reserve = P retail + (1 - P) (wear + feed-in / round-trip efficiency)
--
-- where P is the chance that the home needs more than the sale leaves it. Its wear comes either way when the kWh is
-- needed, and so counts only when it is not. This is Littlewood's rule for seats in airplanes, which are sold at a
-- low fare only above the chance of a high one (Littlewood 1972, "Forecasting and control of passenger bookings"),
-- and the newsvendor's (Arrow, Harris and Marschak 1951, "Optimal inventory policy"). Where two_tier has one step at
-- the expected need, this has a slope: the surer it is that the home can do without, the cheaper it sells.
--
-- How much a home will need is not known; P falls evenly from 1 to 0 between two parts of the expected need. That
-- expectation has the world's need_factor in it, 1.5 unless changed, so that two thirds of it is the mean.
--
--   sure    part of the expected need that the home uses for sure
--   most    part of it that the home uses at most
local S = {
  api = 1, role = "bess",
  params = {
    sure = { default = 0.4, min = 0, max = 10, live = true, doc = "part of the expected need that is used for sure" },
    most = { default = 1.1, min = 0, max = 10, live = true, doc = "part of it that is used at most" },
  },
}

-- The chance that the home needs more than what is left, from what it expects to need.
local function chance_of_need(left, expected, sure, most)
  local low, high = expected * sure, expected * math.max(most, sure)
  if left <= low then
    return 1
  end
  return left < high and (high - left) / (high - low) or 0
end

function S.reserve(ctx, battery)
  local params, round_trip = ctx.params, battery.one_way * battery.one_way
  local spared = battery.wear + battery.feed_in / round_trip
  local left = battery.available - battery.lot
  local chance = chance_of_need(left, battery.expected_need, params.sure, params.most)
  local price = chance * math.max(battery.retail, spared) + (1 - chance) * spared
  return math.max(0, price), battery.lot
end

return S

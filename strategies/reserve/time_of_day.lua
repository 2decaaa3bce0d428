-- SPDX-License-Identifier: MIT
-- Time of day: sells what it can spare in the evening peak, and asks more for it at other hours.
--
-- What a household can do that reads no forecast: the wholesale price has a daily shape, and the evening, when the
-- sun has gone and everybody cooks, is its dearest part. This is the logic of time-of-use tariffs and of peak-load
-- pricing (Boiteux 1949, "La tarification des demandes en pointe"; Steiner 1957, "Peak loads and efficient pricing"),
-- as a seller's rule. Within the peak the reserve is what the energy costs to replace, as in two_tier; outside it a
-- premium is added, for what is sold cheaply in the afternoon is missing in the evening. What the home will need
-- costs the retail price at any hour.
--
-- Hours are the market's. Where households are in daylight saving time, their 18:00 is the market's 17:00.
--
--   from      hour at which the peak begins
--   to        hour at which it ends; if not after `from`, on the next day
--   premium   added to the price at other hours
local S = {
  api = 1, role = "bess",
  params = {
    from = { default = 17, min = 0, max = 24, unit = "h", live = true, doc = "hour at which the peak begins" },
    to = { default = 22, min = 0, max = 24, unit = "h", live = true, doc = "hour at which the peak ends" },
    premium = { default = 3, min = 0, max = 1000, unit = "c/kWh", live = true, doc = "added at other hours" },
  },
}

local function in_peak(hour, from, to)
  if from < to then
    return hour >= from and hour < to
  end
  return hour >= from or hour < to
end

function S.reserve(ctx, battery)
  local params = ctx.params
  local price = battery.wear + battery.feed_in / (battery.one_way * battery.one_way)
  if not in_peak(battery.second_of_day / 3600, params.from, params.to) then
    price = price + params.premium
  end
  local spare = battery.available - battery.expected_need
  if spare > 0 then
    return math.max(0, price), math.min(battery.lot, spare)
  end
  return math.max(0, price, battery.retail), battery.lot
end

return S

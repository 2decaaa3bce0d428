-- SPDX-License-Identifier: MIT
-- Forecast: waits for the dear hours that past days make it expect.
--
-- What is sold now cannot be sold later tonight. So the reserve is the better of what the energy costs to replace, as
-- in two_tier, and what a later hour should pay for it. This is the value of waiting in an optimal stopping problem:
-- take the offer that beats what is still to be expected (McCall 1970, "Economics of information and job search").
-- When few hours are left the reserve falls to the cost; so the energy is sold by then or kept.
--
-- What an hour should pay is the mean of the spot prices that this battery has seen in that hour of the day, newer
-- days counting more. Spikes count at `cap`: they are no habit of an hour. Buyers' costs and margins are taken off
-- it. On its first day it has seen no later hour and is two_tier; run several days (--days 7) to see it wait. All its
-- knowledge is in ctx.state: 24 prices for each battery.
--
--   keep     part of the mean of an hour that one more price leaves
--   cap      dearer prices count as this one
--   toll     what buyers keep of the wholesale price
--   sunrise  hour of the day at which the sun refills the battery: what is not sold by then need not wait
local S = {
  api = 1, role = "bess",
  params = {
    keep = { default = 0.95, min = 0, max = 1, live = true, doc = "part of an hour's mean that one price leaves" },
    cap = { default = 30, min = 0, max = 2000, unit = "c/kWh", live = true, doc = "dearer prices count as this" },
    toll = { default = 2, min = 0, max = 100, unit = "c/kWh", live = true, doc = "what buyers keep of the price" },
    sunrise = { default = 7, min = 0, max = 23, unit = "h", live = true, doc = "when the sun refills the battery" },
  },
}

-- The spot price is that of the interval which has just ended.
function S.on_interval(ctx, market)
  if market.spot then
    local hour = (market.second_of_day - 1) // 3600 % 24
    local spot, mean = math.min(market.spot, ctx.params.cap), ctx.state[hour]
    ctx.state[hour] = mean and mean + (1 - ctx.params.keep) * (spot - mean) or spot
  end
end

-- The most that an hour after this one and before sunrise should pay; nil if none has been seen.
local function best_ahead(ctx, second_of_day)
  local sunrise, best = math.floor(ctx.params.sunrise), nil
  local hour = (second_of_day // 3600 + 1) % 24
  while hour ~= sunrise and hour ~= second_of_day // 3600 do
    local price = ctx.state[hour]
    best = price and math.max(price, best or price) or best
    hour = (hour + 1) % 24
  end
  return best and best - ctx.params.toll
end

function S.reserve(ctx, battery)
  local price = battery.wear + battery.feed_in / (battery.one_way * battery.one_way)
  local spare = battery.available - battery.expected_need
  if spare > 0 then
    price = math.max(price, best_ahead(ctx, battery.second_of_day) or 0)
    return math.max(0, price), math.min(battery.lot, spare)
  end
  return math.max(0, price, battery.retail), battery.lot
end

return S

-- SPDX-License-Identifier: MIT
-- What a bidder can read from the outcomes of its bids. Strategies require this; it is none itself.
local news = {}

-- The mean of our bids that were taken, among those that are remembered; nil if none was.
function news.usual(history)
  local sum, count = 0, 0
  for i = 1, #history do
    local past = history[i]
    if past.outcome == "accepted" then
      sum, count = sum + past.bid_price, count + 1
    end
  end
  return count > 0 and sum / count or nil
end

-- "won"; "lost", by too low a price; or nil, where an outcome says nothing of the market: a message was late, a
-- battery failed, or a battery is merely dear: it refused, as below its reserve, a price at which others usually sell
-- (`usual`). Homes ask the retail price for energy that they will need themselves, so most refusals are of that kind,
-- and who took them for lost contests would learn to bid its whole value against rivals who are not there.
function news.of(past, usual)
  if past.outcome == "accepted" then
    return "won"
  end
  local beaten = past.outcome == "rejected" or past.outcome == "outbid"
  local dear = past.code == "below_reserve" and usual ~= nil and past.bid_price >= usual
  return beaten and not dear and "lost" or nil
end

return news

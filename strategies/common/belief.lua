-- SPDX-License-Identifier: MIT
-- The belief of Gjerstad and Dickhaut 1998, "Price formation in double auctions": how likely a bid is to be taken,
-- from what happened to bids before. Strategies require this; gd.lua says what it means here.
--
-- At a price b that was bid: q(b) = T(b) / (T(b) + R(b)), with T(b) the bids at b or less that were taken and R(b)
-- the bids at b or more that were not: who was taken for less would have been taken for b, who failed with more would
-- have failed with b. Between such prices a cubic runs that is level at both ends. Below `floor` a bid is hopeless,
-- from `ceiling` on it is sure.
local news = require "common.news"

local belief = {}

-- Sorted prices of bids that were taken, of ours and, where they are disclosed, of others; and of bids that failed.
function belief.bids(history)
  local taken, failed, usual = {}, {}, news.usual(history)
  for i = 1, #history do
    local past = history[i]
    local what = news.of(past, usual)
    if what == "won" then
      taken[#taken + 1] = past.bid_price
    elseif what == "lost" then
      failed[#failed + 1] = past.bid_price
      if past.best and past.code ~= "below_reserve" then
        taken[#taken + 1] = past.best
      end
    end
  end
  table.sort(taken)
  table.sort(failed)
  return taken, failed
end

-- Two lists of the same length: prices ascending, and q at each.
function belief.points(taken, failed, floor, ceiling)
  local prices, q = { floor }, { 0 }
  local below, at = 0, 1 -- how many were taken up to here; the first that failed from here on
  local t = 1
  while taken[t] or failed[at] do
    local price = math.min(taken[t] or math.huge, failed[at] or math.huge)
    while taken[t] == price do
      t, below = t + 1, below + 1
    end
    if price > floor and price < ceiling then
      prices[#prices + 1] = price
      q[#q + 1] = below / (below + #failed - at + 1)
    end
    while failed[at] == price do
      at = at + 1
    end
  end
  prices[#prices + 1], q[#q + 1] = ceiling, 1
  return prices, q
end

-- Between two points, level at both: x from 0 to 1.
local function cubic(from, to, x)
  return from + (to - from) * x * x * (3 - 2 * x)
end

function belief.at(price, prices, q)
  for i = 2, #prices do
    if price < prices[i] then
      return price <= prices[1] and 0 or cubic(q[i - 1], q[i], (price - prices[i - 1]) / (prices[i] - prices[i - 1]))
    end
  end
  return 1
end

local STEPS = 8 -- tries between two points

-- The price from `low` to `value` with the most of (value - price) x q(price); nil if there is no hope in any.
function belief.best(value, low, prices, q)
  local best, most = nil, 0
  local function try(price, chance)
    if price >= low and price <= value and (value - price) * chance > most then
      best, most = price, (value - price) * chance
    end
  end
  for i = 2, #prices do
    local from, to = prices[i - 1], prices[i]
    if from >= value then
      break
    end
    -- No bid between two points promises more than the lower price at the better chance (and a hair, for rounding).
    if to >= low and (value - from) * math.max(q[i - 1], q[i]) * (1 + 1e-9) > most then
      for step = 1, STEPS do
        try(from + (to - from) * step / STEPS, cubic(q[i - 1], q[i], step / STEPS))
      end
    end
  end
  try(low, belief.at(low, prices, q))
  return best
end

-- The same from what is remembered; without `floor` and `ceiling` they are 0 and `sure` above all that was seen.
function belief.bid(history, value, low, sure, floor, ceiling)
  local taken, failed = belief.bids(history)
  local highest = math.max(taken[#taken] or 0, failed[#failed] or 0)
  if highest == 0 then
    return nil
  end
  return belief.best(value, low, belief.points(taken, failed, floor or 0, ceiling or highest + sure))
end

return belief

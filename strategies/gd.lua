-- SPDX-License-Identifier: MIT
-- GD: bids what promises most, by its own belief of how likely each bid is to be taken.
--
-- Gjerstad and Dickhaut 1998, "Price formation in double auctions": maximise (value - b) q(b), with the belief q made
-- of the bids, asks and trades that all of a double auction can see (common/belief.lua has the formula). Here bids
-- are sealed. What it sees is ctx.history, its own last 64 bids: with a hundred batteries not even one interval. So q
-- is what these taught it, plus the winning price where it lost, if disclosed, as one more bid that was taken. There
-- are no asks: a disclosed reserve only rules out what is below it. Refusals of dear batteries are left out
-- (common/news.lua). A belief of one's own outcomes alone is blind where one never bids; that it still tries lower
-- prices after wins is owed to the cubic, which falls only gently just below a price that was taken.
--
--   start   how far below its value it bids without any history, or without any hope
--   sure    how far above all that it has seen a bid is taken for sure
--   step    how much more it bids at least when it raises a beaten bid
local belief = require "common.belief"

local S = {
  api = 1, role = "aggregator",
  params = {
    start = { default = 0.5, min = 0, max = 30, unit = "c/kWh", live = true, doc = "below its value without history" },
    sure = { default = 1, min = 0.001, max = 100, unit = "c/kWh", live = true, doc = "above all seen, a bid is sure" },
    step = { default = 0.1, min = 0.0001, max = 30, unit = "c/kWh", live = true, doc = "least raise of a beaten bid" },
  },
}

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  local price = belief.bid(ctx.history, offer.value, reserve, ctx.params.sure)
  return math.max(price or offer.value - ctx.params.start, reserve), offer.energy
end

function S.on_result(ctx, result)
  if result.may_rebid then
    local beaten_at = math.max(result.best or 0, result.bid_price)
    return belief.bid(ctx.history, result.value, beaten_at + ctx.params.step, ctx.params.sure)
  end
end

return S

-- SPDX-License-Identifier: MIT
-- Fixed: one price for everybody, the feed-in tariff and a little more.
--
-- The retailer's standing offer, in auctions: take it or leave it, whatever the wholesale price. It is what a posted
-- price looks like as a bidder (Wang 1993, "Auctions versus posted-price selling", compares the two), and the least
-- that the others should beat. It buys only while a kWh is worth that much to it.
--
-- A kWh from a battery costs its owner more than the feed-in tariff that it would have earned: wear, and what
-- charging and discharging lose. A premium that does not cover these, about 4.5 c/kWh with the shipped homes, buys
-- nothing.
--
--   feed_in   feed-in tariff; no message says what it is
--   premium   what it pays above that
local S = {
  api = 1, role = "aggregator",
  params = {
    feed_in = { default = 3.3, min = 0, max = 100, unit = "c/kWh", live = true, doc = "feed-in tariff" },
    premium = { default = 6, min = 0, max = 100, unit = "c/kWh", live = true, doc = "paid above the feed-in tariff" },
  },
}

function S.on_offer(ctx, offer)
  local price = ctx.params.feed_in + ctx.params.premium
  if price > offer.value then
    return nil, "worth less than our price"
  elseif price < (offer.reserve or 0) then
    return nil, "asks more than our price"
  end
  return price, offer.energy
end

return S

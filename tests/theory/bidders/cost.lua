-- SPDX-License-Identifier: MIT
-- What a kWh costs an owner who does not need it: the wear, and the feed-in tariff that refilling it forgoes. Sells
-- all.
local S = { api = 1, role = "bess" }

function S.reserve(_, battery)
  return battery.wear + battery.feed_in / (battery.one_way * battery.one_way), battery.lot
end

return S

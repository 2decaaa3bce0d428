-- SPDX-License-Identifier: MIT
-- Best against nobody, where winners pay what they bid: the reserve, if the energy is worth that much. Wants
-- --disclose reserve.
local S = { api = 1, role = "aggregator" }

function S.on_offer(_, offer)
  if offer.value < offer.reserve then
    return nil, "worth less than it costs"
  end
  return offer.reserve, offer.energy
end

return S

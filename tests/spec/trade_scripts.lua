-- SPDX-License-Identifier: MIT
-- What the nodes of trade_states.lua run: they log each fault that they are told of.
return {
  -- Bids all that it is worth, at once or just before the close.
  ["both.lua"] = [[
local S = { api = 1, role = "aggregator", params = { wait = { default = 0, min = 0, max = 1 } } }
function S.on_offer(ctx, offer)
  if ctx.params.wait == 1 and offer.asked == 1 then
    return "wait"
  end
  return offer.value, offer.energy
end
function S.on_fault(ctx, fault) ctx.log(("fault=%s of=%d"):format(fault.kind, fault.peer)) end
return S
]],
  ["keeper.lua"] = [[
local S = { api = 1, role = "bess" }
function S.reserve() return 5 end
function S.on_fault(ctx, fault) ctx.log(("fault=%s of=%d"):format(fault.kind, fault.peer)) end
return S
]],
}

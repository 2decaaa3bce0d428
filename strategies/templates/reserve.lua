-- SPDX-License-Identifier: MIT
-- @NAME@: a reserve policy, which says at what price home batteries sell, and how much.
--
-- It keeps what the home will need, and asks what it costs to replace the rest plus a premium, which it moves: up when
-- all was sold, down when nothing was.
--
--   premium   where the premium begins
--   step      how far it moves with each auction
--   most      the largest premium
--
-- Prices are in c/kWh, energies in kWh, money in dollars, times in seconds. `etp-engine api` lists all that there is.

---@type etp.bess
local S = {
  api = 1,
  role = "bess",
  -- What can be set from outside: etp-engine greedy --reserve @NAME@.lua --set reserve.premium=2
  params = {
    premium = { default = 0.5, min = 0, max = 100, unit = "c/kWh", doc = "where the premium begins" },
    step = { default = 0.1, min = 0, max = 10, unit = "c/kWh", live = true, doc = "how far it moves" },
    most = { default = 5, min = 0, max = 100, unit = "c/kWh", live = true, doc = "the largest premium" },
  },
}

-- Once for each home, before anything else. One script serves many homes: what belongs to one lies in ctx.state, and a
-- hook cannot write globals. When the file is loaded again while the market runs, the table goes with it; on_save and
-- on_load can change it on the way.
function S.on_start(ctx)
  ctx.state.premium = ctx.params.premium
end

-- A market interval begins. What may be nil has to be looked at first: there is no spot price before one has ended.
function S.on_interval(ctx, market)
  ctx.state.dear = market.spot ~= nil and market.forecast ~= nil and market.forecast > 2 * market.spot
end

-- The interval's first query came: the lowest price, and the most energy. `false` sells nothing.
function S.reserve(ctx, battery)
  local spare = battery.available - battery.expected_need -- what the home can do without
  if spare <= 0 then
    return false
  end
  -- What is sold is refilled from the sun, which would have earned the feed-in tariff; both ways lose energy.
  local cost = battery.wear + battery.feed_in / (battery.one_way * battery.one_way)
  local premium = ctx.state.premium
  if ctx.state.dear then
    premium = 2 * premium -- buyers will pay more than usual
  end
  return math.max(0, cost + premium), math.min(spare, battery.lot)
end

-- The window closed. A list of places says whom to sell to first, bids[1] being the best; nil leaves it to the market.
-- Whoever bids for a crumb is passed over here, if somebody else is there.
function S.choose(ctx, bids)
  local order = {}
  for i = 1, #bids do
    if bids[i].energy >= 0.05 then
      order[#order + 1] = i
    end
  end
  return #order > 0 and order or nil
end

-- The auction is over.
function S.on_result(ctx, result)
  local premium = ctx.state.premium
  if result.sold == 0 then
    premium = premium - ctx.params.step
  elseif result.sold >= result.lot then
    premium = premium + ctx.params.step
  end
  ctx.state.premium = math.max(0, math.min(premium, ctx.params.most))
end

-- Something went wrong outside: a message came late. The engine has dealt with it already.
function S.on_fault(ctx, fault)
  ctx.log(("%s fault of %d"):format(fault.kind, fault.peer)) -- seen with --log info
end

return S

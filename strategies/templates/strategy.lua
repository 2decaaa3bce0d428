-- SPDX-License-Identifier: MIT
-- @NAME@: a strategy for an aggregator, which buys energy from home batteries.
--
-- It bids what a kWh is worth to it less a margin, and moves the margin: up when it wins, down when it loses.
--
--   margin   where the margin begins
--   step     how far it moves with each result
--   most     the largest margin
--
-- Prices are in c/kWh, energies in kWh, money in dollars, times in seconds. `etp-engine api` lists all that there is.

---@type etp.aggregator
local S = {
  api = 1,
  role = "aggregator",
  -- What can be set from outside: etp-engine @NAME@.lua --set @NAME@.margin=1.5
  params = {
    margin = { default = 0.8, min = 0, max = 30, unit = "c/kWh", doc = "where the margin begins" },
    step = { default = 0.05, min = 0, max = 10, unit = "c/kWh", live = true, doc = "how far it moves" },
    most = { default = 3, min = 0, max = 30, unit = "c/kWh", live = true, doc = "the largest margin" },
  },
}

-- Once, before anything else. What we learn lies in ctx.state, a table that belongs to this node alone. When the file
-- is loaded again while the market runs, the table goes with it; on_save and on_load can change it on the way.
function S.on_start(ctx)
  ctx.state.margin = ctx.params.margin
end

-- A market interval begins. What may be nil has to be looked at first: there is no spot price before one has ended.
function S.on_interval(ctx, market)
  ctx.state.rising = market.spot ~= nil and market.forecast ~= nil and market.forecast > market.spot
end

-- A battery has answered our query: bid a price and an energy, or return nil and say why.
function S.on_offer(ctx, offer)
  local margin = ctx.state.margin
  if ctx.state.rising then
    margin = margin / 2 -- it will hardly get cheaper
  end
  local price = offer.value - margin
  if price <= 0 then
    return nil, "worth nothing now"
  end
  if offer.reserve and price < offer.reserve then
    return nil, "the owner wants more"
  end
  return price, math.min(offer.energy, offer.need)
end

-- One of our bids has an outcome. While the window is open (only in ascending auctions) a price is a higher bid.
function S.on_result(ctx, result)
  local margin = ctx.state.margin
  if result.outcome == "accepted" then
    margin = margin + ctx.params.step
  elseif result.outcome == "rejected" or result.outcome == "outbid" then
    margin = margin - ctx.params.step
  end
  ctx.state.margin = math.max(0, math.min(margin, ctx.params.most))
  if result.may_rebid then
    return result.value - ctx.state.margin -- no higher than the last one is no bid
  end
end

-- Something went wrong outside: a battery failed, or a message came late. The engine has dealt with it already.
function S.on_fault(ctx, fault)
  ctx.log(("%s fault of %d"):format(fault.kind, fault.peer)) -- seen with --log info
end

return S

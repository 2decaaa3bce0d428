-- SPDX-License-Identifier: MIT
-- Ramp: begins each interval well below its value and comes nearer to it in a straight line as the interval's offers
-- pass by.
--
-- The linear time-dependent tactic of Faratin, Sierra and Jennings 1998, "Negotiation decision functions for
-- autonomous agents": with T the time there is and t the time gone by, price = start + (limit - start) t / T. There
-- one bargainer concedes to another; here each battery is met once in an interval, and it is to the later ones that
-- more is offered: cheap energy first, and what the need still lacks at the end.
--
-- No message says when the last offer of an interval comes. T is as long as the last interval took from its beginning
-- to its last offer; before there was one, `span`.
--
--   from   margin at the beginning of an interval
--   to     margin at its end
--   span   T in the first interval
--   step   how much more it must have come to before it raises a beaten bid
local S = {
  api = 1, role = "aggregator",
  params = {
    from = { default = 1.5, min = 0, max = 30, unit = "c/kWh", live = true, doc = "margin at the beginning" },
    to = { default = 0.1, min = 0, max = 30, unit = "c/kWh", live = true, doc = "margin at the end" },
    span = { default = 10, min = 0.001, max = 86400, unit = "s", doc = "how long offers come in the first interval" },
    step = { default = 0.1, min = 0.0001, max = 30, unit = "c/kWh", live = true, doc = "least raise of a beaten bid" },
  },
}

function S.on_interval(ctx, market)
  local state = ctx.state
  if state.newest then
    state.span = state.newest - state.began
  end
  state.began, state.newest = market.starts, nil
end

local function price_now(ctx, value)
  local state, span = ctx.state, ctx.state.span or ctx.params.span
  local gone = ctx.now - (state.began or ctx.now)
  local part = span > 0 and math.max(0, math.min(gone / span, 1)) or 1
  return value - ctx.params.from + (ctx.params.from - ctx.params.to) * part
end

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  if offer.value <= 0 or offer.value < reserve then
    return nil, "worth less than it costs"
  end
  ctx.state.newest = ctx.now
  return math.max(price_now(ctx, offer.value), reserve), offer.energy
end

function S.on_result(ctx, result)
  if result.may_rebid then
    local again = price_now(ctx, result.value)
    if again >= math.max(result.bid_price + ctx.params.step, result.best or 0) then
      return again
    end
  end
end

return S

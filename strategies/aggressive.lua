-- SPDX-License-Identifier: MIT
-- Aggressive: bids just below its own value, and asks for a little more margin after each win.
--
-- The margin begins at its least, grows by one step with every win and falls back to its least with the first loss:
-- slow up, fast down, so that a rival finds it back at its limit at once. That a winner tries for more profit and a
-- loser gives way is learning direction theory (Selten and Stoecker 1986, "End behavior in sequences of finite
-- prisoner's dilemma supergames"); the two speeds are ours.
--
--   least   smallest margin, kept in any case
--   most    largest margin
--   step    what a win adds
local S = {
  api = 1, role = "aggregator",
  params = {
    least = { default = 0.1, min = 0, max = 30, unit = "c/kWh", live = true, doc = "smallest margin" },
    most = { default = 0.6, min = 0, max = 30, unit = "c/kWh", live = true, doc = "largest margin" },
    step = { default = 0.05, min = 0, max = 10, unit = "c/kWh", live = true, doc = "what a win adds to the margin" },
  },
}

function S.on_offer(ctx, offer)
  local reserve = offer.reserve or 0
  local limit = offer.value - ctx.params.least
  if limit <= 0 or limit < reserve then
    return nil, "worth less than it costs"
  end
  local price = offer.value - (ctx.state.margin or ctx.params.least)
  return math.min(math.max(price, reserve), limit), offer.energy
end

function S.on_result(ctx, result)
  local margin = ctx.state.margin or ctx.params.least
  if result.outcome == "accepted" then
    ctx.state.margin = math.min(margin + ctx.params.step, math.max(ctx.params.most, ctx.params.least))
  elseif result.outcome == "rejected" or result.outcome == "outbid" then
    ctx.state.margin = ctx.params.least
    local limit = result.value - ctx.params.least
    if result.may_rebid and limit > math.max(result.bid_price, result.best or 0) then
      return limit
    end
  end
end

return S

-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local learning = require("learning")
local open, offer, result, market, near = helpers.open, helpers.offer, helpers.result, helpers.market, helpers.near

-- A buyer to whom 0.4 kWh were on offer at each of 5, 6 and 7 c/kWh in the last interval. Reserves are disclosed and it
-- begins so low that they are its prices. The forecast is 6.
local function buyer(more)
  local s, ctx = open("portfolio.lua", { params = { start = 30 } })
  s.on_interval(ctx, market { forecast = 6 })
  for battery = 1, 3 do
    s.on_offer(ctx, offer { battery = battery, reserve = 4 + battery })
  end
  s.on_interval(ctx, market { forecast = 6, need = 0.6, mechanism = more })
  return s, ctx
end

local function ask(s, ctx, battery, need, asked)
  return s.on_offer(ctx, offer { battery = battery, reserve = 4 + battery, need = need, asked = asked or 1 })
end

describe("portfolio", function()
  it("fills its need from the cheapest on", function()
    -- It needs 0.6: all of the battery at 5, and 0.2 of that at 6; that at 7 is left.
    local s, ctx = buyer()
    assert.equal("wait", (ask(s, ctx, 3, 0.6)))
    assert.equal("wait", (ask(s, ctx, 2, 0.6))) -- 0.4 are cheaper and still to come: 0.2 are left
    local price, energy = ask(s, ctx, 1, 0.6)
    near(5, price)
    near(0.4, energy)
    -- Shortly before the close, with 0.2 left: the cheaper ones have come.
    price, energy = ask(s, ctx, 2, 0.2, 2)
    near(6, price)
    near(0.2, energy)
    price, energy = ask(s, ctx, 3, 0, 2)
    assert.is_nil(price)
    assert.is_string(energy)
  end)

  it("gives what is dear the rest when what is cheap has not come", function()
    local s, ctx = buyer()
    assert.equal("wait", (ask(s, ctx, 3, 1)))
    local price, energy = ask(s, ctx, 3, 1, 2) -- 0.8 may still come
    near(7, price)
    near(0.2, energy)
  end)

  it("bids for everything when its need does not bind", function()
    local s, ctx = buyer()
    for battery = 3, 1, -1 do
      local price, energy = ask(s, ctx, battery, 5)
      near(4 + battery, price)
      near(0.4, energy)
    end
  end)

  it("counts what is to come as far as it tends to win", function()
    local s, ctx = buyer()
    for _ = 1, 200 do
      s.on_result(ctx, result { battery = 99 })
    end
    near(0.98 ^ 200, ctx.state.portfolio.share, 1e-12)
    local price, energy = ask(s, ctx, 3, 0.6) -- next to nothing of the 0.8 will be won
    near(7, price)
    near(0.4, energy)
  end)

  it("expects one step less after a win and one more after a loss, at that battery", function()
    local s, ctx = open("portfolio.lua")
    s.on_interval(ctx, market { forecast = 6 })
    near(9.2, (s.on_offer(ctx, offer())))
    s.on_result(ctx, result { outcome = "accepted", bid_price = 9.2, price = 9.2, energy = 0.4 })
    near(9.1, (s.on_offer(ctx, offer())))
    s.on_result(ctx, result { bid_price = 9.1 })
    near(9.2, (s.on_offer(ctx, offer())))
    s.on_result(ctx, result { bid_price = 9.2, best = 9.6 })
    near(9.7, (s.on_offer(ctx, offer())))
    s.on_result(ctx, result { outcome = "expired", bid_price = 9.7 })
    near(9.7, (s.on_offer(ctx, offer())))
    near(9.2, (s.on_offer(ctx, offer { battery = 8 })))
  end)

  it("moves its prices with the forecast, and never above its value", function()
    local s, ctx = open("portfolio.lua")
    s.on_interval(ctx, market { forecast = 6 })
    s.on_result(ctx, result { bid_price = 7.9 })
    near(8, (s.on_offer(ctx, offer())))
    s.on_interval(ctx, market { forecast = 7 })
    near(9, (s.on_offer(ctx, offer())))
    s.on_interval(ctx, market { forecast = 9 })
    near(10, (s.on_offer(ctx, offer())))
    s.on_interval(ctx, market { forecast = nil, spot = nil }) -- no level: 2 above nothing
    near(2, (s.on_offer(ctx, offer())))
  end)

  it("bids its value where winners do not pay their own bid", function()
    local s, ctx = buyer("second-price")
    near(10, (ask(s, ctx, 1, 5)))
    assert.equal("wait", (ask(s, ctx, 3, 0.3)))
  end)

  it("raises a bid that was outbid, up to its value", function()
    local s, ctx = open("portfolio.lua")
    near(9.6, s.on_result(ctx, result { outcome = "outbid", best = 9.5, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", best = 9.95, may_rebid = true }))
  end)

  it("goes on after a reload", function()
    learning.survives_reload("portfolio.lua", { width = 2 })
  end)

  it("keeps its bounds", function()
    helpers.keeps_bounds("portfolio.lua")
    helpers.keeps_bounds("portfolio.lua", { params = { width = 0.1, step = 10, start = 30 } })
  end)

  it("keeps little for each battery, however long nobody answers", function()
    local first, more = learning.bytes_per_battery("portfolio.lua")
    assert.is_true(first < 100 and more < 1, first .. ", then " .. more)
  end)
end)

-- SPDX-License-Identifier: MIT
-- Its step is 0.05 c/kWh, its first margin 0.6.
local helpers = dofile("tests/spec/helpers.lua")
local open, offer, result, market, near = helpers.open, helpers.offer, helpers.result, helpers.market, helpers.near

describe("shaver", function()
  local s, ctx

  local function won(price)
    s.on_result(ctx, result { outcome = "accepted", bid_price = price, price = price, energy = 0.4 })
  end

  local function lost(price, best, code)
    s.on_result(ctx, result { bid_price = price, best = best, code = code })
  end

  local function bid(changes)
    return (s.on_offer(ctx, offer(changes)))
  end

  before_each(function()
    s, ctx = open("shaver.lua")
    s.on_interval(ctx, market())
  end)

  it("begins below its value, in each interval anew", function()
    near(9.4, bid())
    won(9.4)
    s.on_interval(ctx, market())
    near(9.4, bid())
  end)

  it("shaves a step off the lowest price that won", function()
    won(9.4)
    won(9.2)
    won(9.3)
    near(9.15, bid())
  end)

  it("tops the highest price that lost, or that won where it lost", function()
    lost(9.4)
    near(9.45, bid())
    lost(9.3, 9.6)
    near(9.65, bid())
  end)

  it("shaves no further than to what lost", function()
    won(9.4)
    lost(9.3)
    near(9.35, bid())
    won(9.35)
    near(9.35, bid())
  end)

  it("never goes beyond its value", function()
    lost(9.9, 12)
    near(10, bid())
  end)

  it("learns nothing from a battery that refuses what another took, or from no answer", function()
    won(9)
    lost(9.2, nil, "below_reserve")
    near(8.95, bid())
    s.on_result(ctx, result { outcome = "expired", bid_price = 9.5 })
    near(8.95, bid())
    lost(8.9, nil, "below_reserve")
    near(8.95, bid())
    lost(8.93, nil, "below_reserve")
    near(8.98, bid())
  end)

  it("raises by a step while the window is open, up to its value", function()
    near(9.55, s.on_result(ctx, result { outcome = "outbid", bid_price = 9.4, best = 9.5, may_rebid = true }))
    near(9.45, s.on_result(ctx, result { outcome = "outbid", bid_price = 9.4, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 9.4, best = 9.96, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { bid_price = 9.4 }))
  end)

  it("keeps to a disclosed reserve and passes where it is worth less", function()
    won(8)
    near(8.7, bid { reserve = 8.7 })
    assert.is_nil(bid { reserve = 10.5 })
    assert.is_nil(bid { value = -1 })
  end)

  it("keeps its bounds through a long random life", function()
    helpers.keeps_bounds("shaver.lua")
  end)
end)

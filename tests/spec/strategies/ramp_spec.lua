-- SPDX-License-Identifier: MIT
-- With the defaults the margin falls from 1.5 to 0.1 c/kWh; offers come for 10 s in the first interval.
local helpers = dofile("tests/spec/helpers.lua")
local open, offer, result, market, near = helpers.open, helpers.offer, helpers.result, helpers.market, helpers.near

describe("ramp", function()
  local s, ctx

  local function bid_at(now, changes)
    ctx.now = now
    return (s.on_offer(ctx, offer(changes)))
  end

  before_each(function()
    s, ctx = open("ramp.lua")
    s.on_interval(ctx, market { starts = 1000 })
  end)

  it("rises in a straight line from one margin to the other", function()
    near(8.5, bid_at(1000))
    near(8.5 + 1.4 / 4, bid_at(1002.5))
    near(9.2, bid_at(1005))
    near(9.9, bid_at(1010))
  end)

  it("stays at its end when offers come later than it thought", function()
    near(9.9, bid_at(1100))
  end)

  it("takes as long as the last interval's offers did", function()
    bid_at(1001)
    bid_at(1004)
    s.on_interval(ctx, market { starts = 1300 })
    near(9.2, bid_at(1302))
    near(9.9, bid_at(1304))
  end)

  it("keeps what it knew after an interval without offers", function()
    bid_at(1004)
    s.on_interval(ctx, market { starts = 1300 })
    s.on_interval(ctx, market { starts = 1600 })
    near(9.2, bid_at(1602))
  end)

  it("goes straight to its end if all offers came at once", function()
    bid_at(1000)
    s.on_interval(ctx, market { starts = 1300 })
    near(9.9, bid_at(1300))
  end)

  it("bids a disclosed reserve where the line is below it, and passes where its value is", function()
    near(9.5, bid_at(1000, { reserve = 9.5 }))
    assert.is_nil(bid_at(1000, { reserve = 10.1 }))
  end)

  it("raises a beaten bid once the line has come a step further", function()
    ctx.now = 1005 -- 9.2
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 9.15, best = 9.18, may_rebid = true }))
    near(9.2, s.on_result(ctx, result { outcome = "outbid", bid_price = 9.1, best = 9.2, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 9, best = 9.3, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { bid_price = 8 }))
  end)

  it("bids before it has seen an interval", function()
    s, ctx = open("ramp.lua")
    near(8.5, bid_at(5))
  end)

  it("keeps its bounds through a long random life", function()
    helpers.keeps_bounds("ramp.lua")
  end)
end)

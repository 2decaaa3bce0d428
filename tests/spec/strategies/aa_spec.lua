-- SPDX-License-Identifier: MIT
-- The formulas have aggressiveness_spec.lua. Learning: rate 0.4, changes of 0.05 |r| + 0.01.
local helpers = dofile("tests/spec/helpers.lua")
local open, offer, result, near = helpers.open, helpers.offer, helpers.result, helpers.near

describe("aa", function()
  local s, ctx

  local function bid(changes)
    return (s.on_offer(ctx, offer(changes)))
  end

  local function won(price)
    s.on_result(ctx, result { outcome = "accepted", bid_price = price, price = price, energy = 0.4 })
  end

  before_each(function()
    s, ctx = open("aa.lua")
  end)

  it("bids below its value before there is a trade", function()
    near(9.5, bid())
  end)

  it("takes its first win for the market's price and asks for a little less", function()
    won(9.5)
    near(9.5, ctx.state.p)
    near(-0.004, ctx.state.r) -- 0.4 x (0 - 0.01)
    local price = bid()
    assert.is_true(price < 9.5 and price > 9.4)
  end)

  it("gets more aggressive by what lost, and learns from it that somebody paid more", function()
    s.on_result(ctx, result { bid_price = 9.5 })
    near(9.5, ctx.state.p)
    near(0.004, ctx.state.r)
    s.on_result(ctx, result { bid_price = 9.7 })
    near((9.7 + 0.9 * 9.5) / 1.9, ctx.state.p)
    local p = ctx.state.p
    s.on_result(ctx, result { bid_price = 9.55 })
    near(p, ctx.state.p)
  end)

  it("takes a disclosed price for a trade", function()
    s.on_result(ctx, result { bid_price = 9, best = 9.4 })
    near(9.4, ctx.state.p)
    won(9.6)
    near((9.6 + 0.9 * 9.4) / 1.9, ctx.state.p)
  end)

  it("bids its value where the market is above it", function()
    s.on_result(ctx, result { bid_price = 9, best = 12, value = 13 })
    near(10, bid())
  end)

  it("becomes the more patient the more it wins, the more eager the more it loses", function()
    for _ = 1, 40 do
      won(bid())
    end
    local patient = bid()
    assert.is_true(patient < 9.4)
    for _ = 1, 40 do
      s.on_result(ctx, result { bid_price = bid() })
    end
    local eager = bid()
    assert.is_true(eager > patient + 0.1 and eager <= 10)
  end)

  it("bends more steeply in a calm market than in a wild one", function()
    for _ = 1, 5 do
      won(9)
      won(6)
    end
    local wild = ctx.state.theta
    for _ = 1, 60 do
      won(8)
    end
    assert.is_true(ctx.state.theta > wild)
    near(2, ctx.state.theta, 0.1)
  end)

  it("remembers so many trades", function()
    for i = 1, 100 do
      won(8 + i / 100)
    end
    assert.are.equal(30, #ctx.state.prices)
    near(9, ctx.state.prices[30])
  end)

  it("learns nothing from what says nothing of the market", function()
    s.on_result(ctx, result { outcome = "expired" })
    s.on_result(ctx, result { outcome = "accepted", bid_price = 0, price = 0 })
    assert.is_nil(ctx.state.p)
    near(0, ctx.state.r)
    near(9.5, bid())
  end)

  it("raises a third of the way to its target", function()
    s.on_result(ctx, result { bid_price = 9, best = 9.5 })
    local before = bid()
    local again = s.on_result(ctx, result { outcome = "outbid", bid_price = 9, best = 9.2, may_rebid = true })
    assert.is_true(again > 9.2 and again < before)
    near(9.2 + (bid() - 9.2) / 3, again)
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 9, best = 10.1, may_rebid = true }))
  end)

  it("bids a disclosed reserve, and passes when it is worth less", function()
    won(8)
    near(9, bid { reserve = 9 })
    assert.is_nil(bid { reserve = 11 })
    assert.is_nil(bid { value = 0 })
  end)

  it("keeps its bounds through a long random life", function()
    helpers.keeps_bounds("aa.lua")
  end)
end)

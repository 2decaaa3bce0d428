-- SPDX-License-Identifier: MIT
-- Cliff's update by hand. With draws of 1, R and A are at their most: targets 5 % and 0.05 c/kWh from the price. The
-- first margin is 0.2, so with a value of 10 the first price is 8; rate 0.3, momentum 0.05.
local helpers = dofile("tests/spec/helpers.lua")
local open, offer, result, near = helpers.open, helpers.offer, helpers.result, helpers.near

describe("zip", function()
  local s, ctx

  local function fresh(options)
    options = options or {}
    options.rng = options.rng or function() return 1 end
    s, ctx = open("zip.lua", options)
  end

  local function bid(changes)
    return (s.on_offer(ctx, offer(changes)))
  end

  local function won(price)
    s.on_result(ctx, result { outcome = "accepted", bid_price = price, price = price, energy = 0.4 })
  end

  before_each(function() fresh() end)

  it("begins with its first margin, a part of the value", function()
    near(8, bid())
    near(16, bid { value = 20 })
  end)

  it("moves with momentum towards a price below the one that won", function()
    -- target 8 x 0.95 - 0.05 = 7.55; d = 0.3 x -0.45 = -0.135; move = 0.95 x -0.135 = -0.12825
    won(8)
    near(7.87175, bid())
    -- target 7.4281625; d = -0.13307625; move = 0.05 x -0.12825 + 0.95 x -0.13307625 = -0.1328349375
    won(7.87175)
    near(7.7389150625, bid())
  end)

  it("moves towards a price above the one that lost, or that won where it lost", function()
    s.on_result(ctx, result { bid_price = 8 }) -- target 8.45; move 0.95 x 0.3 x 0.45
    near(8.12825, bid())
    fresh()
    s.on_result(ctx, result { bid_price = 8, best = 9 }) -- target 9.5; move 0.95 x 0.3 x 1.5
    near(8.4275, bid())
  end)

  it("is the rule of Widrow and Hoff when there is no momentum, and still when there is nothing else", function()
    fresh { params = { momentum = 0, rate = 0.5 } }
    won(8)
    near(7.775, bid())
    fresh { params = { rate = 0 } }
    won(8)
    near(8, bid())
  end)

  it("draws how far the target lies", function()
    fresh { rng = function() return 0 end }
    won(8)
    near(8, bid())
  end)

  it("does not move when by now it would bid less than what won or more than what lost", function()
    won(8.5)
    s.on_result(ctx, result { bid_price = 7.5 })
    near(8, bid())
  end)

  it("takes the margin that it has learned to other values", function()
    won(8)
    near(2 * 7.87175, bid { value = 20 })
  end)

  it("takes its bid for the price where winners pay less", function()
    s.on_result(ctx, result { outcome = "accepted", bid_price = 8, price = 3, energy = 0.4 })
    near(7.87175, bid())
  end)

  it("keeps the margin between nothing and all", function()
    for _ = 1, 50 do
      s.on_result(ctx, result { bid_price = 10, best = 15 })
    end
    near(10, bid())
    fresh { params = { rate = 1, relative = 0.5, absolute = 5 } }
    for _ = 1, 50 do
      won(8)
    end
    assert.is_true(bid() >= 0)
  end)

  it("learns nothing from what says nothing of the market", function()
    s.on_result(ctx, result { outcome = "expired", bid_price = 8 })
    s.on_result(ctx, result { outcome = "failed", bid_price = 8 })
    near(8, bid())
    fresh { history = { result { outcome = "accepted", bid_price = 7.9, price = 7.9 } } }
    s.on_result(ctx, result { code = "below_reserve", bid_price = 8 })
    near(8, bid())
  end)

  it("raises to its new price while the window is open", function()
    -- target 8.1 x 1.05 + 0.05 = 8.555; move 0.95 x 0.3 x 0.555
    near(8.158175, s.on_result(ctx, result { outcome = "outbid", bid_price = 8, best = 8.1, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 8, best = 9.9, may_rebid = true }))
  end)

  it("bids a disclosed reserve, and passes when it is worth less", function()
    near(9, bid { reserve = 9 })
    assert.is_nil(bid { reserve = 11 })
    assert.is_nil(bid { value = -1 })
  end)

  it("keeps its bounds through a long random life", function()
    helpers.keeps_bounds("zip.lua")
  end)
end)

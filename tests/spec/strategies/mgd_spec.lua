-- SPDX-License-Identifier: MIT
-- Its bounds lie 1 c/kWh outside the last interval's prices.
local helpers = dofile("tests/spec/helpers.lua")
local open, offer, result, market, near = helpers.open, helpers.offer, helpers.result, helpers.market, helpers.near

local function taken_at(price)
  return result { outcome = "accepted", bid_price = price, price = price, energy = 0.4 }
end

describe("mgd", function()
  local s, ctx, history

  local function tell(past)
    history[#history + 1] = past
    return s.on_result(ctx, past)
  end

  local function bid(changes)
    return (s.on_offer(ctx, offer(changes)))
  end

  before_each(function()
    history = {}
    s, ctx = open("mgd.lua", { history = history })
    s.on_interval(ctx, market())
  end)

  it("is GD until an interval has had a trade", function()
    near(9.5, bid())
    tell(taken_at(8))
    near(5, bid())
  end)

  it("believes in nothing below the last interval's lowest price less its slack", function()
    tell(taken_at(8))
    s.on_interval(ctx, market())
    -- 0 at 7, 1 at 8: (10 - b) q is 2.0337 at 7.875 and 2 at 8, where GD would bid 5.
    near(7.875, bid())
  end)

  it("is sure of all above the highest price and its slack", function()
    tell(taken_at(8))
    tell(result { bid_price = 9.8 })
    s.on_interval(ctx, market())
    local price = bid { value = 20 }
    assert.is_true(price <= 9)
  end)

  it("takes what it lost to for a trade, where it is disclosed, but no reserve", function()
    tell(result { bid_price = 8, best = 8.6 })
    tell(result { bid_price = 8, best = 33, code = "below_reserve" })
    s.on_interval(ctx, market())
    near(7.6, ctx.state.floor)
    near(9.6, ctx.state.ceiling)
  end)

  it("forgets bounds after an interval without trades", function()
    tell(taken_at(8))
    s.on_interval(ctx, market())
    s.on_interval(ctx, market())
    near(5, bid())
  end)

  it("raises a beaten bid while that promises anything", function()
    tell(taken_at(8))
    local again = tell(result { outcome = "outbid", bid_price = 8, best = 8.5, may_rebid = true })
    assert.is_true(again >= 8.6 and again < 10)
    assert.is_nil(tell(result { outcome = "outbid", bid_price = 8, best = 9.95, may_rebid = true }))
  end)

  it("keeps to a disclosed reserve", function()
    tell(taken_at(8))
    near(9.2, bid { reserve = 9.2 })
    assert.is_nil(bid { reserve = 10.1 })
  end)

  it("keeps its bounds through a long random life", function()
    helpers.keeps_bounds("mgd.lua")
  end)
end)

-- SPDX-License-Identifier: MIT
-- The belief itself is counted in belief_spec.lua.
local helpers = dofile("tests/spec/helpers.lua")
local open, offer, result, near = helpers.open, helpers.offer, helpers.result, helpers.near

local function taken_at(price)
  return result { outcome = "accepted", bid_price = price, price = price, energy = 0.4 }
end

describe("gd", function()
  local function bid(history, changes)
    local s, ctx = open("gd.lua", { history = history })
    return (s.on_offer(ctx, offer(changes)))
  end

  it("bids a little below its value before it knows anything, or when nothing has hope", function()
    near(9.5, bid {})
    near(9.5, bid { result { bid_price = 11 } })
  end)

  it("bids what promises most", function()
    near(5, bid { taken_at(8) })
    -- Failed at 7 and taken at 8: (10 - b) times the cubic from 0 at 7 to 1 at 8: 2.0337 at 7.875, 2 at 8.
    near(7.875, bid { taken_at(8), result { bid_price = 7 } })
  end)

  it("bids more the more it failed", function()
    local history = { taken_at(8), result { bid_price = 7 } }
    local before = bid(history)
    for _ = 1, 5 do
      history[#history + 1] = result { bid_price = 7.9 }
    end
    local after = bid(history)
    assert.is_true(after > before and after <= 10)
  end)

  it("keeps to a disclosed reserve", function()
    near(7.9, bid({ taken_at(8), result { bid_price = 7 } }, { reserve = 7.9 }))
    near(9.2, bid({ taken_at(8) }, { reserve = 9.2 }))
    assert.is_nil(bid({ taken_at(8) }, { reserve = 10.1 }))
    assert.is_nil(bid({ taken_at(8) }, { value = -1 }))
  end)

  it("thinks of the last 64 bids", function()
    local history = {}
    for i = 1, 64 do
      history[i] = i % 2 == 0 and taken_at(8 + i / 64) or result { bid_price = 8 + i / 64 }
    end
    local price = bid(history)
    assert.is_true(price > 8 and price < 9.01)
  end)

  it("raises a beaten bid to what promises most beyond it", function()
    local history = { taken_at(8), result { outcome = "outbid", bid_price = 7, best = 8.5 } }
    local s, ctx = open("gd.lua", { history = history })
    local again = s.on_result(ctx, result { outcome = "outbid", bid_price = 7, best = 8.5, may_rebid = true })
    near(8.6, again, 0.2)
    assert.is_true(again >= 8.6)
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 7, best = 9.95, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { bid_price = 7 }))
  end)

  it("keeps its bounds through a long random life", function()
    helpers.keeps_bounds("gd.lua")
  end)
end)

-- SPDX-License-Identifier: MIT
-- Kaplan's numbers: 10 % below its value at first, at least 2 % of profit; its step is 0.1 c/kWh.
local helpers = dofile("tests/spec/helpers.lua")
local open, offer, result, market, near = helpers.open, helpers.offer, helpers.result, helpers.market, helpers.near

describe("sniper", function()
  local s, ctx

  local function shot(changes)
    changes = changes or {}
    changes.asked = 2
    return (s.on_offer(ctx, offer(changes)))
  end

  before_each(function()
    s, ctx = open("sniper.lua")
    s.on_interval(ctx, market())
  end)

  it("waits when it is asked first, and shoots when asked again", function()
    assert.are.equal("wait", (s.on_offer(ctx, offer())))
    local price, energy = s.on_offer(ctx, offer { asked = 2 })
    near(9, price)
    near(0.4, energy)
  end)

  it("does not wait for what cannot pay", function()
    for _, given in ipairs { { value = 0 }, { value = -3 }, { reserve = 9.81 } } do
      local price, reason = s.on_offer(ctx, offer(given))
      assert.is_nil(price)
      assert.is_string(reason)
    end
  end)

  it("bids what won, and a step above what lost", function()
    s.on_result(ctx, result { outcome = "accepted", bid_price = 8.8, price = 8.8 })
    near(8.8, shot())
    s.on_result(ctx, result { bid_price = 8.8 })
    near(8.9, shot())
    s.on_result(ctx, result { bid_price = 8.8, best = 9.3 })
    near(9.4, shot())
    s.on_interval(ctx, market())
    near(9, shot())
  end)

  it("keeps a profit of 2 %", function()
    s.on_result(ctx, result { bid_price = 9.75 })
    near(9.8, shot())
  end)

  it("does not take a dear battery for the market", function()
    s.on_result(ctx, result { outcome = "accepted", bid_price = 8, price = 8 })
    s.on_result(ctx, result { bid_price = 8, code = "below_reserve" })
    near(8, shot())
    s.on_result(ctx, result { bid_price = 7.9, code = "below_reserve" })
    near(8, shot())
  end)

  it("bids a disclosed reserve if that leaves its profit", function()
    near(9.8, shot { reserve = 9.8 })
  end)

  it("answers while there is time, up to its limit", function()
    near(9.5, s.on_result(ctx, result { outcome = "outbid", bid_price = 9, best = 9.4, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 9, best = 9.75, may_rebid = true }))
  end)

  it("keeps its bounds through a long random life", function()
    helpers.keeps_bounds("sniper.lua")
  end)
end)

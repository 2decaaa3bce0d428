-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local open, offer, near = helpers.open, helpers.offer, helpers.near

describe("fixed", function()
  it("bids the feed-in tariff and the premium, whatever its value", function()
    local s, ctx = open("fixed.lua")
    for _, value in ipairs { 9.3, 12, 300 } do
      local price, energy = s.on_offer(ctx, offer { value = value })
      near(9.3, price)
      near(0.4, energy)
    end
  end)

  it("pays the tariff that it is told of", function()
    local s, ctx = open("fixed.lua", { params = { feed_in = 5, premium = 1.5 } })
    near(6.5, (s.on_offer(ctx, offer())))
  end)

  it("buys nothing that is worth less to it, nor what asks more", function()
    local s, ctx = open("fixed.lua")
    for _, given in ipairs { { value = 9.29 }, { value = -2 }, { value = 20, reserve = 9.31 } } do
      local price, reason = s.on_offer(ctx, offer(given))
      assert.is_nil(price)
      assert.is_string(reason)
    end
    near(9.3, (s.on_offer(ctx, offer { value = 20, reserve = 9.3 })))
  end)

  it("keeps its bounds through a long random life", function()
    helpers.keeps_bounds("fixed.lua")
  end)
end)

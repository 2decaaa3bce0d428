-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local open, offer, result, market, near = helpers.open, helpers.offer, helpers.result, helpers.market, helpers.near

describe("equilibrium", function()
  local function bid(options, changes)
    local s, ctx = open("equilibrium.lua", options)
    return (s.on_offer(ctx, offer(changes)))
  end

  local function known(n)
    return { params = { bidders = n } }
  end

  it("bids v (N - 1) / N where values are even from 0", function()
    near(5, bid(known(2)))
    near(7.5, bid(known(4)))
    near(9, bid(known(10)))
    near(0, bid(known(1)))
  end)

  it("is the best answer to rivals who do the same", function()
    -- N = 3, v = 0.9: the profit (v - b) P(two rivals bid less), whose bids are even up to 2 / 3, is largest at 0.6.
    local own = bid(known(3), { value = 0.9 })
    near(0.6, own)
    local function profit(b)
      return (0.9 - b) * math.min(1, b / (2 / 3)) ^ 2
    end
    for b = 0, 0.9, 0.01 do
      assert.is_true(profit(b) <= profit(own) + 1e-12)
    end
  end)

  it("shades towards the floor, which a disclosed reserve may raise", function()
    local s, ctx = open("equilibrium.lua", known(4))
    s.on_interval(ctx, market { forecast = 8, value = 7 })
    s.on_interval(ctx, market { forecast = 8, value = 10 })
    near(7 + 3 * 0.75, (s.on_offer(ctx, offer())))
    near(8.5 + 1.5 * 0.75, (s.on_offer(ctx, offer { reserve = 8.5 })))
    s.on_interval(ctx, market { forecast = 9, value = 10 })
    near(8 + 2 * 0.75, (s.on_offer(ctx, offer())))
  end)

  it("forgets values of long ago, and does without a forecast", function()
    local s, ctx = open("equilibrium.lua", { params = { bidders = 2, memory = 2 } })
    for _, value in ipairs { 4, 9, 10 } do
      s.on_interval(ctx, market { forecast = 8, value = value })
    end
    near(9 + 1 / 2, (s.on_offer(ctx, offer())))
    assert.are.equal(2, #ctx.state.own)
    s.on_interval(ctx, market())
    near(5, (s.on_offer(ctx, offer())))
  end)

  it("estimates N from contests and wins", function()
    local function history(wins, losses, dear)
      local list = {}
      for i = 1, wins + losses + dear do
        list[i] = result {
          outcome = i <= wins and "accepted" or "rejected",
          code = i <= wins and "none" or i <= wins + losses and "not_competitive" or "below_reserve",
        }
      end
      return { history = list }
    end
    near(10 * 2 / 3, bid()) -- N = 3 before anything is known
    near(10 * 2 / 3, bid(history(2, 4, 0))) -- 9 contests, 3 wins
    near(10 * 9 / 10, bid(history(0, 7, 0))) -- 10 contests, 1 win
    near(10 * 9 / 10, bid(history(0, 7, 50)))
    near(10 / 4, bid(history(5, 0, 0))) -- 8 contests, 6 wins
  end)

  it("bids its value where winners pay less than they bid", function()
    for _, mechanism in ipairs { "second-price", "uniform-price" } do
      local s, ctx = open("equilibrium.lua")
      s.on_interval(ctx, market { mechanism = mechanism })
      near(10, (s.on_offer(ctx, offer())))
    end
  end)

  it("raises step by step, up to its value", function()
    local s, ctx = open("equilibrium.lua")
    near(9.1, s.on_result(ctx, result { outcome = "outbid", bid_price = 7, best = 9, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 7, best = 9.95, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { bid_price = 7 }))
  end)

  it("passes when it is worth less than it costs", function()
    assert.is_nil(bid(nil, { value = -1 }))
    assert.is_nil(bid(nil, { reserve = 10.5 }))
    near(10, bid(nil, { reserve = 10 }))
  end)

  it("keeps its bounds through a long random life", function()
    helpers.keeps_bounds("equilibrium.lua")
  end)
end)

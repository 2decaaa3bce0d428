-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local learning = require("learning")
local open, offer, result, near = helpers.open, helpers.offer, helpers.result, helpers.near

-- Two margins, 1 and 2 c/kWh; it moves half of the way, and the future counts half. Each bid takes one draw to decide
-- whether it explores, and then one for the margin.
local function two_sided(draws, params)
  local given = { most = 2, margins = 2, rate = 0.5, discount = 0.5, fade = 1 }
  for name, value in pairs(params or {}) do
    given[name] = value
  end
  local at = 0
  return open("q_learning.lua", { params = given, rng = function()
    at = at + 1
    return draws[at]
  end })
end

local function won(price, battery)
  return result { outcome = "accepted", bid_price = price, price = price, energy = 0.4, battery = battery }
end

describe("q_learning", function()
  it("explores with the chance exp(-fade t)", function()
    -- exp(-1) = 0.36788, exp(-2) = 0.13534, exp(-3) = 0.04979. The best of equals is the largest margin.
    local s, ctx = two_sided { 0.3678, 0.1, 0.1354, 0.0497, 0.1 }
    near(9, (s.on_offer(ctx, offer())))
    near(8, (s.on_offer(ctx, offer { battery = 8 })))
    near(9, (s.on_offer(ctx, offer { battery = 9 })))
  end)

  it("moves Q(s, a) towards r + discount max Q(s', a')", function()
    local s, ctx = two_sided({ 0, 0.1, 0, 0.1, 0, 0.1, 0, 0.9 }, { fade = 0 })
    local start, lost_one, won_one = 1, 2, 3
    local q
    local function round(after)
      s.on_offer(ctx, offer())
      s.on_result(ctx, after)
      q = ctx.state.q_learning.q
    end
    round(won(9)) -- 0 + 0.5 (1 + 0 - 0)
    near(0.5, q[start][1])
    round(won(9)) -- in the state "won with 1", which leads to itself: 0 + 0.5 (1 + 0 - 0)
    near(0.5, q[won_one][1])
    round(won(9)) -- 0.5 + 0.5 (1 + 0.5 x 0.5 - 0.5)
    near(0.875, q[won_one][1])
    near(0.5, q[start][1])
    round(result { bid_price = 8 }) -- the margin of 2 loses: 0 + 0.5 (0 + 0.5 x 0 - 0)
    near(0, q[won_one][2])
    near(0, q[lost_one][1])
  end)

  it("takes the best margin of the state that it is in at that battery", function()
    local s, ctx = two_sided({ 0, 0.1, 0, 0.1, 0.9, 0.9 }, { fade = 0.1 })
    for _ = 1, 2 do
      s.on_offer(ctx, offer())
      s.on_result(ctx, won(9))
    end
    near(9, (s.on_offer(ctx, offer()))) -- it won with 1 here, and Q(won with 1, 1) is above 0
    near(9, (s.on_offer(ctx, offer { battery = 8 }))) -- nothing was tried here; Q(start, 1) is above 0 too
  end)

  it("counts what it got of what it bid for", function()
    local s, ctx = two_sided { 0, 0.1 }
    s.on_offer(ctx, offer())
    s.on_result(ctx, result { outcome = "accepted", bid_price = 9, price = 9, energy = 0.1 })
    near(0.125, ctx.state.q_learning.q[1][1])
  end)

  it("learns nothing from silence, nor from a bid that it does not know", function()
    local s, ctx = two_sided { 0, 0.1, 0, 0.1 }
    for _, outcome in ipairs { "expired", "failed" } do
      s.on_offer(ctx, offer())
      s.on_result(ctx, result { outcome = outcome })
    end
    s.on_result(ctx, won(9, 99))
    for _, values in ipairs(ctx.state.q_learning.q) do
      near(0, values[1])
      near(0, values[2])
    end
  end)

  it("keeps Q at or below the most that can be earned for ever, for 100 000 rounds", function()
    local s, ctx = open("q_learning.lua", { params = { discount = 0.9, rate = 0.5, fade = 0.0001 } })
    for _ = 1, 100000 do
      s.on_result(ctx, won(s.on_offer(ctx, offer()), 7))
    end
    local greatest = 0
    for _, values in ipairs(ctx.state.q_learning.q) do
      for _, value in ipairs(values) do
        assert.is_true(value >= 0 and value <= 20 + 1e-9, value) -- 2 / (1 - 0.9)
        greatest = math.max(greatest, value)
      end
    end
    near(20, greatest, 1e-6)
  end)

  it("raises a bid that was outbid, down to its smallest margin", function()
    local s, ctx = two_sided({}, { step = 0.25 })
    near(8.75, s.on_result(ctx, result { outcome = "outbid", bid_price = 8, best = 8.5, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 8.8, may_rebid = true }))
  end)

  it("comes to the margin that earns most", function()
    local options = { params = { most = 4, discount = 0, fade = 0.002, rate = 0.02 } }
    local margin, profit = learning.settles_at("q_learning.lua", options)
    assert.is_true(math.abs(margin - learning.BEST_MARGIN) < 0.6, margin)
    assert.is_true(profit > 0.85 * learning.profit_of(learning.BEST_MARGIN), profit)
  end)

  it("goes on after a reload", function()
    learning.survives_reload("q_learning.lua", { margins = 3 })
  end)

  it("keeps its bounds", function()
    helpers.keeps_bounds("q_learning.lua")
    helpers.keeps_bounds("q_learning.lua", { params = { margins = 2, most = 30, fade = 0 } })
  end)

  it("keeps little for each battery, however long nobody answers", function()
    local first, more = learning.bytes_per_battery("q_learning.lua")
    assert.is_true(first < 100 and more < 1, first .. ", then " .. more)
  end)
end)

-- SPDX-License-Identifier: MIT
-- The shipped strategies, with cases worked out by hand. Run from the project's folder: busted
local helpers = dofile("tests/spec/helpers.lua")
local open, offer, result, battery = helpers.open, helpers.offer, helpers.result, helpers.battery
local near = helpers.near

describe("greedy", function()
  it("bids its value less the margin, for all it can get", function()
    local s, ctx = open("greedy.lua")
    local price, energy = s.on_offer(ctx, offer { value = 12.5, energy = 1.5 })
    near(12, price)
    near(1.5, energy)
  end)

  it("keeps the margin that it is told to keep", function()
    local s, ctx = open("greedy.lua", { params = { margin = 2 } })
    near(8, (s.on_offer(ctx, offer())))
  end)

  it("passes below zero and below a disclosed reserve", function()
    local s, ctx = open("greedy.lua")
    assert.is_nil((s.on_offer(ctx, offer { value = 0.4 })))
    assert.is_nil((s.on_offer(ctx, offer { value = 8, reserve = 7.7 })))
    near(7.75, (s.on_offer(ctx, offer { value = 8.25, reserve = 7.7 })))
  end)
end)

describe("truthful", function()
  it("bids its value", function()
    local s, ctx = open("truthful.lua")
    local price, energy = s.on_offer(ctx, offer())
    near(10, price)
    near(0.4, energy)
  end)
end)

describe("random", function()
  it("draws between nothing and its value", function()
    local s, ctx = open("random.lua", { rng = function() return 0.25 end })
    near(2.5, (s.on_offer(ctx, offer())))
  end)

  it("draws above a disclosed reserve", function()
    local s, ctx = open("random.lua", { rng = function() return 0.5 end })
    near(9, (s.on_offer(ctx, offer { reserve = 8 })))
  end)

  it("spreads its draws", function()
    local s, ctx = open("random.lua")
    local low, high = math.huge, -math.huge
    for _ = 1, 1000 do
      local price = s.on_offer(ctx, offer())
      low, high = math.min(low, price), math.max(high, price)
    end
    assert.is_true(low < 0.1 and high > 9.9)
  end)
end)

describe("conservative", function()
  -- What it bids once these results are in.
  local function price(results, changes)
    local s, ctx = open("conservative.lua")
    for _, seen in ipairs(results) do
      s.on_result(ctx, result(seen))
    end
    return (s.on_offer(ctx, offer(changes)))
  end

  it("begins below its value", function()
    near(9.2, price {})
  end)

  it("tops a disclosed price by one step", function()
    near(8.1, price { { outcome = "rejected", bid_price = 7, best = 8 } })
  end)

  it("raises a bid that lost and lowers one that won", function()
    near(7.1, price { { outcome = "rejected", bid_price = 7 } })
    near(6.9, price { { outcome = "accepted", bid_price = 7, price = 7, energy = 1 } })
  end)

  it("trusts the newest, and passes over what taught it nothing", function()
    near(8.9, price {
      { outcome = "rejected", bid_price = 5 },
      { outcome = "accepted", bid_price = 9, price = 9 },
      { outcome = "expired", bid_price = 3 },
    })
  end)

  it("does not take a bid that its value capped for the market's price", function()
    near(8.9, price { { outcome = "accepted", price = 9 }, { outcome = "rejected", bid_price = 7 } })
    near(9.1, price { { outcome = "accepted", price = 9 }, { outcome = "rejected", bid_price = 9 } })
  end)

  it("never bids above its value nor below a disclosed reserve", function()
    near(8, price({ { outcome = "rejected", bid_price = 12 } }, { value = 8 }))
    near(7.7, price({ { outcome = "accepted", bid_price = 5, price = 5 } }, { value = 8, reserve = 7.7 }))
  end)

  it("raises while the window is open, up to its value", function()
    local s, ctx = open("conservative.lua")
    near(9.6, s.on_result(ctx, result { outcome = "outbid", best = 9.5, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", best = 9.95, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "rejected", best = 9.5 }))
  end)
end)

describe("aggressive", function()
  it("asks for more after wins and gives way after a loss", function()
    local s, ctx = open("aggressive.lua")
    near(9.9, (s.on_offer(ctx, offer())))
    s.on_result(ctx, result { outcome = "accepted", price = 9.9 })
    near(9.85, (s.on_offer(ctx, offer())))
    for _ = 1, 50 do
      s.on_result(ctx, result { outcome = "accepted", price = 9.9 })
    end
    near(9.4, (s.on_offer(ctx, offer())))
    s.on_result(ctx, result { outcome = "rejected" })
    near(9.9, (s.on_offer(ctx, offer())))
  end)

  it("goes to its limit when outbid", function()
    local s, ctx = open("aggressive.lua")
    near(9.9, s.on_result(ctx, result { outcome = "outbid", bid_price = 9.4, best = 9.6, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 9.4, best = 9.9, may_rebid = true }))
  end)
end)

describe("adaptive", function()
  -- With an even draw of 1 the target is 5 % from the price.
  local function learner(params)
    return open("adaptive.lua", { params = params, rng = function() return 1 end })
  end

  it("moves part of the way towards a price below what it paid", function()
    local s, ctx = learner()
    near(9.5, (s.on_offer(ctx, offer())))
    -- target 9.5 x 0.95 = 9.025, margin there 0.975; 0.5 + 0.3 x 0.475 = 0.6425
    s.on_result(ctx, result { outcome = "accepted", price = 9.5 })
    near(9.3575, (s.on_offer(ctx, offer())))
  end)

  it("moves towards a price above the one that won", function()
    local s, ctx = learner()
    -- target 9.4 x 1.05 = 9.87, margin there 0.13; 0.5 - 0.3 x 0.37 = 0.389
    s.on_result(ctx, result { outcome = "rejected", best = 9.4 })
    near(9.611, (s.on_offer(ctx, offer())))
  end)

  it("keeps its margin between nothing and the most", function()
    local s, ctx = learner { rate = 1 }
    s.on_result(ctx, result { outcome = "rejected", best = 12 })
    near(10, (s.on_offer(ctx, offer())))
    s.on_result(ctx, result { outcome = "accepted", price = 2 })
    near(7, (s.on_offer(ctx, offer())))
  end)

  it("learns nothing from what says nothing", function()
    local s, ctx = learner()
    s.on_result(ctx, result { outcome = "expired" })
    s.on_result(ctx, result { outcome = "failed" })
    near(9.5, (s.on_offer(ctx, offer())))
  end)
end)

describe("every bidder", function()
  local files = { "greedy", "truthful", "random", "conservative", "aggressive", "adaptive" }

  it("never bids below zero, above its value, or below a disclosed reserve", function()
    for _, name in ipairs(files) do
      helpers.keeps_bounds(name .. ".lua")
    end
  end)

  it("passes, and says why, when a kWh is worth nothing", function()
    for _, name in ipairs(files) do
      local s, ctx = open(name .. ".lua")
      for _, value in ipairs { 0, -3 } do
        local price, reason = s.on_offer(ctx, offer { value = value })
        assert.is_nil(price)
        assert.is_string(reason)
      end
    end
  end)
end)

describe("two_tier", function()
  it("sells what the home can spare for what it costs to replace", function()
    local s, ctx = open("reserve/two_tier.lua")
    local price, energy = s.reserve(ctx, battery { available = 3.25, lot = 0.4 })
    -- 4 + 3.3 / 0.943398^2 = 4 + 3.3 / 0.88999979
    near(4 + 3.3 / (0.943398 * 0.943398), price)
    assert.is_true(price > 7.7 and price < 7.71)
    near(0.25, energy)
  end)

  it("sells no more than the lot", function()
    local s, ctx = open("reserve/two_tier.lua")
    local _, energy = s.reserve(ctx, battery())
    near(0.4, energy)
  end)

  it("asks the retail price for what the home will need", function()
    local s, ctx = open("reserve/two_tier.lua")
    local price, energy = s.reserve(ctx, battery { expected_need = 6 })
    near(28, price)
    near(0.4, energy)
  end)

  it("asks nothing, and not less, where the sun costs money that would be spilled", function()
    local s, ctx = open("reserve/two_tier.lua")
    near(0, (s.reserve(ctx, battery { feed_in = -9 })))
  end)

  it("adds the premium to the lower tier alone", function()
    local s, ctx = open("reserve/two_tier.lua", { params = { premium = 1 } })
    near(9.3, (s.reserve(ctx, battery { one_way = 1, feed_in = 4.3 })))
    near(28, (s.reserve(ctx, battery { one_way = 1, expected_need = 9 })))
  end)
end)

describe("tiers", function()
  it("is the protocol's table, rounded down to 0.01 c/kWh", function()
    local s, ctx = open("reserve/tiers.lua")
    for level, expected in pairs { critical = 16.6, low = 12.45, normal = 8.3, high = 7.47 } do
      local price, energy = s.reserve(ctx, battery { level = level })
      near(expected, price)
      near(0.4, energy)
    end
  end)
end)

describe("fixed", function()
  it("asks one price", function()
    local s, ctx = open("reserve/fixed.lua", { params = { price = 9.1 } })
    near(9.1, (s.reserve(ctx, battery { level = "critical" })))
  end)
end)

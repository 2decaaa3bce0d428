-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local learning = require("learning")
local open, offer, result, near = helpers.open, helpers.offer, helpers.result, helpers.near

-- Two margins, 1 and 2 c/kWh, and an explore (gamma) of a half. `draws` are handed out one by one.
local function two_armed(draws, params)
  local given = { most = 2, arms = 2, explore = 0.5 }
  for name, value in pairs(params or {}) do
    given[name] = value
  end
  local at = 0
  return open("exp3.lua", { params = given, rng = function()
    at = at + 1
    return draws[at]
  end })
end

local function won(price, more)
  local seen = { outcome = "accepted", bid_price = price, price = price, energy = 0.4, value = 10 }
  for name, value in pairs(more or {}) do
    seen[name] = value
  end
  return result(seen)
end

describe("exp3", function()
  it("draws its margins evenly before it has learned", function()
    local s, ctx = two_armed { 0, 0.4999, 0.5, 0.9999 }
    for _, price in ipairs { 9, 9, 8, 8 } do
      near(price, (s.on_offer(ctx, offer())))
    end
  end)

  it("multiplies the weight of the margin that earned by exp(gamma / K * x / p)", function()
    -- x = 1 / 2, p = 1 / 2, gamma / K = 1 / 4: the weight is exp(0.25) = 1.2840254.
    -- Its chance is then 0.5 x 1.2840254 / 2.2840254 + 0.25 = 0.5310882.
    local s, ctx = two_armed { 0.2, 0.53108, 0.53109 }
    near(9, (s.on_offer(ctx, offer())))
    s.on_result(ctx, won(9))
    near(9, (s.on_offer(ctx, offer())))
    near(8, (s.on_offer(ctx, offer())))
    near(0.5310882, ctx.state.exp3.chance[1], 1e-7)
  end)

  it("counts what it got of what it bid for, and no more than the largest margin", function()
    local s, ctx = two_armed { 0.2, 0.2, 0.2 }
    s.on_offer(ctx, offer())
    s.on_result(ctx, won(9, { energy = 0.1 })) -- a quarter: x = 1 / 8
    near(0.0625, ctx.state.exp3.log_weight[1])
    s.on_offer(ctx, offer())
    local chance = ctx.state.exp3.chance[1]
    s.on_result(ctx, won(9, { price = 5 })) -- at second price it may earn 5; x = 1
    near(0.0625 + 0.25 / chance, ctx.state.exp3.log_weight[1])
  end)

  it("takes the chance at which it drew, though results come late", function()
    local s, ctx = two_armed { 0.2, 0.2, 0.9 }
    s.on_offer(ctx, offer { battery = 1 })
    s.on_offer(ctx, offer { battery = 2 })
    s.on_result(ctx, won(9, { battery = 2 }))
    s.on_offer(ctx, offer { battery = 3 }) -- its chance is 0.531 now; that of battery 1 was 0.5
    s.on_result(ctx, won(9, { battery = 1 }))
    near(0.5, ctx.state.exp3.log_weight[1])
    near(0, ctx.state.exp3.log_weight[2])
  end)

  it("learns nothing from a loss but what the margin did not earn, and nothing from silence", function()
    local s, ctx = two_armed { 0.2, 0.2, 0.2 }
    for _, outcome in ipairs { "rejected", "expired", "failed" } do
      s.on_offer(ctx, offer())
      s.on_result(ctx, result { outcome = outcome })
    end
    s.on_result(ctx, won(9, { battery = 99 })) -- of which it knows no bid
    near(0, ctx.state.exp3.log_weight[1])
    near(0, ctx.state.exp3.log_weight[2])
  end)

  it("is the paper's algorithm, step by step", function()
    local s, ctx = open("exp3.lua", { seed = 5, params = { arms = 6, most = 3, explore = 0.15 } })
    local _, dice = open("exp3.lua", { seed = 8 })
    local weights = { 1, 1, 1, 1, 1, 1 }
    for _ = 1, 300 do
      local sum = 0
      for i = 1, 6 do
        sum = sum + weights[i]
      end
      local price = s.on_offer(ctx, offer())
      local arm = math.floor((10 - price) / 0.5 + 0.5)
      local wins = dice.rng() < 0.6
      s.on_result(ctx, wins and won(price) or result())
      for i = 1, 6 do
        local chance = 0.85 * weights[i] / sum + 0.15 / 6
        near(chance, ctx.state.exp3.chance[i])
        if i == arm and wins then
          weights[i] = weights[i] * math.exp(0.15 / 6 * (arm * 0.5 / 3) / chance)
        end
      end
    end
  end)

  it("keeps its chances a distribution and its weights finite for 100 000 rounds", function()
    local s, ctx = open("exp3.lua", { params = { explore = 1 } })
    for round = 1, 100000 do
      local price = s.on_offer(ctx, offer())
      s.on_result(ctx, won(price, { price = 0 }))
      if round % 10000 == 0 then
        local sum = 0
        for arm, chance in ipairs(ctx.state.exp3.chance) do
          assert.is_true(chance > 0 and chance <= 1)
          assert.is_true(math.abs(ctx.state.exp3.log_weight[arm]) < math.huge)
          sum = sum + chance
        end
        near(1, sum, 1e-12)
      end
    end
  end)

  it("raises a bid that was outbid, down to its smallest margin", function()
    local s, ctx = two_armed({ 0.9 }, { step = 0.25 })
    near(8, (s.on_offer(ctx, offer())))
    near(8.75, s.on_result(ctx, result { outcome = "outbid", bid_price = 8, best = 8.5, may_rebid = true }))
    near(9, s.on_result(ctx, result { outcome = "outbid", bid_price = 8.75, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", bid_price = 9, may_rebid = true }))
  end)

  it("bids no less than a disclosed reserve", function()
    local s, ctx = two_armed { 0.9 }
    near(9.5, (s.on_offer(ctx, offer { reserve = 9.5 })))
  end)

  it("comes to the margin that earns most", function()
    local margin, profit = learning.settles_at("exp3.lua", { params = { most = 4 } })
    assert.is_true(math.abs(margin - learning.BEST_MARGIN) < 0.4, margin)
    assert.is_true(profit > 0.85 * learning.profit_of(learning.BEST_MARGIN), profit)
  end)

  it("goes on after a reload", function()
    learning.survives_reload("exp3.lua", { arms = 4 })
  end)

  it("keeps its bounds", function()
    helpers.keeps_bounds("exp3.lua")
    helpers.keeps_bounds("exp3.lua", { params = { arms = 2, most = 30, explore = 1 } })
  end)

  it("keeps little for each battery, however long nobody answers", function()
    local first, more = learning.bytes_per_battery("exp3.lua")
    assert.is_true(first < 100 and more < 1, first .. ", then " .. more)
  end)
end)

-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local learning = require("learning")
local open, offer, result, near = helpers.open, helpers.offer, helpers.result, helpers.near

-- A bidder with the margins 1 and 2, after these results: { arm, won }. Which arm is drawn is left to chance, so bids
-- are made until it is the one that is wanted.
local function after(results, params)
  local given = { most = 2, arms = 2, keep = 1 }
  for name, value in pairs(params or {}) do
    given[name] = value
  end
  local s, ctx = open("thompson.lua", { seed = 3, params = given })
  for _, seen in ipairs(results) do
    local price
    repeat
      price = s.on_offer(ctx, offer())
    until price == 10 - seen[1]
    s.on_result(ctx, seen[2] and result { outcome = "accepted", bid_price = price, price = price, energy = 0.4 }
      or result { bid_price = price })
  end
  return s, ctx
end

-- How often it takes the margin of 2 in so many bids.
local function share_of_second(s, ctx, bids)
  local count = 0
  for _ = 1, bids do
    count = count + (s.on_offer(ctx, offer()) == 8 and 1 or 0)
  end
  return count / bids
end

-- The chance that Beta(a2, b2) times w2 is above Beta(a1, b1) times w1, by adding up small squares.
local function chance_of_second(a1, b1, w1, a2, b2, w2)
  local cells, mass1, mass2, both, below = 2000, {}, {}, 0, 0
  local sum1, sum2 = 0, 0
  for i = 1, cells do
    local x = (i - 0.5) / cells
    mass1[i], mass2[i] = x ^ (a1 - 1) * (1 - x) ^ (b1 - 1), x ^ (a2 - 1) * (1 - x) ^ (b2 - 1)
    sum1, sum2 = sum1 + mass1[i], sum2 + mass2[i]
  end
  local j = 1
  for i = 1, cells do
    while j <= cells and (j - 0.5) * w1 < (i - 0.5) * w2 do
      below, j = below + mass1[j] / sum1, j + 1
    end
    both = both + mass2[i] / sum2 * below
  end
  return both
end

describe("thompson", function()
  it("tries margins as often as they may be best", function()
    -- Of two even chances X and Y, 2 Y is above X three times in four.
    near(0.75, chance_of_second(1, 1, 1, 1, 1, 2), 1e-3)
    local s, ctx = after {}
    near(0.75, share_of_second(s, ctx, 20000), 0.01)
  end)

  it("moves its belief to Beta(1 + won, 1 + lost)", function()
    -- X of Beta(2, 1), Y of Beta(1, 2): the integral of 2 x (1 - x / 2)^2 is 1 - 2 / 3 + 1 / 8.
    near(0.458333, chance_of_second(2, 1, 1, 1, 2, 2), 1e-3)
    local s, ctx = after { { 1, true }, { 2, false } }
    near(0.458333, share_of_second(s, ctx, 20000), 0.01)
  end)

  it("draws right from beliefs of many shapes", function()
    for _, case in ipairs { { 5, 1, 1, 3 }, { 9, 3, 4, 6 }, { 2, 7, 0, 5 }, { 12, 0, 8, 4 } } do
      local results = {}
      for arm = 1, 2 do
        for _ = 1, case[2 * arm - 1] do
          results[#results + 1] = { arm, true }
        end
        for _ = 1, case[2 * arm] do
          results[#results + 1] = { arm, false }
        end
      end
      local s, ctx = after(results)
      local expected = chance_of_second(1 + case[1], 1 + case[2], 1, 1 + case[3], 1 + case[4], 2)
      near(expected, share_of_second(s, ctx, 10000), 0.015)
    end
  end)

  it("lets what it knows fade", function()
    local _, ctx = after({ { 1, true }, { 1, true }, { 2, false } }, { keep = 0.5 })
    near(0.75, ctx.state.thompson.won[1]) -- (1 x 0.5 + 1) x 0.5
    near(1, ctx.state.thompson.lost[2])
    near(0, ctx.state.thompson.lost[1])
  end)

  it("counts what wins have earned where winners pay less than they bid", function()
    local s, ctx = open("thompson.lua", { params = { most = 2, arms = 2, keep = 1 } })
    for _ = 1, 60 do
      local price = s.on_offer(ctx, offer())
      -- The other bid is at 8.5 each time: a bid of 9 wins and earns 1.5, a bid of 8 loses.
      s.on_result(ctx, price == 9 and result { outcome = "accepted", bid_price = 9, price = 8.5, energy = 0.4 }
        or result { bid_price = 8 })
    end
    near(1.5, ctx.state.thompson.earned[1] / ctx.state.thompson.won[1])
    assert.is_true(share_of_second(s, ctx, 1000) < 0.1)
  end)

  it("learns nothing from silence, nor from a bid that it does not know", function()
    local s, ctx = open("thompson.lua")
    for _, outcome in ipairs { "expired", "failed" } do
      s.on_offer(ctx, offer())
      s.on_result(ctx, result { outcome = outcome })
    end
    s.on_result(ctx, result { battery = 99 })
    for arm = 1, 10 do
      near(0, ctx.state.thompson.won[arm])
      near(0, ctx.state.thompson.lost[arm])
    end
  end)

  it("raises a bid that was outbid, down to its smallest margin", function()
    local s, ctx = open("thompson.lua", { params = { most = 2, arms = 4 } })
    near(9.1, s.on_result(ctx, result { outcome = "outbid", best = 9, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", best = 9.45, may_rebid = true }))
  end)

  it("comes to the margin that earns most", function()
    local margin, profit = learning.settles_at("thompson.lua", { params = { most = 4 } })
    assert.is_true(math.abs(margin - learning.BEST_MARGIN) < 0.4, margin)
    assert.is_true(profit > 0.85 * learning.profit_of(learning.BEST_MARGIN), profit)
  end)

  it("goes on after a reload", function()
    learning.survives_reload("thompson.lua", { arms = 30 })
  end)

  it("keeps its bounds", function()
    helpers.keeps_bounds("thompson.lua")
    helpers.keeps_bounds("thompson.lua", { params = { arms = 2, most = 30, keep = 0.5 } })
  end)

  it("keeps little for each battery, however long nobody answers", function()
    local first, more = learning.bytes_per_battery("thompson.lua")
    assert.is_true(first < 100 and more < 1, first .. ", then " .. more)
  end)
end)

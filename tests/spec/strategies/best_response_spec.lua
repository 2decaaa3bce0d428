-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local learning = require("learning")
local open, offer, result, market, near = helpers.open, helpers.offer, helpers.result, helpers.market, helpers.near

-- A bidder in an interval whose forecast is 10.
local function bidder(params, mechanism)
  local s, ctx = open("best_response.lua", { params = params })
  s.on_interval(ctx, market { forecast = 10, mechanism = mechanism })
  return s, ctx
end

-- One with the prices 9, 10 and 11, and a first belief of 1 in each of the four cells around them.
local function small()
  return bidder { span = 1, step = 1, doubt = 4 }
end

local function won(price)
  return result { outcome = "accepted", bid_price = price, price = price, energy = 0.4 }
end

local function believes(expected, ctx)
  for cell, weight in ipairs(expected) do
    near(weight, ctx.state.best_response.believed[cell])
  end
  assert.equal(#expected, #ctx.state.best_response.believed)
end

-- The best price of the grid from 5 to 15 by trying all of them, from what is believed.
local function oracle(believed, value, low)
  local best, best_profit = nil, 0
  for place = 1, 101 do
    local price, chance, total = math.max(5 + (place - 1) * 0.1, low), 0, 0
    for cell, weight in ipairs(believed) do
      total = total + weight
      chance = chance + (cell <= place and weight or 0)
    end
    local profit = (value - price) * chance / total
    if profit > best_profit + 1e-12 then
      best, best_profit = price, profit
    end
  end
  return best
end

describe("best_response", function()
  it("shares each result out over where the price to beat may have been", function()
    local s, ctx = small()
    believes({ 1, 1, 1, 1 }, ctx)
    s.on_result(ctx, won(10)) -- below 10
    believes({ 1.5, 1.5, 1, 1 }, ctx)
    s.on_result(ctx, result { bid_price = 9 }) -- 9 or more; 3.5 are there: 1.5 / 3.5 and 1 / 3.5 of it
    believes({ 1.5, 1.5 + 3 / 7, 1 + 2 / 7, 1 + 2 / 7 }, ctx)
    s.on_result(ctx, result { bid_price = 11 }) -- 11 or more
    believes({ 1.5, 1.5 + 3 / 7, 1 + 2 / 7, 2 + 2 / 7 }, ctx)
    s.on_result(ctx, result { bid_price = 9, best = 10 }) -- it was 10, which 11 would have beaten
    believes({ 1.5, 1.5 + 3 / 7, 2 + 2 / 7, 2 + 2 / 7 }, ctx)
  end)

  it("bids what earns most by its belief", function()
    local s, ctx = small()
    -- Chances 1/4, 1/2, 3/4. Value 12: 3 x 1/4, 2 x 1/2, 1 x 3/4.
    near(10, (s.on_offer(ctx, offer { value = 12 })))
    -- Value 14: 5 x 1/4, 4 x 1/2, 3 x 3/4. Value 10.5: 1.5 x 1/4, 0.5 x 1/2.
    near(11, (s.on_offer(ctx, offer { value = 14 })))
    near(9, (s.on_offer(ctx, offer { value = 10.5 })))
    -- After a win at 9 they are 2/5, 3/5, 4/5. Value 12: 3 x 2/5, 2 x 3/5 - equal, and the lower is taken.
    s.on_result(ctx, won(9))
    near(9, (s.on_offer(ctx, offer { value = 12 })))
  end)

  it("is the best of all prices of the grid, whatever it has seen", function()
    local _, dice = open("best_response.lua", { seed = 11 })
    for case = 1, 60 do
      local s, ctx = bidder { doubt = case % 2 == 0 and 20 or 1 }
      for _ = 1, 50 do
        local price = 4 + dice.rng() * 12
        local best = dice.rng() < 0.3 and price + dice.rng() or nil
        s.on_result(ctx, dice.rng() < (price - 5) / 10 and won(price) or result { bid_price = price, best = best })
      end
      local value, low = 6 + 8 * dice.rng(), case % 4 == 0 and 8 or 0
      local expected = low < value and oracle(ctx.state.best_response.believed, value, low) or nil
      local price = s.on_offer(ctx, offer { value = value, reserve = low > 0 and low or nil })
      near(expected or 0, price or 0, 1e-6)
    end
  end)

  it("comes to believe what is true where it has tried", function()
    -- The price to beat lies evenly between 8 and 12, and it is told of half of those that it loses to.
    local s, ctx = bidder { keep = 0.98 }
    local _, dice = open("best_response.lua", { seed = 4 })
    for round = 1, 20000 do
      if round % 100 == 0 then
        s.on_interval(ctx, market { forecast = 10 })
      end
      local bid, to_beat = 7 + math.floor(dice.rng() * 61) * 0.1, 8 + dice.rng() * 4
      local best = dice.rng() < 0.5 and to_beat or nil
      s.on_result(ctx, bid > to_beat and won(bid) or result { bid_price = bid, best = best })
    end
    local below, total = 0, 0
    for _, weight in ipairs(ctx.state.best_response.believed) do
      total = total + weight
    end
    for place = 1, 101 do
      below = below + ctx.state.best_response.believed[place]
      local price = 5 + (place - 1) * 0.1
      near(math.min(math.max((price - 8) / 4, 0), 1), below / total, 0.05)
    end
  end)

  it("leaves more the more a kWh is worth to it", function()
    local s, ctx = bidder()
    local last = -1
    for value = 6, 14 do
      local margin = value - s.on_offer(ctx, offer { value = value })
      assert.is_true(margin >= last, value)
      last = margin
    end
  end)

  it("carries its past to where the forecast is now, and lets it fade", function()
    local s, ctx = bidder { doubt = 1, keep = 0.5 }
    for _ = 1, 50 do
      s.on_result(ctx, won(8.5))
      s.on_result(ctx, result { bid_price = 8.4, best = 8.4 })
    end
    near(8.5, (s.on_offer(ctx, offer { value = 10.1 })))
    s.on_interval(ctx, market { forecast = 20 })
    near(18.5, (s.on_offer(ctx, offer { value = 20.1 })))
    for _ = 1, 50 do
      s.on_interval(ctx, market { forecast = 10 })
    end
    near(7.5, (s.on_offer(ctx, offer { value = 10.1 }))) -- halfway between its value and the end of the grid
  end)

  it("counts what lies beyond its grid as its ends, and keeps its belief sound", function()
    local s, ctx = bidder()
    for _ = 1, 1000 do
      s.on_result(ctx, won(500))
      s.on_result(ctx, won(0))
      s.on_result(ctx, result { bid_price = 500 })
      s.on_result(ctx, result { bid_price = 0, best = 600 })
    end
    local total = 0
    for _, weight in ipairs(ctx.state.best_response.believed) do
      assert.is_true(weight > 0)
      total = total + weight
    end
    near(4020, total, 1e-6)
    near(15, (s.on_offer(ctx, offer { value = 500 })))
  end)

  it("bids its value where winners do not pay their own bid", function()
    for _, mechanism in ipairs { "second-price", "uniform-price" } do
      local s, ctx = bidder({}, mechanism)
      near(10, (s.on_offer(ctx, offer { value = 10 })))
    end
  end)

  it("bids no less than a disclosed reserve", function()
    local s, ctx = bidder()
    near(9.95, (s.on_offer(ctx, offer { value = 10, reserve = 9.95 })))
  end)

  it("passes when a kWh is worth less than all of its grid, and works without any forecast", function()
    local s, ctx = bidder()
    local price, reason = s.on_offer(ctx, offer { value = 4 })
    assert.is_nil(price)
    assert.is_string(reason)
    s, ctx = open("best_response.lua")
    s.on_interval(ctx, market { forecast = nil, spot = nil })
    near(7.45, (s.on_offer(ctx, offer { value = 10 })), 0.06)
  end)

  it("tops the price to beat by one step, up to its value less one", function()
    local s, ctx = bidder()
    near(9.6, s.on_result(ctx, result { outcome = "outbid", best = 9.5, may_rebid = true }))
    assert.is_nil(s.on_result(ctx, result { outcome = "outbid", best = 9.85, may_rebid = true }))
  end)

  it("earns nearly what the best margin does", function()
    -- Its value never changes here, so there are prices that it does not try and learns nothing of unless it is told.
    for _, disclosed in ipairs { false, true } do
      local margin, profit = learning.settles_at("best_response.lua", { disclosed = disclosed })
      assert.is_true(math.abs(margin - learning.BEST_MARGIN) < (disclosed and 0.4 or 0.8), margin)
      assert.is_true(profit > 0.85 * learning.profit_of(learning.BEST_MARGIN), profit)
    end
  end)

  it("goes on after a reload", function()
    learning.survives_reload("best_response.lua", { span = 9, step = 0.5 })
  end)

  it("keeps its bounds", function()
    helpers.keeps_bounds("best_response.lua")
    helpers.keeps_bounds("best_response.lua", { params = { span = 1, keep = 0, doubt = 0.1 }, least_bids = 100 })
  end)
end)

-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local open, battery, market, near = helpers.open, helpers.battery, helpers.market, helpers.near

local function hour(h)
  return h * 3600
end

-- The price of the hour that begins at `h` becomes known when it ends.
local function learn(s, ctx, h, spot)
  s.on_interval(ctx, market { second_of_day = hour(h + 1) % 86400, spot = spot })
end

-- At 18:00, without losses: a spare kWh costs 7.3.
local function home(changes)
  local given = { one_way = 1, second_of_day = hour(18) }
  for name, value in pairs(changes or {}) do
    given[name] = value
  end
  return battery(given)
end

describe("forecast", function()
  it("is two_tier before it has seen a price", function()
    local s, ctx = open("reserve/forecast.lua")
    local plain, plain_ctx = open("reserve/two_tier.lua")
    for _, need in ipairs { 0, 3, 5.75, 6, 9 } do
      local given = battery { expected_need = need }
      local price, energy = s.reserve(ctx, given)
      local expected, most = plain.reserve(plain_ctx, given)
      near(expected, price)
      near(most, energy)
    end
  end)

  it("waits for the dearest hour that is to come", function()
    local s, ctx = open("reserve/forecast.lua")
    learn(s, ctx, 18, 25)
    learn(s, ctx, 20, 16)
    learn(s, ctx, 22, 12)
    learn(s, ctx, 1, 14)
    near(14, (s.reserve(ctx, home()))) -- 16 at 20:00, less the toll of 2
    near(14, (s.reserve(ctx, home { second_of_day = hour(19.5) })))
    near(12, (s.reserve(ctx, home { second_of_day = hour(20) }))) -- 14 at 01:00
    near(12, (s.reserve(ctx, home { second_of_day = hour(0.5) })))
    near(7.3, (s.reserve(ctx, home { second_of_day = hour(1) }))) -- nothing better is known before sunrise
  end)

  it("does not look beyond sunrise, nor a whole day ahead", function()
    local s, ctx = open("reserve/forecast.lua")
    learn(s, ctx, 7, 20)
    learn(s, ctx, 17, 20)
    near(7.3, (s.reserve(ctx, home())))
    s, ctx = open("reserve/forecast.lua", { params = { sunrise = 18 } })
    learn(s, ctx, 18, 20)
    near(7.3, (s.reserve(ctx, home())))
  end)

  it("asks no less than the cost when the hours to come are cheap or their prices negative", function()
    local s, ctx = open("reserve/forecast.lua")
    learn(s, ctx, 19, 5)
    learn(s, ctx, 20, -50)
    near(7.3, (s.reserve(ctx, home())))
    near(0, (s.reserve(ctx, home { feed_in = -9, second_of_day = hour(19) })))
  end)

  it("takes the mean of an hour, newer prices counting more, spikes at the cap", function()
    local s, ctx = open("reserve/forecast.lua", { params = { keep = 0.5 } })
    learn(s, ctx, 20, 10)
    learn(s, ctx, 20, 20) -- 15
    near(13, (s.reserve(ctx, home())))
    learn(s, ctx, 20, 1500) -- counts as 30: 22.5
    near(20.5, (s.reserve(ctx, home())))
    s.on_interval(ctx, market { second_of_day = hour(21), spot = nil })
    near(20.5, (s.reserve(ctx, home())))
  end)

  it("knows which hour a price is of", function()
    local s, ctx = open("reserve/forecast.lua")
    s.on_interval(ctx, market { second_of_day = 0, spot = 11 }) -- the interval that ended at midnight
    s.on_interval(ctx, market { second_of_day = hour(20) + 300, spot = 12 })
    near(11, ctx.state[23])
    near(12, ctx.state[20])
  end)

  it("asks the retail price for what the home will need", function()
    local s, ctx = open("reserve/forecast.lua")
    learn(s, ctx, 20, 30)
    near(28, (s.reserve(ctx, home { expected_need = 6 })))
  end)

  it("keeps 24 prices for a battery, and none of another's", function()
    local s, ctx = open("reserve/forecast.lua")
    for i = 1, 3000 do
      s.on_interval(ctx, market { second_of_day = i * 300 % 86400, spot = i % 17 })
    end
    local count = 0
    for _ in pairs(ctx.state) do
      count = count + 1
    end
    assert.equal(24, count)
    local _, other = open("reserve/forecast.lua")
    near(7.3, (s.reserve(other, home())))
  end)
end)

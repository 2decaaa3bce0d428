-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local open, battery, near = helpers.open, helpers.battery, helpers.near

-- 10 kWh without losses, in excellent health, wear 4 c/kWh, feed-in 3.3, and nothing that the home needs.
local function home(changes)
  local given = { one_way = 1, lot = 0.5, available = 7, energy_total = 8, expected_need = 0, health = "excellent" }
  for name, value in pairs(changes or {}) do
    given[name] = value
  end
  return battery(given)
end

describe("degradation", function()
  it("charges the slope of the wear at the depth that the sale reaches", function()
    local s, ctx = open("reserve/degradation.lua")
    -- After the sale 2 of 10 are left: depth 0.8, slope 2 x 0.8.
    near(4 * 1.6 + 3.3, (s.reserve(ctx, home { energy_total = 2.5, available = 1.5 })))
    near(4 * 1.8 + 3.3, (s.reserve(ctx, home { energy_total = 1.5, available = 0.5 })))
  end)

  it("never counts less wear than the battery's own figure", function()
    local s, ctx = open("reserve/degradation.lua")
    near(7.3, (s.reserve(ctx, home())))
    near(7.3, (s.reserve(ctx, home { energy_total = 5.5, available = 4.5 }))) -- depth 0.5, slope 1
    near(7.3, (s.reserve(ctx, home { energy_total = 10.5 }))) -- depth 0
  end)

  it("follows the exponent", function()
    local low = { energy_total = 2.5, available = 1.5 }
    local s, ctx = open("reserve/degradation.lua", { params = { exponent = 3 } })
    near(4 * 3 * 0.64 + 3.3, (s.reserve(ctx, home(low))))
    s, ctx = open("reserve/degradation.lua", { params = { exponent = 1 } })
    near(7.3, (s.reserve(ctx, home(low))))
  end)

  it("spreads the wear: its mean over a full cycle is the battery's figure", function()
    -- Below half of the depth the slope of 2 d is under 1 and counted as 1, so the mean is 1/2 + (1 - 1/4).
    local s, ctx = open("reserve/degradation.lua")
    local sum, count = 0, 0
    for left = 0.05, 9.95, 0.1 do
      sum = sum + s.reserve(ctx, home { lot = 0, energy_total = left, available = left }) - 3.3
      count = count + 1
    end
    near(4 * 1.25, sum / count, 1e-3)
  end)

  it("charges more for each step of poorer health", function()
    local s, ctx = open("reserve/degradation.lua")
    for health, factor in pairs { excellent = 1, good = 1.25, fair = 1.5, poor = 1.75 } do
      near(4 * factor + 3.3, (s.reserve(ctx, home { health = health })))
    end
  end)

  it("sells what the home can spare, and the rest at the retail price or at its wear", function()
    local s, ctx = open("reserve/degradation.lua")
    local price, energy = s.reserve(ctx, home { expected_need = 6.75 })
    near(7.3, price)
    near(0.25, energy)
    price, energy = s.reserve(ctx, home { expected_need = 7 })
    near(28, price)
    near(0.5, energy)
    near(4 * 1.75 + 3.3, (s.reserve(ctx, home { expected_need = 7, retail = 1, health = "poor" })))
  end)

  it("never asks less than two_tier", function()
    local s, ctx = open("reserve/degradation.lua")
    local plain, plain_ctx = open("reserve/two_tier.lua")
    for step = 1, 60 do
      local given = battery { energy_total = step / 6, available = step / 7, expected_need = step % 7 }
      local price, energy = s.reserve(ctx, given)
      local least, most = plain.reserve(plain_ctx, given)
      assert.is_true(price >= least - 1e-9)
      near(most, energy)
    end
  end)

  it("bears feed-in tariffs below zero", function()
    local s, ctx = open("reserve/degradation.lua")
    near(0, (s.reserve(ctx, home { feed_in = -9 })))
  end)
end)

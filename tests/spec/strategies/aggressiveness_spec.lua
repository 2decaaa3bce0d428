-- SPDX-License-Identifier: MIT
-- The formulas of Vytelingum, Cliff and Jennings 2008, with numbers worked out by hand.
local near = dofile("tests/spec/helpers.lua").near
local aggressiveness = require "common.aggressiveness"
local target = aggressiveness.target

describe("aggressiveness", function()
  it("goes from nothing through the market's price to the value", function()
    for _, theta in ipairs { -8, -3, 0, 1, 2 } do
      near(0, target(12, 10, -1, theta), 1e-9)
      near(10, target(12, 10, 0, theta))
      near(12, target(12, 10, 1, theta))
      near(0, target(8, 10, -1, theta), 1e-9)
      near(8, target(8, 10, 0, theta))
      near(8, target(8, 10, 1, theta))
    end
  end)

  it("bends the way by theta", function()
    -- (e - 1) / (e^2 - 1) = 1 / (e + 1) = 0.26894142137
    near(10 + 2 * 0.26894142137, target(12, 10, 0.5, 2), 1e-9)
    near(8 * (1 - 0.26894142137), target(8, 10, -0.5, 2), 1e-9)
    near(11, target(12, 10, 0.5, 0))
    near(10 + 2 * (1 - 0.26894142137), target(12, 10, 0.5, -2), 1e-9)
  end)

  it("has one slope on both sides of the market's price", function()
    for _, theta in ipairs { -8, -3, -0.5, 0, 2 } do
      local step = 1e-5
      local up = (target(12, 10, step, theta) - 10) / step
      local down = (10 - target(12, 10, -step, theta)) / step
      near(1, up / down, 1e-3)
    end
    -- For theta = 0 the slope is v - p = 2: theta' / (e^theta' - 1) = 0.2.
    local passive = aggressiveness.passive_theta(12, 10, 0)
    near(0.2, passive / (math.exp(passive) - 1), 1e-9)
  end)

  it("rises with r", function()
    for _, theta in ipairs { -8, -3, 0, 2 } do
      for _, v in ipairs { 8, 10, 10.01, 12, 40 } do
        local last = -1
        for r = -1, 1, 0.05 do
          local price = target(v, 10, r, theta)
          assert.is_true(price >= last - 1e-9 and price <= v + 1e-9)
          last = price
        end
      end
    end
  end)

  it("knows which r would have bid a price", function()
    for _, theta in ipairs { -8, -3, 0, 2 } do
      for r = -0.9, 0.9, 0.1 do
        near(r, aggressiveness.of(target(12, 10, r, theta), 12, 10, theta), 1e-6)
        near(math.min(r, 0), aggressiveness.of(target(8, 10, r, theta), 8, 10, theta), 1e-6)
      end
    end
    near(1, aggressiveness.of(15, 12, 10, -3), 1e-9)
    near(0, aggressiveness.of(15, 8, 10, -3))
    near(-1, aggressiveness.of(0, 12, 10, -3), 1e-9)
  end)

  it("weighs newer trades more, and measures the scatter round the price", function()
    -- (11 + 0.9 x 10) / 1.9; sqrt((0.526316^2 + 0.473684^2) / 2) / 10.526316
    local p, alpha = aggressiveness.equilibrium({ 10, 11 }, 0.9)
    near(20 / 1.9, p)
    near(0.0475657, alpha, 1e-6)
    p, alpha = aggressiveness.equilibrium({ 7 }, 0.9)
    near(7, p)
    near(0, alpha)
  end)

  it("has the highest theta for the calmest market, the lowest for the wildest", function()
    near(2, aggressiveness.theta_for(0, -8, 2, 2))
    near(-8, aggressiveness.theta_for(1, -8, 2, 2))
    near(10 * (1 - 0.5 * math.exp(-1)) - 8, aggressiveness.theta_for(0.5, -8, 2, 2))
  end)
end)

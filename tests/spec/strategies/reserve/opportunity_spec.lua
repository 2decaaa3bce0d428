-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local open, battery, near = helpers.open, helpers.battery, helpers.near

-- No losses: a kWh that can be spared costs 4 + 3.3 = 7.3. It expects to need 3 kWh: 1.2 for sure, 3.3 at most.
local function home(changes)
  local given = { one_way = 1, lot = 0.5, available = 6, expected_need = 3 }
  for name, value in pairs(changes or {}) do
    given[name] = value
  end
  return battery(given)
end

describe("opportunity", function()
  it("asks what replacing the energy costs where the home can do without it", function()
    local s, ctx = open("reserve/opportunity.lua")
    local price, energy = s.reserve(ctx, home())
    near(7.3, price)
    near(0.5, energy)
    near(7.3, (s.reserve(ctx, home { available = 3.8 }))) -- 3.3 are left
  end)

  it("asks the retail price for what the home will need for sure", function()
    local s, ctx = open("reserve/opportunity.lua")
    near(28, (s.reserve(ctx, home { available = 1.7 }))) -- 1.2 are left
    near(28, (s.reserve(ctx, home { available = 0.5 })))
  end)

  it("asks for the chance of either in between", function()
    local s, ctx = open("reserve/opportunity.lua")
    -- 2.25 are left, halfway: 0.5 x 28 + 0.5 x 7.3
    near(17.65, (s.reserve(ctx, home { available = 2.75 })))
    -- 1.725 are left, a quarter of the way: 0.75 x 28 + 0.25 x 7.3
    near(22.825, (s.reserve(ctx, home { available = 2.225 })))
  end)

  it("counts the losses of the way through the battery", function()
    local s, ctx = open("reserve/opportunity.lua")
    near(4 + 3.3 / 0.81, (s.reserve(ctx, home { one_way = 0.9 })))
  end)

  it("asks the less the more is left, and the more the dearer the retail price", function()
    local s, ctx = open("reserve/opportunity.lua")
    local last = math.huge
    for available = 0.5, 6, 0.1 do
      local price = s.reserve(ctx, home { available = available })
      assert.is_true(price <= last and price >= 7.3 and price <= 28)
      assert.is_true(s.reserve(ctx, home { available = available, retail = 40 }) >= price)
      last = price
    end
  end)

  it("is one step where sure and most are the same, whatever their order", function()
    local s, ctx = open("reserve/opportunity.lua", { params = { sure = 1, most = 0.5 } })
    near(28, (s.reserve(ctx, home { available = 3.5 })))
    near(7.3, (s.reserve(ctx, home { available = 3.51 })))
  end)

  it("bears a home that needs nothing, tariffs below zero and a retail price below its costs", function()
    local s, ctx = open("reserve/opportunity.lua")
    near(7.3, (s.reserve(ctx, home { expected_need = 0 })))
    near(28, (s.reserve(ctx, home { expected_need = 0, available = 0.5 }))) -- nothing is left
    near(0, (s.reserve(ctx, home { feed_in = -9 })))
    near(7.3, (s.reserve(ctx, home { retail = 1, available = 0.5 })))
  end)
end)

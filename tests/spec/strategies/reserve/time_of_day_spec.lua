-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local open, battery, near = helpers.open, helpers.battery, helpers.near

-- Without losses: a spare kWh costs 7.3.
local function at(hour, changes)
  local given = { one_way = 1, second_of_day = math.floor(hour * 3600) }
  for name, value in pairs(changes or {}) do
    given[name] = value
  end
  return battery(given)
end

describe("time_of_day", function()
  it("sells at cost in the peak and asks a premium at other hours", function()
    local s, ctx = open("reserve/time_of_day.lua")
    for hour, expected in pairs { [0] = 10.3, [16.99] = 10.3, [17] = 7.3, [21.99] = 7.3, [22] = 10.3 } do
      near(expected, (s.reserve(ctx, at(hour))))
    end
  end)

  it("takes a peak that goes on after midnight, or all day", function()
    local s, ctx = open("reserve/time_of_day.lua", { params = { from = 20, to = 2 } })
    for hour, expected in pairs { [1] = 7.3, [2] = 10.3, [19] = 10.3, [20] = 7.3, [23.5] = 7.3 } do
      near(expected, (s.reserve(ctx, at(hour))))
    end
    s, ctx = open("reserve/time_of_day.lua", { params = { from = 0, to = 24 } })
    near(7.3, (s.reserve(ctx, at(12))))
  end)

  it("sells what the home can spare, and asks the retail price for the rest at any hour", function()
    local s, ctx = open("reserve/time_of_day.lua")
    local _, energy = s.reserve(ctx, at(18, { expected_need = 5.75 }))
    near(0.25, energy)
    for _, hour in ipairs { 3, 18 } do
      local price, all = s.reserve(ctx, at(hour, { expected_need = 6 }))
      near(28, price)
      near(0.4, all)
    end
  end)

  it("counts losses, and bears tariffs below zero", function()
    local s, ctx = open("reserve/time_of_day.lua")
    near(4 + 3.3 / 0.81, (s.reserve(ctx, at(18, { one_way = 0.9 }))))
    near(0, (s.reserve(ctx, at(18, { feed_in = -9 }))))
  end)
end)

-- SPDX-License-Identifier: MIT
-- Every reserve policy through thousands of random batteries, days and tariffs: a price that can be asked, no more than
-- the lot, and the same answers again.
local helpers = dofile("tests/spec/helpers.lua")

local LEVELS, HEALTH = { "critical", "low", "normal", "high" }, { "excellent", "good", "fair", "poor" }

local function some_battery(rng, step)
  local capacity = 1 + rng() * 15
  local stored = rng() * capacity
  local available = rng() * stored
  return helpers.battery {
    capacity = capacity, energy_total = stored, available = available, floor = 0.1 * capacity, lot = rng() * available,
    level = LEVELS[math.floor(rng() * 4) + 1], health = HEALTH[math.floor(rng() * 4) + 1], one_way = 0.5 + rng() / 2,
    wear = rng() * 10, feed_in = rng() * 20 - 10, retail = rng() * 60 - 5,
    expected_need = rng() < 0.1 and 0 or rng() * 12, second_of_day = step * 300 % 86400, interval = step,
    spot = rng() < 0.9 and rng() * 60 - 20 or nil,
  }
end

local function answers(path)
  local s, ctx = helpers.open(path)
  local _, dice = helpers.open(path, { seed = 12 })
  local list = {}
  for step = 1, 3000 do
    local battery = some_battery(dice.rng, step)
    if s.on_interval then
      s.on_interval(ctx, helpers.market { index = step, second_of_day = battery.second_of_day, spot = battery.spot })
    end
    local price, energy = s.reserve(ctx, battery)
    assert.is_true(price >= 0 and price <= 10000)
    assert.is_true(energy >= 0 and energy <= battery.lot)
    list[step] = ("%.17g %.17g"):format(price, energy)
  end
  return table.concat(list, "\n")
end

describe("every reserve policy", function()
  local count = 0
  for path in io.popen("LC_ALL=C ls strategies/reserve/*.lua"):lines() do
    count = count + 1
    it("asks what can be asked: " .. path, function()
      local name = path:gsub("^strategies/", "")
      assert.equal(answers(name), answers(name))
    end)
  end

  it("is one of at least seven", function()
    assert.is_true(count >= 7)
  end)
end)

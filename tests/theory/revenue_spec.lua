-- SPDX-License-Identifier: MIT
-- What N buyers pay whose values are independent and uniform on [floor, floor + W]: floor + W (N - 1) / (N + 1), in
-- every auction that gives a lot to the highest value (Vickrey 1961; Myerson 1981, "Optimal auction design").
local chance = require("chance")
local market = require("market")
local program = require("program")

local SPOT, W, DAYS = 10, 3, 20
local FLOOR = SPOT - W / 2
local TRUTHFUL = "strategies/truthful.lua"
local SHADE, CLIMBER = market.BIDDERS .. "shade.lua", market.BIDDERS .. "climber.lua"
local STEP = 0.1 -- the least by which the program lets a bid be raised, c/kWh
local CONFIRMS = { confirm = true }

describe("the price that N buyers with uniform private values pay", function()
  local paid = {} -- by mechanism and N: one price for each interval

  setup(program.setup)
  teardown(program.teardown)

  local function prices(mechanism, count, buyers, more)
    local ran, confirms = market.run(table.concat({
      buyers, "--mechanism", mechanism, market.TEXTBOOK, market.fixed(FLOOR), market.flat(SPOT, DAYS),
      "--interval 5m --set world.spread=" .. W, more or "",
    }, " "), CONFIRMS)
    assert.are.equal(ran.auctions, ran.trades)
    local draws = market.draws(confirms, market.price)
    paid[mechanism .. count] = draws
    return draws
  end

  for _, count in ipairs({ 2, 3, 5, 8 }) do
    local theory = FLOOR + W * (count - 1) / (count + 1)

    it(("is the theory's when they shade in a first-price auction of %d"):format(count), function()
      local draws = prices("first-price", count,
        market.buyers(SHADE, count, { bidders = count, floor = FLOOR }))
      chance.check(draws, theory, 0.1, "first price, N = " .. count)
    end)

    it(("is the theory's when they are truthful in a second-price auction of %d"):format(count), function()
      local draws = prices("second-price", count, market.buyers(TRUTHFUL, count))
      chance.check(draws, theory, 0.1, "second price, N = " .. count)
    end)

    it(("is the theory's, to the step, when they climb in an ascending auction of %d"):format(count), function()
      local draws = prices("ascending", count, market.buyers(CLIMBER, count, { floor = FLOOR, step = STEP }),
        "--disclose winner --window 20s --delay 1ms")
      chance.check(draws, theory, 0.1, "ascending, N = " .. count, STEP)
      -- Draw by draw it ends where the second highest value gives up.
      for i, difference in ipairs(chance.difference(draws, paid["second-price" .. count])) do
        assert(math.abs(difference) <= STEP + 1e-9, ("draw %d is off by %.4f"):format(i, difference))
      end
    end)

    -- The same values met in both: pairs, so that their difference is known better than either.
    it(("is the same, on the same draws, in first-price and second-price auctions of %d"):format(count), function()
      local first, second = paid["first-price" .. count], paid["second-price" .. count]
      chance.check(chance.difference(first, second), 0, 0.1, "first less second price, N = " .. count)
    end)
  end
end)

-- SPDX-License-Identifier: MIT
-- Two Q-learners to whom a kWh is always worth the same: what they settle at in a first-price auction, and what becomes
-- of it when they are told the price that won. docs/theory.md has figures of more seeds; here stands what held in all.
local chance = require("chance")
local market = require("market")
local program = require("program")

-- ETP_SEEDS and ETP_DAYS ask for more of them than a test needs.
local VALUE = 10
local DAYS, SEEDS = tonumber(os.getenv("ETP_DAYS") or 5), tonumber(os.getenv("ETP_SEEDS") or 3)
local LEARNER = market.BIDDERS .. "learner.lua"
local BIDS = 20 -- of their grid, from 0 to a step below the value

describe("two Q-learners in first-price auctions", function()
  setup(program.setup)
  teardown(program.teardown)

  -- The mean price of the last quarter of all sales. Of equal bids the one that arrives first wins: with jitter either.
  local function settled(seed, hindsight)
    local _, sales = market.run(table.concat({
      market.buyers(LEARNER, 2, { bids = BIDS, hindsight = hindsight }), "--disclose winner --interval 1m",
      market.TEXTBOOK, "--bess 5 --jitter 5ms --set world.spread=0",
      market.fixed(0), market.flat(VALUE, DAYS), "--seed", seed,
    }, " "), { confirm = true })
    assert.is_true(#sales > 8000)
    local prices = {}
    for i = #sales * 3 // 4, #sales do
      prices[#prices + 1] = market.price(sales[i])
    end
    return chance.mean(prices)
  end

  it("settle below their value; not so if they learn from the price that won", function()
    local competitive = VALUE * (BIDS - 1) / BIDS
    for seed = 1, SEEDS do
      local blind, told = settled(seed, 0), settled(seed, 1)
      chance.tell("seed %d: %.2f blind, %.2f told", seed, blind, told)
      assert(told > 0.95 * competitive, ("seed %d: %.2f though they are told"):format(seed, told))
      assert(blind < 0.95 * competitive, ("seed %d: %.2f though they are not told"):format(seed, blind))
    end
  end)
end)

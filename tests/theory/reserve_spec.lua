-- SPDX-License-Identifier: MIT
-- What a reserve does for owners. Values are uniform on [0, W], buyers are truthful, and the first loser's bid or the
-- reserve is paid. To sell costs these owners nothing, so that what they earn is what an offer brings on average, sold
-- or not.
local chance = require("chance")
local market = require("market")
local program = require("program")

local SPOT, W, DAYS = 5, 10, 20
local TRUTHFUL = "strategies/truthful.lua"
local MONOPOLY = "--reserve tests/theory/bidders/monopoly.lua --set monopoly.high=" .. W

-- What an offer brings with the reserve r W among n buyers: r if one value alone is above it, and above it the second
-- highest value (Riley and Samuelson 1981, "Optimal auctions").
local function theory(r, n)
  local alone = r * n * r ^ (n - 1) * (1 - r)
  local contested = n * (n - 1) * ((1 - r ^ n) / n - (1 - r ^ (n + 1)) / (n + 1))
  return W * (alone + contested)
end

describe("what an offer brings its owner", function()
  setup(program.setup)
  teardown(program.teardown)

  -- c/kWh for each interval in which something was for sale; 0 where it was not sold.
  local function revenue(count, reserve)
    local _, events = market.run(table.concat({
      market.buyers(TRUTHFUL, count), "--mechanism second-price", market.TEXTBOOK, reserve,
      market.flat(SPOT, DAYS), "--set world.spread=" .. W,
    }, " "), { response = true, confirm = true })
    local brought, offered = {}, {}
    for _, event in ipairs(events) do
      if event.kind == "confirm" then
        brought[event.interval] = market.price(event)
      elseif event.energy_mwh > 0 and event.interval > 0 and not brought[event.interval] then
        brought[event.interval] = 0
        offered[#offered + 1] = event.interval
      end
    end
    return brought, offered
  end

  local function series(brought, offered)
    local list = {}
    for i, interval in ipairs(offered) do
      list[i] = brought[interval]
    end
    return list
  end

  -- Of two markets, in the intervals in which both had something for sale.
  local function pairs_of(one, other)
    local both = {}
    for _, interval in ipairs(one.offered) do
      if other.brought[interval] then
        both[#both + 1] = one.brought[interval] - other.brought[interval]
      end
    end
    return both
  end

  local function sell(count, reserve)
    local brought, offered = revenue(count, reserve)
    return { brought = brought, offered = offered, draws = series(brought, offered) }
  end

  for _, r in ipairs({ 0, 0.3, 0.5, 0.7 }) do
    it(("is the theory's with a reserve of %.1f among two"):format(r), function()
      chance.check(sell(2, market.fixed(r * W)).draws, theory(r, 2), 0.3, "reserve " .. r)
    end)
  end

  -- With both lower and higher ones beside it, on the same draws.
  it("is highest with the reserve that sets marginal revenue to cost", function()
    local best = sell(2, MONOPOLY)
    chance.check(best.draws, theory(0.5, 2), 0.3, "optimal reserve")
    for _, r in ipairs({ 0.2, 0.8 }) do
      local mean, half = chance.interval(pairs_of(best, sell(2, market.fixed(r * W))))
      assert(mean - half > 0, ("reserve %.1f: %.4f +- %.4f"):format(r, mean, half))
    end
  end)

  -- Bulow and Klemperer 1996, "Auctions versus negotiations".
  for _, count in ipairs({ 1, 2, 3 }) do
    it(("is more with %d buyers and no reserve than with %d and the best one"):format(count + 1, count), function()
      local more, fewer = sell(count + 1, market.fixed(0)), sell(count, MONOPOLY)
      local mean, half = chance.check(pairs_of(more, fewer), theory(0, count + 1) - theory(0.5, count), 0.4,
        ("%d less %d"):format(count + 1, count))
      assert(mean - half > 0, ("%.4f +- %.4f"):format(mean, half))
    end)
  end
end)

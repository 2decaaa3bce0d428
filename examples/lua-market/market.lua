-- SPDX-License-Identifier: MIT
-- How much do owners gain when one more firm competes? The same homes, prices and values with one to five firms, from
-- plain Lua: lua5.4 examples/lua-market/market.lua [HOMES [SEED]]
local etp = require "etp"

local homes = tonumber(arg[1]) or 30
local seed = tonumber(arg[2]) or 1

-- Shades its bid by what it learns: a step up when it lost, a step down when it won. One closure for each firm.
local function learner(step)
  local margin = 2
  return {
    on_offer = function(_, offer)
      return offer.value - margin, offer.energy
    end,
    on_result = function(_, result)
      if result.outcome == "accepted" then
        margin = margin + step
      elseif result.code == "not_competitive" then
        margin = math.max(0, margin - step)
      end
    end,
  }
end

-- The demand is that of five firms in every run, however many of them there are.
local function run(count)
  local firms = {}
  for i = 1, count do
    firms[i] = { name = ("learner-%d"):format(i), hooks = learner(0.02 * i) }
  end
  local market <close> = assert(etp.market { homes = homes, seed = seed, firms = firms, portfolios = 5, strict = true })
  local lowest = math.huge
  market:on("confirm", function(trade) lowest = math.min(lowest, trade.price) end)
  local totals = assert(market:run())
  assert(market:check())
  local gain, without = 0, assert(market:costs_without_market())
  for i, home in ipairs(market:homes()) do
    gain = gain + without[i] - home.cost
  end
  return totals, lowest, gain / homes
end

print("firms  trades  sold, kWh  price, c/kWh  lowest  owner's net benefit, $")
for count = 1, 5 do
  local totals, lowest, gain = run(count)
  print(("%5d  %6d  %9.1f  %12.2f  %6.2f  %22.4f"):format(count, totals.trades, totals.sold, totals.price or 0,
    lowest, gain))
end
print("Made-up prices and one seed: an illustration, no evidence.")

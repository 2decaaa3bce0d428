-- SPDX-License-Identifier: MIT
-- Auction theory through the whole program: Lua bidders with private values that are uniform on [floor, floor + W].
--
-- With N bidders who bid as the symmetric equilibrium says, first-price and second-price auctions earn the seller the
-- same on average: floor + W (N - 1) / (N + 1) (Vickrey 1961; Riley and Samuelson 1981, "Optimal auctions").
local json = require("cjson")

local engine = os.getenv("ETP_ENGINE")
local FLOOR, W = 8.5, 3.0 -- c/kWh: spot 10, own part +-1.5
local DAYS = 10
local QUANTILE_99 = 2.576

local SHADED = [[
return {
  api = 1, name = "shaded", role = "aggregator",
  params = { rivals = { default = 1, min = 1, max = 100 } },
  on_offer = function(ctx, offer)
    local n = ctx.params.rivals + 1
    return 8.5 + (offer.value - 8.5) * (n - 1) / n, offer.energy
  end,
}
]]

local TRUTHFUL = [[
return {
  api = 1, name = "honest", role = "aggregator",
  on_offer = function(_, offer) return offer.value, offer.energy end,
}
]]

local function write(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  return path
end

-- A price file in which every interval costs 100 A$/MWh.
local function flat_prices()
  local lines = { "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE" }
  for day = 1, DAYS + 1 do
    for minute = 5, 1435, 5 do
      lines[#lines + 1] =
        string.format("VIC1,2025/01/%02d %02d:%02d:00,5000,100,TRADE", day, minute // 60, minute % 60)
    end
    lines[#lines + 1] = string.format("VIC1,2025/01/%02d 00:00:00,5000,100,TRADE", day + 1)
  end
  return write(table.concat(lines, "\n") .. "\n")
end

-- The price of each interval in which something was sold, in c/kWh. Values are drawn for an interval, so its batteries
-- are one observation.
local function prices_of(events)
  local sum, count = {}, {}
  for line in io.lines(events) do
    local event = json.decode(line)
    -- Before the first price is known, the forecast is not the spot price.
    if event.kind == "confirm" and event.interval > 0 then
      sum[event.interval] = (sum[event.interval] or 0) + event.price_micro / 10000
      count[event.interval] = (count[event.interval] or 0) + 1
    end
  end
  local prices = {}
  for interval, total in pairs(sum) do
    prices[#prices + 1] = total / count[interval]
  end
  return prices
end

local function mean_and_error(values)
  local sum, squares = 0, 0
  for _, value in ipairs(values) do
    sum = sum + value
  end
  local mean = sum / #values
  for _, value in ipairs(values) do
    squares = squares + (value - mean) ^ 2
  end
  return mean, math.sqrt(squares / (#values - 1) / #values)
end

describe("revenue of N bidders with uniform private values", function()
  local prices, shaded, honest

  setup(function()
    assert(engine, "ETP_ENGINE must name the program")
    prices, shaded, honest = flat_prices(), write(SHADED), write(TRUTHFUL)
  end)

  teardown(function()
    os.remove(prices)
    os.remove(shaded)
    os.remove(honest)
  end)

  local function run(mechanism, script, bidders, extra)
    local events = os.tmpname()
    local command = {
      engine, "run", script:rep(bidders, " "), "--rivals 0 --bess 5 --quiet --no-baselines --failures 0",
      "--days", tostring(DAYS), "--prices", prices, "--mechanism", mechanism, "--events", events,
      "--reserve strategies/reserve/fixed.lua --set fixed.price=" .. FLOOR, "--set world.q=1 --set world.noise=0",
      "--set world.loss_factor=1 --set world.cost_to_serve=0 --set world.spread=" .. W,
      "--set world.need=100 --set world.inverter=0.5", extra or "",
    }
    assert.is_true(os.execute(table.concat(command, " ")))
    local observed = prices_of(events)
    os.remove(events)
    return observed
  end

  -- Each bidder is told how many rivals it has, by its instance's name.
  local function rivals(bidders)
    local settings = {}
    for i = 1, bidders do
      settings[i] = string.format("--set 'shaded%s.rivals=%d'", i > 1 and "#" .. i or "", bidders - 1)
    end
    return table.concat(settings, " ")
  end

  for _, bidders in ipairs({ 2, 3, 5 }) do
    local expected = FLOOR + W * (bidders - 1) / (bidders + 1)

    local function check(observed)
      local mean, err = mean_and_error(observed)
      assert.is_true(#observed >= 500, "only " .. #observed .. " intervals had a sale")
      assert.is_true(math.abs(mean - expected) <= QUANTILE_99 * err,
        string.format("mean %.4f +- %.4f, theory %.4f", mean, QUANTILE_99 * err, expected))
    end

    it("is the theory's in a first-price auction of " .. bidders, function()
      check(run("first-price", shaded, bidders, rivals(bidders)))
    end)

    it("is the theory's in a second-price auction of " .. bidders, function()
      check(run("second-price", honest, bidders))
    end)
  end
end)

-- SPDX-License-Identifier: MIT
-- Markets of the textbook, run by the program: flat prices, one battery, buyers whose value is theirs alone.
local json = require("cjson")
local program = require("program")

local market = { BIDDERS = "tests/theory/bidders/" }

-- Buyers always take part, see the price as it is, and want whatever there is. The battery sells a little in each
-- interval, at night and in most of the day, as long as it does not charge.
market.TEXTBOOK = "--bess 1 --failures 0 --jitter 0s --delay 5ms --set world.q=1 --set world.noise=0 "
  .. "--set world.loss_factor=1 --set world.cost_to_serve=0 --set world.need=100 --set world.export_limit=0.5 "
  .. "--set world.floor=0 --set world.start_charge=1"

-- Owners who take `price` and no less, for all they have.
function market.fixed(price)
  return ("--reserve strategies/reserve/fixed.lua --set fixed.price=%.10g"):format(price)
end

-- A price file of the same price all along, in c/kWh; one for each price and number of days.
function market.flat(price, days)
  local made = program.prices(("flat-%g-%d.csv"):format(price, days), days + 1, function()
    return price * 10
  end)
  return ("--prices '%s' --days %d"):format(made, days)
end

-- `count` buyers of one script, with the same parameters each.
function market.buyers(script, count, params)
  local name, words = script:match("([^/]+)%.lua$"), {}
  for i = 1, count do
    words[#words + 1] = script
    for key, value in pairs(params or {}) do
      words[#words + 1] = ("--set '%s%s.%s=%.10g'"):format(name, i > 1 and "#" .. i or "", key, value)
    end
  end
  return table.concat(words, " ") .. " --rivals 0"
end

-- Runs a market without its baselines: its part of the result, and its events of the kinds that are asked for.
function market.run(arguments, kinds)
  local path = program.path("events.jsonl")
  local result = program.result(("%s --no-baselines --events '%s'"):format(arguments, path))
  local ran, events = result.runs.market, {}
  assert(ran.hook_errors == 0, ran.firms[1].last_error)
  for line in io.lines(path) do
    if kinds[line:match('"kind":"(%a+)"')] then
      events[#events + 1] = json.decode(line)
    end
  end
  return ran, events, result
end

-- One number for each interval in order: the mean over its events of what `of(event)` gives. The first interval is left
-- out: no price is known in it, and the forecast is not the price.
function market.draws(events, of)
  local draws, last, count = {}, 0, 0
  for _, event in ipairs(events) do
    if event.interval > 0 then
      if event.interval ~= last then
        last, count = event.interval, 0
        draws[#draws + 1] = 0
      end
      count = count + 1
      draws[#draws] = draws[#draws] + (of(event) - draws[#draws]) / count
    end
  end
  return draws
end

function market.price(event)
  return event.price_micro / 10000
end

return market

-- SPDX-License-Identifier: MIT
-- A market of one battery and one rival, whose best bid is known: what a bidder that learns should come to.
local helpers = dofile("tests/spec/helpers.lua")

local learning = {}

-- The rival bids evenly between 6 and 10, a kWh is worth 10: (10 - b) (b - 6) / 4 is greatest at 8.
learning.VALUE, learning.BEST_MARGIN = 10, 2
local LOW, ROUNDS, INTERVAL = 6, 6000, 20

local function play(s, ctx, rival, disclosed)
  local price = s.on_offer(ctx, helpers.offer { value = learning.VALUE })
  local won = price > rival
  s.on_result(ctx, helpers.result {
    outcome = won and "accepted" or "rejected", bid_price = price, price = won and price or nil,
    energy = won and 0.4 or 0, value = learning.VALUE, best = not won and disclosed and rival or nil,
  })
  return learning.VALUE - price, won
end

-- The mean margin of the last third of the rounds, and the mean profit of a bid there. `options`: params, disclosed.
function learning.settles_at(path, options)
  local s, ctx = helpers.open(path, { params = options.params, seed = 7 })
  local _, dice = helpers.open(path, { seed = 99 })
  local margins, profit, count = 0, 0, 0
  for round = 0, ROUNDS - 1 do
    if s.on_interval and round % INTERVAL == 0 then
      s.on_interval(ctx, helpers.market { forecast = 8, spot = 8, value = learning.VALUE })
    end
    local margin, won = play(s, ctx, LOW + dice.rng() * (learning.VALUE - LOW), options.disclosed)
    if round >= ROUNDS * 2 // 3 then
      margins, profit, count = margins + margin, profit + (won and margin or 0), count + 1
    end
  end
  return margins / count, profit / count
end

-- What a bid earns on average that always leaves this margin.
function learning.profit_of(margin)
  return margin * (learning.VALUE - margin - LOW) / (learning.VALUE - LOW)
end

-- A reload hands on ctx.state, perhaps another strategy's, and may change parameters: it must go on, and in its bounds.
function learning.survives_reload(path, changes)
  local s, ctx = helpers.open(path)
  ctx.state = { won = 3, price = 4, margin = "wide", prices = { 1 }, share = false, level = {} }
  for round = 1, 40 do
    if round == 20 then
      for name, value in pairs(changes) do
        ctx.params[name] = value
      end
    end
    if s.on_interval and round % 10 == 5 then
      s.on_interval(ctx, helpers.market { forecast = 8 })
    end
    local margin = play(s, ctx, 8, round % 2 == 0)
    assert(margin >= 0 and margin <= learning.VALUE, path .. " bids out of its bounds")
  end
end

-- Bids on battery after battery that nobody answers must not fill the memory, beyond some bytes for each battery.
function learning.bytes_per_battery(path)
  local s, ctx = helpers.open(path)
  local batteries = 20000
  local function go_round()
    for battery = 1, batteries do
      s.on_offer(ctx, helpers.offer { battery = 1000000 + battery, value = 10 })
    end
    collectgarbage()
    collectgarbage()
    return collectgarbage("count") * 1024
  end
  collectgarbage()
  local before = collectgarbage("count") * 1024
  local first = go_round()
  return (first - before) / batteries, (go_round() - first) / batteries
end

return learning

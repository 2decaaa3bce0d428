-- SPDX-License-Identifier: MIT
-- Nothing in a market knows the future. All shipped strategies take part, and homes follow the policy that looks ahead
-- the furthest; then prices are changed that nobody can know yet, and every event before them is the same, byte for
-- byte.
local program = require("program")

local DAYS = 1
local NOON = 144 -- five minutes since midnight: the run's interval 0 is the file's price 145
local HORIZON = NOON + DAYS * 288
local MARKET = "strategies/greedy.lua --rivals 100 --reserve strategies/reserve/forecast.lua --bess 4 --quiet "
  .. "--no-baselines --mechanism ascending --disclose both --loss 5% --jitter 30ms --set world.q=0.9"

-- A day like those of summer, with spikes: what an owner would wait for, did it know.
local function usual(i)
  local of_day = (i - 1) % 288
  return of_day > 200 and of_day < 250 and 150 + i % 7 * 30 or of_day < 100 and 90 + i % 11 or 5 + i % 3
end

-- From a price on, something else altogether.
local function wild_from(first)
  return function(i)
    return i < first and usual(i) or (i % 5 == 0 and 15000 or -900)
  end
end

describe("the future", function()
  local usual_events

  local function events_of(name, price, days, file_days)
    local prices, events = program.prices(name .. ".csv", file_days or days + 1, price), program.path(name .. ".jsonl")
    local done = program.run(("%s --days %d --prices '%s' --events '%s'"):format(MARKET, days, prices, events))
    assert.are.equal(0, done.status, done.err)
    return program.read(events)
  end

  -- The place in the text of events where the first of interval `index` begins.
  local function start_of(events, index)
    local at = assert(events:find(('"interval":%d,'):format(index), 1, true))
    while events:byte(at - 1) ~= 10 do
      at = at - 1
    end
    return at
  end

  setup(function()
    program.setup()
    usual_events = events_of("usual", usual, DAYS)
    local _, trades = usual_events:gsub('"kind":"confirm"', "")
    assert(trades > 100, trades .. " trades are too few to tell")
  end)
  teardown(program.teardown)

  it("behind the horizon changes nothing, however wild", function()
    assert.is_true(usual_events == events_of("wild", wild_from(HORIZON + 1), DAYS))
    assert.is_true(usual_events == events_of("longer", wild_from(HORIZON + 1), DAYS, DAYS + 9))
  end)

  it("is not even known one interval ahead: the price of the last one changes nothing in it", function()
    assert.is_true(usual_events == events_of("last", wild_from(HORIZON), DAYS))
  end)

  -- Price k is that of interval k - NOON - 1; it is known when that interval is over.
  for _, day_part in ipairs({ 60, 200 }) do
    it(("of interval %d is not known before it is over"):format(day_part), function()
      local changed = events_of("from" .. day_part, wild_from(NOON + 1 + day_part), DAYS)
      local before = start_of(usual_events, day_part + 1) - 1
      assert.is_true(before > 1000)
      assert.is_true(usual_events:sub(1, before) == changed:sub(1, before))
      assert.is_false(usual_events:sub(before + 1) == changed:sub(before + 1))
    end)
  end

  it("of a longer run is not known to its first days, to failures and links neither", function()
    local longer = events_of("longer_run", usual, DAYS + 1)
    assert.is_true(#longer > #usual_events)
    assert.is_true(usual_events == longer:sub(1, #usual_events))
  end)
end)

describe("a hook", function()
  local watcher = [[
    local S = { api = 1, role = "%s" }
    local function usual(i)
      local of_day = (i - 1) %% 288
      return of_day > 200 and of_day < 250 and 150 + i %% 7 * 30 or of_day < 100 and 90 + i %% 11 or 5 + i %% 3
    end
    local function check(index, spot)
      local known = index > 0 and usual(144 + index) / 10 or nil
      assert(spot == known, "interval " .. index .. ": " .. tostring(spot) .. ", not " .. tostring(known))
    end
    function S.on_interval(ctx, market)
      check(market.index, market.spot)
      assert(ctx.now >= market.starts and ctx.now < market.ends, "an hour that is not")
    end
    %s
    return S
  ]]

  setup(program.setup)
  teardown(program.teardown)

  it("sees the price of the interval that is over, and of no other", function()
    local buyer = program.write("buyer.lua", watcher:format("aggregator", ""))
    local owner = program.write("owner.lua", watcher:format("bess", [[
      function S.reserve(ctx, battery)
        check(battery.interval, battery.spot)
        return 0, battery.lot
      end
    ]]))
    local prices = program.prices("usual.csv", DAYS + 1, usual)
    local result = program.result(table.concat({
      buyer, "--rivals 0 --bess 5 --no-baselines --reserve", owner, "--prices", prices, "--days", DAYS,
    }, " "))
    local ran = result.runs.market
    assert.are.equal(0, ran.hook_errors, ran.firms[1].last_error .. ran.policy.last_error)
    assert.is_true(ran.trades > 50 and ran.policy.script_calls > DAYS * 288)
  end)
end)

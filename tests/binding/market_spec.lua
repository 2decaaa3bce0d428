-- SPDX-License-Identifier: MIT
-- Markets from Lua: the same as the program's, with functions as strategies.
local etp = require("etp")
local program = require("program")

setup(program.setup)
teardown(program.teardown)

-- A small evening, soon run.
local function evening(changes)
  local options = { homes = 6, first = 72, intervals = 12, fleet = { start_charge = 0.9 }, rivals = 0 }
  for name, value in pairs(changes or {}) do
    options[name] = value
  end
  return assert(etp.market(options))
end

local function less(margin)
  return function(_, offer) return offer.value - margin end
end

local function digest_of(options)
  local market <close> = assert(etp.market(options))
  assert(market:run())
  assert(market:check())
  return market:digest()
end

describe("a market", function()
  it("has the digest of the program's run with the same options", function()
    local prices = program.prices("prices.csv", 3, function(i) return 60 + (i * 37) % 90 end)
    local greedy, random = "strategies/greedy.lua", "strategies/random.lua"
    local rows = {
      { "greedy.lua --bess 12", { homes = 12 } },
      { greedy .. " --bess 5 --rivals 0 --seed 77 --set greedy.margin=1.25",
        { homes = 5, seed = 77, firms = { { file = greedy, params = { margin = 1.25 } } } } },
      { random .. " " .. greedy .. " " .. greedy .. " --bess 5 --rivals 2 --mechanism ascending --disclose both",
        { homes = 5, firms = { random, greedy, greedy }, rivals = 2, mechanism = "ascending", disclose = "both" } },
      { greedy .. " --bess 4 --rivals 1 --days 2 --interval 30m --prices '" .. prices .. "' --reserve fixed",
        { homes = 4, firms = { "greedy" }, rivals = 1, days = 2, interval = 1800, prices = prices,
          reserve = "fixed" } },
      { greedy .. " --bess 4 --loss 0.1 --duplicate 0.05 --reorder 0.05 --flip 0.01 --failures 0.5 --delay 50ms "
          .. "--jitter 20ms --window 3s --hold 2s --spread 5s",
        { homes = 4, firms = { "greedy" }, rivals = 4, failures = 0.5,
          network = { loss = 0.1, duplicate = 0.05, reorder = 0.05, flip = 0.01, delay = 0.05, jitter = 0.02 },
          timing = { window = 3, hold = 2, query_spread = 5 } } },
      { greedy .. " --bess 4 --fit 00:00=2,15:00=8 --retail 40 --set world.q=0.8 --set world.spread=5"
          .. " --set world.wear=3.5 --set world.round_trip=0.8"
          .. " --set world.need=0.7 --set world.inverter=3.7 --set world.outage_minutes=45",
        { homes = 4, firms = { "greedy" }, rivals = 4, feed_in = "00:00=2,15:00=8", retail = 40, outage = 2700,
          buyers = { q = 0.8, spread = 5, need = 0.7 }, fleet = { wear = 3.5, round_trip = 0.8, inverter = 3.7 } } },
    }
    for _, row in ipairs(rows) do
      local done = program.run(row[1] .. " --digest")
      assert(done.status == 0, done.err)
      assert.equal(done.out, digest_of(row[2]) .. "\n", row[1])
    end
  end)

  it("suspends a script that goes over its limits, as the program does", function()
    local endless = program.write("endless.lua",
      'return { api = 1, role = "aggregator", on_offer = function() while true do end end }')
    local market <close> = evening { firms = { endless } }
    assert(market:run())
    local strategy = market:firms()[1].strategy
    assert.equal(10, strategy.overruns)
    assert.is_true(strategy.suspended)
  end)

  it("trades by functions as by the same text in a file", function()
    local path = program.write("mine.lua", [[
      local S = { api = 1, role = "aggregator", params = { margin = { default = 0.5, min = 0, max = 5 } } }
      function S.on_offer(ctx, offer)
        ctx.state.seen = (ctx.state.seen or 0) + 1
        if ctx.state.seen % 5 == 0 then return nil, "a rest" end
        return offer.value - ctx.params.margin * ctx.rng(), offer.energy / 2
      end
      function S.on_result(ctx, result)
        if result.may_rebid and result.best and #ctx.history > 2 then return result.best + 0.2 end
      end
      return S]])
    local policy = program.write("policy.lua", [[
      local S = { api = 1, role = "bess" }
      function S.reserve(_, battery) return battery.wear + battery.feed_in, battery.lot end
      function S.choose(_, bids) local order = {} for i = 1, #bids do order[i] = #bids + 1 - i end return order end
      return S]])
    for _, mechanism in ipairs({ "first-price", "ascending" }) do
      local function run(firm, reserve)
        local market <close> = evening {
          firms = { { [type(firm) == "table" and "hooks" or "file"] = firm, name = "mine", params = { margin = 2 } },
            "greedy" }, reserve = reserve, mechanism = mechanism, disclose = "both", strict = true,
        }
        local totals = market:run()
        return market:digest(), totals.trades
      end
      local in_file, trades = run(path, policy)
      assert.is_true(trades > 10)
      assert.equal(in_file, (run(dofile(path), dofile(policy))))
    end
  end)

  it("steps, and says how far it is", function()
    local market <close> = evening { firms = { less(1) } }
    assert.equal("etp.market: 6 homes, 1 firms, seed 1, 0 of 12 intervals", tostring(market))
    assert.is_true(market:step())
    assert.is_nil(market:digest())
    local seen = {}
    for index in market:intervals() do
      seen[#seen + 1] = index
    end
    assert.same({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }, seen)
    assert.is_true(market:over())
    assert.error_matches(function() market:step() end, "the market is over")
    assert.equal(12, market:run().intervals)
  end)

  it("can be read", function()
    local market <close> = evening { firms = { { name = "mine", on_offer = less(0.5) }, "greedy", "greedy", false } }
    local totals = market:run()
    local firms, sum = market:firms(), { trades = 0, energy = 0, paid = 0 }
    assert.same({ "default", "greedy", "greedy#2", "mine" },
      { firms[1].name, firms[2].name, firms[3].name, firms[4].name })
    for _, firm in ipairs(firms) do
      for key in pairs(sum) do
        sum[key] = sum[key] + firm[key]
      end
      assert.equal(firm, firms[firm.name])
    end
    assert.is_true(totals.trades > 5)
    assert.equal(totals.trades, sum.trades)
    assert.is_true(math.abs(totals.sold - sum.energy) < 1e-6 and math.abs(totals.paid - sum.paid) < 1e-6)
    assert.is_true(math.abs(totals.price - 100 * totals.paid / totals.sold) < 1e-9)
    assert.is_nil(firms.default.strategy)
    assert.equal(0.5, firms.greedy.strategy.params.margin)
    assert.equal(32, #firms.greedy.strategy.hash)
    assert.is_true(firms.mine.strategy.calls > 0)
    assert.equal(0, firms.mine.strategy.errors)
    assert.equal("two_tier", market:policy().name)
    local homes, income = market:homes(), 0
    for place, home in ipairs(homes) do
      income = income + home.sales_income
      assert.same(home, market:home(place))
    end
    assert.is_true(math.abs(income - totals.paid) < 1e-6)
    assert.equal(#homes, #market:costs_without_market())
    assert.is_true(market:delays().Bid.count > 0 and market:delays().Bid.max < 0.1)
    assert.is_true(market:network().sent > 0)
    assert.equal(market:engine().sent.Bid, market:engine().received.Bid)
    assert.equal(0, market:engine().refused.checksum)
    assert.is_true(market:check())
  end)

  it("can be the single utility's", function()
    local market <close> = evening { utility = true, portfolios = 3 }
    assert.is_true(market:run().trades > 0)
    assert.equal("single utility", market:firms()[1].name)
  end)

  it("takes parameters while it runs", function()
    local market <close> = evening {
      firms = { { name = "mine", params = { margin = { default = 1, min = 0, max = 3 } },
        on_offer = function(ctx, offer) return offer.value - ctx.params.margin end }, "greedy" },
    }
    market:step()
    assert.is_true(market:set("mine", "margin", 2))
    assert.is_true(market:set("greedy", "margin", 2))
    assert.equal(2, market:firms().mine.strategy.params.margin)
    local done, why = market:set("mine", "margin", 4)
    assert.is_nil(done)
    assert.truthy(why:find("0 to 3", 1, true), why)
    assert.error_matches(function() market:set("nobody", "margin", 1) end, 'no strategy "nobody"')
    assert.is_true(market:run().trades > 0)
  end)
end)

describe("events", function()
  it("reach their subscribers in order", function()
    local market <close> = evening { firms = { { name = "mine", on_offer = less(0.5) } } }
    local all, confirms, last = 0, 0, 0
    assert.equal(market, market:on("*", function(event)
      all = all + 1
      assert(event.time >= last)
      last = event.time
    end))
    market:on("confirm", function(event)
      confirms = confirms + 1
      assert(event.kind == "confirm" and event.name:find("^home %d$") and event.peer == 1 and event.code == "none")
      assert(math.abs(event.amount * 100 - event.price * event.energy) < 1e-3 and event.price >= event.reserve)
    end)
    assert.equal(confirms, 0)
    local totals = market:run()
    assert.equal(totals.trades, confirms)
    assert.is_true(all > 4 * confirms)
  end)

  it("change nothing by being looked at", function()
    local function run(look)
      local market <close> = evening { firms = { less(1) } }
      if look then
        market:on("*", function() end)
      end
      market:run()
      return market:digest()
    end
    assert.equal(run(false), run(true))
  end)

  it("raise from step what their subscriber raised, after the interval", function()
    local market <close> = evening { firms = { less(0.5) } }
    local reason, others = { "a table" }, 0
    market:on("bid", function() error(reason) end)
    market:on("bid", function() others = others + 1 end)
    local steps, done, raised = 0, true, nil
    while done do
      done, raised = pcall(market.step, market)
      steps = steps + 1
    end
    assert.equal(reason, raised)
    assert.is_true(others > 0)
    assert.equal(steps, market:totals().intervals)
    assert.is_true(market:check())
    assert.error_matches(function() market:on("confrm", print) end, 'there is no event "confrm"; there are register')
    assert.error_matches(function() market:on("bid") end, "function expected")
  end)

  it("keep an error that is nil", function()
    local market <close> = evening { firms = { less(0.5) } }
    market:on("query", function() error(nil) end)
    assert.is_false((pcall(market.run, market)))
  end)
end)

describe("a hook that fails", function()
  it("loses its call, and its text can be read", function()
    local broken = { name = "mine", on_offer = function() error("no idea") end }
    local market <close> = evening { firms = { broken, "greedy" } }
    assert.is_true(market:run().trades > 0)
    local mine = market:firms().mine
    assert.same({ 0, mine.strategy.calls }, { mine.bids, mine.strategy.errors })
    assert.truthy(mine.strategy.last_error:find("on_offer: .*market_spec.lua:%d+: no idea\nstack traceback"),
      mine.strategy.last_error)
  end)

  it("is raised where the market is strict", function()
    local market <close> = evening { strict = true, firms = { { name = "mine", on_offer = less("x") } } }
    assert.error_matches(function() market:run() end, "mine: on_offer: .*attempt to sub")
    local text <close> = evening { strict = true, firms = { { name = "mine", on_offer = function() return "9" end } } }
    assert.error_matches(function() text:run() end, '^mine: on_offer returned the string "9"')
    local path = program.write("broken.lua",
      'return { api = 1, role = "aggregator", on_offer = function() error("no") end }')
    local other <close> = evening { strict = true, firms = { path } }
    assert.error_matches(function() other:run() end, "broken: on_offer: .*broken.lua:1: no")
  end)

  it("cannot yield, and is no way back into the market", function()
    local market
    local refusals = {}
    local function try(method, ...)
      local done, why = pcall(market[method], market, ...)
      refusals[method] = not done and why or "was not refused"
    end
    market = evening { firms = {
      function(_, offer)
        for _, method in ipairs({ "step", "close", "totals", "firms", "check", "run", "set" }) do
          try(method, "mine", "margin", 1)
        end
        return offer.value
      end,
      { name = "sleeper", on_offer = function() coroutine.yield() end },
    } }
    market:on("bid", function() try("on", "bid", print) end)
    local co = coroutine.wrap(function() return market:run() end)
    assert.is_true(co().trades > 0)
    for method, why in pairs(refusals) do
      assert.truthy(why:find("the market is running", 1, true), method .. ": " .. why)
    end
    assert.truthy(refusals.step and refusals.on)
    assert.truthy(market:firms().sleeper.strategy.last_error:find("it cannot yield", 1, true))
    market:close()
  end)
end)

describe("the life of a market", function()
  it("ends when it is closed, as often as it is closed", function()
    local market = evening { firms = { less(1) } }
    market:step()
    assert.is_false(market:closed())
    market:close()
    market:close()
    assert.is_true(market:closed())
    assert.equal("etp.market: closed", tostring(market))
    for _, method in ipairs({ "step", "run", "totals", "firms", "homes", "check", "digest", "on", "over" }) do
      assert.error_matches(function() market[method](market) end, "the market is closed")
    end
    assert.error_matches(function() etp.market {}.step({}) end, "etp.market expected")
    assert.is_false(getmetatable(market))
    assert.is_nil(market.__gc)
  end)

  it("goes on in another coroutine than it was made in, which may be gone", function()
    local market
    coroutine.wrap(function() market = evening { firms = { less(1) } } end)()
    collectgarbage()
    local here <close> = market
    coroutine.wrap(function() market:step() end)()
    collectgarbage()
    market:step()
    local digest = coroutine.wrap(function() market:run() return market:digest() end)()
    local other <close> = evening { firms = { less(1) } }
    other:run()
    assert.equal(other:digest(), digest)
    assert.equal(market, here)
  end)

  it("does not outlast its last reference, though its functions refer to it", function()
    local weak = setmetatable({}, { __mode = "k" })
    do
      local market
      market = evening { firms = { function(_, offer) return market and offer.value end } }
      market:on("bid", function() return market end)
      market:step()
      weak[market] = true
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(weak))
  end)

  it("has room for many at once", function()
    local markets, digests = {}, {}
    for i = 1, 5 do
      markets[i] = evening { seed = i, firms = { less(1), "greedy" } }
    end
    while not markets[1]:over() do
      for _, market in ipairs(markets) do
        market:step()
      end
    end
    for i, market in ipairs(markets) do
      digests[i] = market:digest()
      local alone <close> = evening { seed = i, firms = { less(1), "greedy" } }
      alone:run()
      assert.equal(alone:digest(), digests[i])
    end
  end)

  it("runs within another one's hook", function()
    local inner
    local outer <close> = evening { strict = true, firms = { function(_, offer)
      if not inner then
        local other <close> = evening { intervals = 2, firms = { less(1) } }
        inner = other:run().intervals
      end
      return offer.value
    end } }
    outer:run()
    assert.equal(2, inner)
  end)
end)

describe("options", function()
  it("that are wrong in any case are raised, with the caller's line", function()
    local rows = {
      { { homes = "x" }, 'homes must be a whole number from 1 to 1000000, not "x"' },
      { { homes = 0 }, "homes must be" },
      { { hoems = 1 }, '"hoems" is not known; there are firms' },
      { { timing = { widow = 1 } }, 'timing: "widow" is not known; there are window' },
      { { timing = 5 }, "timing must be a table, not a number" },
      { { network = { loss = 2 } }, "loss must be a number from 0 to 1, not 2" },
      { { mechanism = "dutch" }, 'mechanism must be one of "first%-price"' },
      { { disclose = true }, "disclose must be one of" },
      { { utility = 1 }, "utility must be true or false" },
      { { firms = "greedy" }, "firms must be a list, not a string" },
      { { firms = { 7 } }, "firms%[1%]: the name of a strategy's file" },
      { { firms = { "greedy", nil, "random" } }, "firms%[2%] is nil" },
      { { firms = { file = "greedy" } }, "firms must be a list; \"file\" is no place in one" },
      { { firms = { { file = "greedy", hooks = {} } } }, "one of file, text and hooks" },
      { { days = -1 }, "prices: days must be a whole number from 1 to 3660, not %-1" },
      { { seed = "x" }, "prices: seed must be a whole number from 0" },
      { { prices = { 8, "x" } }, "prices: price 2 is no price in c/kWh" },
      { { firms = { { file = "greedy", margin = 1 } } }, '"margin" is not known beside file' },
      { { firms = { { file = 7 } } }, "file must be a string, not a number" },
      { { firms = { { file = "greedy", params = { margin = "x" } } } }, "names with numbers" },
      { { rivals = -1 }, "rivals must be a whole number from 0 to 100" },
      { { reserve = 5 }, "reserve: the name" },
      { { log = "stderr" }, "log must be a function" },
      { { log_level = "loud" }, "log_level must be" },
      { { prices = 5 }, "not a number" },
      { 5, "options are a table, not a number" },
    }
    for _, row in ipairs(rows) do
      assert.error_matches(function() etp.market(row[1]) end, row[2])
    end
    local _, why = pcall(function() etp.market { homes = 0 } end)
    assert.truthy(why:find("market_spec.lua:%d+: market: homes"), why)
    local market = etp.market { homes = 1, intervals = 1, prices = { 8 }, firms = { "greedy" } }
    assert.error_matches(function() market.run() end, "call run with a colon: market:run%(%)")
    assert.error_matches(function() market.intervals() end, "call intervals with a colon")
    market:close()
    assert.error_matches(function() market:run() end, "the market is closed")
  end)

  it("that do not fit the files or each other come back as nil and a sentence", function()
    local bad = program.write("bad.lua", "return {")
    local bess = program.write("bess.lua", 'return { api = 1, role = "bess", reserve = function() return 1 end }')
    local rows = {
      { { firms = { "no_such.lua" } }, "there is no such file" },
      { { firms = { "gredy" } }, "gredy: there is no such file, and nothing of that name is shipped" },
      { { firms = { bad } }, "bad.lua:1:" },
      { { firms = { bess } }, 'its role is "bess", and "aggregator" is wanted here' },
      { { reserve = "greedy.lua" }, "no such file, and nothing of that name is shipped for this place" },
      { { firms = { {} } }, "it has no hooks" },
      { { firms = { { on_ofer = print } } }, 'did you mean "on_offer"?' },
      { { firms = { { file = "greedy", params = { margn = 1 } } } }, "has no parameter \"margn\"" },
      { { firms = { { file = "greedy", params = { margin = 99 } } } }, "out of range" },
      { { firms = {} }, "at least one firm" },
      { { prices = "no.csv" }, "no.csv cannot be opened" },
      { { prices = { 8, 9 }, days = 1 }, "0 whole days from their first noon on" },
      { { prices = { 8, 9, starts = 1 }, days = 1 }, "no interval starts at noon" },
      { { interval = 60, timing = { window = 30, hold = 30 } }, "an interval of 60.000 s is too short" },
      { { fleet = { pv_low = 9, pv_high = 5 } }, "homes cannot be drawn" },
      { { feed_in = 500 }, "feed_in: tariff: \"500\" is outside 0 to 200 c/kWh" },
    }
    for _, row in ipairs(rows) do
      local market, why = etp.market(row[1])
      assert.is_nil(market, row[2])
      assert.truthy(why:find(row[2], 1, true), why)
    end
  end)

  it("can send the log to a function", function()
    local lines = {}
    local market <close> = evening {
      log_level = "info",
      log = function(level, component, text) lines[#lines + 1] = level .. " " .. component .. " " .. text end,
      firms = { { name = "mine", on_offer = function(ctx, offer) ctx.log("an\noffer") return offer.value end } },
    }
    market:run()
    local wanted = 'info script strategy=mine node=mine text="an offer"'
    assert.truthy(table.concat(lines, "\n"):find(wanted, 1, true), lines[1])
    assert.is_true(#lines > 10)
    local other <close> = evening { log_level = "info", log = function() error("full") end,
      firms = { function(ctx, offer) ctx.log("x") return offer.value end } }
    assert.error_matches(function() other:run() end, "full")
    assert.is_true(other:run().trades > 0)
  end)
end)

describe("shipped strategies", function()
  it("are found by name", function()
    local all = etp.strategies()
    assert.same({ "greedy", "conservative", "aggressive", "random", "adaptive" }, table.move(all, 1, 5, 1, {}))
    assert.truthy(program.read(all.greedy):find("SPDX", 1, true))
    assert.truthy(etp.policies().two_tier)
  end)
end)

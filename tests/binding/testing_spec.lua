-- SPDX-License-Identifier: MIT
-- etp.testing, as a user's own suite would call it.
local t = require("etp.testing")
local program = require("program")

local mine, policy

setup(function()
  program.setup()
  mine = program.write("mine.lua", [[
    local S = { api = 1, role = "aggregator", params = { margin = { default = 0.5, min = 0, max = 5, live = true } } }
    function S.on_start(ctx) ctx.state.started = ctx.now end
    function S.on_interval(ctx, market) ctx.state.forecast, ctx.state.need = market.forecast, market.need end
    function S.on_offer(ctx, offer)
      if offer.value < 1 then return nil, "worth nothing" end
      if offer.health == "poor" then return "wait" end
      if offer.health == "fair" then return ctx.state.forecast, ctx.state.need end
      if offer.voltage == 0 then return offer.vlaue end
      return offer.value - ctx.params.margin
    end
    function S.on_result(ctx, result)
      local last = ctx.history[-1]
      if result.may_rebid then return last and last.bid_price + 1 or result.best + 0.5 end
    end
    function S.on_fault(ctx, fault) error("fault of " .. fault.peer) end
    return S]])
  policy = program.write("policy.lua", [[
    local S = { api = 1, role = "bess", params = { add = 1 } }
    function S.reserve(ctx, battery)
      if battery.level == "critical" then return false end
      return battery.wear + ctx.params.add, battery.available
    end
    function S.choose(ctx, bids) if #bids == 2 then return { 2, 1 } end end
    function S.on_result(ctx, result) ctx.state.sold = result.sold end
    return S]])
end)
teardown(program.teardown)

describe("a strategy under test", function()
  it("answers offers", function()
    local s = t.load(mine, { margin = 1 })
    assert.same({ 11, 0.4 }, { s:offer { value = 12 } })
    assert.same({ 10.5, 0.3 }, { s:offer { value = 11.5, energy = 0.3 } })
    assert.same({ nil, "worth nothing" }, { s:offer { value = 0 } })
    assert.equal("wait", s:offer { health = "poor" })
    s:set("margin", 2)
    assert.equal(10, (s:offer()))
  end)

  it("is told of intervals, results and its history", function()
    local s = t.load(mine)
    s:start()
    s:interval { forecast = 7, need = 0.2 }
    assert.same({ 7, 0.2 }, { s:offer { health = "fair" } })
    assert.is_nil(s:result())
    assert.equal(9.5, s:result { outcome = "outbid", may_rebid = true, best = 9 })
    s.context.history = { { bid_price = 3, outcome = "rejected" }, { bid_price = 4, outcome = "accepted" } }
    assert.equal(5, s:result { may_rebid = true })
  end)

  it("may be functions, with what they remember", function()
    local seen = {}
    local s = t.load { on_offer = function(ctx, offer)
      seen[#seen + 1] = offer
      return offer.value - 1, ctx.rng()
    end }
    assert.equal(11, (s:offer()))
    assert.equal(12, seen[1].value)
    s:seed(4)
    local _, first = s:offer()
    s:seed(4)
    assert.equal(first, select(2, s:offer()))
  end)

  it("raises what its hooks raise, and what a test has misspelt", function()
    local s = t.load(mine)
    assert.error_matches(function() s:offer { voltage = 0 } end, 'mine.lua:8: offer has no field "vlaue"')
    assert.error_matches(function() s:fault { peer = 7 } end, "fault of 7")
    local _, why = pcall(function() s:offer { vlaue = 1 } end)
    assert.truthy(why:find('testing_spec.lua:%d+: offer has no field "vlaue"'), why)
    assert.error_matches(function() s:offer { value = "12" } end, "offer.value must be a number")
    assert.error_matches(function() s:offer(12) end, "offer takes a table of what differs")
    assert.error_matches(function() s:reserve() end, "mine has no reserve: the engine's default would apply")
    assert.error_matches(function() s:set("margn", 1) end, 'no parameter "margn"')
    assert.error_matches(function() t.load("nowhere.lua") end, "no such file")
    assert.error_matches(function() t.load(mine, { margin = 9 }) end, "out of range")
    assert.error_matches(function() t.load(5) end, "the name of a strategy's file")
  end)

  it("may be a shipped one", function()
    assert.equal(11.5, (t.load("greedy"):offer { value = 12 }))
  end)
end)

describe("a policy under test", function()
  it("may be a shipped one", function()
    assert.is_true(t.load("two_tier"):reserve() > 0)
  end)

  it("answers with a reserve and an energy that is not above the lot", function()
    local s = t.load(policy, { add = 3 })
    assert.same({ 7, 0.4 }, { s:reserve() })
    assert.equal(0, select(2, s:reserve { level = "critical" }))
    s:result { sold = 0.2 }
  end)

  it("chooses", function()
    local s = t.load(policy)
    local bid = { bidder = 1, price = 9, energy = 0.4, arrival = 1 }
    assert.same({ 2, 1 }, s:choose { bid, { bidder = 2, price = 8 } })
    assert.same({}, s:choose { bid })
    assert.error_matches(function() s:choose { { price = "x" } } end, "bid.price must be")
  end)
end)

describe("a small market", function()
  it("has the trades that follow from its numbers", function()
    local m = t.market { strategy = mine, value = 12, rivals = { 11, 9 }, batteries = { { lot = 0.5, reserve = 8 } } }
    assert.same({ { battery = "battery 1", firm = "mine", price = 11.5, energy = 0.5, amount = 0.0575, interval = 0 } },
      m.trades)
    assert.equal(3, #m.bids)
    assert.equal(0.5, m:won().energy)
    assert.same({ energy = 0, paid = 0 }, m:won("rival 1"))
    m:assert_won { price = 11.5 }
  end)

  it("knows mechanisms, reserves, needs and rivals with strategies of their own", function()
    local m = t.market {
      strategy = mine, rivals = { { strategy = "truthful", value = 11, name = "honest" } },
      batteries = { { lot = 0.5, reserve = 8 }, { lot = 0.25, reserve = 12 } }, mechanism = "second-price",
    }
    assert.same({ 11, 0.5 }, { m:assert_won { battery = "battery 1" }.price, m:won().energy })
    assert.equal(1, #m.trades)
    m = t.market { strategy = mine, need = 0.3, rivals = { 5 }, batteries = 2 }
    assert.equal(0.3, m:won().energy)
    m = t.market {
      strategy = mine, value = 8, rivals = { 7.4 }, batteries = { { lot = 0.5, reserve = 7 } }, intervals = 3,
    }
    assert.equal(3, #m:won())
  end)

  it("tries policies", function()
    local m = t.market { policy = policy, rivals = { 4.9, 5.1 } }
    assert.equal(5.1, m:assert_won { firm = "rival 2" }.price)
    assert.equal("policy", m.strategies.policy.name)
    m = t.market { policy = { reserve = function() return 20 end }, rivals = { 19 } }
    assert.equal(0, #m.trades)
  end)

  it("says what happened where an assertion fails", function()
    local m = t.market { strategy = mine, rivals = { 11.75 }, batteries = { { lot = 0.5, reserve = 8 } } }
    local _, why = pcall(function() m:assert_won { price = 11.5, battery = "battery 1" } end)
    for _, words in ipairs {
      "testing_spec.lua:", "mine has won nothing with battery battery 1, price 11.5. What happened: 2 bids, 1 trades",
      "bid: mine for battery 1, 11.5000 c/kWh, 0.500000 kWh: taken",
      "trade: rival 1 buys from battery 1, 11.7500 c/kWh",
    } do
      assert.truthy(why:find(words, 1, true), why)
    end
  end)

  it("raises what a hook raises, unless failures are wanted", function()
    local broken = { on_offer = function() error("no idea") end }
    assert.error_matches(function() t.market { strategy = broken } end, "on_offer: .*no idea")
    local m = t.market { strategy = broken, failures = true, rivals = { 12 } }
    assert.equal(1, m.strategies[1].errors)
    m:assert_won { firm = "rival 1" }
  end)

  it("raises where the call is wrong", function()
    assert.error_matches(function() t.market() end, "takes a table of options")
    assert.error_matches(function() t.market { rival = { 1 } } end, '"rival" is not known')
    assert.error_matches(function() t.market {} end, "firms must be a list of 1 to 16")
    assert.error_matches(function() t.market { strategy = mine, batteries = { { lots = 1 } } } end, 'battery: "lots"')
    assert.error_matches(function() t.market { strategy = mine, batteries = { { floor = 20 } } } end, "above capacity")
    assert.error_matches(function() t.market { strategy = "nope.lua" } end, "no such file")
    assert.error_matches(function() t.market { strategy = mine, rivals = "2" } end, "rivals must be a list")
    local m = t.market { strategy = mine }
    assert.error_matches(function() m:assert_won { prise = 11 } end, 'assert_won: "prise" is not known')
    assert.error_matches(function() m.assert_won { price = 11 } end, "call it with a colon")
    assert.error_matches(function() t.load(mine).offer { value = 11 } end, "call it with a colon")
    assert.error_matches(function() t.market { strategy = mine, rivals = { { bid = -1 } } } end, "bid must be")
  end)
end)

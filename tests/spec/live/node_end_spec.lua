-- SPDX-License-Identifier: MIT
-- How a node ends: what is held may still be confirmed, or lapses.
local nodes = require("live_nodes")

setup(nodes.setup)
teardown(nodes.teardown)
after_each(nodes.kill_all)

describe("SIGTERM while an award is held", function()
  local market = { market = { interval_s = 6, window_ms = 1000, hold_ms = 2000, query_spread_ms = 100 } }

  -- The buyer is stopped after its bid has come, so that the award waits for a confirmation; `rest` is done before the
  -- hold is over.
  local function while_held(rest)
    return function()
      nodes.in_time(0.3, function()
        local battery, aggregator = nodes.pair(market, market, "--log debug")
        assert.truthy(nodes.wait_until(function()
          return battery:err():find("event=bid peer=2001", 1, true)
        end), battery:err())
        aggregator:signal("STOP")
        battery:wait("\nheld [^\n]*for=2001 ")
        rest(battery, aggregator)
      end)
    end
  end

  it("lets the hold lapse, sells nothing, and ends with status 0", while_held(function(battery, aggregator)
    local sold = battery:stop()
    assert.truthy(battery:out():find("\nending why=SIGTERM "))
    assert.truthy(battery:out():find("\nlapse [^\n]*peer=2001 "))
    assert.same({ 0, 1, 0 }, { sold.books.trades, sold.books.lapses, sold.battery.held_mwh })
    aggregator:signal("CONT")
    aggregator:wait("\npeer lost [^\n]*device=1001")
    -- It confirmed when the hold was over and the battery gone: nobody will tell it, so the trade stays in doubt.
    local bought = aggregator:stop()
    assert.equal(0, bought.books.trades)
  end))

  it("takes a confirmation that still comes in time", while_held(function(battery, aggregator)
    battery:signal("TERM")
    battery:wait("\nending why=SIGTERM ")
    aggregator:signal("CONT")
    aggregator:wait("\nbought [^\n]*from=1001 ")
    assert.equal(0, battery:ended())
    local sold, bought = battery:result(), aggregator:stop()
    assert.equal(1, sold.books.trades)
    nodes.books_agree(sold, bought)
  end))

  it("ends at once when it is sent twice, and says what was open", while_held(function(battery, aggregator)
    battery:signal("TERM")
    battery:wait("\nending why=SIGTERM ")
    battery:signal("TERM")
    assert.equal(1, battery:ended())
    assert.truthy(battery:err():find("the node was ended at once, while an award was held", 1, true))
    assert.is_true(battery:result().cut)
    aggregator:signal("CONT")
    aggregator:stop()
  end))
end)

describe("SIGTERM while nothing is open", function()
  -- An interval that is longer than the test, and a buyer that needs nothing: there is nothing but links.
  local market = { market = { interval_s = 3600 } }
  local idle = nodes.with(market, { demand = { need_kwh = 0 } })

  local function count(text, pattern)
    return select(2, text:gsub(pattern, ""))
  end

  it("tells every peer that is there, once, and a battery that is back is known again", function()
    local battery, aggregator = nodes.pair(market, idle)
    local dial = { dial = aggregator:ready() }
    local other = nodes.start("other", nodes.battery(nodes.with(dial, { device = 1002, market = market.market })))
    other:wait("\npeer up [^\n]*device=2001")
    battery:stop()
    aggregator:wait("\nterminate [^\n]*peer=1001 code=shutting_down\n")
    aggregator:wait("\npeer lost [^\n]*device=1001")
    local again = nodes.start("again", nodes.battery(nodes.with(dial, market)), "--log debug")
    again:wait("\npeer up [^\n]*device=2001")
    aggregator:wait("\npeer up [^\n]*device=1001", 2)
    aggregator:stop()
    for _, node in ipairs({ again, other }) do
      node:wait("\nterminate [^\n]*peer=2001 code=shutting_down\n")
      node:wait("\npeer lost [^\n]*device=2001")
      node:stop()
      assert.equal(1, count(node:out(), "\nterminate "))
    end
    assert.equal(1, count(aggregator:out(), "\nterminate "))
  end)

  it("says in its Terminate when it was told to end, however long nothing had happened", function()
    local still = nodes.with(market, { limits = { heartbeat_s = 3600 } })
    local battery, aggregator = nodes.pair(still, nodes.with(idle, still))
    local began = nodes.now()
    nodes.wait_until(function()
      return nodes.now() - began > 2
    end)
    local told = nodes.now()
    battery:signal("TERM")
    aggregator:wait("\nterminate [^\n]*peer=1001 ")
    local most = nodes.now() - told
    assert.equal(0, battery:ended())
    local delay = aggregator:stop().delays[8]
    assert.equal("Terminate", delay.type)
    -- Half a second for two clocks that are compared on a busy host; it had been still for two.
    assert.is_true(delay.max_ms / 1000 < most + 0.5, ("%g ms, %g s after it was told"):format(delay.max_ms, most))
  end)
end)

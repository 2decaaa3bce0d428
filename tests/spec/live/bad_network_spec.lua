-- SPDX-License-Identifier: MIT
-- Nodes, each a process of its own, with a bad network between them: lines that are cut, narrow, stalled or half open,
-- and datagrams that are lost, doubled and overtake each other.
local net_relay = require("net_relay")
local nodes = require("live_nodes")

setup(nodes.setup)
teardown(nodes.teardown)
after_each(function()
  nodes.kill_all()
  net_relay.end_all()
end)

-- A battery and an aggregator that it dials through a relay.
local function pair_through(options)
  local aggregator = nodes.start("aggregator", nodes.aggregator())
  local relay = net_relay.start(options, aggregator:ready())
  local battery = nodes.start("battery", nodes.battery({ dial = relay.url }))
  battery:wait("\npeer up [^\n]*device=2001")
  aggregator:wait("\npeer up [^\n]*device=1001")
  return battery, aggregator, relay
end

local function occurrences(text, pattern)
  local count = 0
  for _ in text:gmatch(pattern) do
    count = count + 1
  end
  return count
end

local function end_both(battery, aggregator)
  local sold = battery:stop()
  local bought = aggregator:stop()
  nodes.books_agree(sold, bought)
  return sold, bought
end

describe("a line that is cut in mid-auction", function()
  it("comes back, and what was traded is in both books", function()
    local battery, aggregator, relay = pair_through("")
    battery:wait("\nsold ")
    for i = 1, 4 do
      relay:tell(i % 2 == 0 and "cut fin" or "cut")
      battery:wait("\npeer lost ", i)
      battery:wait("\npeer up ", i + 1)
      aggregator:wait("\npeer up ", i + 1)
    end
    local before = occurrences(battery:out(), "\nsold ")
    battery:wait("\nsold ", before + 2)
    aggregator:wait("\nbought ", before + 2)
    end_both(battery, aggregator)
  end)

  it("comes back when nobody could be reached for a while", function()
    local battery, aggregator, relay = pair_through("--delay-ms 10")
    battery:wait("\nsold ")
    relay:tell("refuse")
    battery:wait("\npeer lost ")
    aggregator:wait("\npeer lost ")
    relay:tell("accept")
    battery:wait("\npeer up ", 2)
    local before = occurrences(battery:out(), "\nsold ")
    battery:wait("\nsold ", before + 1)
    aggregator:wait("\nbought ", before + 1)
    end_both(battery, aggregator)
  end)
end)

describe("a DeviceFailure", function()
  it("is the first thing on a narrow line to a slow reader, and the delay table has it", function()
    local slow = { market = { interval_s = 5, window_ms = 2500 } }
    local aggregator, relay, battery
    nodes.in_time(0.5, function()
      aggregator = nodes.start("aggregator", nodes.aggregator(slow), "--log debug")
      relay = net_relay.start("--bandwidth-bps 1000000 --drip 60000", aggregator:ready())
      battery = nodes.start("battery", nodes.battery(nodes.with(slow, { dial = relay.url })), "--log debug")
      battery:wait("\npeer up ")
      -- The line is cut while a bid waits for the close: the battery learns that it need not wait for the bidder.
      assert.truthy(nodes.wait_until(function()
        return battery:err():find("event=bid ", 1, true)
      end), battery:err())
      relay:tell("cut")
      battery:wait("\nfailure [^\n]*2001")
    end)
    battery:signal("USR1")
    battery:wait("\n  DeviceFailure +200 +0 +1 +[%d.]+ +[%d.]+ +[%d.]+ +[%d.]+ +%d+\n")
    local sold = end_both(battery, aggregator)
    local failures = sold.delays[9]
    assert.same({ "DeviceFailure", 200, 1 }, { failures.type, failures.limit_ms, failures.received })
    assert.equal(failures.max_ms > 200 and 1 or 0, failures.misses)
  end)
end)

describe("a peer at the end of a bad line", function()
  -- The first battery is behind the relay, the second is not.
  local function two_batteries()
    local aggregator = nodes.start("aggregator", nodes.aggregator({ limits = { peers = 4 } }))
    local address = aggregator:ready()
    local relay = net_relay.start("", address)
    local behind = nodes.start("behind", nodes.battery({ dial = relay.url }))
    local other = nodes.start("other", nodes.battery({ device = 1002, dial = address }))
    aggregator:wait("\npeer up [^\n]*device=1001")
    aggregator:wait("\npeer up [^\n]*device=1002")
    return aggregator, behind, other, relay
  end

  it("holds up nobody else while its connection is stalled", function()
    local aggregator, behind, other, relay = two_batteries()
    relay:tell("stall")
    other:wait("\nsold ", occurrences(other:out(), "\nsold ") + 2)
    relay:tell("go")
    behind:wait("\nsold ", occurrences(behind:out(), "\nsold ") + 1)
    nodes.books_agree(other:stop(), aggregator:stop())
    behind:stop()
  end)

  it("holds up nobody else while its connection is half open, and is back on a new one", function()
    local aggregator, behind, other, relay = two_batteries()
    relay:tell("abandon client")
    behind:wait("\npeer lost ")
    other:wait("\nsold ", occurrences(other:out(), "\nsold ") + 2)
    behind:wait("\npeer up ", 2)
    behind:wait("\nsold ", occurrences(behind:out(), "\nsold ") + 1)
    local bought = aggregator:stop()
    nodes.books_agree(other:stop(), bought)
    nodes.books_agree(behind:stop(), bought)
  end)

  it("trades over a narrow line, as long as the limits leave time", function()
    local battery, aggregator = pair_through("--bandwidth-bps 64000 --delay-ms 20 --jitter-ms 10")
    battery:wait("\nsold ", 2)
    aggregator:wait("\nbought ", 2)
    end_both(battery, aggregator)
  end)
end)

describe("discovery", function()
  it("finds a node through a network that loses, doubles and reorders datagrams", function()
    local aggregator = nodes.start("aggregator", nodes.aggregator({ discovery = { listen = "127.0.0.1:0" } }))
    aggregator:ready()
    local port = aggregator:wait("\ndiscovery port=(%d+)\n")
    local relay = net_relay.start("--udp --loss 0.4 --duplicate 0.5 --reorder 0.5 --delay-ms 5 --jitter-ms 20",
      ":" .. port)
    local battery = nodes.start("battery", nodes.battery({
      discovery = { peers = { "127.0.0.1:" .. relay.port }, period_s = 1 } }))
    battery:wait("\npeer up [^\n]*device=2001")
    battery:wait("\nsold ")
    aggregator:wait("\nbought ")
    end_both(battery, aggregator)
  end)
end)

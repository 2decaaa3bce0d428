-- SPDX-License-Identifier: MIT
-- How nodes reach each other besides a plain dial: found by discovery, and through a relay.
local nodes = require("live_nodes")
local program = require("program")

setup(nodes.setup)
teardown(nodes.teardown)
after_each(nodes.kill_all)

-- A UDP port of this host that was free a moment ago: the one that another node's discovery was given.
local function with_keys(device, changes)
  return nodes.with({ identity = false, key = device .. ".key", trust = "trusted" }, changes)
end

describe("discovery", function()
  it("refuses what it cannot do, when the node starts", function()
    for _, case in ipairs({
      { { interface = "nowhere0", group = "239.255.77.77:7700" }, "there is no interface \"nowhere0\"" },
      { { group = "10.0.0.1:7700" }, "discovery" },
    }) do
      local path = nodes.write("node", nodes.battery({ listen = "tcp://127.0.0.1:0", discovery = case[1] }))
      local done = program.run(("node '%s'"):format(path))
      assert.equal(1, done.status)
      assert.truthy(done.err:find(case[2], 1, true), done.err)
    end
  end)

  it("joins two nodes of which neither dials, with keys", function()
    nodes.keys({ { 1001, "battery" }, { 2001, "aggregator" } })
    local aggregator = nodes.start("aggregator",
      nodes.aggregator(with_keys(2001, { discovery = { listen = "127.0.0.1:0" } })))
    aggregator:ready()
    local port = aggregator:wait("\ndiscovery port=(%d+)\n")
    local battery = nodes.start("battery",
      nodes.battery(with_keys(1001, { discovery = { peers = { "127.0.0.1:" .. port }, period_s = 1 } })))
    battery:wait("\npeer up [^\n]*device=2001")
    battery:wait("\nsold ")
    aggregator:wait("\nbought ")
    nodes.books_agree(battery:stop(), aggregator:stop())
  end)
end)

describe("a relay", function()
  it("lets two nodes trade that only know it, and counts what it hands on", function()
    nodes.keys({ { 3001, "relay" } })
    local lines = { [3001] = program.read(program.path("trusted")) }
    for _, key in ipairs({ { 1001, "battery" }, { 2001, "aggregator" } }) do
      local done = program.run(("keygen %d '%s' --role %s --via 3001"):format(key[1],
        program.path(key[1] .. ".key"), key[2]))
      lines[key[1]] = done.out
    end
    program.write("trusted", lines[3001] .. lines[1001] .. lines[2001])
    local relay = nodes.start("relay", { api = 1, role = "relay", device = 3001, key = "3001.key", trust = "trusted",
      listen = "tcp://127.0.0.1:0" })
    local dial = { { url = relay:ready(), device = 3001 } }
    local aggregator = nodes.start("aggregator", nodes.aggregator(with_keys(2001, { listen = false, dial = dial })))
    local battery = nodes.start("battery", nodes.battery(with_keys(1001, { dial = dial })))
    battery:wait("\nsold [^\n]*to=2001 ")
    aggregator:wait("\nbought [^\n]*from=1001 ")
    nodes.books_agree(battery:stop(), aggregator:stop())
    relay:signal("USR1")
    relay:wait("\nRelayed %d+ messages; 0 had no time to live left[^\n]*\nPeers, with round trips as measured; ")
    local result = relay:stop()
    assert.is_true(result.network.relayed >= 6)
    assert.equal(0, result.network.relay_refused)
  end)
end)

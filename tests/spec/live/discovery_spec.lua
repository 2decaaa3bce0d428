-- SPDX-License-Identifier: MIT
-- What discovery and relays refuse; node_reach_spec has what they are good for. Several hosts: tests/live/hosts.sh.
local nodes = require("live_nodes")

local function known(changes, device)
  return nodes.with({ identity = false, key = device .. ".key", trust = "trusted", device = device }, changes)
end

describe("discovery", function()
  setup(nodes.setup)
  after_each(nodes.kill_all)
  teardown(nodes.teardown)

  it("says what is wrong with an address", function()
    local node = nodes.start("aggregator", nodes.aggregator({
      discovery = { listen = "127.0.0.1:0", announce = "tcp://0.0.0.0:7700" } }))
    assert.equal(1, node:ended())
    assert.truthy(node:err():find("nobody can dial that host", 1, true))
  end)
end)

describe("a relay", function()
  setup(nodes.setup)
  after_each(nodes.kill_all)
  teardown(nodes.teardown)

  local function start_relay()
    nodes.keys({ { 1001, "battery" }, { 2001, "aggregator" }, { 3001, "relay" } })
    local relay = nodes.start("relay", {
      api = 1, role = "relay", device = 3001, key = "3001.key", trust = "trusted", listen = "tcp://127.0.0.1:0" })
    return relay, relay:ready()
  end

  local function ends(dial)
    local changes = { dial = dial, listen = false }
    return nodes.start("battery", nodes.battery(known(changes, 1001))),
      nodes.start("aggregator", nodes.aggregator(known(changes, 2001)))
  end

  it("is not believed by those whose list does not name it", function()
    local relay, url = start_relay()
    local battery, aggregator = ends(url)
    battery:wait("\npeer up [^\n]*device=3001")
    aggregator:wait("\npeer up [^\n]*device=3001")
    battery:wait("\ninterval ", 2)
    local result = battery:stop()
    assert.equal(0, #result.books.list)
    for _, peer in ipairs(result.peers) do
      assert.equal("3001", peer.device)
    end
    aggregator:stop()
    relay:stop()
  end)
end)

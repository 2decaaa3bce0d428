-- SPDX-License-Identifier: MIT
-- Processes that find each other by datagrams, and that trade through a relay. Several hosts: tests/live/hosts.sh.
local nodes = require("live_nodes")

-- A port for datagrams that nobody has at the moment: what the kernel gave to a listener of another kind is free here.
local function free_port()
  local seed = nodes.start("seed", nodes.aggregator({ device = 2999 }))
  local port = seed:ready():match(":(%d+)$")
  seed:stop()
  return tonumber(port)
end

local function known(changes, device)
  return nodes.with({ identity = false, key = device .. ".key", trust = "trusted", device = device }, changes)
end

-- Puts `via` behind the lines of these devices in the list `trusted`, into the list `name`.
local function list_via(name, devices, relay)
  local program = require("program")
  local lines = {}
  for line in program.read(program.path("trusted")):gmatch("[^\n]+") do
    local device = tonumber(line:match("^%s*(%d+)"))
    lines[#lines + 1] = devices[device] and line .. " via=" .. relay or line
  end
  program.write(name, table.concat(lines, "\n") .. "\n")
end

describe("discovery", function()
  setup(nodes.setup)
  after_each(nodes.kill_all)
  teardown(nodes.teardown)

  it("lets a battery find its aggregator by a datagram, and they trade", function()
    nodes.keys({ { 1001, "battery" }, { 2001, "aggregator" } })
    local where = "127.0.0.1:" .. free_port()
    local aggregator = nodes.start("aggregator", nodes.aggregator(known({ discovery = { listen = where } }, 2001)))
    local url = aggregator:ready()
    aggregator:wait("\nannouncing " .. url:gsub("%p", "%%%0") .. "\n")
    local battery = nodes.start("battery", nodes.battery(known({ discovery = { peers = { where } } }, 1001)))
    battery:wait("discovering peer " .. where:gsub("%p", "%%%0") .. "\n")
    battery:wait("\npeer up [^\n]*device=2001")
    battery:wait("\nsold ")
    aggregator:wait("\nbought ")
    nodes.books_agree(battery:stop(), aggregator:stop())
  end)

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
    list_via("trusted-via", { [1001] = true, [2001] = true }, 3001)
    local relay = nodes.start("relay", {
      api = 1, role = "relay", device = 3001, key = "3001.key", trust = "trusted", listen = "tcp://127.0.0.1:0" })
    return relay, relay:ready()
  end

  local function ends(dial, list)
    local changes = { dial = dial, listen = false }
    local of_battery, of_aggregator = known(changes, 1001), known(changes, 2001)
    of_battery.trust, of_aggregator.trust = list, list
    return nodes.start("battery", nodes.battery(of_battery)), nodes.start("aggregator", nodes.aggregator(of_aggregator))
  end

  it("hands on what a battery and an aggregator say to each other", function()
    local relay, url = start_relay()
    local battery, aggregator = ends(url, "trusted-via")
    battery:wait("\npeer up [^\n]*device=2001")
    aggregator:wait("\npeer up [^\n]*device=1001")
    battery:wait("\nsold ")
    aggregator:wait("\nbought ")
    nodes.books_agree(battery:stop(), aggregator:stop())
    relay:stop()
  end)

  it("is not believed by those whose list does not name it", function()
    local relay, url = start_relay()
    local battery, aggregator = ends(url, "trusted")
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

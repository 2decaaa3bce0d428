-- SPDX-License-Identifier: MIT
-- Three processes with keys that trade over each kind of link, whichever side listens; and what dialers do while nobody
-- is there.
local nodes = require("live_nodes")
local program = require("program")

setup(function()
  nodes.setup()
  nodes.keys({ { 1001, "battery" }, { 1002, "battery" }, { 2001, "aggregator" } })
  local script = os.getenv("ETP_SOURCE_DIR") .. "/scripts/make-certificates.sh"
  assert(os.execute(("'%s' '%s' north home-1 home-2"):format(script, program.path("tls"))))
end)
teardown(nodes.teardown)
after_each(nodes.kill_all)

local function tls(name)
  return { ca = "tls/ca.pem", certificate = ("tls/%s.pem"):format(name), key = ("tls/%s.key.pem"):format(name) }
end

local function proved(device, certificate, changes)
  local with = { identity = false, key = device .. ".key", trust = "trusted" }
  return nodes.with(nodes.with(with, certificate and { tls = certificate } or {}), changes)
end

-- Both batteries sell, and the books of each side say the same. The links are of that transport.
local function trade(aggregator, batteries, transport)
  for i, battery in ipairs(batteries) do
    battery:wait("\nsold ")
    aggregator:wait(("\nbought [^\n]*from=%d "):format(1000 + i))
  end
  local sold = {}
  for i, battery in ipairs(batteries) do
    sold[i] = battery:stop()
    assert.same({ transport, true, "2001" },
      { sold[i].peers[1].transport, sold[i].peers[1].proved, sold[i].peers[1].device })
  end
  local bought = aggregator:stop()
  assert.equal(2, #bought.peers)
  for _, result in ipairs(sold) do
    assert.is_true(#result.books.list >= 1)
    nodes.books_agree(result, bought)
  end
end

local URLS = { tcp = "tcp://127.0.0.1:0", ["tls+tcp"] = "tls+tcp://127.0.0.1:0", ws = "ws://127.0.0.1:0/etp" }

describe("three processes trade over", function()
  for _, transport in ipairs({ "tcp", "tls+tcp", "ipc", "ws" }) do
    local secured = transport == "tls+tcp"

    local function url_of(name)
      return URLS[transport] or "ipc://" .. program.path(name .. ".socket")
    end

    it(transport .. ", with batteries that only dial", function()
      local aggregator = nodes.start("aggregator", nodes.aggregator(
        proved(2001, secured and tls("north"), { listen = url_of("aggregator") })))
      local dial = { { url = aggregator:ready(), device = 2001 } }
      local batteries = {}
      for i = 1, 2 do
        local certificate = secured and nodes.with(tls("home-" .. i), { server_name = "north" })
        batteries[i] = nodes.start("battery-" .. i, nodes.battery(
          proved(1000 + i, certificate, { device = 1000 + i, dial = dial })))
      end
      trade(aggregator, batteries, transport)
    end)

    it(transport .. ", with batteries that listen", function()
      local batteries, dial = {}, {}
      for i = 1, 2 do
        -- A dialer has one name for all that it dials, so both show the same one.
        batteries[i] = nodes.start("battery-" .. i, nodes.battery(
          proved(1000 + i, secured and tls("home-1"), { device = 1000 + i, listen = url_of("battery-" .. i) })))
        dial[i] = { url = batteries[i]:ready(), device = 1000 + i }
      end
      local certificate = secured and nodes.with(tls("north"), { server_name = "home-1" })
      local aggregator = nodes.start("aggregator", nodes.aggregator(
        proved(2001, certificate, { listen = false, dial = dial })))
      trade(aggregator, batteries, transport)
    end)
  end
end)

-- How long it waits before each try, in ms, as its log has it.
local function waits(node)
  local list = {}
  for ms in node:err():gmatch("cannot dial url=[^\n]* tried again in (%d+) ms") do
    list[#list + 1] = tonumber(ms)
  end
  return list
end

describe("a dialer whose listener is gone", function()
  it("waits twice as long each time, with jitter, warns once, and is back when the listener is", function()
    local config = nodes.aggregator(proved(2001))
    local aggregator = nodes.start("aggregator", config, "--log info")
    local url = aggregator:ready()
    local batteries = {}
    for i = 1, 2 do
      batteries[i] = nodes.start("battery-" .. i, nodes.battery(
        proved(1000 + i, nil, { device = 1000 + i, dial = url })), "--log info")
      batteries[i]:wait("\npeer up ")
      aggregator:wait("\npeer up ", i)
    end
    aggregator:signal("KILL")
    for _, battery in ipairs(batteries) do
      battery:wait("\npeer lost ")
      assert.truthy(nodes.wait_until(function()
        return #waits(battery) >= 3
      end), battery:err())
    end
    local again = nodes.start("again", nodes.with(config, { listen = url }), "--log info")
    again:ready()
    for i, battery in ipairs(batteries) do
      battery:wait("\npeer up ", 2)
      battery:wait("\nsold ", 1, #battery:out())
      again:wait(("\nbought [^\n]*from=%d "):format(1000 + i))
    end
    local first, second = waits(batteries[1]), waits(batteries[2])
    assert.not_same({ first[1], first[2], first[3] }, { second[1], second[2], second[3] })
    for _, battery in ipairs(batteries) do
      -- The first try comes half a second after the loss, and waits a second if it fails.
      for i, ms in ipairs(waits(battery)) do
        local base = math.min(500 * 2 ^ i, 30000)
        assert.is_true(ms >= base * 0.75 - 1 and ms <= base * 1.25 + 1, ("wait %d was %d ms"):format(i, ms))
      end
      local _, warned = battery:err():gsub("warn live cannot dial", "")
      assert.equal(1, warned)
      local result = battery:stop()
      assert.equal(2, result.peers[1].connections)
      assert.is_true(result.network.dials_failed <= #waits(battery) + 1)
    end
    again:stop()
  end)
end)

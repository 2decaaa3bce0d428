-- SPDX-License-Identifier: MIT
-- Mistakes of those who run nodes, and what they read then at the log level that a node has by itself.
local json = require("cjson")
local nodes = require("live_nodes")
local program = require("program")

setup(function()
  nodes.setup()
  nodes.keys({ { 1001, "battery" }, { 2001, "aggregator" } })
end)
teardown(nodes.teardown)
after_each(nodes.kill_all)

local function with_keys(device, changes)
  return nodes.with({ identity = false, key = device .. ".key", trust = "trusted" }, changes)
end

local function count(text, pattern)
  return select(2, text:gsub(pattern, ""))
end

local function wait_err(node, words)
  if not nodes.wait_until(function() return node:err():find(words, 1, true) or node:status() end) or
    not node:err():find(words, 1, true) then
    node:fail("waited for " .. words)
  end
end

describe("a node", function()
  it("says once that nobody answers where it dials, and goes on trying", function()
    local battery = nodes.start("battery", nodes.battery { dial = "tcp://127.0.0.1:1" })
    wait_err(battery, "cannot dial url=tcp://127.0.0.1:1 error=\"tcp://127.0.0.1:1: nobody listens there")
    battery:wait("\ninterval ", 2)
    local result = battery:stop()
    assert.is_true(result.network.dials_failed > 1)
    assert.equal(1, count(battery:err(), "cannot dial"))
    program.says(battery:out(), { "Delays: no message was sent, and none came.\nPeers: none was ever up.\n" })
  end)

  it("says which side refused whom, one line for each refusal", function()
    program.write("alone", program.read(program.path("trusted")):match("2001[^\n]*\n"))
    local aggregator = nodes.start("aggregator",
      nodes.aggregator(with_keys(2001, { trust = "alone", audit = "a.audit" })))
    local battery = nodes.start("battery", nodes.battery(with_keys(1001, { dial = aggregator:ready() })))
    wait_err(battery, "reason=\"the other side refused this one: the device is not in the trust list")
    wait_err(aggregator, "(it says that it is device 1001)")
    aggregator:stop()
    local audit = program.read(program.path("a.audit"))
    assert.equal(count(audit, "refused=handshake"), count(aggregator:err(), "the device is not in the trust list"))
  end)

  it("says on both sides that TLS failed", function()
    local folder = program.path("ca")
    assert(os.execute(("scripts/make-certificates.sh '%s' north home && scripts/make-certificates.sh '%s.other' home"):
      format(folder, folder)))
    local function tls(where, name)
      local file = where .. "/" .. name
      return { ca = where .. "/ca.pem", certificate = file .. ".pem", key = file .. ".key.pem" }
    end
    local aggregator = nodes.start("aggregator", nodes.aggregator(with_keys(2001,
      { listen = "tls+tcp://127.0.0.1:0", tls = tls("ca", "north"), audit = "tls.audit" })))
    local battery = nodes.start("battery", nodes.battery(with_keys(1001,
      { dial = aggregator:ready(), tls = nodes.with(tls("ca.other", "home"), { server_name = "north" }) })))
    wait_err(battery, "refused kind=handshake node=1001 device=0 address=tls+tcp://127.0.0.1:")
    assert.truthy(battery:err():find("reason=\"TLS: ", 1, true), battery:err())
    wait_err(aggregator, "refused kind=handshake node=2001 device=0 address=tls+tcp://127.0.0.1:")
    local good = nodes.start("good", nodes.battery(with_keys(1001,
      { dial = aggregator:ready(), tls = nodes.with(tls("ca", "home"), { server_name = "north" }) })))
    aggregator:wait("\npeer up [^\n]*device=1001 ")
    local delay = good:stop().delays[3] -- no battery gets one
    assert.same({ "QueryResponse", 0 }, { delay.type, delay.received })
    assert.same({ json.null, json.null }, { delay.p50_ms, delay.max_ms })
    aggregator:wait("\npeer lost [^\n]*device=1001 reason=\"the other side closed the connection\"")
    assert.truthy(program.read(program.path("tls.audit")):find("refused=handshake node=2001 device=0 ", 1, true))
  end)

  it("warns of a script that fails in a dry call, and starts", function()
    program.write("fails.lua", "return { api = 1, role = 'aggregator', on_offer = function(_, offer)\n" ..
      "  return offer.valu end }")
    local aggregator = nodes.start("aggregator", nodes.aggregator { strategy = "fails.lua" })
    aggregator:ready()
    assert.truthy(aggregator:out():find("warning: [^\n]*strategy fails in a dry call: [^\n]*fails.lua:2"))
  end)

  it("does not say that a script changed which was refused", function()
    local aggregator = nodes.start("aggregator", nodes.aggregator())
    aggregator:ready()
    nodes.write("aggregator", nodes.aggregator { strategy = "gredy" })
    aggregator:signal("HUP")
    aggregator:wait("\nnot reloaded script=greedy version=1 goes on")
    aggregator:wait("\nreread file=")
    assert.is_nil(aggregator:out():find("changed key=strategy", 1, true))
  end)
end)

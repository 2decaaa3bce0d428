-- SPDX-License-Identifier: MIT
-- Nodes over tls+tcp whose certificates are not as they should be: both sides say so, nothing is traded, both live on.
local nodes = require("live_nodes")
local program = require("program")

local function make(options, authority, names)
  local script = os.getenv("ETP_SOURCE_DIR") .. "/scripts/make-certificates.sh"
  assert(os.execute(("'%s' %s '%s' %s"):format(script, options, program.path(authority), names)))
end

setup(function()
  nodes.setup()
  make("", "ours", "north home")
  make("--days -1", "ours", "late")
  make("", "theirs", "north home")
end)
teardown(nodes.teardown)
after_each(nodes.kill_all)

-- Whose certificates are believed, who signed one's own, and its name.
local function tls(trusted, authority, name)
  return { ca = trusted .. "/ca.pem", certificate = ("%s/%s.pem"):format(authority, name),
    key = ("%s/%s.key.pem"):format(authority, name), server_name = "north" }
end

local GOOD = { tls("ours", "ours", "north"), tls("ours", "ours", "home") }

local function refusals(node)
  local file = io.open(program.path(node .. ".audit"))
  local text = file and file:read("a") or ""
  if file then
    file:close()
  end
  return text
end

local function start_aggregator(with)
  return nodes.start("aggregator", nodes.aggregator({ listen = "tls+tcp://127.0.0.1:0", tls = with,
    audit = "aggregator.audit" }))
end

local function start_battery(url, with, name, device)
  return nodes.start(name or "battery", nodes.battery({ dial = url, tls = with, device = device,
    audit = (name or "battery") .. ".audit" }))
end

-- The audit and the log of a node name its own certificate, and the authority that it trusts.
local function says_why(node, with)
  local text = nodes.wait_until(function()
    return node:err():find("warn live refused kind=handshake [^\n]*TLS: ") and
      refusals(node.name):match("refused=handshake [^\n]*TLS: [^\n]+\n")
  end)
  assert.truthy(text, node:err())
  program.says(text, { with.certificate .. " has expired, does not fit its key, or is not of the authority",
    with.ca })
end

local function is_alone(node)
  assert.falsy(node:status())
  assert.falsy(node:out():find("\npeer up "))
  local result = node:stop()
  assert.equal(0, #result.books.list)
  assert.is_true(result.refused.network.handshake > 0)
end

describe("over TLS", function()
  before_each(function()
    os.remove(program.path("aggregator.audit"))
    os.remove(program.path("battery.audit"))
  end)

  for _, case in ipairs({
    { "a battery whose certificate has expired", GOOD[1], tls("ours", "ours", "late") },
    { "a battery of another authority", GOOD[1], tls("ours", "theirs", "home") },
    { "a battery that trusts another authority", GOOD[1], tls("theirs", "ours", "home") },
  }) do
    it(case[1] .. " does not get in, and others trade meanwhile", function()
      local aggregator = start_aggregator(case[2])
      local url = aggregator:ready()
      local battery = start_battery(url, case[3])
      says_why(aggregator, case[2])
      says_why(battery, case[3])
      local other = start_battery(url, GOOD[2], "other", 1002)
      other:wait("\nsold ")
      aggregator:wait("\nbought [^\n]*from=1002 ")
      is_alone(battery)
      local sold = other:stop()
      nodes.books_agree(sold, aggregator:stop())
    end)
  end

  it("a node with the key of another certificate does not start, and names both files", function()
    local battery = start_battery("tls+tcp://127.0.0.1:1", nodes.with(GOOD[2], { key = "ours/north.key.pem" }))
    assert.equal(1, battery:ended())
    assert.truthy(battery:err():find("ours/home.pem and [^\n]*ours/north.key.pem: not a certificate and its key"),
      battery:err())
  end)

  for _, case in ipairs({
    { "an aggregator whose certificate has expired", tls("ours", "ours", "late"), "late" },
    { "an aggregator of another authority", tls("ours", "theirs", "north"), "north" },
    { "an aggregator with another name", tls("ours", "ours", "north"), "south" },
  }) do
    it(case[1] .. " gets no battery", function()
      local aggregator = start_aggregator(case[2])
      local with = nodes.with(GOOD[2], { server_name = case[3] })
      local battery = start_battery(aggregator:ready(), with)
      says_why(aggregator, case[2])
      says_why(battery, with)
      assert.truthy(refusals("battery"):find("does not bear the name " .. case[3], 1, true))
      is_alone(battery)
      is_alone(aggregator)
    end)
  end

  it("a client without a certificate, and one that knows nothing of TLS, are refused", function()
    local aggregator = start_aggregator(GOOD[1])
    local port = aggregator:ready():match(":(%d+)$")
    os.execute(("openssl s_client -connect 127.0.0.1:%s </dev/null >'%s' 2>&1"):format(port, program.path("client")))
    says_why(aggregator, GOOD[1])
    local plain = nodes.start("plain", nodes.battery({ dial = "tcp://127.0.0.1:" .. port, audit = "plain.audit" }))
    assert.truthy(nodes.wait_until(function()
      return plain:err():find("warn live cannot dial url=tcp://", 1, true)
    end), plain:err())
    local other = start_battery("tls+tcp://127.0.0.1:" .. port, GOOD[2], "other", 1002)
    other:wait("\nsold ")
    aggregator:wait("\nbought [^\n]*from=1002 ")
    other:stop()
    assert.equal(0, #plain:stop().books.list)
    aggregator:stop()
  end)

  it("a node whose files are missing, or are something else, does not start, and names them", function()
    for _, case in ipairs({
      { tls("ours", "ours", "nobody"), "ours/nobody.pem" },
      { nodes.with(GOOD[2], { ca = "ours/home.key.pem" }), "ours/home.key.pem" },
    }) do
      local path = nodes.write("battery", nodes.battery({ dial = "tls+tcp://127.0.0.1:1", tls = case[1] }))
      local done = program.run(("node '%s'"):format(path), "timeout 60")
      assert.equal(1, done.status)
      program.says(done.err, { case[2] })
    end
  end)
end)

-- SPDX-License-Identifier: MIT
-- etp-engine node --check and --keys: what is wrong with a configuration and with what it names, without a network. All
-- mistakes of the file itself stand in tests/unit/test_node_config.c.
local nodes = require("live_nodes")
local program = require("program")

setup(function()
  nodes.setup()
  nodes.keys({ { 1001, "battery" }, { 2001, "aggregator" } })
end)
teardown(nodes.teardown)

local function check(config)
  return program.run(("node --check '%s'"):format(nodes.write("node", config)))
end

local KEYS = { identity = false, key = "1001.key", trust = "trusted", dial = "tcp://127.0.0.1:1" }

local function with_keys(changes)
  return nodes.with(nodes.battery(KEYS), changes)
end

describe("--check", function()
  it("says what a good configuration would do, and opens nothing", function()
    program.write("prices.csv", "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n" ..
      "VIC1,2025/01/01 00:05:00,1,50,TRADE\nVIC1,2025/01/01 00:10:00,1,60,TRADE\n")
    local done = check(with_keys { reserve = "tiers", params = { base = 9 }, prices = { file = "prices.csv" },
      audit = "never.audit", home = { pv_kw = 5 } })
    assert.same({ 0, "" }, { done.status, done.err })
    program.says(done.out, {
      "node.lua: ok\n", "  battery    1001 \"node\"\n", "; trusts 2 devices of ", "  dials      tcp://127.0.0.1:1\n",
      "  market     first-price auctions every 2s, open for 300ms, awards held for 750ms\n",
      "2 prices from 2025/01/01 00:00:00 to 2025/01/01 00:10:00 of VIC1",
      "  battery    10 kWh, 8 kWh of it stored, 5 kW\n", "made-up home 1001 with 5 kW of panels",
      "  reserve    tiers, ", "base = 9 c/kWh\n", "warning: 1 link is plain" })
    assert.is_nil(io.open(program.path("never.audit")))
  end)

  it("warns of what is open: who proves nothing, what can be read on the way, and what could be put in", function()
    local open = check(nodes.battery { dial = "tcp://127.0.0.1:1" })
    assert.same({ 0, "" }, { open.status, open.err })
    program.says(open.out, { "warning: identity is off: whoever reaches this node may trade with it under any name\n",
      "warning: 1 link is plain: ", " can read along and cut, and change and inject what it likes; " })
    local proved = check(with_keys { dial = { "tcp://127.0.0.1:1", "ws://127.0.0.1:2/etp" } })
    program.says(proved.out, { "warning: 2 links are plain: ", " read along and cut, but not change or inject; " })
    assert.is_nil(proved.out:find("identity is off", 1, true))
  end)

  it("says so of the shipped examples, but for the keys that a reader makes", function()
    for _, name in ipairs({ "battery", "aggregator" }) do
      local done = program.run("node --check examples/live/" .. name .. ".lua")
      assert.equal(1, done.status)
      for line in done.err:gmatch("[^\n]+") do
        assert.truthy(line:find(": key cannot be used:") or line:find(": trust cannot be used:"), line)
      end
    end
  end)

  it("tells all mistakes at once, each with its line", function()
    local done = check("return {\n  api = 1,\n  role = 'battery',\n  device = 'x',\n  lsiten = 1,\n" ..
      "  battery = { capacity_kwh = 0, stored_kwh = 1, power_kw = 1 },\n}\n")
    assert.same({ 1, "" }, { done.status, done.out })
    program.says(done.err, { "node.lua:4: device is the text \"x\"; it has to be a number\n",
      "node.lua:5: lsiten is not known here; did you mean listen?\n", "node.lua:6: battery.capacity_kwh is 0; " })
    for line in done.err:gmatch("[^\n]+") do
      assert.truthy(line:find("^etp%-engine: "), line)
    end
  end)

  local MISTAKES = {
    { "a key file that is not there", { key = "none.key" }, "key cannot be used: ", "none.key",
      "etp-engine keygen makes one" },
    { "the key of another device", { key = "2001.key" }, "key is of device 2001, and this node is device 1001" },
    { "a key file that others can read", { key = "open.key" }, "key cannot be used: ", "open.key" },
    { "a trust list that is none", { trust = "1001.key" }, "trust cannot be used: " },
    { "a dialed device that is not trusted", { dial = { { url = "tcp://127.0.0.1:1", device = 7 } } },
      "dial wants device 7, which ", "does not have" },
    { "a script that is not there", { reserve = "none.lua" }, "reserve cannot be loaded: ", "none.lua" },
    { "a word that is nearly a shipped script", { reserve = "tires" },
      "nor a shipped script of that name; did you mean tiers?" },
    { "a port that nobody can listen at", { dial = "tcp://127.0.0.1:0" }, "nobody listens at port 0" },
    { "a group that is no multicast address", { discovery = { group = "10.0.0.1:7700" } },
      "discovery.group has \"10.0.0.1:7700\", which is no multicast address" },
    { "an audit in a folder that is not there", { audit = "none/audit" }, "audit cannot be written to: ", "none/" },
    { "an audit that is a folder", { audit = "/" }, "audit cannot be written to: / is a folder" },
    { "a script of the other role", { reserve = "bidder.lua" }, "which is for the role aggregator" },
    { "a script with a syntax error", { reserve = "broken.lua" }, "reserve cannot be loaded: ", "broken.lua:1:" },
    { "a script that fails in a dry call", { reserve = "fails.lua" }, "reserve fails in a dry call: ", "fails.lua:2" },
    { "a parameter that the script lacks", { reserve = "tiers", params = { bse = 1 } }, "params do not fit ", "bse" },
    { "a parameter out of its range", { reserve = "tiers", params = { base = -1 } }, "params do not fit ", "base" },
    { "prices that are not there", { prices = { file = "none.csv" } }, "prices.file cannot be used: ", "none.csv" },
    { "prices that are none", { prices = { file = "bidder.lua" } }, "prices.file cannot be used: " },
    { "followed prices that are none", { prices = { file = "bidder.lua", follow = true } },
      "prices.file cannot be used: ", "there is no column named time" },
    { "certificates that are not there",
      { dial = "tls+tcp://127.0.0.1:1", tls = { ca = "ca.pem", certificate = "c.pem", key = "k.pem" } },
      "tls.ca cannot be read: ", "tls.certificate cannot be read: ", "tls.key cannot be read: " },
  }

  for _, case in ipairs(MISTAKES) do
    it("finds " .. case[1], function()
      program.write("bidder.lua", "return { api = 1, role = 'aggregator', on_offer = function() return 1 end }\n")
      program.write("broken.lua", "return {")
      program.write("fails.lua", "return { api = 1, role = 'bess', reserve = function(_, battery)\n" ..
        "  return battery.spot + 1 end }")
      os.execute(("cd '%s' && cp 1001.key open.key && chmod 644 open.key"):format(program.path(".")))
      local done = check(with_keys(case[2]))
      assert.equal(1, done.status, done.out)
      program.says(done.err, { table.unpack(case, 3) })
      assert.truthy(done.err:find("node.lua:1: ", 1, true), done.err)
    end)
  end

  it("says of followed prices that they are too old", function()
    program.write("old.csv", "time,price_c_kwh\n2020-01-01T00:00:00Z,8\n")
    local done = check(with_keys { prices = { file = "old.csv", follow = true } })
    assert.equal(0, done.status, done.err)
    assert.truthy(done.out:find("older than prices.stale_after_s, nobody bids by it", 1, true), done.out)
  end)

  it("waits for followed prices that are not there yet", function()
    local done = check(with_keys { prices = { file = "later.csv", follow = true } })
    assert.equal(0, done.status, done.err)
    assert.truthy(done.out:find("later.csv, which has no price yet", 1, true), done.out)
  end)
end)

describe("the command line", function()
  it("is refused where it asks for what cannot be", function()
    local file = nodes.write("node", nodes.battery())
    for _, case in ipairs({
      { "", 2, "node of what?" },
      { ("'%s' other.lua"):format(file), 2, "node takes one configuration" },
      { ("--check --json x '%s'"):format(file), 2, "nothing for --json" },
      { ("--json '%s' '%s'"):format(file, file), 2, "would write over the configuration" },
      { ("--chek '%s'"):format(file), 2, "did you mean --check?" },
      { "'" .. program.path("none.lua") .. "'", 1, "none.lua" },
    }) do
      local done = program.run("node " .. case[1])
      assert.equal(case[2], done.status, done.err)
      assert.truthy(done.err:find(case[3], 1, true), done.err)
    end
  end)

  it("ends with status 1 where it cannot listen", function()
    local path = nodes.write("node", nodes.aggregator({ listen = "tcp://192.0.2.1:1" }))
    local done = program.run(("node '%s'"):format(path))
    assert.equal(1, done.status)
    assert.truthy(done.err:find("tcp://192.0.2.1:1", 1, true), done.err)
  end)

  -- { "| `key` | what it is |", ... }
  local function rows()
    local list = {}
    for line in program.run("node --keys").out:match("\n\n(.*)$"):gmatch("[^\n]+") do
      local key, rest = line:match("^  (%S+) *(.*)$")
      if key then
        list[#list + 1] = { key, rest }
      else
        local last = list[#list]
        last[2] = last[2] .. (last[2] ~= "" and " " or "") .. line:match("^ *(.*)$")
      end
    end
    for i, row in ipairs(list) do
      list[i] = ("| `%s` | %s |"):format(row[1], row[2])
    end
    return list
  end

  it("lists every key, and docs/live.md has the same list", function()
    local guide = program.read("docs/live.md"):match("## Every key\n.-\n|%-%-%-|%-%-%-|\n(.-)\n\n")
    local wanted = rows()
    assert.is_true(#wanted > 50)
    assert.equal(table.concat(wanted, "\n"), guide)
  end)
end)

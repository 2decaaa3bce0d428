-- SPDX-License-Identifier: MIT
-- SIGHUP, key by key: every key that there is either changes in the running node or is told to need a restart, as
-- `etp-engine node --keys` says it. What a change does is in reread_spec.lua.
local nodes = require("live_nodes")
local program = require("program")

local GROUP = "239.255.77.77:47701" -- shared by all who want it

local function make_files()
  nodes.keys({ { 1001, "battery" }, { 2001, "aggregator" }, { 3001, "relay" } })
  assert(os.execute(("cd '%s' && cp trusted others && for i in 1001 2001 3001; do cp -p $i.key $i.copy; done"):format(
    program.path("."))))
  for _, authority in ipairs({ "one", "two" }) do
    assert(os.execute(("scripts/make-certificates.sh '%s' node >/dev/null 2>&1"):format(program.path(authority))))
  end
  for _, name in ipairs({ "a.csv", "b.csv" }) do
    program.write(name, "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n" ..
      "VIC1,2026/01/31 00:05:00,5000,80,TRADE\nVIC1,2026/01/31 00:10:00,5000,80,TRADE\n")
  end
end

setup(function()
  nodes.setup()
  make_files()
end)
teardown(nodes.teardown)
after_each(nodes.kill_all)

local function tls(authority)
  return { ca = authority .. "/ca.pem", certificate = authority .. "/node.pem", key = authority .. "/node.key.pem",
    server_name = "node" }
end

local function proved(device)
  return { device = device, identity = "on", key = device .. ".key", trust = "trusted", audit = device .. ".audit",
    listen = { "tcp://127.0.0.1:0", "tls+tcp://127.0.0.1:0" }, tls = tls("one"),
    discovery = { listen = "127.0.0.1:0", peers = { "127.0.0.1:9" } } }
end

-- What keys of all roles become, each alone. `key` wants the key to be of the same device, and other trust lists and
-- certificates are files that are there.
local function of_all(device)
  return {
    name = "other", seed = 7, device = { device = 7 }, key = device .. ".copy", trust = "others",
    identity = { identity = "off", key = false, trust = false },
    listen = { "tcp://127.0.0.1:0" }, dial = { "tcp://127.0.0.1:1" }, audit = "other.audit",
    ["tls.server_name"] = "other", ["tls.ca"] = "two/ca.pem",
    -- A certificate and its key go together.
    ["tls.certificate"] = { tls = { certificate = "two/node.pem", key = "two/node.key.pem" } },
    ["tls.key"] = { tls = { certificate = "two/node.pem", key = "two/node.key.pem" } },
    ["discovery.group"] = GROUP, ["discovery.interface"] = "lo", ["discovery.listen"] = "127.0.0.2:0",
    ["discovery.announce"] = "tcp://127.0.0.1:47702", ["discovery.period_s"] = 20, ["discovery.peers"] = "127.0.0.1:10",
    ["limits.peers"] = 300, ["limits.connections"] = 400, ["limits.connections_per_address"] = 20,
    ["limits.messages_per_second"] = 500, ["limits.burst_messages"] = 600, ["limits.unacknowledged_bytes"] = 16384,
    ["limits.unacknowledged_most_bytes"] = 131072,
    ["limits.connects_per_second"] = 30, ["limits.burst_connects"] = 300, ["limits.heartbeat_s"] = 7,
  }
end

local of_traders = {
  ["prices.file"] = "b.csv", ["prices.region"] = { prices = { file = "regions.csv", region = "SA1" } },
  ["prices.follow"] = { prices = { file = "feed.csv", follow = true } },
  ["prices.stale_after_s"] = { prices = { file = "feed.csv", follow = true, stale_after_s = 5 } },
  ["market.interval_s"] = 4, ["market.window_ms"] = 310, ["market.hold_ms"] = 310, ["market.query_spread_ms"] = 110,
  ["market.mechanism"] = "ascending", ["market.tick_c_per_kwh"] = 0.2, ["market.utc_offset_h"] = 9,
}

local of_battery = {
  ["battery.capacity_kwh"] = 11, ["battery.stored_kwh"] = 7, ["battery.power_kw"] = 4, ["battery.export_kw"] = 4,
  ["battery.floor_kwh"] = 1, ["battery.round_trip_percent"] = 90, ["battery.voltage_v"] = 24,
  ["battery.wear_c_per_kwh"] = 3, ["battery.rated_cycles"] = 5000,
  ["home.number"] = 3, ["home.pv_kw"] = 3, ["home.need_factor"] = 2, ["home.feed_in_c_per_kwh"] = 4,
  ["home.retail_c_per_kwh"] = 34, ["market.disclose"] = "both", base_reserve_c_per_kwh = 9,
  ["older.listen"] = "127.0.0.1:0", ["older.allow"] = { older = { allow = { 5 } } }, ["older.devices"] = 20,
  ["older.connections"] = 30, ["older.connections_per_address"] = 9, ["older.messages_per_second"] = 100,
}

local fixed = { ["demand.need_kwh"] = 6, ["demand.budget_dollars"] = 3, ["demand.value_c_per_kwh"] = 13,
  strategy = "truthful",
  ["older.dial"] = { older = { dial = { url = "127.0.0.1:1", device = 9 } } } }

local following = { ["demand.loss_factor"] = 1.1, ["demand.cost_to_serve_c_per_kwh"] = 3, ["demand.own_c_per_kwh"] = 1 }

local parameter = { params = { margin = 1 } }

local prices = { prices = { file = "a.csv" } }

local function all_of(...)
  local all = {}
  for _, list in ipairs({ ... }) do
    for key, value in pairs(list) do
      all[key] = value
    end
  end
  return all
end

local cases = {
  { "a relay", nodes.with(proved(3001), { api = 1, role = "relay" }), of_all(3001) },
  { "a battery", nodes.battery(nodes.with(nodes.with(proved(1001), prices), { home = { pv_kw = 5 } })),
    all_of(of_all(1001), of_traders, of_battery) },
  { "a battery with a policy", nodes.battery(nodes.with(proved(1001), { reserve = "tiers" })),
    { reserve = "fixed" } },
  { "a battery with a parameter", nodes.battery(nodes.with(proved(1001), { reserve = "tiers" })),
    { params = { base = 5 } } },
  { "an aggregator", nodes.aggregator(nodes.with(proved(2001), prices)), all_of(of_all(2001), of_traders, fixed) },
  { "an aggregator with a parameter", nodes.aggregator(proved(2001)), parameter },
  { "an aggregator that follows prices",
    nodes.aggregator(nodes.with(nodes.with(proved(2001), prices), { demand = { value_c_per_kwh = false } })),
    following },
}

-- What is said of each key by the program: whether SIGHUP changes it. Tables stand for what is in them.
local function known_keys()
  local list, last = {}, nil
  for line in program.run("node --keys").out:match("\n\n(.*)$"):gmatch("[^\n]+") do
    local key, rest = line:match("^  (%S+) *(.*)$")
    last = key or last
    list[last] = (list[last] or "") .. " " .. (rest or line)
  end
  local keys = {}
  for key, text in pairs(list) do
    text = text:gsub("%s+", " ")
    if not (text:find("; a table$") or text:find("; a table; of ", 1, true)) then
      keys[key] = { live = text:find("changed by SIGHUP", 1, true) ~= nil }
    end
  end
  return keys
end

-- The configuration in which `key` alone, and what must go with it, is another. A table whose keys are names is laid
-- over the whole.
local function changed(base, key, value)
  if type(value) == "table" and #value == 0 and key ~= "params" then
    return nodes.with(base, value)
  end
  local section, name = key:match("^(.-)%.(.*)$")
  return nodes.with(base, section and { [section] = { [name] = value } } or { [key] = value })
end

-- Lets the node read its file again; what it says until it has.
local function reread(node, config)
  local from = #node:out()
  nodes.write(node.name, config)
  node:signal("HUP")
  node:wait("reread file=", 1, from + 1)
  return node:out():sub(from + 1)
end

local function check(node, base, key, value, live)
  local said = reread(node, changed(base, key, value))
  local script = key == "strategy" or key == "reserve"
  local wanted = script and "reloaded script=%S+ version=" or
    ("%s key=%s from="):format(live and "changed" or "needs restart", (key:gsub("%p", "%%%0")))
  assert.truthy(said:find("^" .. wanted) or said:find("\n" .. wanted), ("%s: %s\n%s"):format(key, said, node:err()))
  -- Without identity there are no keys, and with it they stay.
  if key ~= "identity" then
    assert.falsy(said:find("not changed", 1, true) or said:find("not reloaded", 1, true), key .. ": " .. said)
  end
  said = reread(node, base)
  assert.falsy(said:find("not changed", 1, true) or said:find("needs restart", 1, true), key .. ": " .. said)
  if live then
    assert.truthy(said:find("changed key=" .. key .. " ", 1, true), key .. ": " .. said)
  end
end

local function sorted(list)
  local names = {}
  for name in pairs(list) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

describe("SIGHUP", function()
  local keys, walked = nil, { api = true, role = true }

  setup(function()
    keys = known_keys()
    program.write("feed.csv", "time,price_c_kwh\n")
    program.write("regions.csv", "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n" ..
      "VIC1,2026/01/31 00:05:00,5000,80,TRADE\nVIC1,2026/01/31 00:10:00,5000,80,TRADE\n" ..
      "SA1,2026/01/31 00:05:00,5000,80,TRADE\nSA1,2026/01/31 00:10:00,5000,80,TRADE\n")
  end)

  for _, case in ipairs(cases) do
    it("changes or names every key of " .. case[1], function()
      local node = nodes.start("node", case[2])
      node:ready()
      for _, key in ipairs(sorted(case[3])) do
        assert(keys[key], "there is no key " .. key)
        check(node, case[2], key, case[3][key], keys[key].live)
        walked[key] = true
      end
      assert.falsy(node:status())
      node:stop()
    end)
  end

  it("has been asked of every key that there is", function()
    assert.same(sorted(keys), sorted(walked))
  end)

  it("with another role or another version of the format changes nothing", function()
    local base = nodes.aggregator(proved(2001))
    local node = nodes.start("node", base)
    node:ready()
    nodes.write("node", nodes.with(base, { api = 2, demand = { need_kwh = 9 } }))
    node:signal("HUP")
    node:wait("\nnot reread reason=\"[^\n]*api")
    nodes.write("node", { api = 1, role = "relay", device = 2001, key = "2001.key", trust = "trusted",
      listen = "tcp://127.0.0.1:0" })
    node:signal("HUP")
    node:wait("\nnot reread reason=\"the role is another one")
    assert.falsy(node:out():find("\nchanged ", 1, true))
    node:stop()
  end)
end)

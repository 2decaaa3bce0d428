-- SPDX-License-Identifier: MIT
-- What SIGHUP changes in a node that runs: links, certificates, keys, discovery, limits, prices. What is not changed
-- goes on, and a part that cannot change stays as it was, whatever the others do. reread_keys_spec.lua has every key.
local nodes = require("live_nodes")
local program = require("program")

setup(function()
  nodes.setup()
  nodes.keys({ { 1001, "battery" }, { 1002, "battery" }, { 2001, "aggregator" } })
end)
teardown(nodes.teardown)
after_each(nodes.kill_all)

-- Lets a node read another configuration; what it says until it has, and where in its output that begins.
local function reread(node, config)
  local from = #node:out()
  nodes.write(node.name, config)
  node:signal("HUP")
  node:wait("reread file=", 1, from + 1)
  return node:out():sub(from + 1), from + 1
end

local function battery(name, device, changes)
  return nodes.start(name, nodes.battery(nodes.with({ device = device }, changes)))
end

local function count(text, pattern)
  return select(2, text:gsub(pattern, ""))
end

describe("SIGHUP and listeners", function()
  it("opens new ones, leaves those that stay alone, and sends the peers of those that go away in order", function()
    local function listening(...)
      return nodes.aggregator({ listen = { ... } })
    end
    local any, path = "tcp://127.0.0.1:0", "ipc://" .. program.path("second")
    local aggregator = nodes.start("aggregator", listening(any))
    local url = aggregator:ready()
    local first = battery("first", 1001, { dial = url })
    first:wait("\nsold ")
    local said = reread(aggregator, listening(any, path))
    assert.truthy(said:find("listening " .. path .. "\n", 1, true), said)
    local second = battery("second", 1002, { dial = path })
    second:wait("\nsold ")
    assert.equal(0, count(first:out(), "\npeer lost "))
    local _, from = reread(aggregator, listening(path))
    first:wait("\npeer lost [^\n]*device=2001 reason=\"the connection is closed, and nothing is wrong\"")
    first:wait("\nsold ")
    second:wait("\nsold ", 2)
    assert.falsy(aggregator:out():find("\npeer lost [^\n]*device=1002", from))
    local bought = aggregator:stop()
    nodes.books_agree(second:stop(), bought)
    nodes.books_agree(first:stop(), bought)
  end)

  it("changes what is at a port, as from tcp to tls+tcp", function()
    assert(os.execute(("scripts/make-certificates.sh '%s' node >/dev/null 2>&1"):format(program.path("tls"))))
    local with = { ca = "tls/ca.pem", certificate = "tls/node.pem", key = "tls/node.key.pem", server_name = "node" }
    local aggregator = nodes.start("aggregator", nodes.aggregator())
    local port = aggregator:ready():match(":(%d+)$")
    -- The port is written down now: of 0 it is not known that it is the same.
    local here = "tcp://127.0.0.1:" .. port
    reread(aggregator, nodes.aggregator({ listen = here }))
    local plain = battery("plain", 1001, { dial = here })
    plain:wait("\npeer up ")
    local said = reread(aggregator, nodes.aggregator({ listen = "tls+" .. here, tls = with }))
    assert.truthy(said:find("listening tls+" .. here .. "\n", 1, true), said)
    local secured = battery("secured", 1002, { dial = "tls+" .. here, tls = with })
    secured:wait("\npeer up [^\n]*transport=tls%+tcp")
    plain:wait("\npeer lost ")
    secured:stop()
    plain:stop()
    aggregator:stop()
  end)

  it("keeps them where a new one cannot be had, says so, and changes the rest", function()
    local other = nodes.start("other", nodes.aggregator({ device = 2002 }))
    local taken = other:ready()
    local aggregator = nodes.start("aggregator", nodes.aggregator())
    local url = aggregator:ready()
    local said = reread(aggregator, nodes.aggregator({
      listen = { "ipc://" .. program.path("third"), taken }, demand = { need_kwh = 4 } }))
    assert.truthy(said:find("\nnot changed key=listen reason=\"" .. taken, 1, true) or
      said:find("^not changed key=listen"), said)
    assert.truthy(said:find("changed key=demand.need_kwh ", 1, true), said)
    local one = battery("one", 1001, { dial = url })
    one:wait("\npeer up ")
    -- It is tried again when the file is read again.
    other:stop()
    said = reread(aggregator, nodes.aggregator({
      listen = { "ipc://" .. program.path("third"), taken }, demand = { need_kwh = 4 } }))
    assert.truthy(said:find("changed key=listen ", 1, true), said)
    one:wait("\npeer lost ")
    local two = battery("two", 1002, { dial = taken })
    two:wait("\npeer up ")
    two:stop()
    one:stop()
    aggregator:stop()
  end)
end)

describe("SIGHUP and whom it dials", function()
  it("dials new ones, leaves those that stay alone, and gives up those that go, also one that is not there", function()
    local north = nodes.start("north", nodes.aggregator())
    local south = nodes.start("south", nodes.aggregator({ device = 2002 }))
    local to_north, to_south = north:ready(), { url = south:ready(), device = 2002 }
    local nobody = "tcp://127.0.0.1:1"
    local one = battery("one", 1001, { dial = { to_north, nobody } })
    one:wait("\npeer up [^\n]*device=2001")
    local said = reread(one, nodes.battery({ dial = { to_north, to_south } }))
    assert.truthy(said:find("dialing " .. to_south.url .. "\n", 1, true), said)
    one:wait("\npeer up [^\n]*device=2002")
    reread(one, nodes.battery({ dial = { to_south } }))
    one:wait("\npeer lost [^\n]*device=2001")
    north:wait("\npeer lost [^\n]*device=1001 reason=\"the connection is closed, and nothing is wrong\"")
    south:wait("\nbought [^\n]*from=1001 ")
    local result = one:stop()
    assert.equal(0, count(one:out(), "\npeer lost [^\n]*device=2002"))
    nodes.books_agree(result, south:stop())
    north:stop()
  end)

  it("does not dial a device that is not in the trust list, and says so", function()
    local one = nodes.start("one", nodes.battery({ identity = false, key = "1001.key", trust = "trusted",
      dial = "tcp://127.0.0.1:1" }))
    one:ready()
    local said = reread(one, nodes.battery({ identity = false, key = "1001.key", trust = "trusted",
      dial = { { url = "tcp://127.0.0.1:2", device = 2009 } } }))
    assert.truthy(said:find("not changed key=dial reason=\"device 2009 is not in the trust list\"", 1, true), said)
    one:stop()
  end)
end)

describe("SIGHUP and certificates", function()
  local function make(authority, names, options)
    local script = "scripts/make-certificates.sh " .. (options or "")
    assert(os.execute(("%s '%s' %s >/dev/null 2>&1"):format(script, program.path(authority), names)))
  end

  local function config_of(name, changes)
    return nodes.with({ tls = { ca = "live/ca.pem", certificate = ("live/%s.pem"):format(name),
      key = ("live/%s.key.pem"):format(name), server_name = "north" } }, changes)
  end

  local function put(authority)
    assert(os.execute(("mkdir -p '%s' && cp '%s'/*.pem '%s'"):format(program.path("live"), program.path(authority),
      program.path("live"))))
  end

  local function said_by(command)
    local pipe = assert(io.popen(command))
    local text = pipe:read("a")
    pipe:close()
    return text
  end

  -- The fingerprint of the certificate that is shown at an address.
  local function shown_at(url)
    return said_by(("openssl s_client -connect %s </dev/null 2>/dev/null | openssl x509 -noout -fingerprint"):format(
      url:match("//(.*)$")))
  end

  local function fingerprint(path)
    local text = said_by(("openssl x509 -noout -fingerprint -in '%s'"):format(program.path(path)))
    assert(text ~= "")
    return text
  end

  it("reads files again that were renewed under the same names, and keeps what it has where one is broken", function()
    make("old", "north home other")
    make("new", "north home other")
    put("old")
    local of_north = nodes.aggregator(config_of("north", { listen = "tls+tcp://127.0.0.1:0" }))
    local north = nodes.start("north", of_north)
    local url = north:ready()
    local home = battery("home", 1001, config_of("home", { dial = url }))
    home:wait("\nsold ")
    assert.equal(fingerprint("old/north.pem"), shown_at(url))
    put("new")
    local said = reread(north, of_north)
    assert.truthy(said:find("renewed key=tls links=1 ", 1, true), said)
    assert.equal(fingerprint("new/north.pem"), shown_at(url))
    -- Who comes now needs the new authority, and gets in with it.
    local other = battery("other", 1002, config_of("other", { dial = url }))
    other:wait("\nsold ")
    assert.equal(0, count(north:out(), "\npeer lost "))
    program.write("live/north.pem", "not a certificate\n")
    said = reread(north, nodes.with(of_north, { demand = { need_kwh = 4 } }))
    assert.truthy(said:find("not changed key=tls reason=", 1, true), said)
    assert.truthy(said:find("live/north.pem", 1, true), said)
    assert.truthy(said:find("changed key=demand.need_kwh ", 1, true), said)
    assert.equal(fingerprint("new/north.pem"), shown_at(url))
    home:wait("\nsold ", 2)
    local bought = north:stop()
    nodes.books_agree(home:stop(), bought)
    nodes.books_agree(other:stop(), bought)
  end)

  it("gets a dialer in whose certificate had expired", function()
    make("late", "north")
    make("late", "home", "--days -1")
    put("late")
    local north = nodes.start("north", nodes.aggregator(config_of("north", { listen = "tls+tcp://127.0.0.1:0" })))
    local of_home = nodes.battery(config_of("home", { dial = north:ready() }))
    local home = nodes.start("home", of_home)
    assert.truthy(nodes.wait_until(function()
      return home:err():find("refused kind=handshake", 1, true)
    end), home:err())
    os.remove(program.path("late/home.pem"))
    os.remove(program.path("late/home.key.pem"))
    make("late", "home")
    put("late")
    reread(home, of_home)
    home:wait("\npeer up [^\n]*transport=tls%+tcp")
    home:stop()
    north:stop()
  end)
end)

describe("SIGHUP and the device's key", function()
  it("takes another one, with which later connections are proved", function()
    program.write("names", program.read(program.path("trusted")))
    local made = program.run(("keygen 1001 '%s' --role battery"):format(program.path("next.key")))
    assert.equal(0, made.status, made.err)
    local function keys(key, trust)
      return { identity = false, key = key, trust = trust }
    end
    local one, north = nodes.pair(keys("1001.key", "trusted"), keys("2001.key", "names"))
    local url = north:ready()
    local function of_one(key)
      return nodes.battery(nodes.with(keys(key, "trusted"), { dial = url }))
    end
    -- The new line below the old one, as docs/security.md has it.
    local old = program.read(program.path("trusted"))
    program.write("names", old .. made.out)
    local of_north = nodes.aggregator(keys("2001.key", "names"))
    reread(north, of_north)
    local said = reread(one, of_one("next.key"))
    assert.truthy(said:find("changed key=key ", 1, true), said)
    one:wait("\nsold ")
    assert.equal(0, count(north:out(), "\npeer lost "))
    program.write("names", (old:gsub("1001 [^\n]*\n", "")) .. made.out)
    reread(north, of_north)
    north:wait("\npeer lost [^\n]*device=1001")
    one:wait("\npeer up ", 2)
    local sold = count(one:out(), "\nsold ")
    one:wait("\nsold ", sold + 1)
    -- One that is not there, or is another device's, is not taken.
    said = reread(one, of_one("1002.key"))
    assert.truthy(said:find("not changed key=key reason=\"[^\n]*is of another device"), said)
    said = reread(one, of_one("none.key"))
    assert.truthy(said:find("not changed key=key reason=", 1, true), said)
    nodes.books_agree(one:stop(), north:stop())
  end)
end)

describe("SIGHUP and discovery", function()
  it("switches it on, changes it, and switches it off with what it found", function()
    local north = nodes.start("north", nodes.aggregator())
    north:ready()
    local said = reread(north, nodes.aggregator({ discovery = { listen = "127.0.0.1:0" } }))
    local port = said:match("discovery port=(%d+)\n")
    assert.truthy(port, said)
    local function of_one(discovery)
      return nodes.battery({ listen = "ipc://" .. program.path("one"), discovery = discovery or false })
    end
    local one = nodes.start("one", of_one())
    one:ready()
    reread(one, of_one({ peers = "127.0.0.1:" .. port, period_s = 1 }))
    one:wait("\npeer up [^\n]*device=2001")
    reread(one, of_one({ peers = { "127.0.0.1:" .. port, "127.0.0.1:9" }, period_s = 2 }))
    one:wait("\nsold ")
    assert.equal(0, count(one:out(), "\npeer lost "))
    said = reread(one, of_one({ interface = "no-such-one", group = "239.255.77.77:47703" }))
    assert.truthy(said:find("not changed key=discovery.group reason=\"[^\n]*no%-such%-one"), said)
    assert.equal(0, count(one:out(), "\npeer lost "))
    reread(one, of_one())
    one:wait("\npeer lost [^\n]*device=2001")
    nodes.books_agree(one:stop(), north:stop())
  end)
end)

describe("SIGHUP and limits", function()
  it("counts connections by the new ones", function()
    local function limited(most)
      return nodes.aggregator({ audit = "limits.audit", limits = { connections_per_address = most } })
    end
    local north = nodes.start("north", limited(2))
    local url = north:ready()
    local one = battery("one", 1001, { dial = url })
    one:wait("\npeer up ")
    reread(north, limited(1))
    local two = battery("two", 1002, { dial = url })
    assert.truthy(nodes.wait_until(function()
      return program.read(program.path("limits.audit")):find("refused=cap [^\n]*too many connections of one address")
    end))
    assert.equal(0, count(two:out(), "\npeer up "))
    reread(north, limited(2))
    two:wait("\npeer up ")
    assert.equal(0, count(one:out(), "\npeer lost "))
    two:stop()
    one:stop()
    north:stop()
  end)

  it("ends a peer that sends faster than they allow", function()
    local function limited(rate)
      return nodes.aggregator({ limits = { messages_per_second = rate, burst_messages = rate } })
    end
    local north = nodes.start("north", limited(1000))
    local one = battery("one", 1001, { dial = north:ready() })
    one:wait("\nsold ")
    reread(north, limited(1))
    one:wait("\npeer lost ")
    north:wait("\npeer lost ")
    assert.truthy(nodes.wait_until(function()
      return north:err():find("refused kind=rate", 1, true)
    end), north:err())
    north:stop()
    one:stop()
  end)
end)

describe("SIGHUP and prices", function()
  it("changes the reserve of the protocol's own policy from the next auction on", function()
    local one, north = nodes.pair({ base_reserve_c_per_kwh = 90 })
    north:wait("\ninterval ", 3)
    assert.equal(0, count(one:out(), "\nsold "))
    reread(one, nodes.battery({ dial = north:ready(), base_reserve_c_per_kwh = 5 }))
    one:wait("\nsold ")
    nodes.books_agree(one:stop(), north:stop())
  end)

  it("takes another feed, and keeps the old one where there is none", function()
    for name, price in pairs({ low = 50, high = 200 }) do
      local rows = {}
      for minute = 5, 24 * 60, 5 do
        rows[#rows + 1] = ("VIC1,2026/01/31 %02d:%02d:00,5000,%d,TRADE\n"):format(minute // 60 % 24, minute % 60, price)
      end
      rows[#rows] = rows[#rows]:gsub("2026/01/31 00", "2026/02/01 00")
      program.write(name .. ".csv", "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n" .. table.concat(rows))
    end
    local function fed(file)
      return nodes.aggregator({ prices = { file = file } })
    end
    local north = nodes.start("north", fed("low.csv"))
    north:wait("\ninterval [^\n]* spot=5%.0000 ")
    local said = reread(north, fed("none.csv"))
    assert.truthy(said:find("not changed key=prices.file reason=", 1, true), said)
    local _, from = reread(north, fed("high.csv"))
    north:wait("\ninterval [^\n]* spot=20%.0000 ", 1, from)
    north:stop()
  end)

  it("goes on with a feed of which only stale_after_s has changed", function()
    local function followed(stale_after)
      return nodes.aggregator({ prices = { file = "followed.csv", follow = true, stale_after_s = stale_after } })
    end
    local header = "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n"
    program.write("followed.csv", header)
    local north = nodes.start("north", nodes.aggregator())
    north:ready()
    reread(north, followed(600))
    reread(north, followed(900))
    local said = reread(north, followed(900))
    assert.equal("", (said:gsub("reread file=[^\n]*\n", "")):match("changed key=prices[^\n]*") or "")
    -- Ten hours east of UTC, as the market's clock is.
    local now = os.date("!%Y/%m/%d %H:%M:%S", os.time() + 10 * 3600 - 60)
    program.write("followed.csv", ("%sVIC1,%s,5000,70,TRADE\n"):format(header, now))
    local _, from = reread(north, followed(1200))
    north:wait("\ninterval [^\n]* spot=7%.0000 ", 1, from)
    north:stop()
  end)
end)

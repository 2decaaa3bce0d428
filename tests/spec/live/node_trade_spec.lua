-- SPDX-License-Identifier: MIT
-- Two processes that trade: with keys, over each kind of link, through reloads, SIGHUP and the end.
local nodes = require("live_nodes")
local program = require("program")

setup(nodes.setup)
teardown(nodes.teardown)
after_each(nodes.kill_all)

-- Waits until both have written down the same number of trades, at least `least`, then ends both.
local function end_both(battery, aggregator, least)
  battery:wait("\nsold ", least)
  aggregator:wait("\nbought ", least)
  local sold = battery:stop()
  local bought = aggregator:stop()
  nodes.books_agree(sold, bought)
  assert.is_true(#sold.books.list >= least)
  return sold, bought
end

describe("two processes", function()
  it("trade over tcp with keys, and their books agree", function()
    nodes.keys({ { 1001, "battery" }, { 2001, "aggregator" } })
    local battery, aggregator = nodes.pair({ identity = false, key = "1001.key", trust = "trusted" },
      { identity = false, key = "2001.key", trust = "trusted" })
    assert.falsy(battery:out():find("identity is off", 1, true))
    assert.truthy(battery:out():find("but not change or inject", 1, true))
    local sold, bought = end_both(battery, aggregator, 2)
    assert.same({ "2001", "aggregator", true, "tcp" },
      { sold.peers[1].device, sold.peers[1].role, sold.peers[1].proved, sold.peers[1].transport })
    assert.same({ "1001", "battery", false }, { bought.peers[1].device, bought.peers[1].role, bought.peers[1].up })
  end)

  it("trade over ipc and ws, and with the battery listening", function()
    for _, url in ipairs({ "ipc://" .. program.path("link"), "ws://127.0.0.1:0/etp" }) do
      local battery, aggregator = nodes.pair(nil, { listen = url })
      end_both(battery, aggregator, 1)
    end
    local battery = nodes.start("battery", nodes.battery({ listen = "tcp://127.0.0.1:0" }))
    local aggregator = nodes.start("aggregator", nodes.aggregator({
      listen = false, dial = { { url = battery:ready(), device = 1001 } } }))
    end_both(battery, aggregator, 1)
  end)

  it("do not trade when one is not trusted by the other, and the audit says so", function()
    nodes.keys({ { 1001, "battery" }, { 2001, "aggregator" } })
    local stranger = program.run(("keygen 1001 '%s'"):format(program.path("stranger.key")))
    assert.equal(0, stranger.status, stranger.err)
    local aggregator = nodes.start("aggregator", nodes.aggregator({
      identity = false, key = "2001.key", trust = "trusted", audit = "audit" }))
    local battery = nodes.start("battery", nodes.battery({
      dial = aggregator:ready(), identity = false, key = "stranger.key", trust = "trusted" }))
    assert.truthy(nodes.wait_until(function()
      return io.open(program.path("audit")) and program.read(program.path("audit")):find("refused=handshake[^\n]*\n")
    end), aggregator:err())
    assert.truthy(battery:out():find("has another public key for device 1001", 1, true))
    assert.truthy(program.read(program.path("audit")):match(
      "^at=%d+%-%d+%-%d+T[%d:.]+Z refused=handshake node=2001 device=%d+ address=%S+ left_out=%d+ reason=\"[^\"]+\"\n"))
    local result = aggregator:stop()
    assert.equal(0, #result.books.list)
    assert.is_true(result.refused.network.handshake > 0)
    battery:stop()
  end)
end)

describe("a node that runs", function()
  it("takes a new version of its script, and keeps the old one when the new one is wrong", function()
    local bid = "local S = { api = 1, role = 'aggregator', name = 'mine' }\n" ..
      "function S.on_offer(_, offer) return %s, offer.energy end\nreturn S\n"
    program.write("mine.lua", bid:format("9.25"))
    local battery, aggregator = nodes.pair(nil, { strategy = "mine.lua" })
    battery:wait("\nsold [^\n]* price=9%.2500 ")
    program.write("mine.lua", bid:format("10.75"))
    aggregator:wait("\nreloaded script=mine version=2 ")
    battery:wait("\nsold [^\n]* price=10%.7500 ")
    program.write("mine.lua", bid:format("offer.prise + 1"))
    aggregator:wait("\nnot reloaded script=mine version=2 goes on reason=\"[^\n]*prise")
    local _, bought = end_both(battery, aggregator, 3)
    assert.equal(2, bought.script.version)
    assert.equal(1, bought.script.reloads_refused)
  end)

  it("reads its configuration again on SIGHUP: what can change does, what cannot is named", function()
    local battery, aggregator = nodes.pair(nil, { params = { margin = 1 } })
    battery:wait("\nsold [^\n]* price=11%.0000 ")
    nodes.write("aggregator", nodes.aggregator({ params = { margin = 2 }, name = "other", demand = { need_kwh = 4 } }))
    aggregator:signal("HUP")
    aggregator:wait("\nreread file=")
    program.says(aggregator:out(), {
      "\nchanged key=params from=\"{ margin = 1 }\" to=\"{ margin = 2 }\"\n",
      "\nchanged key=demand.need_kwh from=\"5\" to=\"4\"\n",
      "\nneeds restart key=name from=\"(not given)\" to=\"other\" text=\"it stays as it was\"\n" })
    battery:wait("\nsold [^\n]* price=10%.0000 ")
    -- A file with mistakes changes nothing.
    nodes.write("aggregator", nodes.aggregator({ params = { margin = 3 }, lissen = "tcp://127.0.0.1:0" }))
    aggregator:signal("HUP")
    aggregator:wait("\nnot reread reason=\"[^\n]*lissen is not known here; did you mean listen%?\"\n")
    -- What is between two quotes has none in it, for those who read these lines by program.
    nodes.write("aggregator", nodes.aggregator({ demand = { need_kwh = "much" } }))
    aggregator:signal("HUP")
    aggregator:wait("\nnot reread reason=\"[^\n\"]*demand.need_kwh is the text 'much'[^\n\"]*\"\n")
    assert.falsy(aggregator:out():find("margin = 3", 1, true))
    -- The battery's own reserve policy may not come from nowhere.
    nodes.write("battery", nodes.battery({ dial = "tcp://127.0.0.1:1", reserve = "tiers" }))
    battery:signal("HUP")
    battery:wait("\nnot changed key=reserve ")
    local _, bought = end_both(battery, aggregator, 2)
    assert.equal("aggregator", bought.name)
  end)

  it("closes connections with whom its trust list has no more after SIGHUP", function()
    nodes.keys({ { 1001, "battery" }, { 2001, "aggregator" } })
    local trusted = program.read(program.path("trusted"))
    program.write("some", trusted)
    local battery, aggregator = nodes.pair({ identity = false, key = "1001.key", trust = "trusted" },
      { identity = false, key = "2001.key", trust = "some" })
    program.write("some", (trusted:gsub("1001 [^\n]*\n", "")))
    aggregator:signal("HUP")
    aggregator:wait("\npeer lost [^\n]*device=1001")
    battery:wait("\npeer lost [^\n]*device=2001")
    program.write("some", trusted)
    local from = #aggregator:out()
    aggregator:signal("HUP")
    aggregator:wait("\npeer up [^\n]*device=1001", 1, from)
    end_both(battery, aggregator, 1)
  end)

  it("prints the delay table on SIGUSR1", function()
    local battery, aggregator = nodes.pair()
    battery:wait("\nsold ")
    battery:signal("USR1")
    battery:wait("\n  message +limit ms +sent +received +p50 ms +p99 ms +p99.9 ms +max ms +misses\n")
    local longest_ms, misses = battery:wait("\n  BidConfirm +500 +0 +%d+ +[%d.]+ +[%d.]+ +[%d.]+ +([%d.]+) +(%d+)\n")
    assert.equal(tonumber(longest_ms) > 500, tonumber(misses) > 0)
    battery:wait("\n  2001 +aggregator +tcp ")
    end_both(battery, aggregator, 1)
  end)

  it("needs nobody: it ends with empty books", function()
    local battery = nodes.start("battery", nodes.battery({ dial = "tcp://127.0.0.1:1" }))
    battery:ready()
    battery:wait("\ninterval ", 2)
    local result = battery:stop("INT")
    assert.equal(0, result.books.trades)
    assert.is_true(result.intervals >= 2)
    assert.equal(result.battery.stored_at_start_mwh, result.battery.stored_mwh)
    assert.is_true(result.network.dials_failed > 0)
  end)
end)

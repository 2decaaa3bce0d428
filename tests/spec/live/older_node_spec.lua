-- SPDX-License-Identifier: MIT
-- Real node processes and the older wire format: a client made of string.pack and a bare TCP tool, from the format's
-- description alone; and two nodes of ours that trade in it.

local nodes = require("live_nodes")

local client = (os.getenv("ETP_BUILD_DIR") or "build") .. "/tests/tools/older-client"

local FORMAT <const> = "<I4 I1 I8 I8 I1 d d d d d I1 d I1 d d"
local QUERY <const>, RESPONSE <const>, BID <const>, ACCEPT <const>, CONFIRM <const>, REJECT <const> = 1, 2, 3, 4, 5, 6

local function record(values)
  local bytes = string.pack(FORMAT, values.length or 84, values.type, values.id or 1, values.device or 0, 5,
    values.bid or 0, 0, 0, 0, values.kwh or 0, 0, 0, 0, 0, 0)
  return (bytes:gsub(".", function(char) return string.format("%02x", char:byte()) end))
end

local function parse(hex)
  if hex == "closed" then return { type = "closed" } end
  local bytes = hex:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end)
  local length, type, id, device, _, _, sale, total, percent, kwh, code = string.unpack(FORMAT, bytes)
  assert.equal(84, length)
  return { type = type, id = id, device = device, sale = sale, total = total, percent = percent, kwh = kwh,
    code = code }
end

-- Sends and receives on one connection; returns the answers.
local function talk(port, steps)
  local pipe = assert(io.popen(("'%s' %d %s 2>&1"):format(client, port, table.concat(steps, " "))))
  local answers = {}
  for line in pipe:lines() do
    answers[#answers + 1] = parse(line)
  end
  assert(pipe:close())
  return answers
end

-- Windows of 300 ms: longer than 400 ms no client of the older system would wait. Holds that a busy machine keeps too.
local market = { interval_s = 6, window_ms = 300, hold_ms = 2500, query_spread_ms = 100 }

local function start_battery(older)
  local config = nodes.battery { market = market, older = nodes.with({ listen = "127.0.0.1:0" }, older) }
  local node = nodes.start("battery", config)
  return node, math.tointeger(node:wait("\nready [^\n]*older=older://127%.0%.0%.1:(%d+)"))
end

describe("a battery with the older port", function()
  setup(nodes.setup)
  teardown(nodes.teardown)
  after_each(nodes.kill_all)

  it("is queried, takes a bid and sells when it is confirmed", function()
    local node, port = start_battery()
    node:wait("\ninterval ")
    local answers = talk(port, {
      record { type = QUERY, id = 1001, device = 789 }, "answer",
      record { type = BID, id = 7, bid = 18.5, kwh = 0.002 }, "answer",
      record { type = CONFIRM, id = 0, device = 789 },
      record { type = QUERY, id = 1002, device = 789 }, "answer",
    })
    assert.equal(3, #answers)
    assert.same({ RESPONSE, 1001, 1001 }, { answers[1].type, answers[1].id, answers[1].device })
    assert.near(answers[1].kwh, answers[1].total * answers[1].percent / 100, 1e-4)
    assert.same({ ACCEPT, 7, 18.5, 0.002 }, { answers[2].type, answers[2].id, answers[2].sale, answers[2].kwh })
    assert.same({ RESPONSE, 1002 }, { answers[3].type, answers[3].id })
    assert.equal("0.002000", node:wait("\nsold [^\n]*to=789 kwh=([%d.]+) price=18.5000 "))
    assert.same({ "2000 mWh for 370" }, nodes.trades(node:stop(), 789))
  end)

  it("rejects what no bid can be, and closes on a length that no record has", function()
    local node, port = start_battery()
    node:wait("\ninterval ")
    local answers = talk(port, {
      record { type = BID, id = 1, device = 789, bid = 1.0, kwh = 0.002 }, "answer",
      record { type = BID, id = 2, bid = 0 / 0, kwh = 0.002 }, "answer",
      record { type = BID, id = 3, bid = 1e300, kwh = 0.002 }, "answer",
      record { type = BID, id = 4, bid = 20, kwh = -1 }, "answer",
      record({ type = QUERY, length = 0xfffffff0 }):sub(1, 8), "answer",
    })
    assert.same({ REJECT, 1, 1 }, { answers[1].type, answers[1].id, answers[1].code })
    for i = 2, 4 do
      assert.same({ REJECT, i, 10 }, { answers[i].type, answers[i].id, answers[i].code })
    end
    assert.equal("closed", answers[5].type)
    assert.equal(RESPONSE, talk(port, { record { type = QUERY, device = 789 }, "answer" })[1].type)
  end)

  it("lets in whom its list names", function()
    local _, port = start_battery { allow = { 789 } }
    assert.equal("closed", talk(port, { record { type = QUERY, device = 790 }, "answer" })[1].type)
    assert.equal("closed", talk(port, { record { type = QUERY }, "answer" })[1].type)
    assert.equal(RESPONSE, talk(port, { record { type = QUERY, device = 789 }, "answer" })[1].type)
  end)

  it("says at its start what that means, and is off unless switched on", function()
    local node = start_battery()
    assert.matches("the older wire format is on: it has neither identity nor privacy", node:out(), 1, true)
    local other = nodes.start("other", nodes.battery { device = 1002, listen = "tcp://127.0.0.1:0" })
    other:wait("\nready ")
    assert.is_nil(other:out():find("older"))
  end)

  it("trades with an aggregator of ours that dials it", function()
    local seller, port = start_battery()
    local buyer = nodes.start("aggregator", nodes.aggregator {
      market = market, listen = false, older = { dial = { url = "127.0.0.1:" .. port, device = 1001 } } })
    buyer:wait("\npeer up [^\n]*device=1001 [^\n]*transport=older")
    buyer:wait("\nbought [^\n]*from=1001 ")
    local bought = buyer:stop()
    local sold = seller:stop()
    assert.is_true(#nodes.trades(bought, 1001) > 0)
    nodes.books_agree(sold, bought)
  end)
end)

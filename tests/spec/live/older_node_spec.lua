-- SPDX-License-Identifier: MIT
-- Real node processes and the older wire format: a client made of string.pack and a bare TCP tool, from the format's
-- description alone; and two nodes of ours that trade in it.

local build = os.getenv("ETP_BUILD_DIR") or "build"
local engine = os.getenv("ETP_ENGINE") or build .. "/etp-engine"
local client = build .. "/tests/tools/older-client"

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

local nodes, files = {}, {}

local function stop(node)
  if not node.pipe then return node.lines end
  os.execute("kill -TERM " .. node.pid .. " 2>/dev/null")
  for line in node.pipe:lines() do
    node.lines[#node.lines + 1] = line
  end
  local _, _, status = node.pipe:close()
  node.pipe, node.status = nil, status
  return node.lines
end

-- Reads on until a line has the pattern; returns what it captures. A node that says nothing more has ended: an error.
local function wait_for(node, pattern)
  for line in node.pipe:lines() do
    node.lines[#node.lines + 1] = line
    local found = line:match(pattern)
    if found then return found end
  end
  error("no line with " .. pattern .. " in:\n" .. table.concat(node.lines, "\n"))
end

-- A market interval of two seconds, so that one begins soon.
local MARKET <const> = "market = { interval_s = 2, hold_ms = 400, query_spread_ms = 0, window_ms = 300 },\n"

-- A node that is stopped after a minute, whatever happens to the spec.
local function start(text)
  local file = os.tmpname()
  local out = assert(io.open(file, "w"))
  out:write("return {\n  api = 1, identity = 'off',\n", MARKET, text, "\n}\n")
  out:close()
  files[#files + 1] = file
  local command = ("echo $$; exec timeout 60 '%s' node '%s' 2>/dev/null"):format(engine, file)
  local node = { pipe = assert(io.popen(command)), lines = {} }
  node.pid = assert(node.pipe:read("n", "l"))
  nodes[#nodes + 1] = node
  return node
end

local BATTERY <const> = "role = 'battery', device = 1001, battery = { capacity_kwh = 10, stored_kwh = 8, power_kw = 5 },"

local function start_battery(older)
  local node = start(BATTERY .. " older = { listen = '127.0.0.1:0'" .. (older or "") .. " },")
  return node, math.tointeger(wait_for(node, "^ready .*older=older://127%.0%.0%.1:(%d+)"))
end

local function joined(lines)
  return table.concat(lines, "\n")
end

describe("a battery with the older port", function()
  after_each(function()
    for _, node in ipairs(nodes) do stop(node) end
    for _, file in ipairs(files) do os.remove(file) end
    nodes, files = {}, {}
  end)

  it("is queried, takes a bid and sells when it is confirmed", function()
    local node, port = start_battery()
    wait_for(node, "^interval ")
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
    assert.equal("0.002000", wait_for(node, "^sold .*to=789 kwh=([%d.]+) price=18.5000 "))
    stop(node)
    assert.equal(0, node.status)
    assert.matches("in 1 trade;", joined(node.lines))
  end)

  it("rejects what no bid can be, and closes on a length that no record has", function()
    local node, port = start_battery()
    wait_for(node, "^interval ")
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
    local _, port = start_battery(", allow = { 789 }")
    assert.equal("closed", talk(port, { record { type = QUERY, device = 790 }, "answer" })[1].type)
    assert.equal("closed", talk(port, { record { type = QUERY }, "answer" })[1].type)
    assert.equal(RESPONSE, talk(port, { record { type = QUERY, device = 789 }, "answer" })[1].type)
  end)

  it("says at its start what that means, and is off unless switched on", function()
    local node = start_battery()
    assert.matches("the older wire format is on: it has neither identity nor privacy", joined(node.lines))
    local other = start(BATTERY .. " listen = 'tcp://127.0.0.1:0',")
    wait_for(other, "^ready ")
    assert.is_nil(joined(other.lines):find("older"))
  end)

  it("trades with an aggregator of ours that dials it", function()
    local seller, port = start_battery()
    local buyer = start(([[role = 'aggregator', device = 2001, strategy = 'greedy',
      demand = { need_kwh = 0.001, budget_dollars = 1, value_c_per_kwh = 30 },
      older = { dial = { url = '127.0.0.1:%d', device = 1001 } },]]):format(port))
    wait_for(buyer, "^peer up .*device=1001 .*transport=older")
    local bought = wait_for(buyer, "^bought .*from=1001 (kwh=.*) interval=")
    assert.equal(bought, wait_for(seller, "^sold .*to=2001 (kwh=.*) interval="))
  end)
end)

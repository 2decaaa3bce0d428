-- SPDX-License-Identifier: MIT
-- Nodes on a real network as a person runs them: processes that are started from tables, waited for line by line, sent
-- signals, and killed at the end whatever happens. Nothing here sleeps and hopes: it waits for a line, with a deadline.
local assert = require("luassert")
local json = require("cjson")
local program = require("program")
local system = require("system")

local nodes = { patience = 120, now = system.monotime }

local running = {}

function nodes.setup()
  program.setup()
end

-- ---- configurations as text ----

local function text_of(value)
  if type(value) ~= "table" then
    return type(value) == "string" and ("%q"):format(value) or tostring(value)
  end
  local parts = {}
  for i, item in ipairs(value) do
    parts[i] = text_of(item)
  end
  local keys = {}
  for key in pairs(value) do
    if type(key) == "string" then
      keys[#keys + 1] = key
    end
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    parts[#parts + 1] = ("[%q] = %s"):format(key, text_of(value[key]))
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

-- Writes a configuration (a table, or a text) to NAME.lua and returns its path.
function nodes.write(name, config)
  local text = type(config) == "table" and "return " .. text_of(config) .. "\n" or config
  return program.write(name .. ".lua", text)
end

-- `changes` laid over `base`, table by table; false takes a key away.
function nodes.with(base, changes)
  local made = {}
  for key, value in pairs(base) do
    made[key] = value
  end
  for key, value in pairs(changes or {}) do
    local both = type(value) == "table" and type(made[key]) == "table" and #value == 0
    made[key] = both and nodes.with(made[key], value) or value
    if value == false then
      made[key] = nil
    end
  end
  return made
end

-- A market that can be watched: an interval each second or two. An offer comes within a quarter of it; what is held is
-- confirmed at once, unless the machine has much else to do.
nodes.market = { interval_s = 2, window_ms = 300, hold_ms = 750, query_spread_ms = 100 }

function nodes.battery(changes)
  return nodes.with({
    api = 1, role = "battery", device = 1001, identity = "off",
    battery = { capacity_kwh = 10, stored_kwh = 8, power_kw = 5 }, market = nodes.market,
  }, changes)
end

function nodes.aggregator(changes)
  return nodes.with({
    api = 1, role = "aggregator", device = 2001, identity = "off", listen = "tcp://127.0.0.1:0", strategy = "greedy",
    demand = { need_kwh = 5, budget_dollars = 2, value_c_per_kwh = 12 }, market = nodes.market,
  }, changes)
end

-- Makes keys for these devices in the folder, KEYS[i] = { device, role }: DEVICE.key each, and `trusted` with all.
function nodes.keys(keys)
  os.execute(("cd '%s' && rm -f *.key trusted"):format(program.path(".")))
  for _, key in ipairs(keys) do
    local done = program.run(("keygen %d '%s' --role %s"):format(key[1], program.path(key[1] .. ".key"), key[2]))
    assert(done.status == 0, done.err)
    local file = assert(io.open(program.path("trusted"), "a"))
    file:write(done.out)
    file:close()
  end
end

-- ---- processes ----

local Node = {}
Node.__index = Node

local function read_if_there(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a") or ""
  if file then
    file:close()
  end
  return text
end

-- What is done between two looks; tests/spec/beside.lua lets others have their turn.
function nodes.nap()
  system.sleep(0.03)
end

local long_naps = {} -- from which this spec woke late: { when, how long }

local function nap()
  local began = nodes.now()
  nodes.nap()
  local ended = nodes.now()
  if ended - began > 0.1 then
    long_naps[#long_naps + 1] = { ended, ended - began }
  end
end

-- Whether this spec had no turn for so many seconds, some time after `began`. What the nodes did then says little: they
-- may have had none either.
function nodes.stood_still(began, seconds)
  for _, long in ipairs(long_naps) do
    if long[1] >= began and long[2] >= seconds then
      return true
    end
  end
  return false
end

-- Waits until `done` returns something true, and returns it; nil when patience ends, but not before a last look.
function nodes.wait_until(done, seconds)
  local deadline = nodes.now() + (seconds or nodes.patience)
  repeat
    local last = nodes.now() > deadline
    local result = done()
    if result then
      return result
    end
    if not last then
      nap()
    end
  until last
  return nil
end

-- Starts NAME.lua. `options` stand behind "node", `before` before the program. A shell of its own waits for it and
-- writes its status down.
function nodes.start(name, config, options, before)
  local node = setmetatable({ name = name, config = nodes.write(name, config) }, Node)
  node.out_path, node.err_path = program.path(name .. ".out"), program.path(name .. ".err")
  node.json_path = program.path(name .. ".json")
  local pid_path, status_path = program.path(name .. ".pid"), program.path(name .. ".status")
  -- What an earlier node of that name has left behind is not to be taken for this one's: its process id may be known
  -- before its output is opened.
  for _, path in ipairs({ pid_path, status_path, node.json_path, node.out_path, node.err_path }) do
    os.remove(path)
  end
  local command = ("exec %s '%s' node --json '%s' %s '%s' >'%s' 2>'%s'"):format(
    before or "", program.engine, node.json_path, options or "", node.config, node.out_path, node.err_path)
  -- Each file is written under another name first: nobody reads half of it. If this spec is killed, its nodes are too.
  local script = program.write(name .. ".sh", ([[
spec=$1
(%s) &
node=$!
echo $node >'%s.new' && mv '%s.new' '%s'
(while kill -0 $spec; do sleep 1; done; kill -KILL $node) &
guard=$!
wait $node
echo $? >'%s.new' && mv '%s.new' '%s'
kill $guard
]]):format(command, pid_path, pid_path, pid_path, status_path, status_path, status_path))
  os.execute(("setsid sh '%s' $PPID >/dev/null 2>&1 &"):format(script))
  node.status_path = status_path
  running[#running + 1] = node
  node.pid = assert(nodes.wait_until(function()
    return tonumber(read_if_there(pid_path))
  end), "the node did not start")
  return node
end

function Node:out()
  return read_if_there(self.out_path)
end

function Node:err()
  return read_if_there(self.err_path)
end

-- The exit status, or nil while it runs.
function Node:status()
  return tonumber(read_if_there(self.status_path))
end

-- With what all nodes have said: the cause is as often on the other side.
function Node:fail(words)
  local told = { ("%s: %s"):format(self.name, words) }
  for _, node in ipairs(running) do
    told[#told + 1] = ("---- %s, %s: out\n%s\n---- err\n%s"):format(
      node.name, node:status() and "ended with status " .. node:status() or "still there", node:out(), node:err())
  end
  error(table.concat(told, "\n"), 3)
end

-- Waits for a line that has the pattern, the `count`-th one, and returns what it captures; `from` is where
-- in the output it begins to look.
function Node:wait(pattern, count, from)
  local found
  nodes.wait_until(function()
    local at, seen = from or 1, 0
    local out = self:out()
    for _ = 1, count or 1 do
      local first, last = out:find(pattern, at)
      if not first then
        break
      end
      seen, at = seen + 1, last + 1
      found = { out:match(pattern, first) }
    end
    if seen < (count or 1) then
      found = nil
    end
    return found or self:status()
  end)
  if not found then
    self:fail(("waited for %q"):format(pattern))
  end
  return table.unpack(found)
end

-- Waits for a line that has one of two patterns.
function Node:wait_for_any(one, other)
  if not nodes.wait_until(function()
    return self:out():find(one) or self:out():find(other) or self:status()
  end) then
    self:fail(("waited for %q or %q"):format(one, other))
  end
end

-- The address that it listens at, once it is ready.
function Node:ready()
  return self:wait("\nready device=%d+ role=%a+ ?l?i?s?t?e?n?=?(%S*)\n")
end

function Node:signal(name)
  assert(os.execute(("kill -%s %d"):format(name, self.pid)), "there is no process " .. self.pid)
end

-- Waits for its end and returns its status.
function Node:ended()
  local status = nodes.wait_until(function()
    return self:status()
  end)
  if not status then
    self:fail("did not end")
  end
  return status
end

-- Ends it as an operator does; returns its result.
function Node:stop(signal)
  self:signal(signal or "TERM")
  local status = self:ended()
  if status ~= 0 then
    self:fail("ended with status " .. status)
  end
  return self:result()
end

function Node:result()
  return json.decode(program.read(self.json_path))
end

-- Kills it if it still runs, stopped or not, and waits until it is gone.
function Node:kill()
  if not self:status() then
    os.execute(("kill -KILL %d 2>/dev/null"):format(self.pid))
    self:ended()
  end
end

-- Does what depends on windows and holds, and asserts what came of it. Where that fails after this spec had no turn for
-- so many seconds, it is no answer: `undo` (if not given, all nodes are killed), and it is done again, a few times.
function nodes.in_time(seconds, play, undo)
  for attempt = 1, 5 do
    local began = nodes.now()
    local well, problem = xpcall(play, function(words) return debug.traceback(tostring(words), 2) end)
    if well then
      return
    end
    if attempt == 5 or not nodes.stood_still(began, seconds) then
      error(problem, 0)
    end
    (undo or nodes.kill_all)()
  end
end

function nodes.kill_all()
  for _, node in ipairs(running) do
    node:kill()
  end
  running = {}
end

function nodes.teardown()
  nodes.kill_all()
  program.teardown()
end

-- Both, connected; `of_battery` and `of_aggregator` are changes of their configurations.
function nodes.pair(of_battery, of_aggregator, options)
  local aggregator = nodes.start("aggregator", nodes.aggregator(of_aggregator), options)
  local dial = { dial = aggregator:ready() }
  local battery = nodes.start("battery", nodes.with(nodes.battery(of_battery), dial), options)
  battery:wait("\npeer up [^\n]*device=2001")
  aggregator:wait("\npeer up [^\n]*device=1001")
  return battery, aggregator
end

-- Trades of one node with one peer, as texts that the other side's are the same as: energy and money, in order.
function nodes.trades(result, peer)
  local list = {}
  for _, trade in ipairs(result.books.list) do
    if trade.peer == tostring(peer) then
      list[#list + 1] = ("%d mWh for %d"):format(trade.energy_mwh, trade.amount_micro)
    end
  end
  return list
end

-- What was sold here and bought there is the same, trade by trade, and nothing is in doubt.
function nodes.books_agree(battery, aggregator)
  assert.same(nodes.trades(battery, aggregator.device), nodes.trades(aggregator, battery.device))
  assert.equal(battery.books.energy_mwh, battery.battery.sold_mwh)
  assert.equal(0, aggregator.books.in_doubt)
end

return nodes

-- SPDX-License-Identifier: MIT
-- A battery and two rivals, each a process, whose trade is brought into a given state and kept there, until something
-- has been done to one of them. The dearer rival, "a", is behind etp-net-relay: what is under way between it and the
-- battery can be stopped there, each way. The cheaper one, "b", gets what "a" does not take.
--
--     queried       a's Query does not come through
--     waiting       a has the offer, and means to bid just before the close
--     bidding       both bids are in the book, the window is open
--     held          the battery holds its energy for a; the BidAccept does not come through. b is on standby
--     confirming    a has confirmed; the BidConfirm does not come through
--     receipt       the battery has sold; the receipt does not come through
--     sold          both know of the trade
--
-- Columns of a row, as specs write them:
--
--     at, victim    in which state something is done, and to whom
--     buyer         who has the interval's energy in the end: a, b, nobody if not given, or "any" where it depends on
--                   how the processes are scheduled
--     let           what becomes of what was under way: "go" (if not given) lets it through, "cut" loses it with its
--                   connection, "abandon client" (killed) loses it and leaves the connection half open
--     told          what must be told: { who, pattern } on its standard output, or { who, log = pattern } in its log;
--                   by the process that was started last, or the first one (life = 1)
--     noticed       what must be told, as in told, before the victim is started again, by one that sends it nothing;
--                   and b, who is left, must buy
--     comes         what was under way to a when the victim was killed has to come to it: else it had not been sent,
--                   and the state was not reached
--     forgot        the victim alone knew how the trade ended, and is gone: nobody who lives can tell the other
--     in_doubt      trades that the victim could not settle before it ended
--     frozen        who stands still until the victim has ended
--     over          the transport: tcp if not given, tls+tcp, ws
--     heartbeat_s   of the links: 5 s if not given, so that nothing is noticed
--     other         a second battery joins then
--     through       all of them know nobody but a node that relays, "between", which may be the victim too
--     listens       the victim is the one that listens, and is started again where it was; else it dials
--     late          the spec is too late to stop what is under way, the first time: the row has to see that, and to
--                   begin anew
--     after         until what things stay as they are: as in told, or, where somebody is frozen, "its hold is over" or
--                   "the next interval"; if not given, for a moment
local assert = require("luassert")
local net_relay = require("net_relay")
local nodes = require("live_nodes")
local program = require("program")
local scripts = require("trade_scripts")
local World = require("trade_world")

local states = { market = World.market }
local device = World.device

function states.setup()
  nodes.setup()
  nodes.keys({ { 1001, "battery" }, { 1002, "battery" }, { 2001, "aggregator" }, { 2002, "aggregator" },
    { 3001, "relay" } })
  program.write("via", (program.read(program.path("trusted")):gsub("([12]%d+ [^\n]*)\n", "%1 via=3001\n")))
  for name, text in pairs(scripts) do
    program.write(name, text)
  end
end

-- Besides, where a row goes over tls+tcp.
function states.setup_with_certificates()
  states.setup()
  assert(os.execute(("scripts/make-certificates.sh '%s' node >/dev/null 2>&1"):format(program.path("tls"))))
end

local rows = 0

local function config_of(world, who)
  local id = device[who]
  local changes = { device = id, key = id .. ".key", trust = world.row.through and "via" or "trusted",
    limits = { heartbeat_s = world.row.heartbeat_s or 5 } }
  if world.row.over == "tls+tcp" then
    changes.tls = { ca = "tls/ca.pem", certificate = "tls/node.pem", key = "tls/node.key.pem", server_name = "node" }
  end
  if who == "between" then
    return nodes.with(changes, { api = 1, role = "relay" })
  end
  changes.identity, changes.market = false, states.market
  if id < 2000 then
    return nodes.battery(nodes.with(changes, { reserve = "keeper.lua" }))
  end
  local waits = who == "a" and world.row.at == "waiting"
  return nodes.aggregator(nodes.with(changes, { strategy = "both.lua", listen = false,
    params = { wait = waits and 1 or 0 }, demand = { value_c_per_kwh = who == "a" and 12 or 10 } }))
end

-- Starts one of them, or starts it again, as a process of its own name.
function World:start(who, changes)
  self.lives[who] = self.lives[who] or {}
  self.changes[who] = changes or self.changes[who]
  local lives = self.lives[who]
  local name = ("row-%d-%s-%d"):format(self.number, who, #lives + 1)
  local node = nodes.start(name, nodes.with(config_of(self, who), self.changes[who]), "--log debug")
  lives[#lives + 1] = node
  self[who] = node
  return node:ready()
end

-- Starts the victim anew, where it was.
function World:start_again()
  local who = self.row.victim
  local listens = self.row.listens or who == "between"
  self:start(who, nodes.with(self.changes[who], listens and { listen = self.addresses[who] }))
end

local function url_of(row, port)
  return ("%s://127.0.0.1:%d%s"):format(row.over or "tcp", port, row.over == "ws" and "/etp" or "")
end

-- Puts etp-net-relay before an address; returns what is to be dialed in its place.
local function hinder(world, address)
  world.relay = net_relay.start("", address)
  return url_of(world.row, world.relay.port)
end

-- Who is going to be stopped dials, so that it finds the others again when it is started anew.
local function battery_dials(world)
  local anywhere = { listen = url_of(world.row, 0) }
  local to_a, to_b = world:start("a", anywhere), world:start("b", anywhere)
  local hindered = hinder(world, to_a)
  world.way = { battery = "down", a = "up" } -- towards whom, as the relay calls it
  world:start("battery", { dial = { hindered, to_b } })
  world.addresses = { a = to_a, b = to_b }
end

local function battery_listens(world)
  local path = "ipc://" .. program.path(("row-%d-link"):format(world.number))
  local addresses = world:start("battery", { listen = { url_of(world.row, 0), path } })
  local to_battery = addresses:match("^[^,]+")
  world.way = { battery = "up", a = "down" }
  world:start("a", { dial = hinder(world, to_battery) })
  world:start("b", { dial = path })
  world.addresses = { battery = { to_battery, path } }
end

-- All dial a node that relays, which is called "between".
local function all_dial(world)
  local url = world:start("between", { listen = url_of(world.row, 0) })
  world.way = { battery = "up", a = "down" }
  for who, at in pairs({ battery = url, a = hinder(world, url), b = url }) do
    world:start(who, { dial = { { url = at, device = device.between } } })
  end
  world.addresses = { between = url }
end

local function new_world(row, attempt)
  rows = rows + 1
  local world = setmetatable({ row = row, attempt = attempt, number = rows, lives = {}, changes = {} }, World)
  if row.through then
    all_dial(world)
  elseif (row.victim == "battery") == not row.listens then
    battery_dials(world)
  else
    battery_listens(world)
  end
  world:all_up()
  return world
end

-- Three nodes that are connected before their first interval begins.
local function connected(row, attempt)
  for _ = 1, 5 do
    local world = new_world(row, attempt)
    if not world.battery:out():find("\ninterval ", 1, true) then
      return world
    end
    world:kill()
  end
  error("an interval began each time before all were there")
end

-- All connections are there, and the battery has registered.
function World:all_up()
  self.battery:wait("\npeer up [^\n]*device=2001")
  self.battery:wait("\npeer up [^\n]*device=2002")
  self:logged("a", "event=register peer=1001")
  self:logged("b", "event=register peer=1001")
end

-- ---- into a state ----

function World:stop_towards(who)
  if self.row.late and self.attempt == 1 then
    self.relay:tell("stall " .. self.way.battery)
    self.battery:wait("\nheld ")
  end
  self.relay:tell("stall " .. self.way[who])
  self.stopped_at = program.now()
end

function World:go_on_towards(who)
  self.relay:tell("go " .. self.way[who])
end

-- Asks a for its table of delays until that counts a BidAccept.
local function wait_for_accept(world)
  local counted
  counted = nodes.wait_until(function()
    counted = world.a:out():find("\n  BidAccept +%d+ +0 +[1-9]")
    if not counted then
      world.a:signal("USR1")
    end
    return counted
  end)
  assert(counted, "the BidAccept did not come")
end

local function both_bid(world)
  world:logged("battery", "event=bid peer=2001 [^\n]*code=none")
  world:logged("battery", "event=bid peer=2002 [^\n]*code=none")
end

-- What was to be stopped is sent after this line was printed. A spec whose turn came too late has let it through.
local function was_stopped_before(world, line)
  local at = world.battery:wait("\n" .. line)
  world.too_late = world.too_late or world.stopped_at >= at
end

local into = {}

function into.queried(world)
  world:stop_towards("battery")
  world:logged("battery", "event=query peer=2002")
  was_stopped_before(world, "interval at=(%S+)")
end

function into.waiting(world)
  world:logged("a", "event=response peer=1001")
end

into.bidding = both_bid

function into.held(world)
  both_bid(world)
  world:stop_towards("a")
  was_stopped_before(world, "held at=(%S+) for=2001 ")
end

function into.confirming(world)
  both_bid(world)
  world:stop_towards("battery")
  was_stopped_before(world, "held at=(%S+) for=2001 ")
  wait_for_accept(world)
end

function into.receipt(world)
  into.confirming(world)
  world:stop_towards("a")
  world:go_on_towards("battery")
  world.battery:wait_for_any("\nsold [^\n]*to=2001 ", "\nlapse ")
  world.too_late = world.too_late or world.battery:out():find("\nlapse ")
end

function into.sold(world)
  world.battery:wait("\nsold [^\n]*to=2001 ")
  world.a:wait("\nbought [^\n]*from=1001 ")
end

-- Brings the trade into the row's state; remembers in which interval.
local function reach(world)
  into[world.row.at](world)
  for index in world.battery:out():gmatch("\ninterval [^\n]*index=(%d+)") do
    world.interval = tonumber(index)
  end
end

-- What a battery has printed once a state is over.
local printed_after = { queried = { "held" }, waiting = { "held" }, bidding = { "held" }, held = { "lapse", "sold" },
  confirming = { "lapse", "sold" } }

local function is_over(world, but)
  local battery, at = world.lives.battery[1], world.row.at
  for _, word in ipairs(printed_after[at] or {}) do
    if word ~= but and battery:out():find("\n" .. word .. " ") then
      return true
    end
  end
  -- Every state is one of the first interval.
  return world.too_late or select(2, battery:out():gsub("\ninterval ", "")) ~= 1 or
    at == "waiting" and battery:err():find("event=bid peer=2001 [^\n]*code=none") or
    at == "receipt" and but == nil and world.a:out():find("\nbought ")
end

-- A world in the row's state, in which act(world) was done before the state was over by itself; a machine that was too
-- slow for that tries again. (To sell is what may come of the act.)
function states.begin(row, act)
  for attempt = 1, 8 do
    local world = connected(row, attempt)
    reach(world)
    if not is_over(world) then
      act(world)
      if not is_over(world, "sold") then
        return world
      end
    end
    world:kill()
  end
  error("the state was over each time before anything could be done")
end

local MESSAGE_BYTES_MIN = 64

-- Sees whether a message came to a when what stood still moved on: the victim may not have sent it when it was killed.
function World:came_through()
  nodes.wait_until(function()
    return self.relay:passed(self.way.a) >= self.passed + MESSAGE_BYTES_MIN or self.a:out():find("\npeer lost ")
  end)
  self.too_late = self.too_late or self.relay:passed(self.way.a) < self.passed + MESSAGE_BYTES_MIN
end

-- What stood still moves on, or is lost with its connection.
function World:release(how)
  self.passed = self.relay:passed(self.way.a)
  if how ~= "go" then
    self.relay:tell(how)
  end
  self.relay:tell("go")
end

return states

-- SPDX-License-Identifier: MIT
-- etp-net-relay as specs use it: started before a listener, told what to do, ended whatever happens.
-- tests/tools/net_relay/net_relay.h is its manual.
local nodes = require("live_nodes")
local program = require("program")

local net_relay = {}

local path = assert(os.getenv("ETP_NET_RELAY"), "ETP_NET_RELAY must name the relay of the tests")
local running, count = {}, 0

local Relay = {}
Relay.__index = Relay

-- Puts a relay before the port of an address. `relay.url` is what is to be dialed in its place, `relay.port` its port.
function net_relay.start(options, address)
  local port = assert(tostring(address):match("(%d+)/?[^:]*$"), "no port in " .. tostring(address))
  count = count + 1
  local relay = setmetatable({ out = program.path("relay-" .. count .. ".out"), answers = 1 }, Relay)
  -- The pipe is the relay's standard input, at whose end it ends: also if this spec is killed.
  relay.commands = assert(io.popen(("exec '%s' %s 127.0.0.1:0 127.0.0.1:%s >'%s'"):format(
    path, options, port, relay.out), "w"))
  running[#running + 1] = relay
  relay.port = relay:line(1):match("^listen (%d+)$")
  relay.url = "tcp://127.0.0.1:" .. relay.port
  return relay
end

-- The number-th line that it has printed, once it is there.
function Relay:line(number)
  return assert(nodes.wait_until(function()
    local file, at = io.open(self.out), 0
    if not file then
      return nil
    end
    local text = file:read("a")
    file:close()
    for line in text:gmatch("([^\n]*)\n") do
      at = at + 1
      if at == number then
        return line
      end
    end
  end), "the relay said nothing")
end

-- Carries out a command; returns the line that it printed before its "ok", if it prints one.
function Relay:tell(command)
  self.commands:write(command, "\n")
  self.commands:flush()
  local told
  repeat
    self.answers = self.answers + 1
    local answer = self:line(self.answers)
    assert(not answer:find("^error"), command .. ": " .. answer)
    told = answer ~= "ok" and answer or told
  until answer == "ok"
  return told
end

-- How many bytes it has passed on that way, "up" or "down".
function Relay:passed(way)
  return tonumber(self:tell("count"):match(way .. " (%d+)"))
end

function net_relay.end_all()
  for _, relay in ipairs(running) do
    relay.commands:close()
  end
  running = {}
end

return net_relay

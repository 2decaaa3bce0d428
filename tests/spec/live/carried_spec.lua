-- SPDX-License-Identifier: MIT
-- Nodes killed, frozen and ended while they trade over other transports than tcp. trade_states.lua names the states,
-- and the columns.
local beside = require("beside")
local nodes = require("live_nodes")
local plays = require("trade_plays")
local states = require("trade_states")

local lost = { "battery", log = "fault=link of=2001" }
local battery_lost = { "a", log = "fault=link of=1001" }
local lapsed = { "battery", "\nlapse [^\n]*peer=2001 " }
local void = { "a", "\nvoid [^\n]*peer=1001 " }
local b_buys = { means = "its rival has bought", "battery", "\nsold [^\n]*to=2002 " }
local missed = { means = "it is missed", "a", "\npeer lost [^\n]*device=1001 " }

local cases = {
  { play = "kill", victim = "a", at = "held", buyer = "b", told = { lost, lapsed } },
  { play = "kill", victim = "a", listens = true, at = "sold", buyer = "a", told = { lost } },
  { play = "kill", victim = "battery", at = "confirming", told = { battery_lost, void } },
  { play = "freeze", victim = "a", at = "held", after = b_buys, buyer = "b", told = { lapsed, void } },
  { play = "freeze", victim = "battery", at = "confirming", after = "its hold is over", buyer = "b", told = { void } },
  { play = "freeze", victim = "battery", at = "receipt", heartbeat_s = 2, after = missed, buyer = "a",
    told = { battery_lost } },
  { play = "terminate", victim = "a", at = "receipt", let = "cut", buyer = "a" },
  { play = "terminate", victim = "battery", at = "held", buyer = "a" },
}

local rows = {}
for _, over in ipairs({ "tls+tcp", "ws" }) do
  for _, case in ipairs(cases) do
    rows[#rows + 1] = nodes.with(case, { over = over })
  end
end

beside.describe("over other transports,", rows, plays.name_of_any, states.setup_with_certificates, plays.any)

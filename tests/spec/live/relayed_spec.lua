-- SPDX-License-Identifier: MIT
-- A node that relays, killed, frozen and ended while those behind it trade; and those behind it, who learn of each
-- other by the relay alone. trade_states.lua names the states, and the columns.
local beside = require("beside")
local plays = require("trade_plays")
local states = require("trade_states")

local lost = { "battery", log = "fault=link of=2001" }
local battery_lost = { "a", log = "fault=link of=1001" }
local lapsed = { means = "its hold is over", "battery", "\nlapse [^\n]*peer=2001 " }
local void = { "a", "\nvoid [^\n]*peer=1001 " }
local not_waited_for = { "battery", "\nfailure [^\n]*peer=2001 code=offline" }
local missed = { means = "it is missed", "a", "\npeer lost [^\n]*device=1001 " }
local a_missed = { means = "it is missed", "battery", "\npeer lost [^\n]*device=2001 " }

local rows = {
  { play = "kill", victim = "between", at = "bidding", told = { lost, battery_lost, not_waited_for } },
  { play = "kill", victim = "between", at = "held", buyer = "any", told = { lost, battery_lost } },
  { play = "kill", victim = "between", at = "confirming", let = "cut", buyer = "any", told = { lost, battery_lost } },
  { play = "kill", victim = "between", at = "receipt", let = "cut", buyer = "a", told = { lost, battery_lost } },
  { play = "kill", victim = "between", at = "sold", buyer = "a", told = { lost, battery_lost } },
  { play = "freeze", victim = "between", at = "bidding", buyer = "a" },
  { play = "freeze", victim = "between", at = "held", after = lapsed, buyer = "b", told = { void } },
  { play = "freeze", victim = "between", at = "confirming", after = lapsed, buyer = "b", told = { void } },
  { play = "freeze", victim = "between", at = "receipt", after = "the next interval", buyer = "a" },
  { play = "freeze", victim = "between", at = "receipt", heartbeat_s = 2, after = missed, buyer = "a",
    told = { lost } },
  { play = "terminate", victim = "between", at = "bidding", told = { lost, battery_lost, not_waited_for } },
  { play = "terminate", victim = "between", at = "receipt", let = "cut", buyer = "a", told = { lost, battery_lost } },
  { play = "kill", victim = "a", at = "held", buyer = "b", told = { lost, lapsed } },
  { play = "kill", victim = "a", at = "sold", buyer = "a", told = { lost }, noticed = a_missed },
  { play = "kill", victim = "battery", at = "bidding", told = { battery_lost, not_waited_for } },
  { play = "kill", victim = "battery", at = "confirming", told = { battery_lost, void } },
  { play = "freeze", victim = "a", at = "held", after = lapsed, buyer = "b", told = { void } },
  { play = "freeze", victim = "a", at = "sold", heartbeat_s = 2, after = a_missed, buyer = "a", told = { lost } },
  { play = "freeze", victim = "battery", at = "confirming", after = "its hold is over", buyer = "b", told = { void } },
}
for _, row in ipairs(rows) do
  row.through = true
end

beside.describe("through a relay,", rows, plays.name_of_any, states.setup, plays.any)

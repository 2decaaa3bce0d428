-- SPDX-License-Identifier: MIT
-- SIGSTOP of the battery in each state of a trade, and SIGCONT: before anybody notices, when the hold is over, when its
-- buyers have noticed, in the next interval. What was under way comes through meanwhile, to a process that stands
-- still. trade_states.lua names the states and says what the columns mean.
local beside = require("beside")
local plays = require("trade_plays")
local states = require("trade_states")

local void = { "a", "\nvoid [^\n]*peer=1001 code=expired" }
-- Its buyer has noticed, and has traded with another battery twice, so in a later interval too.
local others_go_on = {
  means = "it is missed, and others have traded",
  "a", "\npeer lost [^\n]*device=1001 .*\nbought [^\n]*from=1002 .*\nbought [^\n]*from=1002 ",
}
local missed = { "a", log = "fault=link of=1001" }
local not_waited_for = { "battery", "\nfailure [^\n]*peer=2001 code=offline" }

local rows = {
  { at = "queried", buyer = "a" },
  { at = "waiting", buyer = "a" },
  { at = "bidding", buyer = "a" },
  { at = "held", buyer = "a" },
  { at = "confirming", buyer = "a" },
  { at = "receipt", buyer = "a" },
  -- Until the hold is over: a Confirm that came to it meanwhile is late.
  { at = "held", after = "its hold is over", buyer = "b", told = { void } },
  { at = "confirming", after = "its hold is over", buyer = "b", told = { void } },
  { at = "receipt", after = "its hold is over", buyer = "a" },
  -- Until the next interval.
  { at = "queried", after = "the next interval", buyer = "any" },
  { at = "waiting", after = "the next interval", buyer = "any" },
  { at = "bidding", after = "the next interval", buyer = "any" },
  { at = "held", after = "the next interval", told = { void } },
  { at = "confirming", after = "the next interval", told = { void } },
  { at = "receipt", after = "the next interval", buyer = "a" },
  { at = "sold", after = "the next interval", buyer = "a" },
  -- Until its buyers have given it up for lost.
  { at = "queried", heartbeat_s = 2, after = others_go_on, told = { missed } },
  { at = "waiting", heartbeat_s = 2, after = others_go_on, told = { missed, not_waited_for } },
  { at = "bidding", heartbeat_s = 2, after = others_go_on, told = { missed, not_waited_for } },
  { at = "held", heartbeat_s = 2, after = others_go_on, told = { missed, void } },
  { at = "confirming", heartbeat_s = 2, after = others_go_on, told = { missed, void } },
  { at = "receipt", heartbeat_s = 2, after = others_go_on, buyer = "a", told = { missed } },
  { at = "sold", heartbeat_s = 2, after = others_go_on, buyer = "a", told = { missed } },
}
for _, row in ipairs(rows) do
  row.victim = "battery"
  row.other = row.after == others_go_on
end

beside.describe("a battery that is frozen", rows, plays.name_of_freeze, states.setup, plays.freeze)

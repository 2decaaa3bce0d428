-- SPDX-License-Identifier: MIT
-- SIGSTOP of the buyer in each state of a trade, and SIGCONT: before anybody notices, when the hold is over, when the
-- battery has noticed, in the next interval. What was under way comes through meanwhile, to a process that stands
-- still. trade_states.lua names the states and says what the columns mean.
local beside = require("beside")
local plays = require("trade_plays")
local states = require("trade_states")

local lapses = { "battery", "\nlapse [^\n]*peer=2001 " }
local b_buys = { means = "its rival has bought", "battery", "\nsold [^\n]*to=2002 " }
local sold = { means = "it has bought", "battery", "\nsold [^\n]*to=2001 " }
local is_lost = { means = "its link is lost", "battery", "\npeer lost [^\n]*device=2001 " }
local void = { "a", "\nvoid [^\n]*peer=1001 code=expired" }
local b_lapses = { means = "its own hold is over", "battery", "\nlapse [^\n]*peer=2002 " }
local b_void = { "b", "\nvoid [^\n]*peer=1001 code=expired" }
local given_up = { "battery", "\nfailure [^\n]*peer=2001 code=offline" }
local missed = { "battery", log = "fault=link of=2001" }

local rows = {
  { at = "waiting", buyer = "a" },
  { at = "bidding", buyer = "a" },
  { at = "held", buyer = "a" },
  { at = "confirming", buyer = "a" },
  { at = "receipt", buyer = "a" },
  -- Until its hold is over, and its rival has bought.
  { at = "queried", after = b_buys, buyer = "b" },
  { at = "waiting", after = b_buys, buyer = "b" },
  { at = "bidding", after = b_buys, buyer = "b", told = { lapses, void } },
  { at = "held", after = b_buys, buyer = "b", told = { lapses, void } },
  { at = "confirming", after = sold, buyer = "a" },
  -- Until the next interval.
  { at = "queried", after = "the next interval", buyer = "b" },
  { at = "bidding", after = "the next interval", buyer = "b", told = { lapses } },
  { at = "held", after = "the next interval", buyer = "b", told = { lapses } },
  { at = "confirming", after = "the next interval", buyer = "a" },
  { at = "receipt", after = "the next interval", buyer = "a" },
  { at = "sold", after = "the next interval", buyer = "a" },
  -- Until the battery has given it up for lost.
  { at = "bidding", heartbeat_s = 2, after = is_lost, buyer = "any", told = { missed } },
  { at = "held", heartbeat_s = 2, after = is_lost, buyer = "any", told = { missed } },
  { at = "held", heartbeat_s = 2, after = "the next interval", buyer = "b", told = { missed, lapses } },
  { at = "confirming", heartbeat_s = 2, after = is_lost, buyer = "a", told = { missed } },
  { at = "receipt", heartbeat_s = 2, after = is_lost, buyer = "a", told = { missed } },
  -- The one on standby, while the first confirms, or is lost and gives up what it was awarded.
  { victim = "b", at = "held", buyer = "a" },
  { victim = "b", at = "held", let = "cut", buyer = "b", told = { given_up } },
  { victim = "b", at = "held", let = "cut", after = b_lapses, told = { given_up, b_void } },
}
for _, row in ipairs(rows) do
  row.victim = row.victim or "a"
end

beside.describe("a buyer that is frozen", rows, plays.name_of_freeze, states.setup, plays.freeze)

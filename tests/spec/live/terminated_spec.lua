-- SPDX-License-Identifier: MIT
-- SIGTERM of either side in each state of a trade: it says so, lets what is held be confirmed or end, writes whole
-- books and ends with status 0. trade_states.lua names the states, and the columns.
local beside = require("beside")
local plays = require("trade_plays")
local states = require("trade_states")

local says_so = { "battery", "\nterminate [^\n]*peer=2001 code=shutting_down" }
local battery_says_so = { "a", "\nterminate [^\n]*peer=1001 code=shutting_down" }
local battery_missed = { "a", log = "fault=link of=1001" }
local lapsed = { means = "the hold is over", "battery", "\nlapse [^\n]*peer=2001 " }
local lapsed_there = { "battery", life = 1, lapsed[2] }
local void = { "a", life = 1, "\nvoid [^\n]*peer=1001 " }
local bought = { "a", life = 1, "\nbought [^\n]*from=1001 " }
-- The buyer asks again every 250 ms what became of its BidConfirm, until it has the receipt.
local asked_on = { means = "the buyer has asked for long", "battery",
  log = ("event=refused peer=2001 [^\n]*type=BidConfirm code=none refusal=duplicate.*"):rep(5) }

local rows = {
  { victim = "a", at = "queried", buyer = "b", told = { says_so } },
  { victim = "a", at = "waiting", buyer = "b", told = { says_so } },
  { victim = "a", at = "bidding", buyer = "b", told = { says_so } },
  { victim = "a", at = "held", buyer = "b", told = { says_so } },
  { victim = "a", at = "held", late = true, buyer = "b", told = { says_so } },
  { victim = "a", at = "confirming", buyer = "a", told = { bought } },
  { victim = "a", at = "confirming", after = lapsed, buyer = "b", told = { void } },
  { victim = "a", at = "confirming", after = lapsed, let = "cut", buyer = "b", told = { void } },
  { victim = "a", at = "receipt", buyer = "a", told = { bought } },
  { victim = "a", at = "receipt", let = "cut", buyer = "a", told = { bought } },
  { victim = "a", at = "sold", buyer = "a" },
  { victim = "b", at = "held", buyer = "a",
    told = { { "battery", "\nterminate [^\n]*peer=2002 code=shutting_down" }, bought } },
  { victim = "battery", at = "queried", told = { battery_missed } },
  { victim = "battery", at = "waiting", told = { battery_says_so } },
  { victim = "battery", at = "bidding", told = { battery_missed } },
  { victim = "battery", at = "held", buyer = "a", told = { bought } },
  { victim = "battery", at = "held", after = lapsed, buyer = "b", told = { void } },
  { victim = "battery", at = "confirming", buyer = "a", told = { bought } },
  { victim = "battery", at = "confirming", after = lapsed, buyer = "b", told = { void } },
  { victim = "battery", at = "receipt", buyer = "a", told = { bought } },
  { victim = "battery", at = "receipt", after = asked_on, buyer = "a", told = { bought } },
  -- If the buyer is back within a second, as it should, it gets its receipt; a slow machine may need longer.
  { victim = "battery", at = "receipt", let = "cut", buyer = "a", forgot = true },
  { victim = "battery", at = "sold", buyer = "a", told = { bought } },
  -- The other side stands still: it is not waited for beyond the hold, or for ever.
  { victim = "battery", at = "held", frozen = "a", buyer = "b", told = { lapsed_there, void } },
  { victim = "a", at = "receipt", let = "cut", frozen = "battery", buyer = "a", forgot = true, in_doubt = 1 },
}

beside.describe("SIGTERM of", rows, plays.name_of_end, states.setup, plays.terminate)

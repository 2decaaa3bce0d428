-- SPDX-License-Identifier: MIT
-- kill -9 of either side in each state of a trade, and what those who live make of it. trade_states.lua names the
-- states, and the columns.
local beside = require("beside")
local plays = require("trade_plays")
local states = require("trade_states")

local lost = { "battery", log = "fault=link of=2001" }
local lapsed = { "battery", "\nlapse [^\n]*peer=2001 " }
local battery_lost = { "a", log = "fault=link of=1001" }
local void = { "a", "\nvoid [^\n]*peer=1001 code=unknown_trade" }
local not_waited_for = { "battery", "\nfailure [^\n]*peer=2001 code=offline" }

local rows = {
  { victim = "a", at = "queried", buyer = "b", told = { lost } },
  { victim = "a", at = "waiting", buyer = "b", told = { lost } },
  { victim = "a", at = "bidding", buyer = "b", told = { lost, lapsed } },
  { victim = "a", at = "held", buyer = "b", told = { lost, lapsed } },
  { victim = "a", at = "confirming", let = "cut", buyer = "b", told = { lost, lapsed } },
  -- Its kernel may take back what it has sent, if something was there that it had not read.
  { victim = "a", at = "confirming", let = "go", buyer = "any", forgot = true, told = { lost } },
  { victim = "a", at = "receipt", buyer = "a", forgot = true, told = { lost } },
  { victim = "a", at = "sold", buyer = "a", told = { lost } },
  { victim = "b", at = "held", buyer = "a", told = { { "battery", log = "fault=link of=2002" } } },
  { victim = "b", at = "confirming", let = "cut", buyer = "a", told = { { "battery", log = "fault=link of=2002" } } },
  { victim = "b", at = "held", let = "cut", told = { not_waited_for, { "battery", "\nlapse [^\n]*peer=2002 " } } },
  { victim = "battery", at = "queried", told = { battery_lost, not_waited_for } },
  { victim = "battery", at = "waiting", told = { battery_lost, not_waited_for } },
  { victim = "battery", at = "bidding", told = { battery_lost, not_waited_for } },
  { victim = "battery", at = "held", told = { battery_lost } },
  { victim = "battery", at = "confirming", told = { battery_lost, void } },
  { victim = "battery", at = "receipt", let = "cut", buyer = "a", forgot = true,
    told = { battery_lost, void } },
  { victim = "battery", at = "receipt", let = "go", comes = true, buyer = "a",
    told = { battery_lost, { "a", "\nbought " } } },
  { victim = "battery", at = "sold", buyer = "a", told = { battery_lost } },
  -- At an address that was in use a moment ago.
  { victim = "a", listens = true, at = "held", buyer = "b", told = { lost, lapsed } },
  { victim = "battery", listens = true, at = "held", told = { battery_lost, { "b", "\npeer up .*\npeer up " } } },
  -- Back before the others have noticed: their end of the old connection is open still.
  { victim = "a", at = "held", let = "abandon client", buyer = "b", told = { lapsed } },
  { victim = "a", at = "receipt", let = "abandon client", buyer = "a", forgot = true },
  { victim = "battery", at = "bidding", let = "abandon client" },
  { victim = "battery", at = "confirming", let = "abandon client", told = { void } },
}

beside.describe("kill -9 of", rows, plays.name_of_kill, states.setup, plays.kill)

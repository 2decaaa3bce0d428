-- SPDX-License-Identifier: MIT
-- SIGTERM of either side in each state of a trade: it says so, lets what is held be confirmed or end, writes whole
-- books and ends with status 0. trade_states.lua names the states, and the columns. `let` says what becomes of what was
-- under way: "go" lets it through, "cut" loses it; `after` when.
local beside = require("beside")
local states = require("trade_states")

local says_so = { "battery", "\nterminate [^\n]*peer=2001 code=shutting_down" }
local battery_says_so = { "a", "\nterminate [^\n]*peer=1001 code=shutting_down" }
local battery_missed = { "a", log = "fault=link of=1001" }
local lapsed = { means = "the hold is over", "battery", "\nlapse [^\n]*peer=2001 " }
local lapsed_there = { "battery", life = 1, lapsed[2] }
local void = { "a", life = 1, "\nvoid [^\n]*peer=1001 " }
local bought = { "a", life = 1, "\nbought [^\n]*from=1001 " }
local ended = { means = "it has ended", ended = true }

local rows = {
  { victim = "a", at = "queried", buyer = "b", told = { says_so } },
  { victim = "a", at = "waiting", buyer = "b", told = { says_so } },
  { victim = "a", at = "bidding", buyer = "b", told = { says_so } },
  { victim = "a", at = "held", buyer = "b", told = { says_so } },
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
  { victim = "battery", at = "receipt", after = ended, buyer = "a", told = { bought } },
  { victim = "battery", at = "receipt", let = "cut", buyer = "a", forgot = true, told = { void } },
  { victim = "battery", at = "sold", buyer = "a", told = { bought } },
  -- The other side stands still: it is not waited for beyond the hold, or for ever.
  { victim = "battery", at = "held", frozen = "a", buyer = "b", told = { lapsed_there, void } },
  { victim = "a", at = "receipt", let = "cut", frozen = "battery", buyer = "a", forgot = true, in_doubt = 1 },
}

local function play(row)
  local world = states.world(row)
  world:reach()
  local node = world[row.victim]
  if row.frozen then
    world[row.frozen]:signal("STOP")
    world:release(row.let or "go")
  end
  node:signal("TERM")
  if row.after == ended then
    node:ended()
  elseif row.after then
    world:tells(row.after)
  end
  if not row.frozen then
    world:release(row.let or "go")
  end
  assert.equal(0, node:ended())
  if row.frozen then
    world[row.frozen]:signal("CONT")
  end
  if row.victim ~= "battery" then
    world:settled(row.buyer)
  end
  world:start_again()
  world:trades_again()
  world:check_all()
end

local function name_of(row)
  local fate = (row.let == "cut" and "lost" or "coming") .. (row.frozen and ", the other side frozen" or "")
  return ("%s at %s, what was under way %s%s: %s has the energy"):format(row.victim, row.at, fate,
    row.after and " when " .. row.after.means or "", row.buyer or "nobody")
end

beside.describe("SIGTERM of", rows, name_of, states.setup, play)

-- SPDX-License-Identifier: MIT
-- What is done to the victim of a row of trade_states.lua, and what has to hold in the end.
local assert = require("luassert")
local nodes = require("live_nodes")
local states = require("trade_states")

local plays = {}

-- A window is two seconds, a hold three and a half: each node has its turn in time, unless the machine stands still.
local STALL_S = 0.5

-- Brings a trade into the row's state, does `act` to it, and then `rest`, which asserts what came of it. What the books
-- say has to be right however slow the machine was.
local function play(row, act, rest)
  local world
  nodes.in_time(STALL_S, function()
    world = states.begin(row, act)
    rest(world)
  end, function()
    if world then
      world:kill()
      world:check_lots()
    end
  end)
  world:check_books()
end

-- ---- kill -9 ----

local lets = { go = ", what was under way comes", cut = ", what was under way is lost",
  ["abandon client"] = ", back before that is noticed" }

function plays.name_of_kill(row)
  return ("%s%s at %s%s: %s has the energy"):format(row.victim, row.listens and ", who listens," or "", row.at,
    lets[row.let] or "", row.buyer or "nobody")
end

local function kill(world)
  local row = world.row
  local unnoticed = row.let == "abandon client"
  if unnoticed then
    world[row.victim]:signal("STOP")
    world:release(row.let)
  end
  world[row.victim]:signal("KILL")
  assert.equal(137, world[row.victim]:ended())
  if not unnoticed then
    world:release(row.let or "go")
  end
  if row.comes then
    world:came_through()
  end
end

function plays.kill(row)
  play(row, kill, function(world)
    if row.victim == "a" or row.victim == "b" then
      world:settled(row.buyer)
    end
    if row.noticed then
      world:tells(row.noticed)
      world.b:wait("\nbought [^\n]*from=1001 ")
    end
    world:start_again()
    world:trades_again()
    world:check_buyer()
  end)
end

-- ---- SIGSTOP and SIGCONT ----

function plays.name_of_freeze(row)
  local until_when = row.after and row.after.means or row.after or "a moment later"
  return ("%s at %s until %s%s: %s has the energy%s"):format(row.victim, row.at, until_when,
    row.let == "cut" and ", what was under way lost" or "", row.buyer or "nobody",
    row.heartbeat_s and ", with short heartbeats" or "")
end

local function stay_until(world, what)
  local hold_is_over = nodes.now() + states.market.hold_ms / 1000 + 1
  if what == "its hold is over" then
    nodes.wait_until(function()
      return nodes.now() >= hold_is_over
    end)
  elseif what == "the next interval" then
    world.b:wait(("\ninterval [^\n]*index=%d"):format(world.interval + 1))
  elseif what then
    world:tells(what)
  end
end

local function freeze(world)
  world[world.row.victim]:signal("STOP")
  world:release(world.row.let or "go")
end

function plays.freeze(row)
  play(row, freeze, function(world)
    if row.other then
      world:start("other", { dial = world.addresses.a })
    end
    stay_until(world, row.after)
    world[row.victim]:signal("CONT")
    world:trades_again()
    world:check_buyer()
  end)
end

-- ---- SIGTERM ----

function plays.name_of_end(row)
  local fate = (row.let == "cut" and "lost" or "coming") .. (row.frozen and ", the other side frozen" or "")
  return ("%s at %s, what was under way %s%s: %s has the energy"):format(row.victim, row.at, fate,
    (row.after and " when " .. row.after.means or "") .. (row.late and ", at the second attempt" or ""),
    row.buyer or "nobody")
end

local function terminate(world)
  local row = world.row
  if row.frozen then
    world[row.frozen]:signal("STOP")
    world:release(row.let or "go")
  end
  world[row.victim]:signal("TERM")
  -- It may take a while until it does: what is under way must not come before.
  world[row.victim]:wait("\nending why=SIGTERM ")
end

function plays.terminate(row)
  play(row, terminate, function(world)
    if row.after then
      world:tells(row.after)
    end
    if not row.frozen then
      world:release(row.let or "go")
    end
    assert.equal(0, world[row.victim]:ended())
    if row.frozen then
      world[row.frozen]:signal("CONT")
    end
    if row.victim == "a" or row.victim == "b" then
      world:settled(row.buyer)
    end
    world:start_again()
    world:trades_again()
    world:check_buyer()
  end)
end

-- ---- tables with several of these ----

function plays.name_of_any(row)
  return ("%s of %s%s"):format(row.play, plays.name_of_freeze(row), row.over and " over " .. row.over or "")
end

function plays.any(row)
  plays[row.play](row)
end

return plays

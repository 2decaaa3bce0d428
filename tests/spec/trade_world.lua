-- SPDX-License-Identifier: MIT
-- A world of trade_states.lua, which is a battery and its buyers in a row's state: what came of it.
local assert = require("luassert")
local books = require("trade_books")
local nodes = require("live_nodes")

local World = { device = { battery = 1001, a = 2001, b = 2002, other = 1002, between = 3001 } }
World.__index = World

-- Windows and holds in which a machine with much else to do gets everything done that a row does.
World.market = { interval_s = 12, window_ms = 2000, hold_ms = 3500, query_spread_ms = 100 }
local lot_mwh = 5000000 * World.market.interval_s // 3600 -- what 5 kW give in an interval
local device = World.device

function World:kill()
  for _, lives in pairs(self.lives) do
    for _, node in ipairs(lives) do
      node:kill()
    end
  end
end

-- Waits until a node's log has the words.
function World:logged(who, pattern)
  local node = self[who]
  if not nodes.wait_until(function()
    return node:err():find(pattern) or node:status()
  end) or not node:err():find(pattern) then
    node:fail(("waited for %q in its log"):format(pattern))
  end
end

function World:sales(who)
  return books.printed(self.lives.battery, "sold", device[who])
end

function World:purchases(who)
  return books.printed(self.lives[who], "bought", device.battery)
end

-- Who has the energy of the interval in which something was done, as the battery sees it; nil if nobody.
function World:buyer()
  for _, who in ipairs({ "a", "b" }) do
    if books.in_interval(self:sales(who), self.interval) then
      return who
    end
  end
  return nil
end

-- Waits until the battery has sold the interval's energy to whom the row says.
function World:settled(who)
  assert(nodes.wait_until(function()
    local buyer = self:buyer()
    return buyer == who or who == "any" and buyer
  end), "the energy did not go to " .. tostring(who) .. "\n---- battery\n" .. self.battery:out())
end

-- Waits for something that has to be told, as `told` has it.
function World:tells(what)
  if what.log then
    self:logged(what[1], what.log)
  else
    local node = what.life and self.lives[what[1]][what.life] or self[what[1]]
    node:wait(what[2])
  end
end

-- Waits until the battery and a have traded in a later interval.
function World:trades_again()
  assert(nodes.wait_until(function()
    local last = self:sales("a")[#self:sales("a")]
    return last and last.interval > self.interval and books.in_interval(self:purchases("a"), last.interval)
  end), "no trade in a later interval\n---- battery\n" .. self.battery:out() .. "\n---- a\n" .. self.a:out())
end

local function in_doubt_of(row, who, life)
  return who == row.victim and life == 1 and row.in_doubt or 0
end

-- Nothing was sold twice, whatever else came of it.
function World:check_lots()
  books.check_lots({ self:sales("a"), self:sales("b") }, lot_mwh)
end

function World:check_books()
  local forgotten = self.row.forgot and self.interval or nil
  self:check_lots()
  books.check_same(self:sales("a"), self:purchases("a"), forgotten)
  books.check_same(self:sales("b"), self:purchases("b"))
  for who, lives in pairs(self.lives) do
    for life, node in ipairs(lives) do
      if node:status() == 0 and who ~= "between" then
        books.check_whole(node, device[who] < 2000 and "sold" or "bought", in_doubt_of(self.row, who, life))
      end
    end
  end
end

-- Ends whoever still runs: buyers first, who may have to be told yet how a trade ended.
function World:stop_all()
  for _, who in ipairs({ "a", "b", "battery", "other", "between" }) do
    if self[who] and not self[who]:status() then
      self[who]:stop()
    end
  end
end

-- The buyer is as the row says.
function World:check_buyer()
  self:stop_all()
  for _, what in ipairs(self.row.told or {}) do
    self:tells(what)
  end
  if self.row.buyer ~= "any" then
    assert.equal(self.row.buyer, self:buyer())
  end
end

return World

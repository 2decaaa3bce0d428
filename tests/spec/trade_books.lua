-- SPDX-License-Identifier: MIT
-- What nodes have printed of their trades, over several lives of a device, and what they wrote down at the end.
local assert = require("luassert")
local json = require("cjson")

local books = {}

-- All trades with a peer, in order: { interval = , text = }, where `text` is the same on both sides. `word` is "sold"
-- or "bought"; `lives` are the processes that a device has had.
function books.printed(lives, word, peer)
  local list = {}
  local pattern = ("\n%s at=%%S+ %%a+=%d (kwh=[^\n]*) interval=(%%d+)"):format(word, peer)
  for _, node in ipairs(lives) do
    for text, interval in node:out():gmatch(pattern) do
      list[#list + 1] = { text = text, interval = tonumber(interval) }
    end
  end
  return list
end

function books.in_interval(list, index)
  for _, trade in ipairs(list) do
    if trade.interval == index then
      return trade
    end
  end
end

local function energy_of(trade)
  return math.floor(tonumber(trade.text:match("^kwh=(%S+)")) * 1000000 + 0.5)
end

-- What was sold in an interval, to whomever, is no more than there was for sale. Nothing is sold twice.
function books.check_lots(lists, lot_mwh)
  local sold = {}
  for _, list in ipairs(lists) do
    for _, trade in ipairs(list) do
      sold[trade.interval] = (sold[trade.interval] or 0) + energy_of(trade)
      assert(sold[trade.interval] <= lot_mwh, "sold twice in interval " .. trade.interval)
    end
  end
end

local function texts(list, but_interval)
  local found = {}
  for _, trade in ipairs(list) do
    if trade.interval ~= but_interval then
      found[#found + 1] = ("%s interval=%d"):format(trade.text, trade.interval)
    end
  end
  return found
end

-- Both sides name the same trades, but for one interval if it is given.
function books.check_same(sales, purchases, but_interval)
  assert.same(texts(sales, but_interval), texts(purchases, but_interval))
end

-- What a node wrote down at its end is what it had printed, and nothing is open, but for so many trades in doubt.
function books.check_whole(node, word, in_doubt)
  local result, lines = node:result(), 0
  for _ in node:out():gmatch("\n" .. word .. " ") do
    lines = lines + 1
  end
  assert.equal(lines, #result.books.list, node.name)
  assert.equal(lines, result.books.trades, node.name)
  assert.same({ true, false, in_doubt, 0 },
    { result.books.whole, result.cut, result.books.in_doubt, result.books.unresolved }, node.name)
  if result.battery ~= json.null then
    assert.same({ result.books.energy_mwh, 0 }, { result.battery.sold_mwh, result.battery.held_mwh }, node.name)
  end
end

return books

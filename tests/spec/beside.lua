-- SPDX-License-Identifier: MIT
-- Rows of a table that mostly wait, played beside each other: each is a coroutine that gives way where it would nap.
local busted = require("busted")
local net_relay = require("net_relay")
local nodes = require("live_nodes")

local beside = {}

-- Plays play(row) for all rows; returns what went wrong, by row.
function beside.play(rows, play)
  local alone, threads, errors = nodes.nap, {}, {}
  for _, row in ipairs(rows) do
    threads[row] = coroutine.create(play)
  end
  nodes.nap = coroutine.yield
  while next(threads) do
    for _, row in ipairs(rows) do
      local thread = threads[row]
      local went_well, problem = true, nil
      if thread then
        went_well, problem = coroutine.resume(thread, row)
      end
      if not went_well then
        errors[row] = debug.traceback(thread, tostring(problem))
      end
      if thread and coroutine.status(thread) == "dead" then
        threads[row] = nil
      end
    end
    alone()
  end
  nodes.nap = alone
  return errors
end

-- A table of rows as a block of tests: all are played before the first is told, and each is a test of its own.
function beside.describe(title, rows, name_of, prepare, play)
  busted.describe(title, function()
    local errors
    busted.setup(function()
      prepare()
      errors = beside.play(rows, play)
    end)
    busted.teardown(function()
      nodes.teardown()
      net_relay.end_all()
    end)
    for _, row in ipairs(rows) do
      busted.it(name_of(row), function()
        if errors[row] then
          error(errors[row], 0)
        end
      end)
    end
  end)
end

return beside

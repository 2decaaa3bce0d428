-- SPDX-License-Identifier: MIT
-- A node whose host's clock is wrong: its peer sees by how much, and how sure that is, and judges its messages by it.
local nodes = require("live_nodes")

local shifted_clock = os.getenv("ETP_SHIFTED_CLOCK")
local AHEAD_S = 90 -- whole intervals, so that the two are in the same part of one

setup(nodes.setup)
teardown(nodes.teardown)
after_each(nodes.kill_all)

-- How far a peer's clock is ahead, how sure that is, and its round trips: as the node's last table has them.
local function last_shown(node, device)
  local row
  local form = "\n  " .. device .. " +%a+ +%a+ +([+-][%d.]+) %+%-([%d.]+) +([%d.]+) +([%d.]+) "
  for ahead, uncertainty, middle, longest in node:out():gmatch(form) do
    row = { ahead, uncertainty, middle, longest }
  end
  return assert(row, node:out())
end

local function check_shown(node, peer)
  local row = last_shown(node, peer.device)
  for i, wanted in ipairs({ peer.ahead_ms, peer.uncertainty_ms, peer.round_trip_p50_ms, peer.round_trip_max_ms }) do
    assert.near(wanted, tonumber(row[i]), 0.006)
  end
  assert.is_true(peer.round_trip_p50_ms > 0 and peer.round_trip_p50_ms <= peer.round_trip_max_ms)
end

describe("a battery whose clock is ahead", function()
  it("trades in time, and both sides know by how much", function()
    if not shifted_clock then
      pending("a build with sanitizers loads no other library before its own")
      return
    end
    local aggregator = nodes.start("aggregator", nodes.aggregator())
    local battery = nodes.start("battery", nodes.battery({ dial = aggregator:ready() }), nil,
      ("env LD_PRELOAD='%s' ETP_CLOCK_AHEAD_S=%d"):format(shifted_clock, AHEAD_S))
    battery:wait("\nsold ", 2)
    aggregator:wait("\nbought ", 2)
    aggregator:signal("USR1")
    aggregator:wait("\n  1001 +battery +tcp +%+%d+%.%d+ %+%-%d+%.%d+ ")
    local sold = battery:stop()
    local bought = aggregator:stop()
    nodes.books_agree(sold, bought)
    check_shown(battery, sold.peers[1])
    check_shown(aggregator, bought.peers[1])
    for _, case in ipairs({ { bought, AHEAD_S * 1000 }, { sold, -AHEAD_S * 1000 } }) do
      local peer = case[1].peers[1]
      assert.is_true(peer.uncertainty_ms > 0 and peer.uncertainty_ms < AHEAD_S * 100)
      assert.is_true(math.abs(peer.ahead_ms - case[2]) <= peer.uncertainty_ms + 1000,
        ("%s ms, not %d"):format(peer.ahead_ms, case[2]))
      for _, kind in ipairs(case[1].delays) do
        assert.is_true(kind.received == 0 or kind.max_ms < AHEAD_S * 500,
          ("%s took %s ms"):format(kind.type, kind.max_ms))
      end
    end
  end)
end)

-- SPDX-License-Identifier: MIT
-- What a node does where others, or its own disk, wish it ill: it says so, and trades on.
local nodes = require("live_nodes")
local program = require("program")

setup(nodes.setup)
teardown(nodes.teardown)
after_each(nodes.kill_all)

local function with_key(device, changes)
  return nodes.with({ identity = false, key = device .. ".key", trust = "trusted", device = device }, changes)
end

local function count(text, words)
  local seen, at = 0, 1
  while true do
    local first, last = text:find(words, at, true)
    if not first then
      return seen
    end
    seen, at = seen + 1, last + 1
  end
end

describe("a node", function()
  it("says once that its audit cannot be written, and trades on", function()
    if not io.open("/dev/full", "w") then
      pending("there is no /dev/full here")
      return
    end
    nodes.keys({ { 1001, "battery" }, { 1002, "battery" }, { 2001, "aggregator" } })
    assert.equal(0, program.run(("keygen 1002 '%s'"):format(program.path("stranger.key"))).status)
    local aggregator = nodes.start("aggregator", nodes.aggregator(with_key(2001, { audit = "/dev/full" })))
    local dial = { dial = aggregator:ready() }
    nodes.start("stranger", nodes.battery(nodes.with(with_key(1002, dial), { key = "stranger.key" })))
    assert.truthy(nodes.wait_until(function()
      return count(aggregator:err(), "it says that it is device 1002") >= 3
    end), aggregator:err())
    assert.equal(1, count(aggregator:err(), "the audit cannot be written"), aggregator:err())
    local battery = nodes.start("battery", nodes.battery(with_key(1001, dial)))
    battery:wait("\nsold ")
    aggregator:wait("\nbought ")
    nodes.books_agree(battery:stop(), aggregator:stop())
  end)
end)

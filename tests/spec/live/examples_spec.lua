-- SPDX-License-Identifier: MIT
-- examples/live as its README has it: keys are made, two processes trade. Only the port is the system's choice.
local nodes = require("live_nodes")
local program = require("program")

setup(nodes.setup)
teardown(nodes.teardown)

-- The README's indented commands, those that stand together as one.
local function commands()
  local list = {}
  for block in ("\n" .. program.read("examples/live/README.md")):gmatch("\n\n(    .-)\n\n") do
    list[#list + 1] = block
  end
  return list
end

describe("examples/live", function()
  it("trades as its README says, with the keys that its README makes", function()
    assert(os.execute(("cp examples/live/*.lua '%s'"):format(program.path("."))))
    local first, second = commands()[1], commands()[2]
    assert.truthy(first:find("node aggregator.lua", 1, true) and second:find("node battery.lua", 1, true))
    local made = 0
    for line in first:gmatch("etp%-engine (keygen [^\n]*)") do
      made = made + 1
      assert(os.execute(("cd '%s' && '%s' %s 2>/dev/null"):format(program.path("."), program.engine, line)))
    end
    assert.equal(2, made)
    local text = program.read("examples/live/aggregator.lua"):gsub("tcp://127.0.0.1:7700", "tcp://127.0.0.1:0")
    local aggregator = nodes.start("aggregator", text)
    text = program.read("examples/live/battery.lua"):gsub("tcp://127.0.0.1:7700", (aggregator:ready()))
    local battery = nodes.start("battery", text)
    -- The value of 12 less the margin of 1.5 c/kWh.
    nodes.patience = 60
    battery:wait("\nsold at=%S+ to=2001 kwh=0.027777 price=10.5000 dollars=0.002916 interval=%d+\n")
    aggregator:wait("\nbought at=%S+ from=1001 kwh=0.027777 price=10.5000 dollars=0.002916 interval=%d+\n")
    local sold, bought = battery:stop(), aggregator:stop()
    nodes.books_agree(sold, bought)
    assert.same({ "north", "home-17" }, { sold.peers[1].name, bought.peers[1].name })
  end)
end)

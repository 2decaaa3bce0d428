-- SPDX-License-Identifier: MIT
-- etp-engine bench network --relay: the same over real sockets, through a program between them.
local json = require("cjson")
local program = require("program")

local relay = assert(os.getenv("ETP_NET_RELAY"), "ETP_NET_RELAY must name the relay of the tests")

setup(program.setup)
teardown(program.teardown)

local function bench(arguments)
  return program.run(("bench network --relay '%s' %s"):format(relay, arguments))
end

describe("bench network --relay", function()
  -- A machine may be busy: what is asserted is what cannot come much sooner, and that the market works. Nodes correct
  -- delays by what they think of each other's clocks, which is a little off.
  it("measures a market over real sockets", function()
    local done = bench("--batteries 4 --aggregators 1 --delays 20ms,600ms --intervals 2 --window 1s --seed 4 --json -")
    assert.equal(0, done.status, done.err)
    local result = json.decode(done.out)
    local fast, slow = table.unpack(result.markets[1].cells)
    assert.equal("sockets", result.links)
    assert.is_true(fast.trades > 0 and fast.bytes > 0 and fast.battery_bps > 0)
    for _, cell in ipairs({ fast, slow }) do
      for _, kind in ipairs(cell.types) do
        assert.is_true(kind.arrived == 0 or kind.max_ms >= cell.delay_ms / 2, kind.type)
      end
    end
    assert.equal(0, slow.trades)
    local response = slow.types[3]
    assert.equal("QueryResponse", response.type)
    assert.is_true(response.arrived > 0)
    assert.equal(response.arrived, response.late)
  end)

  it("measures failures at slow readers at the end of narrow lines", function()
    local slow = program.write("slow-relay", ("#!/bin/sh\nexec '%s' --drip 60000 \"$@\"\n"):format(relay))
    assert(os.execute("chmod +x " .. slow))
    local failures
    -- A busy machine may be the slowest of all on their way, but not each time.
    for _ = 1, 5 do
      local done = program.run(("bench network --relay '%s' --batteries 8 --aggregators 2 --delays 0s --intervals 4 "
        .. "--bandwidths 1000000 --window 250ms --hold 250ms --json -"):format(slow))
      assert.equal(0, done.status, done.err)
      failures = json.decode(done.out).markets[1].cells[1].types[9]
      assert.equal("DeviceFailure", failures.type)
      assert.is_true(failures.arrived > 0)
      if failures.p50_ms < failures.limit_ms then
        return
      end
    end
    error(("half of the failures took longer than %s ms each time, at last %s ms"):format(failures.limit_ms,
      failures.p50_ms))
  end)

  it("says what it was", function()
    local done = bench("--batteries 1 --aggregators 1 --intervals 1 --window 200ms --hold 200ms")
    assert.equal(0, done.status, done.err)
    program.says(done.out, { "real sockets on loopback through " .. relay .. ", each end proved by a key of its own",
      "1 interval of 5m, each in 900ms of the clock, from 18:00 on" })
  end)

  local cases = {
    { "--losses 1%", 2, "--relay carries TCP, which loses nothing, for it sends again what a network lost" },
    { "--reorder 1%", 2, "--duplicate, --reorder and --flip are of simulated links" },
    { "--jobs 2", 2, "--relay runs one cell after the other" },
    { "--relay /nowhere/relay", 1, "--relay /nowhere/relay: there is no such program" },
    { "--relay /bin/true", 1, "/bin/true did not say which port it listens on" },
    { "--relay README.md", 1, "README.md: there is no such program" },
  }
  for _, case in ipairs(cases) do
    it("refuses with a sentence: " .. case[1], function()
      local done = bench(case[1])
      assert.equal(case[2], done.status)
      assert.equal("", done.out)
      program.says(done.err, { case[3] })
    end)
  end
end)

-- SPDX-License-Identifier: MIT
-- A whole market in one process over real connections: it trades, its books balance, and it ends whole.
local json = require("cjson")
local nodes = require("live_nodes")
local program = require("program")

-- An evening in eight intervals of 0.6 s each, or slower.
local function evening(slower)
  return (" --rivals 2 --bess 10 --interval 2h --skip 8h --window %dms --hold %dms --pace %d --failures 0 "):format(
    150 * slower, 100 * slower, 12000 // slower)
end
local SHORT = evening(1)
local LINKS = "30 links between 10 batteries and 3 aggregators"

setup(program.setup)
teardown(program.teardown)

local function expect(done, status, words)
  assert.equal(status, done.status, done.out .. done.err)
  program.says(done.err, { words })
end

local function check_books(market)
  local bought, paid, sold, income = 0, 0, 0, 0
  for _, firm in ipairs(market.firms) do
    bought, paid = bought + firm.energy_mwh, paid + firm.paid_micro
  end
  for _, home in ipairs(market.homes) do
    sold, income = sold + home.sold_mwh, income + home.income_micro
  end
  assert.is_true(market.trades > 0)
  assert.same({ sold, income }, { bought, paid })
  assert.same({ market.energy_mwh, market.paid_micro }, { sold, income })
  assert.equal(0, market.unresolved + market.in_doubt)
end

-- Nothing is refused, but for what came twice, and what came too late to fit anything; how much that was.
local function check_refused(market)
  for reason, times in pairs(market.refused) do
    assert.equal(0, (reason == "duplicate" or reason == "unexpected") and 0 or times, reason)
  end
  return market.refused.unexpected
end

-- Runs the program as program.run() does, and says besides whether this spec stood still for so long meanwhile.
local function watched(arguments, seconds)
  local began, ended = nodes.now(), program.path("ended")
  os.remove(ended)
  local out, err = program.path("out"), program.path("err")
  local shell = assert(io.popen(("'%s' %s >'%s' 2>'%s'; status=$?; : >'%s'; exit $status"):format(program.engine,
    arguments, out, err, ended)))
  nodes.wait_until(function()
    local file = io.open(ended)
    return file and file:close()
  end)
  local _, _, status = shell:close()
  return { status = status, out = program.read(out), err = program.read(err) }, nodes.stood_still(began, seconds)
end

-- Whether some message was under way for so long that it may have come after its window or hold.
local function came_late(market, limit_ms)
  for _, kind in pairs(market.messages) do
    if (kind.max_us or 0) > limit_ms * 1000 then
      return true
    end
  end
  return false
end

-- The result of an evening over a transport, and what was printed. Nothing comes too late: but where the machine stood
-- still there is another evening, a slower one for a machine that is busy, or one that is as short for one that stops
-- now and then.
local function play(transport)
  local path, result, out = program.path(transport .. ".json"), nil, nil
  for _, slower in ipairs({ 1, 2, 1, 4, 1, 1 }) do
    local done, stood_still = watched("strategies/greedy.lua --live=" .. transport .. evening(slower) .. "--json "
      .. path, 0.1 * slower)
    assert.equal(0, done.status, done.out .. done.err)
    result, out = json.decode(program.read(path)), done.out
    local market = result.runs.market
    check_books(market)
    local late = check_refused(market)
    if late == 0 then
      break
    end
    assert(stood_still or came_late(market, 50 * slower), late .. " messages fitted nothing")
  end
  return result, out
end

-- Runs a shell's text with $ENGINE, $OUT and $FILE in it, and returns the status of the program that it waited for.
local function session(text, arguments, file)
  local out = program.path("session.out")
  os.remove(out)
  local ok, how, status = os.execute(([[
    await() { for turn in $(seq 600); do grep -q "$1" '%s' && return 0; sleep 0.1; done; return 1; }
    '%s' %s >'%s' 2>&1 & pid=$!
    trap 'kill -KILL $pid 2>/dev/null' EXIT
    FILE='%s'
    %s
    wait $pid; status=$?; trap - EXIT; exit $status
  ]]):format(out, program.engine, arguments, out, file or "", text))
  assert(ok or how == "exit", "the shell was killed")
  return status, program.read(out)
end

describe("run --live", function()
  for _, transport in ipairs({ "inproc", "ipc", "tcp", "ws" }) do
    it("trades over " .. transport .. ", and its books balance", function()
      local result, out = play(transport)
      program.says(out, { "Live over " .. transport, LINKS, "Skipped 4 intervals with 0 trades", "\n20:00  spot",
        "\n10:00  spot", "p99.9 ms", "BidConfirm", "Real links over " .. transport })
      assert.falsy(out:find("\n18:00  spot", 1, true))
      local market, live = result.runs.market, result.live
      assert.equal(12, market.intervals)
      assert.same({ transport, 30, 0, 0 }, { live.transport, live.links, live.lost, live.refused })
      assert.is_true(live.frames >= market.trades * 4 and live.bytes > live.frames * 100 and live.sends > 0)
      assert.equal(transport, result.options.live)
      assert.equal(0, market.network.frames_sent)
      assert.is_true(market.messages.BidConfirm.max_us > 0)
      assert.is_true(market.messages.Register.received >= 30)
    end)
  end

  it("goes over sockets where no transport is named", function()
    local done = program.run("run --live strategies/greedy.lua" .. SHORT)
    assert.equal(0, done.status, done.out .. done.err)
    program.says(done.out, { "Live over tcp", "Real links over tcp" })
  end)

  it("says what who sees the wire could do", function()
    local status, out = session("await ' spot '; kill -TERM $pid", "run --live=tcp strategies/greedy.lua" .. SHORT)
    assert.equal(0, status, out)
    program.says(out, { "plain: who sees it can read it", "Ending: the interval that has begun is run to its end.",
      "owner's net benefit" })
  end)

  it("balances its books while batteries fail", function()
    local path = program.path("failures.json")
    local line = "strategies/greedy.lua --live" .. SHORT:gsub("failures 0", "failures 1")
    local done = program.run(line .. "--json " .. path)
    assert.equal(0, done.status, done.out .. done.err)
    local market = json.decode(program.read(path)).runs.market
    check_books(market)
    assert.is_true(market.messages.DeviceFailure.received > 0)
  end)

  it("reloads a script that is saved, and ends when it is told to", function()
    local mine = program.write("mine.lua", [[return { api = 1, role = "aggregator",
      on_offer = function(_, offer) return offer.value - 5 end }]])
    local status, out = session([[
      await ' spot '
      sed 's/value - 5/value - 6/' "$FILE" >"$FILE.new" && mv "$FILE.new" "$FILE"
      await 'mine reloaded: version 2'; found=$?
      kill -TERM $pid
      [ $found = 0 ] || exit 99
    ]], "run --live " .. mine .. " --bess 5 --rivals 0 --interval 2h --window 150ms --hold 100ms --pace 12000", mine)
    assert.equal(0, status, out)
    program.says(out, { "mine had 2 versions", "Ending:" })
  end)

  it("is refused with what real links have not", function()
    local greedy = "strategies/greedy.lua --live "
    for _, option in ipairs({ "--delay 1ms", "--jitter 0", "--loss 1%", "--duplicate 1%", "--reorder 1%", "--flip 1%",
      "--bandwidth 9600" }) do
      local sentence = " is of simulated links, and --live has real ones"
      expect(program.run(greedy .. option), 2, option:match("%S+") .. sentence)
    end
    expect(program.run(greedy .. "--digest"), 2, "--live cannot go with --digest")
    expect(program.run(greedy .. "--check-determinism"), 2, "--live cannot go with --check-determinism")
    expect(program.run(greedy .. "--swap greedy=a.lua@1"), 2, "--live cannot go with --swap")
    expect(program.run(greedy .. "--utility knowing"), 2, "--live runs the market alone")
    expect(program.run(greedy .. "--json -"), 2, "--live writes what happens to standard output")
    expect(program.run("strategies/greedy.lua --live=udp"), 2, "--live takes tcp, ipc, ws or inproc")
  end)

  it("says how many open files it would need", function()
    expect(program.run("strategies/greedy.lua --live=tcp --bess 1000", "ulimit -n 256;"), 1, "ulimit -n")
  end)
end)

-- SPDX-License-Identifier: MIT
-- Versions that take over at a set time, market time that is paced, and what goes with what. Files that are edited
-- under a running program are in tests/unit/test_watch_program.c.
local program = require("program")

setup(program.setup)
teardown(program.teardown)

-- An aggregator that bids so much, and remembers how often it was asked.
local function version(name, bid, extra)
  return program.write(name, ([[
local S = { api = 1, role = "aggregator", name = "mine" }
function S.on_offer(ctx, offer)
  ctx.state.n = (ctx.state.n or 0) + 1
  return %s, offer.energy
end
%s
return S
]]):format(bid, extra or ""))
end

local function run_line(more)
  return version("mine.lua", "5") .. " --rivals 1 --bess 10 --no-baselines --interval 30m " .. more
end

local function expect(done, status, sentence)
  assert.equal(status, done.status, done.err)
  assert.truthy(program.unwrapped(done.err):find(sentence, 1, true), done.err)
end

local function of_kind(events, kind)
  local found = {}
  for _, event in ipairs(events) do
    found[#found + 1] = event.kind == kind and event or nil
  end
  return found
end

describe("events that cannot be written", function()
  it("end a watched run, instead of being found out at its end", function()
    local done = program.run("strategies/greedy.lua --watch --bess 20 --events /dev/full", "timeout 60")
    assert.equal(1, done.status)
    assert.truthy(done.err:find("/dev/full cannot be written: No space left on device", 1, true), done.err)
  end)
end)

describe("a version of --swap", function()
  it("bids from its moment on, and not before", function()
    local events = program.path("events.jsonl")
    -- Twenty intervals of half an hour: from ten in the evening on.
    local arguments = run_line("--events " .. events .. " --swap mine=%s@%s")
    local result = program.result(arguments:format(version("other.lua", "7"), "36000.000000001"))
    local list = program.events(events)
    local loads, reloads = of_kind(list, "load"), of_kind(list, "reload")
    assert.equal(3, #loads)
    assert.equal(1, #reloads)
    local reload = reloads[1]
    assert.same({ "mine", 2, "36000.000000001" }, { reload.strategy, reload.version, reload.swap_at })
    local before, after = 0, 0
    for _, bid in ipairs(of_kind(list, "bid")) do
      if bid.price_micro == 50000 or bid.price_micro == 70000 then
        local is_new = bid.price_micro == 70000
        before, after = before + (is_new and 0 or 1), after + (is_new and 1 or 0)
        assert.equal(bid.t_ns > reload.t_ns + 10 * 1000000, is_new)
      end
    end
    assert.is_true(before > 0 and after > 0)
    for _, firm in ipairs(result.runs.market.firms) do
      if firm.name == "mine" then
        assert.same({ loads[1].strategy == "mine" and loads[1].source_hash or loads[2].source_hash,
          reload.source_hash }, firm.versions)
        assert.equal(firm.source_hash, reload.source_hash)
      end
    end
  end)

  it("is told of in the table", function()
    local done = program.run(run_line("--swap mine=" .. version("other.lua", "7") .. "@60"))
    assert.equal(0, done.status, done.err)
    program.says(program.unwrapped(done.out), { "mine had 2 versions; hashes of their sources: " })
  end)

  it("leaves what the market is compared with as it is", function()
    local plain = version("mine.lua", "5") .. " --rivals 1 --bess 10 --interval 30m "
    local swapped = program.result(plain .. "--swap mine=" .. version("other.lua", "7") .. "@60")
    local without = program.result(plain)
    assert.equal(without.runs.alone.digest, swapped.runs.alone.digest)
    assert.equal(without.runs.utility.digest, swapped.runs.utility.digest)
    assert.not_equal(without.runs.market.digest, swapped.runs.market.digest)
  end)

  it("may be the reserve policy's, and any number of them", function()
    local policy = program.write("policy.lua", [[
local S = { api = 1, role = "bess", name = "two_tier" }
function S.reserve(ctx, battery) return 1, battery.lot end
return S
]])
    local swaps = (" --swap reserve=%s@%d"):rep(3):format(policy, 100, policy, 1000, policy, 20000)
    local result = program.result(run_line(swaps))
    assert.equal(4, #result.runs.market.policy.versions)
  end)

  it("is the same in two processes", function()
    local done = program.run(run_line("--pace 300 --check-determinism --swap mine=" .. version("other.lua", "7") ..
      "@33.25"))
    assert.equal(0, done.status, done.err)
    program.says(done.out, { "same result in two processes" })
  end)

  it("that cannot take over ends the run, and says why", function()
    local done = program.run(run_line("--swap mine=" .. version("broken.lua", "offer.vlaue") .. "@60"))
    expect(done, 1, "did you mean \"value\"")
    program.says(done.err, { "@60.000000000: ", "broken.lua:4:" })
    expect(program.run(run_line("--swap mine=nowhere.lua@60")), 1, "nowhere.lua: there is no such file")
    local save = "function S.on_save(ctx) return { f = ctx.state.n and S.on_offer } end"
    version("mine.lua", "5", save)
    local strange = program.path("mine.lua") .. " --rivals 1 --bess 10 --no-baselines --quiet "
    done = program.run(strange .. "--swap mine=" .. version("other.lua", "7") .. "@80000")
    expect(done, 1, "saved.f is a function")
  end)

  it("is refused where it makes no sense", function()
    local other = version("other.lua", "7")
    expect(program.run(run_line("--swap mnie=" .. other .. "@60")), 2, "did you mean mine?")
    expect(program.run(run_line("--swap mine=" .. other .. "@86400")), 2, "the run is over after 86400 s")
    for _, bad in ipairs({ "mine", "mine=a.lua", "mine=a.lua@", "mine=a.lua@1.", "mine=a.lua@-1", "=a.lua@1",
      "mine=@1", "mine=a.lua@1.0123456789", "mine=a.lua@1e3", "mine=a.lua@99999999999" }) do
      expect(program.run(run_line("--swap " .. bad)), 2, "--swap takes NAME=FILE@SECONDS")
    end
  end)
end)

describe("a pace", function()
  it("that leaves no room for an auction is refused, with one that does", function()
    local done = program.run(run_line("--watch --pace 451"))
    expect(done, 2, "Take a pace of 450 at most")
  end)

  it("is for who watches, or repeats what was watched", function()
    expect(program.run(run_line("--pace 60")), 2, "--pace is for --watch")
    expect(program.run(run_line("--watch --pace 0.5")), 2, "from 1 to 100000")
  end)

  it("is in the result", function()
    local swap = " --swap mine=" .. version("other.lua", "7") .. "@2"
    assert.equal(300, program.result(run_line("--pace 300" .. swap)).options.pace)
    assert.equal(require("cjson").null, program.result(run_line(swap)).options.pace)
  end)
end)

describe("--watch", function()
  it("is refused with what contradicts it", function()
    expect(program.run(run_line("--watch --check-determinism")), 2, "--watch cannot go with --check-determinism")
    expect(program.run(run_line("--watch --digest")), 2, "--watch cannot go with --digest")
    expect(program.run(run_line("--watch --swap mine=a.lua@1")), 2, "--watch cannot go with --swap")
    expect(program.run(run_line("--watch --json -")), 2, "name a file for --json and --events")
    expect(program.run(run_line("--watch --events -")), 2, "name a file for --json and --events")
  end)

  it("runs to the end by itself, with one line for each interval and the usual table", function()
    local events = program.path("events.jsonl")
    local done = program.run(version("mine.lua", "5") .. " --rivals 1 --bess 5 --interval 4h --window 40ms " ..
      "--hold 20ms --delay 2ms --jitter 0 --watch --pace 100000 --events " .. events)
    assert.equal(0, done.status, done.err)
    local head = "Watching 3 scripts at --pace 100000: a market interval of 4h lasts 0.144 s. "
    assert.equal(1, done.out:find(head, 1, true), done.out)
    for _, hour in ipairs({ "12", "16", "20", "00", "04", "08" }) do
      assert.truthy(done.out:find("\n" .. hour .. ":00  spot ", 1, true), done.out)
    end
    program.says(done.out, { "etp-engine ", "owner's net benefit", "mine" })
    assert.falsy(done.out:find("utility", 1, true))
    assert.equal(3, #of_kind(program.events(events), "load"))
  end)

  it("skips what nobody wants to wait for, and trades the same", function()
    local line = version("mine.lua", "12") .. " --rivals 1 --bess 5 --interval 4h --window 40ms --hold 20ms " ..
      "--delay 2ms --jitter 0 --watch --pace 100000"
    local all, part = program.run(line), program.run(line .. " --skip 9h")
    assert.equal(0, part.status, part.err)
    local trades = 0
    for count in all.out:gmatch("\n[12][26]:00  spot +%S+ +%d+ auctions +(%d+) trades") do
      trades = trades + count
    end
    program.says(part.out, { ("\nSkipped 2 intervals with %d trades; by the clock from 20:00 on.\n20:00  spot")
      :format(trades) })
    local rest = "\n20:00  spot.-\netp%-engine "
    assert.equal(assert(all.out:match(rest)), part.out:match(rest))
  end)

  it("has something left to watch", function()
    expect(program.run(run_line("--watch --skip 24h")), 2, "--skip leaves nothing to watch")
    expect(program.run(run_line("--skip 1h")), 2, "--skip is for --watch")
  end)
end)

-- SPDX-License-Identifier: MIT
-- etp-engine bench network over simulated links: what it measures, that its three forms say the same, and how it ends.
local json = require("cjson")
local program = require("program")

setup(program.setup)
teardown(program.teardown)

local function bench(arguments, before)
  return program.run("bench network " .. arguments, before)
end

local function result(arguments)
  local done = bench(arguments .. " --json -")
  assert(done.status == 0, done.err)
  return json.decode(done.out)
end

-- The one cell of a market that was run with these links.
local function cell(links)
  local market = result("--batteries 40 --aggregators 3 --delays 0 --losses 0 --bandwidths 0 " .. links).markets[1]
  assert.equal(1, #market.cells)
  return market.cells[1], market.perfect
end

local function late_types(of)
  local names = {}
  for _, kind in ipairs(of.types) do
    if kind.late > 0 then
      names[#names + 1] = kind.type
    end
  end
  return table.concat(names, " ")
end

local function rows(text)
  local lines = {}
  for line in text:gmatch("[^\n]+") do
    local row = {}
    for field in (line .. ","):gmatch("([^,]*),") do
      row[#row + 1] = field
    end
    lines[#lines + 1] = row
  end
  local head = table.remove(lines, 1)
  for i, row in ipairs(lines) do
    assert.equal(#head, #row)
    local named = {}
    for j, name in ipairs(head) do
      named[name] = row[j]
    end
    lines[i] = named
  end
  return lines
end

local SMALL = "--batteries 10,20 --aggregators 1,3 --delays 0s,600ms --losses 0,5% --bandwidths 0,2400 --intervals 8"

describe("what it measures", function()
  it("over perfect links is nothing late and nothing lost", function()
    local perfect = cell("")
    assert.equal(0, perfect.late_all)
    assert.equal(0, perfect.trades_lost)
    assert.equal(0, perfect.energy_lost_mwh)
    assert.equal(0, perfect.frames_lost)
    assert.is_true(perfect.trades > 0)
    for _, kind in ipairs(perfect.types) do
      assert.equal(0, kind.late)
      assert.is_true(kind.arrived == 0 or kind.max_ms == 0)
    end
  end)

  it("of a delay is that delay, exactly, for each type", function()
    local slow = cell("--delays 37ms")
    for _, kind in ipairs(slow.types) do
      if kind.arrived > 0 then
        assert.same({ 37, 37, 37, 37 }, { kind.p50_ms, kind.p99_ms, kind.p999_ms, kind.max_ms })
      end
    end
    assert.equal(0, slow.trades_lost)
  end)

  it("of 600 ms is late in exactly the types whose limit is less, each time", function()
    local slow = cell("--delays 600ms")
    assert.equal("QueryResponse BidAccept BidConfirm BidReject DeviceFailure", late_types(slow))
    for _, kind in ipairs(slow.types) do
      assert.is_true(kind.arrived > 0, kind.type .. " was not measured")
      assert.equal(kind.limit_ms < 600 and kind.arrived or 0, kind.late)
    end
  end)

  -- A BidAccept and its BidConfirm must pass within the hold.
  it("loses all trades where the round trip is longer than the hold, and none where it is shorter", function()
    assert.equal(0, cell("--delays 490ms").trades_lost)
    local slow, perfect = cell("--delays 510ms")
    assert.same({ 0, perfect.trades }, { slow.trades, slow.trades_lost })
    assert.equal(0, cell("--delays 510ms --hold 2s --window 3s").trades_lost)
  end)

  it("loses more trades, and is late more often, where more frames are lost", function()
    local last = { trades_lost = -1, energy_lost_mwh = -1 }
    for _, loss in ipairs({ "1%", "20%", "60%", "95%" }) do
      local now = cell("--losses " .. loss)
      for name, before in pairs({ energy_lost_mwh = last.energy_lost_mwh, trades_lost = last.trades_lost }) do
        assert.is_true(now[name] >= before, ("%s at a loss of %s: %g after %g"):format(name, loss, now[name], before))
      end
      assert.is_true(now.frames_lost > 0)
      last = now
    end
    assert.is_true(last.trades_lost > 0)
    assert.is_true(cell("--losses 10%").late_all > 0)
  end)

  it("takes as long on a narrow link as the bits do, and makes messages late on one too narrow", function()
    local narrow = cell("--bandwidths 9600")
    for _, kind in ipairs(narrow.types) do
      -- no message with its seal has less than 40 bytes
      assert.is_true(kind.arrived == 0 or kind.p50_ms >= 40 * 8 / 9.6, kind.type)
    end
    assert.equal(0, narrow.trades_lost)
    assert.is_true(cell("--bandwidths 600").late_all > 0)
  end)

  it("counts bytes once for all: a trade's, a battery's and the sum agree", function()
    local market = result("--batteries 40 --aggregators 3 --delays 20ms --losses 0 --bandwidths 0 --intervals 12")
    local one = market.markets[1].cells[1]
    local close = function(a, b) assert.is_true(math.abs(a - b) < 1e-6 * math.abs(b), a .. " is not " .. b) end
    close(one.bytes_per_trade * one.trades, one.bytes)
    close(one.battery_bps * 40 * 12 * 300 / 8, one.bytes)
    assert.is_true(one.aggregator_peak_bps * 3 > one.battery_bps * 40)
  end)

  it("finds, for each type, how far links may be worse", function()
    local market = result("--batteries 40 --aggregators 3 --delays 0,150ms,300ms,700ms --losses 0,30% "
      .. "--bandwidths 0,20000,600").markets[1]
    local needs = {}
    for _, need in ipairs(market.needs) do
      needs[need.of] = need
    end
    assert.same({ 150, 300, 300, 700 }, { needs.DeviceFailure.delay_ms, needs.BidAccept.delay_ms,
      needs.QueryResponse.delay_ms, needs.Bid.delay_ms })
    assert.same({ 150, 300 }, { needs.messages.delay_ms, needs.energy.delay_ms })
    assert.same({ 0, 0 }, { needs.messages.loss, needs.QueryResponse.loss })
    assert.same({ 20000, 20000 }, { needs.messages.bandwidth_bps, needs.BidAccept.bandwidth_bps })
  end)
end)

describe("the result", function()
  it("is the same each time, however many cells are run at once", function()
    local once = bench(SMALL .. " --json - --jobs 1")
    assert.equal(0, once.status, once.err)
    assert.equal(once.out, bench(SMALL .. " --json - --jobs 2").out)
    assert.equal(once.out, bench(SMALL .. " --json - --jobs 5", "env LC_ALL=de_DE.UTF-8 COLUMNS=40").out)
    assert.not_equal(once.out, bench(SMALL .. " --json - --seed 2").out)
  end)

  it("has a cell for each combination, whatever the order in which values are named", function()
    local one = result(SMALL)
    local mixed = result("--batteries 20,10 --aggregators 3,1 --delays 600ms,0s --losses 5%,0 --bandwidths 2400,0 "
      .. "--intervals 8")
    assert.same(one.markets, mixed.markets)
    assert.equal(4, #one.markets)
    for _, market in ipairs(one.markets) do
      assert.equal(8, #market.cells)
    end
    local first = one.markets[1].cells[1]
    assert.same({ 0, 0, 0 }, { first.delay_ms, first.loss, first.bandwidth_bps })
    assert.equal("simulated", one.links)
    assert.same({ 1, "bench network", "1" }, { one.schema_version, one.command, one.seed })
  end)

  it("is the same in JSON and CSV", function()
    local csv = program.path("sweep.csv")
    local whole = result(SMALL .. " --csv " .. csv)
    local lines = rows(program.read(csv))
    local at = 0
    for _, market in ipairs(whole.markets) do
      for _, one in ipairs(market.cells) do
        for _, kind in ipairs(one.types) do
          at = at + 1
          local line = lines[at]
          local function same(name, value)
            local wanted = value == json.null and "" or value
            local got = line[name] == "" and "" or tonumber(line[name]) or line[name]
            assert(got == wanted or math.abs(got - wanted) <= 1e-12 * math.abs(wanted),
              ("%s: %s in CSV, %s in JSON"):format(name, got, wanted))
          end
          same("batteries", market.batteries)
          same("aggregators", market.aggregators)
          same("trades_perfect", market.perfect.trades)
          same("links", "simulated")
          for name, value in pairs(one) do
            if name ~= "types" then
              same(name, value)
            end
          end
          for name, value in pairs(kind) do
            same(name, value)
          end
        end
      end
    end
    assert.equal(#lines, at)
  end)

  it("is the same in JSON and for people", function()
    local arguments = "--batteries 20 --aggregators 3 --delays 20ms --losses 2% --bandwidths 9600 --by-type"
    local market = result(arguments).markets[1]
    local one, text = market.cells[1], bench(arguments).out
    program.says(text, {
      "simulated links; 24 intervals of 5m from 18:00 on, seed 1, first-price",
      "20 batteries, 3 aggregators, 20ms, loss 2 %, 9600 bit/s, in ms",
    })
    local row = text:match("\n +20 +3 +20ms +2 %% +9600 +([^\n]+)\n")
    local words = {}
    for word in row:gmatch("%S+") do
      words[#words + 1] = word
    end
    assert.same({ ("%d"):format(one.trades), ("%d"):format(one.trades_lost),
      ("%.2f"):format(one.energy_mwh / 1e6), ("%.2f"):format(one.energy_lost_percent), ("%d"):format(one.late_all),
      ("%.0f"):format(one.bytes_per_trade), ("%.1f"):format(one.battery_bps),
      ("%.2f"):format(one.aggregator_peak_bps / 1e3) }, words)
    for _, kind in ipairs(one.types) do
      local cells = kind.arrived > 0
        and ("%.1f +%.1f +%.1f +%.1f"):format(kind.p50_ms, kind.p99_ms, kind.p999_ms, kind.max_ms) or "%- +%- +%- +%-"
      assert.truthy(text:find(("\n %s +%d +%d +%d +%s +%d\n"):format(kind.type, kind.limit_ms, kind.sent,
        kind.arrived, cells, kind.late)), kind.type)
    end
  end)

  it("goes to standard output alone where that is asked for", function()
    assert.truthy(bench(SMALL .. " --csv -").out:find("^links,batteries,"))
    assert.equal("", bench(SMALL .. " --quiet").out)
  end)

  it("takes strategies, and fills up with shipped ones", function()
    local mine = program.write("mine.lua", [[
return { api = 1, role = "aggregator", on_offer = function() return nil, "no" end }
]])
    local nobody = result(mine .. " --batteries 10 --aggregators 1 --delays 0 --losses 0 --bandwidths 0")
    assert.equal(0, nobody.markets[1].perfect.trades)
    assert.equal(json.null, nobody.markets[1].cells[1].bytes_per_trade)
    local two = result(mine .. " --batteries 40 --aggregators 2 --delays 0 --losses 0 --bandwidths 0")
    assert.is_true(two.markets[1].perfect.trades > 0)
  end)
end)

describe("bench network refuses with a sentence", function()
  local cases = {
    { "--batteries 0", "--batteries takes whole numbers from 1 to 100000, with commas between them, not '0'" },
    { "--batteries 10,,20", "not ''" },
    { "--batteries ''", "not ''" },
    { "--batteries 10,x", "not 'x'" },
    { "--batteries 10,20,10", "--batteries has 10 twice" },
    { "--delays 20", "--delays takes times from 0s to 1h with their units, such as 20ms" },
    { "--delays 2h", "not '2h'" },
    { "--losses 2", "--losses takes chances from 0 to 1, such as 0.01 or 1%" },
    { "--bandwidths -1", "--bandwidths takes bits per second from 1 to 1000000000000, or 0 for no limit" },
    { "--bandwidths 1" .. (",1"):rep(40), "--bandwidths has 1 twice" },
    { "--intervals 0", "--intervals takes a whole number from 1 to 100000" },
    { "--region VIC1", "--region is an option of run and not of bench network" },
    { "--dealys 20ms", "did you mean --delays?" },
    { "greedy random --aggregators 1,5", "--aggregators 1 is fewer than the 2 strategies that are named" },
    { "nowhere.lua", "nowhere.lua", 1 },
    { "--interval 10s", "--interval takes a time from 1m" },
    { "--window 5m", "an interval of 300.000 s is too short" },
    { "--csv same --json same", "--csv and --json name the same file" },
  }
  local many = {}
  for i = 1, 33 do
    many[i] = i
  end
  cases[#cases + 1] = { "--batteries " .. table.concat(many, ","), "--batteries takes at most 32 values" }
  for _, case in ipairs(cases) do
    it(case[1]:sub(1, 60), function()
      local done = bench(case[1])
      assert.equal(case[3] or 2, done.status)
      assert.equal("", done.out)
      program.says(done.err, { case[2] })
    end)
  end

  it("without a word for what is measured, or with another", function()
    program.says(program.run("bench").err, { "bench needs what is to be measured: etp-engine bench network" })
    program.says(program.run("bench clocks").err, { "bench does not measure 'clocks'" })
    assert.equal(2, program.run("bench").status)
  end)

  it("does not write over what it reads", function()
    local mine = program.write("mine.lua", "return { api = 1, role = 'aggregator', on_offer = function() end }")
    program.says(bench(mine .. " --csv " .. mine).err, { "--csv would write over" })
    program.says(bench(mine .. " --json " .. mine).err, { "--json would write over" })
  end)
end)

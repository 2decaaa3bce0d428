-- SPDX-License-Identifier: MIT
-- What the program writes: documented field by field, the same in every process, and adding up.
local json = require("cjson")
local program = require("program")

local GREEDY = "strategies/greedy.lua"
local SMALL = GREEDY .. " --bess 10 --no-baselines "

setup(program.setup)
teardown(program.teardown)

local function section(title)
  local text = program.read("docs/results.md")
  return assert(text:match("\n## " .. title:gsub("%-", "%%-") .. "\n(.-)\n## ") or
    text:match("\n## " .. title:gsub("%-", "%%-") .. "\n(.*)"), title)
end

-- Names in the first column of the page's tables.
local function documented(text)
  local names = {}
  for name in text:gmatch("\n| `([^`]+)` |") do
    assert(not names[name], "twice in docs/results.md: " .. name)
    names[name] = true
  end
  return names
end

-- Paths of all leaves, in the page's notation.
local function paths_of(value, path, found)
  if type(value) ~= "table" then
    found[path] = true
  elseif #value > 0 then
    for _, entry in ipairs(value) do
      paths_of(entry, path .. "[]", found)
    end
  else
    for key, entry in pairs(value) do
      local many = path == "runs" or path == "world" or path:find("%.params$") or path:find("%.messages$")
        or path:find("%.refused$") or path:find("%.regimes$")
      paths_of(entry, (path == "" and "" or path .. ".") .. (many and "*" or key), found)
    end
  end
  return found
end

local function differences(one, other)
  local missing = {}
  for name in pairs(one) do
    if not other[name] then
      missing[#missing + 1] = name
    end
  end
  table.sort(missing)
  return missing
end

-- What became of each firm, by its name.
local function by_name(result)
  local firms = {}
  for _, firm in ipairs(result.runs.market.firms) do
    firms[firm.name] = firm
  end
  return firms
end

describe("the JSON result", function()
  local result
  setup(function()
    result = program.result(GREEDY .. " --bess 10")
  end)

  it("has the fields of docs/results.md and no others", function()
    local written, named = paths_of(result, "", {}), documented(section("--json"))
    -- Where a run was not made there is null in its place.
    assert.same({}, differences(written, named))
    assert.same({}, differences(named, written))
  end)

  it("adds up", function()
    for name, run in pairs(result.runs) do
      local bought, paid, sold, income, benefit = 0, 0, 0, 0, 0
      for _, firm in ipairs(run.firms) do
        bought, paid = bought + firm.energy_mwh, paid + firm.paid_micro
      end
      for _, home in ipairs(run.homes) do
        sold, income = sold + home.sold_mwh, income + home.income_micro
        benefit = benefit + home.net_benefit_micro
      end
      assert.same({ run.energy_mwh, run.energy_mwh }, { bought, sold }, name)
      assert.same({ run.paid_micro, run.paid_micro }, { paid, income }, name)
      assert.equal(run.net_benefit_micro, benefit, name)
      assert.is_true(run.energy_mwh > 0, name)
    end
  end)

  it("sums up by regime and by hour, and never exceeds the best", function()
    local kinds = { "intervals", "offered_mwh", "energy_mwh", "paid_micro", "worth_micro", "spot_micro",
      "reserve_micro", "gain_micro", "best_gain_micro" }
    for name, run in pairs(result.runs) do
      assert.equal(24, #run.hours)
      for _, kind in ipairs(kinds) do
        local regimes, hours = 0, 0
        for _, slice in pairs(run.regimes) do
          regimes = regimes + slice[kind]
        end
        for _, slice in ipairs(run.hours) do
          hours = hours + slice[kind]
        end
        assert.same({ run[kind], run[kind] }, { regimes, hours }, name .. "." .. kind)
      end
      assert.is_true(run.gain_micro > 0 and run.gain_micro <= run.best_gain_micro, name)
      assert.is_true(math.abs(run.gain_micro / run.best_gain_micro - run.efficiency) < 1e-9, name)
      assert.is_true(run.reserve_micro <= run.paid_micro, name)
      assert.equal(0, run.regimes.negative.energy_mwh)
      assert.is_true(run.regimes.evening.energy_mwh > run.regimes.noon.energy_mwh)
    end
    assert.equal(10000, result.runs.utility.hhi)
    assert.equal(0, result.runs.utility.residual_demand)
    assert.is_true(result.runs.market.hhi < 10000 and result.runs.market.hhi > 2000)
    assert.is_true(result.runs.market.residual_demand > 0)
  end)

  it("counts the owners whom the mean hides", function()
    local below = 0
    for name, run in pairs(result.runs) do
      local benefits, worse = {}, 0
      for i, home in ipairs(run.homes) do
        benefits[i] = home.net_benefit_micro
        worse = worse + (home.net_benefit_micro < 0 and 1 or 0)
      end
      table.sort(benefits)
      local middle = benefits[#benefits // 2] + benefits[#benefits // 2 + 1]
      assert.equal(0, #benefits % 2)
      assert.is_true(math.abs(middle / 2 - run.net_benefit_median_micro) <= 0.5, name)
      assert.equal(math.floor(run.net_benefit_median_micro), run.net_benefit_median_micro)
      assert.equal(worse, run.owners_worse_off, name)
      below = below + worse
    end
    assert.is_true(below > 0)
  end)

  it("accounts for each home's energy", function()
    local one_way = math.sqrt(result.world.round_trip)
    for _, run in pairs(result.runs) do
      for i, home in ipairs(run.homes) do
        local direct = home.load_mwh - home.own_use_mwh - home.imported_mwh
        local charged = home.sun_mwh - direct - home.spilled_mwh - home.curtailed_mwh
        local stored = result.world.start_charge * home.capacity_mwh + one_way * charged
          - (home.own_use_mwh + home.sold_mwh) / one_way
        assert.is_true(direct >= 0 and charged >= 0, home.device)
        assert.is_true(stored >= result.world.floor * home.capacity_mwh - 10, home.device)
        assert.is_true(stored <= home.capacity_mwh + 10, home.device)
        local other = result.runs.market.homes[i]
        assert.same({ other.sun_mwh, other.load_mwh }, { home.sun_mwh, home.load_mwh })
        assert.is_true(home.sun_mwh > 0 and home.load_mwh > 0 and home.spilled_mwh > 0)
      end
    end
  end)

  it("has the same homes in every run, and one buyer where there is one", function()
    local runs = result.runs
    assert.equal(5, #runs.market.firms)
    assert.equal(1, #runs.utility.firms)
    assert.equal("greedy", runs.alone.firms[1].name)
    for i, home in ipairs(runs.market.homes) do
      assert.equal(home.device, runs.utility.homes[i].device)
      assert.equal(home.capacity_mwh, runs.alone.homes[i].capacity_mwh)
      assert.equal(home.cost_without_market_micro, runs.alone.homes[i].cost_without_market_micro)
    end
  end)

  it("gives a firm alone the draws that it has among rivals", function()
    local among = by_name(result).greedy
    local alone = result.runs.alone.firms[1]
    assert.equal(among.device, alone.device)
    assert.equal(among.intervals, alone.intervals)
  end)

  it("is replaced in a file as a whole", function()
    local path = program.write("result.json", "something older")
    local done = program.run(SMALL .. "--quiet --json " .. path)
    assert.same({ status = 0, out = "", err = "" }, done)
    assert.equal(1, json.decode(program.read(path)).schema_version)
  end)

  it("records the parameters that were set", function()
    local set = "--set greedy.margin=1.25 --set world.q=0.8 --set reserve.premium=2"
    local changed = program.result(SMALL .. set)
    assert.equal(1.25, by_name(changed).greedy.params.margin)
    assert.equal(0.8, changed.world.q)
    assert.equal(2, changed.runs.market.policy.params.premium)
    assert.not_equal(result.runs.market.digest, changed.runs.market.digest)
  end)

  it("carries the attribution of AEMO's data, as the table does", function()
    local path = program.prices("prices.csv", 2, function() return 120 end)
    local words = "Source: Australian Energy Market Operator (AEMO)"
    assert.equal(words, program.result(SMALL .. "--prices " .. path).attribution)
    assert.truthy(program.run(SMALL .. "--prices " .. path).out:find(words, 1, true))
    assert.equal(json.null, result.attribution)
  end)
end)

describe("the same command", function()
  it("gives the same result in two processes, and says so", function()
    local done = program.run(SMALL .. "--check-determinism")
    assert.equal(0, done.status, done.err)
    local digest = done.out:match("^same result in two processes: digest (%x+)\n$")
    assert.equal(32, #digest)
    assert.equal(digest .. "\n", program.run(SMALL .. "--digest").out)
  end)

  it("gives another result with another seed", function()
    assert.not_equal(program.run(SMALL .. "--digest").out, program.run(SMALL .. "--digest --seed 2").out)
  end)

  it("gives the same under another environment", function()
    local others = "env LC_ALL=de_DE.UTF-8 LC_NUMERIC=de_DE.UTF-8 TZ=Pacific/Chatham POSIXLY_CORRECT=1 HOME=/ "
      .. "MALLOC_PERTURB_=85"
    assert.same(program.run(SMALL .. "--fit 3.5").out, program.run(SMALL .. "--fit 3.5", others).out)
  end)

  it("gives the same with the files in another order", function()
    local one, other = "strategies/conservative.lua", "strategies/random.lua"
    local common = " --bess 10 --no-baselines"
    local first = program.result(("%s %s %s"):format(GREEDY, one, other) .. common)
    local second = program.result(("%s %s %s"):format(other, GREEDY, one) .. common)
    assert.equal(first.runs.market.digest, second.runs.market.digest)
    assert.same(by_name(first), by_name(second))
  end)

  it("names a strategy's second instance, and fills up with others", function()
    local firms = by_name(program.result(GREEDY .. " " .. SMALL))
    assert.truthy(firms["greedy"] and firms["greedy#2"] and firms["conservative"] and firms["aggressive"])
    assert.falsy(firms["greedy#3"])
    local crowd = program.result(SMALL .. "--rivals 9").runs.market.firms
    assert.equal(10, #crowd)
  end)
end)

describe("events", function()
  local function sums(arguments)
    local path = program.path("events.jsonl")
    local result = program.result(SMALL .. arguments .. " --events " .. path)
    local total = { energy = 0, paid = 0, trades = 0, bids = 0 }
    local firms, homes = {}, {}
    for _, firm in ipairs(result.runs.market.firms) do
      firms[firm.device] = { query = 0, bid = 0, confirm = 0, receipt = 0, energy = 0, paid = 0 }
    end
    for _, event in ipairs(program.events(path)) do
      local firm = firms[event.kind == "receipt" and event.device or event.peer]
      if firm and firm[event.kind] then
        firm[event.kind] = firm[event.kind] + 1
      end
      if event.kind == "confirm" then
        total.energy, total.paid = total.energy + event.energy_mwh, total.paid + event.amount_micro
        total.trades = total.trades + 1
        firm.energy, firm.paid = firm.energy + event.energy_mwh, firm.paid + event.amount_micro
        homes[event.device] = (homes[event.device] or 0) + event.energy_mwh
      elseif event.kind == "bid" then
        total.bids = total.bids + 1
      end
    end
    return result.runs.market, total, firms, homes
  end

  for _, links in ipairs({ "", "--loss 0.2 --duplicate 0.2", "--loss 20% --reorder 20% --flip 1%" }) do
    it("sum up to the totals of the result, to the last unit: " .. (links ~= "" and links or "good links"), function()
      local market, total, firms, homes = sums(links)
      assert.is_true(total.trades > 0)
      assert.same({ energy = market.energy_mwh, paid = market.paid_micro, trades = market.trades, bids = market.bids },
        total)
      for _, firm in ipairs(market.firms) do
        assert.same({ query = firm.queries, bid = firm.bids, confirm = firm.trades, receipt = firm.wins,
          energy = firm.energy_mwh, paid = firm.paid_micro }, firms[firm.device], firm.name)
        assert.is_true(firm.queries_sent >= firm.queries and firm.bids_sent >= firm.bids and firm.bids > 0)
      end
      for _, home in ipairs(market.homes) do
        assert.equal(home.sold_mwh, homes[home.device] or 0, home.device)
      end
    end)
  end

  it("have the fields and kinds of docs/results.md", function()
    local path = program.path("events.jsonl")
    program.result(SMALL .. "--loss 10% --flip 2% --failures 50% --delay 300ms --disclose both --events " .. path)
    local seen, kinds = {}, {}
    for _, event in ipairs(program.events(path)) do
      kinds[event.kind] = true
      for field in pairs(event) do
        seen[field] = true
      end
    end
    local known = documented(section("--events"))
    assert.same({}, differences(seen, known))
    assert.same({}, differences(kinds, known))
    for name in section("--events"):match("| field.-\n\n"):gmatch("\n| `([^`]+)` |") do
      assert.truthy(seen[name], "documented, but not written: " .. name)
    end
  end)

  it("of the first days know nothing of the days that follow", function()
    local function price(i)
      return 90 + 60 * (i * 7919 % 100) / 100
    end
    local arguments = SMALL .. "--rivals 4 --bess 5 --failures 100%% --quiet --prices %s --days %d --events %s"
    local long, short = program.path("long.jsonl"), program.path("short.jsonl")
    local function run(days_in_file, days, events)
      local done = program.run(arguments:format(program.prices("days.csv", days_in_file, price), days, events))
      assert.equal(0, done.status, done.err)
    end
    run(6, 5, long)
    run(4, 3, short)
    -- Up to noon of 4 January 2025; what is still under way then belongs to the next day.
    local last = (20092 * 24 + 12) * 3600 * 1000000000
    local function days(path)
      local lines = {}
      for line in io.lines(path) do
        if math.tointeger(line:match('"t_ns":(%d+)') or last) < last then
          lines[#lines + 1] = line
        end
      end
      return lines
    end
    local first, second = days(long), days(short)
    assert.is_true(#first > 1000)
    local failures = 0
    for _, line in ipairs(first) do
      failures = failures + (line:find('"kind":"failure"', 1, true) and 1 or 0)
    end
    assert.is_true(failures > 0)
    assert.equal(#first, #second)
    for i, line in ipairs(first) do
      assert.equal(line, second[i])
    end
  end)
end)

describe("links", function()
  for _, loss in ipairs({ "30%", "50%" }) do
    it("that lose " .. loss .. " of all frames leave no trade open and ask for no old auction", function()
      local path = program.path("rough.jsonl")
      local market = program.result(SMALL .. "--loss " .. loss .. " --events " .. path).runs.market
      assert.equal(0, market.unresolved)
      assert.equal(0, market.in_doubt)
      assert.is_true(market.trades > 0)
      for _, event in ipairs(program.events(path)) do
        -- An id is the moment of creation: a Query that opens an auction is of the same interval.
        if event.kind == "query" then
          assert.is_true(event.t_ns / 1000 - tonumber(event.message) < 15e6)
        end
      end
    end)
  end

  it("of 600 ms miss the limits that are below, and no others", function()
    local market = program.result(SMALL .. "--delay 600ms --jitter 0 --hold 3s --failures 50%").runs.market
    local below = { QueryResponse = true, BidAccept = true, BidConfirm = true, BidReject = true, DeviceFailure = true }
    for type, message in pairs(market.messages) do
      if below[type] then
        assert.is_true(message.misses > 0, type)
        assert.equal(message.received, message.misses, type)
      else
        assert.equal(0, message.misses, type)
      end
    end
    assert.is_true(market.trades > 0)
    local table_of_delays = program.run(SMALL .. "--delay 600ms").out
    assert.truthy(table_of_delays:find("misses", 1, true))
    assert.truthy(table_of_delays:find("no trade can", 1, true))
  end)

  it("that are fast miss none", function()
    for type, message in pairs(program.result(SMALL).runs.market.messages) do
      assert.equal(0, message.misses, type)
    end
  end)

  it("that flip bits are seen through by the checksum", function()
    local market = program.result(SMALL .. "--flip 1%").runs.market
    assert.is_true(market.network.frames_flipped > 0)
    assert.equal(market.network.frames_flipped, market.refused.checksum + market.refused.truncated
      + market.refused.too_long)
    assert.truthy(program.run(SMALL .. "--flip 1%").out:find("checksum", 1, true))
  end)
end)

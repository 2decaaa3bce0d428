-- SPDX-License-Identifier: MIT
-- etp-engine evidence on a folder with bad files in it: what does not count is told, on the screen and in the report.
local program = require("program")

-- Eight days of two homes: the shipped scenario, cut down to its headline.
local SCENARIO = [[
local s = require "shipped"
s.homes.count, s.homes.source, s.seeds.count, s.estimate.resamples = 2, "built-in", 1, 100
s.prices.from, s.prices["until"], s.prices.interval = "2025-01-01", "2025-01-09", 5
s.prices.pieces, s.prices.piece_days = 1, 7
local headline
for _, experiment in ipairs(s.experiments) do
  headline = experiment.id == "headline" and experiment or headline
end
headline.set = {}
s.experiments, s.quick = { headline }, { experiments = { "headline" }, set = {} }
]]

local function prices(name, factor, from, to)
  return program.prices(name, 8, function(i)
    local changed = i >= (from or 1) and i <= (to or math.huge)
    return (50 + i % 97) * (changed and factor or 1)
  end)
end

local function folder(name)
  assert(os.execute("mkdir -p '" .. program.path(name) .. "'"))
  prices(name .. "/prices.csv", 1)
  return program.path(name)
end

local function evidence(name, text)
  program.write("shipped.lua", program.read("scenarios/study.lua"))
  local scenario = program.write("tiny.lua", SCENARIO .. (text or "") .. "\nreturn s\n")
  return program.run(("evidence --data '%s' --scenario '%s' --out '%s'"):format(program.path(name), scenario,
    program.path(name .. ".html")))
end

-- Runs on a folder, and wants the sentences both on standard error and in the report.
local function told(name, sentences)
  local done = evidence(name)
  assert.equal(0, done.status, done.err)
  program.says(done.err, sentences)
  program.says(program.read(program.path(name .. ".json")), sentences)
  return done
end

-- Ausgrid's one customer, in its form: half-hours on the clock of Sydney, in kW, with nothing used in the hour that the
-- clock leaves out in October 2011.
local function household(name)
  local lines, first = { ",GC,GG" }, 1309478400 -- 1 July 2011
  for i = 0, 366 * 48 - 1 do
    local at = os.date("!%Y-%m-%d %H:%M:%S", first + i * 1800)
    local lost, hour = at:find("2011-10-02 02:", 1, true) ~= nil, i // 2 % 24
    lines[#lines + 1] = ("%s,%.3f,%s"):format(at, lost and 0 or 0.3 + 0.002 * (i % 57), not lost and hour > 8 and
      hour < 16 and "0.5" or "0")
  end
  return program.write(name, table.concat(lines, "\n") .. "\n")
end

setup(program.setup)
teardown(program.teardown)

describe("a folder of data", function()
  it("says nothing where all is well but that it has no tariffs", function()
    folder("good")
    local done = told("good", { "no table of feed-in tariffs" })
    assert.is_nil(done.err:find("Not used", 1, true))
    assert.is_nil(done.err:find("disagree", 1, true))
  end)

  it("has broken files told by name, with what is wrong", function()
    local path = folder("broken")
    program.write("broken/homes.csv", ",GC,GG\n2011-07-01 00:00:00,much,0\n")
    program.write("broken/cut.csv.gz", "\31\139\8\0\0\0\0\0\0\3abc")
    program.write("broken/other.csv", "a,b\n1,2\n")
    program.write("broken/notes.txt", "not data, and no matter\n")
    local done = told("broken", { "Not used: homes.csv: line 2", "Not used: cut.csv.gz is gzip-compressed",
      "Not used: other.csv: its content has no format that we know" })
    assert.is_nil(done.err:find("notes.txt", 1, true))
    assert.is_nil(done.err:find(path, 1, true))
  end)

  it("is refused where its prices look like another unit", function()
    assert(os.execute("mkdir -p '" .. program.path("cents") .. "'"))
    local path = program.prices("cents/prices.csv", 30, function(i)
      return 5 + i % 10
    end)
    local done = evidence("cents", 's.prices["until"] = "2025-01-31"\ns.prices.piece_days = 28')
    assert.equal(1, done.status)
    program.says(done.err, { "prices of VIC1 from 2025/01/01 on: only 0 of", "they look like c/kWh or $/kWh",
      "Multiply them by 10 or by 1000" })
    done = program.run(("strategies/greedy.lua --bess 1 --prices '%s' --quiet"):format(path or
      program.path("cents/prices.csv")))
    assert.equal(0, done.status, done.err)
    program.says(done.err, { "unit doubt=", "they look like c/kWh" })
  end)

  it("has two prices for one interval told, in one file and between two", function()
    folder("twice")
    prices("twice/a_doubled.csv", 2, 100, 139)
    told("twice", { "Two files disagree: in 40 of 2304 intervals", "another price of VIC1",
      "the first begins at 2025/01/01 08:15" })
    folder("clock")
    local text = program.read(program.path("clock/prices.csv"))
    program.write("clock/set_back.csv", text .. "VIC1,2025/01/02 00:05:00,5000,77.77,TRADE\n")
    told("clock", { "Not used: set_back.csv: VIC1: 1 intervals have two prices" })
  end)

  it("does not mind a copy, nor what is rounded to a cent", function()
    folder("copy")
    prices("copy/copy.csv", 1)
    prices("copy/rounded.csv", 1.00003)
    assert.is_nil(told("copy", {}).err:find("disagree", 1, true))
  end)

  it("says which file is broken where it cannot begin", function()
    assert(os.execute("mkdir -p '" .. program.path("nothing") .. "'"))
    program.write("nothing/prices.csv", "REGION,SETTLEMENTDATE,RRP\nVIC1,2025/01/32 00:05:00,5\n")
    local done = evidence("nothing")
    assert.equal(1, done.status)
    program.says(done.err, { "Not used: prices.csv: line 2", "has no prices of VIC1" })
    done = program.run(("greedy --prices '%s' --region VIC1 --from 2025-01-01"):format(program.path("nothing")))
    assert.equal(1, done.status)
    program.says(done.err, { "prices.csv: line 2", "has no prices of VIC1" })
  end)

  it("is refused with one household in two files", function()
    folder("same")
    household("same/a.csv")
    local measured = 's.homes.source = "measured"'
    local done = evidence("same", measured)
    assert.equal(0, done.status, done.err)
    program.write("same/b.csv", (program.read(program.path("same/a.csv")):gsub("\n", "\r\n")))
    done = evidence("same", measured)
    assert.equal(1, done.status)
    program.says(done.err, { "holds a household twice", "remove one of the two files" })
  end)

  it("is not written over, nor is the scenario", function()
    for _, ending in ipairs { "html", "json" } do
      folder("kept_" .. ending)
      local text = program.read(prices(("kept_%s/prices.%s"):format(ending, ending), 1))
      local scenario = program.write("kept." .. ending, SCENARIO .. "return s\n")
      local kept = program.path("kept_" .. ending)
      local command = "evidence --data '%s' --scenario '%s' --out '%s'"
      local done = program.run(command:format(kept, scenario, kept .. "/prices.html"))
      assert.equal(2, done.status)
      program.says(done.err, { "would write over", "a file of the folder of data" })
      assert.equal(text, program.read(kept .. "/prices." .. ending))
      done = program.run(command:format(kept, scenario, program.path("kept.html")))
      assert.equal(2, done.status)
      program.says(done.err, { "would write over", "which is the scenario" })
      assert.equal(SCENARIO .. "return s\n", program.read(scenario))
      os.remove(scenario)
    end
  end)

  it("is told to be empty by data", function()
    assert(os.execute("mkdir -p '" .. program.path("empty") .. "'"))
    local done = program.run("data '" .. program.path("empty") .. "'")
    assert.equal(1, done.status)
    program.says(done.err, { "holds no file of data" })
  end)
end)

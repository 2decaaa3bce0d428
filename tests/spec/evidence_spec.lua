-- SPDX-License-Identifier: MIT
-- etp-engine evidence: what it takes, what it refuses, and that the same command gives the same bytes.
local json = require("cjson")
local program = require("program")

local SCENARIO = "scenarios/study.lua"

-- A scenario of a second's work: the shipped one with other sizes and few experiments. `text` changes the table `s`.
local function scenario(name, text)
  program.write("shipped.lua", program.read(SCENARIO))
  return program.write(name, [[
local s = require "shipped"
s.homes.count, s.homes.source, s.seeds.count, s.estimate.resamples = 4, "built-in", 2, 100
s.prices.from, s.prices["until"], s.prices.interval = "2025-01-01", "2025-01-09", 30
s.prices.pieces, s.prices.piece_days = 1, 7
local by_id = {}
for _, experiment in ipairs(s.experiments) do
  by_id[experiment.id] = experiment
  experiment.set = {}
end
s.experiments, s.quick = { by_id.headline, by_id.rivals }, { experiments = { "headline" }, set = {} }
]] .. (text or "") .. "\nreturn s\n")
end

local function evidence(arguments)
  return program.run("evidence " .. arguments)
end

local function out(name)
  return program.path(name .. ".html")
end

-- Runs it, which must go well, and returns the report's JSON as text.
local function report(name, arguments)
  local done = evidence(("--out '%s' --quiet %s"):format(out(name), arguments))
  assert.equal(0, done.status, done.err)
  return program.read(program.path(name .. ".json")), done
end

local function cells(name)
  local list = {}
  local handle = assert(io.popen(("ls '%s' 2>/dev/null"):format(program.path(name .. "-cells"))))
  for file in handle:lines() do
    if file:match("%.json$") then
      list[#list + 1] = program.path(name .. "-cells/" .. file)
    end
  end
  handle:close()
  return list
end

local function refused(arguments, sentences)
  local done = evidence(arguments)
  assert.not_equal(0, done.status)
  program.says(done.err, sentences)
  return done
end

setup(program.setup)
teardown(program.teardown)

describe("what it needs", function()
  it("is told where there is none of it", function()
    local done = refused("", { "--data FOLDER", "docs/data.md", "--data built-in" })
    assert.equal(2, done.status)
  end)

  it("is prices and households: what is missing is named", function()
    assert(os.execute("mkdir -p '" .. program.path("none") .. "'"))
    refused(("--data '%s' --out '%s'"):format(program.path("none"), out("none")), { "VIC1" })
    assert(os.execute("mkdir -p '" .. program.path("prices") .. "'"))
    program.prices("prices/p.csv", 9, function(i)
      return 50 + i % 7
    end)
    local tiny = scenario("measured.lua", 's.homes.source, s.prices.interval = "measured", 5')
    refused(("--data '%s' --scenario '%s' --out '%s'"):format(program.path("prices"), tiny, out("none")),
      { "holds no households", "homes.source=built-in" })
  end)

  it("is a page's name and no file", function()
    refused("--data built-in --out report.pdf", { "ends in .html" })
    refused("--data built-in greedy.lua", { "greedy.lua", "--scenario" })
    refused("--data built-in --out /nowhere/at/all.html", { "/nowhere/at/all.html" })
    refused("--data built-in --scenario nowhere.lua", { "nowhere.lua" })
  end)
end)

describe("--set", function()
  it("refuses what is no parameter, with the nearest one", function()
    refused("--data built-in --set homes.cout=3", { "no homes.cout", "did you mean homes.count?" })
    refused("--data built-in --set world.spraed=3", { "did you mean world.spread?" })
    refused("--data built-in --set nonsense", { "NAME=VALUE" })
  end)

  it("refuses values outside their range", function()
    refused("--data built-in --set homes.count=0", { "homes.count must be from 1 to 10000" })
    refused("--data built-in --set seeds.count=1.5", { "whole number" })
    refused("--data built-in --set market.mechanism=third-price", { "first-price or second-price" })
    refused("--data built-in --set prices.from=yesterday", { "a date such as 2024-07-01" })
    refused("--data built-in --set tariffs.feed_in=much", { "tariffs.feed_in" })
    refused("--data built-in --set prices.piece_days=8", { "whole weeks" })
    refused("--data built-in --set market.portfolios=3 --quick", { "market.firms is 5 and market.portfolios 3" })
    refused("--data built-in --set market.strategies=greedi", { "greedi", "did you mean greedy?" })
    refused("--data built-in --set market.settings=greedy.margin=1", { "market.settings" })
  end)
end)

describe("a scenario", function()
  local function broken(name, text, sentences)
    refused(("--data built-in --scenario '%s' --out '%s'"):format(scenario(name, text), out("broken")), sentences)
  end

  it("is refused with an unknown key, and the nearest name", function()
    broken("b1.lua", "s.homes.cuont = 3", { "b1.lua", "homes.cuont", "did you mean homes.count?" })
    broken("b2.lua", "s.hoems = { count = 3 }", { "b2.lua", "hoems", "did you mean homes?" })
    broken("b3.lua", "s.experiments[1].armz = {}", { "experiments[1].armz", "did you mean arms?" })
    broken("b4.lua", 's.experiments[2].points[3].set = { world = { sprad = 3 } }',
      { "experiments[2].points[3].set.world.sprad", "did you mean world.spread?" })
  end)

  it("is refused with a value that is missing or of another kind", function()
    broken("b5.lua", "s.world.q = nil", { "has no world.q", "a value for every parameter" })
    broken("b6.lua", 's.homes.count = "many"', { "homes.count", "a number is wanted" })
    broken("b7.lua", "s.api = 2", { "api", "this program knows 1" })
    broken("b8.lua", 's.experiments[1].arms = { "flat", "poster" }', { "experiments[1].arms[2]", "poster" })
    broken("b9.lua", 's.experiments[2].points[1].base = "nobody"', { "nobody", "no such point" })
    broken("b10.lua", 's.quick.experiments = { "hedline" }', { "hedline", "which there is not" })
    broken("b11.lua", "error('stop')", { "stop" })
    broken("b12.lua", 's.experiments[2].id = "headline"', { "has the id", "another experiment" })
    broken("b13.lua", "s.experiments[1].set = { prices = { pieces = 9 } }", { "9 x 7 days" })
  end)
end)

describe("the result", function()
  local plain, text

  setup(function()
    plain = ("--data built-in --scenario '%s'"):format(scenario("tiny.lua"))
    text = report("plain", plain .. " --jobs 1")
  end)

  it("is a page, JSON and tables, and says that made-up data are no evidence", function()
    local page = program.read(out("plain"))
    assert.truthy(page:find("^<!DOCTYPE html>"))
    program.says(page, { "made up" })
    local result = json.decode(text)
    assert.equal("evidence", result.command)
    assert.truthy(#result.document.sections > 3)
    assert.truthy(program.read(program.path("plain-tables/scenario.csv")):find("homes.count"))
  end)

  it("is the same, to the last byte, on several threads", function()
    assert.equal(text, (report("threads", plain .. " --jobs 3")))
    assert.equal(program.read(out("plain")), program.read(out("threads")))
  end)

  it("is the same from what is there already, and afresh", function()
    local before = #cells("plain")
    assert.is_true(before > 20)
    assert.equal(text, (report("plain", plain)))
    assert.equal(before, #cells("plain"))
    assert.equal(text, (report("plain", plain .. " --fresh")))
  end)

  it("is the same after kill -9 in the middle of the work", function()
    local folder = program.path("killed-cells")
    local command = ([[
'%s' evidence --out '%s' --quiet --jobs 1 %s >/dev/null 2>&1 & pid=$!
while [ -z "$(ls '%s' 2>/dev/null | grep json)" ] && kill -0 $pid 2>/dev/null; do sleep 0.01; done
kill -9 $pid; wait $pid]]):format(program.engine, out("killed"), plain .. " --set homes.count=40", folder)
    os.execute(command)
    local left = #cells("killed")
    assert.is_true(left > 0)
    assert.is_nil(io.open(program.path("killed.json")))
    local resumed = report("killed", plain .. " --set homes.count=40")
    assert.is_true(#cells("killed") > left)
    assert.equal(resumed, (report("whole", plain .. " --set homes.count=40")))
  end)

  it("is computed again, with a notice, where a cell's file is not what it should be", function()
    local list = cells("plain")
    local before = program.read(list[1])
    local function spoil(content)
      local file = assert(io.open(list[1], "wb"))
      file:write(content)
      file:close()
      local again, done = report("plain", plain)
      assert.equal(text, again)
      program.says(done.err, { list[1]:match("[^/]+$"), "computed again" })
      assert.equal(before, program.read(list[1]))
    end
    spoil("")
    spoil(before:sub(1, #before // 2))
    spoil(program.read(list[2]))
    spoil((before:gsub('"cost":%[%-?%d+,', '"cost":[', 1)))
    spoil((before:gsub('"blocks":%d+', '"blocks":7', 1)))
    spoil("[]")
  end)

  it("changes with the scenario, but not with what only says where it goes", function()
    assert.not_equal(text, (report("other", plain .. " --set world.q=0.9")))
    assert.equal(text, (report("elsewhere", plain .. (" --work '%s'"):format(program.path("plain-cells")))))
  end)

  it("is not written by two at once into one folder", function()
    local lock = program.path("plain-cells/lock")
    local held = ("flock '%s' '%s' evidence --out '%s' %s"):format(lock, program.engine, out("plain"), plain)
    local err = program.path("err")
    local _, _, status = os.execute(("%s >/dev/null 2>'%s'"):format(held, err))
    assert.equal(1, status)
    program.says(program.read(err), { "another etp-engine works in", "--work" })
  end)

  it("names what the short version leaves out", function()
    local done = evidence(("--out '%s' --quick %s"):format(out("quick"), plain))
    assert.equal(0, done.status, done.err)
    program.says(done.err, { "short version", "How many firms" })
    program.says(program.read(program.path("quick.json")), { "short version", "How many firms" })
    assert.truthy(done.out:find("H12 "))
  end)

  it("says before its answers that made-up data and the short version prove nothing", function()
    local done = evidence(("--out '%s' --quick %s"):format(out("quick"), plain))
    local said = done.out:gsub("%s+", " ")
    local claim = said:find("he claim ", 1, true)
    assert.truthy(claim)
    assert.is_true(said:find("evidence of nothing", 1, true) < claim)
    assert.is_true(said:find("too little to conclude from", 1, true) < claim)
    for line in done.out:match("^(.-)\nThe page,"):gmatch("[^\n]+") do
      assert.is_true(#line <= 100, line)
    end
  end)
end)

describe("experiments that cannot be run", function()
  it("are left out, and the report says so", function()
    assert(os.execute("mkdir -p '" .. program.path("some") .. "'"))
    program.prices("some/p.csv", 9, function(i)
      return 20 + i % 288
    end)
    local tiny = scenario("some.lua", [[
s.prices.interval = 5
s.experiments[2].points[1].set.prices = { region = "SA1" }
]])
    local text, done = report("some", ("--data '%s' --scenario '%s'"):format(program.path("some"), tiny))
    assert.equal("", done.out)
    program.says(text, { "How many firms, 1", "SA1", "Australian Energy Market Operator" })
    local loud = evidence(("--data '%s' --scenario '%s' --out '%s'"):format(program.path("some"), tiny, out("some")))
    program.says(loud.err, { "Left out: How many firms, 1" })
  end)

  it("are those on real prices, where there are none", function()
    local tiny = scenario("real.lua", "s.experiments[2].real = true")
    program.says((report("real", ("--data built-in --scenario '%s'"):format(tiny))), { "needs real prices" })
  end)
end)

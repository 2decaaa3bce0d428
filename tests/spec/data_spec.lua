-- SPDX-License-Identifier: MIT
-- `etp-engine data`, and what run makes of files of prices.
local json = require("cjson")
local program = require("program")

local HEAD = "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n"

-- A file of one region, every 5 minutes of `days` from the beginning of a day in January 2025 on.
local function prices(name, region, day, days, price)
  local lines = { HEAD }
  for minute = 5, days * 24 * 60, 5 do
    local at = day * 24 * 60 + minute
    lines[#lines + 1] = ("%s,2025/01/%02d %02d:%02d:00,4000,%s,TRADE\n"):format(region, at // 1440 + 1, at // 60 % 24,
      at % 60, price)
  end
  return program.write(name, table.concat(lines))
end

setup(program.setup)
teardown(program.teardown)

describe("data", function()
  it("says what a file is", function()
    local path = prices("vic.csv", "VIC1", 0, 1, "80.5")
    local done = program.run("data " .. path)
    assert.same({ 0, "" }, { done.status, done.err })
    program.says(done.out, { path, "AEMO's aggregated price and demand", "VIC1", "2025/01/01 00:00",
      "2025/01/02 00:00", "5m", "288", "80.50", "A$/MWh" })
  end)

  it("says the same to programs", function()
    local path = prices("vic.csv", "VIC1", 0, 1, "-80.5")
    local whole = json.decode(program.run("data --json " .. path).out)
    assert.equal(1, whole.schema_version)
    local file = whole.files[1]
    assert.same({ path, "price-and-demand", false, 289, json.null },
      { file.path, file.format, file.gzip, file.lines, file.error })
    assert.equal(16, #file.xxh3)
    assert.same({
      name = "VIC1", unit = "A$/MWh", interval_s = 300,
      from = "2025-01-01T00:00:00+10:00", ["until"] = "2025-01-02T00:00:00+10:00",
      rows = 288, gaps = 0, missing = 0, repeats = 0, conflicts = 0, unsorted = 0, blanks = 0, negatives = 288,
      zeros = 0, least = -80.5, mean = -80.5, most = -80.5,
    }, file.series[1])
  end)

  it("names every key that the page on data names, and no other", function()
    local page = program.read("docs/data.md")
    local table_of_keys = page:match("With `%-%-json` it prints\n(.-)\n##")
    local named = {}
    for row in table_of_keys:gmatch("\n| (`[^|]+)|") do
      local prefix = row:match("files%[%]%.series%[%]%.") or row:match("files%[%]%.") or ""
      for key in row:gmatch("`([^`]+)`") do
        key = key:gsub("%[%]$", "")
        named[key:sub(1, 1) == "." and prefix .. key:sub(2) or key] = true
      end
    end
    local found = {}
    local whole = json.decode(program.run("data --json " .. prices("vic.csv", "VIC1", 0, 1, "1")).out)
    for key in pairs(whole) do
      found[key] = key ~= "files" or nil
    end
    for key in pairs(whole.files[1]) do
      found["files[]." .. key] = key ~= "series" or nil
    end
    for key in pairs(whole.files[1].series[1]) do
      found["files[].series[]." .. key] = true
    end
    assert.same(named, found)
  end)

  it("looks at a folder, and fails for what is broken in it", function()
    local folder = program.path("folder")
    assert(os.execute("mkdir '" .. folder .. "'"))
    prices("folder/a.csv", "SA1", 0, 1, "1")
    program.write("folder/other.csv", "a,b\n1,2\n")
    program.write("folder/notes.txt", "nothing\n")
    local done = program.run("data " .. folder)
    assert.same({ 0, "" }, { done.status, done.err })
    program.says(done.out, { "a.csv", "other.csv", "unknown: its content has no format that we know" })
    assert.is_nil(done.out:find("notes.txt", 1, true))
    program.write("folder/b.csv", HEAD .. "SA1,2025/02/31 00:05:00,1,2,TRADE\n")
    done = program.run("data " .. folder)
    assert.equal(1, done.status)
    program.says(done.out, { "refused: line 2: SETTLEMENTDATE is 2025/02/31 00:05:00: there is no such day" })
    program.says(done.err, { "1 of 3 files cannot be used" })
    done = program.run("data " .. folder .. "/other.csv")
    assert.equal(1, done.status)
  end)

  it("refuses what is no file", function()
    assert.equal(2, program.run("data").status)
    local done = program.run("data nowhere.csv")
    assert.equal(1, done.status)
    program.says(done.out, { "nowhere.csv cannot be opened" })
  end)

  for name, bytes in pairs({
    ["a binary"] = "\x7fELF\2\1\1\0", ["an archive"] = "PK\3\4", ["an empty file"] = "",
    ["a broken gzip"] = "\x1f\x8b\8",
  }) do
    it("refuses " .. name, function()
      local done = program.run("data " .. program.write("bad.csv", bytes))
      assert.equal(1, done.status)
      program.says(done.out, { "refused: " })
    end)
  end
end)

describe("run with a file of prices", function()
  local QUICK = "strategies/greedy.lua --bess 2 --rivals 0 --no-baselines "

  local function result(arguments)
    return program.result(QUICK .. arguments).prices
  end

  it("takes the region and the days that are asked for", function()
    prices("two.csv", "SA1", 0, 3, "10")
    local other = program.read(prices("other.csv", "VIC1", 0, 3, "20")):gsub("^[^\n]*\n", "")
    local path = program.write("two.csv", program.read(program.path("two.csv")) .. other)
    local done = program.run(QUICK .. "--prices " .. path)
    assert.equal(1, done.status)
    program.says(done.err, { "2 regions (SA1, VIC1", "--region" })
    local found = result("--region VIC1 --from 2025-01-02 --prices " .. path)
    assert.same({ "VIC1", 2, 288, "2025-01-02 12:00:00" },
      { found.region, found.mean_c_per_kwh, found.count, found.first })
  end)

  it("finds them in a folder, over several files", function()
    local folder = program.path("months")
    assert(os.execute("mkdir '" .. folder .. "'"))
    prices("months/b.csv", "SA1", 2, 2, "30")
    prices("months/a.csv", "SA1", 0, 2, "10")
    local found = result("--region SA1 --from 2025-01-02 --prices " .. folder)
    assert.same({ 288, 2 }, { found.count, found.mean_c_per_kwh })
    local done = program.run(QUICK .. "--prices " .. folder)
    assert.equal(2, done.status)
    local days = QUICK .. "--region SA1 --from 2025-01-02 --quiet --prices " .. folder .. " --json " .. folder
    done = program.run(days .. "/a.csv")
    assert.equal(2, done.status)
    program.says(done.err, { "would write over" })
    assert.equal(0, program.run(days .. "/result.json").status)
    done = program.run(QUICK .. "--region NSW1 --from 2025-01-02 --prices " .. folder)
    assert.equal(1, done.status)
    program.says(done.err, { "no prices of NSW1" })
  end)

  it("clips them, and says so", function()
    local path = prices("dear.csv", "SA1", 0, 2, "900")
    local found = result("--clip 300 --prices " .. path)
    assert.same({ 30, 30, 576 }, { found.mean_c_per_kwh, found.clip_c_per_kwh, found.clipped })
    local text = program.run(QUICK .. "--clip 300 --prices " .. path).out
    program.says(text, { "Prices above 30 c/kWh were lowered to it: 576 of the file's." })
    found = result("--prices " .. path)
    assert.same({ 90, json.null, 0 }, { found.mean_c_per_kwh, found.clip_c_per_kwh, found.clipped })
  end)

  it("holds the last price over a gap, if that is asked for, and says so", function()
    local path = prices("gap.csv", "SA1", 0, 2, "50")
    local text = program.read(path):gsub("[^\n]*2025/01/01 15:0[05]:00[^\n]*\n", "")
    program.write("gap.csv", text)
    local done = program.run(QUICK .. "--prices " .. path)
    assert.equal(1, done.status)
    program.says(done.err, { "a gap", "2 intervals are missing", "--from" })
    done = program.run(QUICK .. "--gaps hold --prices " .. path)
    assert.equal(0, done.status)
    program.says(done.err, { "warn prices gaps gaps=1 held=2" })
    program.says(done.out, { "2 were missing; they hold the last price" })
    assert.equal(2, result("--gaps hold --prices " .. path).held)
  end)

  it("refuses options of prices without a file of them", function()
    for _, option in ipairs({ "--region SA1", "--from 2025-01-01", "--clip 300", "--gaps hold" }) do
      local done = program.run(QUICK .. option)
      assert.equal(2, done.status)
      program.says(done.err, { "--prices" })
      done = program.run("tournament --seeds 1 --bess 2 " .. option)
      assert.equal(2, done.status)
    end
    for option, sentence in pairs({
      ["--from yesterday"] = "2025-01-31", ["--from 2025-02-30"] = "2025-01-31", ["--clip 0"] = "1 to 25000",
      ["--clip much"] = "such as 300", ["--gaps fill"] = "refuse or hold", ["--region ''"] = "empty",
    }) do
      local done = program.run(QUICK .. option)
      assert.equal(2, done.status)
      program.says(done.err, { sentence })
    end
  end)
end)

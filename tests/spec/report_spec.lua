-- SPDX-License-Identifier: MIT
-- `etp-engine report`: pages and CSV of every kind of result, and what it refuses. What a browser makes of a page is in
-- browser_spec.lua.
local json = require("cjson")
local page = require("page")
local program = require("program")
local sample = require("report_sample")


setup(program.setup)
teardown(program.teardown)

local function shell(path)
  return "'" .. path .. "'"
end

-- The page of a result, which must go well.
local function made(result, name, more)
  local out = program.path(name or "page.html")
  local done = program.run("report " .. shell(result) .. " --out " .. shell(out) .. " " .. (more or ""))
  assert.same({ 0, "", "" }, { done.status, done.out, done.err })
  return program.read(out), out
end

local function refused(result, sentences, status)
  local out = program.path("never.html")
  local done = program.run("report " .. shell(result) .. " --out " .. shell(out))
  assert.equal(status or 1, done.status)
  assert.is_nil(io.open(out))
  assert.is_nil(done.err:find("\n."), "one line: " .. done.err)
  program.says(done.err, sentences)
end

local function file_of_run(arguments, name)
  local path = program.path(name or "run.json")
  local done = program.run(arguments .. " --quiet --json " .. shell(path))
  assert(done.status == 0, done.err)
  return path
end

-- ---- what every page must be ----

local function check_ids(all)
  local seen, links = {}, {}
  for _, element in ipairs(all) do
    local id, href = element.attributes.id, element.attributes.href
    assert.is_nil(id and seen[id], id)
    seen[id or ""] = true
    if href and href:sub(1, 1) == "#" then
      links[#links + 1] = href:sub(2)
    end
    local labelled = element.attributes["aria-labelledby"]
    links[#links + 1] = labelled
  end
  for _, id in ipairs(links) do
    assert.is_true(seen[id], "a link to nothing: " .. id)
  end
end

-- Nothing is asked for from anywhere: links go within the page or hold what they give.
local function check_alone(all)
  for _, element in ipairs(all) do
    assert.is_nil(element.attributes.src, element.name)
    assert.is_true(element.name ~= "link" and element.name ~= "img" and element.name ~= "iframe", element.name)
    local href = element.attributes.href
    assert.is_true(href == nil or href:find("^#") ~= nil or href:find("^data:text/csv;") ~= nil, href)
    for name in pairs(element.attributes) do
      assert.is_nil(type(name) == "string" and name:find("^on") or nil, name)
    end
    if element.name == "style" then
      assert.is_nil(page.text_of(element):find("url%(") or page.text_of(element):find("@import"))
    end
  end
end

local function check_headings(all)
  local before, ones = 0, 0
  for _, element in ipairs(all) do
    local level = tonumber(element.name:match("^h(%d)$"))
    if level then
      assert.is_true(level <= before + 1, "a level of headings is left out: " .. page.text_of(element))
      assert.is_true(page.text_of(element):find("%S") ~= nil)
      before, ones = level, ones + (level == 1 and 1 or 0)
    end
  end
  assert.equal(1, ones)
end

local function check_tables(all)
  for _, element in ipairs(page.named(all, "table")) do
    local caption = assert(page.first(element, "caption"))
    assert.is_true(page.text_of(caption):find("%S") ~= nil)
    local columns = 0
    for _, head in ipairs(page.first(element, "thead").children[1].children) do
      assert.same({ "th", "col" }, { head.name, head.attributes.scope })
      columns = columns + 1
    end
    for _, row in ipairs(page.first(element, "tbody").children) do
      if type(row) == "table" then
        assert.equal(columns, #row.children)
      end
    end
    assert.equal("0", element.parent.attributes.tabindex)
    assert.is_truthy(element.parent.attributes["aria-label"])
  end
end

local function check_figures(all)
  for _, figure in ipairs(page.named(all, "figure")) do
    assert.is_truthy(figure.attributes.id)
    assert.is_true(page.text_of(assert(page.first(figure, "figcaption"))):find("%S") ~= nil)
    assert.is_truthy(page.first(page.first(figure, "details"), "table"))
    assert.is_truthy(page.first(figure, "noscript"))
  end
end

local function check(text)
  assert.equal("<!DOCTYPE html>\n", text:sub(1, 16))
  local all = page.parse(text)
  check_ids(all)
  check_alone(all)
  check_headings(all)
  check_tables(all)
  check_figures(all)
  assert.equal("en", page.named(all, "html")[1].attributes.lang)
  assert.equal(1, #page.named(all, "main"))
  return all
end

local function captions(all)
  local found = {}
  for _, name in ipairs({ "caption", "figcaption" }) do
    for _, element in ipairs(page.named(all, name)) do
      found[page.text_of(element)] = true
    end
  end
  return found
end

-- ---- kinds of results ----

describe("the page", function()
  it("of a run says what owners got, who bought and how it went", function()
    local path = file_of_run("strategies/greedy.lua --bess 12 --loss 5%")
    local text = made(path)
    local all, result = check(text), json.decode(program.read(path))
    assert.equal("A market of 12 batteries and 5 aggregators", page.text_of(page.named(all, "h1")[1]))
    local has = captions(all)
    for _, caption in ipairs({ "What owners got, run by run", "Net benefit of each owner, ranked", "The world",
      "Aggregators in the market", "What aggregators paid, and what it was worth to them", "Energy of all homes",
      "Messages of the market and their delays", "Scripts that took part in the market", "Options", "Prices" }) do
      assert.is_true(has[caption], caption)
    end
    local market = result.runs.market
    program.says(text, { ("%.2f c/kWh"):format(market.price_c_per_kwh), market.digest, "greedy alone",
      ("%d of 12"):format(market.owners_worse_off), "These prices are made up", "Single utility" })
  end)

  it("of a run has its hours and regimes where the result has sums by them", function()
    local function slice(energy)
      return { intervals = 12, offered_mwh = 5000000, energy_mwh = energy, paid_micro = 100000, worth_micro = 120000,
        price_c_per_kwh = energy > 0 and 8.25 or json.null }
    end
    local result = json.decode(program.read(file_of_run("strategies/greedy.lua --bess 4")))
    for _, run in pairs(result.runs) do
      run.hours, run.efficiency, run.lerner = {}, 0.875, 0.0625
      for hour = 1, 24 do
        run.hours[hour] = slice(hour > 17 and 1000000 or 0)
      end
      run.regimes = { evening = slice(1000000), noon = slice(0) }
    end
    local text = made(program.write("hours.json", sample.encode(result)))
    local has = captions(check(text))
    for _, caption in ipairs({ "Price to owners over the day", "Energy offered in the market over the day, and sold",
      "Price to owners by regime of wholesale prices", "The market by regime of wholesale prices" }) do
      assert.is_true(has[caption], caption)
    end
    program.says(text, { ">87.5</td>", ">6.25</td>" })
    result.runs.utility.hours[3].price_c_per_kwh = "much"
    refused(program.write("hours.json", sample.encode(result)), { "runs.utility.hours: its price_c_per_kwh" })
  end)

  it("of a run without baselines, or in which nothing was sold, is whole too", function()
    local text = made(file_of_run("strategies/greedy.lua --bess 1 --rivals 0 --no-baselines --set world.q=0"))
    check(text)
    program.says(text, { "A market of 1 battery and 1 aggregator", "nothing sold" })
    assert.is_nil(text:find(">nan") or text:find("%Wnan%W[^%(]-<"))
    assert.is_nil(text:find("Single utility", 1, true))
  end)

  it("of a tournament is its league", function()
    local text = made(file_of_run("tournament greedy truthful random --seeds 2 --bess 2"))
    local all = check(text)
    assert.is_true(captions(all)["The league"])
    program.says(text, { "3 strategies in 6 games", "truthful" })
  end)

  it("of a document has all of it, and texts do no harm", function()
    local text = made(program.write("sample.json", sample.text()))
    local all = check(text)
    local plots = 0
    for _, item in ipairs(sample.result().document.sections[2].items) do
      plots = plots + (item.type == "plot" and 1 or 0)
    end
    assert.equal(plots, #page.named(all, "figure"))
    assert.equal(3, #page.named(all, "script"))
    assert.is_nil(text:find("<script>alert", 1, true))
    assert.is_true(page.text_of(page.named(all, "title")[1]):find("</script><script>alert(1)", 1, true) ~= nil)
    local data = json.decode(page.text_of(page.named(all, "script")[1]))
    assert.equal("line " .. sample.hostile, data.line.title)
    program.says(text, { "1,234,567.89", "14.20 <span class=\"ci\">[\u{2212}9.10, 19.80]</span>",
      "Copyright 2010-2022 Mike Bostock", "THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS" })
  end)

  it("needs no scripts for its numbers: each figure has them as a table and as CSV", function()
    local all = page.parse(made(program.write("sample.json", sample.text())))
    for _, figure in ipairs(page.named(all, "figure")) do
      local link = page.first(page.first(figure, "details"), "a")
      assert.equal(figure.attributes.id .. ".csv", link.attributes.download)
    end
  end)

  it("is the same each time", function()
    local path = program.write("sample.json", sample.text())
    assert.equal(made(path, "one.html"), (made(path, "two.html")))
    assert.equal(made(path, "three.html"), program.run("report " .. shell(path) .. " --out -").out)
  end)

  it("has colours that can be told from its paper: 4.5 to 1 for all texts, light, dark and printed", function()
    local function luminance(color)
      local sum, weights = 0, { 0.2126, 0.7152, 0.0722 }
      for i, digits in ipairs({ color:match("#(%x%x)(%x%x)(%x%x)") }) do
        local part = tonumber(digits, 16) / 255
        sum = sum + weights[i] * (part <= 0.03928 and part / 12.92 or ((part + 0.055) / 1.055) ^ 2.4)
      end
      return sum
    end
    local schemes, light = 0, nil
    for block in program.read("core/report/html/page.css"):gmatch(":root (%b{})") do
      -- What a scheme does not change is as in the first.
      local colors = setmetatable({}, { __index = light })
      light = light or colors
      for name, color in block:gmatch("%-%-(%w+): (#%x+);") do
        colors[name] = luminance(color)
      end
      for _, name in ipairs({ "ink", "soft", "link", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7" }) do
        local one, other = math.max(colors[name], colors.paper), math.min(colors[name], colors.paper)
        assert.is_true((one + 0.05) / (other + 0.05) >= 4.5, name .. " in scheme " .. schemes + 1)
      end
      schemes = schemes + 1
    end
    assert.equal(3, schemes)
  end)
end)

-- ---- CSV ----

describe("CSV", function()
  it("has a file for each table and plot, and all digits", function()
    local path, folder = file_of_run("strategies/greedy.lua --bess 8"), program.path("csv")
    made(path, "page.html", "--csv " .. shell(folder))
    local result = json.decode(program.read(path))
    local lines = {}
    for line in io.lines(folder .. "/firms.csv") do
      lines[#lines + 1] = line
    end
    assert.equal("aggregator,bids,trades,energy [kWh],price [c/kWh],margin [c/kWh],paid [$],surplus [$]", lines[1])
    assert.equal(1 + #result.runs.market.firms, #lines)
    local firm = result.runs.market.firms[1]
    assert.is_true(lines[2]:find(("^%s,%d,%d,"):format(firm.name, firm.bids, firm.trades)) ~= nil, lines[2])
    local all = page.parse(program.read(program.path("page.html")))
    local count = #page.named(all, "figure")
    for _, element in ipairs(page.named(all, "div")) do
      count = count + (element.attributes.class == "table" and 1 or 0)
    end
    local files = assert(io.popen("ls " .. shell(folder) .. " | wc -l"))
    assert.equal(count, tonumber(files:read("a")))
    files:close()
  end)

  it("is written without a page too, and never over the result", function()
    local path = program.write("numbers.csv", sample.text())
    local folder = path:match("^(.*)/")
    local done = program.run("report " .. shell(path) .. " --csv " .. shell(folder))
    assert.equal(2, done.status)
    program.says(done.err, { "write over" })
    assert.equal(sample.text(), program.read(path))
    done = program.run("report " .. shell(path) .. " --csv " .. shell(folder .. "/other"))
    assert.equal(0, done.status)
    program.says(program.read(folder .. "/other/numbers.csv"), { "\nplain,1234567.891,,,5\n", "14.2,-9.1,19.8" })
  end)
end)

-- ---- what is refused ----

describe("refused is", function()
  it("what is no JSON, and no whole one", function()
    refused(program.write("x.json", "etp"), { "x.json is no JSON: line 1, column" })
    refused(program.write("x.json", ""), { "x.json" })
    refused(program.write("x.json", sample.text():sub(1, -20)), { "no whole JSON" })
    refused(program.path("missing.json"), { "missing.json cannot be read" })
    refused(program.path("."), { "cannot be read" })
    refused(program.write("x.json", ('{"a":1,"a":2}')), { "no JSON" })
    refused(program.write("x.json", ("["):rep(100000)), { "x.json" })
  end)

  it("JSON of others, and of other versions", function()
    refused(program.write("x.json", '{"name":"else"}'), { "no result of etp-engine" })
    refused(program.write("x.json", '[1,2]'), { "no result of etp-engine" })
    refused(program.write("x.json", '{"command":"run"}'), { "schema_version" })
    refused(program.write("x.json", '{"command":"run","schema_version":2,"version":"9.9"}'), { "version (9.9)" })
    refused(program.write("x.json", '{"command":"dance","schema_version":1}'), { "'dance', of which there is no page" })
    refused(program.write("x.json", '{"command":"run","schema_version":1}'), { "the result: its batteries" })
    refused(program.write("x.json", '{"command":"evidence","schema_version":1,"document":[]}'), { "the document" })
  end)

  it("a result in which something is missing, and the sentence says where", function()
    local text = program.read(file_of_run("strategies/greedy.lua --bess 2"))
    for _, name in ipairs({ "batteries", "runs", "energy_mwh", "firms", "homes", "messages", "p99_us",
      "refused", "network", "memory", "policy", "params", "options", "world", "hash" }) do
      local spoiled = text:gsub('"' .. name .. '":', '"spoiled":', 1)
      assert.is_true(spoiled ~= text, name)
      refused(program.write("x.json", spoiled), { name })
    end
  end)

  it("a document that repeats an id, or has an item that nobody knows", function()
    local result = sample.result()
    result.document.sections[1].items[8].id = "line"
    refused(program.write("x.json", sample.encode(result)), { "the id line is there twice" })
    result = sample.result()
    result.document.sections[1].items[3].type = "song"
    refused(program.write("x.json", sample.encode(result)), { "section found, item 3", "no kind of item" })
    result = sample.result()
    result.document.sections[1].items[8].id = "../../etc"
    refused(program.write("x.json", sample.encode(result)), { "is no id" })
  end)

  it("a command line that says too little, too much, or would write over the result", function()
    local path = program.write("x.json", sample.text())
    for arguments, words in pairs({
      [""] = "report of what?", [shell(path)] = "--out FILE.html",
      [shell(path) .. " " .. shell(path) .. " --out x"] = "takes one result",
      [shell(path) .. " --out " .. shell(path)] = "would write over",
      [shell(path) .. " --out x --bess 3"] = "is an option of run and not of report",
    }) do
      local done = program.run("report " .. arguments)
      assert.equal(2, done.status, arguments)
      program.says(done.err, { words })
    end
    assert.equal(sample.text(), program.read(path))
  end)

  it("a page that cannot be written, and none is left half", function()
    local path = program.write("x.json", sample.text())
    local done = program.run("report " .. shell(path) .. " --out " .. shell(program.path("no/page.html")))
    assert.equal(1, done.status)
    program.says(done.err, { "no/page.html cannot be written" })
    done = program.run("report " .. shell(path) .. " --out /dev/full")
    assert.equal(1, done.status)
    program.says(done.err, { "/dev/full" })
  end)
end)

describe("the help", function()
  it("is there", function()
    program.says(program.run("help report").out, { "--out FILE", "--csv FOLDER", "RESULT.json" })
  end)
end)

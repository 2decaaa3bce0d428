-- SPDX-License-Identifier: MIT
-- A made-up document with every kind of plot, long names, gaps and hostile texts, as the JSON that `report` reads.
local json = require("cjson")

local sample = {}

sample.hostile = "</script><script>alert(1)</script> \"&'<b> ]]> \u{202e}\u{fffe}"

local LONG = "a_name_that_is_exceedingly_long_and_has_no_blank_at_which_it_could_be_broken"

local function plot(id, kind, series, more)
  local entries = {}
  for i, points in ipairs(series) do
    entries[i] = { name = #series > 1 and "series " .. i .. (i == 2 and sample.hostile or "") or "",
      points = points }
  end
  local item = { type = "plot", id = id, kind = kind, title = id .. " " .. sample.hostile, x_label = "x in kWh",
    y_label = "A$ per battery and year", note = "What to see.", x_digits = -1, y_digits = 2, series = entries }
  for key, value in pairs(more or {}) do
    item[key] = value
  end
  return item
end

-- n points on a parabola, each with an interval but for every seventh, which is a gap.
local function curve(n, height, interval)
  local points = {}
  for i = 1, n do
    local y = height * (i - n / 3) * (n - i) / n
    points[i] = { x = i, y = i % 7 == 0 and json.null or y }
    if interval then
      points[i].low, points[i].high = y - 1, y + 2
    end
  end
  return points
end

local function categories(names, height)
  local points = {}
  for i, name in ipairs(names) do
    points[i] = { label = name, y = height - 3 * i, low = height - 3 * i - 1, high = height - 3 * i + 2 }
  end
  return points
end

local function hours()
  local points = {}
  for i = 0, 23 do
    points[i + 1] = { label = tostring(i), y = i * (23 - i) / 100 }
  end
  return points
end

local SHORT = { "6.4", "10", "13.5" }
local NAMES = { "first price", LONG, "a name of several words, which is broken where there are blanks", "x" }

local function plots()
  return {
    plot("line", "line", { curve(24, 1), curve(24, 2), curve(24, -1) }),
    plot("line-long", "line", { curve(2000, 0.01) }),
    plot("line-one", "line", { { { x = 1, y = 2 } } }),
    plot("band", "band", { curve(5, 3, true), curve(5, 1, true) }, { base = { value = 0, label = "the utility" } }),
    plot("area", "area", { curve(48, 1) }),
    plot("lorenz", "lorenz", { { { x = 0, y = 0 }, { x = 0.5, y = -0.1 }, { x = 1, y = 1 } } }),
    plot("bars", "bars", { categories(SHORT, 5) }, { base = { value = 2, label = "tariff" } }),
    plot("bars-hours", "bars", { hours() }),
    plot("bars-long", "bars", { categories(NAMES, 5) }),
    plot("grouped", "grouped-bars", { categories(SHORT, 4), categories(SHORT, 8), categories(SHORT, 6) }),
    plot("grouped-long", "grouped-bars", { categories(NAMES, 4), categories(NAMES, 8) }),
    plot("dots", "dots", { categories(NAMES, 5) }, { base = { value = 0, label = "" } }),
    plot("dots-two", "dots", { categories(NAMES, 5), categories(SHORT, 5) }),
    plot("tornado", "tornado", { {
      { label = LONG, low_text = "0.3", low = 3, high_text = "1.0", high = 20 },
      { label = "q", low_text = "a rather long text for a value", low = 13, high_text = "5 x", high = 12.5 },
      { label = "nothing", low_text = "1", low = 14.2, high_text = "2", high = json.null },
    } }, { base = { value = 14.2, label = "reference 14.20" } }),
    plot("tornado-bare", "tornado", { { { label = "a", low_text = "1", low = -2, high_text = "2", high = 5 } } }),
    plot("constant", "line", { { { x = 1, y = 0 }, { x = 2, y = 0 } } }),
    plot("tiny", "line", { { { x = 1e-9, y = 1e-12 }, { x = 2e-9, y = 3e-12 } } }),
    plot("huge", "bars", { { { label = "a", y = 1e15 }, { label = "b", y = -2.5e14 } } }),
    plot("gaps-only", "line", { { { x = 1, y = json.null } } }),
    plot("empty", "dots", {}),
  }
end

local function column(key, label, unit, digits)
  return { key = key, label = label, unit = unit, digits = digits }
end

local function tables()
  return {
    { type = "key-figure", label = "gain", text = "A$ 14.20", note = "95 % interval 9.10 to 19.80" },
    { type = "key-figure", label = "worse off", text = "3.1 %", note = "" },
    { type = "heading", text = "A heading" },
    { type = "text", text = "One paragraph.\n\nAnd another, " .. sample.hostile },
    { type = "point", text = "one" },
    { type = "point", text = "two" },
    { type = "note", text = "Source: nobody." },
    { type = "table", id = "numbers", title = "Numbers", note = "A note.",
      columns = { column("name", "Name", "", -1), column("gain", "Gain", "A$", 2), column("n", "N", "", 0) },
      rows = {
        { cells = { "plain", 1234567.891, 5 } },
        { main = true, cells = { sample.hostile, { mean = 14.2, low = -9.1, high = 19.8 }, json.null } },
        { cells = { "short row" } },
      } },
    { type = "table", id = "empty-table", title = "Without rows", note = "",
      columns = { column("name", "Name", "", -1) }, rows = {} },
  }
end

function sample.result()
  return { schema_version = 1, version = "0.1.0", command = "evidence", document = {
    title = "Do competing aggregators pay more? " .. sample.hostile, lead = "Made up.",
    meta = { { name = "Seeds", value = "1 to 20" }, { name = "Command", value = sample.hostile } },
    sections = {
      { id = "found", title = "What was found", items = tables() },
      { id = "plots", title = "Plots " .. sample.hostile, items = plots() },
      { id = "rest", title = "The rest", items = {} },
    },
  } }
end

-- Empty tables are lists here.
function sample.encode(result)
  return (json.encode(result):gsub("{}", "[]"))
end

function sample.text()
  return sample.encode(sample.result())
end

return sample

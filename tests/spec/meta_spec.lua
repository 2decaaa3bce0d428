-- SPDX-License-Identifier: MIT
-- Annotations for editors and the tables of docs/scripting.md say what the engine says of its script API.
local annotations = require("annotations")
local json = require("cjson")
local program = require("program")

local api, script_api, environment, docs

setup(function()
  program.setup()
  local done = program.run("api --json")
  assert(done.status == 0, done.err)
  api = json.decode(done.out)
  script_api = program.read("bindings/lua/meta/script/api.lua")
  environment = program.read("bindings/lua/meta/script/sandbox.lua")
  docs = program.read("docs/scripting.md")
end)
teardown(program.teardown)

-- The text with one thing in it changed, which must be there.
local function changed(text, from, to)
  local first, last = text:find(from, 1, true)
  assert(first, from .. " is not there")
  return text:sub(1, first - 1) .. to .. text:sub(last + 1)
end

describe("the annotations of the script API", function()
  it("name every class, field, type, unit, hook and enumeration as the engine does", function()
    assert.same({}, annotations.compare_script_api(api, annotations.read(script_api)))
  end)

  local faults = {
    { "a unit", "need number kWh;", "need number MWh;" },
    { "a type", "asked integer", "asked number" },
    { "a field that may be nil", "reserve? number", "reserve number" },
    { "a field that is not there", "---@field voltage number V", "---@field current number A" },
    { "a field that is missing", "---@field lapsed integer awards that were not confirmed in time\n", "" },
    { "a role's own record", "result: etp.bess.result", "result: etp.aggregator.result" },
    { "what a hook returns", "number|false, number|nil", "number" },
    { "a hook's argument", "(ctx: etp.ctx, saved: any)", "(ctx: etp.ctx)" },
    { "a hook that is missing", "---@field choose? ", "---@field chose? " },
    { "a name of an enumeration", '"expired"|"failed"', '"expired"' },
    { "an enumeration", "---@alias etp.level", "---@alias etp.charge" },
    { "a class that is not there", "---@class etp.bids", "---@class etp.bits" },
    { "what is said of a field", "kWh; ours, neither won", "kWh; theirs, neither won" },
    { "the record of a list", "---@field [integer] etp.bid", "---@field [integer] etp.offer" },
  }
  for _, fault in ipairs(faults) do
    it("are compared in " .. fault[1], function()
      local read = annotations.read(changed(script_api, fault[2], fault[3]))
      assert.is_true(#annotations.compare_script_api(api, read) > 0)
    end)
  end
end)

describe("the annotations of the environment", function()
  it("name what there is, and nothing that is withheld", function()
    local read = annotations.read(environment)
    assert.same({}, annotations.compare_environment(api, read))
    assert.is_true(#api.withheld > 20)
    for _, word in ipairs(api.withheld) do
      assert.is_nil(read.declared[word.library ~= "" and word.library .. "." .. word.name or word.name])
    end
  end)

  it("are compared name by name", function()
    local more = annotations.read(environment .. "\nfunction math.random(m, n) end\n")
    assert.same({ "name math.random is unknown to the engine" }, annotations.compare_environment(api, more))
    local fewer = annotations.read(changed(environment, "function math.sqrt", "function math.cbrt"))
    assert.equal(2, #annotations.compare_environment(api, fewer))
    local other = annotations.read(changed(environment, "---@field pi number", "---@field pi string"))
    assert.same({ "math.pi is a number, not a string" }, annotations.compare_environment(api, other))
  end)
end)

-- ---- docs/scripting.md ----

-- The rows of the first table after `heading`, each a list of cells, without its head.
local function rows_after(heading)
  local _, from = assert(docs:find(heading, 1, true))
  local rows = {}
  for line in docs:sub(from + 1):gmatch("([^\n]*)\n") do
    local cells = {}
    for cell in line:gmatch("|([^|]*)%f[|]") do
      cells[#cells + 1] = cell:match("^%s*(.-)%s*$")
    end
    if #cells > 0 then
      rows[#rows + 1] = cells
    elseif #rows > 0 then
      break
    end
  end
  return table.move(rows, 3, #rows, 1, {})
end

-- "`value`, `need` | c/kWh, kWh": each field's unit by its name; `texts` collects what the row says of them.
local function fields_in(rows)
  local units, texts = {}, {}
  for _, row in ipairs(rows) do
    local names, given = {}, {}
    for name in row[1]:gmatch("`([^`]+)`") do
      names[#names + 1] = name:gsub("^ctx%.", "")
    end
    for unit in (row[2] .. ", "):gmatch("(.-), ") do
      given[#given + 1] = unit
    end
    assert(#given == 1 or #given == #names, row[1] .. " has as many units as names, or one for all")
    for i, name in ipairs(names) do
      units[name], texts[name] = given[#given == 1 and 1 or i], row[3]
    end
  end
  return units, texts
end

-- name, role, and the heading of its table
local records = {
  { "offer", "aggregator", "**`offer`**" },
  { "result", "aggregator", "**`result`** of an aggregator" },
  { "market", "aggregator", "**`market`**" },
  { "battery", "bess", "**`battery`**" },
  { "bid", "bess", "each a **`bid`**" },
  { "result", "bess", "**`result`** of a bess" },
  { "fault", "bess", "**`fault`**" },
  { "past bid", "aggregator", "**`past bid`**" },
  { "ctx", "bess", "## ctx" },
}

describe("docs/scripting.md", function()
  for _, record in ipairs(records) do
    local name, role, heading = record[1], record[2], record[3]
    it(("has the fields and units of %s (%s)"):format(name, role), function()
      local expected = {}
      local known = annotations.record(api, name, role)
      for _, field in ipairs(known.fields) do
        expected[field.name] = field.unit
      end
      local units, texts = fields_in(rows_after(heading))
      assert.same(expected, units)
      for _, field in ipairs(known.fields) do
        if field.optional and not texts[field.name]:find("^as in") then
          assert.truthy(texts[field.name]:find("`nil`", 1, true), field.name .. " may be nil")
        end
      end
    end)
  end

  it("has the keys of a script's table and of a parameter", function()
    for name, heading in pairs({ strategy = "## The table", parameter = "## Parameters" }) do
      local expected, found = {}, {}
      for _, field in ipairs(annotations.record(api, name).fields) do
        expected[field.name] = field.optional and "optional" or "required"
      end
      for _, row in ipairs(rows_after(heading)) do
        for key in row[1]:gmatch("`([^`]+)`") do
          found[key] = row[2]
        end
      end
      assert.same(expected, found)
    end
  end)

  it("has the hooks of both roles with their arguments", function()
    for role, heading in pairs({ aggregator = "## Hooks of an aggregator", bess = "## Hooks of a bess" }) do
      local found = {}
      for _, row in ipairs(rows_after(heading)) do
        found[#found + 1] = row[1]
      end
      local text = table.concat(found, " ")
      for _, hook in ipairs(api.hooks[role]) do
        local reserved = hook.name == "on_save" or hook.name == "on_load"
        local where = reserved and docs or text
        local what = reserved and "`" .. hook.name or ("`%s%s`"):format(hook.name, hook.arguments)
        assert.truthy(where:find(what, 1, true), what .. " is not in the table of " .. role)
      end
      assert.is_true(#found <= #api.hooks[role])
    end
  end)

  it("lists the names that there are", function()
    local text = docs:match("## What a script can use(.-)The rest of Lua")
    local listed = {}
    for word in text:gmatch("[%a_][%w_]*") do
      listed[word] = true
    end
    for _, word in ipairs(api.words) do
      if word.library ~= "utf8" then
        assert.is_true(listed[word.name], word.name .. " is not listed")
      end
    end
  end)

  it("names the keys of api --json", function()
    local found = {}
    for _, row in ipairs(rows_after("`etp-engine api --json` prints one object")) do
      for key in row[1]:gmatch("`([^`]+)`") do
        found[key] = true
      end
    end
    found.fields = nil -- those of a record
    local keys = {}
    for key in pairs(api) do
      keys[key] = true
    end
    assert.same(keys, found)
  end)
end)

describe("etp-engine api", function()
  it("prints the same for people", function()
    local done = program.run("api")
    assert.equal(0, done.status)
    program.says(done.out, { "on_offer(ctx, offer)", "hooks of role bess", "uniform-price", "c/kWh" })
    for _, word in ipairs(api.words) do
      assert.truthy(done.out:find(" " .. word.name, 1, true), word.name)
    end
  end)

  it("takes nothing but --json and --help", function()
    local named, option, help = program.run("api offer"), program.run("api --jsn"), program.run("api --help")
    assert.same({ 2, 2, 0 }, { named.status, option.status, help.status })
    program.says(named.err, { "takes no names", "offer" })
    program.says(option.err, { "--jsn", "did you mean --json" })
    program.says(help.out, { "usage: etp-engine api", "--json" })
  end)
end)

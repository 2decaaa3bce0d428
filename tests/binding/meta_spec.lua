-- SPDX-License-Identifier: MIT
-- Annotations of the module for editors (bindings/lua/meta/module) have what the module has, and nothing else.
local core = require("etp.core")
local etp = require("etp")
local testing = require("etp.testing")
local annotations = require("annotations")

local sources = os.getenv("ETP_SOURCE_DIR") or "."

local function read(name)
  local file = assert(io.open(("%s/bindings/lua/meta/%s"):format(sources, name)))
  local text = file:read("a")
  file:close()
  return text
end

-- { functions = { "etp.market" -> true, "market:step" -> true }, fields = { class -> { name -> field } } }
local function declared_in(text)
  local functions, fields = {}, {}
  for name in text:gmatch("\nfunction ([%w_.:]+)%(") do
    functions[name] = true
  end
  for class, record in pairs(annotations.read(text).classes) do
    fields[class:match("^[%w_.]+")] = {}
    for _, field in ipairs(record.fields) do
      if field.name then
        fields[class:match("^[%w_.]+")][field.name] = field
      end
    end
  end
  return functions, fields
end

local functions, fields = declared_in(read("module/etp.lua"))
local test_functions, test_fields = declared_in(read("module/etp/testing.lua"))

local function sorted_keys(map, keep)
  local list = {}
  for key, value in pairs(map) do
    if type(key) == "string" and (keep == nil or keep(key, value)) then
      list[#list + 1] = key
    end
  end
  table.sort(list)
  return list
end

local function annotated(from, prefix)
  local list = {}
  for name in pairs(from) do
    list[#list + 1] = name:sub(1, #prefix) == prefix and name:sub(#prefix + 1) or nil
  end
  table.sort(list)
  return list
end

local function is_function(_, value)
  return type(value) == "function"
end

local function is_public(name)
  return name:sub(1, 1) ~= "_"
end

local TYPES = { number = "number", integer = "number", string = "string", boolean = "boolean", table = "table" }

-- A value has each field of its class that it must have, of its type, and none that the class has not.
local function is_of(class, value)
  for name in pairs(value) do
    assert(type(name) ~= "string" or class[name], tostring(name) .. " is not annotated")
  end
  for name, field in pairs(class) do
    local found = value[name]
    assert(field.optional or found ~= nil, name .. " is annotated and not there")
    local wanted = TYPES[field.type] or field.type:match("^table") or field.type:match("_facts$") and "table"
    if found ~= nil and wanted then
      assert.equal(wanted, type(found), name)
      assert(field.type ~= "integer" or math.type(found) == "integer", name .. " is no integer")
    end
  end
end

-- The options that a sentence about one that does not exist lists.
local function options_listed(call)
  local done, why = pcall(call)
  assert(not done)
  local list = {}
  for name in why:match("there are (.*)$"):gmatch("[%w_]+") do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

describe("annotations of the module etp", function()
  it("name its functions", function()
    assert.same(sorted_keys(etp, is_function), annotated(functions, "etp."))
    for name in pairs(etp) do
      assert(functions["etp." .. name] or fields["etp.module"][name], name .. " is not annotated")
    end
    for name in pairs(fields["etp.module"]) do
      assert(etp[name] ~= nil, name)
    end
  end)

  it("name the methods of a market", function()
    assert.same(sorted_keys(core.market_methods), annotated(functions, "market:"))
  end)

  it("name methods that prices, tariffs and fleets have", function()
    local made = { prices = etp.prices({ 8, 9 }), tariff = etp.tariff(3), fleet = etp.fleet({ homes = 1 }) }
    for what, value in pairs(made) do
      local names = annotated(functions, what .. ":")
      assert.is_true(#names > 0)
      for _, name in ipairs(names) do
        assert.equal("function", type(value[name]), what .. ":" .. name)
      end
    end
    for name in pairs(fields["etp.module.prices"]) do
      assert(made.prices[name] ~= nil, name)
    end
  end)

  it("name the options of a market and of its parts", function()
    local function options(part)
      return function() etp.market(part and { [part] = { unknown = 1 } } or { unknown = 1 }) end
    end
    local module = "etp.module."
    assert.same(sorted_keys(fields[module .. "market_options"]), options_listed(options()))
    assert.same(sorted_keys(fields[module .. "timing"]), options_listed(options("timing")))
    assert.same(sorted_keys(fields[module .. "network_options"]), options_listed(options("network")))
    assert.same(sorted_keys(fields[module .. "buyers"]), options_listed(options("buyers")))
    assert.same(sorted_keys(fields[module .. "fleet_options"]), options_listed(options("fleet")))
  end)

  it("name what a market tells, with its types", function()
    local market <close> = assert(etp.market({
      homes = 5, days = 1, interval = 3600, mechanism = "ascending", firms = { "greedy", "truthful", false },
    }))
    local events = 0
    market:on("*", function(event)
      events = events + 1
      if events <= 200 then
        is_of(fields["etp.module.event"], event)
      end
    end)
    local module = "etp.module."
    is_of(fields[module .. "totals"], market:run())
    is_of(fields[module .. "home"], market:home(1))
    is_of(fields[module .. "home"], etp.fleet({ homes = 1 })[1])
    is_of(fields[module .. "strategy_facts"], market:policy())
    is_of(fields[module .. "strategy_facts"], market:firms().greedy.strategy)
    for _, firm in ipairs(market:firms()) do
      is_of(fields[module .. "firm"], firm)
    end
    is_of(fields[module .. "network"], market:network())
    is_of(fields[module .. "engine"], market:engine())
    is_of(fields[module .. "delay"], market:delays().Bid)
    is_of(fields[module .. "type"], etp.types.Bid)
    is_of(fields[module .. "message"], etp.decode(etp.encode({ message_type = "Bid", message_id = 1, device_id = 7 })))
    assert.is_true(events > 200)
  end)

  it("are declared for the names that a program requires", function()
    assert.truthy(read("module/etp.lua"):find("\n---@meta etp\n", 1, true))
    assert.truthy(read("module/etp/testing.lua"):find("\n---@meta etp.testing\n", 1, true))
  end)

  it("do not take a class of the script API for another", function()
    local _, script = declared_in(read("script/api.lua"))
    for class in pairs(script) do
      assert.is_nil(fields[class] or test_fields[class], class)
    end
  end)
end)

describe("annotations of etp.testing", function()
  it("name its functions and tables", function()
    assert.same(sorted_keys(testing, is_function), annotated(test_functions, "testing."))
    assert.same(sorted_keys(testing, function(_, value) return type(value) == "table" end),
      sorted_keys(test_fields["etp.testing"]))
  end)

  it("name the methods of a strategy and of a small market", function()
    local mine = testing.load("greedy")
    local made = testing.market({ strategy = "greedy", rivals = { 8 } })
    assert.same(sorted_keys(getmetatable(mine), is_public), annotated(test_functions, "strategy:"))
    assert.same(sorted_keys(getmetatable(made), is_public), annotated(test_functions, "market:"))
    assert.same(sorted_keys(made), sorted_keys(test_fields["etp.testing.market"]))
    is_of(test_fields["etp.testing.trade"], made:assert_won())
    is_of(test_fields["etp.testing.bid"], made.bids[1])
  end)

  it("name the options of a small market", function()
    local function given(part)
      return function() testing.market({ strategy = "greedy", batteries = part.batteries, rivals = part.rivals }) end
    end
    assert.same(sorted_keys(test_fields["etp.testing.battery"]),
      options_listed(given({ batteries = { { unknown = 1 } } })))
    assert.same(sorted_keys(test_fields["etp.testing.firm"]),
      options_listed(given({ rivals = { { bid = 3, unknown = 1 } } })))
    assert.same(sorted_keys(test_fields["etp.testing.options"]), options_listed(function()
      testing.market({ unknown = 1 })
    end))
  end)
end)

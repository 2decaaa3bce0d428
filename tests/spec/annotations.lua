-- SPDX-License-Identifier: MIT
-- Reads annotations of lua-language-server, as far as those in bindings/lua/meta go, and says where those of the script
-- API differ from what `etp-engine api --json` says.
local annotations = {}

-- ---- reading ----

local function values_of(text)
  local values = {}
  for value in text:gmatch('"([^"]*)"') do
    values[#values + 1] = value
  end
  return values
end

-- A type ends at the first space that is in no brackets and follows no comma or colon: "fun(a: b): c, d|e, and why".
local function split_type(text)
  local depth = 0
  for i = 1, #text do
    local c = text:sub(i, i)
    if c == "(" or c == "<" or c == "{" or c == "[" then
      depth = depth + 1
    elseif c == ")" or c == ">" or c == "}" or c == "]" then
      depth = depth - 1
    elseif c == " " and depth == 0 and not text:sub(i - 1, i - 1):match("[,:]") then
      return text:sub(1, i - 1), text:sub(i + 1)
    end
  end
  return text, ""
end

local function read_field(rest, above)
  local name, optional, tail = rest:match("^([%w_]+)(%??) (.+)$")
  if not name then
    return { element = assert(rest:match("^%[integer%] (.+)$"), "not a field: " .. rest) }
  end
  local kind, comment = split_type(tail)
  return { name = name, optional = optional == "?", type = kind, doc = comment ~= "" and comment or above }
end

-- { aliases = { name -> values }, classes = { name -> { doc, fields } }, declared = { "math.abs" -> "function" } }
function annotations.read(text)
  local read = { aliases = {}, classes = {}, declared = {} }
  local class, alias, above, declared_type
  for line in text:gmatch("[^\n]*") do
    local tag, rest = line:match("^%-%-%-@(%a+) ?(.*)$")
    local name = tag == "alias" and rest:match("^%S+")
    if name then
      alias = values_of(rest)
      read.aliases[name] = alias
    elseif line:match("^%-%-%-|") then
      table.move(values_of(line), 1, 10, #alias + 1, alias)
    elseif tag == "class" then
      class = { doc = above, fields = {} }
      read.classes[rest] = class
    elseif tag == "field" then
      class.fields[#class.fields + 1] = read_field(rest, above)
    elseif tag == "type" then
      declared_type = rest
    elseif line:match("^[%a_][%w_]* = ") then
      local global = line:match("^[%a_][%w_]*")
      read.declared[global] = declared_type == "string" and "string" or "table"
      for _, field in ipairs(class and class.fields or {}) do
        read.declared[global .. "." .. field.name] = field.type
      end
      class, declared_type = nil, nil
    elseif line:match("^function ") then
      read.declared[line:match("^function ([%w_.:]+)%(")] = "function"
    end
    above = line:match("^%-%-%-([^@|].*)$")
  end
  return read
end

-- ---- comparing ----

local function count_names(api)
  local count = {}
  for _, record in ipairs(api.records) do
    count[record.name] = (count[record.name] or 0) + 1
  end
  return count
end

-- "etp.offer"; "etp.bess.result" where each role has a record of that name.
local function class_of(api, record)
  local name = record.name:gsub(" ", "_")
  return count_names(api)[record.name] > 1 and ("etp.%s.%s"):format(record.roles[1], name) or "etp." .. name
end

function annotations.record(api, name, role)
  for _, record in ipairs(api.records) do
    for _, known in ipairs(record.roles) do
      if record.name == name and (role == nil or known == role) then
        return record
      end
    end
  end
  error(("no record %s of %s"):format(name, role))
end

-- Types that say more than the engine does, by the class and field.
local NARROWER = {
  ["etp.ctx.params"] = "table<string, number>",
  ["etp.ctx.rng"] = "fun(m?: integer, n?: integer): number",
  ["etp.ctx.log"] = "fun(text: any)",
  ["etp.aggregator.api"] = "1", ["etp.aggregator.role"] = '"aggregator"',
  ["etp.aggregator.params"] = "table<string, number|etp.parameter>",
  ["etp.bess.api"] = "1", ["etp.bess.role"] = '"bess"',
  ["etp.bess.params"] = "table<string, number|etp.parameter>",
}

local function type_of(api, class, field)
  local narrower = NARROWER[class .. "." .. field.name]
  if narrower then
    return narrower
  elseif field.type == "list" then
    return class_of(api, annotations.record(api, field.of)) .. "[]"
  elseif field.of ~= "" then
    return "etp." .. field.of
  end
  return field.type
end

local function expected_field(api, class, field)
  return {
    name = field.name, optional = field.optional, type = type_of(api, class, field),
    doc = (field.unit ~= "" and field.unit .. "; " or "") .. field.doc,
  }
end

local function expected_hook(api, role, hook)
  local arguments = {}
  for name in hook.arguments:gmatch("%a+") do
    local kind = name == "saved" and "any" or class_of(api, annotations.record(api, name, role))
    arguments[#arguments + 1] = name .. ": " .. kind
  end
  local returns = hook.returns ~= "" and ": " .. hook.returns or ""
  return {
    name = hook.name, optional = true, type = ("fun(%s)%s"):format(table.concat(arguments, ", "), returns),
    doc = hook.doc,
  }
end

local function expected_classes(api)
  local classes = {}
  for _, record in ipairs(api.records) do
    local class = class_of(api, record)
    if record.name ~= "strategy" then
      classes[class] = {}
      for i, field in ipairs(record.fields) do
        classes[class][i] = expected_field(api, class, field)
      end
      if record.element ~= "" then
        classes[class] = { { element = class_of(api, annotations.record(api, record.element)) } }
      end
    end
  end
  for role, hooks in pairs(api.hooks) do
    local fields = {}
    for _, field in ipairs(annotations.record(api, "strategy").fields) do
      fields[#fields + 1] = expected_field(api, "etp." .. role, field)
    end
    for _, hook in ipairs(hooks) do
      fields[#fields + 1] = expected_hook(api, role, hook)
    end
    classes["etp." .. role] = fields
  end
  return classes
end

local function show(field)
  if field == nil then
    return "nothing"
  elseif field.element then
    return "[integer] " .. field.element
  end
  return ("%s%s %s %s"):format(field.name, field.optional and "?" or "", field.type, field.doc)
end

local function compare_lists(where, expected, found, differences)
  for i = 1, math.max(#expected, #found) do
    if show(expected[i]) ~= show(found[i]) then
      differences[#differences + 1] = ("%s: %s, not %s"):format(where, show(expected[i]), show(found[i]))
      return
    end
  end
end

local function compare_keys(what, expected, found, differences)
  for name in pairs(expected) do
    if found[name] == nil then
      differences[#differences + 1] = ("%s %s is not annotated"):format(what, name)
    end
  end
  for name in pairs(found) do
    if expected[name] == nil then
      differences[#differences + 1] = ("%s %s is unknown to the engine"):format(what, name)
    end
  end
end

-- A list of sentences, one for each class and enumeration in which the annotations are not what the engine says.
function annotations.compare_script_api(api, read)
  local differences = {}
  local classes, aliases = expected_classes(api), {}
  for _, enumeration in ipairs(api.enumerations) do
    local name = "etp." .. enumeration.name
    aliases[name] = enumeration.values
    if read.aliases[name] and table.concat(enumeration.values, " ") ~= table.concat(read.aliases[name], " ") then
      differences[#differences + 1] = name .. ": its names are " .. table.concat(enumeration.values, ", ")
    end
  end
  compare_keys("alias", aliases, read.aliases, differences)
  compare_keys("class", classes, read.classes, differences)
  for name, fields in pairs(classes) do
    compare_lists(name, fields, read.classes[name] and read.classes[name].fields or {}, differences)
  end
  table.sort(differences)
  return differences
end

-- The same for the names of the environment.
function annotations.compare_environment(api, read)
  local differences, words = {}, {}
  for _, word in ipairs(api.words) do
    local name = word.library ~= "" and word.library .. "." .. word.name or word.name
    words[name] = word.type
    local found = read.declared[name]
    found = found == "integer" and "number" or found
    if found and found ~= word.type then
      differences[#differences + 1] = ("%s is a %s, not a %s"):format(name, word.type, found)
    end
  end
  compare_keys("name", words, read.declared, differences)
  table.sort(differences)
  return differences
end

return annotations

-- SPDX-License-Identifier: MIT
-- Where the shipped strategies lie, and which script a word names.
local core = require("etp.core")

local scripts = {}

-- Those that a newcomer meets first, as in etp-engine; others follow by their names.
local FIRST = { "greedy", "conservative", "aggressive", "random", "adaptive" }
local place_of = {}
for place, name in ipairs(FIRST) do
  place_of[name] = place
end

-- The folder of the shipped strategies, with its slash. An installed module uses what was installed with it: as seen
-- from the C half (lib/lua/5.4/etp/core.so), for the whole tree may have been moved, or where it was put. One in a
-- build folder uses its sources.
local function find_folder()
  local places = { core.source_strategies, core.installed_strategies }
  local own = package.searchpath("etp.core", package.cpath)
  local prefix = own and own:match("^(.*)lib[^/]*/lua/5%.4/etp/core%.so$")
  if prefix then
    places = { prefix .. "share/etp-engine/strategies", core.installed_strategies, core.source_strategies }
  end
  for _, place in ipairs(places) do
    if core.scripts(place) then
      return place .. "/"
    end
  end
  error("the strategies that come with the module etp are in none of these folders: " .. table.concat(places, ", ")
    .. ". Install the rock again, or name strategies by their files", 0)
end

local function in_order(a, b)
  local first, second = place_of[a] or #FIRST + 1, place_of[b] or #FIRST + 1
  if first ~= second then
    return first < second
  end
  return a < b
end

-- Names in the order in which they fill up a market; each is also a key, with the path as its value.
function scripts.list(folder)
  local root = find_folder() .. folder
  local names = core.scripts(root) or {}
  table.sort(names, in_order)
  for _, name in ipairs(names) do
    names[name] = root .. name .. ".lua"
  end
  return names
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

-- The file that a word means: itself, if it is one, or a shipped strategy with or without ".lua", looked for in one
-- folder and then in another, if that is given.
function scripts.resolve(word, folder, other)
  if word:find("/", 1, true) or exists(word) then
    return word
  end
  local name = word:gsub("%.lua$", "")
  return scripts.list(folder)[name] or other and scripts.list(other)[name] or word
end

-- What the C half says of a word that is no file, for whoever meant a shipped strategy.
function scripts.explain(why)
  local word = type(why) == "string" and why:match("^([^/\n]*): there is no such file; check the path$")
  if not word then
    return why
  end
  return ("%s: there is no such file, and nothing of that name is shipped for this place; etp.strategies() lists the"
    .. " shipped strategies, etp.policies() the reserve policies"):format(word)
end

return scripts

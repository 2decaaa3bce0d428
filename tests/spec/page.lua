-- SPDX-License-Identifier: MIT
-- A page, read by a strict parser of XML: what is not well formed is an error.
local lxp = require("lxp")

local page = {}

-- The tree of elements { name, attributes, children }, where texts are children too, and a list of all elements.
function page.parse(text)
  local all, stack = {}, { { name = "", children = {} } }
  local parser = lxp.new({
    StartElement = function(_, name, attributes)
      local element = { name = name, attributes = attributes, children = {}, parent = stack[#stack] }
      table.insert(stack[#stack].children, element)
      all[#all + 1], stack[#stack + 1] = element, element
    end,
    EndElement = function()
      stack[#stack] = nil
    end,
    CharacterData = function(_, words)
      table.insert(stack[#stack].children, words)
    end,
  })
  local whole, reason, line = parser:parse(text)
  assert(whole, ("line %s: %s"):format(line, reason))
  assert(parser:parse(), "the page ends too early")
  parser:close()
  return all
end

function page.text_of(element)
  local parts = {}
  for i, child in ipairs(element.children) do
    parts[i] = type(child) == "string" and child or page.text_of(child)
  end
  return table.concat(parts)
end

function page.named(all, name)
  local found = {}
  for _, element in ipairs(all) do
    if element.name == name then
      found[#found + 1] = element
    end
  end
  return found
end

function page.first(element, name)
  for _, child in ipairs(element.children) do
    if type(child) == "table" then
      local found = child.name == name and child or page.first(child, name)
      if found then
        return found
      end
    end
  end
end

return page

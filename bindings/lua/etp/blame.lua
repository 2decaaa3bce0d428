-- SPDX-License-Identifier: MIT
-- Errors of wrong calls name the line of whoever called the module, not one of ours.

-- The first line outside the module, as "file:line: "; empty if there is none.
local function place_of_caller()
  local own = debug.getinfo(1, "S").source:match("^@(.*)blame%.lua$")
  for level = 3, 20 do
    local info = debug.getinfo(level, "Sl")
    if not info then
      break
    end
    local is_own = own and info.source:sub(2, #own + 1) == own
    if info.currentline > 0 and not is_own then
      return ("%s:%d: "):format(info.short_src, info.currentline)
    end
  end
  return ""
end

-- Without "file:line: " where that is one of our files.
local function without_place(text)
  local own = debug.getinfo(1, "S").short_src:match("^(.*)blame%.lua$")
  local place, rest = text:match("^(.-)%.lua:%d+: (.*)$")
  if own and place and place:sub(1, #own) == own then
    return rest
  end
  return text
end

local function explain(reason)
  if type(reason) ~= "string" then
    return reason
  end
  local bare = without_place(reason)
  local has_place = bare == reason and reason:find("^[^\n]-:%d+: ")
  return has_place and reason or place_of_caller() .. bare
end

local function finish(done, ...)
  if done then
    return ...
  end
  error((...), 0)
end

-- Calls a function; what it raises is raised again, under the caller's line.
return function(called, ...)
  return finish(xpcall(called, explain, ...))
end

-- SPDX-License-Identifier: MIT
-- Each source file names its licence in its first line, or in its second after a "#!" line.
--
-- As a program: lua5.4 tests/lint/spdx.lua ROOT. As a module: check(files) -> list of findings.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local tree = dofile(here .. "tree.lua")

local LINE = "SPDX-License-Identifier: MIT"

local function check_file(path, text)
  local first, second = text:match("^([^\n]*)\n?([^\n]*)")
  local line = first:match("^#!") and second or first
  if not line:find(LINE, 1, true) then
    return ("%s: its first line is not a comment with '%s'"):format(path, LINE)
  end
end

local function check(files)
  local findings = {}
  for _, path in ipairs(tree.sorted_keys(files)) do
    findings[#findings + 1] = check_file(path, files[path])
  end
  return findings
end

local function is_source(path)
  local name = path:match("[^/]+$")
  return name == "CMakeLists.txt" or name == "Makefile"
    or name:match("%.[ch]$") ~= nil or name:match("%.lua$") ~= nil or name:match("%.sh$") ~= nil
    or name:match("%.cmake$") ~= nil or name:match("%.rockspec$") ~= nil
end

if arg and arg[0] and arg[0]:match("spdx%.lua$") then
  local root = arg[1] or "."
  local files = tree.files(root, is_source)
  tree.finish("licence lines", files, check(files))
end

return { check = check }

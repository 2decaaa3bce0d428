-- SPDX-License-Identifier: MIT
-- The Lua module as it lies in the build, for commands that a shell runs.
local program = require("program")

local module = {}

-- Whether a plain Lua can load it: not with sanitizers in it, nor where it is not built.
function module.loads()
  return os.getenv("ETP_MODULE_LOADS") == "1"
end

-- Where Lua finds it: its Lua half in the sources, its C half in the build.
local function paths()
  local sources, build = os.getenv("ETP_SOURCE_DIR"), os.getenv("ETP_BUILD_DIR")
  return ("LUA_PATH='%s/bindings/lua/?.lua;%s/bindings/lua/?/init.lua;;' LUA_CPATH='%s/lua/?.so;;'"):format(
    sources, sources, build)
end

-- A folder with `etp-engine` and `busted` by their names, as after an installation.
function module.tools()
  local tools = program.path("tools")
  assert(os.execute(("mkdir -p '%s' && ln -sf '%s' '%s/etp-engine'"):format(tools, program.engine, tools)))
  local lua, sources = os.getenv("ETP_LUA"), os.getenv("ETP_SOURCE_DIR")
  local path = program.write("tools/busted", ('#!/bin/sh\n%s exec %s "%s/tests/busted.lua" "$@"\n'):format(
    paths(), lua, sources))
  assert(os.execute("chmod +x '" .. path .. "'"))
  return tools
end

return module

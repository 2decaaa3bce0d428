-- SPDX-License-Identifier: MIT
-- Builds the Lua module, the program and the strategies from a checkout: luarocks --lua-version 5.4 make
-- A release is this file with its version, and in `source` the address and tag of what it is built from.
rockspec_format = "3.0"
package = "etp-engine"
version = "scm-1"
source = {
  url = "git+file://.",
}
description = {
  summary = "Real-time auctions of stored energy, scriptable in Lua",
  detailed = [[
    etp-engine runs auctions in which home batteries sell stored energy to competing aggregators over ETP, the Energy
    Trading Protocol. Buyers' strategies and sellers' reserve policies are Lua 5.4 scripts. This rock installs the
    module etp (messages of the protocol, whole markets with Lua functions as strategies, tests of strategies), the
    program etp-engine, its strategies, and the annotations of the script API for editors.
  ]],
  license = "MIT",
  labels = { "energy", "auction", "market", "simulation" },
}
supported_platforms = { "linux" }
dependencies = {
  "lua ~> 5.4",
}
external_dependencies = {
  JANSSON = { header = "jansson.h" },
  LIBDEFLATE = { header = "libdeflate.h" },
  MSGPACK = { header = "msgpack.h" },
  XXHASH = { header = "xxhash.h" },
}
build = {
  type = "cmake",
  variables = {
    CMAKE_BUILD_TYPE = "Release",
    CMAKE_INSTALL_PREFIX = "$(PREFIX)",
    ETP_INSTALL_LIBRARIES = "OFF",
    ETP_LIVE = "AUTO",
    ETP_LUA_MODULE = "ON",
    ETP_LUA_MODULE_DIR = "$(LIBDIR)",
    ETP_LUA_SCRIPT_DIR = "$(LUADIR)",
    ETP_REPORT = "AUTO",
    ETP_TESTS = "OFF",
    ETP_WERROR = "OFF",
  },
}

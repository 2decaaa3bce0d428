-- SPDX-License-Identifier: MIT
-- The checks in tests/lint find what they are there to find: each is shown small made-up sources, some with one fault.
local source_dir = os.getenv("ETP_SOURCE_DIR") or "."
local lua = os.getenv("ETP_LUA") or "lua5.4"
local directions = dofile(source_dir .. "/tests/lint/include_directions.lua")
local spdx = dofile(source_dir .. "/tests/lint/spdx.lua")

-- A tree in which everything is as it should be, with `path` holding one more #include line.
local function tree_with(path, include)
  local files = {
    ["core/base/log.c"] = '#include "etp/log.h"\n#include <stdio.h>\n',
    ["core/wire/codec.c"] = '#include "etp/codec.h"\n#include <msgpack.h>\n#include "wire/pack.h"\n',
    ["core/wire/frame.c"] = '#include <libdeflate.h>\n',
    ["core/wire/pack.h"] = "",
    ["core/market/auction.c"] = '#include "etp/auction.h"\n#include "ranking.h"\n',
    ["core/market/ranking.h"] = '#include "etp/units.h"\n',
    ["core/base/wheel.h"] = "",
    ["core/engine/engine.c"] = '#include "etp/engine.h"\n#include "etp/auction.h"\n#include "base/wheel.h"\n',
    ["core/script/state.c"] = '#include "etp/script.h"\n#include <lua.h>\n#include <xxhash.h>\n',
    ["core/sim/network.c"] = '#include "etp/engine.h"\n',
    ["core/world/home.c"] = '#include "etp/home.h"\n#include "etp/battery.h"\n',
    ["core/live/live.c"] = '#include "etp/live.h"\n#include "etp/engine.h"\n#include <event2/event.h>\n',
    ["core/live/carrier/stream.c"] = "#include <nng/nng.h>\n#include <pthread.h>\n",
    ["core/live/channel/channel.c"] = '#include "etp/identity.h"\n#include <sodium.h>\n',
    ["core/node/serve.c"] = '#include "etp/live.h"\n#include "etp/script.h"\n#include <event2/event.h>\n',
    ["core/run/run.c"] = '#include "etp/home.h"\n#include "etp/engine.h"\n#include <unistd.h>\n',
    ["core/report/text.c"] = '#include "etp/histogram.h"\n',
    ["core/cli/main.c"] = '#include "etp/script.h"\n#include "etp/home.h"\n#include <getopt.h>\n',
    ["bindings/lua/core.h"] = '#include <lua.h>\n#include "etp/etp.h"\n#include "etp/script.h"\n',
    ["bindings/lua/market.c"] = '#include "core.h"\n#include "etp/engine.h"\n#include <dirent.h>\n',
    ["core/include/etp/etp.h"] = '#include "etp/engine.h"\n#include "etp/home.h"\n',
    ["core/include/etp/hooks.h"] = '#include "etp/auction.h"\n#include <stddef.h>\n',
  }
  if path then
    files[path] = (files[path] or "") .. include .. "\n"
  end
  return files
end

local faults = {
  -- against the direction
  { "core/base/log.c", '#include "etp/units.h"', "base/ may not include etp/units.h, which belongs to wire/" },
  { "core/wire/codec.c", '#include "etp/battery.h"', "wire/ may not include etp/battery.h" },
  { "core/market/auction.c", '#include "etp/engine.h"', "market/ may not include etp/engine.h" },
  { "core/engine/engine.c", '#include "etp/home.h"', "engine/ may not include etp/home.h" },
  { "core/engine/engine.c", '#include "etp/script.h"', "engine/ may not include etp/script.h" },
  { "core/report/text.c", '#include "etp/script.h"', "report/ may not include etp/script.h" },
  { "core/engine/engine.c", '#include "etp/live.h"', "engine/ may not include etp/live.h" },
  { "core/run/run.c", '#include "etp/live.h"', "run/ may not include etp/live.h" },
  { "core/live/live.c", '#include "etp/script.h"', "live/ may not include etp/script.h" },
  { "core/node/serve.c", '#include "etp/sim.h"', "node/ may not include etp/sim.h" },
  -- siblings
  { "core/world/home.c", '#include "etp/script.h"', "world/ may not include etp/script.h" },
  { "core/script/state.c", '#include "etp/home.h"', "script/ may not include etp/home.h" },
  { "core/run/run.c", '#include "etp/script.h"', "run/ may not include etp/script.h" },
  -- public headers have rooms as well
  { "core/include/etp/hooks.h", '#include "etp/home.h"', "engine/ may not include etp/home.h" },
  { "core/include/etp/etp.h", '#include "etp/script.h"', "etp/etp.h must not take in etp/script.h" },
  { "core/include/etp/hooks.h", "#include <lua.h>", "its users would need that library" },
  { "core/include/etp/hooks.h", '#include "engine/outbox.h"', "which is not installed" },
  { "core/cli/main.c", '#include "etp/etp.h"', "nothing in core/ includes etp/etp.h" },
  { "core/cli/main.c", '#include "etp/novelty.h"', "etp/novelty.h is not in the table" },
  { "core/include/etp/novelty.h", "", "this public header is not in the table" },
  { "core/cli/main.c", "#include <etp/engine.h>", "in quotes" },
  -- libraries
  { "core/engine/engine.c", "#include <lua.h>", "<lua.h> belongs in bindings/, script/ only" },
  { "core/cli/main.c", "#include <lauxlib.h>", "<lauxlib.h> belongs in bindings/, script/ only" },
  { "core/engine/engine.c", "#include <sqlite3.h>", "<sqlite3.h> belongs in store/ only" },
  { "core/engine/engine.c", "#include <event2/event.h>", "<event2/event.h> belongs in gateway/, live/, node/ only" },
  { "core/sim/network.c", "#include <nng/nng.h>", "<nng/nng.h> belongs in live/carrier/ only" },
  { "core/live/live.c", "#include <nng/nng.h>", "<nng/nng.h> belongs in live/carrier/ only" },
  { "core/node/serve.c", "#include <sodium.h>", "<sodium.h> belongs in live/ only" },
  { "core/market/auction.c", "#include <msgpack.h>", "<msgpack.h> belongs in wire/ only" },
  { "core/report/text.c", "#include <msgpack/pack.h>", "<msgpack/pack.h> belongs in wire/ only" },
  { "core/world/home.c", "#include <libdeflate.h>", "<libdeflate.h> belongs in data/, wire/ only" },
  { "core/base/log.c", "#include <xxhash.h>",
    "<xxhash.h> belongs in cli/, data/, report/, run/, script/, study/, world/ only" },
  { "core/base/log.c", "#include <curl/curl.h>", "<curl/curl.h> is not in the tables" },
  { "core/engine/engine.c", "#include <time.h>", "engine/ is handed time and I/O" },
  { "core/live/channel/channel.c", "#include <sys/socket.h>", "core/live/channel/ is handed time and I/O" },
  { "core/sim/network.c", "#include <sys/socket.h>", "sim/ is handed time and I/O" },
  -- private headers
  { "core/engine/engine.c", '#include "market/ranking.h"', "market/ranking.h is a private header of market/" },
  { "core/engine/engine.c", '#include "../market/ranking.h"', "leaves its folder" },
  { "core/engine/engine.c", '#include "ranking.h"', "ranking.h is neither a header of engine/ nor a public one" },
  { "core/include/etp/hooks.h", '#include "base/wheel.h"', "which is not installed" },
  { "core/engine/engine.c", '#include "base/secret.h"', "base/secret.h is a private header of base/" },
  -- bindings stand on what is installed
  { "bindings/lua/market.c", '#include "base/wheel.h"', "base/wheel.h is a private header of base/" },
  { "bindings/lua/market.c", '#include "../../core/base/wheel.h"', "leaves its folder" },
  { "bindings/lua/market.c", '#include "market/ranking.h"', "is a private header of market/" },
  { "bindings/lua/market.c", "#include <xxhash.h>", "<xxhash.h> belongs in" },
  { "core/script/state.c", '#include "bindings/lua/core.h"', "is a private header of bindings/" },
  -- the ways to write an #include
  { "core/base/log.c", '  #  include   "etp/units.h" // why', "base/ may not include etp/units.h" },
  { "core/base/log.c", "#include LOG_HEADER", "cannot tell what is included" },
  -- a new room
  { "core/attic/chest.c", "", "the room attic/ is not in the table" },
}

describe("include_directions", function()
  it("finds nothing in a good tree", function()
    assert.same({}, directions.check(tree_with()))
  end)

  it("does not read what is commented out, and counts its lines", function()
    local more = '/*\n#include "etp/home.h"\n*/\n// #include <lua.h>\n#include "etp/codec.h"'
    local files = tree_with("core/base/log.c", more)
    assert.same(
      { "core/base/log.c:7: base/ may not include etp/codec.h, which belongs to wire/" },
      directions.check(files)
    )
  end)

  for _, fault in ipairs(faults) do
    local path, include, sentence = fault[1], fault[2], fault[3]
    it(("finds %s in %s"):format(include == "" and "that a table lacks it" or include, path), function()
      local findings = directions.check(tree_with(path, include))
      assert.equal(1, #findings)
      assert.truthy(findings[1]:find(path .. ":", 1, true) == 1, findings[1])
      assert.truthy(findings[1]:find(sentence, 1, true), findings[1])
    end)
  end
end)

describe("spdx", function()
  local line = "SPDX-License-Identifier: MIT"

  it("takes the first line, or the second after #!", function()
    assert.same({}, spdx.check({
      ["a.c"] = "/* " .. line .. " */\nint a;\n",
      ["a.sh"] = "#!/bin/sh\n# " .. line .. "\n",
    }))
  end)

  it("finds a file without the line, and one that has it too late", function()
    assert.equal(3, #spdx.check({
      ["a.c"] = "int a;\n",
      ["b.c"] = "int b;\n/* " .. line .. " */\n",
      ["empty.c"] = "",
    }))
  end)
end)

-- Each check as ctest runs it: from a shell, on files.
describe("a check as a program", function()
  local root

  local function write(path, text)
    assert(os.execute(("mkdir -p '%s/%s'"):format(root, path:match("^(.*)/"))))
    local file = assert(io.open(root .. "/" .. path, "w"))
    file:write(text)
    file:close()
  end

  local function run(name)
    return (os.execute(("'%s' '%s/tests/lint/%s.lua' '%s' >/dev/null 2>&1"):format(lua, source_dir, name, root)))
  end

  before_each(function()
    root = os.tmpname()
    os.remove(root)
    assert(os.execute("mkdir '" .. root .. "'"))
  end)

  after_each(function()
    os.execute("rm -r '" .. root .. "'")
  end)

  for _, name in ipairs({ "include_directions", "spdx" }) do
    it(name .. " fails when there is nothing to check", function()
      assert.falsy(run(name))
    end)

    it(name .. " passes a good file and fails for a bad one", function()
      write("core/base/log.c", "/* SPDX-License-Identifier: MIT */\n#include <stdio.h>\n")
      assert.truthy(run(name))
      write("core/base/bad.c", "#include <lua.h>\n")
      assert.falsy(run(name))
    end)
  end
end)

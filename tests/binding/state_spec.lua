-- SPDX-License-Identifier: MIT
-- What the module does in states that are not as it expects.
local lua = os.getenv("ETP_LUA") or "lua5.4"

-- The first line of the error with which `code` ends, in a Lua of its own.
local function error_of(code)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write("local done, why = pcall(function() ", code, " end) io.write(done and 'fine' or tostring(why))")
  file:close()
  local pipe = assert(io.popen(("'%s' '%s' 2>&1"):format(lua, name)))
  local text = pipe:read("a")
  pipe:close()
  os.remove(name)
  return text
end

describe("require \"etp\"", function()
  it("says which Lua it needs", function()
    for _, name in ipairs { "etp", "etp.testing" } do
      local why = error_of(('_VERSION = "Lua 5.1" require "%s"'):format(name))
      assert.truthy(why:find("the module etp needs Lua 5.4, and this is Lua 5.1: run", 1, true), why)
    end
  end)

  it("says what to do when its C half cannot be loaded", function()
    local why = error_of [[package.cpath = "/nowhere/?.so" require "etp"]]
    assert.truthy(why:find("cannot be loaded; if it was built for another Lua, install the rock again", 1, true), why)
    why = error_of [[package.preload["etp.core"] = function() error("version mismatch: app. needs Lua 503") end
      require "etp"]]
    assert.truthy(why:find("version mismatch", 1, true), why)
  end)

  it("refuses a C half of another Lua or another version", function()
    local why = error_of [[package.loaded["etp.core"] = { lua_version = 503, version = "0.1.0" } require "etp"]]
    assert.truthy(why:find("was built for another Lua than 5.4", 1, true), why)
    why = error_of [[package.loaded["etp.core"] = { lua_version = 504, version = "9.9.9" } require "etp"]]
    assert.truthy(why:find("etp/init.lua is 0.1.0, etp/core.so is 9.9.9", 1, true), why)
  end)

  it("is the version that the program is", function()
    local pipe = assert(io.popen(("'%s' --version"):format(os.getenv("ETP_ENGINE"))))
    local text = pipe:read("a")
    pipe:close()
    assert.truthy(text:find(require("etp")._VERSION, 1, true), text)
  end)

  it("may be loaded twice, and what was made before goes on", function()
    local made = require("etp").market { homes = 2, intervals = 2, first = 72, firms = { "greedy" }, rivals = 0 }
    made:step()
    local kept = {}
    for name in pairs(package.loaded) do
      if name:find("^etp") then
        kept[name], package.loaded[name] = package.loaded[name], nil
      end
    end
    local again = require("etp")
    assert.not_equal(kept.etp, again)
    local market <close> = again.market { homes = 2, intervals = 2, first = 72, firms = { "greedy" }, rivals = 0 }
    assert.equal(market:run().trades, made:run().trades)
    assert.equal(market:digest(), made:digest())
    made:close()
    for name, module in pairs(kept) do
      package.loaded[name] = module
    end
  end)

  it("leaves no globals behind", function()
    assert.equal("fine", error_of [[local before = {} for k in pairs(_G) do before[k] = true end
      require "etp" require "etp.testing" for k in pairs(_G) do assert(before[k], k) end]])
  end)

  it("ends well with a market that was never closed, or is being made when the state ends", function()
    assert.equal("fine", error_of [[local etp = require "etp"
      KEPT = assert(etp.market { homes = 2, firms = { function(_, offer) return offer.value end } }) KEPT:step()
      KEPT:on("bid", function() end)]])
    assert.truthy(error_of [[require("etp").market { firms = { function() os.exit(0, true) end } }:run()]] == "")
  end)
end)

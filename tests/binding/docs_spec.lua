-- SPDX-License-Identifier: MIT
-- Every piece of Lua in docs/lua-module.md and in README.md's part about the module is run, as are the examples.
local program = require("program")

local sources = os.getenv("ETP_SOURCE_DIR") or "."
local lua = os.getenv("ETP_LUA") or "lua5.4"

setup(function()
  program.setup()
  program.prices("prices.csv", 2, function(i) return 60 + i % 50 end)
  program.write("mine.lua", [[
    local S = { api = 1, role = "aggregator", params = { margin = { default = 0.8, min = 0, max = 10 } } }
    function S.on_offer(ctx, offer)
      local price = offer.value - ctx.params.margin
      if price <= 0 then return nil, "worth nothing now" end
      return price, math.min(offer.energy, 0.3)
    end
    return S]])
end)
teardown(program.teardown)

-- The blocks of Lua in a text that use the module.
local function blocks_of(path)
  local list = {}
  for body in ("\n" .. program.read(path)):gmatch("\n```lua\n(.-)\n```") do
    if body:find("require%s*%(?%s*\"etp") then
      list[#list + 1] = body
    end
  end
  return list
end

-- { whether it went well, what it wrote } of a program in the folder with the files that examples name.
local function run(command)
  local pipe = assert(io.popen(("cd '%s' && %s 2>&1"):format(program.path("."), command)))
  local text = pipe:read("a")
  return pipe:close(), text
end

local function run_block(body)
  if body:find("describe(", 1, true) then
    local path = program.write("example_spec.lua", body)
    return run(("'%s' '%s/tests/busted.lua' --output=plainTerminal '%s'"):format(lua, sources, path))
  end
  return run(("'%s' '%s'"):format(lua, program.write("example.lua", body)))
end

describe("docs/lua-module.md", function()
  it("has examples that run", function()
    local blocks = blocks_of("docs/lua-module.md")
    assert.is_true(#blocks >= 7)
    for _, body in ipairs(blocks) do
      local done, text = run_block(body)
      assert.is_true(done, body .. "\n" .. text)
    end
  end)

  it("names every option, function and method that there is", function()
    local text = program.read("docs/lua-module.md")
    local etp = require("etp")
    local market <close> = etp.market { homes = 1, intervals = 1 }
    local methods = debug.getmetatable(market).__index
    for name in pairs(methods) do
      assert.truthy(text:find("`" .. name .. "%("), "market:" .. name)
    end
    for name in pairs(etp) do
      assert.truthy(name == "_VERSION" or name:find("^parse_") or name == "strategies" or name == "policies"
        or text:find("etp." .. name, 1, true), "etp." .. name)
    end
    local _, why = pcall(etp.market, { unknown = 1 })
    for option in why:match("there are (.*)$"):gmatch("[%w_]+") do
      assert.truthy(text:find("`" .. option .. "`", 1, true), option)
    end
  end)
end)

describe("README.md", function()
  it("has an example that runs", function()
    local blocks = blocks_of("README.md")
    assert.equal(1, #blocks)
    local done, text = run_block(blocks[1])
    assert.is_true(done, text)
  end)
end)

describe("examples/lua-market", function()
  it("runs", function()
    local done, text = run(("'%s' '%s/examples/lua-market/market.lua' 3 2"):format(lua, sources))
    assert.is_true(done, text)
    assert.truthy(text:find("\n    5 +%d+"), text)
  end)
end)

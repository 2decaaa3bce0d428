-- SPDX-License-Identifier: MIT
-- The code in docs/embedding.md is taken from the examples, which are built and run: it must stand there as shown.
local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

describe("docs/embedding.md", function()
  local root = assert(os.getenv("ETP_SOURCE_DIR"), "ETP_SOURCE_DIR must name the folder of the sources")
  local guide = read(root .. "/docs/embedding.md")
  local sources = {}
  for name in guide:gmatch("| `examples/([%w-]+)` |") do
    sources[#sources + 1] = read(root .. "/examples/" .. name .. "/main.c")
  end

  it("names every example", function()
    local pipe = assert(io.popen("ls '" .. root .. "'/examples/*/main.c"))
    local count = 0
    for _ in pipe:lines() do
      count = count + 1
    end
    pipe:close()
    assert.equal(count, #sources)
  end)

  it("shows code that stands in an example", function()
    local shown = 0
    for code in guide:gmatch("\n```c\n(.-\n)```") do
      shown = shown + 1
      local found = false
      for _, source in ipairs(sources) do
        found = found or source:find(code, 1, true) ~= nil
      end
      assert.is_true(found, "in no example:\n" .. code)
    end
    assert.is_true(shown > 5)
  end)
end)

-- SPDX-License-Identifier: MIT
-- README.md shows what the program prints, and a strategy that works: both are tried here as a reader would.
local program = require("program")

local PREFIX = "build/etp-engine "
local readme, sources

setup(function()
  program.setup()
  readme = program.read("README.md")
  sources = assert(os.getenv("ETP_SOURCE_DIR"), "ETP_SOURCE_DIR must name the folder of the sources")
end)
teardown(program.teardown)

-- Bodies of the fenced blocks that are marked with `language`.
local function blocks(language)
  local list = {}
  for fence, body in ("\n" .. readme):gmatch("\n```(%w*)\n(.-\n)```") do
    if fence == language then
      list[#list + 1] = body
    end
  end
  return list
end

-- The arguments of a line that calls the program, or nil.
local function arguments_of(line, before)
  local start = before .. PREFIX
  return line:sub(1, #start) == start and line:sub(#start + 1) or nil
end

-- Those of the first command that stands indented below `text`.
local function command_below(text)
  local _, from = assert(readme:find(text, 1, true))
  for line in readme:gmatch("[^\n]+", from + 1) do
    local arguments = arguments_of(line, "    ")
    if arguments then
      return arguments
    end
  end
end

describe("README.md", function()
  it("shows what its commands print, byte for byte", function()
    local shown = 0
    for _, body in ipairs(blocks("")) do
      local line, output = body:match("^(%$[^\n]*)\n(.*)$")
      local arguments = line and arguments_of(line, "$ ")
      if arguments then
        shown = shown + 1
        assert.same({ status = 0, out = output, err = "" }, program.run(arguments))
      end
    end
    assert.is_true(shown > 0)
  end)

  it("has a strategy that bids, under the command that stands below it", function()
    local script = assert(blocks("lua")[1], "there is no strategy")
    local file = assert(script:match("^%-%- (%S+%.lua):"), "the first line of the strategy names its file")
    local command = assert(command_below(script), "no command runs it")
    assert.truthy(command:find(file, 1, true), command)
    -- A folder like that of a checkout after a build, with the new file in it.
    program.write(file, script)
    assert(os.execute(("ln -s '%s/strategies' '%s'"):format(sources, program.path("strategies"))))
    local done = program.run(command, ("cd '%s' &&"):format(program.path(".")))
    assert.equal(0, done.status, done.err)
    local name = file:match("^(.*)%.lua$")
    local bids = assert(done.out:match("\n  " .. name .. " +(%d+) "), done.out)
    assert.is_true(tonumber(bids) > 0, done.out)
  end)
end)

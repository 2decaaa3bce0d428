-- SPDX-License-Identifier: MIT
-- README.md shows what the program prints, and a strategy that works: both are tried here as a reader would.
local program = require("program")
local shown = require("shown")

local readme, sources

setup(function()
  program.setup()
  readme = program.read("README.md")
  sources = assert(os.getenv("ETP_SOURCE_DIR"), "ETP_SOURCE_DIR must name the folder of the sources")
end)
teardown(program.teardown)

-- Those of the first command that stands indented below `text`.
local function command_below(text)
  local _, from = assert(readme:find(text, 1, true))
  for line in readme:gmatch("[^\n]+", from + 1) do
    local arguments = shown.arguments_of(line, "    ")
    if arguments then
      return arguments
    end
  end
end

describe("README.md", function()
  it("shows what its commands print, byte for byte", function()
    local commands = shown.commands(readme)
    assert.is_true(#commands > 0)
    for _, command in ipairs(commands) do
      assert.same({ status = 0, out = command.output, err = "" }, program.run(command.arguments))
    end
  end)

  it("has a strategy that bids, under the command that stands below it", function()
    local script = assert(shown.blocks(readme, "lua")[1], "there is no strategy")
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

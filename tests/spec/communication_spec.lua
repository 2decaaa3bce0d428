-- SPDX-License-Identifier: MIT
-- docs/communication.md shows what the program prints, and what it says in words is so.
local json = require("cjson")
local program = require("program")
local shown = require("shown")

local text

setup(function()
  program.setup()
  text = program.read("docs/communication.md")
end)
teardown(program.teardown)

local function cells(arguments)
  local done = program.run("bench network --batteries 100 --aggregators 5 --losses 0 --bandwidths 0 --json - "
    .. arguments)
  assert.equal(0, done.status, done.err)
  return json.decode(done.out).markets[1].cells
end

describe("docs/communication.md", function()
  it("shows what its commands print, byte for byte", function()
    local commands = shown.commands(text)
    assert.equal(3, #commands)
    for _, command in ipairs(commands) do
      assert.same({ status = 0, out = command.output, err = "" }, program.run(command.arguments))
    end
  end)

  it("puts the cliff where it is", function()
    program.says(text:gsub("\n", " "), { "at 480 ms one way nothing is lost, at 500 ms everything is",
      "with a hold of 4 s the same market sells the same energy at 990 ms", "at 1 s nothing is sold again" })
    local near = cells("--delays 480ms,500ms")
    assert.equal(0, near[1].energy_lost_mwh)
    assert.equal(0, near[2].trades)
    local far = cells("--delays 990ms,1s --hold 4s")
    assert.equal(0, far[1].energy_lost_mwh)
    assert.equal(0, far[2].trades)
  end)

  it("names every field of a cell and of a type", function()
    local cell = cells("--delays 20ms")[1]
    for _, record in ipairs({ cell, cell.types[1] }) do
      for name in pairs(record) do
        assert.truthy(name == "types" or text:find("`" .. name .. "`", 1, true), "not in the document: " .. name)
      end
    end
  end)
end)

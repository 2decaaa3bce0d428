-- SPDX-License-Identifier: MIT
-- `etp-engine keygen` makes keys that nobody else can read, never writes over one, and prints lines for trust lists.
local program = require("program")

setup(program.setup)
teardown(program.teardown)

local LINE = "^(%d+) (%l+) ([%w+/]+=)(.*)\n$"
local KEY = 44

local function mode_of(path)
  local list = assert(io.popen("ls -l '" .. path .. "'"))
  local mode = list:read("a"):sub(1, 10)
  list:close()
  return mode
end

local function expect(done, status, sentence)
  assert.equal(status, done.status, done.err)
  assert.truthy(done.err:find(sentence, 1, true), done.err)
  assert.equal("", done.out)
end

describe("keygen", function()
  it("writes a key that its owner alone can read, and prints nothing but its line", function()
    local path = program.path("a.key")
    local done = program.run("keygen 1001 '" .. path .. "' --name home-17 --via 3001")
    assert.equal(0, done.status, done.err)
    local device, role, key, rest = done.out:match(LINE)
    assert.same({ "1001", "battery", KEY, " name=home-17 via=3001" }, { device, role, #key, rest })
    assert.equal("-rw-------", mode_of(path))
    assert.truthy(done.err:find(path, 1, true))
    assert.truthy(done.err:find("next:", 1, true))
  end)

  it("prints the line of a key again", function()
    local path = program.path("b.key")
    local made = program.run("keygen 2001 '" .. path .. "' --role aggregator")
    local shown = program.run("keygen --show '" .. path .. "' --role aggregator")
    assert.same({ 0, made.out, "" }, { shown.status, shown.out, shown.err })
  end)

  it("says which role it takes a key's device for, where nobody told", function()
    local path = program.path("role.key")
    program.run("keygen 2001 '" .. path .. "' --role aggregator")
    local shown = program.run("keygen --show '" .. path .. "'")
    assert.equal(0, shown.status)
    assert.truthy(shown.out:find("^2001 battery "))
    assert.truthy(shown.err:find("note: the line says battery", 1, true), shown.err)
  end)

  it("makes another key each time", function()
    local one = program.run("keygen 1 '" .. program.path("one.key") .. "'").out
    local other = program.run("keygen 1 '" .. program.path("other.key") .. "'").out
    assert.truthy(one:match(LINE) and other:match(LINE))
    assert.are_not.equal(one, other)
  end)

  it("never writes over a file", function()
    local path = program.write("there", "mine")
    local done = program.run("keygen 1001 '" .. path .. "'")
    expect(done, 1, "is there already, and a private key is never written over")
    assert.equal("mine", program.read(path))
  end)

  it("leaves nothing behind where a file cannot be written", function()
    expect(program.run("keygen 1001 '" .. program.path("nowhere/x.key") .. "'"), 1, "cannot be written")
  end)

  it("does not use a key that others can read", function()
    local path = program.path("open.key")
    assert.equal(0, program.run("keygen 1001 '" .. path .. "'").status)
    assert(os.execute("chmod 640 '" .. path .. "'"))
    expect(program.run("keygen --show '" .. path .. "'"), 1, "chmod 600")
  end)

  it("says which part of a private key file is damaged", function()
    local path = program.path("c.key")
    assert.equal(0, program.run("keygen 1001 '" .. path .. "'").status)
    local text = program.read(path)
    local other = program.path("d.key")
    assert.equal(0, program.run("keygen 1001 '" .. other .. "'").status)
    program.write("c.key", (text:gsub("public [^\n]+", program.read(other):match("public [^\n]+"))))
    expect(program.run("keygen --show '" .. path .. "'"), 1, "does not belong to its seed")
    program.write("c.key", (text:gsub("etp%-key 1", "etp-key 2")))
    expect(program.run("keygen --show '" .. path .. "'"), 1, "of version 2")
    program.write("c.key", (text:gsub("seed [^\n]+\n", "")))
    expect(program.run("keygen --show '" .. path .. "'"), 1, "is no private key file")
  end)
end)

describe("what cannot be", function()
  local mistakes = {
    { "keygen", "a device id and the file for its private key" },
    { "keygen 12", "a device id and the file for its private key" },
    { "keygen 12 a b", "one device id and one file at a time" },
    { "keygen --show", "keygen --show needs one private key file" },
    { "keygen 0 x", "a whole number from 1 to" },
    { "keygen 9007199254740992 x", "a whole number from 1 to" },
    { "keygen home x", "a whole number from 1 to" },
    { "keygen 5 x --role bess", "--role takes battery, aggregator or relay" },
    { "keygen 5 x --name 'a b'", "--name takes up to 31 letters" },
    { "keygen 5 x --via 0", "--via is a whole number" },
    { "keygen 5 x --role relay --via 6", "a relay is spoken to itself" },
  }
  for _, mistake in ipairs(mistakes) do
    it("is refused: " .. mistake[1], function()
      expect(program.run(mistake[1]), 2, mistake[2])
      assert.is_nil(io.open("x"))
    end)
  end
end)

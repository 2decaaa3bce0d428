-- SPDX-License-Identifier: MIT
-- etp-engine check: what it finds in scripts of all kinds, and how it ends.
local json = require("cjson")
local program = require("program")

setup(program.setup)
teardown(program.teardown)

local function check(arguments)
  return program.run("check " .. arguments)
end

-- Checks a script with that text; returns what the program did and the script's path.
local function check_text(name, text)
  local path = program.write(name, text)
  return check(path), path
end

local function aggregator(body)
  return "local S = { api = 1, role = 'aggregator' }\n" .. body .. "\nreturn S\n"
end

local function bess(body)
  return "local S = { api = 1, role = 'bess' }\n" .. body .. "\nreturn S\n"
end

local function shipped()
  local list, pipe = {}, assert(io.popen("ls strategies/*.lua strategies/reserve/*.lua"))
  for path in pipe:lines() do
    list[#list + 1] = path
  end
  pipe:close()
  return list
end

describe("what a reload would need", function()
  local offer = "function S.on_offer(ctx, offer) ctx.state.n = %s return offer.value end\n"

  it("is tried too: on_save and on_load that fail are errors", function()
    local save = "function S.on_save(ctx)\n return ctx.state.n.x end"
    local done = check_text("saves.lua", aggregator(offer:format("1") .. save))
    assert.equal(1, done.status)
    assert.truthy(done.out:find("error: [^\n]*saves.lua: %-%-watch could not reload it after an edit: " ..
      "in a dry call: [^\n]*on_save: [^\n]*saves.lua:4: attempt to index a number value"), done.out)
    local load = "function S.on_load(ctx, saved)\n return saved.n.x end"
    done = check_text("loads.lua", aggregator(offer:format("1") .. load))
    assert.equal(1, done.status)
    assert.truthy(done.out:find("on_load: [^\n]*loads.lua:4: attempt to index a number value"), done.out)
  end)

  it("is tried too: a state that is no plain data is a warning", function()
    local done = check_text("state.lua", aggregator(offer:format("function() end")))
    assert.equal(0, done.status)
    assert.truthy(done.out:find("warning: [^\n]*ctx.state.n is a function"), done.out)
    done = check_text("state.lua", aggregator(offer:format("{ 1, 2, x = { true } }")))
    assert.truthy(done.out:find("state.lua: ok", 1, true), done.out)
  end)
end)

describe("a script in order", function()
  it("is said to be so in a line, with what its hooks cost", function()
    local done = check("strategies/greedy.lua")
    assert.same({ 0, "" }, { done.status, done.err })
    assert.truthy(done.out:match(
      '^strategies/greedy.lua: ok %(aggregator "greedy", [%d.]+ KiB after loading%)\n' ..
      '[^\n]+\n    on_offer +%d[^\n]+\n    without: on_start, on_interval, on_result, on_fault\n$'), done.out)
  end)

  it("is every shipped one, without a warning or a note", function()
    local list = shipped()
    assert.is_true(#list >= 9)
    local done = check("--strict --json - " .. table.concat(list, " "))
    assert.equal(0, done.status, done.out)
    for i, file in ipairs(json.decode(done.out).files) do
      assert.equal(list[i], file.file)
      assert.same({}, file.findings)
      for _, hook in ipairs(file.hooks) do
        assert.is_true(hook.calls > 0 and hook.most_instructions > 0)
        assert.is_true(hook.ns > 0 and hook.empty_ns > 0)
      end
    end
  end)

  it("is found by its name, a reserve policy too", function()
    local done = check("greedy two_tier")
    assert.equal(0, done.status, done.out)
    program.says(done.out, { "strategies/greedy.lua: ok", "strategies/reserve/two_tier.lua: ok" })
  end)
end)

describe("a mistake", function()
  for _, case in ipairs({
    { "syntax", "return {", ".lua:1: unexpected symbol near <eof>" },
    { "nothing returned", "local S = {}", "end the file with \"return S\"" },
    { "no api", "return { role = 'bess' }", "add api = 1" },
    { "no role", "return { api = 1 }", "add role = \"aggregator\"" },
    { "an unknown hook", aggregator("function S.on_ofer() end"),
      "\"on_ofer\" (line 2) is not known; did you mean \"on_offer\"?" },
    { "a hook of the other role", bess("function S.on_offer() end"), "is a hook of the other role" },
    { "no hooks", aggregator(""), "it has no hooks" },
    { "a parameter out of range", "return { api = 1, role = 'bess', params = { a = { default = 2, max = 1 } } }",
      "the default is outside min and max" },
    { "an error while it loads", "local t\nt.x = 1", ".lua:2: attempt to index a nil value" },
    { "a loop without end while it loads", "while true do end", "it ran more instructions than it may" },
    { "a name that --set has taken",
      "return { api = 1, role = 'aggregator', name = 'world', on_start = function() end }",
      "calls itself \"world\"" },
    { "a price that may be nil", aggregator("function S.on_offer(_, offer) return offer.reserve + 1 end"),
      ".lua:2: attempt to perform arithmetic on a nil value (field 'reserve'); offer.reserve was nil",
      "on_offer was called with an ordinary offer\n" },
    { "an outcome that was forgotten",
      aggregator("local gain = { accepted = 1, rejected = 2, outbid = 3, expired = 4 }\n" ..
        "function S.on_result(_, result) return nil, gain[result.outcome] + 1 end"),
      ".lua:3: attempt to perform arithmetic on a nil value", "a bid at a battery that failed" },
    { "an answer that cannot be used", aggregator("function S.on_offer() return 20000 end"),
      "on_offer returned 20000; a price is a number from 0 to 10000 c/kWh" },
    { "a misspelt field", bess("function S.reserve(_, battery) return battery.waer end"),
      "battery has no field \"waer\"; did you mean \"wear\"?" },
    { "a parameter that is not declared", aggregator("function S.on_offer(ctx) return ctx.params.margin end"),
      "ctx.params has no \"margin\"; declare it" },
    { "a global in a policy's hook", bess("function S.reserve() count = 1 return 1 end"),
      ".lua:2: global \"count\" cannot be written in a hook" },
    { "a loop without end", bess("function S.reserve() while true do end end"), "look for a loop that does not end" },
    { "too much memory",
      aggregator("local t, s = {}, ('x'):rep(60000) for i = 1, 500 do t[i] = s .. i end "
        .. "function S.on_offer() return #t end"),
      "it needed more memory than it may have" },
  }) do
    it("is found: " .. case[1], function()
      local done, path = check_text("mistaken.lua", case[2])
      assert.same({ 1, "" }, { done.status, done.err }, done.out)
      program.says(done.out, { path .. ": 1 error", "error: " .. path, case[3], case[4] })
    end)
  end

  it("is found in each hook that has one, with its traceback", function()
    local done = check_text("two.lua", aggregator(
      "local function deep(x) return x.y.z end\n" ..
      "function S.on_offer(_, offer) return offer.value end\n" ..
      "function S.on_interval() deep({}) end\nfunction S.on_fault() error('my own words') end"))
    assert.equal(1, done.status)
    program.says(done.out, { "two.lua: 2 errors", "two.lua:2: attempt to index a nil value (field 'y')",
      "on_interval was called with an ordinary interval", "two.lua:4: in function", "two.lua:5: my own words",
      "on_fault was called with a device that failed" })
  end)

  it("is a file that is not there, a folder, or compiled code", function()
    local done = check("nowhere.lua strategies " .. program.write("code.lua", string.dump(function() end)))
    assert.equal(1, done.status)
    program.says(done.out, { "nowhere.lua: there is no such file", "strategies: is a directory", "code.lua: 1 error" })
  end)
end)

describe("a warning", function()
  local function warns(text, sentence)
    local done, path = check_text("doubtful.lua", text)
    assert.same({ 0, "" }, { done.status, done.err }, done.out)
    program.says(done.out, { path .. ": 1 warning", "  warning: " .. path, sentence })
    assert.equal(1, check("--strict " .. path).status)
  end

  it("tells of a global that a hook writes, and where", function()
    warns(aggregator("function S.on_offer()\n  count = (count or 0) + 1\n  return 1\nend"),
      'doubtful.lua:3: on_offer writes the global "count", which all nodes of the script share')
  end)

  it("tells of a global that is written while the script loads", function()
    warns("function helper() return 1 end\n" .. bess("function S.reserve() return helper() end"),
      'doubtful.lua:1: the global "helper" is written while the script loads')
  end)

  it("tells of a parameter that is never read", function()
    warns("local S = { api = 1, role = 'aggregator',\n  params = { margin = 1, extra = 2 } }\n" ..
      "function S.on_offer(ctx, offer) return offer.value - ctx.params.margin end\nreturn S\n",
      'doubtful.lua:2: the parameter "extra" is declared and never read')
  end)

  it("does not tell of one that a rare case reads", function()
    local done = check_text("rare.lua",
      "local S = { api = 1, role = 'aggregator', params = { limit = 2, all = 1 } }\n" ..
      "function S.on_offer(ctx, offer)\n  if offer.value == 123 then return ctx.params.limit end\n" ..
      "  local sum = 0\n  for _, value in pairs(ctx.params) do sum = sum + value end\n  return sum\nend\nreturn S\n")
    program.says(done.out, { "rare.lua: ok" })
  end)
end)

it("notes that a buyer never bids", function()
  local done = check_text("shy.lua", aggregator("function S.on_offer() return nil end function S.on_result() end"))
  assert.equal(0, done.status)
  program.says(done.out, { "shy.lua: ok", "note: ", "it bid for none of the", "so on_result was not called" })
end)

it("keeps a script's log to itself", function()
  local done = check_text("chatty.lua", aggregator("function S.on_offer(ctx) ctx.log('hello') return 1 end"))
  assert.same({ 0, "" }, { done.status, done.err })
  assert.falsy(done.out:find("hello", 1, true))
end)

it("gives the same counts each time", function()
  local function counts()
    local list = {}
    for _, file in ipairs(json.decode(check("strategies/adaptive.lua strategies/random.lua --json -").out).files) do
      for _, hook in ipairs(file.hooks) do
        list[#list + 1] = { hook.name, hook.calls, hook.instructions, hook.most_instructions }
      end
    end
    return list
  end
  assert.same(counts(), counts())
end)

describe("the command line", function()
  for arguments, sentence in pairs({
    [""] = "no script was named",
    ["greedy --seed 2"] = "--seed is an option of run and not of check",
    ["greedy --stritc"] = "did you mean --strict?",
    ["greedy --elephant"] = "--help lists",
    ["greedy --strict=1"] = "--strict takes no value",
    ["greedy --json"] = "--json needs a value",
  }) do
    it("is refused with a sentence: check " .. arguments, function()
      local done = check(arguments)
      assert.same({ 2, "" }, { done.status, done.out })
      program.says(done.err, { "etp-engine: ", sentence })
    end)
  end

  it("does not let the result take a script's place", function()
    local path = program.write("mine.lua", aggregator("function S.on_offer() return 1 end"))
    local before = program.read(path)
    local done = check(path .. " --json " .. path)
    assert.equal(2, done.status)
    program.says(done.err, { "would write over" })
    assert.equal(before, program.read(path))
  end)

  it("writes its result to a file, beside the text", function()
    local result = program.path("check.json")
    local done = check("greedy --json " .. result)
    program.says(done.out, { "greedy.lua: ok" })
    assert.equal("check", json.decode(program.read(result)).command)
  end)

  it("writes no field that docs/scripting.md does not name", function()
    local page = program.read("docs/scripting.md"):match("\n## Checking a script\n(.-)\n## ")
    local text = check("greedy nowhere.lua --json -").out
    local count = 0
    for key in text:gmatch('"([%l_]+)": ') do
      count = count + 1
      program.says(page, { "`" .. key .. "`" })
    end
    assert.is_true(count > 25)
  end)

  it("has a help of its own", function()
    local help = check("--help")
    assert.same({ 0, "" }, { help.status, help.err })
    assert.equal(help.out, program.run("help check").out)
    program.says(help.out, { "usage: etp-engine check FILE.lua", "--strict", "--json FILE" })
    assert.falsy(help.out:find("--bess", 1, true))
  end)
end)

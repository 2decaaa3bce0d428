-- SPDX-License-Identifier: MIT
-- One hostile strategy among five honest ones: theirs are the very trades of a run in which it says no to everything.
local program = require("program")

local RIVALS = "--rivals 5 --bess 12 --days 1 --interval 30m --seed 3"

local HOSTILE = {
  ["loops for ever"] = "while true do end",
  ["catches its own end"] = "while true do pcall(function() while true do end end) end",
  ["takes all memory"] = "local t = {} for i = 1, 1e9 do t[i] = { i } end",
  ["raises an error each time"] = "error('no')",
  ["raises a huge error"] = "error(('no'):rep(30000))",
  ["floods the log"] = "for _ = 1, 1000 do ctx.log(('x'):rep(400)) end return nil",
  ["recurses for ever"] = "local function f(n) return 1 + f(n) end return f(1)",
  ["recurses through pcall"] = "local function f() return pcall(f) end while true do f() end",
  ["returns huge values"] = "return ('9'):rep(60000), {}",
  ["returns thousands of values"] = "local t = {} for i = 1, 4000 do t[i] = 'x' end return table.unpack(t)",
  ["returns what is no number"] = "return 0 / 0, -math.huge",
  ["writes to views"] = "pcall(function() offer.value = 1 end) pcall(rawset, offer, 'value', 1) offer.energy = 0",
  ["keeps views"] = "kept = kept or offer return pcall(next, kept) and nil",
  ["takes its hooks away"] = "S.on_offer, S.on_result = nil, nil return nil",
  ["grows what it keeps"] = "local s = ctx.state for i = 1, 20000 do s[#s + 1] = {} end return nil",
}

local function trades_of_others(name, body)
  local script = program.write("stranger.lua", ([[
    kept = nil
    local S = { api = 1, name = "stranger", role = "aggregator" }
    function S.on_offer(ctx, offer) %s end
    return S]]):format(body))
  local events = program.path(name .. ".jsonl")
  local done = program.run(("%s %s --events %s"):format(script, RIVALS, events))
  assert(done.status == 0, done.err)
  local trades = {}
  for _, event in ipairs((program.events(events))) do
    if event.kind == "receipt" then
      trades[#trades + 1] = ("%s %s %s %s %s"):format(event.t_ns, event.device, event.peer, event.price_micro,
        event.energy_mwh)
    end
  end
  return trades, done
end

describe("a hostile strategy among five honest ones", function()
  local expected

  setup(function()
    program.setup()
    expected = trades_of_others("quiet", "return nil")
    assert(#expected > 20, "the honest ones trade: " .. #expected)
  end)
  teardown(program.teardown)

  for title, body in pairs(HOSTILE) do
    it(title .. " and changes none of their trades", function()
      local trades, done = trades_of_others("hostile", body)
      assert.same(expected, trades)
      -- What it can make the program write is bounded too.
      assert.is_true(#done.err < 20000, #done.err .. " bytes")
    end)
  end

  it("is suspended after ten overruns, and the report says so", function()
    local _, done = trades_of_others("hostile", HOSTILE["loops for ever"])
    program.says(program.unwrapped(done.out),
      { "stranger: 10 of 10 calls failed, 10 of them over a limit, so it is not called any more" })
    local _, suspensions = done.err:gsub("strategy=stranger suspended after=10", "")
    assert.equal(1, suspensions, done.err)
  end)

  it("has its dropped log lines counted in the report", function()
    local path = program.write("loud.lua", [[
      local S = { api = 1, role = "aggregator" }
      function S.on_offer(ctx) for _ = 1, 50 do ctx.log("x") end return nil end
      return S]])
    local market = program.result(path .. " " .. RIVALS).runs.market
    for _, firm in ipairs(market.firms) do
      if firm.name == "loud" then
        assert.equal(0, firm.script_overruns)
        assert.is_true(firm.script_log_dropped > 0)
        assert.equal(50 * firm.script_calls, firm.script_log_lines + firm.script_log_dropped)
      end
    end
    local done = program.run(path .. " " .. RIVALS)
    program.says(program.unwrapped(done.out), { "of its log lines were dropped" })
  end)
end)

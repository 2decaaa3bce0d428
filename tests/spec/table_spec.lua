-- SPDX-License-Identifier: MIT
-- The table for people and the sentences under it: what they compare, what they warn of, and that they fit.
local program = require("program")

local GREEDY = "strategies/greedy.lua"
local DAY = GREEDY .. " --bess 10 --no-baselines "

setup(program.setup)
teardown(program.teardown)

describe("the table", function()
  it("names what it compares", function()
    local done = program.run(GREEDY .. " --bess 10")
    assert.equal(0, done.status)
    assert.truthy(done.out:find("\n +market, +single +greedy\n +5 aggregators +utility +alone\n"), done.out)
    program.says(done.out, {
      "energy sold", "price to owners", "net benefit, mean, $ a day", "net benefit, median, $ a day", "surplus",
      "adaptive", "conservative", "made up",
    })
    assert.equal("", done.err)
  end)

  it("counts the owners who lose", function()
    local runs = program.result(GREEDY .. " --bess 10").runs
    local row = program.run(GREEDY .. " --bess 10").out:match("\n  owners worse off than without a market +([^\n]+)")
    assert.equal(("%d of 10 %d of 10 %d of 10"):format(runs.market.owners_worse_off, runs.utility.owners_worse_off,
      runs.alone.owners_worse_off), (row:gsub(" +", " ")))
  end)

  it("says under the table what differs, and what not to believe", function()
    local text = program.unwrapped(program.run(GREEDY .. " --bess 10").out)
    program.says(text, {
      "who owns the portfolios", "told every reserve and waits for all offers",
      "sealed bids by scripts that know neither",
      "how far buyers use market power: the utility all that an interval gives it, a firm as much as its script finds",
      "greedy alone: one firm with its own share of the need and no rival. Its script is not told so",
      "compare seeds before you believe a difference", "an illustration, no evidence",
    })
    local told = program.unwrapped(program.run(GREEDY .. " --bess 10 --disclose reserve").out)
    program.says(told, { "sealed bids by scripts that are told reserves but decide offer by offer" })
    local bare = program.unwrapped(program.run(DAY).out)
    assert.falsy(bare:find("Single utility", 1, true) or bare:find("alone", 1, true), bare)
  end)

  it("says that shading does not pay where losers set the price", function()
    local words = "Most shipped strategies bid as in first-price auctions, where shading pays; a few, truthful among "
      .. "them, do not."
    for mechanism, said in pairs({
      ["first-price"] = false, ascending = false, ["second-price"] = true, ["uniform-price"] = true,
    }) do
      local text = program.unwrapped(program.run(DAY .. "--mechanism " .. mechanism).out)
      assert.equal(said, text:find(words, 1, true) ~= nil, mechanism)
    end
  end)

  it("marks a script that fails often, though it does not always", function()
    local shaky = program.write("shaky.lua", 'local S = { api = 1, role = "aggregator" } function S.on_interval() end '
      .. "function S.on_offer() error('no idea') end return S")
    local text = program.run(shaky .. " --bess 3 --rivals 1 --no-baselines").out
    program.says(program.unwrapped(text), { "shaky* ", "* Not to be trusted", "more than a tenth of its calls" })
    assert.falsy(text:find("greedy*", 1, true), text)
  end)

  it("says with which options it was run, and not where it was written", function()
    local options = "--bess 3 --rivals 1 --no-baselines --set greedy.margin=0.4 --disclose reserve --log error"
    local text = program.run(GREEDY .. " " .. options).out
    program.says(text, { "\nOptions: --bess 3 --rivals 1 --set greedy.margin=0.4 --disclose reserve\n" })
    assert.falsy(program.run(GREEDY).out:find("Options", 1, true))
  end)

  it("counts 364 days, which a calendar year holds from its first noon, as a year", function()
    local long = GREEDY .. " --bess 1 --rivals 0 --no-baselines --interval 24h --days "
    assert.falsy(program.run(long .. "363").out:find("$ a year", 1, true))
    program.says(program.run(long .. "364").out, { "owner's net benefit, mean, $ a year" })
  end)

  it("says why nothing was sold", function()
    for hook, sentence in pairs {
      ['role = "bess", reserve = function() return false end'] = "no battery had any for sale",
      ['role = "bess", reserve = function() return 9999 end'] = "no bid met a battery's reserve",
      ['role = "aggregator", on_offer = function() return nil end'] = "nobody bid",
    } do
      local file = program.write("script.lua", ("return { api = 1, %s }"):format(hook))
      local done = program.run(hook:find("bess") and DAY .. "--reserve " .. file
        or file .. " --rivals 0 --bess 10 --no-baselines")
      assert.equal(0, done.status, done.err)
      program.says(done.out, { "No energy was sold: " .. sentence })
    end
  end)

  it("names a strategy that bids on nothing, and one that never wins", function()
    local shy = program.write("shy.lua", 'return { api = 1, role = "aggregator", on_offer = function() end }')
    local low = program.write("low.lua",
      'return { api = 1, role = "aggregator", on_offer = function(_, o) return 0.01, o.energy end }')
    local names = ("%s %s %s --bess 10 --no-baselines "):format(shy, low, GREEDY)
    local firms = {}
    for _, firm in ipairs(program.result(names).runs.market.firms) do
      firms[firm.name] = firm
    end
    local text = program.run(names).out
    program.says(text, {
      ("\n  shy bid on none of %d offers.\n"):format(firms.shy.offers),
      ("\n  low won with none of %d bids.\n"):format(firms.low.bids),
    })
    assert.is_true(firms.shy.offers > 0 and firms.low.bids > 0)
    assert.falsy(text:find("greedy bid on none", 1, true) or text:find("greedy won with none", 1, true))
  end)

  it("has at most 100 columns of ASCII, without blanks at the end of lines", function()
    local name = "a_name_as_long_as_a_person_may_give_to_a_strategy_and_not_longer"
    assert.equal(64, #name)
    local long = program.write("long.lua", ([[
      return { api = 1, name = "%s", role = "aggregator", on_offer = function() end }]]):format(name))
    for _, arguments in ipairs({
      GREEDY .. " --bess 10 --delay 600ms --flip 1%",
      ("%s %s --bess 10 --days 364 --interval 24h"):format(long, long),
      GREEDY .. " --bess 1000 --rivals 11 --interval 1h --mechanism second-price --seed 12345",
    }) do
      for line in program.run(arguments).out:gmatch("[^\n]*") do
        assert.is_true(#line <= 100, line)
        assert.falsy(line:find("[^\x20-\x7e]"), line)
        assert.falsy(line:find(" $"), line)
      end
    end
  end)
end)

describe("a script that is given up", function()
  it("is marked wherever it took part", function()
    local path = program.write("bad.lua", [[
      return { api = 1, name = "bad", role = "aggregator", on_offer = function() error("out of ideas") end }]])
    local text = program.run(path .. " --bess 30 --rivals 1").out
    assert.truthy(text:find("\n +market, +single +bad%*\n +2 aggregators%* +utility +alone\n"), text)
    assert.truthy(text:find("\n  bad%* +0 +0 "), text)
    assert.truthy(text:find("\n  greedy +%d"), text)
    program.says(text, { "so it is not called any more", "\n  * Not to be trusted: " })
    assert.falsy(program.run(DAY).out:find("*", 1, true))
  end)

  it("marks every run if it is the reserve policy", function()
    local path = program.write("moody.lua", [[
      return { api = 1, name = "moody", role = "bess", reserve = function() error("not today") end }]])
    local text = program.run(GREEDY .. " --rivals 1 --reserve " .. path).out
    assert.truthy(text:find("\n +market, +single +greedy%*\n +2 aggregators%* +utility%* +alone\n"), text)
  end)
end)

-- SPDX-License-Identifier: MIT
-- Prices, tariffs and fleets from Lua.
local etp = require("etp")
local program = require("program")

setup(program.setup)
teardown(program.teardown)

describe("prices", function()
  it("are made up, the same for the same seed", function()
    local one, same = etp.prices { days = 2, seed = 5 }, etp.prices { days = 2, seed = 5 }
    local other = etp.prices { seed = 6 }
    assert.equal(576, #one)
    assert.equal(288, #other)
    assert.equal(one.hash, same.hash)
    assert.not_equal(one[1], other[1])
    assert.same({ 300, "built-in", "" }, { one.interval, one.source, one.region })
    assert.equal("etp.prices: 576 intervals of 300 s, built-in", tostring(one))
    assert.is_nil(one[0])
    assert.is_nil(one[577])
    assert.is_nil(one[1.5])
  end)

  it("come from a list", function()
    local list = etp.prices { 8, 9.5, -1, 12.3456, interval = 1800, starts = 1735732800 }
    assert.same({ 4, 8, 9.5, -1, 12.3456 }, { #list, list[1], list[2], list[3], list[4] })
    assert.same({ 1800, 1735732800, 0 }, { list.interval, list.starts, list:first_noon() })
    local longer = assert(list:resample(3600))
    assert.same({ 2, 8.75 }, { #longer, longer[1] })
    assert.equal(4, #list)
    local none, why = list:resample(2700)
    assert.is_nil(none)
    assert.truthy(why:find("take a multiple or a divisor", 1, true), why)
  end)

  it("come from a file of AEMO's, and say which line is wrong", function()
    local path = program.prices("prices.csv", 2, function(i) return 80 + i % 7 end)
    local list = assert(etp.prices(path))
    assert.same({ 576, 300, 8.1, "VIC1" }, { #list, list.interval, list[1], list.region })
    assert.equal(list.hash, etp.parse_prices("a text", program.read(path)).hash)
    local none, why = etp.prices(program.path("missing.csv"))
    assert.is_nil(none)
    assert.truthy(why:find("missing.csv", 1, true), why)
    none, why = etp.parse_prices("here.csv", program.read(path):gsub("5000,81", "5000,x", 1))
    assert.is_nil(none)
    assert.truthy(why:find("here.csv: line 2", 1, true), why)
  end)

  it("raise where the call is wrong", function()
    local rows = {
      { 7, "not a number" },
      { { 8, "9" }, "price 2 is no price" },
      { { 8, interval = "x" }, "number expected" },
      { { 8, interval = 0 }, "1 to 86400 seconds" },
      { { 8, star = 3 }, '"star" is not known' },
      { { days = 0 }, "days must be a whole number from 1 to 3660" },
      { { interval = 7 }, "divide a day" },
    }
    for _, row in ipairs(rows) do
      assert.error_matches(function() etp.prices(row[1]) end, row[2])
    end
    assert.is_nil(etp.prices { 8, 2501 })
    assert.error_matches(function() return etp.prices { 8 }.first end, "there are starts, interval")
  end)
end)

describe("a tariff", function()
  it("is a number, a text or a table of times", function()
    assert.equal(3.3, etp.tariff(3.3):at(0))
    local text = etp.tariff("00:00=2.1,15:00=8.4,21:00=2.1")
    local steps = etp.tariff { ["15:00"] = 8.4, ["00:00"] = 2.1, ["21:00"] = 2.1 }
    for _, tariff in ipairs({ text, steps, etp.tariff(text) }) do
      assert.same({ 2.1, 8.4, 2.1 }, { tariff:at(53999), tariff:at(54000), tariff:at(86399) })
      assert.equal("00:00=2.1,15:00=8.4,21:00=2.1", tostring(tariff))
    end
  end)

  it("says what is wrong", function()
    local none, why = etp.tariff("15:00=8.4")
    assert.is_nil(none)
    assert.truthy(why:find("the first step must be at 00:00", 1, true), why)
    assert.is_nil(etp.tariff(201))
    assert.error_matches(function() etp.tariff({ 8.4 }) end, "has times as keys")
    assert.error_matches(function() etp.tariff({ ["00:00"] = "x" }) end, "the price at 00:00 must be a number")
    assert.error_matches(function() etp.tariff() end, "not a nil")
    assert.error_matches(function() etp.tariff(1):at(86400) end, "0 to 86399")
  end)
end)

describe("a fleet", function()
  it("is that of a market with the same seed", function()
    local fleet = etp.fleet { homes = 5, seed = 3, floor = 0.2 }
    local market <close> = etp.market { fleet = fleet, failures = 0 }
    for place, home in ipairs(market:homes()) do
      assert.equal(fleet[place].capacity, home.capacity)
      assert.equal(fleet[place].pv_peak, home.pv_peak)
      assert.is_true(math.abs(home.floor - 0.2 * home.capacity) < 1e-5)
    end
    assert.equal(5, #market:homes())
    local wrong = function() etp.market { fleet = fleet, seed = 4 } end
    assert.error_matches(wrong, "seed is 4, and the fleet was made with 3")
  end)

  it("knows what its homes use and make", function()
    local fleet = etp.fleet { homes = 2 }
    local sun, load = fleet:flows(1, 0, 43200, 300)
    assert.is_true(sun > 0 and load > 0)
    assert.equal(0, (fleet:flows(1, 144, 0, 300)))
    assert.is_true(fleet:expected_need(1, 72000) > 0)
    assert.same({ 2, nil, nil }, { #fleet, fleet[0], fleet[3] })
    assert.equal("etp.fleet: 2 homes, seed 1", tostring(fleet))
  end)

  it("says what does not fit", function()
    local none, why = etp.fleet { pv_low = 9, pv_high = 5 }
    assert.is_nil(none)
    assert.truthy(why:find("pv_low must not be above pv_high", 1, true), why)
    local wrong = function() etp.fleet { inverter = 0 } end
    assert.error_matches(wrong, "inverter must be a number from 0.1 to 100 kW, not 0")
    assert.error_matches(function() etp.fleet { batteries = 5 } end, '"batteries" is not known')
    assert.error_matches(function() etp.fleet { homes = 0 } end, "1 to 1000000 homes")
    assert.error_matches(function() etp.fleet(5) end, "not a number")
    assert.error_matches(function() etp.fleet {}:flows(101, 0, 0, 300) end, "there is no home 101")
  end)
end)

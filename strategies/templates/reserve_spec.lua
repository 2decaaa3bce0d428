-- SPDX-License-Identifier: MIT
-- What @NAME@.lua asks, and whom it sells to: `busted @NAME@_spec.lua`, under Lua 5.4 with the module etp. What a test
-- does not say has a usual value; docs/lua-module.md lists them, and what else can be asked.
local t = require("etp.testing")

-- The script beside this file, wherever the tests are started from.
local SCRIPT = (debug.getinfo(1, "S").source:match("^@(.*/)") or "") .. "@NAME@.lua"

describe("@NAME@", function()
  -- Without losses the cost is easily told: 4 c/kWh of wear and 3 c/kWh that the sun would have earned.
  local home = { available = 6, expected_need = 2, lot = 0.4, wear = 4, feed_in = 3, one_way = 1 }
  local mine

  before_each(function()
    mine = t.load(SCRIPT, { premium = 1, step = 0.25, most = 2 })
    mine:start()
  end)

  it("asks its cost and a premium, for what the home can do without", function()
    assert.same({ 8, 0.4 }, { mine:reserve(home) })
    local price, energy = mine:reserve({ available = 6, expected_need = 5.75, lot = 0.4, one_way = 1 })
    assert.near(8.3, price, 1e-9)
    assert.equal(0.25, energy)
  end)

  it("sells nothing that the home will need", function()
    local _, energy = mine:reserve({ available = 2, expected_need = 2 })
    assert.equal(0, energy)
  end)

  it("asks twice the premium where much more is forecast than was paid last", function()
    mine:interval({ spot = 8, forecast = 17 })
    assert.equal(9, (mine:reserve(home)))
    mine:interval({})
    assert.equal(8, (mine:reserve(home)))
  end)

  it("asks more after all was sold and less after nothing was, within its bounds", function()
    mine:result({ lot = 0.4, sold = 0.4, revenue = 0.03 })
    assert.equal(8.25, (mine:reserve(home)))
    for _ = 1, 20 do
      mine:result({ lot = 0.4, sold = 0 })
    end
    assert.equal(7, (mine:reserve(home)))
  end)

  it("passes over who bids for a crumb, if somebody else is there", function()
    local crumb = { bidder = 7, price = 12, energy = 0.01, arrival = 1 }
    local meal = { bidder = 8, price = 11, energy = 0.4, arrival = 2 }
    assert.same({ 2 }, mine:choose({ crumb, meal }))
    assert.same({}, mine:choose({ crumb }))
  end)

  it("sells to who bids most, and to nobody below its cost", function()
    local made = t.market({ policy = SCRIPT, rivals = { 20, 21 }, batteries = 1 })
    assert.equal(0, #made:won("rival 1"))
    made:assert_won({ firm = "rival 2", price = 21 })
    assert.equal(0, #t.market({ policy = SCRIPT, rivals = { 1 } }):won("rival 1"))
  end)
end)

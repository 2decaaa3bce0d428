-- SPDX-License-Identifier: MIT
-- What @NAME@.lua bids, and what that wins: `busted @NAME@_spec.lua`, under Lua 5.4 with the module etp. What a test
-- does not say has a usual value; docs/lua-module.md lists them, and what else can be asked.
local t = require("etp.testing")

-- The script beside this file, wherever the tests are started from.
local SCRIPT = (debug.getinfo(1, "S").source:match("^@(.*/)") or "") .. "@NAME@.lua"

describe("@NAME@", function()
  local mine

  before_each(function()
    mine = t.load(SCRIPT, { margin = 1, step = 0.25, most = 2 })
    mine:start()
  end)

  it("bids its value less its margin, for all that it needs of the offer", function()
    assert.same({ 11, 0.4 }, { mine:offer({ value = 12, energy = 0.4, need = 5 }) })
    assert.same({ 11, 0.1 }, { mine:offer({ value = 12, energy = 0.4, need = 0.1 }) })
  end)

  it("bids nothing where that would be worth nothing, or less than the owner wants", function()
    assert.is_nil((mine:offer({ value = 0.5 })))
    assert.is_nil((mine:offer({ value = 12, reserve = 11.5 })))
  end)

  it("keeps half of its margin while the forecast rises, and knows a market without a price", function()
    mine:interval({ spot = 8, forecast = 9 })
    assert.equal(11.5, (mine:offer({ value = 12 })))
    mine:interval({})
    assert.equal(11, (mine:offer({ value = 12 })))
  end)

  it("wants more after a win and less after a loss, within its bounds", function()
    mine:result({ outcome = "accepted", code = "none", price = 11, energy = 0.4 })
    assert.equal(10.75, (mine:offer({ value = 12 })))
    for _ = 1, 20 do
      mine:result({ outcome = "rejected" })
    end
    assert.equal(12, (mine:offer({ value = 12 })))
  end)

  it("bids again while the window is open", function()
    assert.equal(11.25, mine:result({ outcome = "outbid", code = "outbid", value = 12, may_rebid = true }))
  end)

  it("wins what others bid less for, and nothing else", function()
    local script = { file = SCRIPT, params = { margin = 1 } }
    t.market({ strategy = script, value = 12, rivals = { 10.5 } }):assert_won({ price = 11 })
    assert.equal(0, #t.market({ strategy = script, value = 12, rivals = { 11.5 } }):won())
  end)
end)

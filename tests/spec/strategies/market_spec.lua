-- SPDX-License-Identifier: MIT
-- The strategies in whole markets through the program: each buys something under every mechanism, with and
-- without disclosure, no script fails, and none pays away what it gains.
local program = require("program")

local NAMES = {
  "aa", "equilibrium", "fixed", "gd", "mgd", "ramp", "shaver", "sniper", "zip",
  "best_response", "exp3", "portfolio", "q_learning", "thompson",
}
local MARKETS = {
  "--mechanism first-price", "--mechanism second-price", "--mechanism ascending", "--mechanism uniform-price",
  "--disclose both",
}

setup(program.setup)
teardown(program.teardown)

local function of_firm(result, name)
  for _, firm in ipairs(result.runs.market.firms) do
    if firm.name == name then
      return firm
    end
  end
end

for _, name in ipairs(NAMES) do
  describe(name, function()
    for _, options in ipairs(MARKETS) do
      it("buys and does not lose: " .. options, function()
        local result = program.result(("strategies/%s.lua --bess 30 --no-baselines --quiet %s"):format(name, options))
        local firm = of_firm(result, name)
        assert.are.equal(0, firm.script_errors + firm.hook_errors)
        assert.is_true(firm.wins > 10, ("%d wins"):format(firm.wins))
        assert.is_true(firm.surplus_micro > 0, ("a surplus of %d"):format(firm.surplus_micro))
      end)
    end
  end)
end

-- SPDX-License-Identifier: MIT
-- An aggregator that buys from the batteries that connect: etp-engine node examples/live/aggregator.lua
-- How it bids is in bidder.lua, which may be changed while it runs.
return {
  api = 1, role = "aggregator", device = 2001, name = "north",
  key = "north.key", trust = "trusted",
  listen = "tcp://127.0.0.1:7700",
  strategy = "bidder.lua", params = { margin = 1.5 },
  demand = { need_kwh = 5, budget_dollars = 2, value_c_per_kwh = 12 },
  market = { interval_s = 20, query_spread_ms = 2000 },
  audit = "north.audit",
}

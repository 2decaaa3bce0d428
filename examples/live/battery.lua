-- SPDX-License-Identifier: MIT
-- A home battery that sells to whoever is in `trusted`: etp-engine node examples/live/battery.lua
-- It dials out, as a battery behind a home router must. docs/live.md has every key.
return {
  api = 1, role = "battery", device = 1001, name = "home-17",
  key = "home-17.key", trust = "trusted",
  dial = { { url = "tcp://127.0.0.1:7700", device = 2001 } },
  battery = { capacity_kwh = 10, stored_kwh = 8, power_kw = 5, floor_kwh = 1 },
  reserve = "tiers", params = { base = 8.3 },
  -- Short, so that something happens soon; all nodes of a market must agree on these.
  market = { interval_s = 20, query_spread_ms = 2000 },
  audit = "home-17.audit",
}

-- SPDX-License-Identifier: MIT
-- A node's prices while it runs: a followed file that comes later, goes stale and comes back; and a home behind the
-- meter.
local nodes = require("live_nodes")
local program = require("program")

setup(nodes.setup)
teardown(nodes.teardown)
after_each(nodes.kill_all)

local function append(line)
  local file = assert(io.open(program.path("feed.csv"), "a"))
  file:write(line)
  file:close()
end

local function now()
  return os.date("!%Y-%m-%dT%H:%M:%SZ")
end

-- Appends a price once a second, until there is a line that only fresh prices make.
local function feed_until(node, price, pattern)
  local last
  local found = nodes.wait_until(function()
    if now() ~= last then
      last = now()
      append(("%s,%s\n"):format(last, price))
    end
    return node:out():match(pattern)
  end)
  return found or node:fail("waited for " .. pattern)
end

describe("an aggregator that follows prices", function()
  it("bids by them, takes no part without any, and says when they are stale and when they are back", function()
    local battery, aggregator = nodes.pair(nil, {
      params = { margin = 0 }, prices = { file = "feed.csv", follow = true, stale_after_s = 4 },
      demand = { value_c_per_kwh = false, loss_factor = 1, cost_to_serve_c_per_kwh = 0, own_c_per_kwh = 30 },
    })
    nodes.wait_until(function()
      return aggregator:err():find("is not there; it is waited for", 1, true)
    end)
    aggregator:wait("\ninterval at=%S+ index=%d+\n")
    append("time,price_c_kwh\n")
    feed_until(aggregator, "12.5", "\ninterval at=%S+ index=%d+ spot=12.5000 forecast=")
    -- 30 c/kWh more than the forecast, which is near the only price there was.
    local price = tonumber((feed_until(battery, "12.5", "\nsold [^\n]* price=([%d.]+) ")))
    assert.is_true(price > 30 and price < 50, price)
    assert.truthy(nodes.wait_until(function()
      return aggregator:err():find("is stale: nobody bids by these prices any more", 1, true)
    end), aggregator:err())
    append(now() .. ",")
    append("20\n")
    feed_until(aggregator, "20", "\ninterval at=%S+ index=%d+ spot=20.0000 forecast=")
    assert.truthy(aggregator:err():find("is up to date again", 1, true))
    local bought = aggregator:stop()
    assert.is_true(bought.intervals_left_out >= 2)
    nodes.books_agree(battery:stop(), bought)
  end)
end)

describe("a battery with a home", function()
  it("accounts for load, sun and sales, to the last mWh", function()
    local battery = nodes.start("battery", nodes.battery({
      listen = "tcp://127.0.0.1:0", reserve = "two_tier", home = { pv_kw = 5, retail_c_per_kwh = 30 } }))
    battery:wait("\ninterval ", 3)
    local result = battery:stop()
    local cells = result.battery
    assert.is_true(cells.home and cells.load_mwh > 0)
    assert.equal(cells.charged_mwh,
      cells.stored_mwh - cells.stored_at_start_mwh + cells.discharged_mwh + cells.lost_mwh)
    assert.truthy(battery:out():find("\nHome: %d+%.%d+ kWh used, "))
  end)
end)

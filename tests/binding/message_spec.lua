-- SPDX-License-Identifier: MIT
-- Messages and frames from Lua.
local etp = require("etp")

local function bid(changes)
  local message = {
    message_type = "Bid", message_id = 1700000000000001, device_id = 7, bid_price = 11.5, required_energy_amount = 0.4,
  }
  for name, value in pairs(changes or {}) do
    message[name] = value
  end
  return message
end

describe("a message", function()
  it("comes back as it was, with what was left out", function()
    local bytes = assert(etp.encode(bid()))
    local message, behind = etp.decode(bytes)
    assert.equal(#bytes + 1, behind)
    assert.same({
      message_type = "Bid", message_id = 1700000000000001, device_id = 7, ttl = 5, bid_price = 11.5, sale_price = 0,
      energy_total = 0, percentage_for_sale = 0, required_energy_amount = 0.4, termination_code = "none",
      remaining_battery_energy = 0, battery_health_status_code = "excellent", battery_voltage = 0, discharge_rate = 0,
      in_reply_to = 0, closes_in_ms = 0,
    }, message)
    assert.equal(bytes, etp.encode(message))
  end)

  it("takes names and numbers for types and codes, and keeps a code that has no name", function()
    local message = etp.decode(etp.encode(bid { message_type = 6, termination_code = "late" }))
    assert.same({ "BidReject", "late" }, { message.message_type, message.termination_code })
    message = etp.decode(etp.encode(bid { termination_code = 200 }))
    assert.equal(200, message.termination_code)
  end)

  it("is refused with a sentence that names the field", function()
    local rows = {
      { bid { bid_price = 10001 }, "bid_price must be a number from 0 to 10000 c/kWh, not 10001" },
      { bid { bid_price = -1 }, "bid_price must be" },
      { bid { bid_price = 0 / 0 }, "bid_price must be" },
      { bid { bid_price = "12" }, 'bid_price must be a number from 0 to 10000 c/kWh, not "12"' },
      { bid { required_energy_amount = 1 / 0 }, "required_energy_amount must be" },
      { bid { message_type = "Bd" }, 'not "Bd"' },
      { bid { message_type = 10 }, "message_type must be one of" },
      { bid { message_id = 1 << 53 }, "message_id must be a whole number" },
      { bid { device_id = 1.5 }, "device_id must be a whole number" },
      { bid { ttl = 256 }, "ttl must be a whole number from 0 to 255, not 256" },
      { bid { battery_health_status_code = {} }, "not a table" },
      { bid { price = 1 }, '"price" is not known; there are message_type' },
      { { message_type = "Bid", message_id = 1 }, "device_id is missing" },
      { {}, "message_type is missing" },
    }
    for _, row in ipairs(rows) do
      for _, check in ipairs({ etp.validate, etp.encode }) do
        local done, why = check(row[1])
        assert.is_nil(done)
        assert.truthy(why:find(row[2], 1, true), why)
      end
    end
    assert.is_true(etp.validate(bid()))
  end)

  it("is not decoded from bytes that are none, and the reason has a name", function()
    local bytes = etp.encode(bid())
    for size = 0, #bytes - 1 do
      local message, why, name = etp.decode(bytes:sub(1, size))
      assert.is_nil(message)
      assert.equal("truncated", name)
      assert.equal("string", type(why))
    end
    assert.equal("not_a_message", select(3, etp.decode("\1")))
  end)

  it("is found behind another one", function()
    local first, second = etp.encode(bid()), etp.encode(bid { message_id = 2 })
    local _, at = etp.decode(first .. second)
    assert.equal(2, etp.decode(first .. second, at).message_id)
    assert.has_error(function() etp.decode(first, #first + 2) end)
  end)

  it("raises where the call is wrong", function()
    assert.error_matches(function() etp.encode("x") end, "table expected, got string")
    assert.error_matches(function() etp.decode({}) end, "string expected, got table")
    assert.error_matches(function() etp.validate() end, "table expected, got no value")
  end)
end)

describe("a frame", function()
  it("has several messages, and their seal", function()
    local frame = assert(etp.frame { bid(), bid { message_id = 2 }, bid { message_id = 3 } })
    local messages = assert(etp.unframe(frame))
    assert.equal(3, #messages)
    assert.equal(3, messages[3].message_id)
  end)

  it("is refused whole when a bit is wrong", function()
    local frame = etp.frame { bid(), bid() }
    for at = 1, #frame do
      local spoilt = frame:sub(1, at - 1) .. string.char(frame:byte(at) ~ 4) .. frame:sub(at + 1)
      local messages, why, name = etp.unframe(spoilt)
      assert.is_nil(messages)
      assert.equal("string", type(why))
      assert.truthy(name == "checksum" or name == "truncated", name)
    end
  end)

  it("says which message is bad or does not fit", function()
    local many = {}
    for i = 1, 30 do
      many[i] = bid { message_id = i }
    end
    local frame, why = etp.frame(many)
    assert.is_nil(frame)
    assert.truthy(why:find("a frame has at most 1400 bytes", 1, true), why)
    frame, why = etp.frame { bid(), bid { ttl = -1 } }
    assert.is_nil(frame)
    assert.truthy(why:find("ttl must be", 1, true), why)
    assert.error_matches(function() etp.frame({}) end, "at least one message")
    assert.error_matches(function() etp.frame({ bid(), 7 }) end, "entry 2 is no message but a number")
  end)
end)

describe("the protocol's facts", function()
  it("are there by name", function()
    assert.same({ number = 3, priority = 50, delay_limit = 1, sent_by_bess = false, sent_by_aggregator = true },
      etp.types.Bid)
    assert.equal("no auction is open for this bid", etp.codes.no_auction)
  end)
end)

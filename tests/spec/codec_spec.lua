-- SPDX-License-Identifier: MIT
-- The codec against an implementation of MessagePack that shares nothing with it: Debian's lua-messagepack.

-- The module is plain Lua 5.3, and Debian installs it for that version only.
package.path = package.path .. ";/usr/share/lua/5.3/?.lua"
local messagepack = require "MessagePack"

local sample = require("codec_sample")

local ID_MAX <const> = (1 << 53) - 1
local U32_MAX <const> = (1 << 32) - 1

-- name, units in one of the wire's (nil for a whole number), lowest, highest
local fields = {
  { name = "type", low = 0, high = 9 },
  { name = "message_id", low = 1, high = ID_MAX },
  { name = "device_id", low = 1, high = ID_MAX },
  { name = "ttl", low = 0, high = 255 },
  { name = "bid_price", per = 1e4, low = 0, high = 100000000 },
  { name = "sale_price", per = 1e4, low = 0, high = 100000000 },
  { name = "energy_total", per = 1e6, low = 0, high = 1000000000000 },
  { name = "for_sale_ppm", per = 1e4, low = 0, high = 1000000 },
  { name = "required_energy", per = 1e6, low = 0, high = 1000000000000 },
  { name = "code", low = 0, high = 255 },
  { name = "remaining_energy", per = 1e6, low = 0, high = 1000000000000 },
  { name = "health", low = 0, high = 3 },
  { name = "voltage_mv", per = 1e3, low = 0, high = U32_MAX },
  { name = "discharge_rate", per = 1e6, low = 0, high = 1000000000000 },
  { name = "in_reply_to", low = 0, high = ID_MAX },
  { name = "closes_in_ms", low = 0, high = U32_MAX },
}

-- Random numbers that are the same in every run, whatever the version of Lua.
local seed = 1
local function random(low, high)
  seed = (seed * 6364136223846793005 + 1442695040888963407)
  local bits = seed >> 11
  local kind = (seed >> 4) % 8
  if kind == 0 then return low end
  if kind == 1 then return high end
  return low + bits % (high - low + 1)
end

local function random_fields()
  local values = {}
  for _, field in ipairs(fields) do
    values[field.name] = random(field.low, field.high)
  end
  return values
end

local function as_array(values, count)
  local array = {}
  for i = 1, count or #fields do
    local field = fields[i]
    local value = values[field.name]
    array[i] = field.per and value / field.per or value
  end
  return array
end

local function check_same(expected, got, count)
  for i, field in ipairs(fields) do
    local wanted = i <= (count or #fields) and expected[field.name] or 0
    assert.are.equal(wanted, got[field.name], field.name)
  end
end

describe("the encoder", function()
  local lines = sample.lines("2000 7")

  it("writes as many messages as it was asked for", function()
    assert.are.equal(2000, #lines)
  end)

  it("is understood by another decoder, field by field", function()
    for _, line in ipairs(lines) do
      local hex, text = line:match("^(%x+)\t(.+)$")
      local values = sample.fields(text)
      local array = messagepack.unpack(sample.from_hex(hex))
      assert.are.equal(#fields, #array)
      for i, field in ipairs(fields) do
        local value = values[field.name]
        if field.per then
          assert.are.equal("float", math.type(array[i]), field.name)
          assert.are.equal(value / field.per, array[i], field.name)
        else
          assert.are.equal("integer", math.type(array[i]), field.name)
          assert.are.equal(value, array[i], field.name)
        end
      end
    end
  end)

  it("writes the very bytes that another encoder writes", function()
    messagepack.set_number "double"
    for _, line in ipairs(lines) do
      local hex, text = line:match("^(%x+)\t(.+)$")
      assert.are.equal(hex, sample.to_hex(messagepack.pack(as_array(sample.fields(text)))))
    end
  end)
end)

describe("the decoder", function()
  before_each(function()
    messagepack.set_number "double"
    messagepack.set_integer "unsigned"
  end)

  local function check_count(count)
    local sent, messages = {}, {}
    for i = 1, 500 do
      sent[i] = random_fields()
      messages[i] = messagepack.pack(as_array(sent[i], count))
    end
    for i, answer in ipairs(sample.decode(messages)) do
      check_same(sent[i], sample.fields(answer), count)
    end
  end

  it("understands what another encoder writes", function() check_count(16) end)
  it("takes a missing closes_in_ms for 0", function() check_count(15) end)
  it("takes missing extensions for 0", function() check_count(14) end)

  it("understands signed integers", function()
    messagepack.set_integer "signed"
    check_count(16)
  end)

  it("skips elements that it does not know", function()
    local sent = random_fields()
    local tails = {
      { "text" }, { true, false }, { { 1, { 2, { three = 3 } } } }, { ("x"):rep(300), -1 }, { 1.5, -40000, 1 << 40 },
    }
    local messages = {}
    for i, tail in ipairs(tails) do
      messages[i] = messagepack.pack(table.move(tail, 1, #tail, 17, as_array(sent)))
    end
    for _, answer in ipairs(sample.decode(messages)) do
      check_same(sent, sample.fields(answer))
    end
  end)

  it("takes float32 where float64 belongs", function()
    messagepack.set_number "float"
    local sent = random_fields()
    for _, field in ipairs(fields) do
      if field.per then
        sent[field.name] = math.tointeger(field.per) * 5 // 2
      end
    end
    check_same(sent, sample.fields(sample.decode({ messagepack.pack(as_array(sent)) })[1]))
  end)

  it("refuses other things, and says why", function()
    local function with(at, value)
      local array = as_array({
        type = 3, message_id = 5, device_id = 6, ttl = 5, bid_price = 1, sale_price = 1, energy_total = 1,
        for_sale_ppm = 1, required_energy = 1, code = 0, remaining_energy = 1, health = 0, voltage_mv = 1,
        discharge_rate = 1, in_reply_to = 0, closes_in_ms = 0,
      })
      array[at] = value
      return messagepack.pack(array)
    end
    local cases = {
      { with(1, 10), "unknown_type" },
      { with(2, 0), "out_of_range" },
      { with(2, 1 << 53), "out_of_range" },
      { with(3, "six"), "wrong_type" },
      { with(4, 5.5), "wrong_type" },
      { with(5, -0.5), "out_of_range" },
      { with(5, 10000.5), "out_of_range" },
      { with(6, 0 / 0), "not_finite" },
      { with(7, 1 / 0), "not_finite" },
      { with(8, 100.5), "out_of_range" },
      { with(9, {}), "wrong_type" },
      { with(12, 4), "out_of_range" },
      { with(16, 1 << 32), "out_of_range" },
      { with(17, ("x"):rep(600)), "too_long" },
      { messagepack.pack({ 1, 2, 3 }), "not_a_message" },
      { messagepack.pack("text"), "not_a_message" },
      { with(16, 0):sub(1, -2), "truncated" },
    }
    local messages = {}
    for i, case in ipairs(cases) do
      messages[i] = case[1]
    end
    for i, answer in ipairs(sample.decode(messages)) do
      assert.are.equal("refused: " .. cases[i][2], answer, "case " .. i)
    end
  end)
end)

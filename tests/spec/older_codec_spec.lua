-- SPDX-License-Identifier: MIT
-- Records of the older wire format against an encoder that shares nothing with ours: Lua's string.pack.

local sample = require("codec_sample")

local FORMAT <const> = "<I4 I1 I8 I8 I1 d d d d d I1 d I1 d d"

-- In the order of the wire; `per` is how many of our units are in one of the wire's.
local fields = {
  { name = "type" }, { name = "message_id" }, { name = "device_id" }, { name = "ttl" },
  { name = "bid_price", per = 1e4 }, { name = "sale_price", per = 1e4 }, { name = "energy_total", per = 1e6 },
  { name = "for_sale_ppm", per = 1e4 }, { name = "required_energy", per = 1e6 }, { name = "code" },
  { name = "remaining_energy", per = 1e6 }, { name = "health" }, { name = "voltage_mv", per = 1e3 },
  { name = "discharge_rate", per = 1e6 },
}

local function pack(values, length)
  local list = {}
  for i, field in ipairs(fields) do
    local value = values[field.name] or 0
    list[i] = field.per and value / field.per or value
  end
  return string.pack(FORMAT, length or 84, table.unpack(list))
end

describe("records of the older format", function()
  it("are 88 bytes, as string.pack has them", function()
    assert.equal(88, string.packsize(FORMAT))
    local lines = sample.lines("--older 500 1")
    assert.equal(500, #lines)
    for _, line in ipairs(lines) do
      local hex, text = line:match("^(%x+)\t(.*)$")
      assert.equal(hex, sample.to_hex(pack(sample.fields(text))), text)
    end
  end)

  it("are read as string.pack wrote them", function()
    local wanted, records = {}, {}
    for i, line in ipairs(sample.lines("--older 500 2")) do
      wanted[i] = line:match("\t(.*)$")
      records[i] = pack(sample.fields(wanted[i]))
    end
    assert.same(wanted, sample.decode(records, "--older"))
  end)

  it("hold what string.unpack finds in them", function()
    for _, line in ipairs(sample.lines("--older 100 3")) do
      local hex, text = line:match("^(%x+)\t(.*)$")
      local values, found = sample.fields(text), { string.unpack(FORMAT, sample.from_hex(hex)) }
      assert.equal(84, found[1])
      for i, field in ipairs(fields) do
        local value = values[field.name]
        assert.equal(field.per and value / field.per or value, found[i + 1], field.name)
      end
    end
  end)

  it("are refused by name", function()
    local bid = { type = 3, message_id = 1, device_id = 2, ttl = 5, bid_price = 180000, required_energy = 1000000 }
    local function with(changes)
      local copy = {}
      for name, value in pairs(bid) do copy[name] = value end
      for name, value in pairs(changes) do copy[name] = value end
      return pack(copy)
    end
    local cases = {
      { with {}, "type=3" },
      { with { bid_price = 0 / 0 }, "refused: not_finite" },
      { with { bid_price = math.huge }, "refused: not_finite" },
      { with { sale_price = -math.huge }, "refused: not_finite" },
      { with { bid_price = 1e304 }, "refused: out_of_range" },
      { with { bid_price = -1 }, "refused: out_of_range" },
      { with { required_energy = -1 }, "refused: out_of_range" },
      { with { health = 4 }, "refused: out_of_range" },
      { with { type = 10 }, "refused: unknown_type" },
      { pack(bid, 85), "refused: too_long" },
      { pack(bid, 0xffffffff), "refused: too_long" },
      { pack(bid, 83), "refused: not_a_message" },
      { pack(bid):sub(1, 87), "87 bytes are left" },
    }
    local records = {}
    for i, case in ipairs(cases) do
      records[i] = case[1]
    end
    for i, answer in ipairs(sample.decode(records, "--older")) do
      assert.equal(cases[i][2], answer:sub(1, #cases[i][2]))
    end
  end)
end)

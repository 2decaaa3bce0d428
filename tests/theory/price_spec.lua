-- SPDX-License-Identifier: MIT
-- Who pays what to whom, recomputed from the bids: without noise in what buyers see, in a market of many homes in which
-- buyers come and go. A bidder who is alone has no rival but the reserve.
local market = require("market")
local program = require("program")

local TRUTHFUL = "strategies/truthful.lua"
local KINDS = { bid = true, confirm = true, reject = true }

-- Of each auction, named by its battery and interval: bids, highest first, and the sale if there was one.
local function auctions_of(events)
  local auctions = {}
  for _, event in ipairs(events) do
    local key = event.device .. " in interval " .. event.interval
    local auction = auctions[key] or { bids = {} }
    auctions[key] = auction
    if event.kind == "bid" then
      table.insert(auction.bids, event)
    elseif event.kind == "confirm" then
      assert(not auction.sale, key .. " was sold twice")
      auction.sale = event
    elseif event.code == "below_reserve" then
      auction.too_low = math.max(auction.too_low or 0, event.price_micro)
    end
  end
  for _, auction in pairs(auctions) do
    table.sort(auction.bids, function(a, b)
      return a.price_micro > b.price_micro
    end)
  end
  return auctions
end

describe("the price of", function()
  setup(program.setup)
  teardown(program.teardown)

  local function sales(arguments)
    local ran, events = market.run(arguments .. " --failures 0 --bess 30 --set world.need=100", KINDS)
    local auctions, sold = auctions_of(events), {}
    for key, auction in pairs(auctions) do
      if auction.sale then
        assert(not auction.too_low or auction.too_low < auction.sale.reserve_micro, key)
        sold[key] = auction
      else
        assert.are.equal(auction.bids[1] and auction.bids[1].price_micro, auction.too_low, key)
      end
    end
    assert.is_true(ran.trades >= 200, ran.trades .. " trades are too few to tell")
    return sold
  end

  it("a bidder without any rival is the reserve, in a second-price auction", function()
    for _, disclose in ipairs({ "none", "reserve" }) do
      local alone = market.buyers(TRUTHFUL, 1) .. " --mechanism second-price --set world.q=1 --disclose "
      for key, auction in pairs(sales(alone .. disclose)) do
        assert.are.equal(auction.sale.reserve_micro, auction.sale.price_micro, key)
        assert.is_true(auction.bids[1].price_micro >= auction.sale.price_micro, key)
      end
    end
  end)

  it("a bidder without any rival is the reserve that it was told, in a first-price auction", function()
    local alone = market.BIDDERS .. "alone.lua"
    for key, auction in pairs(sales(market.buyers(alone, 1) .. " --set world.q=1 --disclose reserve")) do
      assert.are.equal(auction.sale.reserve_micro, auction.sale.price_micro, key)
    end
  end)

  it("a sale is the highest losing bid or the reserve, in a second-price auction", function()
    local alone, contested = 0, 0
    for key, auction in pairs(sales(market.buyers(TRUTHFUL, 4) .. " --mechanism second-price --set world.q=0.4")) do
      local second = auction.bids[2] and auction.bids[2].price_micro or 0
      assert.are.equal(math.max(second, auction.sale.reserve_micro), auction.sale.price_micro, key)
      assert.are.equal(auction.bids[1].peer, auction.sale.peer, key)
      alone = alone + (second <= auction.sale.reserve_micro and 1 or 0)
      contested = contested + (second > auction.sale.reserve_micro and 1 or 0)
    end
    assert.is_true(alone > 50 and contested > 50, alone .. " alone, " .. contested .. " contested")
  end)

  it("a sale is the highest bid, in a first-price auction", function()
    for key, auction in pairs(sales(market.buyers(TRUTHFUL, 4) .. " --mechanism first-price --set world.q=0.4")) do
      assert.are.equal(auction.bids[1].price_micro, auction.sale.price_micro, key)
      assert.are.equal(auction.bids[1].peer, auction.sale.peer, key)
    end
  end)
end)

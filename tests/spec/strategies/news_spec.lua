-- SPDX-License-Identifier: MIT
local helpers = dofile("tests/spec/helpers.lua")
local result, near = helpers.result, helpers.near
local news = require "common.news"

describe("news", function()
  it("knows the usual price: the mean of what was taken", function()
    assert.is_nil(news.usual {})
    assert.is_nil(news.usual { result { bid_price = 9 } })
    near(7.5, news.usual {
      result { outcome = "accepted", bid_price = 7 }, result { bid_price = 9 },
      result { outcome = "accepted", bid_price = 8 },
    })
  end)

  it("tells wins and losses from silence", function()
    assert.are.equal("won", news.of(result { outcome = "accepted" }, 8))
    assert.are.equal("lost", news.of(result { outcome = "rejected" }, 8))
    assert.are.equal("lost", news.of(result { outcome = "outbid" }, nil))
    assert.is_nil(news.of(result { outcome = "expired" }, 8))
    assert.is_nil(news.of(result { outcome = "failed" }, nil))
  end)

  it("passes over a battery that refuses what is usual", function()
    assert.is_nil(news.of(result { code = "below_reserve", bid_price = 8 }, 8))
    assert.are.equal("lost", news.of(result { code = "below_reserve", bid_price = 7.9 }, 8))
    assert.are.equal("lost", news.of(result { code = "below_reserve", bid_price = 7.9 }, nil))
    assert.are.equal("lost", news.of(result { code = "not_competitive", bid_price = 9 }, 8))
  end)
end)

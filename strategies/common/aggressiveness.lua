-- SPDX-License-Identifier: MIT
-- The formulas of adaptive aggressiveness for a buyer (Vytelingum, Cliff and Jennings 2008). Strategies require this;
-- aa.lua says what they are for. v is the buyer's value, p the market's price, r the aggressiveness from -1 to 1.
local aggressiveness = {}

-- From 0 to 1 as x does: a straight line for theta = 0, steep at first for a theta below 0, steep at last above it.
local function bend(x, theta)
  if math.abs(theta) < 1e-6 then
    return x
  end
  return (math.exp(x * theta) - 1) / (math.exp(theta) - 1)
end

local function unbend(y, theta)
  if math.abs(theta) < 1e-6 then
    return y
  end
  return math.log(1 + y * (math.exp(theta) - 1)) / theta
end

-- The slope of bend at x = 0; it falls as theta rises.
local function slope(theta)
  return math.abs(theta) < 1e-6 and 1 or theta / (math.exp(theta) - 1)
end

-- The theta for r < 0 with which both halves of the target's curve have the same slope at r = 0, by halving.
function aggressiveness.passive_theta(v, p, theta)
  local wanted, low, high = (v - p) / p * slope(theta), -50, 50
  for _ = 1, 50 do
    local middle = (low + high) / 2
    if slope(middle) > wanted then
      low = middle
    else
      high = middle
    end
  end
  return (low + high) / 2
end

-- What to bid: 0 for r = -1, p or else v for r = 0, v for r = 1.
function aggressiveness.target(v, p, r, theta)
  if r >= 0 then
    return v <= p and v or p + (v - p) * bend(r, theta)
  elseif v <= p then
    return v * (1 - bend(-r, theta))
  end
  return p * (1 - bend(-r, aggressiveness.passive_theta(v, p, theta)))
end

-- The r whose target is q.
function aggressiveness.of(q, v, p, theta)
  if q >= math.min(v, p) then
    return v > p and unbend(math.min((q - p) / (v - p), 1), theta) or 0
  elseif v <= p then
    return -math.min(unbend(1 - q / v, theta), 1)
  end
  return -math.min(unbend(1 - q / p, aggressiveness.passive_theta(v, p, theta)), 1)
end

-- The market's price from those of the last trades, oldest first, each weighing `weight` of the one after it; and how
-- far they scatter round it, as a part of it (Smith's alpha).
function aggressiveness.equilibrium(prices, weight)
  local sum, weights, share = 0, 0, 1
  for i = #prices, 1, -1 do
    sum, weights, share = sum + share * prices[i], weights + share, share * weight
  end
  local p, squares = sum / weights, 0
  for i = 1, #prices do
    squares = squares + (prices[i] - p) * (prices[i] - p)
  end
  return p, math.sqrt(squares / #prices) / p
end

-- The theta that suits a scatter: `high` in the calmest market seen, `low` in the wildest; `part` is where between
-- them.
function aggressiveness.theta_for(part, low, high, gamma)
  return (high - low) * (1 - part * math.exp(gamma * (part - 1))) + low
end

return aggressiveness

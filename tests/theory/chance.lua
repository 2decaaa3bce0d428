-- SPDX-License-Identifier: MIT
-- What chance may do to a mean. Draws come in the order of time and are cut into blocks of equal length; the means of
-- the blocks are the observations, so that draws that resemble their neighbours do not make an interval too narrow.
--
-- CHANCE is how often an assertion would fail by bad luck alone, with a seed nobody has tried, where the theory holds.
-- The seeds are fixed: what passes once passes always.
local chance = { CHANCE = 0.001, BLOCKS = 40 }

-- The distribution function of the standard normal, by Simpson's rule from 0 on.
local function normal(z)
  local steps, sum = 400, 0
  local function density(x)
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
  end
  for i = 0, steps do
    local weight = (i == 0 or i == steps) and 1 or i % 2 == 1 and 4 or 2
    sum = sum + weight * density(z * i / steps)
  end
  return 0.5 + sum * z / steps / 3
end

local function normal_quantile(probability)
  local low, high = 0, 8
  for _ = 1, 60 do
    local middle = (low + high) / 2
    if normal(middle) < probability then
      low = middle
    else
      high = middle
    end
  end
  return low
end

-- Student's t for many degrees of freedom: the first terms of its expansion about the normal (Fisher 1925).
local function t_quantile(probability, freedom)
  local z = normal_quantile(probability)
  return z + (z ^ 3 + z) / (4 * freedom) + (5 * z ^ 5 + 16 * z ^ 3 + 3 * z) / (96 * freedom ^ 2)
end

function chance.mean(values)
  local sum = 0
  for _, value in ipairs(values) do
    sum = sum + value
  end
  return sum / #values
end

-- Mean, and half the width of the interval that misses the true mean with CHANCE.
function chance.interval(draws)
  local blocks, size = {}, #draws // chance.BLOCKS
  assert(size >= 2, #draws .. " draws are too few")
  for block = 1, chance.BLOCKS do
    blocks[block] = chance.mean(table.move(draws, (block - 1) * size + 1, block * size, 1, {}))
  end
  local mean, squares = chance.mean(blocks), 0
  for _, value in ipairs(blocks) do
    squares = squares + (value - mean) ^ 2
  end
  local err = math.sqrt(squares / (chance.BLOCKS - 1) / chance.BLOCKS)
  return mean, err * t_quantile(1 - chance.CHANCE / 2, chance.BLOCKS - 1)
end

-- A figure for whoever wants to read it: with ETP_FIGURES set in the environment.
function chance.tell(...)
  if os.getenv("ETP_FIGURES") then
    print(string.format(...))
  end
end

-- The mean of the draws must be `expected` but for chance, with an interval narrower than `power`: narrow enough to
-- tell the theory from its neighbours. `slack` is what the theory leaves open.
function chance.check(draws, expected, power, what, slack)
  local mean, half = chance.interval(draws)
  chance.tell("%s: %.4f +- %.4f of %d draws, theory %.4f", what, mean, half, #draws, expected)
  assert(half < power, ("%s: +- %.4f is too wide to tell anything"):format(what, half))
  assert(math.abs(mean - expected) <= half + (slack or 0),
    ("%s: %.4f +- %.4f of %d draws, theory %.4f"):format(what, mean, half, #draws, expected))
  return mean, half
end

-- a less b, draw by draw.
function chance.difference(a, b)
  assert(#a == #b, "the draws are no pairs")
  local differences = {}
  for i = 1, #a do
    differences[i] = a[i] - b[i]
  end
  return differences
end

return chance

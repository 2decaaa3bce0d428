-- SPDX-License-Identifier: MIT
--
-- The study of docs/evidence.md: what is assumed, and what is compared.
--
-- `etp-engine evidence` reads this file; `--scenario FILE` another one of its kind, `--set homes.count=20` changes a
-- value. It is Lua that returns a table of plain data: no input, no output. Every parameter has a value here;
-- `etp-engine help evidence` lists them with units and ranges. Those of `world` are those of `etp-engine run --set`.
--
-- The setup of a point is the values here, then the experiment's `set`, then that of `quick` (with --quick), then those
-- of the command line, then the point's own `set`: what is compared comes last, and nothing goes over it.

-- ---- what is assumed -----------------------------------------------------------------------------------------------

local study = {
  api = 1,
  title = "Do competing aggregators give battery owners fairer prices?",

  homes = {
    count = 20,             -- in each run; with 20 seeds 400 homes
    source = "measured",    -- made from measured households (docs/data.md), or "built-in"
    load = 1,               -- all measured loads, times this
  },

  -- Homes, batteries and buyers. A figure without a source is an assumption of ours, and stands in the tornado.
  world = {
    -- batteries: one home in four has 6.4 kWh, 35 % have 10, 40 % have 13.5 (Tesla Powerwall 2 and 3: 13.5 kWh usable;
    -- the Californian homes of the data: 6.4 kWh)
    capacity = 1,           -- times those capacities
    inverter = 5,           -- kW; Powerwall 2: 5, Powerwall 3: up to 11 out and 5 in
    export_limit = 5,       -- kW at the meter
    round_trip = 0.89,      -- Powerwall 3 datasheet, sun to battery to home
    floor = 0.1,            -- of capacity
    wear = 4,               -- c/kWh given, mean of the homes
    wear_spread = 1.5,      -- c/kWh, around it
    start_charge = 0.5,     -- of capacity, at the first noon; what is left at the end is valued
    pv_low = 5, pv_high = 10, -- kW; an average Australian system had 6 to 7 kW in 2022 (ieefa.org, CIGRE Electra 322)
    -- How much of its expected own need a home keeps back. Measured homes are less regular than made-up ones, for which
    -- it is 1.5 (docs/data.md). At 2, owners who are paid just their reserves (arm knowing) lose A$ 6 a year.
    need_factor = 2,
    -- buyers
    q = 0.6,                -- chance of a firm to take part in an interval
    spread = 3,             -- c/kWh, W: how far firms' own parts of the value lie apart
    noise = 0.5,            -- c/kWh, error of a firm's own forecast
    loss_factor = 1.05,     -- wholesale energy that a kWh at home saves
    cost_to_serve = 2,      -- c/kWh
    need = 1.5,             -- of all firms together, times the fleet's power
    budget = 1000000,       -- $ of a firm and interval: none
    outage_minutes = 30,    -- of a battery that fails
  },

  faults = { outages = 0.02 }, -- chance of a battery and day

  tariffs = {
    feed_in = 3.3,          -- c/kWh; Victoria's minimum of 2024-25 (esc.vic.gov.au, solar feed-in tariffs 2024-25)
    retail = 33,            -- c/kWh; Victorian Default Offer of 2024-25: 26 to 35 (esc.vic.gov.au, review of 2025-26)
    -- Victoria's time-varying minimum of 2024-25 lies between 2.1 and 8.4 c/kWh (the same source); its hours are ours:
    -- the least while the sun is high, the most in the evening peak, the flat tariff in between.
    timed = "00:00=3.3,10:00=2.1,16:00=8.4,21:00=3.3",
  },

  prices = {
    region = "VIC1",
    from = "2024-07-01",    -- first day; runs begin at its noon
    ["until"] = "2025-07-01", -- the day after the last
    interval = 5,           -- min
    gaps = "refuse",        -- a gap refuses the file; "hold" repeats the last price, for two hours at most, counted
    cap = 300,              -- A$/MWh: spot is cut down to this in the clipped world
    constant = "none",      -- c/kWh in place of all prices (the placebo)
    pieces = 1,             -- how many pieces of the span are run, evenly spread,
    piece_days = 364,       -- and how long each is: whole weeks
  },

  seeds = { first = 1, count = 20 },

  market = {
    firms = 5,              -- owners who bid
    portfolios = 0,         -- that they hold in equal shares; 0: one each
    strategies = { "equilibrium" }, -- one after the other, from the first again
    reserve = "two_tier",
    settings = "none",      -- parameters of scripts: "two_tier.premium=1,greedy.margin=2"
    mechanism = "first-price",
    disclose = "none",
    window = 2, hold = 1, spread = 10, -- s: an auction, an award's hold, the spread of queries
  },

  links = { delay = 20, jitter = 5, loss = 0, bandwidth = 0 }, -- ms, ms, chance, bit/s (0: no limit)

  -- What a firm has to earn for each battery to live: metering, connection, customer service. An assumption; one
  -- Australian retailer credits 180 A$ a year to each battery of its plant (scribd.com/document/683661632).
  aggregation = { fixed_cost = 100 }, -- A$ per battery and year

  estimate = { resamples = 2000, seed = 1 },
}

-- ---- what is compared --------------------------------------------------------------------------------------------

local BOTH = { "all", "clipped" }
local MARKETS = { "flat", "posted", "firms" }

-- Side experiments: every fourth week of the year, most with fewer seeds, and always compared with points of their own.
local ALL_SEEDS = { seeds = { count = 20 } }

local function side(changes)
  local set = { seeds = { count = 3 }, prices = { pieces = 13, piece_days = 7 } }
  for section, values in pairs(changes or {}) do
    set[section] = set[section] or {}
    for name, value in pairs(values) do
      set[section][name] = value
    end
  end
  return set
end

local function of_numbers(list, label, set_of)
  local points = {}
  for i = 1, #list do
    points[i] = { id = ("n=%d"):format(list[i]), label = label:format(list[i]), value = list[i], set = set_of(list[i]) }
  end
  return points
end

local headline = {
  id = "headline", title = "The reference market", prices = BOTH,
  arms = { "flat", "timed", "timed_none", "posted", "knowing", "alone", "firms", "competitive" },
  points = { { id = "reference", label = "five firms" } },
}

local rivals = {
  id = "rivals", title = "How many firms", axis = "firms", prices = BOTH, arms = MARKETS, set = side(ALL_SEEDS),
  points = of_numbers({ 1, 2, 3, 5, 8 }, "%d", function(n)
    return { market = { firms = n } }
  end),
}

local owners = {
  id = "owners", title = "The same eight portfolios in fewer hands", axis = "owners", prices = BOTH, arms = MARKETS,
  set = side { seeds = ALL_SEEDS.seeds, market = { portfolios = 8 } },
  points = of_numbers({ 1, 2, 4, 8 }, "%d", function(n)
    return { market = { firms = n } }
  end),
}

local function mechanism(name, disclose)
  return {
    id = name .. "." .. disclose, label = ("%s, disclosed: %s"):format(name, disclose), group = disclose,
    set = { market = { mechanism = name, disclose = disclose } },
  }
end

local mechanisms = {
  id = "mechanism", title = "Mechanism and what is disclosed", prices = BOTH, arms = MARKETS, set = side(),
  points = {
    mechanism("first-price", "none"), mechanism("first-price", "reserve"), mechanism("first-price", "winner"),
    mechanism("second-price", "none"), mechanism("second-price", "reserve"),
    mechanism("ascending", "none"), mechanism("ascending", "reserve"),
    mechanism("uniform-price", "none"), mechanism("uniform-price", "reserve"),
  },
}

local function reserve(id, label, policy, settings, group)
  return { id = id, label = label, group = group, set = { market = { reserve = policy, settings = settings } } }
end

local reserves = {
  id = "reserve", title = "Reserve policy of the owners", prices = BOTH, arms = MARKETS, set = side(),
  points = {
    reserve("two_tier", "two-tier opportunity cost", "two_tier"),
    reserve("opportunity", "opportunity cost with a chance of need", "opportunity"),
    reserve("forecast", "waits for forecast peaks", "forecast"),
    reserve("time_of_day", "dearer outside the evening", "time_of_day"),
    reserve("degradation", "wear by depth", "degradation"),
    reserve("tiers", "tiers of charge", "tiers"),
    reserve("fixed", "fixed at 8.3 c/kWh", "fixed"),
    reserve("retail_only", "nothing below the retail price", "fixed", "fixed.price=33"),
    -- What is paid over such a reserve exceeds the tariff whatever happens: shown as such.
    reserve("pegged", "fixed at the feed-in tariff", "fixed", "fixed.price=3.3", "pegged"),
  },
}

-- A strategy that counts all past bids anew at each offer (gd, mgd) would take longer than all the rest of the study.
-- Learners need time: a run of four weeks in each season rather than weeks apart.
local function strategy(name)
  return { id = name, label = name, set = { market = { strategies = { name } } } }
end

local LONGER = { seeds = { count = 2 }, prices = { pieces = 4, piece_days = 28 } }
local MIX = { "equilibrium", "truthful", "greedy", "conservative", "best_response", "zip", "aa", "q_learning" }

local strategies = {
  id = "strategies", title = "All firms bid alike", prices = BOTH, set = side(LONGER),
  -- With one bidder alone as well: what of C is rivalry depends on whether a script learns that it has no rivals.
  arms = { "flat", "posted", "alone", "firms" },
  points = {
    strategy("truthful"), strategy("equilibrium"), strategy("greedy"), strategy("best_response"), strategy("zip"),
    strategy("q_learning"),
    { id = "mix", label = "all different", set = { market = { strategies = { "equilibrium", "truthful", "greedy",
      "best_response", "zip" } } } },
  },
}

local league = {
  id = "league", title = "Firms of different strategies", prices = BOTH, arms = MARKETS, set = side(LONGER),
  points = { { id = "mix", label = "eight strategies", set = { market = { firms = 8, strategies = MIX } } } },
}

-- Tariffs of each state and year. 2018-19: medians of 39 residential offers collected by UNSW CEEM (MIT licence), flat
-- rates and feed-in rates. Of 2019-20 to 2021 there are none in the data, and those of 2018-19 stand in, which is said.
-- 2025-26: NSW the middle of IPART's benchmark of 4.8 to 7.3 c/kWh; Victoria has no minimum any more; of the others no
-- figure of that year is known here.
local OFFERS = {
  NSW1 = { feed_in = 11.1, retail = 27.1 },
  SA1 = { feed_in = 11.6, retail = 37.8 },
  VIC1 = { feed_in = 11.3, retail = 16.9 },
  TAS1 = { feed_in = 8.5, retail = 26.4 },
  QLD1 = { feed_in = 10.6, retail = 24.1 },
}

-- 30-minute prices of January 2018 to August 2021.
local HALF_HOURS = {
  { name = "2018-h1", from = "2018-01-01", ["until"] = "2018-07-01", condition = "tariffs of 2018-19" },
  { name = "2018-19", from = "2018-07-01", ["until"] = "2019-07-01" },
  { name = "2019-20", from = "2019-07-01", ["until"] = "2020-07-01", condition = "tariffs of 2018-19" },
  { name = "2020-21", from = "2020-07-01", ["until"] = "2021-07-01", condition = "tariffs of 2018-19" },
  { name = "2021-h2", from = "2021-07-01", ["until"] = "2021-08-15", condition = "tariffs of 2018-19", pieces = 6 },
}
-- IPART's benchmark of 2021-22 was 4.6 to 5.5 c/kWh: the one of these years that is known here.
local NSW_2021 = { feed_in = 5.05, retail = OFFERS.NSW1.retail }

local function half_hour_point(region, year)
  local condition, tariffs = "30-minute prices", OFFERS[region]
  if region == "NSW1" and year.name == "2021-h2" then
    condition, tariffs = condition .. ", retail price of 2018-19", NSW_2021
  elseif year.condition then
    condition = condition .. ", " .. year.condition
  end
  return {
    id = region .. "." .. year.name, label = ("%s %s"):format(region, year.name), group = region, condition = condition,
    set = {
      tariffs = tariffs,
      prices = {
        region = region, from = year.from, ["until"] = year["until"], interval = 30, pieces = year.pieces or 13,
      },
    },
  }
end

-- Two weeks of 5-minute prices around New Year 2026, in all five regions.
local FORTNIGHT = {
  { region = "NSW1", feed_in = 6.05 },
  { region = "QLD1", feed_in = 5.7, condition = "feed-in tariff of 2023" },
  { region = "SA1", feed_in = OFFERS.SA1.feed_in, condition = "feed-in tariff of 2018-19" },
  { region = "TAS1", feed_in = OFFERS.TAS1.feed_in, condition = "feed-in tariff of 2018-19" },
  { region = "VIC1", feed_in = 0, condition = "no feed-in tariff" },
}

local function fortnight_point(one)
  return {
    id = one.region .. ".2025-12", label = one.region .. " December 2025", group = one.region,
    condition = one.condition and "one week; " .. one.condition or "one week",
    set = {
      tariffs = { feed_in = one.feed_in },
      prices = {
        region = one.region, from = "2025-12-21", ["until"] = "2026-01-04", interval = 5, pieces = 1, piece_days = 7,
      },
    },
  }
end

-- Eight weeks of 30-minute prices of autumn 2026, beside which forecasts were published. Its publisher does not say
-- which end of an interval its stamps name: prices may be off by one interval.
local QUEENSLAND = {
  id = "QLD1.2026-q2", label = "QLD1 autumn 2026", group = "QLD1",
  condition = "30-minute prices, eight weeks, feed-in tariff of 2023",
  set = {
    tariffs = { feed_in = 5.7 },
    prices = {
      region = "QLD1", from = "2026-04-11", ["until"] = "2026-06-08", interval = 30, pieces = 8, piece_days = 7,
    },
  },
}

local function region_points()
  local points = { { id = "VIC1.2024-25", label = "VIC1 2024-25", group = "VIC1" } }
  for _, region in ipairs { "NSW1", "SA1", "VIC1" } do
    for _, year in ipairs(HALF_HOURS) do
      points[#points + 1] = half_hour_point(region, year)
    end
  end
  for _, one in ipairs(FORTNIGHT) do
    points[#points + 1] = fortnight_point(one)
  end
  points[#points + 1] = QUEENSLAND
  return points
end

local regions = {
  id = "regions", title = "Regions and years", prices = BOTH, arms = MARKETS, real = true,
  set = side(ALL_SEEDS),
  points = region_points(),
}

-- What disturbs the links: one thing at a time.
local function link(group, label, value, set)
  return {
    id = ("%s=%g"):format(group, value), label = label, group = group, value = value, base = "undisturbed",
    set = { links = set },
  }
end

local links = {
  id = "links", title = "Delay, loss and bandwidth of the links", prices = BOTH, arms = MARKETS, set = side(),
  points = {
    { id = "undisturbed", label = "20 ms, nothing lost" },
    link("delay", "delay 200 ms", 200, { delay = 200 }),
    link("delay", "delay 500 ms", 500, { delay = 500 }),
    link("delay", "delay 1 s", 1000, { delay = 1000 }),
    link("loss", "one frame in a hundred lost", 0.01, { loss = 0.01 }),
    link("loss", "one in ten lost", 0.1, { loss = 0.1 }),
    link("loss", "three in ten lost", 0.3, { loss = 0.3 }),
    link("bandwidth", "9600 bit/s", 9600, { bandwidth = 9600 }),
    link("bandwidth", "2400 bit/s", 2400, { bandwidth = 2400 }),
    link("bandwidth", "1200 bit/s", 1200, { bandwidth = 1200 }),
  },
}

-- Each assumption at the low and the high end of what is thinkable.
local function assumption(points, group, section, name, low, high)
  for _, side_of in ipairs { { "low", low }, { "high", high } } do
    local value = side_of[2]
    points[#points + 1] = {
      id = group:gsub("[^%w]+", "_") .. "." .. side_of[1], group = group, side = side_of[1], base = "base",
      label = ("%s %s"):format(group, value), value = type(value) == "number" and value or nil,
      set = { [section] = { [name] = value } },
    }
  end
end

local function tornado_points()
  local points = { { id = "base", label = "as assumed" } }
  assumption(points, "battery size (x)", "world", "capacity", 0.5, 1.5)
  assumption(points, "inverter (kW)", "world", "inverter", 1.5, 10)
  assumption(points, "export limit (kW)", "world", "export_limit", 1.5, 10)
  assumption(points, "round trip", "world", "round_trip", 0.82, 0.95)
  assumption(points, "wear (c/kWh)", "world", "wear", 1.5, 13)
  assumption(points, "load (x)", "homes", "load", 0.6, 1.6)
  assumption(points, "feed-in tariff (c/kWh)", "tariffs", "feed_in", 0, 11)
  assumption(points, "retail price (c/kWh)", "tariffs", "retail", 22, 40)
  assumption(points, "own need kept back (x)", "world", "need_factor", 0.6, 3)
  assumption(points, "taking part, q", "world", "q", 0.3, 1)
  assumption(points, "spread of values, W (c/kWh)", "world", "spread", 1, 6)
  assumption(points, "forecast noise (c/kWh)", "world", "noise", 0, 3)
  assumption(points, "loss factor", "world", "loss_factor", 0.97, 1.10)
  assumption(points, "cost to serve (c/kWh)", "world", "cost_to_serve", 0.5, 5)
  assumption(points, "need (x fleet power)", "world", "need", 0.25, 5)
  for _, size in ipairs { { "low", 2, 4 }, { "high", 8, 13 } } do
    points[#points + 1] = {
      id = "panels." .. size[1], group = "panels (kW)", side = size[1], base = "base", value = (size[2] + size[3]) / 2,
      label = ("panels of %d to %d kW"):format(size[2], size[3]),
      set = { world = { pv_low = size[2], pv_high = size[3] } },
    }
  end
  -- Spilled energy earns more in the evening: 27.8 c/kWh from 14:00 to 20:00 is an Ausgrid trial's credit
  -- (wattever.com.au).
  points[#points + 1] = {
    id = "evening_credit.high", group = "evening export credit (c/kWh)", side = "high", base = "base", value = 27.8,
    label = "27.8 c/kWh for exports from 14:00 to 20:00",
    set = { tariffs = { feed_in = "00:00=3.3,14:00=27.8,20:00=3.3" } },
  }
  points[#points + 1] = {
    id = "spot_cap.low", group = "spot cap (A$/MWh)", side = "low", base = "base", value = 1000,
    label = "clipped at A$1000/MWh instead", set = { prices = { cap = 1000 } },
  }
  return points
end

local tornado = {
  id = "tornado", title = "Each assumption, low and high", prices = BOTH, arms = MARKETS, set = side(),
  points = tornado_points(),
}

-- Buyers without a margin who all value energy at the feed-in tariff: owners who ask for their opportunity cost sell
-- nothing, and nothing may come out.
local placebo = {
  id = "placebo", title = "Buyers who value energy at the feed-in tariff", prices = BOTH, arms = MARKETS,
  set = side {
    world = { q = 1, spread = 0, noise = 0, loss_factor = 1, cost_to_serve = 0 }, prices = { constant = 3.3 },
  },
  points = { { id = "tariff", label = "every kWh is worth the tariff to every buyer" } },
}

study.experiments = {
  headline, rivals, owners, mechanisms, reserves, strategies, league, regions, links, tornado, placebo,
}

-- ---- the short version -------------------------------------------------------------------------------------------

-- A minute on two processors: enough to see that all works, too little to conclude from.
study.quick = {
  experiments = { "headline", "rivals", "placebo" },
  set = { homes = { count = 8 }, seeds = { count = 2 }, prices = { pieces = 4, piece_days = 7 },
    estimate = { resamples = 500 } },
}

return study

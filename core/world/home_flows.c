/* SPDX-License-Identifier: MIT */
/*
 * What a home uses and makes in one interval: the profiles, times factors that are hashes of (seed, home, time). All
 * factors are in parts of 65 536 and have mean 1, but for the weather, whose mean is 0.8465.
 */
#include <stddef.h>

#include "etp/home.h"
#include "world/calendar.h"
#include "world/curve.h"
#include "world/draw.h"
#include "world/home_profile.h"

enum { ONE = 65536, PERCENT = 655 };

static const etp_time day = 24 * ETP_NS_PER_HOUR;

static int64_t scale(int64_t value, int64_t factor)
{
    return value * factor >> 16;
}

static int64_t around_one(uint32_t bits, int64_t spread)
{
    return etp_draw_between(bits, ONE - spread, ONE + spread);
}

/* ---- when ---- */

typedef struct moment {
    uint64_t index;     /* of the interval */
    uint64_t half_hour; /* since the run began */
    uint64_t day;       /* midnights since the run began */
} moment;

/* Weather changes at midnight, wherever in the day a run began. */
static moment moment_of(uint64_t index, uint32_t second_of_day, etp_time interval)
{
    uint64_t elapsed = index * (uint64_t)interval / (uint64_t)ETP_NS_PER_SECOND;
    return (moment){index, elapsed / 1800, (elapsed + ETP_SECONDS_PER_DAY - 1 - second_of_day) / ETP_SECONDS_PER_DAY};
}

/* ---- load ---- */

/* One half-hour in eight something heavy runs. 1/8 x 2.4 + 7/8 x 0.8 = 1. */
static int64_t appliances(uint64_t hash)
{
    bool heavy = hash % 8 == 0;
    return heavy ? etp_draw_between(etp_draw_high(hash), 180 * PERCENT, 300 * PERCENT)
                 : etp_draw_between(etp_draw_high(hash), 45 * PERCENT, 115 * PERCENT);
}

static etp_energy noisy_load(const etp_home *home, uint64_t seed, moment now, uint64_t day_hash, uint64_t hash,
                             etp_energy expected)
{
    int64_t busy_day = around_one(etp_draw_low(day_hash), 25 * PERCENT);
    int64_t running = appliances(etp_hash(seed, ETP_DRAW_HALF_HOUR, home->key, now.half_hour));
    int64_t flicker = around_one(etp_draw_low(hash), 10 * PERCENT);
    return scale(scale(scale(expected, busy_day), running), flicker);
}

/* ---- sun ---- */

/* The day's weather is every home's; how clouds pass is each one's own, and matters more the less clear the day is. */
static etp_energy noisy_sun(uint64_t seed, moment now, uint64_t day_hash, uint64_t hash, etp_energy clear)
{
    uint64_t weather = etp_hash(seed, ETP_DRAW_WEATHER, now.day, 0);
    int64_t clearness = etp_profile_clearness(etp_draw_high(weather) >> 16);
    int64_t own = around_one(etp_draw_high(day_hash), 8 * PERCENT);
    int64_t passing = around_one(etp_draw_high(hash), 5 * PERCENT + (ONE - clearness) / 2);
    return scale(scale(scale(clear, clearness), own), passing);
}

void etp_home_flows(const etp_home *home, uint64_t seed, uint64_t index, uint32_t second_of_day, etp_time interval,
                    etp_energy *pv, etp_energy *load)
{
    if (pv == NULL || load == NULL)
        return;
    *pv = *load = 0;
    if (home == NULL || interval <= 0 || interval > day || second_of_day >= ETP_SECONDS_PER_DAY)
        return;
    uint32_t until = second_of_day + (uint32_t)(interval / ETP_NS_PER_SECOND);
    moment now = moment_of(index, second_of_day, interval);
    uint64_t day_hash = etp_hash(seed, ETP_DRAW_DAY, home->key, now.day);
    uint64_t hash = etp_hash(seed, ETP_DRAW_INTERVAL, home->key, index);
    etp_energy expected = etp_profile_load(home->shape, home->load_scale_ppm, second_of_day, until);
    etp_energy clear = etp_profile_clear_sun(home->pv_peak, second_of_day, until);
    *load = noisy_load(home, seed, now, day_hash, hash, expected);
    *pv = clear > 0 ? noisy_sun(seed, now, day_hash, hash, clear) : 0;
}

/* ---- what the home expects ---- */

/* While the sun covers the load, the need is that of the coming night; a home without sun looks a day ahead. */
etp_energy etp_home_expected_need(const etp_home *home, const etp_fleet_spec *spec, uint32_t second_of_day)
{
    if (home == NULL || spec == NULL || second_of_day >= ETP_SECONDS_PER_DAY)
        return 0;
    bool sunny = second_of_day >= home->sun_from && second_of_day < home->sun_until;
    uint32_t from = sunny ? home->sun_until : second_of_day;
    uint32_t until = home->sun_from;
    if (home->sun_until == 0)
        until = from + ETP_SECONDS_PER_DAY;
    else if (until <= from)
        until += ETP_SECONDS_PER_DAY;
    etp_energy load = etp_profile_load(home->shape, home->load_scale_ppm, from, until);
    etp_energy sun = etp_profile_typical_sun(home->pv_peak, from, until);
    return load > sun ? (load - sun) * (int64_t)spec->need_factor_ppm / 1000000 : 0;
}

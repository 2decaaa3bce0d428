/* SPDX-License-Identifier: MIT */
/* How a home comes to be: its battery, its panels, its people. */
#include <string.h>

#include "etp/home.h"
#include "world/curve.h"
#include "world/draw.h"
#include "world/home_profile.h"

static const uint32_t million = 1000000;

void etp_fleet_defaults(etp_fleet_spec *spec)
{
    if (spec == NULL)
        return;
    *spec = (etp_fleet_spec){
        .seed = 1,
        .inverter = 5 * ETP_POWER_PER_KW,
        .export_limit = 5 * ETP_POWER_PER_KW,
        .one_way_ppm = 943398,
        .floor_ppm = 100000,
        .pv_low = 5 * ETP_POWER_PER_KW,
        .pv_high = 10 * ETP_POWER_PER_KW,
        .wear = 4 * ETP_PRICE_PER_CENT,
        .wear_spread = 3 * ETP_PRICE_PER_CENT / 2,
        .need_factor_ppm = 1500000,
        .start_ppm = 500000,
        .capacity_ppm = million,
    };
}

static bool spec_is_sound(const etp_fleet_spec *spec)
{
    return spec->pv_low >= 0 && spec->pv_low <= spec->pv_high && spec->pv_high <= ETP_PV_PEAK_MAX &&
           spec->floor_ppm <= million && spec->start_ppm <= million && spec->need_factor_ppm <= 10 * million &&
           spec->capacity_ppm >= million / 10 && spec->capacity_ppm <= 10 * million && spec->wear >= 0 &&
           spec->wear <= ETP_PRICE_MAX && spec->wear_spread >= 0 && spec->wear_spread <= ETP_PRICE_MAX;
}

/* Each draw of a home has a number, so that a new one changes none of the others. */
enum { DRAW_CAPACITY, DRAW_PV, DRAW_WEAR, DRAW_SCALE, DRAW_SHAPE };

static uint32_t draw(const etp_fleet_spec *spec, uint64_t key, unsigned which)
{
    return etp_draw_high(etp_hash(spec->seed, ETP_DRAW_HOME, key, which));
}

static etp_energy draw_capacity(const etp_fleet_spec *spec, uint64_t key)
{
    uint64_t percent = etp_draw_below(draw(spec, key, DRAW_CAPACITY), 100);
    etp_energy drawn = percent < 25 ? INT64_C(6400000) : percent < 60 ? INT64_C(10000000) : INT64_C(13500000);
    return drawn * (int64_t)spec->capacity_ppm / million;
}

static etp_price draw_wear(const etp_fleet_spec *spec, uint64_t key)
{
    etp_price low = spec->wear > spec->wear_spread ? spec->wear - spec->wear_spread : 0;
    etp_price high = spec->wear + spec->wear_spread;
    return etp_draw_between(draw(spec, key, DRAW_WEAR), low, high < ETP_PRICE_MAX ? high : ETP_PRICE_MAX);
}

/* Families 45 %, working couples 30 %, people at home 25 %. */
static uint8_t draw_shape(const etp_fleet_spec *spec, uint64_t key)
{
    uint64_t percent = etp_draw_below(draw(spec, key, DRAW_SHAPE), 100);
    return percent < 45 ? 0 : percent < 75 ? 1 : 2;
}

static bool sun_covers(const etp_home *home, uint32_t second)
{
    const uint32_t step = 300;
    return home->pv_peak > 0 && etp_profile_typical_sun(home->pv_peak, second, second + step) >=
                                    etp_profile_load(home->shape, home->load_scale_ppm, second, second + step);
}

/* From the middle of the solar day outwards, to 5 minutes. */
static void find_sun(etp_home *home)
{
    const uint32_t step = 300, middle = 45000;
    uint32_t from = middle, until = middle;
    while (from >= step && sun_covers(home, from - step))
        from -= step;
    while (until + step <= ETP_SECONDS_PER_DAY && sun_covers(home, until))
        until += step;
    home->sun_from = from < until ? from : 0;
    home->sun_until = from < until ? until : 0;
}

static int draw_battery(etp_home *home, const etp_fleet_spec *spec, uint64_t key)
{
    etp_energy capacity = draw_capacity(spec, key);
    etp_battery_spec battery = {
        .capacity = capacity,
        .floor = capacity * (int64_t)spec->floor_ppm / million,
        .power = spec->inverter,
        .export_limit = spec->export_limit,
        .one_way_ppm = spec->one_way_ppm,
        .voltage_mv = 48000,
        .wear = draw_wear(spec, key),
        .rated_cycles = 6000,
    };
    home->stored_at_start = capacity * (int64_t)spec->start_ppm / million;
    return etp_battery_init(&home->battery, &battery, home->stored_at_start);
}

int etp_home_draw(etp_home *home, const etp_fleet_spec *spec, uint64_t key)
{
    if (home == NULL || spec == NULL)
        return ETP_EINVAL;
    memset(home, 0, sizeof *home);
    if (!spec_is_sound(spec))
        return ETP_ERANGE;
    int rc = draw_battery(home, spec, key);
    if (rc != 0)
        return rc;
    home->key = key;
    home->pv_peak = etp_draw_between(draw(spec, key, DRAW_PV), spec->pv_low, spec->pv_high);
    home->load_scale_ppm = (uint32_t)etp_draw_between(draw(spec, key, DRAW_SCALE), million / 2, 3 * million / 2);
    home->shape = draw_shape(spec, key);
    find_sun(home);
    return 0;
}

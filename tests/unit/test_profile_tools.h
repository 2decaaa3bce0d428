/* SPDX-License-Identifier: MIT */
/* Made-up households for the tests of profiles: two, of which one rises early, under a sun that hashes make. */
#ifndef ETP_TEST_PROFILE_TOOLS_H
#define ETP_TEST_PROFILE_TOOLS_H

#include "test_run_tools.h"

#include "etp/profiles.h"
#include "world/profiles.h"

enum { VILLAGE_MAX = 64 };

static const etp_time day = 24 * ETP_NS_PER_HOUR;
static const etp_time half_hour = 1800 * ETP_NS_PER_SECOND;
static const etp_time village_year = 15156 * (24 * ETP_NS_PER_HOUR); /* 2011-07-01 */

typedef struct village {
    etp_profiles *profiles;
    etp_profile_homes options;
    etp_home_source source;
    etp_fleet_spec spec;
    etp_home_scene scene;
    void *state;
    etp_home home[VILLAGE_MAX];
} village;

/* Watts of one half-hour of a household: an early or a late peak, and noise of up to 200 W. */
static inline etp_power village_load(unsigned slot, unsigned peak, uint64_t noise)
{
    unsigned of_day = slot % 48;
    int64_t watts = 300 + (of_day >= peak && of_day < peak + 6 ? 900 : 0);
    return (watts + (int64_t)(noise % 200)) * 1000;
}

static inline etp_power village_sun(unsigned slot, uint64_t noise)
{
    int64_t from_noon = (int64_t)(slot % 48) - 24;
    int64_t shape = 144 - from_noon * from_noon;
    return shape > 0 ? shape * (int64_t)(2000 + noise % 3000) : 0;
}

/* With `noise` 0 every day is like the other; from `change` on (0: never) the series runs backwards, so that
 * nothing but the order changes. */
static inline void village_fill(village *v, uint64_t noise, etp_time change)
{
    static etp_power load[ETP_PROFILE_COUNT];
    static const char *const names[2] = {"early", "late"};
    etp_error error = {0};
    for (unsigned which = 0; which < 3; which++) {
        for (unsigned i = 0; i < ETP_PROFILE_COUNT; i++) {
            unsigned from = (unsigned)(change / half_hour);
            unsigned at = change > 0 && i >= from ? ETP_PROFILE_COUNT - 1 - (i - from) : i;
            uint64_t bits = noise == 0 ? 0 : etp_hash(noise, which, which < 2 ? at : at / 48, 0);
            load[i] = which < 2 ? village_load(at, which == 0 ? 12 : 36, bits) : village_sun(at, bits);
        }
        etp_profile_series series = {.name = which < 2 ? names[which] : "sun",
                                     .starts = village_year,
                                     .count = ETP_PROFILE_COUNT,
                                     .power = load,
                                     .homes = 1};
        int rc = which < 2 ? etp_profiles_add(v->profiles, &series, &error)
                           : etp_profiles_set_sun(v->profiles, &series, 1250 * ETP_ENERGY_PER_KWH, &error);
        if (rc != ETP_OK)
            fail_msg("%s", error.text);
    }
}

static inline void village_open(village *v, unsigned homes, uint64_t seed, etp_time starts)
{
    etp_error error = {0};
    etp_fleet_defaults(&v->spec);
    v->spec.seed = seed;
    v->source = etp_profile_homes_source(&v->options);
    v->scene = (etp_home_scene){.homes = homes, .spec = &v->spec, .starts = starts, .interval = half_hour};
    if (v->source.open(v->source.user, &v->scene, &v->state, &error) != ETP_OK)
        fail_msg("%s", error.text);
    for (unsigned i = 0; i < homes; i++)
        assert_int_equal(v->source.draw(v->state, &v->home[i], &v->spec, i), ETP_OK);
}

/* `v` must not move while it is in use. It opens at the noon of a summer's day. */
static inline void village_make(village *v, uint64_t noise, etp_time change)
{
    *v = (village){0};
    assert_int_equal(etp_profiles_new(&v->profiles, NULL), ETP_OK);
    village_fill(v, noise, change);
    etp_profile_homes_defaults(&v->options);
    v->options.profiles = v->profiles;
}

static inline void village_init(village *v, unsigned homes)
{
    village_make(v, 7, 0);
    village_open(v, homes, 1, village_year + (13 * 365 + 200) * day + day / 2);
}

static inline void village_init_alike(village *v, unsigned homes)
{
    village_make(v, 0, 0);
    village_open(v, homes, 1, village_year + (13 * 365 + 200) * day + day / 2);
}

/* The run begins at the profile year's 101st day, unmoved; the series change `change` after that. */
static inline void village_init_changed(village *v, unsigned homes, uint64_t seed, etp_time change)
{
    village_make(v, 7, change > 0 ? 100 * day + change : 0);
    v->options.shift_weeks = 0;
    village_open(v, homes, seed, village_year + 100 * day);
}

static inline void village_flows(village *v, unsigned home, unsigned k, etp_energy *pv, etp_energy *load)
{
    v->source.flows(v->state, &v->home[home], v->spec.seed, k, v->scene.starts + k * half_hour, half_hour, pv, load);
}

static inline void village_live(village *v, unsigned home, unsigned k)
{
    etp_energy pv, load;
    village_flows(v, home, k, &pv, &load);
    v->source.learned(v->state, &v->home[home], v->scene.starts + k * half_hour, half_hour, pv, load);
}

static inline void village_fini(village *v)
{
    v->source.close(v->state);
    etp_profiles_free(v->profiles);
}

#endif

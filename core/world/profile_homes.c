/* SPDX-License-Identifier: MIT */
/* Homes made of profiles, as a source: what each uses, and what it has learned to expect. */
#include <stddef.h>

#include "base/memory.h"
#include "world/calendar.h"
#include "world/draw.h"
#include "world/learner.h"
#include "world/profiles.h"

static const uint32_t million = 1000000;

/* One home of a run. */
struct resident {
    const etp_profile_year *year;
    int64_t moved; /* days by which its year is moved */
    etp_learner learner;
    int64_t day; /* of the market, for which `first` is the slot of the profile that the day begins with */
    unsigned first;
};

/* One run's homes. */
struct village {
    const etp_profile_homes *homes;
    etp_home_scene scene;
    struct resident residents[];
};

/* NULL for a home that this village has not drawn. */
static struct resident *resident_of(struct village *village, const etp_home *home)
{
    if (home->key >= village->scene.homes || village->residents[home->key].year == NULL)
        return NULL;
    return &village->residents[home->key];
}

/* ---- what a home uses and makes ---- */

static unsigned first_slot(struct resident *resident, int64_t day)
{
    if (resident->day != day) {
        resident->day = day;
        resident->first = etp_profile_day(resident->year, day + resident->moved) * ETP_PROFILE_SLOTS;
    }
    return resident->first;
}

static etp_power load_at(const struct village *village, const etp_home *home, struct resident *resident,
                         int64_t half_hour)
{
    unsigned slot = first_slot(resident, half_hour / ETP_PROFILE_SLOTS) + (unsigned)(half_hour % ETP_PROFILE_SLOTS);
    etp_power standard = resident->year->power[slot] * (int64_t)home->load_scale_ppm / million;
    return standard * (int64_t)village->homes->load_ppm / million;
}

static etp_power sun_at(const struct village *village, const etp_home *home, int64_t half_hour)
{
    return etp_profiles_sun_at(village->homes->profiles, half_hour) * home->pv_peak / ETP_POWER_PER_KW;
}

static void flows(void *state, const etp_home *home, uint64_t seed, uint64_t index, etp_time starts, etp_time interval,
                  etp_energy *pv, etp_energy *load)
{
    struct village *village = state;
    struct resident *resident = resident_of(village, home);
    (void)seed;
    (void)index;
    *pv = *load = 0;
    for (etp_time now = starts, ends = starts + interval; resident != NULL && now < ends;) {
        int64_t half_hour = now / ETP_PROFILE_SLOT;
        etp_time next = (half_hour + 1) * ETP_PROFILE_SLOT;
        etp_time length = (next < ends ? next : ends) - now;
        *load += etp_energy_of(load_at(village, home, resident, half_hour), length);
        *pv += etp_energy_of(sun_at(village, home, half_hour), length);
        now += length;
    }
}

/* ---- what it expects ---- */

static void learned(void *state, const etp_home *home, etp_time starts, etp_time interval, etp_energy pv,
                    etp_energy load)
{
    struct resident *resident = resident_of(state, home);
    if (resident != NULL)
        etp_learner_see(&resident->learner, starts, interval, pv, load);
}

static etp_energy expected_need(void *state, const etp_home *home, const etp_fleet_spec *spec, etp_time starts)
{
    struct resident *resident = resident_of(state, home);
    etp_energy need = resident != NULL ? etp_learner_need(&resident->learner, starts) : 0;
    return need * (int64_t)spec->need_factor_ppm / million;
}

/* Lives through the days before the run, so that it begins with something learned. */
static void warm_up(const struct village *village, const etp_home *home, struct resident *resident)
{
    int64_t until = village->scene.starts / ETP_PROFILE_SLOT;
    int64_t from = until - (int64_t)village->homes->warm_up_days * ETP_PROFILE_SLOTS;
    etp_learner_init(&resident->learner);
    for (int64_t slot = from > 0 ? from : 0; slot < until; slot++)
        etp_learner_see(&resident->learner, slot * ETP_PROFILE_SLOT, ETP_PROFILE_SLOT,
                        etp_energy_of(sun_at(village, home, slot), ETP_PROFILE_SLOT),
                        etp_energy_of(load_at(village, home, resident, slot), ETP_PROFILE_SLOT));
}

/* ---- who it is ---- */

static int draw(void *state, etp_home *home, const etp_fleet_spec *spec, uint64_t key)
{
    struct village *village = state;
    const etp_profiles *profiles = village->homes->profiles;
    if (key >= village->scene.homes)
        return ETP_ERANGE;
    int rc = etp_home_draw(home, spec, key);
    if (rc != ETP_OK)
        return rc;
    uint64_t bits = etp_hash(spec->seed, ETP_DRAW_PROFILE, key, 0);
    int64_t weeks = (int64_t)village->homes->shift_weeks;
    unsigned chosen = (unsigned)etp_draw_below(etp_draw_high(bits), profiles->count);
    struct resident *resident = &village->residents[key];
    resident->year = &profiles->years[chosen];
    resident->moved = 7 * etp_draw_between(etp_draw_low(bits), -weeks, weeks);
    resident->day = INT64_MIN;
    home->profile = (uint16_t)(chosen + 1);
    home->shape = 0;
    home->sun_from = home->sun_until = 0; /* those of the made-up profiles */
    warm_up(village, home, resident);
    return ETP_OK;
}

static size_t size_of(const etp_home_scene *scene)
{
    return sizeof(struct village) + scene->homes * sizeof(struct resident);
}

static int check_homes(const etp_profile_homes *homes, etp_error *error)
{
    if (homes == NULL || homes->profiles == NULL || homes->profiles->count == 0 || homes->profiles->sun.power == NULL)
        return etp_fail(error, ETP_EINVAL, "homes of profiles need at least one household and a sun");
    if (homes->load_ppm == 0 || homes->load_ppm > 10 * million || homes->shift_weeks > 26 || homes->warm_up_days == 0 ||
        homes->warm_up_days > ETP_PROFILE_DAYS)
        return etp_fail(
            error, ETP_ERANGE,
            "homes of profiles: loads times more than 0 and up to 10, years moved by up to 26 weeks, 1 to 364 "
            "days to warm up");
    return ETP_OK;
}

static int open(void *user, const etp_home_scene *scene, void **state, etp_error *error)
{
    const etp_profile_homes *homes = user;
    int rc = check_homes(homes, error);
    if (rc != ETP_OK)
        return rc;
    struct village *village = etp_memory_take(scene->allocator, size_of(scene));
    if (village == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for what %u homes learn", scene->homes);
    village->homes = homes;
    village->scene = *scene;
    *state = village;
    return ETP_OK;
}

static void close(void *state)
{
    struct village *village = state;
    etp_memory_give(village->scene.allocator, village, size_of(&village->scene));
}

void etp_profile_homes_defaults(etp_profile_homes *homes)
{
    if (homes == NULL)
        return;
    homes->load_ppm = million;
    homes->shift_weeks = 3;
    homes->warm_up_days = 14;
}

etp_home_source etp_profile_homes_source(const etp_profile_homes *homes)
{
    /* A source hands its user on as it came; these functions only read it. */
    union {
        const etp_profile_homes *given;
        void *user;
    } same = {.given = homes};
    return (etp_home_source){.size = sizeof(etp_home_source),
                             .user = same.user,
                             .open = open,
                             .close = close,
                             .draw = draw,
                             .flows = flows,
                             .expected_need = expected_need,
                             .learned = learned};
}

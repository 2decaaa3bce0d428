/* SPDX-License-Identifier: MIT */
/**
 * @file profiles.h
 * Homes made from measured households: what each used, half-hour by half-hour over a year, and one series of sunshine
 * that all of them have in common.
 *
 * A profile is a year of 52 weeks that begins again when it ends. A day of the market is served by the profile's day of the
 * same season and the same day of the week: the anniversary, moved by up to three days. So load and prices may come from
 * different years, and what that means is for a report to say.
 *
 * A home is drawn as home.h draws one (battery, panels, wear, scale); which household it is made from is drawn besides,
 * and by how many weeks its year is moved, so that two homes of one household differ. The household's load is scaled to
 * the standard home's 16 kWh a day, times the home's own load_scale_ppm. The sun is one series for all, per kW of peak,
 * times the home's panels: weather is common.
 *
 * What a home expects it has learned from the days before: for each half-hour of the day a mean of load and of sun, in
 * which the last day has a weight of one eighth. It is warmed up on the two weeks before the run. No flow of the
 * interval that begins, and none after it, is ever looked at.
 *
 * Times are those of the market's clock (NEM time, no daylight saving). Ownership: a set of profiles copies what it is
 * given; sources borrow it, and only read it, so one set serves any number of runs and threads.
 *
 * Mistakes: NULL is ETP_EINVAL where an error is returned, else the call does nothing, or gives 0.
 */
#ifndef ETP_PROFILES_H
#define ETP_PROFILES_H

#include "etp/home_source.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ETP_PROFILE_DAYS = 364, ETP_PROFILE_SLOTS = 48, ETP_PROFILES_MAX = 1000, ETP_PROFILE_NAME_MAX = 48 };

/** Length of a slot. */
#define ETP_PROFILE_SLOT (1800 * ETP_NS_PER_SECOND)

/** A measured series of half-hours, as a reader of files hands it over. */
typedef struct etp_profile_series {
    const char *name;       /**< of the household or place; what does not fit is cut off */
    etp_time starts;        /**< of the first half-hour, which is the first of a day */
    size_t count;           /**< half-hours */
    const etp_power *power; /**< mean of each, 0 to ETP_POWER_MAX; borrowed */
    unsigned homes;         /**< of how many homes it is the mean; 1 for a real one */
} etp_profile_series;

/** What is known of one profile. */
typedef struct etp_profile_about {
    char name[ETP_PROFILE_NAME_MAX]; /**< as it was given */
    unsigned homes;                  /**< of how many homes it is the mean */
    etp_energy a_year;               /**< measured in 364 days, before any scaling */
    etp_time starts;                 /**< of its first day */
} etp_profile_about;

/** Opaque. */
typedef struct etp_profiles etp_profiles;

/** An empty set. `allocator` is borrowed for its life; NULL = malloc. ETP_ENOMEM. */
ETP_API int etp_profiles_new(etp_profiles **profiles, const etp_allocator *allocator);
/** Accepts NULL. No source may use it any more. */
ETP_API void etp_profiles_free(etp_profiles *profiles);

/** Adds a household. ETP_ERANGE with a sentence for a series that is shorter than 364 days, does not begin at midnight,
 *  holds a power out of range, or uses less than 1 kWh; of a longer one the first 364 days count. ETP_EFULL after
 *  ETP_PROFILES_MAX, ETP_ENOMEM. */
ETP_API int etp_profiles_add(etp_profiles *profiles, const etp_profile_series *load, etp_error *error);
/** Sets the sunshine that all homes have, in any unit, scaled so that 1 kW of peak makes `yield` in 364 days: 1 to
 *  10 000 kWh. The same conditions as above. */
ETP_API int etp_profiles_set_sun(etp_profiles *profiles, const etp_profile_series *sun, etp_energy yield,
                                 etp_error *error);
/** Sets the weather of a span of real days, of any length, in any unit: in that span it takes the place of the sun that
 *  was set before, scaled so that the span's total is the same. So panels follow the weather that the prices of those
 *  days had. ETP_ESTATE before the sun was set, ETP_ERANGE for a span without any sun, ETP_ENOMEM. */
ETP_API int etp_profiles_set_weather(etp_profiles *profiles, const etp_profile_series *weather, etp_error *error);

/** How many households there are. */
ETP_API unsigned etp_profiles_count(const etp_profiles *profiles);
/** Number 1 is the first: as etp_home.profile says. ETP_ENOENT for others. */
ETP_API int etp_profiles_about(const etp_profiles *profiles, unsigned number, etp_profile_about *about);

/** How homes are made of profiles. etp_profile_homes_defaults() gives the values that stand beside. */
typedef struct etp_profile_homes {
    const etp_profiles *profiles; /**< borrowed; with at least one household, and a sun */
    uint32_t load_ppm;            /**< times this, all loads: 1 000 000, up to 10 000 000 */
    unsigned shift_weeks;         /**< years are moved by up to so many weeks: 3, up to 26 */
    unsigned warm_up_days;        /**< before the run, from which the first expectations come: 14, 1 to 364 */
} etp_profile_homes;

/** All but `profiles`. */
ETP_API void etp_profile_homes_defaults(etp_profile_homes *homes);
/** The source of such homes; `homes` is borrowed by it. What is wrong with `homes` is told when a run opens the source. */
ETP_API etp_home_source etp_profile_homes_source(const etp_profile_homes *homes);

#ifdef __cplusplus
}
#endif

#endif

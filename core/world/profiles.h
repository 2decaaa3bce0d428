/* SPDX-License-Identifier: MIT */
/* Inside a set of profiles: what the source of homes reads. */
#ifndef ETP_WORLD_PROFILES_H
#define ETP_WORLD_PROFILES_H

#include "etp/profiles.h"

enum { ETP_PROFILE_COUNT = ETP_PROFILE_DAYS * ETP_PROFILE_SLOTS };

/* A year of 364 days, scaled: of a household in mW of a home that uses 16 kWh a day, of the sun in mW for each kW of peak. */
typedef struct etp_profile_year {
    etp_profile_about about;
    etp_power *power; /* [ETP_PROFILE_COUNT] */
} etp_profile_year;

/* Real days, in mW for each kW of peak. */
typedef struct etp_profile_weather {
    etp_time starts;
    size_t count;
    etp_power *power;
} etp_profile_weather;

struct etp_profiles {
    const etp_allocator *allocator;
    etp_profile_year *years; /* room for ETP_PROFILES_MAX */
    unsigned count;
    etp_profile_year sun;
    etp_profile_weather weather;
};

/* Of a day of the market (days since 1970), the profile's: same season, same day of the week. 0 to 363. */
unsigned etp_profile_day(const etp_profile_year *year, int64_t market_day);

/* Mean sun in a half-hour of the market (half-hours since 1970). */
etp_power etp_profiles_sun_at(const etp_profiles *profiles, int64_t half_hour);

#endif

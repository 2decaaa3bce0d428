/* SPDX-License-Identifier: MIT */
/*
 * What a home uses and its panels make on a summer day, without noise. Times are seconds from some midnight of the
 * market's clock (UTC+10): where there is daylight saving, the household's clock is an hour ahead, and the shapes below
 * allow for that.
 */
#ifndef ETP_WORLD_HOME_PROFILE_H
#define ETP_WORLD_HOME_PROFILE_H

#include <stdint.h>

#include "etp/units.h"

/* Families, working couples, people who are at home: each 16 kWh a day for a standard home. */
enum { ETP_LOAD_SHAPES = 3 };

/* The solar polynomial's rounding is exact enough up to this peak. */
#define ETP_PV_PEAK_MAX (100 * ETP_POWER_PER_KW)

etp_energy etp_profile_load(unsigned shape, uint32_t load_scale_ppm, uint32_t from, uint32_t until);

/* On a day without a cloud: 6.35 kWh for each kW of `peak`, between 05:30 and 19:30. */
etp_energy etp_profile_clear_sun(etp_power peak, uint32_t from, uint32_t until);

/* What to expect, clouds included. */
etp_energy etp_profile_typical_sun(etp_power peak, uint32_t from, uint32_t until);

/* Share of a clear day's sun on a day whose weather is `draw`, uniform in 0 to 65 535; in parts of 65 536. */
uint32_t etp_profile_clearness(uint32_t draw);

#endif

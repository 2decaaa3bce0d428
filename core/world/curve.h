/* SPDX-License-Identifier: MIT */
/*
 * A quantity over the day, as 24 values at the full hours with straight lines between them, the last to the first. Its
 * integral is exact, so that intervals of any length add up.
 */
#ifndef ETP_WORLD_CURVE_H
#define ETP_WORLD_CURVE_H

#include <stdint.h>

enum { ETP_SECONDS_PER_DAY = 86400 };

typedef struct etp_curve {
    int32_t at_hour[24];
} etp_curve;

/* 7 200 times the integral over [from, until), in seconds from some midnight; the curve repeats every day. */
int64_t etp_curve_integral_7200(const etp_curve *curve, uint32_t from, uint32_t until);

#endif

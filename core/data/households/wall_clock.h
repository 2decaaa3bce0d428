/* SPDX-License-Identifier: MIT */
/*
 * From a wall clock with daylight saving to one without. Households are metered on the clock on their wall; the market's
 * runs on standard time all year.
 *
 * An hour of standard time takes what the wall clock's hour of the same moment says. In spring the wall clock leaves out
 * an hour: nothing ever happened in it, and what a file has there is left out and counted as lost. In autumn the clock
 * runs through an hour twice, so two hours of standard time have one place in the file: each gets its half where the file
 * holds their sum, and both the same where it holds one of them; they are counted as doubled.
 */
#ifndef ETP_DATA_HOUSEHOLDS_WALL_CLOCK_H
#define ETP_DATA_HOUSEHOLDS_WALL_CLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "etp/units.h"

typedef enum etp_wall_rule {
    ETP_WALL_SYDNEY,     /* first Sunday of October 2:00 to first Sunday of April 3:00 (since 2008) */
    ETP_WALL_CALIFORNIA, /* second Sunday of March 2:00 to first Sunday of November 2:00 (since 2007) */
} etp_wall_rule;

/* True if daylight saving is on at this moment of standard time (years 1990 to 2199). */
bool etp_wall_is_ahead(etp_wall_rule rule, etp_time standard);

/* A series of slots of equal length, an hour or a part of one. */
typedef struct etp_wall_series {
    etp_wall_rule rule;
    etp_time starts; /* of the first slot, on the wall clock */
    etp_time slot;   /* length */
    size_t count;
    const int64_t *value; /* of each slot: a mean power or an energy */
    bool summed;          /* the hour that comes twice holds the sum of both */
} etp_wall_series;

/* The value of the slot that begins at `standard`. False if the series has no such slot. */
bool etp_wall_value(const etp_wall_series *series, etp_time standard, int64_t *value);

typedef struct etp_wall_facts {
    size_t lost;      /* slots of the wall clock that never were */
    size_t lost_used; /* of these, that hold something: the clock is not what it is said to be */
    size_t doubled;   /* slots of the wall clock that stand for two */
} etp_wall_facts;

void etp_wall_count(const etp_wall_series *series, etp_wall_facts *facts);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Measured households, as their files say: half-hours of load and sun on the market's clock, what was mended on the way,
 * and what is odd. docs/data.md has the rules; in short:
 *
 * - The clock of the wall becomes that of the market (wall_clock.h). A file that has load in the hour that daylight saving
 *   leaves out is on some other clock, and refused.
 * - No home is without load for half an hour. A slot of load 0 is a missing one; it takes what the same household used at
 *   the same time a week before (or after, in the first week), and is counted. A household of which more than 5 % is
 *   missing is left out, and counted.
 * - Units are known by the names of columns, and checked by content: docs/data.md says how.
 */
#ifndef ETP_DATA_HOUSEHOLDS_HOUSEHOLD_H
#define ETP_DATA_HOUSEHOLDS_HOUSEHOLD_H

#include "data/format.h"
#include "etp/error.h"

enum { ETP_HOUSEHOLD_NAME_MAX = 48 };

/* One household, or the mean of many. */
typedef struct etp_household {
    char name[ETP_HOUSEHOLD_NAME_MAX];
    unsigned homes;  /* of how many it is the mean */
    etp_time starts; /* midnight, NEM time */
    size_t count;    /* half-hours */
    etp_power *load; /* mean of each; mended */
    etp_power *sun;  /* mean of each, in mW or in mW for each kW of panels; NULL if there is none */
    size_t zeros;    /* slots of the file without load: missing */
    size_t filled;   /* half-hours that took another week's load */
    double load_kwh; /* as the file has it, all rows, per home */
    double sun_kwh;  /* the same; per kW of panels where `sun` is */
    bool left_out;   /* too much of it is missing: load and sun are NULL */
} etp_household;

typedef struct etp_households {
    const etp_data_format *format;
    size_t rows;
    etp_time first, last; /* as stamped in the file, on its own clock */
    etp_time interval;
    size_t lost, doubled; /* slots of the wall clock: see wall_clock.h */
    bool moved;           /* from the northern half-year to the southern */
    bool early_midnights; /* rows of 00:00 stand at the date whose end they are */
    etp_household *homes;
    unsigned count;
} etp_households;

/* Reads a file of households of any format that we know. ETP_EFORMAT with a sentence for another one, and for what the
 * rules above refuse. On failure nothing is owned. */
int etp_households_load(etp_households *households, const char *path, etp_error *error);

/* Accepts a zeroed one. */
void etp_households_fini(etp_households *households);

#endif

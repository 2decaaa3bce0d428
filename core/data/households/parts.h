/* SPDX-License-Identifier: MIT */
/* What the readers of households share. */
#ifndef ETP_DATA_HOUSEHOLDS_PARTS_H
#define ETP_DATA_HOUSEHOLDS_PARTS_H

#include "data/columns.h"
#include "data/households/formats.h"
#include "data/households/household.h"
#include "data/households/wall_clock.h"

#define ETP_HALF_HOUR (1800 * ETP_NS_PER_SECOND)

int etp_ausgrid_read(etp_households *households, const etp_data_text *file, etp_error *error);
int etp_homes_hourly_read(etp_households *households, const etp_data_text *file, etp_error *error);
/* By the format that the content has; ETP_EFORMAT if it is none of households. */
int etp_households_read(etp_households *households, const etp_data_text *file, etp_error *error);

/* What etp_data_look() tells of such a file. */
int etp_households_look(etp_data_about *about, const etp_data_text *file, etp_error *error);

/* Room for so many homes, all of whose rest is zeroed. */
int etp_households_make(etp_households *households, unsigned count, const char *name, etp_error *error);

/* One household's series from its file. */
typedef struct etp_household_raw {
    etp_wall_series load, sun; /* mean powers; `sun.value` may be NULL */
    etp_time from;             /* midnight in standard time, of the first whole day */
    etp_time moved;            /* added to all times at the end */
} etp_household_raw;

/* Brings it to the market's clock and mends it: fills starts, count, load, sun, zeros, filled, left_out. ETP_ENOMEM. */
int etp_household_settle(etp_household *home, const etp_household_raw *raw, const char *file, etp_error *error);

/* A number of a row: `places` digits behind the point are kept; refused if it is none, below 0, or above `most`. */
int etp_household_number(const etp_csv *csv, etp_span field, const char *column, unsigned places, int64_t most,
                         int64_t *value, etp_error *error);

/* Is this the year of a home? Refuses less than 500 and more than 30 000 kWh of load in a year, and more sun at night
 * than one part in a hundred: units or columns were mixed up. */
int etp_household_check(const etp_household *home, const char *file, etp_error *error);

#endif

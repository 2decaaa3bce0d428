/* SPDX-License-Identifier: MIT */
/* The rows of one region, put in order and compared with each other: what is regular in them and what is not. */
#ifndef ETP_DATA_VALUE_SERIES_H
#define ETP_DATA_VALUE_SERIES_H

#include "data/value_rows.h"

typedef struct etp_value_series {
    const etp_allocator *allocator;
    etp_value_row *rows; /* in order, each interval once */
    size_t count, room;
    etp_time interval; /* the usual distance of two rows; 0 if there are less than two */
    size_t unsorted;   /* rows earlier than the row before them in the file */
    size_t repeats;    /* rows left out that said the same once more */
    size_t conflicts;  /* rows left out that said something else of the same interval */
    etp_value_row conflict[2];
    size_t strays, stray;    /* rows that are no whole number of intervals behind the one before; index of the first */
    size_t changes, change;  /* rows from which on the distance is another; index of the first */
    size_t gaps, gap;        /* breaks; index of the row behind the first */
    size_t longest, missing; /* intervals missing in the longest break, and in all */
} etp_value_series;

/* Takes the rows of `region` whose intervals lie in [from, until], or all if both are 0. ETP_ENOMEM. */
int etp_value_series_make(etp_value_series *series, const etp_value_rows *rows, unsigned region, etp_time from,
                          etp_time until);

/* Prices that are no prices: the rules of the market keep them from staying above 1 000 A$/MWh, since after some days of
 * them they are capped at a few hundred. Demand, in the column beside, is that high all the time. True if over a day or
 * more most values, in A$/MWh, are above; `above` gets how many. */
bool etp_value_series_is_too_high(const etp_value_series *series, size_t *above);

/* Accepts a zeroed one. */
void etp_value_series_fini(etp_value_series *series);

#endif

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

/* Accepts a zeroed one. */
void etp_value_series_fini(etp_value_series *series);

#endif

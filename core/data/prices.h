/* SPDX-License-Identifier: MIT */
/*
 * Prices from files of every format that we know (docs/data.md), of one region, over one span.
 *
 * Rules, the same for all formats. Rows are put in order, and those that were not are counted. A row that says the same
 * of an interval as another one counts once; two rows that say different things of an interval are refused (a clock that
 * was set back, or two publications mixed). Of rows with INTERVENTION=1 none is the price, and they are left out and
 * counted. Nothing is averaged. A gap is refused, or filled by a stated rule and counted.
 */
#ifndef ETP_DATA_PRICES_H
#define ETP_DATA_PRICES_H

#include "etp/trace.h"

typedef enum etp_gap_rule {
    ETP_GAPS_REFUSE = 0,
    ETP_GAPS_HOLD, /* the last price before the gap is repeated; a gap of more than ETP_GAP_HOLD_MAX is refused */
} etp_gap_rule;

#define ETP_GAP_HOLD_MAX (2 * ETP_NS_PER_HOUR)

/* Zero it for all of a file with one region. */
typedef struct etp_prices_wanted {
    const char *region;   /* "VIC1"; NULL if the file has one only */
    etp_time from, until; /* intervals that begin at `from` or later and end at `until` or earlier; both 0 for all */
    etp_gap_rule gaps;
} etp_prices_wanted;

/* What was found on the way. */
typedef struct etp_prices_facts {
    size_t rows;          /* of the region and span */
    size_t interventions; /* rows with INTERVENTION=1, left out */
    size_t unsorted;      /* rows earlier than the one before them */
    size_t repeats;       /* rows that said the same once more, left out */
    size_t gaps, held;    /* breaks, and the intervals that hold the last price */
    bool wrong_zone;      /* the time zone behind the stamps is not theirs, as the rows prove: they are NEM time */
    bool zone_converted;  /* stamps were brought to NEM time from another time zone */
    bool region_of_name;  /* the file names no region; its own name does */
} etp_prices_facts;

/* Reads `count` files as one series: several months of a region, in any order, which may overlap by equal rows. `facts` may be NULL. On failure nothing is owned. */
int etp_prices_load(etp_trace *trace, const char *const *paths, size_t count, const etp_prices_wanted *wanted,
                    etp_prices_facts *facts, const etp_allocator *allocator, etp_error *error);

#endif

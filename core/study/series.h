/* SPDX-License-Identifier: MIT */
/*
 * Prices that cells are run on: each series is loaded once and then only read, by any number of threads.
 *
 * A setup's series is that of its region, days, interval and rule for gaps, or the generator's where there is no folder of
 * data; then every price is the setup's constant one, if it has one; then, in the clipped world, cut down to the cap.
 */
#ifndef ETP_STUDY_SERIES_H
#define ETP_STUDY_SERIES_H

#include "data/catalogue.h"
#include "study/knobs.h"
#include "study/result.h"

typedef struct etp_series {
    /* what it was asked for by */
    char region[ETP_KNOB_TEXT_MAX];
    etp_time from, until;
    etp_time interval;
    etp_gap_rule gaps;
    etp_price constant; /* ETP_PRICE_NONE for none */
    etp_price cap;      /* the same */
    /* what was found: `code` is 0, or why there is none, and `reason` says it in a sentence */
    int code;
    char reason[ETP_ERROR_TEXT_MAX];
    etp_trace trace;
    etp_prices_facts facts;
    size_t first_noon;
    unsigned days; /* whole ones from there on */
} etp_series;

typedef struct etp_series_list {
    const etp_catalogue *catalogue; /* borrowed; NULL = the generator's */
    etp_series **list;
    unsigned count;
} etp_series_list;

/* Finds or loads it; what cannot be had is a series with a code. NULL when there is no memory. Not from several threads. */
const etp_series *etp_series_of(etp_series_list *all, const etp_setup *setup, etp_price_world world);
/* Accepts a zeroed one. */
void etp_series_list_fini(etp_series_list *all);

#endif

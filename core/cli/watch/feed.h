/* SPDX-License-Identifier: MIT */
/* What happens in a market that runs by the clock, as lines for a person: one for each interval, and each reload. */
#ifndef ETP_CLI_FEED_H
#define ETP_CLI_FEED_H

#include <stdio.h>

#include "cli/stage.h"
#include "program/crew.h"

typedef struct etp_feed {
    FILE *out; /* NULL: nobody wants to see it */
    const etp_stage *stage;
    const etp_crew *crew;
    etp_run_totals before; /* as they were when the last line was written */
    uint64_t *wins;        /* of each firm then */
} etp_feed;

/* Returns an exit status. etp_feed_fini() is due in any case. */
int etp_feed_begin(etp_feed *feed, const etp_stage *stage, const etp_crew *crew, etp_error *error);
void etp_feed_fini(etp_feed *feed);

/* So much was run before anybody could look. */
void etp_feed_skipped(etp_feed *feed, const etp_run *run, size_t intervals);
/* An interval is over. */
void etp_feed_interval(etp_feed *feed, const etp_run *run);
/* A script was reloaded, in so many ns. */
void etp_feed_reloaded(etp_feed *feed, const etp_member *member, etp_time took);
void etp_feed_refused(etp_feed *feed, const etp_member *member, const etp_error *refusal);
/* The end was asked for. */
void etp_feed_ending(etp_feed *feed);

#endif

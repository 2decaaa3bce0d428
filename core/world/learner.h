/* SPDX-License-Identifier: MIT */
/*
 * What a home has learned of its own days: for each half-hour of the day a mean of its load and of its sun, in which each
 * day weighs seven eighths of the day after it. It knows what it was shown, and nothing else.
 */
#ifndef ETP_WORLD_LEARNER_H
#define ETP_WORLD_LEARNER_H

#include <stdbool.h>

#include "etp/units.h"

enum { ETP_LEARNER_SLOTS = 48 };

typedef struct etp_learner {
    int64_t load[ETP_LEARNER_SLOTS]; /* mean energy of the half-hour, times 256 */
    int64_t pv[ETP_LEARNER_SLOTS];
    bool known[ETP_LEARNER_SLOTS];
    /* the half-hour that is being seen */
    int64_t half_hour; /* since 1970 */
    etp_time seen;     /* of it */
    etp_energy pv_now, load_now;
    /* need from the end of a half-hour on, as long as nothing new was learned */
    int64_t need_after; /* that half-hour, or -1 */
    etp_energy rest, here;
} etp_learner;

void etp_learner_init(etp_learner *learner);

/* An interval is over. Intervals come in order. */
void etp_learner_see(etp_learner *learner, etp_time starts, etp_time interval, etp_energy pv, etp_energy load);

/* Load beyond the sun from `now` until the sun covers the load again; while it does, that of the coming night; a day's
 * if it never does. 0 as long as nothing is known. */
etp_energy etp_learner_need(etp_learner *learner, etp_time now);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The scripts of a study: each is looked at once, before anything is run, so that one that is missing or broken is known at
 * once, and its hash is part of every cell in which it plays.
 */
#ifndef ETP_STUDY_CAST_H
#define ETP_STUDY_CAST_H

#include "program/crew.h"
#include "study/knobs.h"

typedef struct etp_cast {
    char **named; /* as the scenario names them: "equilibrium" */
    etp_entrant *entrants;
    unsigned count;
} etp_cast;

/* All that a setup names; those that are known are not looked at again. Checks its settings. Returns an exit status. */
int etp_cast_add(etp_cast *cast, const etp_setup *setup, etp_error *error);
/* Accepts a zeroed one. */
void etp_cast_fini(etp_cast *cast);

/* Who plays in one setup: a line-up of its own, and who sits where. Entrants are borrowed from the cast. */
enum { ETP_SEATS_MAX = 64 };

typedef struct etp_seating {
    etp_lineup lineup; /* each strategy once; not to be freed by etp_lineup_fini() */
    unsigned seated[ETP_SEATS_MAX];
    unsigned seats;
    etp_settings settings;
} etp_seating;

/* Everybody who bids (`firms` of them; 0 for the policy alone). Returns an exit status. etp_seating_fini() is due in any
 * case. */
int etp_seating_make(etp_seating *seating, const etp_cast *cast, const etp_setup *setup, unsigned firms,
                     etp_error *error);
void etp_seating_fini(etp_seating *seating);

#endif

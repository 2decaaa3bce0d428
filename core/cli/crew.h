/* SPDX-License-Identifier: MIT */
/* The scripts of one run, freshly loaded, so that nothing one run has learned reaches the next. */
#ifndef ETP_CLI_CREW_H
#define ETP_CLI_CREW_H

#include "cli/lineup.h"
#include "etp/run.h"

typedef struct etp_crew {
    etp_script **scripts; /* of the firms, in their order */
    etp_firm *firms;      /* names are the line-up's */
    unsigned count;
    etp_script *policy;
} etp_crew;

/* Loads entrants `first` to `first + count - 1` of the line-up and its policy, and sets their parameters. Returns an
 * exit status. etp_crew_fini() is due in any case and accepts a zeroed struct. */
int etp_crew_load(etp_crew *crew, const etp_lineup *lineup, unsigned first, unsigned count,
                  const etp_settings *settings, const etp_logger *logger, etp_error *error);
/* The same of any entrants: who is named at place i has portfolio i. Nothing is logged. */
int etp_crew_seat(etp_crew *crew, const etp_lineup *lineup, const unsigned *seated, unsigned count,
                  const etp_settings *settings, etp_error *error);
/* Says which scripts wrote more log lines than they may, and how many were dropped. */
void etp_crew_tell_dropped(const etp_crew *crew, const etp_logger *logger);
void etp_crew_fini(etp_crew *crew);

#endif

/* SPDX-License-Identifier: MIT */
/* Which version of which script runs from when on, in the events file and for the report. */
#ifndef ETP_CLI_RELOADS_H
#define ETP_CLI_RELOADS_H

#include "cli/stage.h"
#include "program/crew.h"

typedef struct etp_reloads {
    etp_stage *stage;
    etp_run *run;
    etp_crew *crew;
} etp_reloads;

/* Writes down the versions that the run begins with. */
void etp_reloads_begin(const etp_reloads *reloads);

/* A member's script has been reloaded at the engine's now, or was not: then `refusal` says why, else it is NULL. Returns
 * an exit status. */
int etp_reloads_tell(const etp_reloads *reloads, unsigned member, const etp_error *refusal, etp_error *error);

/* Runs the whole market, letting the versions of --swap take over at their moments. Returns an exit status. */
int etp_reloads_play_swaps(const etp_reloads *reloads, etp_error *error);

#endif

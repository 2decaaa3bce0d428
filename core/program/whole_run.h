/* SPDX-License-Identifier: MIT */
#ifndef ETP_PROGRAM_WHOLE_RUN_H
#define ETP_PROGRAM_WHOLE_RUN_H

#include "etp/run.h"

/* Checks the accounts of a run, and says that it is a fault of ours where they are off; `what` it is stands in the
 * sentence: "game". Returns an exit status. */
int etp_whole_run_check(const etp_run *run, const char *what, etp_error *error);

/* Steps a run to its end and checks its accounts. Returns an exit status. */
int etp_whole_run(etp_run *run, const char *what, etp_error *error);

#endif

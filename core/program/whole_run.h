/* SPDX-License-Identifier: MIT */
#ifndef ETP_PROGRAM_WHOLE_RUN_H
#define ETP_PROGRAM_WHOLE_RUN_H

#include "etp/run.h"

/* Steps a run to its end and checks its accounts; `what` it is stands in the sentence where they are off: "game". Returns
 * an exit status. */
int etp_whole_run(etp_run *run, const char *what, etp_error *error);

#endif

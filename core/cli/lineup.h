/* SPDX-License-Identifier: MIT */
/* Who takes part by the command line: the strategies that it names, and the shipped ones that fill up the market. */
#ifndef ETP_CLI_LINEUP_H
#define ETP_CLI_LINEUP_H

#include "cli/options.h"
#include "cli/swaps.h"
#include "program/lineup.h"

/* Returns an exit status. etp_lineup_fini() is due in any case. */
int etp_lineup_make(etp_lineup *lineup, const etp_options *options, etp_error *error);

/* Refuses swaps that name nobody, or come after the run's `end`. Returns an exit status. */
int etp_lineup_check_swaps(const etp_lineup *lineup, const etp_swaps *swaps, etp_time end, etp_error *error);

#endif

/* SPDX-License-Identifier: MIT */
/* The arguments of --swap: NAME=FILE@SECONDS, where NAME is a strategy's instance or "reserve". */
#ifndef ETP_CLI_SWAPS_H
#define ETP_CLI_SWAPS_H

#include "cli/options.h"
#include "program/settings.h"

typedef struct etp_swap {
    char target[ETP_SETTING_NAME_MAX];
    char *path;
    etp_time after; /* the beginning of the first interval */
    unsigned order; /* on the command line */
} etp_swap;

typedef struct etp_swaps {
    etp_swap *list; /* by time, then as they were given */
    unsigned count;
} etp_swaps;

/* Reads all of them. Returns an exit status. etp_swaps_fini() accepts a zeroed struct. */
int etp_swaps_read(etp_swaps *swaps, const etp_options *options, etp_error *error);
void etp_swaps_fini(etp_swaps *swaps);

/* Refuses a swap whose target is none of the `names`, and one after the run's `end`. Returns an exit status. */
int etp_swaps_check(const etp_swaps *swaps, const char *const *names, unsigned count, etp_time end, etp_error *error);

/* Exact to the nanosecond, in the form that --swap takes: "12.000000001". */
void etp_swap_show_time(etp_time time, char *text, size_t size);

#endif

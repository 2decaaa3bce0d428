/* SPDX-License-Identifier: MIT */
/*
 * Who takes part: the strategies of the command line and the shipped ones that fill up the market.
 *
 * They are kept in an order of their own (declared name, source, command line), and their place in it says which
 * portfolios they hold: in which order files were named changes nothing but the "#2" behind a name.
 */
#ifndef ETP_CLI_LINEUP_H
#define ETP_CLI_LINEUP_H

#include "cli/options.h"
#include "cli/params.h"
#include "cli/swaps.h"
#include "etp/script.h"

enum { ETP_HASH_TEXT_MAX = 33 };

typedef struct etp_entrant {
    char *path;
    char declared[ETP_SETTING_NAME_MAX]; /* what the script calls itself */
    char name[ETP_SETTING_NAME_MAX];     /* of this instance: "greedy", "greedy#2" */
    char hash[ETP_HASH_TEXT_MAX];        /* of its source */
    unsigned order;                      /* 0 is the first file of the command line; rivals come after the last */
} etp_entrant;

typedef struct etp_lineup {
    etp_entrant *entrants;
    unsigned count;
    unsigned first;  /* which of them is the first file of the command line */
    unsigned rivals; /* how many shipped ones there are */
    unsigned share;  /* how many portfolios each of them holds */
    etp_entrant policy;
} etp_lineup;

/* Returns an exit status. etp_lineup_fini() is due in any case and accepts a zeroed struct. */
int etp_lineup_make(etp_lineup *lineup, const etp_options *options, etp_error *error);
void etp_lineup_fini(etp_lineup *lineup);

/* Refuses swaps that name nobody, or come after the run's `end`. Returns an exit status. */
int etp_lineup_check_swaps(const etp_lineup *lineup, const etp_swaps *swaps, etp_time end, etp_error *error);

/* Refuses a script's name that means something else in --set. Returns an exit status. */
int etp_lineup_check_name(const char *path, const char *name, etp_error *error);

/* Refuses settings that name nobody. Returns an exit status. */
int etp_lineup_check_settings(const etp_lineup *lineup, const etp_settings *settings, etp_error *error);

#endif

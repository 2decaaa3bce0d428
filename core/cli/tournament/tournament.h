/* SPDX-License-Identifier: MIT */
/* What the files of the command tournament share: what is asked for, what was played, and what that says. */
#ifndef ETP_CLI_TOURNAMENT_TOURNAMENT_H
#define ETP_CLI_TOURNAMENT_TOURNAMENT_H

#include <stdio.h>

#include "cli/option_table.h"
#include "cli/stage.h"
#include "cli/tournament/design.h"
#include "report/statistics.h"

/* ---- what is asked for ---- */

typedef struct etp_tournament_options {
    etp_options shared; /* comes first: options are placed from its start */
    uint64_t seeds, table, jobs;
} etp_tournament_options;

extern const etp_vocabulary etp_tournament_vocabulary;

/* ---- what was played ---- */

/* What one strategy did in one game. */
typedef struct etp_performance {
    etp_money worth, paid; /* of the energy that it won, at realised values */
    etp_energy energy;
    uint64_t bids, trades;
    uint64_t calls, errors; /* of the script */
    bool suspended;
    char *mishap; /* the first line of the script's last error; NULL when there was none */
} etp_performance;

typedef struct etp_tournament {
    const etp_tournament_options *options;
    etp_stage stage;
    etp_design design;
    size_t blocks;                 /* how many times --days the price file holds; 0 for made-up prices */
    etp_performance *performances; /* `seats` of them for each game */
} etp_tournament;

/* Reads all files and places everybody. Returns an exit status; etp_tournament_fini() is due in any case. Must not be
 * moved. */
int etp_tournament_set(etp_tournament *tournament, const etp_tournament_options *options, etp_error *error);
void etp_tournament_fini(etp_tournament *tournament);

/* Plays one game: an etp_work. */
int etp_tournament_play(void *tournament, size_t game, etp_error *error);

/* ---- what that says ---- */

/* A difference, in dollars a day, and its bounds. */
typedef struct etp_difference {
    double mean;
    bool bounded; /* there were seeds enough for bounds */
    etp_bounds bounds;
} etp_difference;

/* Whether the bounds say that it is not 0. */
bool etp_difference_is_clear(const etp_difference *difference);

typedef struct etp_standing {
    const etp_entrant *entrant;
    double *profits; /* dollars a day, by round */
    double profit;   /* their mean */
    etp_difference to_field, to_next;
    double energy_kwh; /* a day */
    uint64_t bids, trades, calls, errors, suspended;
    etp_money paid;
    etp_energy energy;
    const char *mishap; /* of the first game that had one, or NULL */
} etp_standing;

typedef struct etp_league {
    const etp_tournament *tournament;
    unsigned count;
    etp_standing *standings; /* best first */
    double *field;           /* mean profit of all, by round */
} etp_league;

/* False when memory ran out; etp_league_fini() is due in any case. */
bool etp_league_make(etp_league *league, const etp_tournament *tournament);
void etp_league_fini(etp_league *league);

/* False when memory ran out. */
bool etp_league_print(const etp_league *league, FILE *out);
/* ETP_OK, ETP_ENOMEM or ETP_EIO. */
int etp_league_write_json(const etp_league *league, FILE *out);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Who takes part: the strategies of the command line and the shipped ones that fill up the market.
 *
 * They are kept in an order of their own (declared name, source, command line), and their place in it says which
 * portfolios they hold: in which order files were named changes nothing but the "#2" behind a name.
 */
#ifndef ETP_PROGRAM_LINEUP_H
#define ETP_PROGRAM_LINEUP_H

#include "etp/script.h"
#include "program/settings.h"

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

/* Loads a script to learn what it is, and refuses one of another role. `path` (to be freed; NULL where there was no
 * memory for it) belongs to the entrant from here on. Returns an exit status. */
int etp_entrant_identify(etp_entrant *entrant, char *path, etp_role role, etp_error *error);

/* Joins the line, which has room for it, with a name of its own. */
void etp_lineup_join(etp_lineup *lineup, const etp_entrant *entrant);
/* Puts all in the line-up's own order. */
void etp_lineup_sort(etp_lineup *lineup);
/* Accepts a zeroed struct. */
void etp_lineup_fini(etp_lineup *lineup);
/* The sentence, and the exit status. */
int etp_lineup_fail_memory(etp_error *error);

/* Refuses a script's name that means something else in --set. Returns an exit status. */
int etp_lineup_check_name(const char *path, const char *name, etp_error *error);

/* Refuses settings that name nobody. Returns an exit status. */
int etp_lineup_check_settings(const etp_lineup *lineup, const etp_settings *settings, etp_error *error);

#endif

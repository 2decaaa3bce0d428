/* SPDX-License-Identifier: MIT */
/* The scripts of one run, freshly loaded, so that nothing one run has learned reaches the next. */
#ifndef ETP_PROGRAM_CREW_H
#define ETP_PROGRAM_CREW_H

#include "etp/run.h"
#include "program/lineup.h"

/* The hashes of all versions that a script has had. */
typedef struct etp_versions {
    char (*hashes)[ETP_HASH_TEXT_MAX];
    unsigned count;
} etp_versions;

typedef struct etp_crew {
    etp_script **scripts; /* of the firms, in their order */
    etp_firm *firms;      /* names are the line-up's */
    unsigned count;
    etp_script *policy;
    etp_versions *versions; /* of the firms, and then of the policy */
} etp_crew;

/* One of them by number: the firms, and then the policy, which is called "reserve". */
typedef struct etp_member {
    const char *name;
    etp_script *script;
    etp_versions *versions;
} etp_member;

unsigned etp_crew_member_count(const etp_crew *crew);
etp_member etp_crew_member(const etp_crew *crew, unsigned index);
/* The number of the one that is called so, or that has that script; the count where there is none. */
unsigned etp_crew_find(const etp_crew *crew, const char *name);
unsigned etp_crew_find_script(const etp_crew *crew, const etp_script *script);
/* Notes the version that a member's script now has. ETP_ENOMEM. */
int etp_crew_note_version(const etp_member *member);

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

/* SPDX-License-Identifier: MIT */
/* Measured households of a study: one set of profiles for each region, for the sun of its days may be known. */
#ifndef ETP_STUDY_HOUSEHOLDS_H
#define ETP_STUDY_HOUSEHOLDS_H

#include <stdio.h>

#include "data/catalogue.h"
#include "data/households/profiles_load.h"

enum { ETP_REGION_TEXT_MAX = 16 };

typedef struct etp_region_households {
    char region[ETP_REGION_TEXT_MAX];
    etp_profiles *profiles;
    etp_profiles_facts facts;
    unsigned weather; /* files of its own weather */
} etp_region_households;

typedef struct etp_households_list {
    const etp_catalogue *catalogue; /* borrowed; NULL: there are none */
    etp_region_households **list;
    unsigned count;
} etp_households_list;

/* Finds or loads them. Returns an exit status: ETP_EXIT_FAILED, with a sentence that says which files are looked for, where
 * there are none. */
int etp_households_of(etp_households_list *all, const char *region, const etp_region_households **found,
                      etp_error *error);
/* Accepts a zeroed one. */
void etp_households_list_fini(etp_households_list *all);

/* The files that homes are made from: prints their hashes, a line each. */
void etp_households_describe(const etp_households_list *all, FILE *out);
/* Whether a file of the catalogue is one of them, and what it is, in words; NULL if it is not. */
const char *etp_households_kind(const etp_catalogue_file *file);

#endif

/* SPDX-License-Identifier: MIT */
/* What the files of the command evidence share. */
#ifndef ETP_CLI_EVIDENCE_EVIDENCE_H
#define ETP_CLI_EVIDENCE_EVIDENCE_H

#include "cli/evidence/data_notes.h"
#include "cli/option_table.h"
#include "study/estimate/estimate.h"
#include "study/study.h"

typedef struct etp_evidence_options {
    etp_options shared; /* comes first: options are placed from its start */
    const char *data, *scenario, *out, *work;
    uint64_t jobs;
    bool quick, fresh;
} etp_evidence_options;

/* Where results go, all of them named after --out. */
typedef struct etp_evidence_paths {
    char page[4096], json[4096], tables[4096], work[4096];
} etp_evidence_paths;

/* Returns an exit status. */
int etp_evidence_name_paths(etp_evidence_paths *paths, const etp_evidence_options *options, etp_error *error);

/* The command line that gives the result again, without what changes nothing in it. To be freed; NULL when there is no
 * memory. */
char *etp_evidence_command(const etp_evidence_options *options);

/* Makes the report of a study and writes page, JSON and tables; a program without pages leaves out the page. The notes
 * stand in the report. Returns an exit status. */
int etp_evidence_write(const etp_study *study, const etp_data_notes *notes, const etp_evidence_paths *paths,
                       etp_findings *findings, etp_error *error);

#endif

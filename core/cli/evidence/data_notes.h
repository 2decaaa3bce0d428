/* SPDX-License-Identifier: MIT */
/* What a reader must know of the folder of data, besides what the study says of the files that it used: a file that is
 * broken, and one that contradicts another, must not be passed over in silence. */
#ifndef ETP_CLI_EVIDENCE_DATA_NOTES_H
#define ETP_CLI_EVIDENCE_DATA_NOTES_H

#include "study/study.h"

typedef struct etp_data_notes {
    char **text; /* sentences */
    unsigned count;
} etp_data_notes;

/* Of a study that is set, or that could not be. Returns an exit status; etp_data_notes_fini() is due in any case. */
int etp_data_notes_make(etp_data_notes *notes, const etp_study *study, etp_error *error);
/* Accepts a zeroed one. */
void etp_data_notes_fini(etp_data_notes *notes);

/* A household that is there twice would count twice, and its interval would be too narrow. Returns an exit status. */
int etp_data_check_households(const etp_study *study, etp_error *error);

/* Prices in another unit would be a figure like any other, and a wrong one. Returns an exit status. */
int etp_data_check_prices(const etp_study *study, etp_error *error);

#endif

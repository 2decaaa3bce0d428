/* SPDX-License-Identifier: MIT */
/* The sentences under each table of the result for a person: what it means, and what to beware of. */
#ifndef ETP_REPORT_NOTES_H
#define ETP_REPORT_NOTES_H

#include <stdio.h>

#include "report/report.h"

/* In the head: with which options it was run. */
void etp_notes_on_options(const etp_report *report, FILE *out);

/* Under what owners got. */
void etp_notes_on_outcomes(const etp_report *report, FILE *out);

/* Under who bought. */
void etp_notes_on_firms(const etp_report *report, FILE *out);

/* Under the delays: what real links did. Prints nothing where there were none. */
void etp_notes_on_live(const etp_report *report, FILE *out);

/* At the end: scripts that failed, options that let nothing be traded. Prints nothing when all went well. */
void etp_notes_on_troubles(const etp_report *report, FILE *out);

#endif

/* SPDX-License-Identifier: MIT */
/* What is wrong or worth knowing of a configuration: all of it at once, so that a person mends a file in one go. */
#ifndef ETP_NODE_FINDINGS_H
#define ETP_NODE_FINDINGS_H

#include <stdbool.h>

#include "etp/error.h"

enum { ETP_FINDINGS_MAX = 64 };

typedef struct etp_finding {
    bool is_error; /* else a warning */
    char *text;
} etp_finding;

/* Zero it before use. What is found beyond ETP_FINDINGS_MAX is counted only. */
typedef struct etp_findings {
    etp_finding list[ETP_FINDINGS_MAX];
    unsigned count;
    unsigned errors, warnings;
} etp_findings;

void etp_findings_error(etp_findings *findings, const char *format, ...) ETP_PRINTF(2, 3);
void etp_findings_warning(etp_findings *findings, const char *format, ...) ETP_PRINTF(2, 3);
/* Takes the sentence of `error`, if there is one, and empties it. */
void etp_findings_take(etp_findings *findings, etp_error *error);
/* Accepts a zeroed one. */
void etp_findings_fini(etp_findings *findings);

#endif

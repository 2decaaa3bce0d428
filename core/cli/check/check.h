/* SPDX-License-Identifier: MIT */
/* `etp-engine check`: what was found out about one script, and how it is shown. */
#ifndef ETP_CLI_CHECK_CHECK_H
#define ETP_CLI_CHECK_CHECK_H

#include <stdio.h>

#include "etp/rehearsal.h"
#include "program/lineup.h"

/* A mistake ends the check with a failure; a warning does not; a note is worth knowing. */
typedef enum etp_finding_kind { ETP_FINDING_ERROR, ETP_FINDING_WARNING, ETP_FINDING_NOTE } etp_finding_kind;

enum { ETP_FINDINGS_MAX = 128, ETP_FINDING_TEXT_MAX = ETP_ERROR_TEXT_MAX + 128 };

typedef struct etp_finding {
    etp_finding_kind kind;
    const char *hook; /* or NULL */
    char text[ETP_FINDING_TEXT_MAX];
} etp_finding;

/* What a call of one hook costs. */
typedef struct etp_hook_cost {
    bool timed;
    double ns, empty_ns; /* per call, and of an empty hook that is called in the same way */
} etp_hook_cost;

typedef struct etp_examination {
    char *path;
    bool loaded;
    char name[ETP_SETTING_NAME_MAX];
    etp_role role;
    char hash[ETP_HASH_TEXT_MAX];
    size_t memory; /* bytes after loading */
    etp_rehearsal rehearsal;
    etp_hook_cost costs[ETP_REHEARSAL_HOOKS_MAX]; /* of the rehearsal's hooks */
    unsigned finding_count, error_count, warning_count;
    etp_finding findings[ETP_FINDINGS_MAX];
} etp_examination;

/* Examines the script that a person named. The result is to be freed with etp_examination_free(); NULL when there is no
 * memory for it. */
etp_examination *etp_examine(const char *given);
void etp_examination_free(etp_examination *examination);

/* Times the hooks of a script that passed its dry calls. */
void etp_examine_costs(etp_examination *examination);

/* False when memory ran out. */
bool etp_examination_print(const etp_examination *examination, FILE *out);
/* ETP_OK, ETP_ENOMEM or ETP_EIO. */
int etp_examinations_write_json(etp_examination *const *list, unsigned count, FILE *out);

#endif

/* SPDX-License-Identifier: MIT */
/* What the files of a rehearsal share: who plays each role, and what is written down of each call. */
#ifndef ETP_SCRIPT_REHEARSE_H
#define ETP_SCRIPT_REHEARSE_H

#include "etp/rehearsal.h"
#include "script/internal.h"

/* One node of the stage: what the engine would keep for it. */
typedef struct etp_rehearsing_node {
    etp_context context;
    etp_rng rng;
    etp_history history;
} etp_rehearsing_node;

enum { ETP_REHEARSAL_NODES = 2 };

typedef struct etp_rehearsing {
    etp_script *script;
    etp_rehearsal *report;
    etp_error *error; /* of the first failure */
    bool thorough;    /* goes on after a failure */
    bool over;
    int first_failure;
    uint64_t instructions;
    bool given_up[ETP_HOOKS];             /* went over a limit once */
    etp_rehearsal_hook *lines[ETP_HOOKS]; /* of the report */
    etp_time now, began;                  /* the stage's clock, and the host's before the call */
    uint64_t batteries;                   /* how many have made offers: each has an id of its own */
    etp_rehearsing_node nodes[ETP_REHEARSAL_NODES];
} etp_rehearsing;

/* Before each call: the context to call with, or NULL if the hook is not to be called. */
const etp_context *etp_rehearse_begin(etp_rehearsing *rehearsing, etp_hook hook, etp_rehearsing_node *node);
/* After it: writes down what came of it. `words` says what it was called with. */
void etp_rehearse_end(etp_rehearsing *rehearsing, etp_hook hook, int result, const char *words);

/* From here on the script's reads of parameters and writes of globals are noted. */
int etp_rehearse_watch(etp_rehearsing *rehearsing, etp_error *error);
/* Copies what was noted. */
void etp_rehearse_report_watched(const etp_vm *vm, etp_rehearsal *report);

/* The calls of one node, from its start on. */
void etp_rehearse_aggregator(etp_rehearsing *rehearsing, etp_rehearsing_node *node, bool experienced);
void etp_rehearse_bess(etp_rehearsing *rehearsing, etp_rehearsing_node *node);

#endif

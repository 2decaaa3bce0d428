/* SPDX-License-Identifier: MIT */
/* Pieces of work that do not depend on each other, spread over threads. */
#ifndef ETP_PROGRAM_WORKERS_H
#define ETP_PROGRAM_WORKERS_H

#include <stddef.h>

#include "etp/error.h"
#include "program/progress.h"

/* Does piece `index`. Returns an exit status. Called from several threads at once, each with another index. */
typedef int (*etp_work)(void *user, size_t index, etp_error *error);

/* Does all `count` pieces on at most `jobs` threads, a step of the progress bar each. Pieces are handed out in order; after
 * one that fails no more are. Returns an exit status: of the first piece, in their order, that failed, whose sentence is
 * in `error`. */
int etp_workers_run(unsigned jobs, size_t count, etp_work work, void *user, etp_progress *progress, etp_error *error);

/* The same where pieces differ in how long they take: the bar goes on by a piece's weight. */
typedef struct etp_labour {
    etp_work work;
    uint64_t (*weight)(void *user, size_t index); /* NULL: 1 */
    void *user;
    size_t count;
} etp_labour;

int etp_workers_labour(unsigned jobs, const etp_labour *labour, etp_progress *progress, etp_error *error);

/* How many threads this machine can run at once; at least 1. */
unsigned etp_workers_available(void);

#endif

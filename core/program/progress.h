/* SPDX-License-Identifier: MIT */
/* A bar on a terminal's standard error that shows how far a command has come and how long it may still take; nothing where that is no terminal. */
#ifndef ETP_PROGRAM_PROGRESS_H
#define ETP_PROGRAM_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct etp_progress {
    bool shown; /* wanted, and there is a terminal */
    bool drawn; /* a bar stands on the line */
    uint64_t done, all;
    int64_t began_ms;
    int64_t next_ms; /* when it may be drawn again */
} etp_progress;

void etp_progress_begin(etp_progress *progress, bool wanted, uint64_t all);
void etp_progress_step(etp_progress *progress);
/* So many steps at once. */
void etp_progress_advance(etp_progress *progress, uint64_t steps);
/* How long it may still take, by what is done so far: "12 s left", "3 min left"; nothing before a second has passed, for
 * that would be a guess. */
void etp_progress_left(const etp_progress *progress, int64_t now_ms, char *text, size_t size);
/* Takes the bar away, so that other text may be written. The next step draws it again. */
void etp_progress_clear(etp_progress *progress);

#endif

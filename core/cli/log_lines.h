/* SPDX-License-Identifier: MIT */
/* Log lines on standard error. An error that was written lately is not repeated, but at the level debug; a
 * version that is refused is, for somebody has just saved it. */
#ifndef ETP_CLI_LOG_LINES_H
#define ETP_CLI_LOG_LINES_H

#include <stdbool.h>

#include "etp/log.h"
#include "program/progress.h"

enum { ETP_LOG_LINES_KNOWN = 64 };

typedef struct etp_log_lines {
    etp_progress *progress; /* taken away before a line */
    etp_log_level level;
    uint64_t known[ETP_LOG_LINES_KNOWN]; /* hashes of the last errors */
    unsigned next;
    bool reloads_are_told; /* on the same terminal */
} etp_log_lines;

/* `lines` and `progress` are borrowed for the logger's life. */
etp_logger etp_log_lines_begin(etp_log_lines *lines, etp_progress *progress, etp_log_level level);

#endif

/* SPDX-License-Identifier: MIT */
#include "cli/log_lines.h"

#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* A script that fails in each of a hundred thousand calls says so once for each place where it fails: what comes before
 * the text names script, hook and line, while the text may hold values that are others each time. */
static bool is_known(etp_log_lines *lines, const char *text)
{
    const char *end = strstr(text, " text=");
    uint64_t hash = XXH3_64bits(text, end != NULL ? (size_t)(end - text) : strlen(text));
    for (unsigned i = 0; i < ETP_LOG_LINES_KNOWN; i++)
        if (lines->known[i] == hash)
            return true;
    lines->known[lines->next] = hash;
    lines->next = (lines->next + 1) % ETP_LOG_LINES_KNOWN;
    return false;
}

static void write_line(void *user, etp_log_level level, const char *component, const char *text)
{
    etp_log_lines *lines = user;
    bool of_reload = strcmp(component, "reload") == 0;
    if (of_reload && lines->reloads_are_told)
        return;
    if (level == ETP_LOG_ERROR && lines->level < ETP_LOG_DEBUG && !of_reload && is_known(lines, text))
        return;
    etp_progress_clear(lines->progress);
    fprintf(stderr, "%s %s %s\n", etp_log_level_name(level), component, text);
}

etp_logger etp_log_lines_begin(etp_log_lines *lines, etp_progress *progress, etp_log_level level)
{
    *lines = (etp_log_lines){.progress = progress, .level = level};
    return (etp_logger){write_line, lines, level};
}

/* SPDX-License-Identifier: MIT */
#include "cli/swaps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "program/status.h"

enum { DIGITS_MAX = 9, SECONDS_MAX = 1000000000 };

/* ---- reading ---- */

/* Digits, and at most nine after a point: read as integers, so that nothing is rounded. */
static bool read_time(const char *text, etp_time *time)
{
    char whole[DIGITS_MAX + 2], fraction[DIGITS_MAX + 1] = "000000000";
    size_t size = strcspn(text, ".");
    uint64_t seconds, ns;
    if (size >= sizeof whole)
        return false;
    snprintf(whole, sizeof whole, "%.*s", (int)size, text);
    if (text[size] == '.') {
        size_t digits = strlen(text + size + 1);
        if (digits == 0 || digits > DIGITS_MAX)
            return false;
        memcpy(fraction, text + size + 1, digits);
    }
    if (!etp_value_whole(whole, &seconds) || !etp_value_whole(fraction, &ns) || seconds > SECONDS_MAX)
        return false;
    *time = (etp_time)seconds * ETP_NS_PER_SECOND + (etp_time)ns;
    return true;
}

void etp_swap_show_time(etp_time time, char *text, size_t size)
{
    snprintf(text, size, "%" PRId64 ".%09" PRId64, time / ETP_NS_PER_SECOND, time % ETP_NS_PER_SECOND);
}

static int read_one(etp_swap *swap, const char *text, etp_error *error)
{
    const char *equals = strchr(text, '='), *at = strrchr(text, '@');
    bool whole = equals != NULL && at != NULL && equals != text && equals + 1 < at &&
                 (size_t)(equals - text) < sizeof swap->target && read_time(at + 1, &swap->after);
    if (!whole) {
        etp_fail(error, ETP_EFORMAT,
                 "--swap takes NAME=FILE@SECONDS with at most nine digits after the point, such as "
                 "greedy=versions/greedy.lua@12.5, not '%s'",
                 text);
        return ETP_EXIT_USAGE;
    }
    snprintf(swap->target, sizeof swap->target, "%.*s", (int)(equals - text), text);
    swap->path = strndup(equals + 1, (size_t)(at - equals - 1));
    if (swap->path != NULL)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ENOMEM, "no memory for the arguments of --swap");
    return ETP_EXIT_FAILED;
}

static int by_time(const void *left, const void *right)
{
    const etp_swap *a = left, *b = right;
    if (a->after != b->after)
        return a->after < b->after ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

int etp_swaps_read(etp_swaps *swaps, const etp_options *options, etp_error *error)
{
    *swaps = (etp_swaps){0};
    swaps->list = calloc(options->swap_count + 1, sizeof *swaps->list);
    if (swaps->list == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for the arguments of --swap");
        return ETP_EXIT_FAILED;
    }
    int status = ETP_EXIT_DONE;
    for (unsigned i = 0; i < options->swap_count && status == ETP_EXIT_DONE; i++) {
        swaps->list[i].order = i;
        status = read_one(&swaps->list[swaps->count++], options->swaps[i], error);
    }
    qsort(swaps->list, swaps->count, sizeof *swaps->list, by_time);
    return status;
}

void etp_swaps_fini(etp_swaps *swaps)
{
    for (unsigned i = 0; i < swaps->count; i++)
        free(swaps->list[i].path);
    free(swaps->list);
    *swaps = (etp_swaps){0};
}

/* ---- checking ---- */

static int check_target(const etp_swap *swap, const char *const *names, unsigned count, etp_error *error)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(swap->target, names[i]) == 0)
            return ETP_EXIT_DONE;
    const char *nearest = etp_nearest(swap->target, names, count);
    if (nearest != NULL)
        etp_fail(error, ETP_ENOENT, "--swap %s=...: nobody here is called that; did you mean %s?", swap->target,
                 nearest);
    else
        etp_fail(error, ETP_ENOENT, "--swap %s=...: nobody here is called that; name a strategy, or \"reserve\"",
                 swap->target);
    return ETP_EXIT_USAGE;
}

int etp_swaps_check(const etp_swaps *swaps, const char *const *names, unsigned count, etp_time end, etp_error *error)
{
    for (unsigned i = 0; i < swaps->count; i++) {
        const etp_swap *swap = &swaps->list[i];
        int status = check_target(swap, names, count, error);
        if (status != ETP_EXIT_DONE)
            return status;
        if (swap->after < end)
            continue;
        etp_fail(error, ETP_ERANGE, "--swap %s=%s: the run is over after %.9g s of protocol time", swap->target,
                 swap->path, (double)end / 1e9);
        return ETP_EXIT_USAGE;
    }
    return ETP_EXIT_DONE;
}

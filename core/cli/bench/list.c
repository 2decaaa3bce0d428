/* SPDX-License-Identifier: MIT */
/* Options that take several values: 10,100,1000. They are kept in order, best first. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/bench/bench.h"

enum { PIECE_MAX = 48 };

typedef bool (*value_reader)(const char *text, uint64_t *value);
typedef bool (*value_order)(uint64_t a, uint64_t b);

/* ---- one value ---- */

static bool read_duration(const char *text, uint64_t *value)
{
    etp_time time = 0;
    if (!etp_value_duration(text, &time))
        return false;
    *value = (uint64_t)time;
    return true;
}

static bool read_chance(const char *text, uint64_t *value)
{
    uint32_t ppm = 0;
    if (!etp_value_chance(text, &ppm))
        return false;
    *value = ppm;
    return true;
}

static bool is_less(uint64_t a, uint64_t b)
{
    return a < b;
}

/* 0 is no limit. */
static bool is_wider(uint64_t a, uint64_t b)
{
    return a != b && (a == 0 || (b != 0 && a > b));
}

/* ---- the list ---- */

static bool is_in(const etp_bench_list *list, uint64_t value)
{
    for (unsigned i = 0; i < list->count; i++)
        if (list->values[i] == value)
            return true;
    return false;
}

static void insert(etp_bench_list *list, uint64_t value, value_order better)
{
    unsigned at = list->count++;
    for (; at > 0 && better(value, list->values[at - 1]); at--)
        list->values[at] = list->values[at - 1];
    list->values[at] = value;
}

static int fail_piece(const etp_option *option, const char *piece, const char *what, etp_error *error)
{
    return etp_fail(error, ETP_ERANGE, "--%s takes %s, with commas between them, not '%s'", option->name, what, piece);
}

static int read_list(etp_bench_list *list, const etp_option *option, const char *text, value_reader read,
                     value_order better, const char *what, etp_error *error)
{
    *list = (etp_bench_list){.text = text};
    for (const char *at = text; at != NULL; at = strchr(at, ',') != NULL ? strchr(at, ',') + 1 : NULL) {
        char piece[PIECE_MAX];
        uint64_t value = 0;
        int size = (int)strcspn(at, ",");
        snprintf(piece, sizeof piece, "%.*s", size, at);
        if (size >= PIECE_MAX || !read(piece, &value) || value < option->low || value > option->high)
            return fail_piece(option, piece, what, error);
        if (is_in(list, value))
            return etp_fail(error, ETP_EINVAL, "--%s has %s twice", option->name, piece);
        if (list->count == ETP_BENCH_LIST_MAX)
            return etp_fail(error, ETP_ERANGE, "--%s takes at most %d values", option->name, (int)ETP_BENCH_LIST_MAX);
        insert(list, value, better);
    }
    return ETP_OK;
}

/* ---- kinds ---- */

static int read_numbers(void *field, const etp_option *option, const char *text, etp_error *error)
{
    char what[128];
    snprintf(what, sizeof what, "whole numbers from %" PRIu64 " to %" PRIu64, option->low, option->high);
    return read_list(field, option, text, etp_value_whole, is_less, what, error);
}

static int read_durations(void *field, const etp_option *option, const char *text, etp_error *error)
{
    char what[128], from[ETP_VALUE_TEXT_MAX], to[ETP_VALUE_TEXT_MAX];
    etp_value_show_duration((etp_time)option->low, from, sizeof from);
    etp_value_show_duration((etp_time)option->high, to, sizeof to);
    snprintf(what, sizeof what, "times from %s to %s with their units, such as 20ms", from, to);
    return read_list(field, option, text, read_duration, is_less, what, error);
}

static int read_chances(void *field, const etp_option *option, const char *text, etp_error *error)
{
    return read_list(field, option, text, read_chance, is_less, "chances from 0 to 1, such as 0.01 or 1%", error);
}

static int read_bandwidths(void *field, const etp_option *option, const char *text, etp_error *error)
{
    char what[128];
    snprintf(what, sizeof what, "bits per second from 1 to %" PRIu64 ", or 0 for no limit", option->high);
    return read_list(field, option, text, etp_value_whole, is_wider, what, error);
}

static void show_list(const void *field, etp_option_value *value)
{
    value->text = ((const etp_bench_list *)field)->text;
    value->kind = value->text != NULL ? ETP_OPTION_TEXT : ETP_OPTION_NONE;
}

const etp_option_kind etp_option_kind_numbers = {read_numbers, show_list};
const etp_option_kind etp_option_kind_durations = {read_durations, show_list};
const etp_option_kind etp_option_kind_chances = {read_chances, show_list};
const etp_option_kind etp_option_kind_bandwidths = {read_bandwidths, show_list};

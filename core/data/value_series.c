/* SPDX-License-Identifier: MIT */
#include "data/value_series.h"

#include <stdlib.h>

#include "base/memory.h"

/* ---- the rows that are meant ---- */

static bool is_wanted(const etp_value_row *row, unsigned region, etp_time from, etp_time until)
{
    bool all = from == 0 && until == 0;
    return row->region == region && (all || (row->end > from && row->end <= until));
}

static int take_rows(etp_value_series *s, const etp_value_rows *rows, unsigned region, etp_time from, etp_time until)
{
    for (size_t i = 0; i < rows->count; i++)
        s->room += is_wanted(&rows->rows[i], region, from, until);
    if (s->room == 0)
        return 0;
    s->rows = etp_memory_take(s->allocator, s->room * sizeof *s->rows);
    if (s->rows == NULL)
        return ETP_ENOMEM;
    for (size_t i = 0; i < rows->count; i++)
        if (is_wanted(&rows->rows[i], region, from, until))
            s->rows[s->count++] = rows->rows[i];
    return 0;
}

/* ---- order ---- */

/* Rows of one moment stay in the order in which they were read. */
static int compare(const void *a, const void *b)
{
    const etp_value_row *x = a, *y = b;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Files may come in any order, rows within one should not. */
static void sort(etp_value_series *s)
{
    bool ordered = true;
    for (size_t i = 1; i < s->count; i++) {
        const etp_value_row *row = &s->rows[i], *before = row - 1;
        ordered = ordered && row->end >= before->end;
        s->unsorted += row->file == before->file && row->end < before->end;
    }
    if (!ordered)
        qsort(s->rows, s->count, sizeof *s->rows, compare);
}

/* The first row of an interval stands. */
static void drop_repeats(etp_value_series *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        const etp_value_row *row = &s->rows[i];
        if (kept == 0 || row->end != s->rows[kept - 1].end) {
            s->rows[kept++] = *row;
        } else if (row->value == s->rows[kept - 1].value) {
            s->repeats++;
        } else if (s->conflicts++ == 0) {
            s->conflict[0] = s->rows[kept - 1];
            s->conflict[1] = *row;
        }
    }
    s->count = kept;
}

/* ---- distances ---- */

static etp_time distance(const etp_value_series *s, size_t i)
{
    return s->rows[i].end - s->rows[i - 1].end;
}

/* The distance that more than half of the rows have (each vote for another takes one away); without such, the least. */
static etp_time usual_distance(const etp_value_series *s)
{
    etp_time candidate = 0, least = ETP_TIME_NEVER;
    size_t votes = 0, count = 0;
    for (size_t i = 1; i < s->count; i++) {
        if (votes == 0)
            candidate = distance(s, i);
        votes = distance(s, i) == candidate ? votes + 1 : votes - 1;
        least = distance(s, i) < least ? distance(s, i) : least;
    }
    for (size_t i = 1; i < s->count; i++)
        count += distance(s, i) == candidate;
    return count * 2 > s->count - 1 ? candidate : least;
}

/* Three equal distances in a row are no gaps, but intervals of another length: 30 minutes before October 2021, 5 since. */
static bool begins_change(const etp_value_series *s, size_t i)
{
    etp_time here = distance(s, i);
    return here != s->interval && i + 2 < s->count && distance(s, i + 1) == here && distance(s, i + 2) == here &&
           (i == 1 || distance(s, i - 1) != here);
}

static void measure(etp_value_series *s)
{
    s->interval = usual_distance(s);
    for (size_t i = 1; i < s->count; i++) {
        etp_time here = distance(s, i);
        if (begins_change(s, i) && s->changes++ == 0)
            s->change = i;
        if (here % s->interval != 0) {
            if (s->strays++ == 0)
                s->stray = i;
        } else if (here != s->interval) {
            size_t missing = (size_t)(here / s->interval) - 1;
            if (s->gaps++ == 0)
                s->gap = i;
            s->missing += missing;
            s->longest = missing > s->longest ? missing : s->longest;
        }
    }
}

int etp_value_series_make(etp_value_series *series, const etp_value_rows *rows, unsigned region, etp_time from,
                          etp_time until)
{
    *series = (etp_value_series){.allocator = rows->allocator};
    int rc = take_rows(series, rows, region, from, until);
    if (rc != 0)
        return rc;
    sort(series);
    drop_repeats(series);
    if (series->count > 1)
        measure(series);
    return 0;
}

bool etp_value_series_is_too_high(const etp_value_series *series, size_t *above)
{
    const int64_t high = 1000 * 1000;
    *above = 0;
    for (size_t i = 0; i < series->count; i++)
        *above += series->rows[i].value > high;
    return (etp_time)series->count * series->interval >= 24 * ETP_NS_PER_HOUR && *above * 2 > series->count;
}

void etp_value_series_fini(etp_value_series *series)
{
    etp_memory_give(series->allocator, series->rows, series->room * sizeof *series->rows);
    *series = (etp_value_series){0};
}

/* SPDX-License-Identifier: MIT */
#include "data/prices.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "data/price_layout.h"
#include "data/value_series.h"
#include "world/calendar.h"

/* Rows of all files, the series that is wanted of them, and what is to be said about it. */
typedef struct loader {
    const char *const *names; /* of the files */
    size_t file_count;
    const etp_prices_wanted *wanted;
    const etp_allocator *allocator;
    etp_error *error;
    etp_value_rows rows;
    etp_value_series series;
    unsigned region;
} loader;

/* ---- the region ---- */

static void list_regions(const etp_value_rows *rows, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (unsigned i = 0; i < rows->region_count && size - used > ETP_REGION_NAME_MAX + 2; i++)
        used += (size_t)snprintf(list + used, size - used, "%s%s", i > 0 ? ", " : "", rows->regions[i]);
}

/* A file that does not name its region is of the one that is asked for. */
static bool is_nameless(const etp_value_rows *rows)
{
    return rows->region_count == 1 && rows->regions[0][0] == '\0';
}

/* Where another region than the first one begins, in case it is but a slip of the pen. */
static unsigned line_of_second(const etp_value_rows *rows)
{
    size_t i = 0;
    while (i + 1 < rows->count && rows->rows[i].region == rows->rows[0].region)
        i++;
    return (unsigned)rows->rows[i].line;
}

static int refuse_regions(loader *l, const char *list)
{
    return etp_fail(l->error, ETP_EFORMAT,
                    "%s holds prices of %u regions (%s; the second from line %u on): name the one that is meant (the "
                    "program's option is --region), or keep the rows of one",
                    l->names[0], l->rows.region_count, list, line_of_second(&l->rows));
}

static int choose_region(loader *l)
{
    char list[256];
    const char *region = l->wanted->region;
    list_regions(&l->rows, list, sizeof list);
    if (region != NULL && is_nameless(&l->rows))
        snprintf(l->rows.regions[0], ETP_REGION_NAME_MAX, "%s", region);
    if (region == NULL && l->rows.region_count > 1)
        return refuse_regions(l, list);
    for (l->region = 0; l->region < l->rows.region_count; l->region++)
        if (region == NULL || strcmp(l->rows.regions[l->region], region) == 0)
            return 0;
    return etp_fail(l->error, ETP_ENOENT, "%s has no prices of the region %s; it has those of %s", l->names[0], region,
                    list);
}

/* ---- faults ---- */

static etp_stamp shown(const etp_value_row *row)
{
    return etp_stamp_show(row->end);
}

static int refuse_conflict(loader *l)
{
    const etp_value_row *a = &l->series.conflict[0], *b = &l->series.conflict[1];
    return etp_fail(l->error, ETP_EFORMAT,
                    "%s: line %u: %s is there twice, with %.12g A$/MWh, and with %.12g in line %u of %s: a clock that "
                    "was set back, or two publications mixed; remove the rows that are wrong",
                    l->names[b->file], (unsigned)b->line, shown(b).text, (double)b->value / 1000,
                    (double)a->value / 1000, (unsigned)a->line, l->names[a->file]);
}

static int refuse_distance(loader *l, size_t at, const char *what)
{
    const etp_value_row *row = &l->series.rows[at];
    const etp_time seconds = ETP_NS_PER_SECOND;
    etp_stamp before = etp_stamp_show(row[-1].end);
    return etp_fail(l->error, ETP_EFORMAT,
                    "%s: line %u: %s comes %lld s after %s, where most rows are %lld s apart: %s", l->names[row->file],
                    (unsigned)row->line, shown(row).text, (long long)((row->end - row[-1].end) / seconds), before.text,
                    (long long)(l->series.interval / seconds), what);
}

static int refuse_gap(loader *l)
{
    const etp_value_row *row = &l->series.rows[l->series.gap];
    etp_stamp due = etp_stamp_show(row[-1].end + l->series.interval);
    return etp_fail(l->error, ETP_EFORMAT,
                    "%s: line %u: %s comes where %s was expected: a gap, and %zu intervals are missing in all; get the "
                    "missing rows, or take days without a gap (the program's option is --from)%s",
                    l->names[row->file], (unsigned)row->line, shown(row).text, due.text, l->series.missing,
                    l->wanted->gaps == ETP_GAPS_HOLD ? " (prices are held over 2 hours at most)" : "");
}

static bool may_hold(const loader *l)
{
    return l->wanted->gaps == ETP_GAPS_HOLD && (etp_time)l->series.longest * l->series.interval <= ETP_GAP_HOLD_MAX;
}

static int check_series(loader *l)
{
    const etp_value_series *s = &l->series;
    if (s->conflicts > 0)
        return refuse_conflict(l);
    if (s->changes > 0)
        return refuse_distance(l, s->change, "the intervals change; cut the file there");
    if (s->strays > 0)
        return refuse_distance(l, s->stray, "the intervals change, or a stamp is wrong");
    if (s->gaps > 0 && !may_hold(l))
        return refuse_gap(l);
    if (ETP_NS_PER_DAY % s->interval != 0)
        return etp_fail(l->error, ETP_EFORMAT,
                        "%s: rows are %lld s apart, which does not divide a day; rows are missing", l->names[0],
                        (long long)(s->interval / ETP_NS_PER_SECOND));
    return 0;
}

static int check_level(const loader *l)
{
    size_t above;
    if (!etp_value_series_is_too_high(&l->series, &above))
        return 0;
    return etp_fail(l->error, ETP_EFORMAT,
                    "%s: %zu of %zu prices are above 1000 A$/MWh, as prices never are for a day or more; were the "
                    "columns of the price and the demand swapped?",
                    l->names[0], above, l->series.count);
}

/* ---- the span ---- */

static int check_count(const loader *l)
{
    if (l->series.count >= 2)
        return 0;
    if (l->wanted->until != 0)
        return etp_fail(l->error, ETP_ENOENT, "%s: there are no prices from %s to %s", l->names[0],
                        etp_stamp_show(l->wanted->from).text, etp_stamp_show(l->wanted->until).text);
    return etp_fail(l->error, ETP_EFORMAT, "%s: there %s; two are needed to know how long an interval is", l->names[0],
                    l->series.count == 0 ? "is no row with a price" : "is one row");
}

static int check_span(const loader *l)
{
    const etp_value_series *s = &l->series;
    etp_time from = s->rows[0].end - s->interval, until = s->rows[s->count - 1].end;
    if (l->wanted->until == 0 || (from <= l->wanted->from && until >= l->wanted->until))
        return 0;
    return etp_fail(l->error, ETP_ENOENT, "%s: prices from %s to %s are wanted, and there are those from %s to %s",
                    l->names[0], etp_stamp_show(l->wanted->from).text, etp_stamp_show(l->wanted->until).text,
                    etp_stamp_show(from).text, etp_stamp_show(until).text);
}

/* ---- the trace ---- */

static size_t fill(const etp_value_series *s, etp_price *prices)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        etp_time due = s->rows[0].end + (etp_time)count * s->interval;
        for (; due < s->rows[i].end; due += s->interval)
            prices[count++] = s->rows[i - 1].value;
        prices[count++] = s->rows[i].value;
    }
    return count;
}

static int make_trace(loader *l, etp_trace *trace)
{
    const etp_value_series *s = &l->series;
    size_t room = s->count + s->missing;
    etp_price *prices = etp_memory_take(l->allocator, room * sizeof *prices);
    int rc = ETP_ENOMEM;
    if (prices != NULL)
        rc = etp_trace_from_prices(trace, s->rows[0].end - s->interval, s->interval, prices, fill(s, prices),
                                   l->allocator, NULL);
    etp_memory_give(l->allocator, prices, room * sizeof *prices);
    if (rc != 0)
        return etp_fail(l->error, rc, "%s: no memory for its prices", l->names[0]);
    snprintf(trace->source, sizeof trace->source, "AEMO");
    snprintf(trace->region, sizeof trace->region, "%s", l->rows.regions[l->region]);
    return 0;
}

static void tell(const loader *l, etp_prices_facts *facts)
{
    *facts = (etp_prices_facts){.rows = l->series.count,
                                .interventions = l->rows.interventions[l->region],
                                .unsorted = l->series.unsorted,
                                .repeats = l->series.repeats,
                                .gaps = l->series.gaps,
                                .held = l->series.missing,
                                .wrong_zone = l->rows.wrong_zone,
                                .zone_converted = l->rows.zone_converted,
                                .region_of_name = l->rows.region_of_name};
}

static int check(loader *l)
{
    int rc = check_count(l);
    if (rc == 0)
        rc = check_series(l);
    if (rc == 0)
        rc = check_span(l);
    return rc == 0 ? check_level(l) : rc;
}

/* From rows to a trace. */
static int finish(loader *l, etp_trace *trace, etp_prices_facts *facts)
{
    int rc = choose_region(l);
    if (rc != 0)
        return rc;
    rc = etp_value_series_make(&l->series, &l->rows, l->region, l->wanted->from, l->wanted->until);
    if (rc != 0)
        return etp_fail(l->error, rc, "%s: no memory for its prices", l->names[0]);
    rc = check(l);
    if (rc == 0)
        rc = make_trace(l, trace);
    if (rc == 0 && facts != NULL)
        tell(l, facts);
    return rc;
}

static void loader_fini(loader *l)
{
    etp_value_series_fini(&l->series);
    etp_value_rows_fini(&l->rows);
}

/* ---- doors ---- */

static int read_text(loader *l, const etp_data_text *file)
{
    const etp_value_layout *layout = etp_price_layout_of(file, l->error);
    return layout != NULL ? etp_value_rows_read(&l->rows, layout, file, l->error) : ETP_EFORMAT;
}

static int read_file(loader *l, const char *path)
{
    etp_data_text file;
    int rc = etp_data_text_load(&file, path, l->allocator, l->error);
    if (rc != 0)
        return rc;
    rc = read_text(l, &file);
    etp_data_text_fini(&file);
    return rc;
}

static loader begin(const char *const *names, size_t count, const etp_prices_wanted *wanted,
                    const etp_allocator *allocator, etp_error *error)
{
    if (allocator == NULL)
        allocator = etp_default_allocator();
    return (loader){.names = names,
                    .file_count = count,
                    .wanted = wanted,
                    .allocator = allocator,
                    .error = error,
                    .rows = {.allocator = allocator}};
}

int etp_prices_load(etp_trace *trace, const char *const *paths, size_t count, const etp_prices_wanted *wanted,
                    etp_prices_facts *facts, const etp_allocator *allocator, etp_error *error)
{
    memset(trace, 0, sizeof *trace);
    if (count == 0 || count > UINT16_MAX)
        return etp_fail(error, ETP_EINVAL, "%zu files of prices; 1 to 65535 are read", count);
    loader l = begin(paths, count, wanted, allocator, error);
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = read_file(&l, paths[i]);
    if (rc == 0)
        rc = finish(&l, trace, facts);
    loader_fini(&l);
    return rc;
}

int etp_trace_load(etp_trace *trace, const char *path, const etp_allocator *allocator, etp_error *error)
{
    if (trace == NULL || path == NULL || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, "a trace is read from a path, to a place for it");
    return etp_prices_load(trace, &path, 1, &(etp_prices_wanted){0}, NULL, allocator, error);
}

int etp_trace_parse(etp_trace *trace, const char *name, const char *text, size_t size, const etp_allocator *allocator,
                    etp_error *error)
{
    if (trace == NULL || name == NULL || text == NULL || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, "a trace is read from a text with a name, to a place for it");
    memset(trace, 0, sizeof *trace);
    const etp_prices_wanted all = {0};
    loader l = begin(&name, 1, &all, allocator, error);
    etp_data_text file;
    int rc = etp_data_text_open(&file, name, (etp_span){text, size}, l.allocator, error);
    if (rc != 0)
        return rc;
    rc = read_text(&l, &file);
    if (rc == 0)
        rc = finish(&l, trace, NULL);
    etp_data_text_fini(&file);
    loader_fini(&l);
    return rc;
}

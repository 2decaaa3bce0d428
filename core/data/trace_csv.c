/* SPDX-License-Identifier: MIT */
/*
 * The meaning of AEMO's "price and demand" files. Each check names the line, what is wrong, and how to mend it; a file
 * is taken whole or not at all.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "data/csv.h"
#include "data/text_file.h"
#include "etp/trace.h"
#include "world/calendar.h"

enum { COLUMN_REGION, COLUMN_STAMP, COLUMN_PRICE, COLUMNS };

static const char *const column_names[COLUMNS] = {"REGION", "SETTLEMENTDATE", "RRP"};

/* "2025/01/01 00:05", two commas, a region and a digit: no row that is taken can be shorter. */
enum { ROW_MIN = 20 };

/* 1 A$/MWh is 1 000 micro-dollars per kWh, so three places make a price. */
enum { PRICE_PLACES = 3 };
static const etp_price price_low = INT64_C(-1000) * 1000, price_high = INT64_C(25000) * 1000;

typedef struct loader {
    etp_csv csv;
    etp_csv_row row;
    etp_error *error;
    unsigned columns;     /* how many the header has */
    unsigned at[COLUMNS]; /* which of them are ours */
    etp_time first, last; /* ends of the first and the latest interval */
    etp_time interval;    /* 0 until two rows are known */
    char region[16];
    etp_price *prices;
    size_t count, room;
} loader;

static int refuse(loader *l, const char *format, ...) ETP_PRINTF(2, 3);

static int refuse(loader *l, const char *format, ...)
{
    char sentence[ETP_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    return etp_fail(l->error, ETP_EFORMAT, "%s: line %zu: %s", l->csv.name, l->csv.line, sentence);
}

/* ---- the header ---- */

/* As many of the names as there is room for. */
static void list_columns(const etp_csv_row *row, char *list, size_t size)
{
    size_t used = 0;
    for (unsigned i = 0; i < row->count; i++) {
        bool fits = size - used > ETP_SHOWN_MAX + sizeof ", ...";
        etp_shown shown = etp_span_show(etp_span_trim(row->fields[i]));
        used += (size_t)snprintf(list + used, size - used, "%s%s", i > 0 ? ", " : "", fits ? shown.text : "...");
        if (!fits)
            return;
    }
}

static int find_column(loader *l, unsigned column)
{
    unsigned found = 0;
    for (unsigned i = 0; i < l->row.count; i++) {
        if (!etp_span_is(etp_span_trim(l->row.fields[i]), column_names[column]))
            continue;
        if (found++ > 0)
            return refuse(l, "there are two columns named %s; remove one", column_names[column]);
        l->at[column] = i;
    }
    if (found > 0)
        return 0;
    char list[400];
    list_columns(&l->row, list, sizeof list);
    return refuse(l,
                  "there is no column named %s (looked for REGION, SETTLEMENTDATE and RRP; found %s); take AEMO's "
                  "\"price and demand\" file, or rename the columns",
                  column_names[column], list);
}

static bool is_mms(const etp_csv_row *row)
{
    return row->count > 1 &&
           (etp_span_is(row->fields[0], "C") || etp_span_is(row->fields[0], "I") || etp_span_is(row->fields[0], "D"));
}

static int read_header(loader *l)
{
    int rc = etp_csv_next(&l->csv, &l->row, l->error);
    if (rc < 0)
        return rc;
    if (l->row.count == 0)
        return refuse(l, "the line is empty where the header REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE should "
                         "be");
    if (is_mms(&l->row))
        return refuse(l,
                      "rows begin with C, I or D: this is an MMS or NEMWEB table, not price-and-demand data; take "
                      "the \"aggregated price and demand\" file, or cut out REGION,SETTLEMENTDATE,RRP of one region");
    l->columns = l->row.count;
    for (unsigned column = 0; column < COLUMNS; column++)
        if ((rc = find_column(l, column)) != 0)
            return rc;
    return 0;
}

/* ---- one row ---- */

static etp_span field(const loader *l, unsigned column)
{
    return etp_span_trim(l->row.fields[l->at[column]]);
}

static int check_region(loader *l)
{
    etp_span region = field(l, COLUMN_REGION);
    etp_shown shown = etp_span_show(region);
    if (etp_span_is(region, column_names[COLUMN_REGION]))
        return refuse(l, "the header is there again; where files were joined, keep the first header only");
    if (region.size == 0 || region.size >= sizeof l->region)
        return refuse(l, "REGION is \"%s\"; a name of 1 to 15 letters and digits is expected, such as VIC1",
                      shown.text);
    if (l->count == 0)
        memcpy(l->region, shown.text, region.size + 1);
    if (strcmp(l->region, shown.text) != 0)
        return refuse(l, "REGION is %s, and %s in the rows before; keep the rows of one region only", shown.text,
                      l->region);
    return 0;
}

static int read_price(loader *l, etp_price *price)
{
    etp_span rrp = field(l, COLUMN_PRICE);
    if (rrp.size == 0)
        return refuse(l, "RRP is empty; nothing is filled in: get the file again, or cut it before this line");
    etp_decimal_result result = etp_decimal_parse(rrp, PRICE_PLACES, price);
    if (result == ETP_DECIMAL_FORM)
        return refuse(l, "RRP is \"%s\", which is no decimal number like 87.31 or -44", etp_span_show(rrp).text);
    if (result == ETP_DECIMAL_RANGE || *price < price_low || *price > price_high)
        return refuse(l, "RRP is %s, outside -1000 to 25000 A$/MWh; is the unit right?", etp_span_show(rrp).text);
    return 0;
}

static int read_stamp(loader *l, etp_time *stamp)
{
    etp_span text = field(l, COLUMN_STAMP);
    etp_shown shown = etp_span_show(text);
    switch (etp_stamp_parse(text, stamp)) {
    case ETP_STAMP_OK:
        return 0;
    case ETP_STAMP_IMPOSSIBLE:
        return refuse(l, "SETTLEMENTDATE is %s: there is no such day or time, or its year is outside 1990 to 2199",
                      shown.text);
    case ETP_STAMP_OFFSET:
        return refuse(l,
                      "SETTLEMENTDATE is %s, with a time zone behind it; stamps are NEM time (UTC+10): convert them if "
                      "they are not, and remove the zone",
                      shown.text);
    case ETP_STAMP_FORM:
    default:
        return refuse(l,
                      "SETTLEMENTDATE is \"%s\"; expected like 2025/01/31 00:05:00 (a spreadsheet may have rewritten "
                      "it: take the original)",
                      shown.text);
    }
}

static int refuse_order(loader *l, etp_time stamp, etp_time expected)
{
    etp_stamp is = etp_stamp_show(stamp), due = etp_stamp_show(expected);
    if (stamp == l->last)
        return refuse(l, "%s is there twice in a row; remove one of the rows", is.text);
    if (stamp < l->last)
        return refuse(l, "%s comes after %s: rows out of order; sort them by SETTLEMENTDATE", is.text,
                      etp_stamp_show(l->last).text);
    if (stamp < expected)
        return refuse(l, "%s comes where %s was expected (the first two rows are %lld s apart): the intervals change",
                      is.text, due.text, (long long)(l->interval / ETP_NS_PER_SECOND));
    return refuse(l, "%s comes where %s was expected: a gap; nothing is filled in, so get the missing rows", is.text,
                  due.text);
}

/* The first two stamps give the length of the intervals; all others must keep to it. */
static int check_stamp(loader *l, etp_time stamp)
{
    if (l->count == 0) {
        l->first = stamp;
    } else if (l->count == 1 && stamp > l->last) {
        l->interval = stamp - l->last;
        if (ETP_NS_PER_DAY % l->interval != 0)
            return refuse(l, "%s is %lld s after the first row, which does not divide a day; rows are missing",
                          etp_stamp_show(stamp).text, (long long)(l->interval / ETP_NS_PER_SECOND));
    } else if (l->interval == 0 || stamp != l->last + l->interval) {
        return refuse_order(l, stamp, l->last + l->interval);
    }
    l->last = stamp;
    return 0;
}

static int read_row(loader *l)
{
    if (l->row.count == 0)
        return refuse(l, "the line is empty, and rows follow; remove it");
    if (l->row.count != l->columns)
        return refuse(l, "%u fields, where the header has %u; is the line cut off?", l->row.count, l->columns);
    etp_time stamp = 0;
    etp_price price = 0;
    int rc = check_region(l);
    if (rc == 0)
        rc = read_stamp(l, &stamp);
    if (rc == 0)
        rc = check_stamp(l, stamp);
    if (rc == 0)
        rc = read_price(l, &price);
    if (rc != 0)
        return rc;
    assert(l->count < l->room);
    l->prices[l->count++] = price;
    return 0;
}

static int read_rows(loader *l)
{
    int rc;
    while ((rc = etp_csv_next(&l->csv, &l->row, l->error)) > 0) {
        if (l->row.count == 0 && etp_csv_only_blank(&l->csv))
            break;
        if ((rc = read_row(l)) != 0)
            return rc;
    }
    if (rc < 0)
        return rc;
    if (l->count == 0)
        return refuse(l, "the file has a header and no rows");
    if (l->count == 1)
        return refuse(l, "the file has one row; two are needed to know how long an interval is");
    return 0;
}

/* ---- the whole ---- */

static int read_all(loader *l)
{
    int rc = read_header(l);
    return rc != 0 ? rc : read_rows(l);
}

static int make_trace(const loader *l, etp_trace *trace, const etp_allocator *allocator)
{
    int rc = etp_trace_from_prices(trace, l->first - l->interval, l->interval, l->prices, l->count, allocator, NULL);
    if (rc != 0)
        return rc;
    snprintf(trace->source, sizeof trace->source, "AEMO");
    memcpy(trace->region, l->region, sizeof trace->region);
    return 0;
}

static int read_text(etp_trace *trace, const etp_data_text *file, const etp_allocator *allocator, etp_error *error)
{
    loader l = {.csv = {file->name, file->text, 0}, .error = error, .room = file->text.size / ROW_MIN + 1};
    l.prices = allocator->allocate(allocator->user, l.room * sizeof *l.prices);
    if (l.prices == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for its prices", file->name);
    int rc = read_all(&l);
    if (rc == 0 && (rc = make_trace(&l, trace, allocator)) != 0)
        etp_fail(error, rc, "%s: no memory for its prices", file->name);
    allocator->release(allocator->user, l.prices, l.room * sizeof *l.prices);
    return rc;
}

int etp_trace_parse(etp_trace *trace, const char *name, const char *text, size_t size, const etp_allocator *allocator,
                    etp_error *error)
{
    if (trace == NULL || name == NULL || text == NULL || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, "a trace is read from a text with a name, to a place for it");
    memset(trace, 0, sizeof *trace);
    if (allocator == NULL)
        allocator = etp_default_allocator();
    etp_data_text file;
    int rc = etp_data_text_open(&file, name, (etp_span){text, size}, allocator, error);
    if (rc != 0)
        return rc;
    rc = read_text(trace, &file, allocator, error);
    etp_data_text_fini(&file);
    return rc;
}

int etp_trace_load(etp_trace *trace, const char *path, const etp_allocator *allocator, etp_error *error)
{
    if (trace == NULL || path == NULL || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, "a trace is read from a path, to a place for it");
    memset(trace, 0, sizeof *trace);
    if (allocator == NULL)
        allocator = etp_default_allocator();
    etp_data_text file;
    int rc = etp_data_text_load(&file, path, allocator, error);
    if (rc != 0)
        return rc;
    rc = read_text(trace, &file, allocator, error);
    etp_data_text_fini(&file);
    return rc;
}

/* SPDX-License-Identifier: MIT */
#include "data/price_caps.h"

#include <stdlib.h>

#include "data/columns.h"
#include "data/price_layout.h"
#include "data/value_series.h"
#include "world/calendar.h"

/* ---- looking up ---- */

/* The entry for an interval that begins then, or NULL where none is known. */
static const etp_price_cap *cap_at(const etp_price_caps *caps, etp_time starts)
{
    unsigned i = caps->count;
    while (i > 0 && caps->list[i - 1].from > starts)
        i--;
    return i > 0 && caps->list[i - 1].known ? &caps->list[i - 1] : NULL;
}

/* ---- checking a file ---- */

typedef struct excess {
    size_t count;
    const etp_value_row *first;
    const etp_price_cap *cap; /* the first's */
} excess;

static void weigh(excess *e, const etp_price_caps *caps, const etp_value_row *row, etp_time interval)
{
    const etp_price_cap *cap = cap_at(caps, row->end - interval);
    if (cap == NULL || (row->value <= cap->cap && row->value >= cap->floor) || e->count++ > 0)
        return;
    e->first = row;
    e->cap = cap;
}

static int note_excess(etp_data_about *about, const char *region, const excess *e)
{
    if (e->count == 0)
        return 0;
    bool above = e->first->value > e->cap->cap;
    etp_stamp when = etp_stamp_show(e->first->end), since = etp_stamp_show(e->cap->from);
    return etp_data_add_note(about,
                             "%s: %zu prices are outside the limits of their time, the first at %s: %.12g, where the "
                             "%s is %.12g A$/MWh from %.10s on",
                             *region != '\0' ? region : "the series", e->count, when.text,
                             (double)e->first->value / 1000, above ? "cap" : "floor",
                             (double)(above ? e->cap->cap : e->cap->floor) / 1000, since.text);
}

static int check_region(const etp_price_caps *caps, const etp_value_rows *rows, unsigned region, etp_data_about *about)
{
    etp_value_series s;
    excess e = {.count = 0};
    int rc = etp_value_series_make(&s, rows, region, 0, 0);
    for (size_t i = 0; rc == 0 && i < s.count; i++)
        weigh(&e, caps, &s.rows[i], s.interval);
    if (rc == 0)
        rc = note_excess(about, rows->regions[region], &e);
    etp_value_series_fini(&s);
    return rc;
}

int etp_price_caps_check(const etp_price_caps *caps, etp_data_about *about, etp_error *error)
{
    if (caps->count == 0 || !etp_format_is_of_prices(about->format))
        return 0;
    etp_data_text file;
    etp_value_rows rows = {.allocator = NULL};
    int rc = etp_data_text_load(&file, about->path, NULL, error);
    if (rc != 0)
        return rc;
    const etp_value_layout *layout = etp_price_layout_of(&file, error);
    rc = layout != NULL ? etp_value_rows_read(&rows, layout, &file, error) : ETP_EFORMAT;
    for (unsigned i = 0; i < rows.region_count && rc == 0; i++)
        rc = check_region(caps, &rows, i, about);
    etp_value_rows_fini(&rows);
    etp_data_text_fini(&file);
    return rc;
}

/* ---- reading a table of them ---- */

typedef struct table {
    const char *date, *cap, *floor;
    const char *name; /* of the I rows, if there are such */
} table;

static const table settings = {"effective_from", "market_price_cap_aud_mwh", "market_floor_aud_mwh", NULL},
                   thresholds = {"EFFECTIVEDATE", "VOLL", "MARKETPRICEFLOOR", "MARKET_PRICE_THRESHOLDS"};

static int read_date(const etp_csv *csv, etp_span text, etp_time *when, etp_error *error)
{
    if (etp_date_parse(text, when) == ETP_STAMP_OK || etp_stamp_parse(text, when) == ETP_STAMP_OK)
        return 0;
    return etp_csv_refuse(csv, error, "\"%s\" is no day; write it like 2025-07-01", etp_span_show(text).text);
}

/* The most that any limit was, or will be for a while. */
static const int64_t limit_max = INT64_C(1000000) * 1000;

static int read_limit(const etp_csv *csv, etp_span text, etp_price *limit, etp_error *error)
{
    if (etp_decimal_parse(text, 3, limit) == ETP_DECIMAL_OK && *limit >= -limit_max && *limit <= limit_max)
        return 0;
    return etp_csv_refuse(csv, error, "\"%s\" is no limit of prices in A$/MWh", etp_span_show(text).text);
}

static int read_cap(const etp_csv *csv, const etp_csv_row *row, const unsigned at[3], etp_price_cap *cap,
                    etp_error *error)
{
    etp_span date = etp_span_trim(row->fields[at[0]]), high = etp_span_trim(row->fields[at[1]]),
             low = etp_span_trim(row->fields[at[2]]);
    int rc = read_date(csv, date, &cap->from, error);
    cap->known = high.size > 0 && low.size > 0;
    if (rc == 0 && cap->known)
        rc = read_limit(csv, high, &cap->cap, error);
    if (rc == 0 && cap->known)
        rc = read_limit(csv, low, &cap->floor, error);
    if (rc == 0 && cap->known && cap->floor >= cap->cap)
        rc = etp_csv_refuse(csv, error, "the floor is not below the cap; were the columns swapped?");
    return rc;
}

static int compare(const void *a, const void *b)
{
    const etp_price_cap *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

static int add_cap(etp_price_caps *caps, const etp_csv *csv, const etp_price_cap *cap, etp_error *error)
{
    for (unsigned i = 0; i < caps->count; i++)
        if (caps->list[i].from == cap->from)
            return 0;
    if (caps->count == ETP_PRICE_CAPS_MAX)
        return etp_csv_refuse(csv, error, "there are more than %d limits; is this the right file?", ETP_PRICE_CAPS_MAX);
    caps->list[caps->count++] = *cap;
    qsort(caps->list, caps->count, sizeof *caps->list, compare);
    return 0;
}

static int find_columns(const etp_csv *csv, const etp_csv_row *row, const table *t, unsigned at[3], etp_error *error)
{
    static const char hint[] = "take the original file";
    int rc = etp_column_find(csv, row, t->date, hint, &at[0], error);
    if (rc == 0)
        rc = etp_column_find(csv, row, t->cap, hint, &at[1], error);
    return rc == 0 ? etp_column_find(csv, row, t->floor, hint, &at[2], error) : rc;
}

static bool begins_with(const etp_csv_row *row, const char *kind, const table *t)
{
    return row->count > 2 && etp_span_is(row->fields[0], kind) && etp_span_is(row->fields[2], t->name);
}

static int read_row(etp_price_caps *caps, const etp_csv *csv, const etp_csv_row *row, const unsigned at[3],
                    unsigned columns, etp_error *error)
{
    etp_price_cap cap = {0};
    if (row->count != columns)
        return etp_csv_refuse(csv, error, "%u fields, where the header has %u; is the line cut off?", row->count,
                              columns);
    int rc = read_cap(csv, row, at, &cap, error);
    return rc == 0 ? add_cap(caps, csv, &cap, error) : rc;
}

static int read_table(etp_price_caps *caps, const etp_data_text *file, const table *t, etp_error *error)
{
    etp_csv csv = {file->name, file->text, 0};
    etp_csv_row row;
    unsigned at[3] = {0, 0, 0}, columns = 0;
    int rc = 0;
    while (rc == 0 && (rc = etp_csv_next(&csv, &row, error)) > 0) {
        bool header = t->name == NULL ? columns == 0 : begins_with(&row, "I", t);
        rc = 0;
        if (header) {
            rc = find_columns(&csv, &row, t, at, error);
            columns = row.count;
        } else if (row.count > 0 && columns > 0 && (t->name == NULL || begins_with(&row, "D", t))) {
            rc = read_row(caps, &csv, &row, at, columns, error);
        }
    }
    return rc;
}

static int read_text(etp_price_caps *caps, const etp_data_text *file, etp_error *error)
{
    const etp_data_format *format = etp_data_recognise(file, error);
    if (format == NULL)
        return ETP_EFORMAT;
    if (format != &etp_format_price_settings && format != &etp_format_price_thresholds)
        return etp_fail(error, ETP_EFORMAT, "%s is %s, and no table of price caps", file->name, format->title);
    return read_table(caps, file, format == &etp_format_price_settings ? &settings : &thresholds, error);
}

int etp_price_caps_read(etp_price_caps *caps, const char *path, etp_error *error)
{
    etp_data_text file;
    int rc = etp_data_text_load(&file, path, NULL, error);
    if (rc != 0)
        return rc;
    rc = read_text(caps, &file, error);
    etp_data_text_fini(&file);
    return rc;
}

/* ---- what is said of such a file ---- */

static int look(etp_data_about *about, const etp_data_text *file, etp_error *error)
{
    etp_price_caps caps = {0};
    int rc = read_text(&caps, file, error);
    unsigned unknown = 0;
    if (rc != 0)
        return rc;
    if (caps.count == 0)
        return etp_fail(error, ETP_EFORMAT, "%s: the table has no rows", file->name);
    for (unsigned i = 0; i < caps.count; i++)
        unknown += !caps.list[i].known;
    const etp_price_cap *first = &caps.list[0], *last = &caps.list[caps.count - 1];
    rc = etp_data_add_note(about, "%u limits, from %.10s to %.10s on; caps from %.12g to %.12g A$/MWh", caps.count,
                           etp_stamp_show(first->from).text, etp_stamp_show(last->from).text, (double)first->cap / 1000,
                           (double)last->cap / 1000);
    if (rc == 0 && unknown > 0)
        rc = etp_data_add_note(about, "%u of them state no cap: prices of their time are not checked", unknown);
    return rc == 0 ? 0 : etp_fail(error, rc, "%s: no memory to look at it", file->name);
}

const etp_data_format etp_format_price_settings = {"price-settings", "price caps and floors of the market, by year",
                                                   "effective_from market_price_cap_aud_mwh market_floor_aud_mwh", NULL,
                                                   look};

const etp_data_format etp_format_price_thresholds = {"mms-price-thresholds", "AEMO's MMS table MARKET_PRICE_THRESHOLDS",
                                                     NULL, "MARKET_CONFIG MARKET_PRICE_THRESHOLDS", look};

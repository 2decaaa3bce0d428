/* SPDX-License-Identifier: MIT */
#include "data/households/tariffs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/about.h"
#include "data/households/formats.h"
#include "data/households/table_rows.h"
#include "world/calendar.h"

static const etp_price most = 200 * ETP_PRICE_PER_CENT; /* as etp_tariff_parse() allows */
static const etp_time year = 365 * ETP_NS_PER_DAY;

/* ---- the list ---- */

static int add(etp_tariffs *tariffs, const char *name, const etp_tariff_entry *entry, etp_error *error)
{
    etp_tariff_entry *entries = realloc(tariffs->entries, (tariffs->count + 1) * sizeof *entries);
    if (entries == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for its tariffs", name);
    tariffs->entries = entries;
    tariffs->entries[tariffs->count++] = *entry;
    return 0;
}

void etp_tariffs_fini(etp_tariffs *tariffs)
{
    free(tariffs->entries);
    *tariffs = (etp_tariffs){0};
}

/* ---- feed-in ---- */

enum { FEED_STATE, FEED_FROM, FEED_TO, FEED_KIND, FEED_LOW, FEED_HIGH, FEED_STATUS };
static const char *const feed_columns[] = {"jurisdiction",  "year_from",      "year_to", "kind",
                                           "low_c_per_kwh", "high_c_per_kwh", "status",  NULL};

static int read_span(const etp_csv *csv, const etp_span *fields, etp_tariff_entry *entry, etp_error *error)
{
    etp_span from = fields[FEED_FROM], to = fields[FEED_TO];
    if (etp_date_parse(from, &entry->from) != ETP_STAMP_OK)
        return etp_csv_refuse(csv, error, "year_from is \"%s\"; write a day, such as 2024-07-01",
                              etp_span_show(from).text);
    entry->until = entry->from + year; /* where no end is known; nobody says that it still holds later */
    if (to.size > 0 && etp_date_parse(to, &entry->until) != ETP_STAMP_OK)
        return etp_csv_refuse(csv, error, "year_to is \"%s\"; write a day, such as 2025-06-30, or nothing",
                              etp_span_show(to).text);
    entry->until += to.size > 0 ? ETP_NS_PER_DAY : 0; /* the day itself included */
    if (entry->until <= entry->from)
        return etp_csv_refuse(csv, error, "it ends before it begins; were year_from and year_to swapped?");
    return 0;
}

static bool begins_with(etp_span field, const char *word)
{
    size_t size = strlen(word);
    return field.size >= size && etp_span_is((etp_span){field.text, size}, word);
}

static bool names_hours(const char *kind)
{
    return strstr(kind, "time-varying") != NULL || strstr(kind, "two-way") != NULL;
}

static int take_feed_in(void *user, const etp_csv *csv, const etp_span *fields, etp_error *error)
{
    etp_tariff_entry entry = {.shoulder = ETP_PRICE_NONE, .feed_in = ETP_PRICE_NONE};
    etp_row_text(fields[FEED_STATE], entry.state, sizeof entry.state);
    etp_row_text(fields[FEED_KIND], entry.name, sizeof entry.name);
    etp_row_text(fields[FEED_STATUS], entry.status, sizeof entry.status);
    entry.kind = names_hours(entry.name) ? ETP_TARIFF_FEED_IN_TIMED : ETP_TARIFF_FEED_IN;
    entry.applied = !begins_with(fields[FEED_STATUS], "draft") && !begins_with(fields[FEED_STATUS], "never");
    int rc = read_span(csv, fields, &entry, error);
    if (rc == 0)
        rc = etp_row_number(csv, fields[FEED_LOW], "low_c_per_kwh", 4, most, false, &entry.low, error);
    if (rc == 0)
        rc = etp_row_number(csv, fields[FEED_HIGH], "high_c_per_kwh", 4, most, true, &entry.high, error);
    if (rc == 0 && entry.high == ETP_PRICE_NONE)
        entry.high = entry.low;
    if (rc == 0 && entry.high < entry.low)
        rc = etp_csv_refuse(csv, error, "low_c_per_kwh is above high_c_per_kwh; were they swapped?");
    return rc == 0 ? add(user, csv->name, &entry, error) : rc;
}

/* ---- retail ---- */

enum {
    SHOP_STATE,
    SHOP_RETAILER,
    SHOP_GRID,
    SHOP_TYPE,
    SHOP_YEAR,
    SHOP_DAY,
    SHOP_FLAT,
    SHOP_PEAK,
    SHOP_SHOULDER,
    SHOP_LOW,
    SHOP_FEED
};
static const char *const shop_columns[] = {"state",
                                           "retailer",
                                           "distributor",
                                           "tariff_type",
                                           "tariff_year",
                                           "daily_charge_aud_per_day",
                                           "flat_rate_aud_per_kwh",
                                           "tou_peak_aud_per_kwh",
                                           "tou_shoulder_aud_per_kwh",
                                           "tou_offpeak_aud_per_kwh",
                                           "fit_aud_per_kwh",
                                           NULL};

enum { MICRO = 6 };

/* 2019 is the financial year that ends in June 2019. */
static int read_year(const etp_csv *csv, etp_span field, etp_tariff_entry *entry, etp_error *error)
{
    int64_t ends;
    if (etp_decimal_parse(field, 0, &ends) != ETP_DECIMAL_OK || ends < 1990 || ends > 2199)
        return etp_csv_refuse(csv, error, "tariff_year is \"%s\"; write the year in which it ends, such as 2019",
                              etp_span_show(field).text);
    entry->from = etp_days_of((int)ends - 1, 7, 1) * ETP_NS_PER_DAY;
    entry->until = etp_days_of((int)ends, 7, 1) * ETP_NS_PER_DAY;
    return 0;
}

static int read_rate(const etp_csv *csv, const etp_span *fields, unsigned column, bool may_miss, etp_price *rate,
                     etp_error *error)
{
    return etp_row_number(csv, fields[column], shop_columns[column], MICRO, most, may_miss, rate, error);
}

static int read_rates(const etp_csv *csv, const etp_span *fields, etp_tariff_entry *entry, etp_error *error)
{
    int rc;
    if (entry->kind == ETP_TARIFF_RETAIL) {
        rc = read_rate(csv, fields, SHOP_FLAT, false, &entry->low, error);
        entry->high = entry->low;
    } else {
        rc = read_rate(csv, fields, SHOP_PEAK, false, &entry->high, error);
        if (rc == 0)
            rc = read_rate(csv, fields, SHOP_SHOULDER, true, &entry->shoulder, error);
        if (rc == 0)
            rc = read_rate(csv, fields, SHOP_LOW, false, &entry->low, error);
        if (rc == 0 && entry->low > entry->high)
            rc = etp_csv_refuse(csv, error, "off-peak costs more than peak; were the columns swapped?");
    }
    return rc == 0 ? read_rate(csv, fields, SHOP_FEED, true, &entry->feed_in, error) : rc;
}

static int take_retail(void *user, const etp_csv *csv, const etp_span *fields, etp_error *error)
{
    etp_tariff_entry entry = {.applied = true, .shoulder = ETP_PRICE_NONE, .feed_in = ETP_PRICE_NONE};
    etp_row_text(fields[SHOP_STATE], entry.state, sizeof entry.state);
    snprintf(entry.name, sizeof entry.name, "%.30s, %.30s", etp_span_show(fields[SHOP_RETAILER]).text,
             etp_span_show(fields[SHOP_GRID]).text);
    bool flat = etp_span_is(fields[SHOP_TYPE], "Flat_rate");
    if (!flat && !etp_span_is(fields[SHOP_TYPE], "TOU"))
        return etp_csv_refuse(csv, error, "tariff_type is \"%s\", and neither Flat_rate nor TOU",
                              etp_span_show(fields[SHOP_TYPE]).text);
    entry.kind = flat ? ETP_TARIFF_RETAIL : ETP_TARIFF_RETAIL_TIMED;
    int rc = read_year(csv, fields[SHOP_YEAR], &entry, error);
    if (rc == 0)
        rc = etp_row_number(csv, fields[SHOP_DAY], "daily_charge_aud_per_day", MICRO, 20 * ETP_MONEY_PER_DOLLAR, false,
                            &entry.a_day, error);
    if (rc == 0)
        rc = read_rates(csv, fields, &entry, error);
    return rc == 0 ? add(user, csv->name, &entry, error) : rc;
}

/* ---- files ---- */

static int read_text(etp_tariffs *tariffs, const etp_data_text *file, etp_error *error)
{
    const etp_data_format *format = etp_data_recognise(file, error);
    if (format == NULL)
        return ETP_EFORMAT;
    if (format != &etp_format_feed_in && format != &etp_format_retail)
        return etp_fail(error, ETP_EFORMAT, "%s holds no tariffs; it is: %s", file->name, format->title);
    bool feed_in = format == &etp_format_feed_in;
    etp_tariffs read = {0};
    int rc =
        etp_table_rows(file, feed_in ? feed_columns : shop_columns, feed_in ? take_feed_in : take_retail, &read, error);
    if (rc == 0 && read.count == 0)
        rc = etp_fail(error, ETP_EFORMAT, "%s: the table has no rows", file->name);
    for (size_t i = 0; rc == 0 && i < read.count; i++)
        rc = add(tariffs, file->name, &read.entries[i], error);
    etp_tariffs_fini(&read);
    return rc;
}

int etp_tariffs_load(etp_tariffs *tariffs, const char *path, etp_error *error)
{
    etp_data_text file;
    int rc = etp_data_text_load(&file, path, NULL, error);
    if (rc != 0)
        return rc;
    rc = read_text(tariffs, &file, error);
    etp_data_text_fini(&file);
    return rc;
}

/* ---- looking up ---- */

static const char *kind_name(etp_tariff_kind kind)
{
    static const char *const names[] = {"feed-in tariff", "feed-in tariff by the clock", "retail tariff",
                                        "retail tariff by the clock"};
    return names[kind];
}

static bool is_of(const etp_tariff_entry *entry, const char *state, etp_tariff_kind kind)
{
    return entry->applied && entry->kind == kind && strcmp(entry->state, state) == 0;
}

static bool holds(const etp_tariff_entry *entry, etp_time when)
{
    return entry->from <= when && when < entry->until;
}

/* "2021/07/01 to 2022/06/30, 2024/07/01 to 2025/06/30", each span once, as many as there is room for. */
static void list_spans(const etp_tariffs *tariffs, const char *state, etp_tariff_kind kind, char *text, size_t size)
{
    size_t used = 0;
    etp_time last = -1;
    text[0] = '\0';
    for (size_t i = 0; i < tariffs->count; i++) {
        const etp_tariff_entry *entry = &tariffs->entries[i];
        if (!is_of(entry, state, kind) || entry->from == last || size - used < 40)
            continue;
        last = entry->from;
        used += (size_t)snprintf(text + used, size - used, "%s%.10s to %.10s", used > 0 ? ", " : "",
                                 etp_stamp_show(entry->from).text, etp_stamp_show(entry->until - ETP_NS_PER_DAY).text);
    }
}

static int refuse_day(const etp_tariffs *tariffs, const char *state, etp_time when, etp_tariff_kind kind,
                      etp_error *error)
{
    char spans[400];
    list_spans(tariffs, state, kind, spans, sizeof spans);
    if (spans[0] == '\0')
        return etp_fail(error, ETP_ENOENT, "no %s of %s is known", kind_name(kind), state);
    return etp_fail(error, ETP_ENOENT, "no %s of %s is known for %.10s; there are those of %s", kind_name(kind), state,
                    etp_stamp_show(when).text, spans);
}

/* By rate, and in the order of the table where it is the same. */
static int compare(const void *a, const void *b)
{
    const etp_tariff_entry *x = *(const etp_tariff_entry *const *)a, *y = *(const etp_tariff_entry *const *)b;
    if (x->high != y->high)
        return x->high < y->high ? -1 : 1;
    return x < y ? -1 : x > y;
}

int etp_tariffs_find(const etp_tariffs *tariffs, const char *state, etp_time when, etp_tariff_kind kind,
                     const etp_tariff_entry **found, etp_error *error)
{
    size_t count = 0;
    const etp_tariff_entry **fit = calloc(tariffs->count + 1, sizeof *fit);
    if (fit == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory to look up a %s", kind_name(kind));
    for (size_t i = 0; i < tariffs->count; i++)
        if (is_of(&tariffs->entries[i], state, kind) && holds(&tariffs->entries[i], when))
            fit[count++] = &tariffs->entries[i];
    if (count > 0) {
        qsort(fit, count, sizeof *fit, compare);
        *found = fit[(count - 1) / 2];
    }
    free(fit);
    return count > 0 ? 0 : refuse_day(tariffs, state, when, kind, error);
}

/* ---- what is told of such a file ---- */

static int note_kind(etp_data_about *about, const etp_tariffs *tariffs, etp_tariff_kind kind)
{
    size_t count = 0, unapplied = 0;
    etp_time from = INT64_MAX, until = 0;
    etp_price low = INT64_MAX, high = 0;
    for (size_t i = 0; i < tariffs->count; i++) {
        const etp_tariff_entry *entry = &tariffs->entries[i];
        if (entry->kind != kind)
            continue;
        count++;
        unapplied += !entry->applied;
        from = entry->from < from ? entry->from : from;
        until = entry->until > until ? entry->until : until;
        low = entry->low < low ? entry->low : low;
        high = entry->high > high ? entry->high : high;
    }
    if (count == 0)
        return 0;
    int rc = etp_data_add_note(about, "%s: %zu, from %.10s to %.10s, %.6g to %.6g c/kWh", kind_name(kind), count,
                               etp_stamp_show(from).text, etp_stamp_show(until - ETP_NS_PER_DAY).text,
                               etp_price_to_cents(low), etp_price_to_cents(high));
    if (rc == 0 && unapplied > 0)
        rc = etp_data_add_note(about, "of these never came into force, and are not used: %zu", unapplied);
    return rc;
}

static int look(etp_data_about *about, const etp_data_text *file, etp_error *error)
{
    etp_tariffs tariffs = {0};
    int rc = read_text(&tariffs, file, error);
    if (rc != 0)
        return rc;
    for (etp_tariff_kind kind = ETP_TARIFF_FEED_IN; kind <= ETP_TARIFF_RETAIL_TIMED && rc == 0; kind++)
        rc = note_kind(about, &tariffs, kind);
    etp_tariffs_fini(&tariffs);
    return rc == 0 ? 0 : etp_fail(error, rc, "%s: no memory to look at it", file->name);
}

const etp_data_format etp_format_feed_in = {
    .name = "feed-in-tariffs",
    .title = "feed-in tariffs of Australian states, by year",
    .columns = "jurisdiction year_from year_to kind low_c_per_kwh high_c_per_kwh status",
    .look = look};

const etp_data_format etp_format_retail = {
    .name = "retail-tariffs",
    .title = "retailers' offers to homes, with feed-in rates, of one year",
    .columns = "tariff_id state retailer distributor tariff_type tariff_year daily_charge_aud_per_day "
               "flat_rate_aud_per_kwh tou_peak_aud_per_kwh tou_shoulder_aud_per_kwh tou_offpeak_aud_per_kwh "
               "fit_aud_per_kwh",
    .look = look};

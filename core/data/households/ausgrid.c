/* SPDX-License-Identifier: MIT */
/*
 * Half-hours of Ausgrid's "Solar home electricity data", in the two forms in which they are about: one customer in kW,
 * stamped at the START of a half-hour, and the sum of 300 homes in kWh, stamped at its END. Both run on Sydney's wall
 * clock. They are easily taken for each other, so the units are checked by content: a meter counts whole Wh in half an
 * hour, so its mean powers are whole multiples of 2 W; and the file of kWh says its net load in kW besides.
 */
#include <stdlib.h>
#include <string.h>

#include "data/households/measured.h"
#include "data/households/parts.h"
#include "world/calendar.h"

enum { SLOTS = 48, MICRO = 6, TOTAL_HOMES = 300 };

static const int64_t most_kw = 100 * ETP_POWER_PER_KW;

const etp_data_format etp_format_ausgrid_customer = {.name = "ausgrid-customer",
                                                     .title = "load and sun of one Ausgrid customer, kW in half-hours",
                                                     .columns = "GC GG",
                                                     .look = etp_households_look};

const etp_data_format etp_format_ausgrid_total = {.name = "ausgrid-total",
                                                  .title =
                                                      "load and sun of 300 Ausgrid homes together, kWh in half-hours",
                                                  .columns = "datetime grossload_kWh pv_kWh netload_kWh netload_kW",
                                                  .look = etp_households_look};

enum { COLUMN_STAMP, COLUMN_LOAD, COLUMN_SUN, COLUMN_NET, COLUMN_NET_POWER, COLUMNS };

static const char *const customer_columns[COLUMNS] = {"", "GC", "GG", NULL, NULL};
static const char *const total_columns[COLUMNS] = {"datetime", "grossload_kWh", "pv_kWh", "netload_kWh", "netload_kW"};

typedef struct reader {
    etp_measured rows; /* as the file has them: millionths of its unit */
    const char *const *columns;
    bool total; /* kWh of 300 homes, stamped at the end; else kW of one, at the start */
    unsigned at[COLUMNS];
    etp_time first, last;
} reader;

/* ---- rows ---- */

static int read_header(reader *r)
{
    int rc = etp_csv_next(&r->rows.csv, &r->rows.row, r->rows.error);
    if (rc <= 0)
        return rc < 0 ? rc : etp_csv_refuse(&r->rows.csv, r->rows.error, "the file is empty");
    for (unsigned i = 0; i < COLUMNS; i++) {
        if (r->columns[i] == NULL)
            continue;
        rc = etp_column_find(&r->rows.csv, &r->rows.row, r->columns[i],
                             "this should be a file of Ausgrid's solar homes", &r->at[i], r->rows.error);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int read_stamp(reader *r)
{
    etp_span span = etp_span_trim(r->rows.row.fields[r->at[COLUMN_STAMP]]);
    etp_time when;
    if (etp_stamp_parse(span, &when) != ETP_STAMP_OK)
        return etp_csv_refuse(&r->rows.csv, r->rows.error,
                              "\"%s\" is no stamp of a wall clock, such as 2011-07-01 00:30:00",
                              etp_span_show(span).text);
    if (r->rows.count == 0 && when % ETP_NS_PER_DAY != 0)
        return etp_csv_refuse(&r->rows.csv, r->rows.error, "it begins at %s; these files begin at 00:00 of a day",
                              etp_stamp_show(when).text);
    if (r->rows.count == 0)
        r->first = when;
    else if (when != r->last + ETP_HALF_HOUR)
        return etp_csv_refuse(
            &r->rows.csv, r->rows.error, "%s follows on %s: rows must follow each other by half an hour; %s",
            etp_stamp_show(when).text, etp_stamp_show(r->last).text,
            when <= r->last ? "sort them, and remove what is there twice" : "restore what is missing");
    r->last = when;
    return 0;
}

static int read_number(reader *r, unsigned column, int64_t *value)
{
    int64_t most = r->total ? most_kw * TOTAL_HOMES : most_kw;
    return etp_household_number(&r->rows.csv, r->rows.row.fields[r->at[column]], r->columns[column], MICRO, most, value,
                                r->rows.error);
}

/* A net load may be below 0. */
static bool net_is(const reader *r, unsigned column, int64_t expected)
{
    int64_t value;
    const int64_t tolerance = 2000;
    if (etp_decimal_parse(etp_span_trim(r->rows.row.fields[r->at[column]]), MICRO, &value) != ETP_DECIMAL_OK)
        return false;
    return value - expected <= tolerance && expected - value <= tolerance;
}

static int check_net(reader *r, int64_t load, int64_t sun)
{
    if (!r->total || (net_is(r, COLUMN_NET, load - sun) && net_is(r, COLUMN_NET_POWER, 2 * (load - sun))))
        return 0;
    return etp_csv_refuse(
        &r->rows.csv, r->rows.error,
        "grossload_kWh less pv_kWh is not netload_kWh, or netload_kW is not twice that: units or columns "
        "are mixed up");
}

static int read_row(reader *r)
{
    for (unsigned i = 0; i < COLUMNS; i++)
        if (r->columns[i] != NULL && r->at[i] >= r->rows.row.count)
            return etp_csv_refuse(&r->rows.csv, r->rows.error, "%s is missing: the row has %u fields", r->columns[i],
                                  r->rows.row.count);
    int64_t load, sun;
    int rc = read_stamp(r);
    if (rc == 0)
        rc = read_number(r, COLUMN_LOAD, &load);
    if (rc == 0)
        rc = read_number(r, COLUMN_SUN, &sun);
    if (rc == 0)
        rc = check_net(r, load, sun);
    if (rc == 0)
        rc = etp_measured_make_room(&r->rows);
    if (rc != 0)
        return rc;
    r->rows.load[r->rows.count] = load;
    r->rows.sun[r->rows.count++] = sun;
    return 0;
}

static int read_rows(reader *r)
{
    int rc = read_header(r);
    while (rc == 0) {
        rc = etp_csv_next(&r->rows.csv, &r->rows.row, r->rows.error);
        if (rc <= 0)
            break;
        rc = r->rows.row.count > 0 ? read_row(r)
             : etp_csv_only_blank(&r->rows.csv)
                 ? 0
                 : etp_csv_refuse(&r->rows.csv, r->rows.error, "the line is empty, and there are rows behind it");
    }
    if (rc == 0 && r->rows.count < SLOTS)
        return etp_fail(r->rows.error, ETP_EFORMAT, "%s: it has %zu half-hours, not even a day", r->rows.csv.name,
                        r->rows.count);
    return rc;
}

/* ---- what the content says about itself ---- */

/* Half of all energies in kWh are odd numbers of Wh; no power in kW is, for it is twice an energy. */
static int check_kw(const reader *r)
{
    size_t odd = 0, all = 0;
    for (size_t i = 0; i < r->rows.count; i++) {
        int64_t watts = (r->rows.load[i] + 500) / 1000;
        all += watts > 0;
        odd += watts % 2 != 0;
    }
    if (odd * 4 <= all)
        return 0;
    return etp_fail(
        r->rows.error, ETP_EFORMAT,
        "%s: its loads are no multiples of 2 W, as mean powers of half-hours are that a meter counted in Wh; "
        "they look like kWh in half-hours, and would count half. Multiply them by 2 to make kW",
        r->rows.csv.name);
}

static int64_t apart(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* Does a row of 00:00 continue the evening of its own date (it ends that date, and is filed a day early) or that of the
 * date before? Whichever it is nearer to, over the whole file. */
static bool midnights_are_early(const reader *r)
{
    double own = 0, before = 0;
    for (size_t i = SLOTS; i + SLOTS <= r->rows.count; i += SLOTS) {
        own += (double)apart(r->rows.load[i], r->rows.load[i + SLOTS - 1]);
        before += (double)apart(r->rows.load[i], r->rows.load[i - 1]);
    }
    return own < before;
}

/* ---- to a series ---- */

/* Where row i lies: the slot that begins so many half-hours after the first midnight; -1 for one before that. */
static int64_t slot_of(const reader *r, size_t i, bool early)
{
    if (!r->total)
        return (int64_t)i;
    return i % SLOTS == 0 && early ? (int64_t)i + SLOTS - 1 : (int64_t)i - 1;
}

static int64_t power_of(const reader *r, int64_t value)
{
    return r->total ? 2 * value / TOTAL_HOMES : value;
}

static size_t place(const reader *r, bool early, int64_t *load, int64_t *sun)
{
    size_t count = r->total && early ? r->rows.count / SLOTS * SLOTS : r->total ? r->rows.count - 1 : r->rows.count;
    for (size_t i = 0; i < r->rows.count; i++) {
        int64_t slot = slot_of(r, i, early);
        if (slot < 0 || (size_t)slot >= count)
            continue;
        load[slot] = power_of(r, r->rows.load[i]);
        sun[slot] = power_of(r, r->rows.sun[i]);
    }
    return count;
}

static void sum_up(const reader *r, etp_household *home)
{
    double per_row = r->total ? 1e-6 / TOTAL_HOMES : 0.5e-6;
    for (size_t i = 0; i < r->rows.count; i++) {
        home->load_kwh += (double)r->rows.load[i] * per_row;
        home->sun_kwh += (double)r->rows.sun[i] * per_row;
    }
}

static int check_clock(const reader *r, const etp_wall_facts *facts)
{
    if (facts->lost_used == 0)
        return 0;
    return etp_fail(
        r->rows.error, ETP_EFORMAT,
        "%s: it has load in an hour that Sydney's clocks leave out when daylight saving begins; its clock is "
        "another one",
        r->rows.csv.name);
}

static int convert(etp_households *households, reader *r, int64_t *load, int64_t *sun)
{
    households->early_midnights = r->total && midnights_are_early(r);
    size_t count = place(r, households->early_midnights, load, sun);
    etp_wall_series series = {.rule = ETP_WALL_SYDNEY,
                              .starts = r->first,
                              .slot = ETP_HALF_HOUR,
                              .count = count,
                              .value = load,
                              .summed = true};
    etp_household_raw raw = {.load = series, .sun = series, .from = r->first};
    raw.sun.value = sun;
    if (etp_wall_is_ahead(ETP_WALL_SYDNEY, r->first)) /* its midnight is 23:00 of the day before */
        raw.from += ETP_NS_PER_DAY;
    etp_wall_facts facts;
    etp_wall_count(&series, &facts);
    households->lost = facts.lost;
    households->doubled = facts.doubled;
    int rc = check_clock(r, &facts);
    if (rc == 0)
        rc = etp_households_make(households, 1, r->rows.csv.name, r->rows.error);
    if (rc != 0)
        return rc;
    etp_household *home = households->homes;
    strcpy(home->name, r->total ? "mean of 300 Ausgrid homes" : "Ausgrid customer");
    home->homes = r->total ? TOTAL_HOMES : 1;
    sum_up(r, home);
    rc = etp_household_settle(home, &raw, r->rows.csv.name, r->rows.error);
    if (rc == 0 && home->left_out)
        return etp_fail(
            r->rows.error, ETP_EFORMAT,
            "%s: %zu rows have no load, more than 5 %%; too much is missing, or the columns of load and sun are "
            "swapped",
            r->rows.csv.name, home->zeros);
    return rc == 0 ? etp_household_check(home, r->rows.csv.name, r->rows.error) : rc;
}

static int interpret(etp_households *households, reader *r)
{
    households->rows = r->rows.count;
    households->first = r->first;
    households->last = r->last;
    households->interval = ETP_HALF_HOUR;
    int rc = r->total ? 0 : check_kw(r);
    if (rc != 0)
        return rc;
    int64_t *load = calloc(r->rows.count, sizeof *load), *sun = calloc(r->rows.count, sizeof *sun);
    rc = load != NULL && sun != NULL
             ? convert(households, r, load, sun)
             : etp_fail(r->rows.error, ETP_ENOMEM, "%s: no memory for %zu half-hours", r->rows.csv.name, r->rows.count);
    free(load);
    free(sun);
    return rc;
}

int etp_ausgrid_read(etp_households *households, const etp_data_text *file, etp_error *error)
{
    reader *r = etp_measured_new(sizeof *r, file, error);
    if (r == NULL)
        return ETP_ENOMEM;
    r->rows.homes = 1;
    r->total = households->format == &etp_format_ausgrid_total;
    r->columns = r->total ? total_columns : customer_columns;
    int rc = read_rows(r);
    if (rc == 0)
        rc = interpret(households, r);
    etp_measured_free(&r->rows);
    return rc;
}

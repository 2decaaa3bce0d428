/* SPDX-License-Identifier: MIT */
/*
 * Homes side by side in hourly rows without a date: CityLearn's 2022 data set, 17 homes in California with the columns of
 * all in one table. Rows count the hours 1 to 24 of a day's end on the wall clock, from the 24th hour of a 31 July that is
 * a Sunday, which is that of 2016; each row must be the hour that follows. Load is kWh in the hour, sun is W for each kW
 * of panels. The homes lie in the north, so their year is moved by 26 weeks, which keeps the days of the week.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/households/measured.h"
#include "data/households/parts.h"
#include "world/calendar.h"

enum { HOMES_MAX = 100, MICRO = 6, MILLI = 3, HALF_A_YEAR = 182, ROWS_MIN = 48 };

static const int64_t most_load = 100 * ETP_POWER_PER_KW, most_sun = 2000 * 1000;

const etp_data_format etp_format_homes_hourly = {
    .name = "homes-hourly",
    .title = "hourly load and sun of several homes side by side, California, no dates",
    .columns = "month hour day_type load_kWh_1 pv_W_per_kW_1",
    .look = etp_households_look};

enum { COLUMN_MONTH, COLUMN_HOUR, COLUMN_DAY, COLUMNS };

static const char *const column_names[COLUMNS] = {"month", "hour", "day_type"};

typedef struct reader {
    etp_measured rows; /* load in mW, sun in mW for each kW */
    unsigned at[COLUMNS];
    unsigned load_at[HOMES_MAX], sun_at[HOMES_MAX];
} reader;

/* The start of the hour that the first row is. */
static etp_time first_hour(void)
{
    return etp_days_of(2016, 7, 31) * ETP_NS_PER_DAY + 23 * ETP_NS_PER_HOUR;
}

/* ---- the header ---- */

static bool find_home(reader *r, unsigned number)
{
    char load[32], sun[32];
    snprintf(load, sizeof load, "load_kWh_%u", number);
    snprintf(sun, sizeof sun, "pv_W_per_kW_%u", number);
    return etp_column_count(&r->rows.row, load, &r->load_at[number - 1]) == 1 &&
           etp_column_count(&r->rows.row, sun, &r->sun_at[number - 1]) == 1;
}

static int read_header(reader *r)
{
    int rc = etp_csv_next(&r->rows.csv, &r->rows.row, r->rows.error);
    if (rc <= 0)
        return rc < 0 ? rc : etp_csv_refuse(&r->rows.csv, r->rows.error, "the file is empty");
    for (unsigned i = 0; i < COLUMNS && rc > 0; i++) {
        int found = etp_column_find(&r->rows.csv, &r->rows.row, column_names[i],
                                    "this should be a table of homes in hours", &r->at[i], r->rows.error);
        if (found != 0)
            return found;
    }
    while (r->rows.homes < HOMES_MAX && find_home(r, r->rows.homes + 1))
        r->rows.homes++;
    if (r->rows.homes == 0)
        return etp_csv_refuse(&r->rows.csv, r->rows.error, "load_kWh_1 and pv_W_per_kW_1 must be there, once each");
    return 0;
}

/* ---- rows ---- */

static bool field_is(const reader *r, unsigned column, unsigned number)
{
    int64_t value;
    etp_span field = etp_span_trim(r->rows.row.fields[r->at[column]]);
    return etp_decimal_parse(field, 0, &value) == ETP_DECIMAL_OK && value == (int64_t)number;
}

/* Is this row the hour that it must be? The wall clock's own turns are not in these rows: each day has 24. */
static int check_hour(const reader *r)
{
    etp_time starts = first_hour() + (etp_time)r->rows.count * ETP_NS_PER_HOUR;
    int64_t day = starts / ETP_NS_PER_DAY;
    unsigned hour = (unsigned)(starts % ETP_NS_PER_DAY / ETP_NS_PER_HOUR) + 1;
    unsigned weekday = (unsigned)((day + 3) % 7) + 1; /* Monday is 1 */
    etp_stamp stamp = etp_stamp_show(starts);
    unsigned month = (unsigned)(stamp.text[5] - '0') * 10 + (unsigned)(stamp.text[6] - '0');
    if (field_is(r, COLUMN_MONTH, month) && field_is(r, COLUMN_HOUR, hour) && field_is(r, COLUMN_DAY, weekday))
        return 0;
    return etp_csv_refuse(
        &r->rows.csv, r->rows.error,
        "month, hour and day of the week should be %u, %u, %u here, for rows follow each other by an hour "
        "from 7, 24, 7 on; restore what is missing, or sort them",
        month, hour, weekday);
}

static int read_home(reader *r, unsigned home)
{
    size_t i = r->rows.count * r->rows.homes + home;
    int rc = etp_household_number(&r->rows.csv, r->rows.row.fields[r->load_at[home]], "load_kWh", MICRO, most_load,
                                  &r->rows.load[i], r->rows.error);
    if (rc != 0)
        return rc;
    return etp_household_number(&r->rows.csv, r->rows.row.fields[r->sun_at[home]], "pv_W_per_kW", MILLI, most_sun,
                                &r->rows.sun[i], r->rows.error);
}

static int read_row(reader *r, unsigned width)
{
    if (r->rows.row.count != width)
        return etp_csv_refuse(&r->rows.csv, r->rows.error, "the row has %u fields, the header %u", r->rows.row.count,
                              width);
    int rc = check_hour(r);
    if (rc == 0)
        rc = etp_measured_make_room(&r->rows);
    for (unsigned i = 0; i < r->rows.homes && rc == 0; i++)
        rc = read_home(r, i);
    r->rows.count += rc == 0;
    return rc;
}

static int read_rows(reader *r)
{
    int rc = read_header(r);
    unsigned width = r->rows.row.count;
    while (rc == 0) {
        rc = etp_csv_next(&r->rows.csv, &r->rows.row, r->rows.error);
        if (rc <= 0)
            break;
        if (r->rows.row.count == 0 && etp_csv_only_blank(&r->rows.csv))
            return 0;
        rc = read_row(r, width);
    }
    if (rc == 0 && r->rows.count < ROWS_MIN)
        return etp_fail(r->rows.error, ETP_EFORMAT, "%s: it has %zu hours, not even two days", r->rows.csv.name,
                        r->rows.count);
    return rc;
}

/* ---- to series ---- */

static void take_column(const reader *r, unsigned home, int64_t *load, int64_t *sun, etp_household *to)
{
    for (size_t i = 0; i < r->rows.count; i++) {
        load[i] = r->rows.load[i * r->rows.homes + home];
        sun[i] = r->rows.sun[i * r->rows.homes + home];
        to->load_kwh += (double)load[i] / 1e6;
        to->sun_kwh += (double)sun[i] / 1e6;
    }
}

static int convert_home(etp_household *home, const reader *r, unsigned number, int64_t *load, int64_t *sun)
{
    snprintf(home->name, sizeof home->name, "CityLearn home %u", number + 1);
    home->homes = 1;
    take_column(r, number, load, sun, home);
    etp_wall_series series = {.rule = ETP_WALL_CALIFORNIA,
                              .starts = first_hour(),
                              .slot = ETP_NS_PER_HOUR,
                              .count = r->rows.count,
                              .value = load};
    etp_household_raw raw = {.load = series,
                             .sun = series,
                             .from = etp_days_of(2016, 8, 1) * ETP_NS_PER_DAY,
                             .moved = HALF_A_YEAR * ETP_NS_PER_DAY};
    raw.sun.value = sun;
    int rc = etp_household_settle(home, &raw, r->rows.csv.name, r->rows.error);
    return rc == 0 ? etp_household_check(home, r->rows.csv.name, r->rows.error) : rc;
}

static int convert(etp_households *households, const reader *r)
{
    int64_t *load = calloc(r->rows.count, sizeof *load), *sun = calloc(r->rows.count, sizeof *sun);
    int rc = load != NULL && sun != NULL
                 ? etp_households_make(households, r->rows.homes, r->rows.csv.name, r->rows.error)
                 : etp_fail(r->rows.error, ETP_ENOMEM, "%s: no memory for %zu hours", r->rows.csv.name, r->rows.count);
    for (unsigned i = 0; i < r->rows.homes && rc == 0; i++)
        rc = convert_home(&households->homes[i], r, i, load, sun);
    etp_wall_series clock = {ETP_WALL_CALIFORNIA, first_hour(), ETP_NS_PER_HOUR, r->rows.count, load, false};
    etp_wall_facts facts;
    if (rc == 0) {
        etp_wall_count(&clock, &facts);
        households->lost = facts.lost;
        households->doubled = facts.doubled;
    }
    free(load);
    free(sun);
    return rc;
}

int etp_homes_hourly_read(etp_households *households, const etp_data_text *file, etp_error *error)
{
    reader *r = etp_measured_new(sizeof *r, file, error);
    if (r == NULL)
        return ETP_ENOMEM;
    int rc = read_rows(r);
    households->rows = r->rows.count;
    households->first = first_hour() + ETP_NS_PER_HOUR;
    households->last = first_hour() + (etp_time)r->rows.count * ETP_NS_PER_HOUR;
    households->interval = ETP_NS_PER_HOUR;
    households->moved = true;
    if (rc == 0)
        rc = convert(households, r);
    etp_measured_free(&r->rows);
    return rc;
}

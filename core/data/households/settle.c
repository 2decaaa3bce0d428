/* SPDX-License-Identifier: MIT */
/* From the series of a file to half-hours on the market's clock, whole. */
#include <stdlib.h>
#include <string.h>

#include "data/households/parts.h"
#include "world/calendar.h"

enum { SLOTS = 48, WEEK = 7 * SLOTS, MISSING_MAX_PERCENT = 5, YEAR_MIN = 364 * SLOTS };

/* ---- memory ---- */

int etp_households_make(etp_households *households, unsigned count, const char *name, etp_error *error)
{
    households->homes = calloc(count, sizeof *households->homes);
    if (households->homes == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for its households", name);
    households->count = count;
    return 0;
}

static void drop_series(etp_household *home)
{
    free(home->load);
    free(home->sun);
    home->load = home->sun = NULL;
}

void etp_households_fini(etp_households *households)
{
    for (unsigned i = 0; i < households->count; i++)
        drop_series(&households->homes[i]);
    free(households->homes);
    *households = (etp_households){0};
}

/* ---- half-hours ---- */

/* Whole days from `from` on that the series holds. */
static size_t count_days(const etp_household_raw *raw)
{
    size_t days = 0;
    int64_t value;
    etp_time last_slot = ETP_NS_PER_DAY - ETP_HALF_HOUR;
    while (etp_wall_value(&raw->load, raw->from + (etp_time)days * ETP_NS_PER_DAY + last_slot, &value))
        days++;
    return days;
}

static void take(const etp_wall_series *series, etp_time from, etp_power *to, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = 0;
        etp_wall_value(series, from + (etp_time)i * ETP_HALF_HOUR, &to[i]);
    }
}

/* ---- what is missing ---- */

/* The same time a week before, mended already; in the first week the first week after it that has something. */
static etp_power other_week(const etp_household *home, size_t i)
{
    if (i >= WEEK)
        return home->load[i - WEEK];
    for (size_t later = i + WEEK; later < home->count; later += WEEK)
        if (home->load[later] > 0)
            return home->load[later];
    return 0;
}

static void mend(etp_household *home)
{
    for (size_t i = 0; i < home->count; i++) {
        if (home->load[i] == 0) {
            home->load[i] = other_week(home, i);
            home->filled++;
        }
    }
}

static size_t count_missing(const etp_household *home)
{
    size_t missing = 0;
    for (size_t i = 0; i < home->count; i++)
        missing += home->load[i] == 0;
    return missing;
}

int etp_household_settle(etp_household *home, const etp_household_raw *raw, const char *file, etp_error *error)
{
    home->count = count_days(raw) * SLOTS;
    home->starts = raw->from + raw->moved;
    for (size_t i = 0; i < raw->load.count; i++)
        home->zeros += raw->load.value[i] == 0;
    if (home->count == 0)
        return etp_fail(error, ETP_EFORMAT, "%s: it does not hold a single whole day", file);
    home->load = calloc(home->count, sizeof *home->load);
    home->sun = raw->sun.value != NULL ? calloc(home->count, sizeof *home->sun) : NULL;
    if (home->load == NULL || (raw->sun.value != NULL && home->sun == NULL))
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for %zu half-hours", file, home->count);
    take(&raw->load, raw->from, home->load, home->count);
    if (home->sun != NULL)
        take(&raw->sun, raw->from, home->sun, home->count);
    home->left_out = count_missing(home) * 100 > home->count * MISSING_MAX_PERCENT;
    if (home->left_out)
        drop_series(home);
    else
        mend(home);
    return 0;
}

/* ---- values ---- */

int etp_household_number(const etp_csv *csv, etp_span field, const char *column, unsigned places, int64_t most,
                         int64_t *value, etp_error *error)
{
    etp_span span = etp_span_trim(field);
    etp_decimal_result result = etp_decimal_parse(span, places, value);
    if (result == ETP_DECIMAL_FORM)
        return etp_csv_refuse(csv, error, "%s is \"%s\", which is no number; restore it, or leave the household out",
                              column, etp_span_show(span).text);
    if (result == ETP_DECIMAL_RANGE || *value < 0 || *value > most)
        return etp_csv_refuse(csv, error,
                              "%s is %s, below 0 or more than a household can have; is this the right column?", column,
                              etp_span_show(span).text);
    return 0;
}

static bool is_night(size_t slot)
{
    size_t of_day = slot % SLOTS;
    return of_day >= 44 || of_day < 6; /* 22:00 to 3:00, standard time */
}

static int check_sun(const etp_household *home, const char *file, etp_error *error)
{
    double night = 0, all = 0;
    for (size_t i = 0; home->sun != NULL && i < home->count; i++) {
        all += (double)home->sun[i];
        night += is_night(i) ? (double)home->sun[i] : 0;
    }
    if (night * 100 <= all)
        return 0;
    return etp_fail(error, ETP_EFORMAT,
                    "%s: %.0f %% of the sun of %s shines between 22:00 and 3:00; the columns of load and sun are mixed "
                    "up, or the clock is another one",
                    file, night * 100 / all, home->name);
}

int etp_household_check(const etp_household *home, const char *file, etp_error *error)
{
    if (home->left_out || home->count < YEAR_MIN)
        return 0;
    double sum = 0;
    for (size_t i = 0; i < home->count; i++)
        sum += (double)home->load[i] / 2e6;
    double a_year = sum * YEAR_MIN / (double)home->count;
    if (a_year < 500 || a_year > 30000)
        return etp_fail(
            error, ETP_EFORMAT,
            "%s: %s would use %.6g kWh in a year, and homes use 500 to 30 000; are its units what its columns "
            "say, and does it hold one home's series?",
            file, home->name, a_year);
    return check_sun(home, file, error);
}

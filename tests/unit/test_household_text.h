/* SPDX-License-Identifier: MIT */
/* Made-up files of households, in the shape of the published ones: a year of rows, of which a test changes a few. */
#ifndef ETP_TEST_HOUSEHOLD_TEXT_H
#define ETP_TEST_HOUSEHOLD_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/households/parts.h"
#include "etp/rng.h"
#include "world/calendar.h"

enum { DAYS = 366, SLOTS = 48, ROWS = DAYS * SLOTS, HOURS = 8760 };

typedef struct text {
    char *bytes;
    size_t size, room;
} text;

static inline void text_add(text *t, const char *format, ...) ETP_PRINTF(2, 3);
static inline void text_add(text *t, const char *format, ...)
{
    if (t->room - t->size < 4096) {
        t->room = t->room > 0 ? 2 * t->room : 1 << 20;
        t->bytes = realloc(t->bytes, t->room);
        assert_non_null(t->bytes);
    }
    va_list args;
    va_start(args, format);
    int size = vsnprintf(t->bytes + t->size, t->room - t->size, format, args);
    va_end(args);
    assert_true(size >= 0 && (size_t)size < t->room - t->size);
    t->size += (size_t)size;
}

static inline int text_read(text *t, etp_households *households, etp_error *error)
{
    etp_data_text file;
    *households = (etp_households){0};
    int rc = etp_data_text_open(&file, "made-up.csv", (etp_span){t->bytes, t->size}, NULL, error);
    if (rc == 0)
        rc = etp_households_read(households, &file, error);
    etp_data_text_fini(&file);
    free(t->bytes);
    *t = (text){0};
    return rc;
}

static inline void text_refused(text *t, const char *part)
{
    etp_households households;
    etp_error error = {0};
    assert_int_equal(text_read(t, &households, &error), ETP_EFORMAT);
    if (strstr(error.text, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, error.text);
    assert_int_equal(households.count, 0);
}

/* ---- Ausgrid ---- */

/* 2011-07-01; daylight saving is from slot 4468 (2011-10-02 2:00) to 13204 (2012-04-01 2:00). */
static inline etp_time ausgrid_first(void)
{
    return etp_days_of(2011, 7, 1) * ETP_NS_PER_DAY;
}

enum { FORWARD = 93 * SLOTS + 4, BACK = 275 * SLOTS + 4 };

typedef struct ausgrid {
    bool total;        /* kWh of 300 homes, stamped at the end */
    bool ends_in_line; /* with 00:00 at the date behind, as it should be */
    unsigned skip;     /* a row that is missing; 0 for none */
    bool swapped;      /* load and sun */
    bool standard;     /* a clock without daylight saving */
    double unit;       /* what a value is multiplied with; 0 is 1 */
    double net;        /* the same for netload_kW */
    unsigned zero;     /* a row without load; 0 for none */
} ausgrid;

/* Wh of load in the half-hour of standard time that begins `slot` half-hours after the first midnight: a staircase over
 * the day, so that each slot is known by its value. */
static inline unsigned ausgrid_load(int64_t slot)
{
    return 100 + 5 * (unsigned)(slot % SLOTS) + (unsigned)(slot / SLOTS % 7);
}

static inline unsigned ausgrid_sun(int64_t slot)
{
    int64_t from_noon = slot % SLOTS - 24;
    return from_noon > -12 && from_noon < 12 ? (unsigned)(144 - from_noon * from_noon) : 0;
}

/* What a wall clock's slot holds: nothing in the lost hour, both in the doubled one. */
static inline unsigned on_the_wall(const ausgrid *a, unsigned (*of)(int64_t), int64_t wall)
{
    if (a->standard || wall < FORWARD || wall >= BACK + 2)
        return of(wall);
    if (wall < FORWARD + 2)
        return 0;
    return wall < BACK ? of(wall - 2) : of(wall) + of(wall - 2);
}

/* Row i of the file holds this slot of the wall clock. */
static inline int64_t ausgrid_slot(const ausgrid *a, int64_t i)
{
    if (!a->total)
        return i;
    return i % SLOTS == 0 && !a->ends_in_line ? i + SLOTS - 1 : i - 1;
}

static inline void ausgrid_row(text *t, const ausgrid *a, int64_t i)
{
    int64_t slot = ausgrid_slot(a, i);
    char stamp[20];
    snprintf(stamp, sizeof stamp, "%.19s", etp_stamp_show(ausgrid_first() + i * ETP_HALF_HOUR).text);
    stamp[4] = stamp[7] = '-';
    double unit = a->unit > 0 ? a->unit : 1;
    double load = slot < 0 ? 0 : on_the_wall(a, ausgrid_load, slot) * unit / 1000;
    double sun = slot < 0 ? 0 : on_the_wall(a, ausgrid_sun, slot) * unit / 1000;
    if (a->zero > 0 && i == a->zero)
        load = 0;
    if (a->swapped) {
        double kept = load;
        load = sun;
        sun = kept;
    }
    if (a->total)
        text_add(t, "%s,%.17g,%.17g,%.17g,%.17g\n", stamp, 300 * load, 300 * sun, 300 * (load - sun),
                 600 * (load - sun) * (a->net > 0 ? a->net : 1));
    else
        text_add(t, "%s,%.17g,%.17g\r\n", stamp, 2 * load, 2 * sun);
}

static inline text ausgrid_text(const ausgrid *a)
{
    text t = {0};
    text_add(&t, a->total ? "datetime,grossload_kWh,pv_kWh,netload_kWh,netload_kW\n" : ",GC,GG\r\n");
    for (int64_t i = 0; i < ROWS; i++)
        if (a->skip == 0 || i != a->skip)
            ausgrid_row(&t, a, i);
    return t;
}

/* ---- hourly homes ---- */

typedef struct hourly {
    unsigned homes;
    unsigned missing; /* hours without load of home 2 */
    unsigned skip;    /* a row that is missing; 0 for none */
} hourly;

/* Wh in an hour of the wall clock, 0 to 23, of home 1: again a staircase. */
static inline unsigned hourly_load(unsigned hour, unsigned home)
{
    return 400 + 50 * hour + 7 * home;
}

static inline text hourly_text(const hourly *h)
{
    text t = {0};
    text_add(&t, "month,hour,day_type,daylight_savings_status");
    for (unsigned home = 1; home <= h->homes; home++)
        text_add(&t, ",load_kWh_%u", home);
    for (unsigned home = 1; home <= h->homes; home++)
        text_add(&t, ",pv_W_per_kW_%u", home);
    text_add(&t, "\n");
    etp_time first = etp_days_of(2016, 7, 31) * ETP_NS_PER_DAY + 23 * ETP_NS_PER_HOUR;
    for (unsigned i = 0; i < HOURS; i++) {
        etp_time starts = first + i * ETP_NS_PER_HOUR;
        unsigned hour = (unsigned)(starts / ETP_NS_PER_HOUR % 24);
        if (h->skip > 0 && i == h->skip)
            continue;
        text_add(&t, "%.2s,%u,%u,0", etp_stamp_show(starts).text + 5, hour + 1,
                 (unsigned)((starts / ETP_NS_PER_DAY + 3) % 7) + 1);
        for (unsigned home = 1; home <= h->homes; home++)
            text_add(&t, ",%.4f", home == 2 && i % 3 == 0 && i / 3 < h->missing ? 0 : hourly_load(hour, home) / 1e3);
        for (unsigned home = 1; home <= h->homes; home++)
            text_add(&t, ",%u.25", hour >= 7 && hour < 18 ? 500 : 0);
        text_add(&t, "\n");
    }
    return t;
}

#endif

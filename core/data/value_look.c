/* SPDX-License-Identifier: MIT */
#include "data/value_look.h"

#include <stdio.h>
#include <string.h>

#include "data/price_unit.h"
#include "data/value_series.h"
#include "world/calendar.h"

/* ---- figures of a region ---- */

static void count_values(etp_data_series *series, const etp_value_series *s)
{
    int64_t low = s->rows[0].value, high = low, sum = 0;
    for (size_t i = 0; i < s->count; i++) {
        int64_t value = s->rows[i].value;
        low = value < low ? value : low;
        high = value > high ? value : high;
        sum += value;
        series->negatives += s->rows[i].negative;
        series->zeros += value == 0;
    }
    series->low = (double)low / 1000;
    series->high = (double)high / 1000;
    series->mean = (double)sum / 1000 / (double)s->count;
}

static void fill_series(etp_data_series *series, const etp_value_series *s, size_t blanks)
{
    series->blanks = blanks;
    series->interval = s->interval;
    series->first = s->rows[0].end;
    series->last = s->rows[s->count - 1].end;
    series->rows = s->count;
    series->gaps = s->gaps + s->strays;
    series->missing = s->missing;
    series->repeats = s->repeats;
    series->conflicts = s->conflicts;
    series->unsorted = s->unsorted;
    count_values(series, s);
}

/* ---- notes ---- */

static int note_faults(etp_data_about *about, const char *region, const etp_value_series *s)
{
    int rc = 0;
    if (s->conflicts > 0)
        rc = etp_data_add_note(about,
                               "%s: %zu rows give another value for an interval that has one, first %s in line %u: "
                               "such a file is refused",
                               region, s->conflicts, etp_stamp_show(s->conflict[0].end).text,
                               (unsigned)s->conflict[1].line);
    if (rc == 0 && s->changes > 0)
        rc = etp_data_add_note(about, "%s: the length of the intervals changes, first at %s: cut the file there",
                               region, etp_stamp_show(s->rows[s->change].end).text);
    else if (rc == 0 && s->strays > 0)
        rc = etp_data_add_note(about, "%s: %zu stamps lie between two intervals, first %s: such a file is refused",
                               region, s->strays, etp_stamp_show(s->rows[s->stray].end).text);
    if (rc == 0 && s->gaps > 0)
        rc = etp_data_add_note(about, "%s: %zu %s, the first before %s; %zu intervals are missing, %zu at most in one",
                               region, s->gaps, s->gaps == 1 ? "gap" : "gaps", etp_stamp_show(s->rows[s->gap].end).text,
                               s->missing, s->longest);
    if (rc == 0 && s->unsorted > 0)
        rc = etp_data_add_note(about, "%s: %zu rows are earlier than the row before them; they are put in order",
                               region, s->unsorted);
    if (rc == 0 && s->repeats > 0)
        rc = etp_data_add_note(about, "%s: %zu rows say the same of an interval once more; they are left out", region,
                               s->repeats);
    return rc;
}

/* An error where the prices look like another unit. */
static int check_unit(const char *name, const etp_value_series *s, etp_error *doubt)
{
    etp_price_levels levels = {0};
    for (size_t i = 0; i < s->count; i++)
        etp_price_levels_add(&levels, s->rows[i].value);
    return etp_price_levels_check(&levels, s->interval, name, doubt);
}

static int note_level(etp_data_about *about, const char *name, const etp_data_series *series, const etp_value_series *s)
{
    size_t above;
    etp_error doubt = {0};
    if (strcmp(series->unit, "A$/MWh") != 0)
        return 0;
    if (*name == '\0')
        name = "the series";
    if (check_unit(name, s, &doubt) != ETP_OK)
        return etp_data_add_note(about, "%s", doubt.text);
    if (etp_value_series_is_too_high(s, &above))
        return etp_data_add_note(about,
                                 "%s: %zu prices are above 1000 A$/MWh; were the columns of the price and the demand "
                                 "swapped? Such a file is refused",
                                 name, above);
    return 0;
}

static int note_region(etp_data_about *about, const char *name, size_t interventions, const etp_value_series *s)
{
    if (interventions > 0) {
        int rc = etp_data_add_note(about, "%s: %zu rows with INTERVENTION=1 are left out: those with 0 are the price",
                                   name, interventions);
        if (rc != 0)
            return rc;
    }
    return note_faults(about, *name != '\0' ? name : "the series", s);
}

static int note_file(etp_data_about *about, const etp_value_rows *rows, const etp_value_layout *layout)
{
    int rc = 0;
    if (rows->wrong_zone)
        rc = etp_data_add_note(about, "a time zone stands behind the stamps that is not theirs: by when the rows were "
                                      "written, the stamps are NEM time");
    if (rc == 0 && rows->zone_converted)
        rc = etp_data_add_note(about, "the stamps are of another time zone; they are brought to NEM time (UTC+10)");
    if (rc == 0 && layout->format.table != NULL && !rows->ended)
        rc = etp_data_add_note(about, "there is no row C,\"END OF REPORT\": the file may be cut off");
    if (rc == 0 && layout->region == NULL)
        rc = etp_data_add_note(about, rows->region_of_name ? "the rows name no region; that of the file's name stands"
                                                           : "nothing says of which region these prices are");
    if (rc == 0 && layout->remark != NULL)
        rc = etp_data_add_note(about, "%s", layout->remark);
    return rc;
}

/* ---- the whole ---- */

static void name_series(char *name, size_t size, const char *region, const etp_value_layout *layout)
{
    bool both = *region != '\0' && layout->what != NULL;
    snprintf(name, size, "%s%s%s", region, both ? " " : "", layout->what != NULL ? layout->what : "");
}

static int look_at_region(etp_data_about *about, const etp_value_rows *rows, unsigned region,
                          const etp_value_layout *layout)
{
    etp_value_series s;
    char name[ETP_DATA_NAME_MAX];
    name_series(name, sizeof name, rows->regions[region], layout);
    int rc = etp_value_series_make(&s, rows, region, 0, 0);
    if (rc == 0 && s.count > 0) {
        etp_data_series *series = etp_data_add_series(about, name, layout->unit);
        if (series != NULL)
            fill_series(series, &s, rows->blanks[region]);
        rc = series != NULL ? note_level(about, name, series, &s) : ETP_ENOMEM;
        if (rc == 0)
            rc = note_region(about, name, rows->interventions[region], &s);
    }
    etp_value_series_fini(&s);
    return rc;
}

int etp_value_look(etp_data_about *about, const etp_data_text *file, const etp_value_layout *layout, etp_error *error)
{
    etp_value_rows rows = {.allocator = NULL};
    int rc = etp_value_rows_read(&rows, layout, file, error);
    if (rc != 0) {
        etp_value_rows_fini(&rows);
        return rc;
    }
    for (unsigned i = 0; i < rows.region_count && rc == 0; i++)
        rc = look_at_region(about, &rows, i, layout);
    if (rc == 0)
        rc = note_file(about, &rows, layout);
    etp_value_rows_fini(&rows);
    return rc == 0 ? 0 : etp_fail(error, rc, "%s: no memory to look at it", file->name);
}

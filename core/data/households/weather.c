/* SPDX-License-Identifier: MIT */
/* A region's rooftop sun as the weather of its days. */
#include <stdlib.h>
#include <string.h>

#include "data/about.h"
#include "data/households/parts.h"
#include "data/households/profiles_load.h"
#include "data/look/region_demand.h"
#include "data/value_series.h"
#include "world/calendar.h"

static int find_region(const etp_value_rows *rows, const char *name, const char *path, unsigned *region,
                       etp_error *error)
{
    for (*region = 0; *region < rows->region_count; (*region)++)
        if (name != NULL && strcmp(rows->regions[*region], name) == 0)
            return 0;
    *region = 0;
    if (name == NULL && rows->region_count == 1)
        return 0;
    return name == NULL ? etp_fail(error, ETP_EINVAL, "%s holds %u regions: say which", path, rows->region_count)
                        : etp_fail(error, ETP_ENOENT, "%s has no sun of %s", path, name);
}

/* Whole days: from the first interval that begins at midnight on. */
static int set_weather(etp_profiles *profiles, const etp_value_series *series, const char *path, const char *region,
                       etp_error *error)
{
    if (series->interval != ETP_HALF_HOUR || series->gaps > 0 || series->conflicts > 0 || series->changes > 0)
        return etp_fail(error, ETP_EFORMAT, "%s: its half-hours of %s are not complete, each once", path, region);
    size_t skip = 0;
    while (skip < series->count && (series->rows[skip].end - ETP_HALF_HOUR) % ETP_NS_PER_DAY != 0)
        skip++;
    size_t count = (series->count - skip) / 48 * 48;
    if (count == 0)
        return etp_fail(error, ETP_EFORMAT, "%s: it does not hold a whole day of %s", path, region);
    etp_power *power = calloc(count, sizeof *power);
    if (power == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for %zu half-hours", path, count);
    for (size_t i = 0; i < count; i++) {
        int64_t kilowatts = series->rows[skip + i].value; /* thousandths of a MW */
        power[i] = kilowatts > 0 ? kilowatts * 1000 : 0;  /* one part in a thousand of it: only the shape counts */
    }
    etp_profile_series weather = {
        .name = region, .starts = series->rows[skip].end - ETP_HALF_HOUR, .count = count, .power = power, .homes = 1};
    int rc = etp_profiles_set_weather(profiles, &weather, error);
    free(power);
    return rc;
}

static int read_weather(etp_profiles *profiles, const etp_data_text *file, const char *region, etp_error *error)
{
    etp_value_rows rows = {.allocator = NULL};
    etp_value_series series = {0};
    unsigned which = 0;
    int rc = etp_value_rows_read(&rows, &etp_layout_region_sun, file, error);
    if (rc == 0)
        rc = find_region(&rows, region, file->name, &which, error);
    if (rc == 0 && (rc = etp_value_series_make(&series, &rows, which, 0, 0)) != 0)
        etp_fail(error, rc, "%s: no memory for its rows", file->name);
    if (rc == 0 && rows.blanks[which] > 0)
        rc = etp_fail(error, ETP_EFORMAT, "%s: %zu half-hours of %s have no sun; restore them", file->name,
                      rows.blanks[which], rows.regions[which]);
    if (rc == 0)
        rc = set_weather(profiles, &series, file->name, rows.regions[which], error);
    etp_value_series_fini(&series);
    etp_value_rows_fini(&rows);
    return rc;
}

int etp_profiles_load_weather(etp_profiles *profiles, const char *path, const char *region, etp_error *error)
{
    etp_data_text file;
    int rc = etp_data_text_load(&file, path, NULL, error);
    if (rc != 0)
        return rc;
    const etp_data_format *format = etp_data_recognise(&file, error);
    if (format == NULL)
        rc = ETP_EFORMAT;
    else if (format != &etp_format_region_demand)
        rc = etp_fail(error, ETP_EFORMAT, "%s holds no region's sun; it is: %s", path, format->title);
    else
        rc = read_weather(profiles, &file, region, error);
    etp_data_text_fini(&file);
    return rc;
}

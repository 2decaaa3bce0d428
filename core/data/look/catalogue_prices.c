/* SPDX-License-Identifier: MIT */
/* Which files of a folder cover a span of prices. */
#include <stdio.h>
#include <string.h>

#include "data/catalogue.h"
#include "data/price_layout.h"
#include "world/calendar.h"

typedef struct search {
    const etp_catalogue *catalogue;
    const char *region;
    etp_time from, until, interval;
    const etp_data_format *format; /* files of others do not count; NULL = they do */
    bool whole;                    /* files with gaps do not count */
} search;

static const etp_data_series *series_of(const etp_catalogue_file *file, const char *region)
{
    if (file->code != 0 || !etp_format_is_of_prices(file->about.format))
        return NULL;
    for (unsigned i = 0; i < file->about.series_count; i++)
        if (strcmp(file->about.series[i].name, region) == 0)
            return &file->about.series[i];
    return NULL;
}

/* The file's series, if it can be used in this search at all. */
static const etp_data_series *usable(const search *s, const etp_catalogue_file *file)
{
    const etp_data_series *series = series_of(file, s->region);
    bool fits = series != NULL && series->interval == s->interval && series->conflicts == 0 &&
                (s->format == NULL || s->format == file->about.format) && (!s->whole || series->gaps == 0);
    return fits ? series : NULL;
}

/* Of the files that hold the interval that begins at `at`, the one that lasts longest. */
static const etp_catalogue_file *longest_at(const search *s, etp_time at, etp_time *until)
{
    const etp_catalogue_file *best = NULL;
    *until = at;
    for (size_t i = 0; i < s->catalogue->count; i++) {
        const etp_data_series *series = usable(s, &s->catalogue->files[i]);
        if (series == NULL || series->first - series->interval > at || series->last <= *until)
            continue;
        best = &s->catalogue->files[i];
        *until = series->last;
    }
    return best;
}

/* At most `most` files; false if so many do not cover the span. */
static bool cover(const search *s, unsigned most, etp_catalogue_prices *found)
{
    etp_time at = s->from;
    found->count = 0;
    while (at < s->until) {
        const etp_catalogue_file *file = longest_at(s, at, &at);
        if (file == NULL || found->count == most)
            return false;
        found->files[found->count++] = file;
    }
    return true;
}

/* One file; several of one format, whose prices are rounded alike; several. */
static bool cover_somehow(search *s, etp_catalogue_prices *found)
{
    s->format = NULL;
    if (cover(s, 1, found))
        return true;
    for (unsigned i = 0; i < ETP_PRICE_LAYOUTS; i++) {
        s->format = &etp_price_layouts[i].format;
        if (cover(s, ETP_CATALOGUE_JOINED_MAX, found))
            return true;
    }
    s->format = NULL;
    return cover(s, ETP_CATALOGUE_JOINED_MAX, found);
}

/* ---- what is said when there is none ---- */

static void list_spans(const search *s, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < s->catalogue->count && size - used > 120; i++) {
        const etp_data_series *series = series_of(&s->catalogue->files[i], s->region);
        if (series == NULL)
            continue;
        used += (size_t)snprintf(list + used, size - used, "%s%.16s to %.16s every %lld s", used > 0 ? "; " : "",
                                 etp_stamp_show(series->first - series->interval).text,
                                 etp_stamp_show(series->last).text, (long long)(series->interval / ETP_NS_PER_SECOND));
    }
}

static int refuse(const search *s, etp_error *error)
{
    char list[600];
    list_spans(s, list, sizeof list);
    return etp_fail(error, ETP_ENOENT, "%s has no prices of %s from %.16s to %.16s every %lld s; it has %s",
                    s->catalogue->folder, s->region, etp_stamp_show(s->from).text, etp_stamp_show(s->until).text,
                    (long long)(s->interval / ETP_NS_PER_SECOND), list[0] != '\0' ? list : "none of that region");
}

/* ---- doors ---- */

int etp_catalogue_find_prices(const etp_catalogue *catalogue, const char *region, etp_time from, etp_time until,
                              etp_time interval, etp_catalogue_prices *found, etp_error *error)
{
    search s = {.catalogue = catalogue, .region = region, .from = from, .until = until, .interval = interval};
    if (from >= until || interval <= 0)
        return etp_fail(error, ETP_EINVAL, "prices are looked for from a moment until a later one, at an interval");
    s.whole = true;
    if (cover_somehow(&s, found))
        return 0;
    s.whole = false; /* the gaps may lie outside the span */
    return cover_somehow(&s, found) ? 0 : refuse(&s, error);
}

int etp_catalogue_load_prices(const etp_catalogue *catalogue, const char *region, etp_time from, etp_time until,
                              etp_time interval, etp_gap_rule gaps, etp_trace *trace, etp_prices_facts *facts,
                              etp_error *error)
{
    etp_catalogue_prices found;
    const char *paths[ETP_CATALOGUE_JOINED_MAX];
    *trace = (etp_trace){0};
    int rc = etp_catalogue_find_prices(catalogue, region, from, until, interval, &found, error);
    if (rc != 0)
        return rc;
    for (unsigned i = 0; i < found.count; i++)
        paths[i] = found.files[i]->path;
    etp_prices_wanted wanted = {.region = region, .from = from, .until = until, .gaps = gaps};
    return etp_prices_load(trace, paths, found.count, &wanted, facts, NULL, error);
}

/* SPDX-License-Identifier: MIT */
#include "cli/evidence/data_notes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/unusable.h"
#include "data/price_unit.h"
#include "program/status.h"
#include "world/calendar.h"

enum { TEXT_SIZE = ETP_UNUSABLE_MAX + 100 };

/* ---- sentences ---- */

static bool is_there(const etp_data_notes *notes, const char *text)
{
    for (unsigned i = 0; i < notes->count; i++)
        if (strcmp(notes->text[i], text) == 0)
            return true;
    return false;
}

/* Each once: several series are often read from the same files. */
static bool add(etp_data_notes *notes, const char *format, ...) ETP_PRINTF(2, 3);

static bool add(etp_data_notes *notes, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (is_there(notes, text))
        return true;
    char **longer = realloc(notes->text, (notes->count + 1) * sizeof *longer);
    if (longer != NULL)
        notes->text = longer;
    char *copy = longer != NULL ? malloc(strlen(text) + 1) : NULL;
    if (copy == NULL)
        return false;
    memcpy(copy, text, strlen(text) + 1);
    notes->text[notes->count++] = copy;
    return true;
}

/* ---- files that do not count ---- */

static bool note_unusable(etp_data_notes *notes, const etp_catalogue *catalogue)
{
    char text[ETP_UNUSABLE_MAX];
    bool told = true;
    for (size_t i = 0; i < catalogue->count && told; i++)
        if (etp_file_unusable(&catalogue->files[i], text))
            told = add(notes, "Not used: %s", text);
    return told;
}

/* ---- files that contradict each other ---- */

/* Published files are rounded to a cent a MWh. */
static const etp_price rounding = ETP_PRICE_PER_CENT / 1000;

typedef struct difference {
    size_t shared, count, first; /* intervals of both, those with two prices, and the first of them in the series */
    etp_price other;             /* there */
} difference;

static bool is_joined(const etp_catalogue_prices *joined, const etp_catalogue_file *file)
{
    for (unsigned i = 0; i < joined->count; i++)
        if (joined->files[i] == file)
            return true;
    return false;
}

static const etp_data_series *same_kind(const etp_catalogue_file *file, const etp_series *series)
{
    for (unsigned i = 0; file->code == 0 && i < file->about.series_count; i++) {
        const etp_data_series *found = &file->about.series[i];
        if (strcmp(found->unit, "A$/MWh") == 0 && strcmp(found->name, series->region) == 0 &&
            found->interval == series->interval && found->conflicts == 0)
            return found;
    }
    return NULL;
}

static void compare(const etp_trace *used, const etp_trace *other, difference *found)
{
    for (size_t i = 0; i < other->count; i++) {
        size_t at = (size_t)((other->starts - used->starts) / used->interval) + i;
        etp_price gap = at < used->count ? used->prices[at] - other->prices[i] : 0;
        found->shared += at < used->count;
        if (gap >= -rounding && gap <= rounding)
            continue;
        if (found->count++ == 0) {
            found->first = at;
            found->other = other->prices[i];
        }
    }
}

/* How the file's prices differ from the series in the intervals that both have. What cannot be read without its gaps is
 * not compared. */
static difference differ(const etp_series *series, const etp_catalogue_file *file, const etp_data_series *there)
{
    difference found = {0};
    etp_trace other;
    etp_error unused = {0};
    const char *path = file->path;
    etp_time first = there->first - there->interval;
    etp_prices_wanted wanted = {.region = series->region,
                                .from = first > series->from ? first : series->from,
                                .until = there->last < series->until ? there->last : series->until};
    if (wanted.until - wanted.from < 2 * series->interval ||
        etp_prices_load(&other, &path, 1, &wanted, NULL, NULL, &unused) != ETP_OK)
        return found;
    if (other.interval == series->trace.interval && other.starts >= series->trace.starts)
        compare(&series->trace, &other, &found);
    etp_trace_fini(&other);
    return found;
}

static bool note_difference(etp_data_notes *notes, const etp_series *series, const etp_catalogue_prices *joined,
                            const etp_catalogue_file *file)
{
    const etp_data_series *there = same_kind(file, series);
    if (there == NULL || is_joined(joined, file))
        return true;
    difference found = differ(series, file, there);
    if (found.count == 0)
        return true;
    const etp_trace *used = &series->trace;
    const double per_mwh = 0.1 * (double)ETP_PRICE_PER_CENT;
    return add(
        notes,
        "Two files disagree: in %zu of %zu intervals %.255s has another price of %s than %.255s%s, which is used; "
        "the first begins at %s, with A$ %.2f and %.2f/MWh. Remove the one that is wrong.",
        found.count, found.shared, etp_file_name(file), series->region, etp_file_name(joined->files[0]),
        joined->count > 1 ? " and those joined to it" : "",
        etp_stamp_show(used->starts + (etp_time)found.first * used->interval).text, (double)found.other / per_mwh,
        (double)used->prices[found.first] / per_mwh);
}

static bool note_differences(etp_data_notes *notes, const etp_catalogue *catalogue, const etp_series *series)
{
    etp_catalogue_prices joined;
    etp_error unused = {0};
    bool told = true;
    bool as_read = series->code == ETP_OK && series->constant == ETP_PRICE_NONE && series->cap == ETP_PRICE_NONE;
    if (!as_read || etp_catalogue_find_prices(catalogue, series->region, series->from, series->until, series->interval,
                                              &joined, &unused) != ETP_OK)
        return true;
    for (size_t i = 0; i < catalogue->count && told; i++)
        told = note_difference(notes, series, &joined, &catalogue->files[i]);
    return told;
}

/* ---- tariffs ---- */

static bool note_tariffs(etp_data_notes *notes, const etp_catalogue *catalogue)
{
    return etp_catalogue_find(catalogue, "feed-in-tariffs") != NULL ||
           add(notes, "The folder of data has no table of feed-in tariffs that can be read: whether the scenario's are "
                      "those of their states and years was not checked.");
}

/* ---- doors ---- */

int etp_data_notes_make(etp_data_notes *notes, const etp_study *study, etp_error *error)
{
    *notes = (etp_data_notes){0};
    bool told = note_unusable(notes, &study->catalogue);
    for (unsigned i = 0; study->series.catalogue != NULL && i < study->series.count && told; i++)
        told = note_differences(notes, &study->catalogue, study->series.list[i]);
    if (told && study->view.experiment_count > 0 && study->options->data != NULL)
        told = note_tariffs(notes, &study->catalogue);
    if (told)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ENOMEM, "no memory for what is told of the data");
    return ETP_EXIT_FAILED;
}

void etp_data_notes_fini(etp_data_notes *notes)
{
    for (unsigned i = 0; i < notes->count; i++)
        free(notes->text[i]);
    free(notes->text);
    *notes = (etp_data_notes){0};
}

/* The same year to the mWh is the same household, whatever its file is called. */
static bool is_same(const etp_profile_about *a, const etp_profile_about *b)
{
    return a->starts == b->starts && a->a_year == b->a_year && a->homes == b->homes;
}

static int check_pairs(const etp_profiles *profiles, const char *folder, etp_error *error)
{
    etp_profile_about a, b;
    unsigned count = etp_profiles_count(profiles);
    for (unsigned i = 1; i <= count; i++) {
        for (unsigned j = i + 1; j <= count; j++) {
            if (etp_profiles_about(profiles, i, &a) != ETP_OK || etp_profiles_about(profiles, j, &b) != ETP_OK ||
                !is_same(&a, &b))
                continue;
            etp_fail(
                error, ETP_EINVAL,
                "%s holds a household twice: %s uses the same %.3f kWh a year as %s, from the same day on, and would "
                "count twice; remove one of the two files (etp-engine data %s says what each of them is)",
                folder, b.name, (double)b.a_year / (double)ETP_ENERGY_PER_KWH, a.name, folder);
            return ETP_EXIT_FAILED;
        }
    }
    return ETP_EXIT_DONE;
}

int etp_data_check_households(const etp_study *study, etp_error *error)
{
    const etp_households_list *all = &study->households;
    return all->count > 0 ? check_pairs(all->list[0]->profiles, study->catalogue.folder, error) : ETP_EXIT_DONE;
}

int etp_data_check_prices(const etp_study *study, etp_error *error)
{
    char what[160];
    for (unsigned i = 0; i < study->series.count; i++) {
        const etp_series *series = study->series.list[i];
        snprintf(what, sizeof what, "prices of %.31s from %.10s on", series->region, etp_stamp_show(series->from).text);
        if (series->code == ETP_OK && series->constant == ETP_PRICE_NONE && series->cap == ETP_PRICE_NONE &&
            etp_price_unit_check(&series->trace, what, error) != ETP_OK)
            return ETP_EXIT_FAILED;
    }
    return ETP_EXIT_DONE;
}

/* SPDX-License-Identifier: MIT */
/* What estimates see of a study, besides its cells: values, files, and sentences that a reader must know. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "etp/version.h"
#include "study/days.h"
#include "study/study.h"
#include "study/tariff_notes.h"

static const char attribution[] = "Source: Australian Energy Market Operator (AEMO)";

enum { TEXT_SIZE = 900 };

static int fail_memory(etp_error *error)
{
    return etp_fail(error, ETP_ENOMEM, "no memory for what is told of the study");
}

static char *format_text(const char *format, va_list arguments)
{
    char text[TEXT_SIZE];
    int size = vsnprintf(text, sizeof text, format, arguments);
    char *copy = size >= 0 ? malloc(strlen(text) + 1) : NULL;
    if (copy != NULL)
        memcpy(copy, text, strlen(text) + 1);
    return copy;
}

static char *make_text(const char *format, ...) ETP_PRINTF(1, 2);

static char *make_text(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    return text;
}

/* ---- values ---- */

static int compare_values(const void *left, const void *right)
{
    return strcmp(((const etp_study_value *)left)->name, ((const etp_study_value *)right)->name);
}

static int fill_values(etp_study *study, const etp_plan_how *how, etp_error *error)
{
    etp_setup *base = malloc(sizeof *base);
    etp_study_value *values = calloc(etp_knob_count(), sizeof *values);
    study->view.values = values;
    if (base != NULL)
        etp_plan_base(how, base);
    for (unsigned i = 0; base != NULL && values != NULL && i < etp_knob_count(); i++) {
        etp_knob knob = etp_knob_describe(i);
        values[i] = (etp_study_value){.name = make_text("%s", knob.name),
                                      .text = make_text("%s", base->values[i].text),
                                      .unit = knob.unit,
                                      .number = base->values[i].number};
        study->view.value_count = i + 1;
        if (values[i].name == NULL || values[i].text == NULL) {
            free(base);
            return fail_memory(error);
        }
    }
    if (values != NULL)
        qsort(values, study->view.value_count, sizeof *values, compare_values);
    free(base);
    return study->view.value_count == etp_knob_count() ? ETP_OK : fail_memory(error);
}

/* ---- files ---- */

static bool is_joined(const etp_catalogue_prices *joined, const etp_catalogue_file *file)
{
    for (unsigned i = 0; i < joined->count; i++)
        if (joined->files[i] == file)
            return true;
    return false;
}

/* The first of the series that were read from this file, or NULL. */
static const etp_series *series_from(const etp_study *study, const etp_catalogue_file *file)
{
    for (unsigned i = 0; i < study->series.count; i++) {
        const etp_series *series = study->series.list[i];
        etp_catalogue_prices joined = {0};
        etp_error unused = {0};
        if (series->code == ETP_OK &&
            etp_catalogue_find_prices(&study->catalogue, series->region, series->from, series->until, series->interval,
                                      &joined, &unused) == ETP_OK &&
            is_joined(&joined, file))
            return series;
    }
    return NULL;
}

static char *tell_prices(const etp_series *series)
{
    const etp_prices_facts *facts = &series->facts;
    return make_text("%zu rows; %zu gaps, %zu intervals held; %zu rows repeated, %zu out of order, %zu of "
                     "interventions left out%s",
                     facts->rows, facts->gaps, facts->held, facts->repeats, facts->unsorted, facts->interventions,
                     facts->wrong_zone ? "; stamps labelled +11:00 are in market time" : "");
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool fill_file(const etp_study *study, const etp_catalogue_file *from, etp_study_file *file)
{
    const etp_series *series = series_from(study, from);
    const char *kind = study->households.count > 0 ? etp_households_kind(from) : NULL;
    if (series == NULL && kind == NULL)
        return false;
    *file = (etp_study_file){.name = make_text("%s", name_of(from->path)),
                             .hash = make_text("%016" PRIx64, from->about.hash),
                             .what = series != NULL ? make_text("prices: %s", from->about.format->title)
                                                    : make_text("%s", kind),
                             .note = series != NULL ? tell_prices(series) : make_text("%s", "")};
    return true;
}

static int fill_files(etp_study *study, etp_error *error)
{
    const etp_catalogue *catalogue = &study->catalogue;
    etp_study_file *files = calloc(catalogue->count + 1, sizeof *files);
    study->view.files = files;
    if (files == NULL)
        return fail_memory(error);
    for (size_t i = 0; i < catalogue->count; i++) {
        etp_study_file *file = &files[study->view.file_count];
        if (catalogue->files[i].code != ETP_OK || !fill_file(study, &catalogue->files[i], file))
            continue;
        study->view.file_count++;
        if (file->name == NULL || file->hash == NULL || file->what == NULL || file->note == NULL)
            return fail_memory(error);
    }
    return ETP_OK;
}

/* ---- facts ---- */

enum { FACTS_MAX = 16 };

static bool add_fact(etp_study *study, const char *format, ...) ETP_PRINTF(2, 3);

static bool add_fact(etp_study *study, const char *format, ...)
{
    char **facts = (char **)(void *)study->view.facts;
    va_list arguments;
    va_start(arguments, format);
    char *text = study->view.fact_count < FACTS_MAX ? format_text(format, arguments) : NULL;
    va_end(arguments);
    if (text != NULL)
        facts[study->view.fact_count++] = text;
    return text != NULL;
}

static bool tell_made_up(etp_study *study)
{
    return add_fact(study, "Prices and homes are made up: this shows how the study works, and is no evidence.");
}

static bool tell_households(etp_study *study, const etp_region_households *homes)
{
    const etp_profiles_facts *facts = &homes->facts;
    etp_profile_about about;
    if (etp_profiles_about(homes->profiles, 1, &about) != ETP_OK)
        return true;
    return add_fact(
               study,
               "Few of the households are real: all homes are made from %u measured profiles. Single Australian "
               "customers: %u. Means of many Australian homes: %u. Single homes in California: %u of %u, moved by half "
               "a year to the southern seasons; of the others too much is missing.",
               etp_profiles_count(homes->profiles), facts->customers, facts->aggregates, facts->abroad,
               facts->abroad + facts->left_out) &&
           add_fact(study,
                    "Each home draws a profile, moved by some weeks, and its load is scaled; the panels of all homes "
                    "follow one sun (%s), scaled to %.0f kWh for each kW and year. Batteries, tariffs and wear are "
                    "assumptions.",
                    facts->sun, (double)facts->yield / (double)ETP_ENERGY_PER_KWH) &&
           add_fact(study,
                    "Loads were measured from %s on and prices come from other years: the season and the day of the "
                    "week agree, the weather does not. %zu half-hours without load took that of another week.",
                    etp_day_show(about.starts).text, facts->filled);
}

static bool tell_weather(etp_study *study)
{
    char list[TEXT_SIZE / 2] = "";
    for (unsigned i = 0; i < study->households.count; i++) {
        size_t used = strlen(list);
        if (study->households.list[i]->weather > 0)
            snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", study->households.list[i]->region);
    }
    return list[0] == '\0' ||
           add_fact(study, "On some days the sun is that of the day itself, as measured on the region's roofs: %s.",
                    list);
}

/* Points on real prices, as far as they have this note, by their labels. */
static void list_noted(const etp_study *study, const etp_tariffs *tariffs, etp_tariff_note note, char *list,
                       size_t size)
{
    const etp_plan *plan = &study->plan;
    list[0] = '\0';
    for (unsigned i = 0; i < plan->experiment_count; i++) {
        for (unsigned j = 0; plan->own[i].measured && j < plan->experiments[i].point_count; j++) {
            size_t used = strlen(list);
            if (etp_tariff_note_of(tariffs, &plan->own[i].points[j].setup) == note)
                snprintf(list + used, size - used, "%s%s", used > 0 ? ", " : "", plan->experiments[i].points[j].label);
        }
    }
}

/* Tariffs are never averaged over years: what is not of its state and year is said to be that. */
static bool tell_tariffs(etp_study *study)
{
    char list[TEXT_SIZE - 150];
    etp_tariffs tariffs = {0};
    bool told = true;
    if (etp_tariff_tables_load(&tariffs, &study->catalogue)) {
        list_noted(study, &tariffs, ETP_TARIFF_UNKNOWN, list, sizeof list);
        if (list[0] != '\0')
            told = add_fact(study, "The tables have no tariff of the state and year, and the scenario's stands in: %s.",
                            list);
        list_noted(study, &tariffs, ETP_TARIFF_DIFFERS, list, sizeof list);
        if (told && list[0] != '\0')
            told = add_fact(study, "The tables have another feed-in tariff than the scenario: %s.", list);
    }
    etp_tariffs_fini(&tariffs);
    return told;
}

static int fill_facts(etp_study *study, etp_error *error)
{
    study->view.facts = calloc(FACTS_MAX, sizeof *study->view.facts);
    if (study->view.facts == NULL)
        return fail_memory(error);
    bool told = true;
    if (study->options->data == NULL)
        told = tell_made_up(study);
    else if (study->households.count > 0)
        told = tell_households(study, study->households.list[0]);
    else
        told = add_fact(study, "Homes are made up by the built-in generator: their loads were not measured.");
    if (told)
        told = tell_weather(study);
    if (told && study->options->data != NULL)
        told = tell_tariffs(study);
    return told ? ETP_OK : fail_memory(error);
}

/* ---- the view ---- */

static const etp_cell_result *find(const etp_study_view *view, unsigned experiment, unsigned point, etp_arm arm,
                                   etp_price_world world, unsigned seed)
{
    const etp_cell *cell = etp_plan_find(view->user, experiment, point, arm, world, seed);
    return cell != NULL && cell->done ? &cell->result : NULL;
}

static bool has_attribution(const etp_study *study)
{
    for (unsigned i = 0; i < study->series.count; i++)
        if (strcmp(study->series.list[i]->trace.source, "AEMO") == 0)
            return true;
    return false;
}

int etp_study_describe(etp_study *study, const etp_plan_how *how, etp_error *error)
{
    const etp_plan *plan = &study->plan;
    study->view = (etp_study_view){.experiments = plan->experiments,
                                   .experiment_count = plan->experiment_count,
                                   .left_out = (const char *const *)plan->left_out,
                                   .left_out_count = plan->left_out_count,
                                   .illustration = study->options->data == NULL,
                                   .quick = study->options->quick,
                                   .attribution = has_attribution(study) ? attribution : "",
                                   .command = study->options->command,
                                   .version = etp_version(),
                                   .find = find,
                                   .user = plan};
    int result = fill_values(study, how, error);
    if (result == ETP_OK)
        result = fill_files(study, error);
    return result == ETP_OK ? fill_facts(study, error) : result;
}

/* The lists are ours, though a reader may not change them. */
static void release(const void *memory)
{
    free((void *)(uintptr_t)memory);
}

void etp_study_forget(etp_study *study)
{
    const etp_study_view *view = &study->view;
    for (unsigned i = 0; i < view->value_count; i++) {
        release(view->values[i].name);
        release(view->values[i].text);
    }
    for (unsigned i = 0; i < view->file_count; i++) {
        release(view->files[i].name);
        release(view->files[i].hash);
        release(view->files[i].what);
        release(view->files[i].note);
    }
    for (unsigned i = 0; i < view->fact_count; i++)
        release(view->facts[i]);
    release(view->values);
    release(view->files);
    release(view->facts);
    study->view = (etp_study_view){0};
}

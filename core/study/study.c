/* SPDX-License-Identifier: MIT */
#include "study/study.h"

#include <stdlib.h>
#include <string.h>

#include "program/status.h"
#include "program/workers.h"
#include "study/sources.h"

static int fail_memory(etp_error *error)
{
    etp_fail(error, ETP_ENOMEM, "no memory for the study");
    return ETP_EXIT_FAILED;
}

/* ---- before anything is run ---- */

static int read_sets(etp_study *study, etp_error *error)
{
    int status = ETP_EXIT_DONE;
    for (unsigned i = 0; i < study->options->set_count && status == ETP_EXIT_DONE; i++)
        status = etp_overrides_read(&study->set, study->options->sets[i], error);
    return status;
}

static int read_data(etp_study *study, etp_error *error)
{
    const char *folder = study->options->data;
    if (folder == NULL)
        return ETP_EXIT_DONE;
    if (etp_catalogue_read(&study->catalogue, folder, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    study->series.catalogue = &study->catalogue;
    study->households.catalogue = &study->catalogue;
    return ETP_EXIT_DONE;
}

static int make_plan(etp_study *study, etp_error *error)
{
    study->ground.cast = &study->cast;
    study->ground.households = &study->households;
    study->ground.sources = etp_study_sources;
    const etp_plan_how how = {.scenario = &study->scenario,
                              .set = &study->set,
                              .quick = study->options->quick,
                              .built_in = study->options->data == NULL,
                              .cast = &study->cast,
                              .series = &study->series,
                              .households = &study->households,
                              .ground = &study->ground};
    int status = etp_plan_make(&study->plan, &how, error);
    if (status != ETP_EXIT_DONE)
        return status;
    return etp_study_describe(study, &how, error) == ETP_OK ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
}

int etp_study_set(etp_study *study, const etp_study_options *options, etp_error *error)
{
    *study = (etp_study){.options = options, .store = {.lock = -1}};
    int status = etp_scenario_load(&study->scenario, options->scenario, error);
    if (status == ETP_EXIT_DONE)
        status = read_sets(study, error);
    if (status == ETP_EXIT_DONE)
        status = read_data(study, error);
    if (status == ETP_EXIT_DONE)
        status = make_plan(study, error);
    return status;
}

/* ---- cells that are there ---- */

static int load_cell(void *user, size_t index, etp_error *error)
{
    etp_study *study = user;
    etp_cell *cell = study->plan.cells[index];
    etp_error reason = {0};
    (void)error;
    switch (etp_store_load(&study->store, cell, &cell->result, &reason)) {
    case ETP_STORE_FOUND:
        cell->done = true;
        break;
    case ETP_STORE_BAD:
        etp_log(study->options->logger, ETP_LOG_WARN, "study", "text=\"%s; it is computed again\"", reason.text);
        break;
    case ETP_STORE_NONE:
    default:
        break;
    }
    return ETP_EXIT_DONE;
}

static int compare_weights(const void *left, const void *right)
{
    const etp_cell *a = *(etp_cell *const *)left, *b = *(etp_cell *const *)right;
    uint64_t weight_a = etp_cell_weight(a), weight_b = etp_cell_weight(b);
    if (weight_a != weight_b)
        return weight_a > weight_b ? -1 : 1;
    return strcmp(a->key, b->key);
}

/* The longest come first, so that no thread is left with one when the others are done. */
static int list_pending(etp_study *study, etp_error *error)
{
    const etp_plan *plan = &study->plan;
    study->pending = calloc((size_t)plan->cell_count + 1, sizeof(etp_cell *));
    if (study->pending == NULL)
        return fail_memory(error);
    for (unsigned i = 0; i < plan->cell_count; i++)
        if (!plan->cells[i]->done)
            study->pending[study->pending_count++] = plan->cells[i];
    study->loaded = plan->cell_count - study->pending_count;
    qsort(study->pending, study->pending_count, sizeof(etp_cell *), compare_weights);
    return ETP_EXIT_DONE;
}

/* ---- cells that are computed ---- */

static int play_cell(void *user, size_t index, etp_error *error)
{
    etp_study *study = user;
    etp_cell *cell = study->pending[index];
    int status = etp_cell_play(cell, &study->ground, &cell->result, error);
    if (status == ETP_EXIT_DONE)
        status = etp_store_save(&study->store, cell, &study->ground, &cell->result, error);
    cell->done = status == ETP_EXIT_DONE;
    return status;
}

static uint64_t weigh_cell(void *user, size_t index)
{
    const etp_study *study = user;
    return etp_cell_weight(study->pending[index]);
}

static int play_all(etp_study *study, unsigned jobs, etp_progress *progress, bool bar, etp_error *error)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < study->pending_count; i++)
        all += etp_cell_weight(study->pending[i]);
    etp_progress_begin(progress, bar, all);
    const etp_labour labour = {.work = play_cell, .weight = weigh_cell, .user = study, .count = study->pending_count};
    int status = etp_workers_labour(jobs, &labour, progress, error);
    etp_progress_clear(progress);
    return status;
}

int etp_study_run(etp_study *study, etp_progress *progress, bool bar, etp_error *error)
{
    const etp_study_options *options = study->options;
    unsigned jobs = options->jobs > 0 ? options->jobs : etp_workers_available();
    int status = etp_store_open(&study->store, options->work, error);
    if (status == ETP_EXIT_DONE && options->fresh)
        status = etp_store_empty(&study->store, error);
    if (status == ETP_EXIT_DONE)
        status = etp_workers_run(jobs, study->plan.cell_count, load_cell, study, progress, error);
    if (status == ETP_EXIT_DONE)
        status = list_pending(study, error);
    return status == ETP_EXIT_DONE ? play_all(study, jobs, progress, bar, error) : status;
}

const etp_study_view *etp_study_view_of(const etp_study *study)
{
    return &study->view;
}

void etp_study_fini(etp_study *study)
{
    etp_study_forget(study);
    free(study->pending);
    etp_store_close(&study->store);
    etp_plan_fini(&study->plan);
    etp_cast_fini(&study->cast);
    etp_households_list_fini(&study->households);
    etp_series_list_fini(&study->series);
    etp_catalogue_fini(&study->catalogue);
    etp_overrides_fini(&study->set);
    etp_scenario_fini(&study->scenario);
}

/* SPDX-License-Identifier: MIT */
/*
 * A made-up study whose answers are known: what an owner has by each arm in a week is set, and cells are made from that. All
 * that is not set stays as study_new() makes it.
 */
#ifndef ETP_TEST_STUDY_FIXTURE_H
#define ETP_TEST_STUDY_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "study/estimate/estimate.h"

enum { STUDY_POINTS_MAX = 8, STUDY_EXPERIMENTS_MAX = 12, STUDY_SEEDS = 4, STUDY_HOMES = 6, STUDY_WEEKS = 8 };

typedef struct study_case {
    double benefit[ETP_ARMS]; /* A$ per battery and week, over the flat arm */
    double margin[ETP_ARMS];  /* buyers', the same */
    double clipped;           /* all benefits times this in the clipped world */
    double swing;             /* weeks differ by up to this part of the benefit; their mean is the benefit */
    double noise;             /* A$ added to the firms' weeks: + in even weeks, - in odd ones */
    double loser;             /* A$ per week that the last home has less from the firms */
    double efficiency;
    bool absent[ETP_ARMS][STUDY_SEEDS];
} study_case;

typedef struct study {
    etp_study_view view;
    etp_study_experiment experiments[STUDY_EXPERIMENTS_MAX];
    etp_study_point points[STUDY_EXPERIMENTS_MAX][STUDY_POINTS_MAX];
    study_case cases[STUDY_EXPERIMENTS_MAX][STUDY_POINTS_MAX];
    etp_study_value values[4];
    etp_cell_result *cells[STUDY_EXPERIMENTS_MAX][STUDY_POINTS_MAX][ETP_ARMS][ETP_PRICE_WORLDS][STUDY_SEEDS];
} study;

/* ---- cells ---- */

static inline void *study_take(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    assert_non_null(memory);
    return memory;
}

static inline double study_week(const study_case *of, etp_arm arm, etp_price_world world, unsigned home, unsigned week)
{
    /* The weeks' factors have the mean 1: two and two about it. */
    double sign = week % 4 < 2 ? 1 : -1;
    double benefit = of->benefit[arm] * (1 + sign * of->swing);
    if (arm == ETP_ARM_FIRMS)
        benefit += (week % 2 == 0 ? of->noise : -of->noise) - (home + 1 == STUDY_HOMES ? of->loser : 0);
    return world == ETP_PRICES_CLIPPED ? benefit * of->clipped : benefit;
}

static inline void study_fill_slice(etp_ledger_slice *slice, const study_case *of, etp_arm arm, double paid,
                                    double energy)
{
    double worth = paid + of->margin[arm] * STUDY_HOMES / 7;
    slice->intervals += 288;
    slice->offered += (etp_energy)llround(4 * energy * ETP_ENERGY_PER_KWH);
    slice->sold += (etp_energy)llround(energy * ETP_ENERGY_PER_KWH);
    slice->paid += llround(paid * ETP_MONEY_PER_DOLLAR);
    slice->worth += llround(worth * ETP_MONEY_PER_DOLLAR);
    slice->spot += llround(2 * paid * ETP_MONEY_PER_DOLLAR);
    slice->cost += llround(paid / 2 * ETP_MONEY_PER_DOLLAR);
    slice->gain += llround(of->efficiency * 100 * ETP_MONEY_PER_DOLLAR);
    slice->best_gain += llround(100.0 * ETP_MONEY_PER_DOLLAR);
}

/* One home sells 7 kWh a week; what it is paid is its benefit and 70 cents. */
static inline void study_fill(etp_cell_result *cell, const study_case *of, etp_arm arm, etp_price_world world)
{
    for (unsigned week = 0; week < STUDY_WEEKS; week++) {
        double paid = 0;
        for (unsigned home = 0; home < STUDY_HOMES; home++) {
            size_t at = (size_t)home * STUDY_WEEKS + week;
            double benefit = study_week(of, arm, world, home, week);
            cell->cost[at] = llround((20 - benefit) * ETP_MONEY_PER_DOLLAR);
            if (cell->sold == NULL)
                continue;
            cell->sold[at] = 7 * ETP_ENERGY_PER_KWH;
            cell->income[at] = llround((benefit + 0.7) * ETP_MONEY_PER_DOLLAR);
            paid += benefit + 0.7;
        }
        for (unsigned day = 0; cell->day != NULL && day < 7; day++) {
            study_fill_slice(&cell->day[week * 7 + day], of, arm, paid / 7, STUDY_HOMES);
            study_fill_slice(&cell->total, of, arm, paid / 7, STUDY_HOMES);
            study_fill_slice(&cell->hour[18], of, arm, paid / 7, STUDY_HOMES);
            study_fill_slice(&cell->regime[ETP_REGIME_EVENING], of, arm, paid / 7, STUDY_HOMES);
        }
    }
}

static inline void study_fill_firms(etp_cell_result *cell, etp_arm arm)
{
    cell->firms = arm == ETP_ARM_FIRMS || arm == ETP_ARM_COMPETITIVE ? 2 : 1;
    cell->firm = study_take(cell->firms, sizeof *cell->firm);
    for (unsigned i = 0; i < cell->firms; i++) {
        cell->firm[i].portfolios = 1;
        snprintf(cell->firm[i].name, sizeof cell->firm[i].name, "strategy-%u", i + 1);
        cell->firm[i].bids = 100, cell->firm[i].trades = 50;
        cell->firm[i].energy = cell->total.sold / cell->firms;
        cell->firm[i].paid = cell->total.paid / cell->firms;
        cell->firm[i].worth = cell->total.worth / cell->firms + (i + 1) * ETP_MONEY_PER_DOLLAR;
    }
}

static inline etp_cell_result *study_cell(const study_case *of, etp_arm arm, etp_price_world world)
{
    etp_cell_result *cell = study_take(1, sizeof *cell);
    *cell = (etp_cell_result){.homes = STUDY_HOMES, .blocks = STUDY_WEEKS, .days = STUDY_WEEKS * 7};
    cell->home = study_take(STUDY_HOMES, sizeof *cell->home);
    for (unsigned home = 0; home < STUDY_HOMES; home++)
        cell->home[home] = (etp_cell_home){home % 3, (home % 2 + 1) * 5 * ETP_ENERGY_PER_KWH};
    cell->cost = study_take(STUDY_HOMES * STUDY_WEEKS, sizeof *cell->cost);
    if (etp_arm_has_market(arm)) {
        cell->sold = study_take(STUDY_HOMES * STUDY_WEEKS, sizeof *cell->sold);
        cell->income = study_take(STUDY_HOMES * STUDY_WEEKS, sizeof *cell->income);
        cell->day = study_take(cell->days, sizeof *cell->day);
    }
    study_fill(cell, of, arm, world);
    if (etp_arm_has_market(arm))
        study_fill_firms(cell, arm);
    return cell;
}

static inline void study_free_cell(etp_cell_result *cell)
{
    if (cell == NULL)
        return;
    free(cell->home), free(cell->cost), free(cell->sold), free(cell->income), free(cell->day), free(cell->firm);
    free(cell);
}

static inline const etp_cell_result *study_find(const etp_study_view *view, unsigned experiment, unsigned point,
                                                etp_arm arm, etp_price_world world, unsigned seed)
{
    /* Made when it is asked for. */
    study *made = (study *)(uintptr_t)view->user;
    const etp_study_point *about = &made->points[experiment][point];
    study_case *of = &made->cases[experiment][point];
    if ((about->arms >> arm & 1) == 0 || (about->worlds >> world & 1) == 0 || seed >= about->seeds ||
        of->absent[arm][seed])
        return NULL;
    etp_cell_result **cell = &made->cells[experiment][point][arm][world][seed];
    if (*cell == NULL)
        *cell = study_cell(of, arm, world);
    return *cell;
}

/* ---- studies ---- */

static inline study_case study_usual(void)
{
    return (study_case){
        .benefit = {[ETP_ARM_TIMED] = 1,
                    [ETP_ARM_TIMED_NONE] = 0.5,
                    [ETP_ARM_POSTED] = 2,
                    [ETP_ARM_KNOWING] = 0,
                    [ETP_ARM_ALONE] = 2.25,
                    [ETP_ARM_FIRMS] = 3,
                    [ETP_ARM_COMPETITIVE] = 4},
        .margin = {[ETP_ARM_POSTED] = 1.5, [ETP_ARM_KNOWING] = 3, [ETP_ARM_ALONE] = 1, [ETP_ARM_FIRMS] = 0.75},
        .clipped = 0.5,
        .swing = 0.25,
        .efficiency = 0.8,
    };
}

enum { STUDY_ALL_ARMS = (1 << ETP_ARMS) - 1 };

/* Adds a point with the usual case to an experiment, which is made with its first point. */
static inline study_case *study_add(study *made, const char *experiment, const char *id)
{
    unsigned at = 0;
    while (at < made->view.experiment_count && strcmp(made->experiments[at].id, experiment) != 0)
        at++;
    if (at == made->view.experiment_count) {
        assert_true(at < STUDY_EXPERIMENTS_MAX);
        made->experiments[at] =
            (etp_study_experiment){.id = experiment, .title = experiment, .axis = "", .points = made->points[at]};
        made->view.experiment_count++;
    }
    unsigned point = made->experiments[at].point_count++;
    assert_true(point < STUDY_POINTS_MAX);
    made->points[at][point] = (etp_study_point){.id = id,
                                                .label = id,
                                                .group = "",
                                                .side = "",
                                                .value = NAN,
                                                .base = -1,
                                                .seeds = STUDY_SEEDS,
                                                .days = STUDY_WEEKS * 7,
                                                .blocks = STUDY_WEEKS,
                                                .arms = STUDY_ALL_ARMS,
                                                .worlds = 3,
                                                .region = "VIC1",
                                                .span = "8 weeks",
                                                .feed_in = 33000,
                                                .interval = 300 * ETP_NS_PER_SECOND,
                                                .condition = ""};
    made->cases[at][point] = study_usual();
    return &made->cases[at][point];
}

/* The point that was added last to an experiment. */
static inline etp_study_point *study_point(study *made, const char *experiment)
{
    const etp_study_experiment *found = etp_study_find_experiment(&made->view, experiment);
    assert_non_null(found);
    return &made->points[found - made->experiments][found->point_count - 1];
}

static inline study *study_new(void)
{
    study *made = study_take(1, sizeof *made);
    made->values[0] = (etp_study_value){"aggregation.fixed_cost", "25", "A$ per battery and year", 25};
    made->values[1] = (etp_study_value){"prices.cap", "300", "A$/MWh", 300};
    made->values[2] = (etp_study_value){"world.need", "1.5", "", 1.5};
    made->values[3] = (etp_study_value){"world.q", "0.6", "", 0.6};
    made->view = (etp_study_view){.experiments = made->experiments,
                                  .values = made->values,
                                  .value_count = 4,
                                  .attribution = "",
                                  .command = "etp-engine evidence",
                                  .version = "0.0.0",
                                  .find = study_find,
                                  .user = made};
    return made;
}

/* Cells are made again from their cases when they are asked for. */
static inline void study_forget_cells(study *made)
{
    etp_cell_result **cell = &made->cells[0][0][0][0][0];
    for (size_t i = 0; i < sizeof made->cells / sizeof *cell; i++) {
        study_free_cell(cell[i]);
        cell[i] = NULL;
    }
}

static inline void study_free(study *made)
{
    study_forget_cells(made);
    free(made);
}

/* ---- what comes of it ---- */

typedef struct study_report {
    etp_findings findings;
    char *json; /* the document */
    size_t size;
} study_report;

static inline study_report study_estimate(const study *made)
{
    study_report report = {0};
    const etp_estimate_how how = {.resamples = 300, .seed = 1};
    etp_error error = {0};
    etp_document *document = etp_document_new("A study");
    assert_non_null(document);
    if (etp_study_estimate(&made->view, &how, document, &report.findings, &error) != ETP_OK)
        fail_msg("%s", error.text);
    FILE *out = open_memstream(&report.json, &report.size);
    assert_non_null(out);
    assert_int_equal(etp_document_write_json(document, "evidence", out, NULL), ETP_OK);
    fclose(out);
    etp_document_free(document);
    return report;
}

/* With C by default alone, when nothing else matters. */
static inline study_report study_estimate_free(study *made)
{
    study_report report = study_estimate(made);
    study_free(made);
    return report;
}

static inline study *study_of_headline(void)
{
    study *made = study_new();
    study_add(made, "headline", "reference");
    return made;
}

static inline void study_assert_near(double value, double wanted, double off)
{
    if (!(value >= wanted - off && value <= wanted + off))
        fail_msg("%.17g is not %.17g", value, wanted);
}

static inline void study_assert_says(const study_report *report, const char *words)
{
    if (strstr(report->json, words) == NULL)
        fail_msg("the report does not say \"%s\"", words);
}

static inline void study_assert_silent(const study_report *report, const char *words)
{
    if (strstr(report->json, words) != NULL)
        fail_msg("the report says \"%s\"", words);
}

/* The table or plot of this id in a report; NULL if there is none. */
static inline json_t *study_item(json_t *page, const char *id)
{
    size_t i, j;
    json_t *section, *item;
    json_array_foreach(json_object_get(json_object_get(page, "document"), "sections"), i, section)
    {
        json_array_foreach(json_object_get(section, "items"), j, item)
        {
            const char *found = json_string_value(json_object_get(item, "id"));
            if (found != NULL && strcmp(found, id) == 0)
                return item;
        }
    }
    return NULL;
}

static inline json_t *study_y(json_t *series, size_t point)
{
    return json_object_get(json_array_get(json_object_get(series, "points"), point), "y");
}

static inline etp_answer study_answer(const study_report *report, unsigned number)
{
    return report->findings.hypothesis[number - 1].answer;
}

#endif

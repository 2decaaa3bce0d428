/* SPDX-License-Identifier: MIT */
/* From the shipped scenario to cells: which value goes over which, what is shared, where pieces lie, what is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "program/status.h"
#include "study/plan.h"

typedef struct fixture {
    etp_scenario scenario;
    etp_overrides set;
    etp_cast cast;
    etp_series_list series;
    etp_households_list households;
    etp_ground ground;
    etp_plan plan;
} fixture;

static int begin(void **state)
{
    etp_error error = {0};
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    if (etp_scenario_load(&f->scenario, ETP_SOURCE_DIR "/scenarios/study.lua", &error) != ETP_EXIT_DONE)
        fail_msg("%s", error.text);
    f->ground = (etp_ground){.cast = &f->cast, .households = &f->households, .sources = "of a test"};
    *state = f;
    return 0;
}

static int end(void **state)
{
    fixture *f = *state;
    etp_plan_fini(&f->plan);
    etp_cast_fini(&f->cast);
    etp_series_list_fini(&f->series);
    etp_overrides_fini(&f->set);
    etp_scenario_fini(&f->scenario);
    free(f);
    return 0;
}

static void set(fixture *f, const char *text)
{
    etp_error error = {0};
    assert_int_equal(etp_overrides_read(&f->set, text, &error), ETP_EXIT_DONE);
}

static int make(fixture *f, bool quick, etp_error *error)
{
    const etp_plan_how how = {.scenario = &f->scenario,
                              .set = &f->set,
                              .quick = quick,
                              .built_in = true,
                              .cast = &f->cast,
                              .series = &f->series,
                              .households = &f->households,
                              .ground = &f->ground};
    return etp_plan_make(&f->plan, &how, error);
}

static void make_well(fixture *f, bool quick)
{
    etp_error error = {0};
    if (make(f, quick, &error) != ETP_EXIT_DONE)
        fail_msg("%s", error.text);
}

static unsigned experiment_of(const fixture *f, const char *id)
{
    unsigned i = 0;
    while (i < f->plan.experiment_count && strcmp(f->plan.experiments[i].id, id) != 0)
        i++;
    if (i == f->plan.experiment_count)
        fail_msg("there is no experiment %s", id);
    return i;
}

static const etp_setup *setup_of(const fixture *f, const char *id, unsigned point)
{
    return &f->plan.own[experiment_of(f, id)].points[point].setup;
}

static double number(const etp_setup *setup, const char *name)
{
    return etp_setup_number(setup, etp_knob_find(name));
}

/* ---- which value goes over which ---- */

static void each_layer_goes_over_the_one_before(void **state)
{
    fixture *f = *state;
    make_well(f, false);
    assert_true(number(setup_of(f, "headline", 0), "seeds.count") == 20);
    assert_true(number(setup_of(f, "mechanism", 0), "seeds.count") == 3);
    assert_true(number(setup_of(f, "rivals", 0), "market.firms") == 1);
    assert_true(number(setup_of(f, "rivals", 4), "market.firms") == 8);
    assert_true(number(setup_of(f, "owners", 0), "market.portfolios") == 8);
}

static void the_short_version_goes_over_experiments(void **state)
{
    fixture *f = *state;
    make_well(f, true);
    assert_true(number(setup_of(f, "rivals", 0), "seeds.count") == 2);
    assert_true(number(setup_of(f, "rivals", 4), "market.firms") == 8);
}

static void the_command_line_goes_over_all_but_points(void **state)
{
    fixture *f = *state;
    set(f, "seeds.count=4");
    set(f, "market.firms=2");
    set(f, "market.firms=3");
    make_well(f, true);
    assert_true(number(setup_of(f, "headline", 0), "seeds.count") == 4);
    assert_true(number(setup_of(f, "rivals", 0), "seeds.count") == 4);
    assert_true(number(setup_of(f, "headline", 0), "market.firms") == 3);
    assert_true(number(setup_of(f, "rivals", 0), "market.firms") == 1);
}

/* ---- cells ---- */

static void equal_cells_are_one(void **state)
{
    fixture *f = *state;
    make_well(f, false);
    const etp_plan *plan = &f->plan;
    unsigned rules = experiment_of(f, "mechanism"), tornado = experiment_of(f, "tornado");
    const etp_cell *flat = etp_plan_find(plan, rules, 0, ETP_ARM_FLAT, ETP_PRICES_ALL, 0);
    assert_non_null(flat);
    assert_true(plan->cell_count < plan->asked * 2 / 3);
    /* Homes without a market know neither rules nor prices; a utility knows no mechanism. */
    assert_ptr_equal(flat, etp_plan_find(plan, rules, 3, ETP_ARM_FLAT, ETP_PRICES_CLIPPED, 0));
    assert_ptr_equal(flat, etp_plan_find(plan, tornado, 0, ETP_ARM_FLAT, ETP_PRICES_ALL, 0));
    assert_ptr_equal(etp_plan_find(plan, rules, 0, ETP_ARM_POSTED, ETP_PRICES_ALL, 1),
                     etp_plan_find(plan, rules, 3, ETP_ARM_POSTED, ETP_PRICES_ALL, 1));
    assert_ptr_not_equal(etp_plan_find(plan, rules, 0, ETP_ARM_FIRMS, ETP_PRICES_ALL, 1),
                         etp_plan_find(plan, rules, 3, ETP_ARM_FIRMS, ETP_PRICES_ALL, 1));
    assert_ptr_not_equal(flat, etp_plan_find(plan, rules, 0, ETP_ARM_FLAT, ETP_PRICES_ALL, 1));
}

static void cells_that_are_not_asked_for_are_not_there(void **state)
{
    fixture *f = *state;
    make_well(f, true);
    const etp_plan *plan = &f->plan;
    unsigned rivals = experiment_of(f, "rivals");
    assert_null(etp_plan_find(plan, rivals, 0, ETP_ARM_KNOWING, ETP_PRICES_ALL, 0));
    assert_null(etp_plan_find(plan, rivals, 0, ETP_ARM_FLAT, ETP_PRICES_ALL, 2));
    assert_null(etp_plan_find(plan, rivals, 5, ETP_ARM_FLAT, ETP_PRICES_ALL, 0));
    assert_null(etp_plan_find(plan, 99, 0, ETP_ARM_FLAT, ETP_PRICES_ALL, 0));
    assert_null(etp_plan_find(plan, rivals, 0, ETP_ARMS, ETP_PRICES_ALL, 0));
}

static void pieces_are_spread_evenly(void **state)
{
    fixture *f = *state;
    make_well(f, false);
    const etp_cell *cell = etp_plan_find(&f->plan, experiment_of(f, "rivals"), 0, ETP_ARM_FIRMS, ETP_PRICES_ALL, 0);
    size_t per_day = 288;
    assert_int_equal(etp_cell_piece_first(cell, 0), cell->series->first_noon);
    for (unsigned i = 1; i < 13; i++)
        assert_int_equal(etp_cell_piece_first(cell, i) - etp_cell_piece_first(cell, i - 1), 28 * per_day);
    assert_true(etp_cell_piece_first(cell, 12) + 7 * per_day <= cell->series->trace.count);
}

/* ---- points ---- */

static void a_point_knows_its_base(void **state)
{
    fixture *f = *state;
    make_well(f, false);
    const etp_study_experiment *tornado = &f->plan.experiments[experiment_of(f, "tornado")];
    unsigned sides = 0;
    assert_int_equal(tornado->points[0].base, -1);
    for (unsigned i = 1; i < tornado->point_count; i++) {
        assert_int_equal(tornado->points[i].base, 0);
        sides += strcmp(tornado->points[i].side, "low") == 0 || strcmp(tornado->points[i].side, "high") == 0;
    }
    assert_int_equal(sides, tornado->point_count - 1);
    assert_true(tornado->point_count > 25);
}

static bool tells(const etp_plan *plan, const char *words)
{
    for (unsigned i = 0; i < plan->left_out_count; i++)
        if (strstr(plan->left_out[i], words) != NULL)
            return true;
    return false;
}

static void what_needs_real_data_is_left_out(void **state)
{
    fixture *f = *state;
    make_well(f, false);
    assert_true(tells(&f->plan, "Regions and years: it needs real prices"));
    assert_true(tells(&f->plan, "load (x)"));
    assert_false(tells(&f->plan, "headline"));
}

static void pieces_that_do_not_fit_are_refused(void **state)
{
    fixture *f = *state;
    etp_error error = {0};
    set(f, "prices.until=2024-08-01");
    assert_int_equal(make(f, false, &error), ETP_EXIT_USAGE);
    assert_non_null(strstr(error.text, "experiment headline"));
    assert_non_null(strstr(error.text, "1 x 364 days"));
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        WITH(each_layer_goes_over_the_one_before),
        WITH(the_short_version_goes_over_experiments),
        WITH(the_command_line_goes_over_all_but_points),
        WITH(equal_cells_are_one),
        WITH(cells_that_are_not_asked_for_are_not_there),
        WITH(pieces_are_spread_evenly),
        WITH(a_point_knows_its_base),
        WITH(what_needs_real_data_is_left_out),
        WITH(pieces_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

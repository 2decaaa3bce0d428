/* SPDX-License-Identifier: MIT */
/* Cells: every parameter of a scenario is honoured, in the keys of exactly the arms that it matters to, and in what comes
 * out; results survive being written and read, and nothing else is taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "program/status.h"
#include "study/scenario.h"
#include "study/store.h"

/* A small study on made-up prices and homes. */
typedef struct fixture {
    etp_scenario scenario;
    etp_setup setup;
    etp_cast cast;
    etp_series_list series;
    etp_ground ground;
} fixture;

static void set(etp_setup *setup, const char *name, const char *value)
{
    etp_error error = {0};
    unsigned knob = etp_knob_find(name);
    assert_true(knob < etp_knob_count());
    if (etp_knob_read(knob, value, &setup->values[knob], &error) != ETP_OK)
        fail_msg("%s", error.text);
}

static int begin(void **state)
{
    etp_error error = {0};
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    if (etp_scenario_load(&f->scenario, ETP_SOURCE_DIR "/scenarios/study.lua", &error) != ETP_EXIT_DONE)
        fail_msg("%s", error.text);
    f->setup = f->scenario.base;
    set(&f->setup, "homes.source", "built-in");
    set(&f->setup, "homes.count", "6");
    set(&f->setup, "faults.outages", "0.5");
    set(&f->setup, "prices.from", "2025-01-01");
    set(&f->setup, "prices.until", "2025-01-20");
    set(&f->setup, "prices.interval", "30");
    set(&f->setup, "prices.pieces", "1");
    set(&f->setup, "prices.piece_days", "7");
    f->ground = (etp_ground){.cast = &f->cast, .sources = "of a test"};
    *state = f;
    return 0;
}

static int end(void **state)
{
    fixture *f = *state;
    etp_cast_fini(&f->cast);
    etp_series_list_fini(&f->series);
    etp_scenario_fini(&f->scenario);
    free(f);
    return 0;
}

static void make(fixture *f, const etp_setup *setup, etp_arm arm, etp_price_world world, etp_cell *cell)
{
    etp_error error = {0};
    if (etp_cast_add(&f->cast, setup, &error) != ETP_EXIT_DONE)
        fail_msg("%s", error.text);
    *cell = (etp_cell){.setup = setup, .arm = arm, .world = world, .seed = 1};
    cell->series = etp_series_of(&f->series, setup, world);
    assert_non_null(cell->series);
    assert_int_equal(cell->series->code, ETP_OK);
    assert_int_equal(etp_cell_identify(cell, &f->ground, &error), ETP_OK);
}

static void play(fixture *f, const etp_cell *cell, etp_cell_result *result)
{
    etp_error error = {0};
    if (etp_cell_play(cell, &f->ground, result, &error) != ETP_EXIT_DONE)
        fail_msg("%s", error.text);
}

/* ---- every parameter ---- */

enum { ALL = 1, TIMED, MARKET, BIDDING, CLIPPED, NONE };

/* Another value of each knob, what it matters to, and whether a week of the firms' market comes out differently. */
static const struct change {
    const char *name, *value;
    int reach;
    bool told; /* in the result of the arm firms */
} changes[] = {
    {"homes.count", "7", ALL, true},
    {"homes.source", "measured", ALL, false}, /* without households: the key alone */
    {"homes.load", "1.5", ALL, false},        /* of measured homes */
    {"tariffs.feed_in", "5", ALL, true},
    {"tariffs.retail", "20", ALL, true},
    {"tariffs.timed", "00:00=1,16:00=20,21:00=1", TIMED, false},
    {"prices.region", "NSW1", ALL, false},       /* of real prices */
    {"prices.from", "2025-01-03", NONE, false},  /* made-up prices are the same from any day on */
    {"prices.until", "2025-01-25", NONE, false}, /* the same first days */
    {"prices.interval", "15", ALL, true},
    {"prices.gaps", "hold", NONE, false},
    {"prices.cap", "100", CLIPPED, false},
    {"prices.constant", "20", MARKET, true},
    {"prices.pieces", "2", ALL, true},
    {"prices.piece_days", "14", ALL, true},
    {"seeds.first", "9", NONE, false}, /* the seed itself is part of the key */
    {"seeds.count", "9", NONE, false},
    {"market.firms", "3", BIDDING, true}, /* and of the number of portfolios, if that follows it */
    {"market.portfolios", "8", MARKET, true},
    {"market.strategies", "greedy", BIDDING, true},
    {"market.reserve", "fixed", MARKET, true},
    {"market.settings", "two_tier.premium=2", MARKET, true},
    {"market.mechanism", "second-price", BIDDING, true},
    {"market.disclose", "reserve", BIDDING, true},
    {"market.window", "3", MARKET, false}, /* moments, not outcomes, where nothing is late */
    {"market.hold", "2", MARKET, false},
    {"market.spread", "20", MARKET, true}, /* batteries are asked in another order */
    {"links.delay", "1200", MARKET, true},
    {"links.jitter", "900", MARKET, true},
    {"links.loss", "0.3", MARKET, true},
    {"links.bandwidth", "300", MARKET, true},
    {"faults.outages", "0.9", MARKET, true},
    {"aggregation.fixed_cost", "7", NONE, false},
    {"estimate.resamples", "300", NONE, false},
    {"estimate.seed", "7", NONE, false},
    {"world.q", "0.9", MARKET, true},
    {"world.spread", "5", MARKET, true},
    {"world.noise", "3", MARKET, true},
    {"world.loss_factor", "1.2", MARKET, true},
    {"world.cost_to_serve", "4", MARKET, true},
    {"world.need", "0.1", MARKET, true},
    {"world.budget", "0.01", MARKET, true},
    {"world.wear", "8", ALL, true},
    {"world.wear_spread", "3", ALL, true},
    {"world.inverter", "2", ALL, true},
    {"world.export_limit", "2", ALL, true},
    {"world.round_trip", "0.8", ALL, true},
    {"world.floor", "0.3", ALL, true},
    {"world.pv_low", "8", ALL, true},
    {"world.pv_high", "20", ALL, true},
    {"world.need_factor", "0.5", ALL, true},
    {"world.capacity", "2", ALL, true},
    {"world.start_charge", "0.9", ALL, true},
    {"world.outage_minutes", "600", MARKET, true},
};
enum { CHANGES = sizeof changes / sizeof changes[0] };

static bool reaches(int reach, etp_arm arm, etp_price_world world)
{
    bool bids = arm == ETP_ARM_FIRMS || arm == ETP_ARM_ALONE;
    switch (reach) {
    case ALL:
        return true;
    case TIMED:
        return arm == ETP_ARM_TIMED || arm == ETP_ARM_TIMED_NONE;
    case MARKET:
        return etp_arm_has_market(arm);
    case BIDDING:
        return bids;
    case CLIPPED:
        return world == ETP_PRICES_CLIPPED && etp_arm_has_market(arm);
    default:
        return false;
    }
}

static void every_knob_is_in_the_table(void **state)
{
    (void)state;
    for (unsigned i = 0; i < etp_knob_count(); i++) {
        unsigned found = 0;
        while (found < CHANGES && strcmp(changes[found].name, etp_knob_describe(i).name) != 0)
            found++;
        if (found == CHANGES)
            fail_msg("%s is not tested", etp_knob_describe(i).name);
    }
    assert_int_equal(etp_knob_count(), CHANGES);
}

static void keys_follow_what_matters(void **state)
{
    fixture *f = *state;
    etp_setup *other = malloc(sizeof *other);
    assert_non_null(other);
    set(&f->setup, "market.portfolios", "5");
    for (unsigned i = 0; i < CHANGES; i++) {
        *other = f->setup;
        set(other, changes[i].name, changes[i].value);
        for (unsigned arm = 0; arm < ETP_ARMS; arm++) {
            for (unsigned world = 0; world < ETP_PRICE_WORLDS; world++) {
                etp_cell before, after;
                make(f, &f->setup, (etp_arm)arm, (etp_price_world)world, &before);
                make(f, other, (etp_arm)arm, (etp_price_world)world, &after);
                /* A lone firm is the same whoever its rivals would have been. */
                bool lone = arm == ETP_ARM_ALONE && strcmp(changes[i].name, "market.firms") == 0;
                bool differs = reaches(changes[i].reach, (etp_arm)arm, (etp_price_world)world) && !lone;
                /* Prices of another length are another series, though what is run of it is the same. */
                if (strcmp(changes[i].name, "prices.from") == 0 || strcmp(changes[i].name, "prices.until") == 0)
                    differs = etp_arm_has_market((etp_arm)arm);
                if ((strcmp(before.key, after.key) != 0) != differs)
                    fail_msg("%s in the arm %s: the key %s", changes[i].name, etp_arm_name(arm),
                             differs ? "does not change" : "changes");
            }
        }
    }
    free(other);
}

static void results_follow_what_matters(void **state)
{
    fixture *f = *state;
    etp_setup *other = malloc(sizeof *other);
    etp_cell_result before, after;
    etp_cell cell;
    assert_non_null(other);
    make(f, &f->setup, ETP_ARM_FIRMS, ETP_PRICES_ALL, &cell);
    play(f, &cell, &before);
    assert_true(before.trades > 50);
    for (unsigned i = 0; i < CHANGES; i++) {
        if (!changes[i].told)
            continue;
        *other = f->setup;
        set(other, changes[i].name, changes[i].value);
        make(f, other, ETP_ARM_FIRMS, ETP_PRICES_ALL, &cell);
        play(f, &cell, &after);
        bool same = after.homes == before.homes && after.blocks == before.blocks &&
                    memcmp(&after.total, &before.total, sizeof before.total) == 0 &&
                    memcmp(after.cost, before.cost, before.homes * before.blocks * sizeof *before.cost) == 0;
        if (same)
            fail_msg("%s changes nothing", changes[i].name);
        etp_cell_result_fini(&after);
    }
    etp_cell_result_fini(&before);
    free(other);
}

/* The one that no market sees. */
static void the_timed_tariff_reaches_its_arms(void **state)
{
    fixture *f = *state;
    etp_setup other = f->setup;
    set(&other, "tariffs.timed", "00:00=1,16:00=40,21:00=1");
    static const etp_arm arms[] = {ETP_ARM_TIMED, ETP_ARM_TIMED_NONE};
    for (unsigned i = 0; i < 2; i++) {
        etp_cell_result before, after;
        etp_cell cell;
        make(f, &f->setup, arms[i], ETP_PRICES_ALL, &cell);
        play(f, &cell, &before);
        make(f, &other, arms[i], ETP_PRICES_ALL, &cell);
        play(f, &cell, &after);
        assert_memory_not_equal(before.cost, after.cost, before.homes * sizeof *before.cost);
        assert_null(before.sold);
        etp_cell_result_fini(&before);
        etp_cell_result_fini(&after);
    }
}

/* ---- what cells have in common ---- */

static void arms_share_homes_and_days(void **state)
{
    fixture *f = *state;
    etp_cell_result first = {0};
    set(&f->setup, "prices.pieces", "2");
    for (unsigned arm = 0; arm < ETP_ARMS; arm++) {
        etp_cell cell;
        etp_cell_result result;
        make(f, &f->setup, (etp_arm)arm, ETP_PRICES_ALL, &cell);
        play(f, &cell, &result);
        assert_int_equal(result.homes, 6);
        assert_int_equal(result.blocks, 2);
        assert_int_equal(result.days, 14);
        if (arm == 0)
            first = result;
        else
            assert_memory_equal(result.home, first.home, first.homes * sizeof *first.home);
        if (arm != 0)
            etp_cell_result_fini(&result);
    }
    etp_cell_result_fini(&first);
}

static void figures_of_a_result_add_up(void **state)
{
    fixture *f = *state;
    etp_cell cell;
    etp_cell_result r;
    set(&f->setup, "prices.pieces", "2");
    set(&f->setup, "market.portfolios", "8");
    set(&f->setup, "market.firms", "3");
    make(f, &f->setup, ETP_ARM_FIRMS, ETP_PRICES_ALL, &cell);
    play(f, &cell, &r);
    etp_energy sold = 0, by_hour = 0, by_day = 0, bought = 0;
    etp_money income = 0, paid = 0;
    unsigned portfolios = 0;
    for (unsigned i = 0; i < r.homes * r.blocks; i++) {
        sold += r.sold[i];
        income += r.income[i];
    }
    for (unsigned i = 0; i < 24; i++)
        by_hour += r.hour[i].sold;
    for (unsigned i = 0; i < r.days; i++)
        by_day += r.day[i].sold;
    for (unsigned i = 0; i < r.firms; i++) {
        bought += r.firm[i].energy;
        paid += r.firm[i].paid;
        portfolios += r.firm[i].portfolios;
    }
    assert_true(sold > 0);
    assert_int_equal(sold, r.total.sold);
    assert_int_equal(by_hour, sold);
    assert_int_equal(by_day, sold);
    assert_int_equal(bought, sold);
    assert_int_equal(income, r.total.paid);
    assert_int_equal(paid, income);
    assert_int_equal(portfolios, 8);
    assert_int_equal(r.firms, 3);
    assert_int_equal(r.firm[0].portfolios, 3);
    assert_int_equal(r.firm[2].portfolios, 2);
    assert_string_equal(r.firm[0].name, "equilibrium");
    etp_cell_result_fini(&r);
}

/* ---- writing and reading ---- */

static void compare_lists(const etp_cell_result *a, const etp_cell_result *b)
{
    size_t places = (size_t)a->homes * a->blocks;
    assert_memory_equal(a->home, b->home, a->homes * sizeof *a->home);
    assert_memory_equal(a->cost, b->cost, places * sizeof *a->cost);
    assert_memory_equal(a->sold, b->sold, places * sizeof *a->sold);
    assert_memory_equal(a->income, b->income, places * sizeof *a->income);
    assert_memory_equal(a->hour, b->hour, sizeof a->hour);
    assert_memory_equal(a->regime, b->regime, sizeof a->regime);
    assert_memory_equal(a->day, b->day, a->days * sizeof *a->day);
    assert_memory_equal(&a->total, &b->total, sizeof a->total);
}

static void a_result_is_read_as_it_was_written(void **state)
{
    fixture *f = *state;
    etp_error error = {0};
    etp_cell cell;
    etp_cell_result r, again;
    make(f, &f->setup, ETP_ARM_FIRMS, ETP_PRICES_ALL, &cell);
    play(f, &cell, &r);
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(etp_cell_write(&cell, &f->ground, &r, file), ETP_OK);
    rewind(file);
    assert_int_equal(etp_cell_read(&cell, file, &again, &error), ETP_OK);
    compare_lists(&r, &again);
    assert_int_equal(again.firms, r.firms);
    for (unsigned i = 0; i < r.firms; i++) {
        assert_string_equal(again.firm[i].name, r.firm[i].name);
        assert_int_equal(again.firm[i].worth, r.firm[i].worth);
        assert_int_equal(again.firm[i].bids, r.firm[i].bids);
    }
    assert_int_equal(again.trades, r.trades);
    assert_int_equal(again.misses, r.misses);
    etp_cell_result_fini(&again);
    /* Of another seed, arm or setup: another key. */
    cell.seed = 2;
    assert_int_equal(etp_cell_identify(&cell, &f->ground, &error), ETP_OK);
    rewind(file);
    assert_int_equal(etp_cell_read(&cell, file, &again, &error), ETP_EFORMAT);
    assert_non_null(strstr(error.text, "not the result of the cell"));
    etp_cell_result_fini(&r);
    fclose(file);
}

/* Whatever byte of a file is changed or cut off: it is read as a result with the same shape, or refused. */
static void a_damaged_file_harms_nobody(void **state)
{
    fixture *f = *state;
    etp_error error = {0};
    etp_cell cell;
    etp_cell_result r;
    char *text = NULL;
    size_t size = 0;
    set(&f->setup, "homes.count", "1");
    make(f, &f->setup, ETP_ARM_POSTED, ETP_PRICES_ALL, &cell);
    play(f, &cell, &r);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(etp_cell_write(&cell, &f->ground, &r, out), ETP_OK);
    fclose(out);
    etp_cell_result_fini(&r);
    for (size_t i = 0; i < size; i += 3) {
        char kept = text[i];
        text[i] = "[]{}\",0-x"[i % 9];
        FILE *in = fmemopen(text, i % 2 == 0 ? size : i + 1, "r");
        assert_non_null(in);
        if (etp_cell_read(&cell, in, &r, &error) == ETP_OK)
            assert_int_equal(r.homes, 1);
        etp_cell_result_fini(&r);
        fclose(in);
        text[i] = kept;
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_knob_is_in_the_table),
        cmocka_unit_test_setup_teardown(keys_follow_what_matters, begin, end),
        cmocka_unit_test_setup_teardown(results_follow_what_matters, begin, end),
        cmocka_unit_test_setup_teardown(the_timed_tariff_reaches_its_arms, begin, end),
        cmocka_unit_test_setup_teardown(arms_share_homes_and_days, begin, end),
        cmocka_unit_test_setup_teardown(figures_of_a_result_add_up, begin, end),
        cmocka_unit_test_setup_teardown(a_result_is_read_as_it_was_written, begin, end),
        cmocka_unit_test_setup_teardown(a_damaged_file_harms_nobody, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

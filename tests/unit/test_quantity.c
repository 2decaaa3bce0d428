/* SPDX-License-Identifier: MIT */
/* Figures from cells, against what can be worked out by hand from the made-up study. */
#include "study/estimate/estimator.h"
#include "study_fixture.h"

static const etp_estimate_how how = {.resamples = 200, .seed = 1};

static etp_estimate take(const study *made, etp_quantity quantity)
{
    etp_estimate estimate;
    assert_int_equal(etp_quantity_estimate(&made->view, &how, &quantity, &estimate), ETP_OK);
    return estimate;
}

static const etp_place here = {0, 0, ETP_PRICES_ALL}, clipped = {0, 0, ETP_PRICES_CLIPPED};

/* ---- figures ---- */

/* A home sells 1 kWh a day and offers 4; firms pay 3.70 A$ a week, the competitive price is 4.70. */
static void prices_and_energy(void **state)
{
    (void)state;
    study *made = study_of_headline();
    etp_quantity firms = etp_quantity_price(here, ETP_ARM_FIRMS, ETP_OF_SOLD);
    etp_quantity ideal = etp_quantity_price(here, ETP_ARM_COMPETITIVE, ETP_OF_SOLD);
    study_assert_near(take(made, firms).value, 100 * 3.7 / 7, 1e-4);
    study_assert_near(take(made, etp_quantity_price(here, ETP_ARM_FIRMS, ETP_OF_OFFERED)).value, 100 * 3.7 / 28, 1e-4);
    study_assert_near(take(made, etp_quantity_yearly(here, ETP_ARM_FIRMS, ETP_OF_SOLD)).value, 365, 1e-6);
    study_assert_near(take(made, etp_quantity_yearly(here, ETP_ARM_FIRMS, ETP_OF_DELIVERED)).value, 365, 1e-6);
    study_assert_near(take(made, etp_quantity_less(&ideal, &firms)).value, 100.0 / 7, 1e-4);
    study_assert_near(take(made, etp_quantity_over(&firms, &ideal)).value, 3.7 / 4.7, 1e-6);
    study_assert_near(take(made, etp_quantity_ratio(here, ETP_ARM_FIRMS, ETP_OF_PAID, ETP_OF_SPOT)).value, 0.5, 1e-6);
    study_assert_near(take(made, etp_quantity_share(here, ETP_ARM_FIRMS, ETP_ARM_COMPETITIVE)).value, 0.75, 1e-6);
    study_free(made);
}

/* Weeks so unlike each other that widening alone would go below zero. */
static void what_cannot_be_negative_is_not_said_to_be(void **state)
{
    (void)state;
    study *made = study_of_headline();
    for (unsigned week = 1; week < STUDY_WEEKS; week++) {
        for (unsigned seed = 0; seed < STUDY_SEEDS; seed++) {
            etp_cell_result *cell =
                (etp_cell_result *)(uintptr_t)made->view.find(&made->view, 0, 0, ETP_ARM_FIRMS, ETP_PRICES_ALL, seed);
            for (unsigned day = 0; day < 7; day++)
                cell->day[week * 7 + day].sold = 0;
        }
    }
    etp_estimate sold = take(made, etp_quantity_yearly(here, ETP_ARM_FIRMS, ETP_OF_SOLD));
    study_assert_near(sold.value, 365.0 / STUDY_WEEKS, 1e-6);
    study_assert_near(sold.bounds.low, 0, 0);
    etp_quantity firms = etp_quantity_yearly(here, ETP_ARM_FIRMS, ETP_OF_SOLD);
    etp_quantity posted = etp_quantity_yearly(here, ETP_ARM_POSTED, ETP_OF_SOLD);
    assert_true(take(made, etp_quantity_less(&firms, &posted)).bounds.low < 0);
    study_free(made);
}

/* What every accounting must show: A is the sum of its parts, and welfare is owners' part and buyers' part. */
static void parts_sum_to_the_whole(void **state)
{
    (void)state;
    study *made = study_of_headline();
    double whole = take(made, etp_comparison_quantity(here, ETP_ACCESS)).value;
    double timing = take(made, etp_comparison_quantity(here, ETP_TIMING)).value;
    double auction = take(made, etp_comparison_quantity(here, ETP_AUCTION)).value;
    double buyers = take(made, etp_comparison_quantity(here, ETP_MORE_BUYERS)).value;
    double competition = take(made, etp_comparison_quantity(here, ETP_COMPETITION)).value;
    study_assert_near(timing + auction + buyers, whole, 1e-9);
    study_assert_near(auction + buyers, competition, 1e-9);
    double welfare = take(made, etp_quantity_welfare(here, ETP_ARM_FIRMS, ETP_ARM_POSTED)).value;
    double firms = take(made, etp_quantity_margin(here, ETP_ARM_FIRMS)).value;
    double posted = take(made, etp_quantity_margin(here, ETP_ARM_POSTED)).value;
    study_assert_near(competition + firms - posted, welfare, 1e-4);
    study_assert_near(firms, 0.75 * 365 / 7, 1e-4);
    study_free(made);
}

static void arms_without_a_market_are_the_same_in_both_worlds(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_assert_near(take(made, etp_quantity_benefit(clipped, ETP_ARM_FIRMS, ETP_ARM_FLAT)).value, 1.5 * 365 / 7,
                      1e-6);
    etp_place nowhere = {0, 0, ETP_PRICES_CLIPPED};
    study_point(made, "headline")->worlds = 1;
    assert_non_null(etp_place_cell(&made->view, nowhere, ETP_ARM_FLAT, 0));
    assert_null(etp_place_cell(&made->view, nowhere, ETP_ARM_FIRMS, 0));
    study_free(made);
}

/* The last home, one of those with 10 kWh, gets 1 A$ a week less: of three homes of that size one. */
static void sizes_are_told_apart(void **state)
{
    (void)state;
    study *made = study_of_headline();
    made->cases[0][0].loser = 1;
    etp_quantity small = etp_comparison_quantity(here, ETP_COMPETITION), large = small;
    small.from = 5 * ETP_ENERGY_PER_KWH, small.to = 10 * ETP_ENERGY_PER_KWH;
    large.from = 10 * ETP_ENERGY_PER_KWH, large.to = INT64_MAX;
    study_assert_near(take(made, small).value, 365.0 / 7, 1e-6);
    study_assert_near(take(made, large).value, 2.0 / 3 * 365 / 7, 1e-6);
    study_free(made);
}

/* Points of one experiment are paired as arms are. */
static void points_are_compared(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_add(made, "rivals", "n=1")->benefit[ETP_ARM_FIRMS] = 2.5;
    study_add(made, "rivals", "n=2");
    const etp_place one = {1, 0, ETP_PRICES_ALL}, two = {1, 1, ETP_PRICES_ALL}, none = {-1, 0, ETP_PRICES_ALL};
    study_assert_near(take(made, etp_quantity_between(two, ETP_ARM_FIRMS, one, ETP_ARM_FIRMS)).value, 0.5 * 365 / 7,
                      1e-6);
    assert_false(take(made, etp_quantity_between(two, ETP_ARM_FIRMS, none, ETP_ARM_FIRMS)).known);
    study_free(made);
}

static void other_homes_are_no_pair(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_add(made, "rivals", "n=1");
    for (unsigned seed = 0; seed < STUDY_SEEDS; seed++) {
        etp_cell_result *fewer = study_cell(&made->cases[1][0], ETP_ARM_FIRMS, ETP_PRICES_ALL);
        fewer->homes = 3;
        made->cells[1][0][ETP_ARM_FIRMS][ETP_PRICES_ALL][seed] = fewer;
    }
    const etp_place there = {1, 0, ETP_PRICES_ALL};
    etp_estimate estimate = take(made, etp_quantity_between(there, ETP_ARM_FIRMS, here, ETP_ARM_FIRMS));
    assert_false(estimate.known);
    assert_non_null(strstr(estimate.missing, "not the same ones"));
    study_free(made);
}

static void a_last_week_may_be_short(void **state)
{
    (void)state;
    const etp_cell_result cell = {.days = 17, .blocks = 3};
    assert_int_equal(etp_cell_block_days(&cell, 0), 7);
    assert_int_equal(etp_cell_block_days(&cell, 1), 7);
    assert_int_equal(etp_cell_block_days(&cell, 2), 3);
    const etp_cell_result odd = {.days = 7, .blocks = 3};
    assert_int_equal(etp_cell_block_days(&odd, 2), 0);
}

/* ---- how it is shared ---- */

static double gini(const double *values, size_t count)
{
    etp_weighted list[16];
    for (size_t i = 0; i < count; i++)
        list[i] = (etp_weighted){values[i], 1};
    return etp_gini(list, count);
}

static double jain(const double *values, size_t count)
{
    etp_weighted list[16];
    for (size_t i = 0; i < count; i++)
        list[i] = (etp_weighted){values[i], 1};
    return etp_jain(list, count);
}

static void indices_of_known_lists(void **state)
{
    (void)state;
    const double same[] = {3, 3, 3}, one[] = {0, 0, 0, 8}, rising[] = {1, 2, 3, 4}, losing[] = {-1, 1},
                 nothing[] = {0, 0};
    study_assert_near(gini(same, 3), 0, 0);
    study_assert_near(gini(one, 4), 0.75, 1e-12);
    study_assert_near(gini(rising, 4), 0.25, 1e-12);
    study_assert_near(gini(losing, 2), 0.5, 1e-12);
    assert_true(isnan(gini(nothing, 2)));
    study_assert_near(jain(same, 3), 1, 1e-12);
    study_assert_near(jain(one, 4), 0.25, 1e-12);
    study_assert_near(jain(rising, 4), 100.0 / 120, 1e-12);
    study_assert_near(jain(losing, 2), 0.5, 1e-12);
    assert_true(isnan(jain(nothing, 2)));
}

/* A weight counts as so many of them. */
static void weights_count_as_copies(void **state)
{
    (void)state;
    etp_weighted weighted[] = {{5, 1}, {1, 2}, {2, 1}};
    const double copies[] = {1, 1, 2, 5};
    study_assert_near(etp_gini(weighted, 3), gini(copies, 4), 1e-12);
    study_assert_near(etp_jain(weighted, 3), jain(copies, 4), 1e-12);
}

static void the_spread_of_a_market(void **state)
{
    (void)state;
    study *made = study_of_headline();
    made->cases[0][0].loser = 4;
    etp_spread spread = {0};
    assert_int_equal(etp_spread_estimate(&made->view, &how, here, &spread), ETP_OK);
    assert_true(spread.known);
    assert_int_equal(spread.homes, STUDY_HOMES * STUDY_SEEDS);
    /* Five have 3 A$ a week, one has -1. */
    const double owners[] = {3, 3, 3, 3, 3, -1};
    study_assert_near(spread.gini[ETP_SPREAD_FIRMS].value, gini(owners, 6), 1e-9);
    study_assert_near(spread.jain[ETP_SPREAD_FIRMS].value, 5.0 / 6, 1e-9);
    study_assert_near(spread.gini[ETP_SPREAD_POSTED].value, 0, 1e-9);
    study_assert_near(spread.worse[ETP_SPREAD_FIRMS].value, 1.0 / 6, 1e-12);
    study_assert_near(spread.worse[ETP_SPREAD_POSTED].value, 0, 0);
    study_assert_near(spread.more_worse.value, 1.0 / 6, 1e-12);
    study_assert_near(spread.lose_by_rivals.value, 1.0 / 6, 1e-12);
    assert_true(spread.worse[ETP_SPREAD_FIRMS].bounds.low >= 0 && spread.worse[ETP_SPREAD_FIRMS].bounds.high <= 1);
    etp_spread_fini(&spread);
    study_free(made);
}

/* ---- days ---- */

static void half_of_the_sum(void **state)
{
    (void)state;
    double values[] = {1, 1, 10, 1, 5, 1, 1, -2, 1, 1};
    etp_concentration of = etp_concentration_of(values, 10);
    assert_true(of.known);
    assert_int_equal(of.half, 1);
    study_assert_near(of.first, 0.5, 1e-12);
    double even[] = {1, 1, 1, 1};
    assert_int_equal(etp_concentration_of(even, 4).half, 2);
    double nothing[] = {1, -1};
    assert_false(etp_concentration_of(nothing, 2).known);
    assert_false(etp_concentration_of(nothing, 0).known);
}

/* ---- words ---- */

static void half_a_letter_is_dropped(void **state)
{
    (void)state;
    char whole[] = "a \xc3\xa9", cut[] = "a \xc3", cut_long[] = "a \xe2\x82", plain[] = "abc";
    etp_words_mend(whole);
    etp_words_mend(cut);
    etp_words_mend(cut_long);
    etp_words_mend(plain);
    assert_string_equal(whole, "a \xc3\xa9");
    assert_string_equal(cut, "a ");
    assert_string_equal(cut_long, "a ");
    assert_string_equal(plain, "abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_and_energy),        cmocka_unit_test(what_cannot_be_negative_is_not_said_to_be),
        cmocka_unit_test(parts_sum_to_the_whole),   cmocka_unit_test(arms_without_a_market_are_the_same_in_both_worlds),
        cmocka_unit_test(sizes_are_told_apart),     cmocka_unit_test(points_are_compared),
        cmocka_unit_test(other_homes_are_no_pair),  cmocka_unit_test(a_last_week_may_be_short),
        cmocka_unit_test(indices_of_known_lists),   cmocka_unit_test(weights_count_as_copies),
        cmocka_unit_test(the_spread_of_a_market),   cmocka_unit_test(half_of_the_sum),
        cmocka_unit_test(half_a_letter_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

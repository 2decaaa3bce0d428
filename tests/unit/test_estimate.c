/* SPDX-License-Identifier: MIT */
/* A study's report against made-up cells whose answers are known: what it finds, what it says, and that it says the
 * opposite as plainly. */
#include "study_fixture.h"

static const double weeks = 365.0 / 7;

/* ---- the headline ---- */

static void competition_is_the_difference_of_bills(void **state)
{
    (void)state;
    study_report report = study_estimate_free(study_of_headline());
    const etp_estimate *found = report.findings.competition;
    assert_true(found[ETP_PRICES_ALL].known && found[ETP_PRICES_CLIPPED].known);
    study_assert_near(found[ETP_PRICES_ALL].value, 1 * weeks, 1e-6);
    study_assert_near(found[ETP_PRICES_CLIPPED].value, 0.5 * weeks, 1e-6);
    assert_true(found[ETP_PRICES_ALL].bounds.low < weeks && found[ETP_PRICES_ALL].bounds.high > weeks);
    /* Only weeks differ. */
    study_assert_near(found[ETP_PRICES_ALL].seeds.low, weeks, 1e-6);
    study_assert_near(found[ETP_PRICES_ALL].homes.high, weeks, 1e-6);
    assert_int_equal(study_answer(&report, 1), ETP_ANSWER_HOLDS);
    assert_int_equal(study_answer(&report, 2), ETP_ANSWER_HOLDS);
    study_assert_says(&report, "The claim holds here");
    study_assert_says(&report, "Several bidders instead of a single one bring");
    study_assert_says(&report, "So it does not hang on the spikes.");
    study_assert_silent(&report, "does not hold here");
    free(report.json);
}

/* Week's factors are 0.75 and 1.25, four of each: the standard deviation of the weeks' C is 0.26726, of their mean that over
 * sqrt(8); t with 7 degrees of freedom is 2.36462. */
static void its_interval_is_that_of_the_weeks(void **state)
{
    (void)state;
    study_report report = study_estimate_free(study_of_headline());
    const etp_estimate *found = &report.findings.competition[ETP_PRICES_ALL];
    double half = 2.36462 * 0.26726 / sqrt(8) * weeks;
    study_assert_near(found->value - found->bounds.low, half, 0.2 * half);
    study_assert_near(found->bounds.high - found->value, half, 0.2 * half);
    free(report.json);
}

static void the_opposite_is_said_as_plainly(void **state)
{
    (void)state;
    study *made = study_of_headline();
    made->cases[0][0].benefit[ETP_ARM_FIRMS] = 1.5;
    study_report report = study_estimate_free(made);
    study_assert_near(report.findings.competition[ETP_PRICES_ALL].value, -0.5 * weeks, 1e-6);
    assert_int_equal(study_answer(&report, 1), ETP_ANSWER_FAILS);
    assert_int_equal(study_answer(&report, 2), ETP_ANSWER_FAILS);
    study_assert_says(&report, "The claim does not hold here: competing firms leave owners less");
    study_assert_silent(&report, "The claim holds here");
    free(report.json);
}

static void a_tie_is_no_gain(void **state)
{
    (void)state;
    study *made = study_of_headline();
    made->cases[0][0].benefit[ETP_ARM_FIRMS] = 2;
    study_report report = study_estimate_free(made);
    study_assert_near(report.findings.competition[ETP_PRICES_ALL].value, 0, 0);
    assert_int_equal(study_answer(&report, 1), ETP_ANSWER_FAILS);
    study_assert_says(&report, "the same, to the cent");
    free(report.json);
}

static void what_chance_can_have_made_is_not_claimed(void **state)
{
    (void)state;
    study *made = study_of_headline();
    made->cases[0][0].benefit[ETP_ARM_FIRMS] = 2.1;
    made->cases[0][0].noise = 1;
    study_report report = study_estimate_free(made);
    study_assert_near(report.findings.competition[ETP_PRICES_ALL].value, 0.1 * weeks, 1e-6);
    assert_int_equal(study_answer(&report, 1), ETP_ANSWER_UNSURE);
    study_assert_says(&report, "The claim cannot be told from chance here");
    free(report.json);
}

static void a_gain_from_spikes_alone_is_called_that(void **state)
{
    (void)state;
    study *made = study_of_headline();
    made->cases[0][0].clipped = 0;
    study_report report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 1), ETP_ANSWER_HOLDS);
    assert_int_equal(study_answer(&report, 2), ETP_ANSWER_FAILS);
    study_assert_says(&report, "does not hold without the spikes");
    free(report.json);
}

/* ---- the other answers that the headline gives ---- */

static void timing_auction_and_buyers_are_told_apart(void **state)
{
    (void)state;
    study_report report = study_estimate_free(study_of_headline());
    /* 2 from timing, 0.25 from the auction, 0.75 from more buyers. */
    assert_int_equal(study_answer(&report, 5), ETP_ANSWER_HOLDS);
    study_assert_says(&report, "Parts: timing A$ 104.29, auction A$ 13.04, more buyers A$ 39.11.");
    free(report.json);

    study *made = study_of_headline();
    made->cases[0][0].benefit[ETP_ARM_POSTED] = 0.2;
    made->cases[0][0].benefit[ETP_ARM_ALONE] = 0.3;
    report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 5), ETP_ANSWER_FAILS);
    free(report.json);
}

/* B: 3 - (1 - 0.5). With a tariff to which the home responds better it turns round. */
/* C is not all rivalry: one bidder alone can bring most of it. */
static void what_rivals_bring_is_told_from_how_the_price_is_set(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_report report = study_estimate(made);
    study_assert_says(&report, "more of the difference is due to rivals than to how the price is set");
    free(report.json);
    made->cases[0][0].benefit[ETP_ARM_ALONE] = 2.75;
    study_forget_cells(made);
    report = study_estimate(made);
    study_assert_says(&report, "more of the difference is due to how the price is set than to rivals");
    free(report.json);
    made->cases[0][0].benefit[ETP_ARM_ALONE] = 3;
    study_forget_cells(made);
    report = study_estimate_free(made);
    study_assert_says(&report, "what rivals as such bring with these bidders cannot be told from chance");
    study_assert_says(&report, "The claim holds here");
    free(report.json);
}

static void rivalry_is_told_by_strategy(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_add(made, "strategies", "learner")->benefit[ETP_ARM_ALONE] = 2;
    study_report report = study_estimate_free(made);
    study_assert_says(&report, "strategies.learner.auction.all");
    study_assert_says(&report, "strategies.learner.buyers.clipped");
    free(report.json);
}

static void reserves_are_checked(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_report report = study_estimate(made);
    study_assert_says(&report, "The interval holds zero, as it should.");
    free(report.json);
    made->cases[0][0].benefit[ETP_ARM_KNOWING] = -1;
    study_forget_cells(made);
    report = study_estimate_free(made);
    study_assert_says(&report, "They ask for less than selling costs them");
    free(report.json);
}

/* Owners have 156.43 a year over selling nothing, firms 39.11; a battery costs 25. */
static void the_market_must_cover_its_cost(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_report report = study_estimate(made);
    study_assert_says(&report, "more than it costs to serve a battery");
    free(report.json);
    made->values[0].number = 400;
    report = study_estimate_free(made);
    study_assert_says(&report, "less than it costs to serve a battery, whoever gets it");
    free(report.json);
}

static void a_time_of_day_tariff_can_be_better(void **state)
{
    (void)state;
    study_report report = study_estimate_free(study_of_headline());
    assert_int_equal(study_answer(&report, 6), ETP_ANSWER_HOLDS);
    free(report.json);

    study *made = study_of_headline();
    made->cases[0][0].benefit[ETP_ARM_TIMED] = 5;
    report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 6), ETP_ANSWER_FAILS);
    study_assert_says(&report, "the auction is worse");
    free(report.json);
}

/* Owners gain 1, buyers give up 0.75: welfare rises by 0.25. */
static void welfare_stands_beside_the_transfer(void **state)
{
    (void)state;
    study_report report = study_estimate_free(study_of_headline());
    assert_int_equal(study_answer(&report, 7), ETP_ANSWER_HOLDS);
    study_assert_says(&report, "moved, not made");
    free(report.json);

    study *made = study_of_headline();
    made->cases[0][0].margin[ETP_ARM_FIRMS] = 2;
    report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 7), ETP_ANSWER_FAILS);
    study_assert_silent(&report, "moved, not made");
    free(report.json);
}

/* 0.75 a week is A$ 39 a year, against 25 in the scenario. */
static void firms_can_live_or_not(void **state)
{
    (void)state;
    study_report report = study_estimate_free(study_of_headline());
    assert_int_equal(study_answer(&report, 8), ETP_ANSWER_HOLDS);
    free(report.json);

    study *made = study_of_headline();
    made->cases[0][0].margin[ETP_ARM_FIRMS] = -0.5;
    report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 8), ETP_ANSWER_FAILS);
    study_assert_says(&report, "winner's curse");
    free(report.json);

    made = study_of_headline();
    made->view.value_count = 0;
    report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 8), ETP_ANSWER_MISSING);
    free(report.json);
}

static void who_loses_is_counted(void **state)
{
    (void)state;
    study_report report = study_estimate_free(study_of_headline());
    assert_int_equal(study_answer(&report, 9), ETP_ANSWER_HOLDS);
    study_assert_says(&report, "0.0 % of owners are worse off with the firms");
    free(report.json);

    study *made = study_of_headline();
    made->cases[0][0].loser = 4;
    report = study_estimate_free(made);
    /* One home in six; with homes of three households, of which one has it, chance is wide. */
    study_assert_says(&report, "16.7 % of owners are worse off with the firms");
    assert_int_not_equal(study_answer(&report, 9), ETP_ANSWER_HOLDS);
    free(report.json);
}

/* ---- what is not there ---- */

static void an_empty_study_makes_a_report(void **state)
{
    (void)state;
    study *made = study_new();
    made->view.value_count = 0;
    study_report report = study_estimate_free(made);
    for (unsigned i = 1; i <= ETP_HYPOTHESES; i++)
        assert_int_equal(study_answer(&report, i), ETP_ANSWER_MISSING);
    study_assert_says(&report, "Whether the claim holds was not measured");
    free(report.json);
}

static void seeds_that_lack_cells_are_left_out(void **state)
{
    (void)state;
    study *made = study_of_headline();
    made->cases[0][0].absent[ETP_ARM_POSTED][1] = true;
    study_report report = study_estimate_free(made);
    study_assert_near(report.findings.competition[ETP_PRICES_ALL].value, weeks, 1e-6);
    study_assert_says(&report, "arm posted, all prices: 1 of 4 seeds are missing.");
    study_assert_says(&report, "2 cells are missing.");
    free(report.json);
}

static void an_arm_that_is_not_there_is_named(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_point(made, "headline")->arms &= ~(1u << ETP_ARM_POSTED);
    study_report report = study_estimate_free(made);
    assert_false(report.findings.competition[ETP_PRICES_ALL].known);
    assert_int_equal(study_answer(&report, 1), ETP_ANSWER_MISSING);
    assert_int_equal(study_answer(&report, 6), ETP_ANSWER_HOLDS);
    study_assert_says(&report, "no cells of headline, point reference, arm posted, all prices");
    free(report.json);
}

static void one_seed_alone_still_has_weeks(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_point(made, "headline")->seeds = 1;
    study_report report = study_estimate_free(made);
    const etp_estimate *found = &report.findings.competition[ETP_PRICES_ALL];
    assert_true(isnan(found->seeds.low));
    assert_true(found->bounds.low < weeks && found->bounds.high > weeks);
    free(report.json);
}

static void refuse(study *made, const char *words)
{
    etp_error error = {0};
    etp_document *document = etp_document_new("A study");
    const etp_estimate_how how = {.resamples = 100, .seed = 1};
    assert_int_equal(etp_study_estimate(&made->view, &how, document, NULL, &error), ETP_EINVAL);
    assert_non_null(strstr(error.text, words));
    etp_document_free(document);
    study_free(made);
}

static void cells_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    study *made = study_of_headline();
    etp_cell_result *odd = study_cell(&made->cases[0][0], ETP_ARM_FIRMS, ETP_PRICES_ALL);
    odd->days = 55;
    made->cells[0][0][ETP_ARM_FIRMS][ETP_PRICES_ALL][2] = odd;
    refuse(made, "different homes or weeks");

    made = study_of_headline();
    odd = study_cell(&made->cases[0][0], ETP_ARM_FIRMS, ETP_PRICES_ALL);
    odd->home[3].profile = 9;
    made->cells[0][0][ETP_ARM_FIRMS][ETP_PRICES_ALL][2] = odd;
    refuse(made, "home 3 is another one");
}

static void too_few_resamples_are_refused(void **state)
{
    (void)state;
    study *made = study_of_headline();
    etp_error error = {0};
    const etp_estimate_how how = {.resamples = 99};
    assert_int_equal(etp_study_estimate(&made->view, &how, NULL, NULL, &error), ETP_EINVAL);
    study_free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(competition_is_the_difference_of_bills),
        cmocka_unit_test(its_interval_is_that_of_the_weeks),
        cmocka_unit_test(the_opposite_is_said_as_plainly),
        cmocka_unit_test(a_tie_is_no_gain),
        cmocka_unit_test(what_chance_can_have_made_is_not_claimed),
        cmocka_unit_test(a_gain_from_spikes_alone_is_called_that),
        cmocka_unit_test(timing_auction_and_buyers_are_told_apart),
        cmocka_unit_test(what_rivals_bring_is_told_from_how_the_price_is_set),
        cmocka_unit_test(rivalry_is_told_by_strategy),
        cmocka_unit_test(reserves_are_checked),
        cmocka_unit_test(the_market_must_cover_its_cost),
        cmocka_unit_test(a_time_of_day_tariff_can_be_better),
        cmocka_unit_test(welfare_stands_beside_the_transfer),
        cmocka_unit_test(firms_can_live_or_not),
        cmocka_unit_test(who_loses_is_counted),
        cmocka_unit_test(an_empty_study_makes_a_report),
        cmocka_unit_test(seeds_that_lack_cells_are_left_out),
        cmocka_unit_test(an_arm_that_is_not_there_is_named),
        cmocka_unit_test(one_seed_alone_still_has_weeks),
        cmocka_unit_test(cells_that_contradict_each_other_are_refused),
        cmocka_unit_test(too_few_resamples_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

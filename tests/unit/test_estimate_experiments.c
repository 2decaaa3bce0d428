/* SPDX-License-Identifier: MIT */
/* A study's report against made-up cells whose answers are known: the experiments beside the headline, and what is said of
 * figures that prove nothing. */
#include "study_fixture.h"

/* ---- the other experiments ---- */

static void add_rivals(study *made, const double *benefits, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        static const char *const ids[] = {"n=1", "n=2", "n=3", "n=5"};
        study_add(made, "rivals", ids[i])->benefit[ETP_ARM_FIRMS] = benefits[i];
        study_point(made, "rivals")->value = i + 1;
    }
}

static void a_figure_says_what_it_shows(void **state)
{
    (void)state;
    static const double benefits[] = {2, 3, 3.5, 3.75};
    study *made = study_of_headline();
    add_rivals(made, benefits, 4);
    study_report report = study_estimate(made);
    study_assert_says(&report, "C lies above zero in 3 of 4 cases, below zero in 0, and cannot be told from zero in 1");
    study_assert_silent(&report, "less the base's"); /* there is none */
    free(report.json);
    study_point(made, "rivals")->base = 0;
    report = study_estimate_free(made);
    study_assert_says(&report, "less the base's");
    free(report.json);
}

/* Everything is sold at six in the evening, and spot is twice of what is paid. */
static void the_price_over_the_day_has_no_price_where_nothing_is_sold(void **state)
{
    (void)state;
    study_report report = study_estimate_free(study_of_headline());
    json_t *page = json_loads(report.json, 0, NULL), *plot = study_item(page, "price-by-hour");
    json_t *firms = json_array_get(json_object_get(plot, "series"), 2);
    json_t *spot = json_array_get(json_object_get(plot, "series"), 4);
    assert_string_equal(json_string_value(json_object_get(firms, "name")), "firms");
    assert_string_equal(json_string_value(json_object_get(spot, "name")), "spot");
    assert_true(json_is_null(study_y(firms, 17)) && json_is_null(study_y(firms, 19)));
    study_assert_near(json_number_value(study_y(spot, 18)), 2 * json_number_value(study_y(firms, 18)), 0.01);
    json_decref(page);
    free(report.json);
}

static void more_firms_bring_more_by_falling_steps(void **state)
{
    (void)state;
    const struct {
        double benefit[4];
        etp_answer answer;
    } cases[] = {
        {{2, 3, 3.5, 3.75}, ETP_ANSWER_HOLDS},
        {{2, 3, 2.5, 2.6}, ETP_ANSWER_FAILS}, /* one step down */
        {{2, 2.2, 2.5, 4}, ETP_ANSWER_FAILS}, /* the last is the largest */
        {{2, 3, 3, 3}, ETP_ANSWER_UNSURE},    /* nothing after two */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        study *made = study_of_headline();
        add_rivals(made, cases[i].benefit, 4);
        study_report report = study_estimate_free(made);
        assert_int_equal(study_answer(&report, 3), cases[i].answer);
        free(report.json);
    }
}

/* The hypothesis is about C: what the utility pays changes with its portfolios too. */
static void more_from_utility_and_firms_alike_is_no_increment(void **state)
{
    (void)state;
    const double benefits[] = {2, 3, 3.5, 3.75};
    study *made = study_of_headline();
    add_rivals(made, benefits, 4);
    for (unsigned i = 0; i < 4; i++)
        made->cases[made->view.experiment_count - 1][i].benefit[ETP_ARM_POSTED] = benefits[i] - 1;
    study_report report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 3), ETP_ANSWER_UNSURE);
    study_assert_says(&report, "First increment of C A$ 0.00, last A$ 0.00");
    free(report.json);
}

static void more_owners_of_the_same_portfolios(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_add(made, "owners", "1")->benefit[ETP_ARM_FIRMS] = 2;
    study_add(made, "owners", "8");
    study_report report = study_estimate(made);
    assert_int_equal(study_answer(&report, 4), ETP_ANSWER_HOLDS);
    free(report.json);
    study_free(made);

    made = study_of_headline();
    study_add(made, "owners", "1");
    study_add(made, "owners", "8");
    report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 4), ETP_ANSWER_FAILS);
    free(report.json);
}

static etp_answer answer_of_mechanisms(double second, double noise)
{
    study *made = study_of_headline();
    study_add(made, "mechanism", "first-price.none");
    study_case *other = study_add(made, "mechanism", "second-price.none");
    other->benefit[ETP_ARM_FIRMS] = second;
    other->noise = noise;
    study_report report = study_estimate_free(made);
    free(report.json);
    return study_answer(&report, 10);
}

static void first_and_second_price_are_compared(void **state)
{
    (void)state;
    assert_int_equal(answer_of_mechanisms(3, 0), ETP_ANSWER_HOLDS);
    assert_int_equal(answer_of_mechanisms(3.05, 1), ETP_ANSWER_HOLDS);
    assert_int_equal(answer_of_mechanisms(2, 0), ETP_ANSWER_FAILS);
}

static study_case *add_assumption(study *made, const char *id, const char *side)
{
    study_case *added = study_add(made, "tornado", id);
    etp_study_point *point = study_point(made, "tornado");
    point->group = "wear", point->side = side;
    point->base = 0;
    point->value = side[0] == 'l' ? 1 : 13;
    return added;
}

static void what_turns_the_sign_is_named(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_add(made, "tornado", "base");
    add_assumption(made, "wear.low", "low");
    add_assumption(made, "wear.high", "high");
    study_report report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 11), ETP_ANSWER_HOLDS);
    study_assert_says(&report, "No case of this study says otherwise.");
    free(report.json);

    made = study_of_headline();
    study_add(made, "tornado", "base");
    add_assumption(made, "wear.low", "low");
    add_assumption(made, "wear.high", "high")->benefit[ETP_ARM_FIRMS] = 1;
    report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 11), ETP_ANSWER_FAILS);
    study_assert_says(&report, "It lies below zero with: wear.high.");
    study_assert_says(&report, "tornado.wear.high.change");
    free(report.json);

    /* What flips only without the spikes flips. */
    made = study_of_headline();
    study_add(made, "tornado", "base");
    add_assumption(made, "wear.high", "high")->clipped = -1;
    report = study_estimate_free(made);
    assert_int_equal(study_answer(&report, 11), ETP_ANSWER_FAILS);
    study_assert_says(&report, "clipped, of 2 above in 1, below in 1, not told in 0.");
    free(report.json);
}

static study_report report_with_placebo(double posted, double firms)
{
    study *made = study_of_headline();
    study_case *placebo = study_add(made, "placebo", "placebo");
    placebo->benefit[ETP_ARM_POSTED] = posted;
    placebo->benefit[ETP_ARM_FIRMS] = firms;
    return study_estimate_free(made);
}

static void the_placebo_must_show_nothing(void **state)
{
    (void)state;
    study_report report = report_with_placebo(0, 0);
    assert_int_equal(study_answer(&report, 12), ETP_ANSWER_HOLDS);
    study_assert_says(&report, "This one finds none.");
    free(report.json);
    report = report_with_placebo(0.01, 0.01);
    assert_int_equal(study_answer(&report, 12), ETP_ANSWER_FAILS);
    study_assert_says(&report, "do not trust the other figures");
    free(report.json);
    report = report_with_placebo(0.01, 0);
    assert_int_equal(study_answer(&report, 12), ETP_ANSWER_FAILS);
    free(report.json);
}

/* ---- what is said of the rest ---- */

static void a_tariff_of_zero_gets_no_percentage(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_report report = study_estimate(made);
    study_assert_silent(&report, "the tariff is zero");
    free(report.json);
    study_point(made, "headline")->feed_in = 0;
    report = study_estimate_free(made);
    study_assert_says(&report, "the tariff is zero");
    free(report.json);
}

static void a_pegged_reserve_is_shown_as_such(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_add(made, "reserve", "two-tier");
    study_report report = study_estimate(made);
    study_assert_silent(&report, "shows what was put in");
    free(report.json);
    study_add(made, "reserve", "pegged");
    study_point(made, "reserve")->group = "pegged";
    report = study_estimate_free(made);
    study_assert_says(&report, "shows what was put in");
    free(report.json);
}

static void an_illustration_is_no_evidence(void **state)
{
    (void)state;
    static const char *const facts[] = {"One household is real."};
    study *made = study_of_headline();
    made->view.illustration = true;
    made->view.facts = facts;
    made->view.fact_count = 1;
    study_report report = study_estimate_free(made);
    study_assert_says(&report, "evidence of nothing");
    study_assert_says(&report, "One household is real.");
    assert_non_null(strstr(report.findings.caution, "evidence of nothing"));
    free(report.json);
}

static void the_short_version_is_no_ground_for_a_conclusion(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_report report = study_estimate(made);
    assert_string_equal(report.findings.caution, "");
    free(report.json);
    made->view.quick = true;
    report = study_estimate_free(made);
    assert_non_null(strstr(report.findings.caution, "too little to conclude from"));
    study_assert_says(&report, report.findings.caution);
    free(report.json);
}

static void the_league_ranks_by_margin(void **state)
{
    (void)state;
    study *made = study_of_headline();
    study_add(made, "league", "mix");
    study_report report = study_estimate_free(made);
    const char *first = strstr(report.json, "strategy-2"), *second = strstr(report.json, "strategy-1");
    assert_non_null(first);
    assert_non_null(second);
    assert_true(first < second);
    free(report.json);
}

/* ---- what is not there ---- */

static void same_cells_same_bytes(void **state)
{
    (void)state;
    study *made = study_of_headline();
    const double benefits[] = {2, 3, 3.5};
    add_rivals(made, benefits, 3);
    study_report first = study_estimate(made), again = study_estimate(made);
    assert_int_equal(first.size, again.size);
    assert_memory_equal(first.json, again.json, first.size);
    free(first.json);
    free(again.json);
    study_free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_firms_bring_more_by_falling_steps),
        cmocka_unit_test(more_from_utility_and_firms_alike_is_no_increment),
        cmocka_unit_test(more_owners_of_the_same_portfolios),
        cmocka_unit_test(first_and_second_price_are_compared),
        cmocka_unit_test(what_turns_the_sign_is_named),
        cmocka_unit_test(the_placebo_must_show_nothing),
        cmocka_unit_test(a_tariff_of_zero_gets_no_percentage),
        cmocka_unit_test(a_pegged_reserve_is_shown_as_such),
        cmocka_unit_test(a_figure_says_what_it_shows),
        cmocka_unit_test(the_price_over_the_day_has_no_price_where_nothing_is_sold),
        cmocka_unit_test(an_illustration_is_no_evidence),
        cmocka_unit_test(the_short_version_is_no_ground_for_a_conclusion),
        cmocka_unit_test(the_league_ranks_by_margin),
        cmocka_unit_test(same_cells_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

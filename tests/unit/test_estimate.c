/* SPDX-License-Identifier: MIT */
/* A study's report against made-up cells whose answers are known: what it finds, what it says, and that it says the
 * opposite as plainly. */
#include "study_fixture.h"

static const double weeks = 365.0 / 7;

static void assert_near(double value, double wanted, double off)
{
    if (!(value >= wanted - off && value <= wanted + off))
        fail_msg("%.17g is not %.17g", value, wanted);
}

static study *study_of_headline(void)
{
    study *made = study_new();
    study_add(made, "headline", "reference");
    return made;
}

/* ---- the headline ---- */

static void competition_is_the_difference_of_bills(void **state)
{
    (void)state;
    study_report report = study_estimate_free(study_of_headline());
    const etp_estimate *found = report.findings.competition;
    assert_true(found[ETP_PRICES_ALL].known && found[ETP_PRICES_CLIPPED].known);
    assert_near(found[ETP_PRICES_ALL].value, 1 * weeks, 1e-6);
    assert_near(found[ETP_PRICES_CLIPPED].value, 0.5 * weeks, 1e-6);
    assert_true(found[ETP_PRICES_ALL].bounds.low < weeks && found[ETP_PRICES_ALL].bounds.high > weeks);
    /* Only weeks differ. */
    assert_near(found[ETP_PRICES_ALL].seeds.low, weeks, 1e-6);
    assert_near(found[ETP_PRICES_ALL].homes.high, weeks, 1e-6);
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
    assert_near(found->value - found->bounds.low, half, 0.2 * half);
    assert_near(found->bounds.high - found->value, half, 0.2 * half);
    free(report.json);
}

static void the_opposite_is_said_as_plainly(void **state)
{
    (void)state;
    study *made = study_of_headline();
    made->cases[0][0].benefit[ETP_ARM_FIRMS] = 1.5;
    study_report report = study_estimate_free(made);
    assert_near(report.findings.competition[ETP_PRICES_ALL].value, -0.5 * weeks, 1e-6);
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
    assert_near(report.findings.competition[ETP_PRICES_ALL].value, 0, 0);
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
    assert_near(report.findings.competition[ETP_PRICES_ALL].value, 0.1 * weeks, 1e-6);
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
    assert_near(json_number_value(study_y(spot, 18)), 2 * json_number_value(study_y(firms, 18)), 0.01);
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
    assert_near(report.findings.competition[ETP_PRICES_ALL].value, weeks, 1e-6);
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
        cmocka_unit_test(an_empty_study_makes_a_report),
        cmocka_unit_test(seeds_that_lack_cells_are_left_out),
        cmocka_unit_test(an_arm_that_is_not_there_is_named),
        cmocka_unit_test(one_seed_alone_still_has_weeks),
        cmocka_unit_test(cells_that_contradict_each_other_are_refused),
        cmocka_unit_test(too_few_resamples_are_refused),
        cmocka_unit_test(same_cells_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

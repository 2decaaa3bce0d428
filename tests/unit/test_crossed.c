/* SPDX-License-Identifier: MIT */
/* Intervals of what weeks, households and seeds make together: against cases worked by hand, against the formulas for
 * their variance, and by how often they hold a truth that is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "etp/rng.h"
#include "study/estimate/crossed.h"

static void assert_near(double value, double wanted, double off)
{
    if (!(value >= wanted - off && value <= wanted + off))
        fail_msg("%.17g is not %.17g", value, wanted);
}

static double mean(const double *totals)
{
    return totals[1] != 0 ? totals[0] / totals[1] : NAN;
}

/* Twelve even draws together are nearly normal. */
static double nearly_normal(etp_rng *rng)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += etp_rng_unit(rng);
    return sum;
}

/* ---- tables whose values are sums of effects ---- */

enum { MOST = 64 };

typedef struct effects {
    unsigned count[ETP_KINDS];
    double size[ETP_KINDS]; /* standard deviation of each kind's effect */
    double noise;           /* of each single value */
    bool spiky;             /* weeks as days of spikes make them: most are small, few are very large */
} effects;

/* A Pareto tail of exponent 2, cut off at 32: one in a hundred is seven times the median or more. Less its mean. */
static double spiky(etp_rng *rng)
{
    return 1 / sqrt(1.001 - etp_rng_unit(rng)) - 2 * (sqrt(1.001) - sqrt(0.001));
}

static void fill(etp_crossed *crossed, const effects *of, uint64_t seed)
{
    double effect[ETP_KINDS][MOST];
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    assert_int_equal(etp_crossed_init(crossed, of->count, 2), ETP_OK);
    for (unsigned kind = 0; kind < ETP_KINDS; kind++) {
        for (unsigned i = 0; i < of->count[kind]; i++)
            effect[kind][i] = of->size[kind] * (of->spiky && kind == ETP_KIND_WEEK ? spiky(&rng) : nearly_normal(&rng));
    }
    for (unsigned s = 0; s < of->count[2]; s++) {
        for (unsigned h = 0; h < of->count[1]; h++) {
            for (unsigned w = 0; w < of->count[0]; w++) {
                *etp_crossed_at(crossed, 0, w, h, s) =
                    effect[0][w] + effect[1][h] + effect[2][s] + of->noise * nearly_normal(&rng);
                *etp_crossed_at(crossed, 1, w, h, s) = 1;
            }
        }
    }
}

static etp_estimate estimate_of(const etp_crossed *crossed, unsigned resamples, uint64_t seed)
{
    const etp_estimate_how how = {.resamples = resamples, .seed = seed};
    etp_estimate estimate;
    assert_int_equal(etp_crossed_estimate(crossed, mean, &how, &estimate), ETP_OK);
    return estimate;
}

static etp_estimate estimate_effects(const effects *of, unsigned resamples, uint64_t seed)
{
    etp_crossed crossed = {0};
    fill(&crossed, of, seed);
    etp_estimate estimate = estimate_of(&crossed, resamples, 1);
    etp_crossed_fini(&crossed);
    return estimate;
}

/* ---- cases worked by hand ---- */

static void what_does_not_vary_has_no_width(void **state)
{
    (void)state;
    etp_crossed crossed = {0};
    assert_int_equal(etp_crossed_init(&crossed, (unsigned[]){3, 2, 4}, 2), ETP_OK);
    for (unsigned i = 0; i < 24; i++) {
        *etp_crossed_at(&crossed, 0, i % 3, i / 3 % 2, i / 6) = 0.5;
        *etp_crossed_at(&crossed, 1, i % 3, i / 3 % 2, i / 6) = 2;
    }
    etp_estimate estimate = estimate_of(&crossed, 200, 1);
    assert_true(estimate.known);
    assert_near(estimate.value, 0.25, 0);
    assert_near(estimate.bounds.low, 0.25, 0);
    assert_near(estimate.bounds.high, 0.25, 0);
    assert_near(estimate.seeds.high, 0.25, 0);
    etp_crossed_fini(&crossed);
}

/* A difference of nothing but zeros is zero, and its interval holds zero: what a placebo shows. */
static void nothing_is_nothing(void **state)
{
    (void)state;
    etp_estimate estimate = estimate_effects(&(effects){.count = {4, 3, 2}}, 200, 1);
    assert_near(estimate.value, 0, 0);
    assert_near(estimate.bounds.low, 0, 0);
    assert_near(estimate.bounds.high, 0, 0);
}

/* There is one household and one seed: weeks are all that can be resampled, and their interval is Student's. */
static void of_one_kind_it_is_students(void **state)
{
    (void)state;
    etp_crossed crossed = {0};
    assert_int_equal(etp_crossed_init(&crossed, (unsigned[]){10, 1, 1}, 2), ETP_OK);
    for (unsigned week = 0; week < 10; week++) {
        *etp_crossed_at(&crossed, 0, week, 0, 0) = week + 1.0;
        *etp_crossed_at(&crossed, 1, week, 0, 0) = 1;
    }
    etp_estimate estimate = estimate_of(&crossed, 20000, 1);
    /* Standard deviation of 1 to 10: 3.02765; t with 9 degrees of freedom: 2.26216. */
    double half = 2.26216 * 3.02765 / sqrt(10);
    assert_near(estimate.value, 5.5, 1e-12);
    assert_near(estimate.bounds.low, 5.5 - half, 0.13);
    assert_near(estimate.bounds.high, 5.5 + half, 0.13);
    assert_near(estimate.weeks.low, estimate.bounds.low, 1e-12);
    assert_true(isnan(estimate.homes.low) && isnan(estimate.seeds.high));
    etp_crossed_fini(&crossed);
}

/* With effects that add up each kind alone has its own variance, and all together have the sum: for the mean of n of one
 * kind s^2 / n. t of nearly a normal distribution, since there are many of each. */
static void together_variances_add_up(void **state)
{
    (void)state;
    const effects of = {.count = {50, 40, 60}, .size = {3, 2, 1}};
    etp_crossed crossed = {0};
    double sum[ETP_KINDS][MOST] = {{0}}, variance[ETP_KINDS];
    fill(&crossed, &of, 5);
    for (unsigned s = 0; s < 60; s++) {
        for (unsigned h = 0; h < 40; h++) {
            for (unsigned w = 0; w < 50; w++) {
                double value = *etp_crossed_at(&crossed, 0, w, h, s);
                sum[0][w] += value / (40 * 60), sum[1][h] += value / (50 * 60), sum[2][s] += value / (50 * 40);
            }
        }
    }
    for (unsigned kind = 0; kind < ETP_KINDS; kind++) {
        unsigned n = of.count[kind];
        double middle = 0, squares = 0;
        for (unsigned i = 0; i < n; i++)
            middle += sum[kind][i] / n;
        for (unsigned i = 0; i < n; i++)
            squares += (sum[kind][i] - middle) * (sum[kind][i] - middle);
        variance[kind] = squares / (n - 1) / n;
    }
    etp_estimate estimate = estimate_of(&crossed, 4000, 3);
    double all = sqrt(variance[0] + variance[1] + variance[2]);
    assert_near((estimate.bounds.high - estimate.bounds.low) / 2, 2.0 * all, 0.15 * all);
    assert_near((estimate.weeks.high - estimate.weeks.low) / 2, 2.01 * sqrt(variance[0]), 0.15 * sqrt(variance[0]));
    assert_near((estimate.homes.high - estimate.homes.low) / 2, 2.02 * sqrt(variance[1]), 0.15 * sqrt(variance[1]));
    assert_near((estimate.seeds.high - estimate.seeds.low) / 2, 2.00 * sqrt(variance[2]), 0.15 * sqrt(variance[2]));
    etp_crossed_fini(&crossed);
}

static void a_ratio_of_nothing_is_not_known(void **state)
{
    (void)state;
    etp_crossed crossed = {0};
    assert_int_equal(etp_crossed_init(&crossed, (unsigned[]){3, 2, 2}, 2), ETP_OK);
    assert_false(estimate_of(&crossed, 100, 1).known);
    /* One week in three has anything to divide by: too many resamples have not. */
    *etp_crossed_at(&crossed, 0, 1, 0, 0) = 6;
    *etp_crossed_at(&crossed, 1, 1, 0, 0) = 2;
    etp_estimate estimate = estimate_of(&crossed, 500, 1);
    assert_true(estimate.known);
    assert_near(estimate.value, 3, 0);
    assert_true(isnan(estimate.bounds.low));
    etp_crossed_fini(&crossed);
}

static void one_of_each_has_no_interval(void **state)
{
    (void)state;
    etp_estimate estimate = estimate_effects(&(effects){.count = {1, 1, 1}, .size = {1, 1, 1}}, 100, 1);
    assert_true(estimate.known);
    assert_true(isnan(estimate.bounds.low) && isnan(estimate.weeks.low));
    assert_false(etp_estimate_above(&estimate, -1e9));
}

/* Its households and seeds differ, and know nothing of other weeks. */
static void a_single_week_has_no_interval(void **state)
{
    (void)state;
    const effects of = {.count = {1, 5, 5}, .size = {1, 1, 1}};
    etp_crossed crossed = {0};
    fill(&crossed, &of, 1);
    etp_estimate estimate = estimate_of(&crossed, 200, 1);
    assert_true(estimate.known && isnan(estimate.bounds.low) && isnan(estimate.bounds.high));
    assert_true(estimate.homes.low < estimate.homes.high && estimate.seeds.low < estimate.seeds.high);
    assert_false(etp_estimate_above(&estimate, -1000));
    etp_crossed_fini(&crossed);
}

static void same_seed_same_interval(void **state)
{
    (void)state;
    const effects of = {.count = {6, 5, 4}, .size = {1, 1, 1}, .noise = 1};
    etp_crossed crossed = {0};
    fill(&crossed, &of, 8);
    etp_estimate first = estimate_of(&crossed, 300, 1), again = estimate_of(&crossed, 300, 1);
    etp_estimate other = estimate_of(&crossed, 300, 2);
    assert_true(first.bounds.low == again.bounds.low && first.bounds.high == again.bounds.high);
    assert_true(first.bounds.low != other.bounds.low);
    etp_crossed_fini(&crossed);
}

static void refuses_what_is_no_table(void **state)
{
    (void)state;
    etp_crossed crossed = {0};
    assert_int_equal(etp_crossed_init(&crossed, (unsigned[]){0, 2, 2}, 2), ETP_EINVAL);
    assert_int_equal(etp_crossed_init(&crossed, (unsigned[]){2, 2, 2}, 0), ETP_EINVAL);
    assert_int_equal(etp_crossed_init(&crossed, (unsigned[]){2, 2, 2}, ETP_CROSSED_TOTALS_MAX + 1), ETP_EINVAL);
    assert_null(crossed.sum);
}

/* ---- how often the truth, 0, is inside ---- */

typedef struct hits {
    unsigned all, seeds;
} hits;

static hits in_a_thousand(const effects *of)
{
    enum { TIMES = 500 };
    hits held = {0};
    for (unsigned i = 0; i < TIMES; i++) {
        etp_estimate estimate = estimate_effects(of, 400, 1000 + i);
        held.all += estimate.bounds.low <= 0 && estimate.bounds.high >= 0;
        held.seeds += estimate.seeds.low <= 0 && estimate.seeds.high >= 0;
    }
    held.all = held.all * 1000 / TIMES;
    held.seeds = held.seeds * 1000 / TIMES;
    return held;
}

static void holds_the_truth_where_kinds_are_alike(void **state)
{
    (void)state;
    hits held = in_a_thousand(&(effects){.count = {12, 8, 10}, .size = {1, 1, 1}, .noise = 1});
    assert_in_range(held.all, 930, 985);
}

/* Prices are what varies: seeds alone say next to nothing of it. */
static void holds_the_truth_where_weeks_rule(void **state)
{
    (void)state;
    hits held = in_a_thousand(&(effects){.count = {13, 6, 5}, .size = {3, 1, 0.3}, .noise = 0.5});
    assert_in_range(held.all, 930, 985);
    assert_in_range(held.seeds, 0, 400);
}

/* Few real households. */
static void holds_the_truth_where_households_rule(void **state)
{
    (void)state;
    hits held = in_a_thousand(&(effects){.count = {20, 5, 10}, .size = {0.5, 2, 0.3}, .noise = 0.5});
    assert_in_range(held.all, 930, 990);
}

/* Nothing is common to a week, a household or a seed: the interval is too wide, never too narrow. */
static void errs_on_the_side_of_width(void **state)
{
    (void)state;
    hits held = in_a_thousand(&(effects){.count = {10, 8, 8}, .noise = 1});
    assert_in_range(held.all, 975, 1000);
}

/* Few weeks carry most, so a year may happen to have none of these. Then it holds less often than it says; the documentation
 * says how often. */
static void holds_it_less_often_where_few_weeks_carry_most(void **state)
{
    (void)state;
    hits held = in_a_thousand(&(effects){.count = {52, 6, 10}, .size = {1, 0.2, 0.1}, .noise = 0.2, .spiky = true});
    assert_in_range(held.all, 850, 960);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_vary_has_no_width),
        cmocka_unit_test(nothing_is_nothing),
        cmocka_unit_test(of_one_kind_it_is_students),
        cmocka_unit_test(together_variances_add_up),
        cmocka_unit_test(a_ratio_of_nothing_is_not_known),
        cmocka_unit_test(one_of_each_has_no_interval),
        cmocka_unit_test(a_single_week_has_no_interval),
        cmocka_unit_test(same_seed_same_interval),
        cmocka_unit_test(refuses_what_is_no_table),
        cmocka_unit_test(holds_the_truth_where_kinds_are_alike),
        cmocka_unit_test(holds_the_truth_where_weeks_rule),
        cmocka_unit_test(holds_the_truth_where_households_rule),
        cmocka_unit_test(errs_on_the_side_of_width),
        cmocka_unit_test(holds_it_less_often_where_few_weeks_carry_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Means, quantiles and bootstrap bounds against cases worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "etp/rng.h"
#include "report/statistics.h"

static void assert_near(double value, double wanted, double off)
{
    if (!(value >= wanted - off && value <= wanted + off))
        fail_msg("%.17g is not %.17g", value, wanted);
}

static void means(void **state)
{
    (void)state;
    const double values[] = {1, 2, 3, 10};
    assert_near(etp_mean(values, 4), 4, 0);
    assert_near(etp_mean(values, 1), 1, 0);
    assert_near(etp_mean(values, 0), 0, 0);
}

/* Places 0 to 3 of four values: a quarter of the way is place 0.75. */
static void quantiles(void **state)
{
    (void)state;
    const double sorted[] = {10, 20, 40, 80};
    assert_near(etp_quantile(sorted, 4, 0), 10, 0);
    assert_near(etp_quantile(sorted, 4, 0.25), 17.5, 1e-12);
    assert_near(etp_quantile(sorted, 4, 0.5), 30, 1e-12);
    assert_near(etp_quantile(sorted, 4, 1), 80, 0);
    assert_near(etp_quantile(sorted, 1, 0.3), 10, 0);
}

static etp_bounds bounds_of(const double *values, size_t count, unsigned resamples, uint64_t seed, double level)
{
    const etp_bootstrap how = {.resamples = resamples, .seed = seed, .level = level};
    etp_bounds bounds = {0};
    assert_int_equal(etp_bootstrap_mean(values, count, &how, &bounds), ETP_OK);
    return bounds;
}

/* Values that are all the same have only one mean, exactly. */
static void of_a_constant(void **state)
{
    (void)state;
    const double values[] = {0.25, 0.25, 0.25};
    etp_bounds bounds = bounds_of(values, 3, 100, 1, 0.95);
    assert_near(bounds.low, 0.25, 0);
    assert_near(bounds.high, 0.25, 0);
}

/* Of 0 and 1 a resample of two has the mean 0, 1/2 or 1 with the chances 1/4, 1/2 and 1/4: the middle 90 % reach from 0
 * to 1, the middle 40 % are all 1/2. */
static void of_two_values(void **state)
{
    (void)state;
    const double values[] = {0, 1};
    etp_bounds wide = bounds_of(values, 2, 10000, 1, 0.9), narrow = bounds_of(values, 2, 10000, 1, 0.4);
    assert_near(wide.low, 0, 0);
    assert_near(wide.high, 1, 0);
    assert_near(narrow.low, 0.5, 0);
    assert_near(narrow.high, 0.5, 0);
}

/* Of n values the means of resamples vary by sigma / sqrt(n) around their mean: of 1 to 100, 28.87 / 10. 95 % of a normal
 * distribution lie within 1.96 of these. */
static void of_many_values(void **state)
{
    (void)state;
    double values[100];
    for (int i = 0; i < 100; i++)
        values[i] = i + 1;
    etp_bounds bounds = bounds_of(values, 100, 20000, 7, 0.95);
    assert_near(bounds.low, 50.5 - 1.96 * 2.887, 0.15);
    assert_near(bounds.high, 50.5 + 1.96 * 2.887, 0.15);
}

static void same_seed_same_bounds(void **state)
{
    (void)state;
    const double values[] = {3, 1, 4, 1, 5, 9, 2, 6};
    etp_bounds first = bounds_of(values, 8, 500, 3, 0.95), again = bounds_of(values, 8, 500, 3, 0.95);
    assert_memory_equal(&first, &again, sizeof first);
    etp_bounds other = bounds_of(values, 8, 500, 4, 0.95);
    assert_true(other.low != first.low || other.high != first.high);
}

/* How often bounds for 95 % hold the true mean, 0.5, of twenty even draws: a little less often, as the header says. */
static void holds_the_true_mean(void **state)
{
    (void)state;
    enum { TIMES = 400, VALUES = 20 };
    etp_rng rng;
    unsigned held = 0;
    etp_rng_seed(&rng, 11);
    for (unsigned i = 0; i < TIMES; i++) {
        double values[VALUES];
        for (int j = 0; j < VALUES; j++)
            values[j] = etp_rng_unit(&rng);
        etp_bounds bounds = bounds_of(values, VALUES, 500, i, 0.95);
        held += bounds.low <= 0.5 && bounds.high >= 0.5;
    }
    assert_in_range(held, TIMES * 90 / 100, TIMES * 98 / 100);
}

/* Student's t for 95 % and 1, 4, 9, 19 and 99 degrees of freedom is 12.7062, 2.7764, 2.2622, 2.0930 and 1.9842. */
static void widens_as_students_t(void **state)
{
    (void)state;
    const struct {
        size_t count;
        double t;
    } cases[] = {{2, 12.7062}, {5, 2.7764}, {10, 2.2622}, {11, 2.2281}, {20, 2.0930}, {100, 1.9842}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double n = (double)cases[i].count, factor = cases[i].t / 1.959964 * sqrt(n / (n - 1));
        etp_bounds bounds = {.low = 9, .high = 12};
        etp_bounds_widen(&bounds, 10, cases[i].count);
        assert_near(bounds.low, 10 - factor, 1e-4 * factor);
        assert_near(bounds.high, 10 + 2 * factor, 2e-4 * factor);
    }
    etp_bounds alone = {.low = 1, .high = 2};
    etp_bounds_widen(&alone, 1.5, 1);
    assert_near(alone.low, 1, 0);
    assert_near(alone.high, 2, 0);
}

/* Satterthwaite's degrees of freedom are rarely whole: 1.5 lies between 1 and 2, and closer to 2 in 1 / degrees. */
static void students_t_between_whole_degrees(void **state)
{
    (void)state;
    assert_near(etp_student_95(1), 12.7062, 1e-4);
    assert_near(etp_student_95(0.5), 12.7062, 1e-4);
    assert_near(etp_student_95(2), 4.3027, 1e-4);
    assert_near(etp_student_95(1.5), 12.7062 / 3 + 4.3027 * 2 / 3, 1e-3);
    assert_near(etp_student_95(9.999), 2.2281, 1e-3);
    assert_near(etp_student_95(10), 2.2281, 1e-4);
    assert_near(etp_student_95(1e9), 1.959964, 1e-6);
    for (double degrees = 1; degrees < 40; degrees += 0.25)
        assert_true(etp_student_95(degrees) > etp_student_95(degrees + 0.25));
}

/* Twelve even draws together are nearly normal. */
static double nearly_normal(etp_rng *rng)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += etp_rng_unit(rng);
    return sum;
}

/* How often 95 % bounds hold the true mean, 0, in a thousand. */
static unsigned held_in_a_thousand(size_t count)
{
    enum { TIMES = 2000, MOST = 64 };
    double values[MOST];
    etp_rng rng;
    unsigned held = 0;
    etp_rng_seed(&rng, 12);
    for (unsigned i = 0; i < TIMES; i++) {
        for (size_t j = 0; j < count; j++)
            values[j] = nearly_normal(&rng);
        etp_bounds bounds = bounds_of(values, count, 400, i, 0.95);
        etp_bounds_widen(&bounds, etp_mean(values, count), count);
        held += bounds.low <= 0 && bounds.high >= 0;
    }
    return held * 1000 / TIMES;
}

static void widened_they_hold_what_they_say(void **state)
{
    (void)state;
    assert_in_range(held_in_a_thousand(5), 920, 970);
    assert_in_range(held_in_a_thousand(10), 920, 970);
    assert_in_range(held_in_a_thousand(20), 920, 970);
}

static void what_says_nothing(void **state)
{
    (void)state;
    const double value = 1;
    etp_bounds bounds;
    assert_int_equal(etp_bootstrap_mean(&value, 1, &(etp_bootstrap){100, 1, 0.95}, &bounds), ETP_EINVAL);
    assert_int_equal(etp_bootstrap_mean(&value, 0, &(etp_bootstrap){100, 1, 0.95}, &bounds), ETP_EINVAL);
    const double values[] = {1, 2};
    assert_int_equal(etp_bootstrap_mean(values, 2, &(etp_bootstrap){0, 1, 0.95}, &bounds), ETP_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means),
        cmocka_unit_test(quantiles),
        cmocka_unit_test(of_a_constant),
        cmocka_unit_test(of_two_values),
        cmocka_unit_test(of_many_values),
        cmocka_unit_test(same_seed_same_bounds),
        cmocka_unit_test(holds_the_true_mean),
        cmocka_unit_test(widens_as_students_t),
        cmocka_unit_test(students_t_between_whole_degrees),
        cmocka_unit_test(widened_they_hold_what_they_say),
        cmocka_unit_test(what_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "etp/histogram.h"
#include "etp/rng.h"

enum { VALUES = 20000 };

static int compare_values(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The smallest value such that the share `q` of all is at or below it. */
static uint64_t exact_quantile(const uint64_t *sorted, size_t count, double q)
{
    size_t rank = 1;
    while (rank < count && (double)rank < q * (double)count)
        rank++;
    return sorted[rank - 1];
}

/* The answer is the top of the exact value's bucket: never below it, above it by 1/32 at most. */
static void check_against_sorted(uint64_t *values, size_t count)
{
    static const double qs[] = {0.0, 0.001, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0};
    static etp_histogram histogram;
    histogram = (etp_histogram){0};
    for (size_t i = 0; i < count; i++)
        etp_histogram_add(&histogram, values[i]);
    qsort(values, count, sizeof *values, compare_values);
    assert_true(histogram.count == count);
    assert_true(histogram.max == values[count - 1]);
    for (size_t i = 0; i < sizeof qs / sizeof *qs; i++) {
        uint64_t exact = exact_quantile(values, count, qs[i]);
        uint64_t told = etp_histogram_quantile(&histogram, qs[i]);
        assert_true(told >= exact);
        assert_true((double)told <= (double)exact * (1.0 + 1.0 / ETP_HISTOGRAM_STEPS));
        assert_true(told <= histogram.max);
    }
}

static void test_an_empty_histogram_gives_zero(void **state)
{
    (void)state;
    static const etp_histogram histogram;
    assert_true(etp_histogram_quantile(&histogram, 0.5) == 0);
}

static void test_one_value_is_every_quantile(void **state)
{
    (void)state;
    static const uint64_t singles[] = {0, 1, 31, 32, 63, 64, 65, 1000, 123456789, UINT64_C(1) << 40, UINT64_MAX};
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
        static etp_histogram histogram;
        histogram = (etp_histogram){0};
        etp_histogram_add(&histogram, singles[i]);
        assert_true(etp_histogram_quantile(&histogram, 0.0) == singles[i]);
        assert_true(etp_histogram_quantile(&histogram, 0.5) == singles[i]);
        assert_true(etp_histogram_quantile(&histogram, 1.0) == singles[i]);
    }
}

static void test_small_values_are_exact(void **state)
{
    (void)state;
    static etp_histogram histogram;
    for (uint64_t i = 1; i <= 60; i++)
        etp_histogram_add(&histogram, i);
    for (int i = 1; i <= 60; i++)
        assert_true(etp_histogram_quantile(&histogram, i / 60.0 - 0.001) == (uint64_t)i);
}

static void test_quantiles_of_even_values(void **state)
{
    (void)state;
    static uint64_t values[VALUES];
    etp_rng rng;
    etp_rng_seed(&rng, 1);
    for (size_t i = 0; i < VALUES; i++)
        values[i] = etp_rng_below(&rng, 5000000);
    check_against_sorted(values, VALUES);
}

/* As many values in each power of two as in any other, up to the last bucket. */
static void test_quantiles_over_all_magnitudes(void **state)
{
    (void)state;
    static uint64_t values[VALUES];
    etp_rng rng;
    etp_rng_seed(&rng, 2);
    for (size_t i = 0; i < VALUES; i++)
        values[i] = etp_rng_next(&rng) >> (28 + etp_rng_below(&rng, 36));
    check_against_sorted(values, VALUES);
}

/* Each power of two and its neighbours, where buckets begin. */
static void test_quantiles_at_the_edges_of_buckets(void **state)
{
    (void)state;
    for (int bit = 0; bit < 36; bit++) {
        for (int step = -1; step <= 1; step++) {
            uint64_t edge = (UINT64_C(1) << bit) + (uint64_t)step;
            uint64_t values[] = {edge, edge + (edge >> 5), edge + (edge >> 1)};
            check_against_sorted(values, 3);
        }
    }
}

static void test_values_beyond_the_last_bucket_are_counted_and_the_maximum_is_exact(void **state)
{
    (void)state;
    static etp_histogram histogram;
    etp_histogram_add(&histogram, 10);
    etp_histogram_add(&histogram, UINT64_C(1) << 50);
    etp_histogram_add(&histogram, UINT64_MAX - 1);
    assert_true(histogram.count == 3);
    assert_true(histogram.max == UINT64_MAX - 1);
    assert_true(etp_histogram_quantile(&histogram, 0.3) == 10);
    assert_true(etp_histogram_quantile(&histogram, 1.0) == UINT64_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_histogram_gives_zero),
        cmocka_unit_test(test_one_value_is_every_quantile),
        cmocka_unit_test(test_small_values_are_exact),
        cmocka_unit_test(test_quantiles_of_even_values),
        cmocka_unit_test(test_quantiles_over_all_magnitudes),
        cmocka_unit_test(test_quantiles_at_the_edges_of_buckets),
        cmocka_unit_test(test_values_beyond_the_last_bucket_are_counted_and_the_maximum_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The built-in day, and what can be done with any trace. */
#include "test_trace_tools.h"

static const etp_time minute = 60 * ETP_NS_PER_SECOND;

static etp_trace make(unsigned days, etp_time interval, uint64_t seed)
{
    etp_trace trace;
    assert_int_equal(etp_trace_generate(&trace, days, interval, seed, NULL), 0);
    return trace;
}

static double mean_cents(const etp_trace *trace, size_t from, size_t count)
{
    double sum = 0;
    for (size_t i = from; i < from + count; i++)
        sum += etp_price_to_cents(trace->prices[i]);
    return sum / (double)count;
}

static void built_in_day_has_its_two_hour_means(void **state)
{
    (void)state;
    static const double wanted[12] = {0, 4, 14, 17, 13, 10, 12, 10, 11, 9, 3, 0};
    /* 24 five-minute draws of a triangle of +-1.5 have a mean whose standard deviation is 0.125. */
    for (uint64_t seed = 1; seed <= 20; seed++) {
        etp_trace trace = make(1, 5 * minute, seed);
        assert_int_equal(trace.count, 288);
        for (size_t block = 0; block < 12; block++) {
            double off = mean_cents(&trace, block * 24, 24) - wanted[block];
            assert_true(off > -0.75 && off < 0.75);
        }
        etp_trace_fini(&trace);
    }
}

static void built_in_day_does_not_depend_on_the_interval_but_for_noise(void **state)
{
    (void)state;
    static const etp_time intervals[] = {1, 5, 30, 60, 120, 1440};
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++) {
        etp_trace trace = make(30, intervals[i] * minute, 7);
        double mean = mean_cents(&trace, 0, trace.count);
        assert_true(mean > 103.0 / 12 - 0.5 && mean < 103.0 / 12 + 0.5);
        etp_trace_fini(&trace);
    }
}

static void built_in_noise_is_bounded_and_there(void **state)
{
    (void)state;
    etp_trace a = make(100, 5 * minute, 1), b = make(100, 5 * minute, 2);
    etp_price widest = 0;
    size_t same = 0;
    for (size_t i = 0; i < a.count; i++) {
        etp_price apart = llabs(a.prices[i] - b.prices[i]);
        widest = apart > widest ? apart : widest;
        same += apart == 0;
    }
    assert_true(widest <= 3 * ETP_PRICE_PER_CENT && widest > 2 * ETP_PRICE_PER_CENT);
    assert_true(same < 100);
    assert_true(a.hash != b.hash);
    etp_trace_fini(&a);
    etp_trace_fini(&b);
}

static void built_in_trace_names_itself_and_starts_at_noon(void **state)
{
    (void)state;
    etp_trace trace = make(2, 30 * minute, 1), again = make(2, 30 * minute, 1);
    size_t noon = 99;
    assert_int_equal(trace.starts, INT64_C(1735732800) * ETP_NS_PER_SECOND); /* 2025-01-01 12:00 */
    assert_int_equal(trace.interval, 30 * minute);
    assert_int_equal(trace.count, 96);
    assert_string_equal(trace.source, "built-in");
    assert_string_equal(trace.region, "");
    assert_int_equal(trace.hash, again.hash);
    assert_memory_equal(trace.prices, again.prices, trace.count * sizeof *trace.prices);
    assert_int_equal(etp_trace_first_noon(&trace, &noon), 0);
    assert_int_equal(noon, 0);
    etp_trace_fini(&trace);
    etp_trace_fini(&again);
}

static void generator_refuses_what_does_not_divide_a_day(void **state)
{
    (void)state;
    static const etp_time wrong[] = {0,
                                     -300 * ETP_NS_PER_SECOND,
                                     7 * 60 * ETP_NS_PER_SECOND,
                                     ETP_NS_PER_SECOND / 2,
                                     48 * ETP_NS_PER_HOUR,
                                     ETP_NS_PER_SECOND + 1};
    etp_trace trace;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(etp_trace_generate(&trace, 1, wrong[i], 1, NULL), ETP_ERANGE);
        assert_null(trace.prices);
    }
    assert_int_equal(etp_trace_generate(&trace, 0, 5 * minute, 1, NULL), ETP_ERANGE);
    assert_int_equal(etp_trace_generate(&trace, UINT32_MAX, ETP_NS_PER_SECOND, 1, NULL), ETP_ERANGE);
}

static void longer_intervals_are_means(void **state)
{
    (void)state;
    etp_error error = {0};
    etp_trace trace = make(1, 5 * minute, 3), before = make(1, 5 * minute, 3);
    assert_int_equal(etp_trace_resample(&trace, 30 * minute, &error), 0);
    assert_int_equal(trace.count, 48);
    assert_int_equal(trace.interval, 30 * minute);
    assert_int_equal(trace.starts, before.starts);
    assert_string_equal(trace.source, "built-in");
    assert_true(trace.hash != before.hash);
    for (size_t i = 0; i < trace.count; i++) {
        etp_price sum = 0;
        for (size_t j = 0; j < 6; j++)
            sum += before.prices[6 * i + j];
        assert_true(llabs(6 * trace.prices[i] - sum) <= 3);
    }
    etp_trace_fini(&trace);
    etp_trace_fini(&before);
}

static void shorter_intervals_repeat_and_come_back(void **state)
{
    (void)state;
    etp_error error = {0};
    etp_trace trace = make(1, 30 * minute, 3);
    uint64_t hash = trace.hash;
    etp_price third = trace.prices[2];
    assert_int_equal(etp_trace_resample(&trace, 5 * minute, &error), 0);
    assert_int_equal(trace.count, 288);
    for (size_t i = 12; i < 18; i++)
        assert_int_equal(trace.prices[i], third);
    assert_int_equal(etp_trace_resample(&trace, 30 * minute, &error), 0);
    assert_int_equal(trace.hash, hash);
    assert_int_equal(etp_trace_resample(&trace, 30 * minute, &error), 0);
    assert_int_equal(trace.hash, hash);
    etp_trace_fini(&trace);
}

static void resampling_says_why_not(void **state)
{
    (void)state;
    static const etp_time wrong[] = {0, -1, 7 * 60 * ETP_NS_PER_SECOND, 48 * ETP_NS_PER_HOUR, 1};
    etp_trace trace = make(1, 30 * minute, 3);
    uint64_t hash = trace.hash;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        etp_error error = {0};
        assert_int_equal(etp_trace_resample(&trace, wrong[i], &error), ETP_ERANGE);
        assert_true(strlen(error.text) > 20);
        assert_int_equal(trace.hash, hash);
        assert_int_equal(trace.count, 48);
    }
    etp_trace_fini(&trace);
}

static void noon_is_found_or_not(void **state)
{
    (void)state;
    etp_price prices[48] = {0};
    etp_trace trace = {.starts = ETP_NS_PER_HOUR * 6, .interval = 30 * minute, .count = 48, .prices = prices};
    size_t index = 0;
    assert_int_equal(etp_trace_first_noon(&trace, &index), 0);
    assert_int_equal(index, 12);
    trace.count = 12;
    assert_int_equal(etp_trace_first_noon(&trace, &index), ETP_ENOENT);
    trace = (etp_trace){.starts = 10 * minute, .interval = 30 * minute, .count = 48, .prices = prices};
    assert_int_equal(etp_trace_first_noon(&trace, &index), ETP_ENOENT);
}

static void given_prices_are_copied_and_checked(void **state)
{
    (void)state;
    etp_trace built_in = make(1, 5 * minute, 3), trace;
    etp_error error = {0};
    assert_int_equal(etp_trace_from_prices(&trace, built_in.starts, built_in.interval, built_in.prices, built_in.count,
                                           NULL, &error),
                     ETP_OK);
    assert_true(trace.prices != built_in.prices);
    assert_memory_equal(trace.prices, built_in.prices, trace.count * sizeof *trace.prices);
    assert_true(trace.hash == built_in.hash);
    etp_trace_fini(&trace);
    assert_int_equal(etp_trace_from_prices(&trace, 0, minute, NULL, 0, NULL, &error), ETP_ERANGE);
    assert_int_equal(etp_trace_from_prices(&trace, 0, 1, built_in.prices, 1, NULL, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "whole seconds"));
    built_in.prices[1] = 2501 * ETP_PRICE_PER_CENT;
    assert_int_equal(etp_trace_from_prices(&trace, 0, minute, built_in.prices, 2, NULL, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "price 2 is 2501 c/kWh"));
    assert_null(trace.prices);
    etp_trace_fini(&built_in);
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    for (unsigned left = 0; left < 2; left++) {
        counting c = {.left = left};
        etp_allocator allocator = counting_allocator(&c);
        etp_error error = {0};
        etp_trace trace;
        int rc = etp_trace_generate(&trace, 1, 5 * minute, 1, &allocator);
        if (rc == 0)
            rc = etp_trace_resample(&trace, 30 * minute, &error);
        assert_int_equal(rc, ETP_ENOMEM);
        assert_int_equal(trace.count, left == 0 ? 0 : 288);
        etp_trace_fini(&trace);
        etp_trace_fini(&trace);
        assert_int_equal(c.bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(built_in_day_has_its_two_hour_means),
        cmocka_unit_test(built_in_day_does_not_depend_on_the_interval_but_for_noise),
        cmocka_unit_test(built_in_noise_is_bounded_and_there),
        cmocka_unit_test(built_in_trace_names_itself_and_starts_at_noon),
        cmocka_unit_test(generator_refuses_what_does_not_divide_a_day),
        cmocka_unit_test(longer_intervals_are_means),
        cmocka_unit_test(shorter_intervals_repeat_and_come_back),
        cmocka_unit_test(resampling_says_why_not),
        cmocka_unit_test(noon_is_found_or_not),
        cmocka_unit_test(given_prices_are_copied_and_checked),
        cmocka_unit_test(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

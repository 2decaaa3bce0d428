/* SPDX-License-Identifier: MIT */
/* When market intervals begin: at whole multiples by the wall clock, whatever it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/market_clock.h"

static const etp_time second = ETP_NS_PER_SECOND;
/* 2026-11-22 17:00:00 UTC: a whole multiple of 300 s. */
static const etp_time hour = INT64_C(1795366800) * ETP_NS_PER_SECOND;

static etp_market_clock start_at(etp_time now, etp_time ahead)
{
    etp_market_clock clock;
    etp_market_clock_init(&clock, 300 * second, 14 * second, 10 * ETP_NS_PER_HOUR, now, ahead);
    return clock;
}

static void the_interval_under_way_is_left_to_others(void **state)
{
    (void)state;
    etp_interval interval;
    etp_market_clock clock = start_at(hour + 100 * second, 0);
    assert_false(etp_market_clock_begins(&clock, hour + 100 * second, &interval));
    assert_int_equal(etp_market_clock_next(&clock, hour + 100 * second), hour + 300 * second);
    assert_true(etp_market_clock_begins(&clock, hour + 300 * second, &interval));
    assert_int_equal(interval.starts, hour + 300 * second);
    assert_int_equal(interval.ends, hour + 600 * second);
    assert_int_equal(interval.index, (uint64_t)(hour / (300 * second)) + 1);
    assert_false(etp_market_clock_begins(&clock, hour + 301 * second, &interval));
    assert_int_equal(etp_market_clock_next(&clock, hour + 301 * second), hour + 600 * second);
}

static void the_market_has_a_clock_of_its_own(void **state)
{
    (void)state;
    etp_interval interval;
    etp_market_clock clock = start_at(hour - second, 0);
    assert_true(etp_market_clock_begins(&clock, hour, &interval));
    assert_int_equal(interval.second_of_day, 3 * 3600); /* 17:00 UTC is 03:00 the next day there */
}

static void two_nodes_whose_clocks_differ_agree_by_the_wall(void **state)
{
    (void)state;
    etp_interval one, other;
    etp_market_clock a = start_at(hour - second, 0), b = start_at(5 * second, hour - 6 * second);
    assert_true(etp_market_clock_begins(&a, hour, &one));
    assert_true(etp_market_clock_begins(&b, 6 * second, &other));
    assert_int_equal(one.index, other.index);
    assert_int_equal(one.second_of_day, other.second_of_day);
    assert_int_equal(other.starts, 6 * second);
}

static void a_late_look_begins_it_still_and_a_very_late_one_does_not(void **state)
{
    (void)state;
    etp_interval interval;
    etp_market_clock clock = start_at(hour - second, 0);
    assert_true(etp_market_clock_begins(&clock, hour + 5 * second, &interval));
    assert_int_equal(interval.starts, hour);
    clock = start_at(hour - second, 0);
    assert_false(etp_market_clock_begins(&clock, hour + 287 * second, &interval));
    assert_true(etp_market_clock_begins(&clock, hour + 300 * second, &interval));
}

static void small_drifts_are_no_steps(void **state)
{
    (void)state;
    etp_market_clock clock = start_at(hour, 0);
    assert_int_equal(etp_market_clock_see(&clock, 99 * ETP_NS_PER_MS), 0);
    assert_int_equal(etp_market_clock_see(&clock, -99 * ETP_NS_PER_MS), 0);
    assert_int_equal(etp_market_clock_see(&clock, 2 * second), 2 * second);
    assert_int_equal(etp_market_clock_see(&clock, 2 * second), 0);
    assert_int_equal(etp_market_clock_see(&clock, 0), -2 * second);
}

static void after_a_step_intervals_follow_the_wall(void **state)
{
    (void)state;
    etp_interval interval;
    etp_market_clock clock = start_at(hour - second, 0);
    assert_true(etp_market_clock_begins(&clock, hour, &interval));
    /* 17:01:00, and the wall is set to 19:02:00. */
    assert_int_equal(etp_market_clock_see(&clock, 7260 * second), 7260 * second);
    assert_false(etp_market_clock_begins(&clock, hour + 60 * second, &interval));
    /* The next boundary on the wall comes before the interval that was begun ends: it is skipped. */
    assert_int_equal(etp_market_clock_next(&clock, hour + 60 * second), hour + 240 * second);
    assert_false(etp_market_clock_begins(&clock, hour + 240 * second, &interval));
    assert_true(etp_market_clock_begins(&clock, hour + 540 * second, &interval));
    assert_int_equal(interval.starts, hour + 540 * second);
    assert_int_equal(interval.index, (uint64_t)((hour + 7800 * second) / (300 * second)));
}

static void a_step_back_sells_no_stretch_of_time_twice(void **state)
{
    (void)state;
    etp_interval interval;
    etp_market_clock clock = start_at(hour - second, 0);
    etp_time last_end = 0;
    unsigned begun = 0;
    /* Every 70 s somebody sets the clock back by a minute. */
    for (etp_time now = hour; now < hour + 7200 * second; now += second) {
        if ((now - hour) % (70 * second) == 0)
            etp_market_clock_see(&clock, clock.ahead - 60 * second);
        if (!etp_market_clock_begins(&clock, now, &interval))
            continue;
        assert_true(interval.starts + second >= last_end);
        last_end = interval.ends;
        begun++;
    }
    assert_true(begun > 3 && begun <= 24);
}

static void a_wall_clock_before_1970_takes_part_in_nothing(void **state)
{
    (void)state;
    etp_interval interval;
    etp_market_clock clock = start_at(hour, 0);
    etp_market_clock_see(&clock, -2 * hour);
    for (etp_time now = hour; now < hour + 1000 * second; now += 10 * second)
        assert_false(etp_market_clock_begins(&clock, now, &interval));
    assert_int_equal(etp_market_clock_market(&clock, hour), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interval_under_way_is_left_to_others),
        cmocka_unit_test(the_market_has_a_clock_of_its_own),
        cmocka_unit_test(two_nodes_whose_clocks_differ_agree_by_the_wall),
        cmocka_unit_test(a_late_look_begins_it_still_and_a_very_late_one_does_not),
        cmocka_unit_test(small_drifts_are_no_steps),
        cmocka_unit_test(after_a_step_intervals_follow_the_wall),
        cmocka_unit_test(a_step_back_sells_no_stretch_of_time_twice),
        cmocka_unit_test(a_wall_clock_before_1970_takes_part_in_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

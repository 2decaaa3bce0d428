/* SPDX-License-Identifier: MIT */
/* The clock of live nodes, and its wrong calls. */
#include "unit/test_mistakes.h"

#include <time.h>

#include "etp/live_clock.h"

static void it_reads_the_time_on_the_wall_and_never_goes_back(void **unused)
{
    (void)unused;
    etp_live_clock clock;
    etp_live_clock_set(&clock);
    etp_time before = etp_live_clock_now(&clock), wall = (etp_time)time(NULL) * ETP_NS_PER_SECOND;
    /* An hour: a machine may be busy, but not so busy. */
    assert_true(before > wall - ETP_NS_PER_HOUR && before < wall + ETP_NS_PER_HOUR);
    for (unsigned i = 0; i < 10000; i++) {
        etp_time now = etp_live_clock_now(&clock);
        assert_true(now >= before);
        before = now;
    }
}

static void what_the_wall_clock_has_stepped_is_its_drift(void **unused)
{
    (void)unused;
    etp_live_clock clock;
    etp_live_clock_set(&clock);
    clock.offset -= 24 * ETP_NS_PER_HOUR;
    etp_time drift = etp_live_clock_drift(&clock);
    assert_true(drift > 23 * ETP_NS_PER_HOUR && drift < 25 * ETP_NS_PER_HOUR);
}

static void every_public_function_answers_a_wrong_call(void **unused)
{
    (void)unused;
    QUIET(etp_live_clock_set, NULL);
    GIVES(0, etp_live_clock_now, NULL);
    GIVES(0, etp_live_clock_drift, NULL);
    assert_int_equal(expect_all_called("live_clock.h"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_reads_the_time_on_the_wall_and_never_goes_back),
        cmocka_unit_test(what_the_wall_clock_has_stepped_is_its_drift),
        cmocka_unit_test(every_public_function_answers_a_wrong_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

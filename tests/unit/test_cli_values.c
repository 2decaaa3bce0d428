/* SPDX-License-Identifier: MIT */
/* What a person may write after an option, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "program/values.h"

static void whole_numbers_are_digits_and_fit(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "-1", "+1", "1.0", "1e3", " 1", "1 ", "0x10", "ten", "18446744073709551616"};
    uint64_t value = 7;
    assert_true(etp_value_whole("0", &value));
    assert_int_equal(value, 0);
    assert_true(etp_value_whole("18446744073709551615", &value));
    assert_true(value == UINT64_MAX);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(etp_value_whole(bad[i], &value));
}

static void numbers_are_plain_decimals(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      "-",   "e5",  ".",    "1,5",   "1.5 ", " 1.5",
                                      "0x1p3", "nan", "inf", "-inf", "1e999", "1.5c"};
    double value;
    assert_true(etp_value_number("-0.25", &value));
    assert_true(value == -0.25);
    assert_true(etp_value_number("1e3", &value));
    assert_true(value == 1000);
    assert_true(etp_value_number(".5", &value));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(etp_value_number(bad[i], &value));
}

static void durations_have_a_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        etp_time value;
    } good[] = {{"5m", 300 * ETP_NS_PER_SECOND},
                {"300s", 300 * ETP_NS_PER_SECOND},
                {"600ms", 600 * ETP_NS_PER_MS},
                {"0.6s", 600 * ETP_NS_PER_MS},
                {"250us", 250 * ETP_NS_PER_US},
                {"7ns", 7},
                {"1.5h", 90 * 60 * ETP_NS_PER_SECOND},
                {"1d", 24 * ETP_NS_PER_HOUR},
                {"0", 0},
                {"0ms", 0}};
    static const char *const bad[] = {"", "5", "m", "-5m", "5 m", "5min", "5M", "5m ", "nans", "1e30s", "5m3s"};
    etp_time value;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(etp_value_duration(good[i].text, &value));
        assert_int_equal(value, good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(etp_value_duration(bad[i], &value));
}

static void durations_show_as_they_are_read(void **state)
{
    (void)state;
    static const char *const texts[] = {"1d", "5h", "5m", "301s", "20ms", "1us", "999ns", "0s"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        etp_time value;
        char shown[ETP_VALUE_TEXT_MAX];
        assert_true(etp_value_duration(texts[i], &value));
        etp_value_show_duration(value, shown, sizeof shown);
        assert_string_equal(shown, texts[i]);
    }
}

static void chances_are_shares_or_percent(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "2", "-0.1", "101%", "20 %", "20%%", "%", "0.2x", "nan", "1e9"};
    uint32_t value;
    assert_true(etp_value_chance("0.2", &value));
    assert_int_equal(value, 200000);
    assert_true(etp_value_chance("20%", &value));
    assert_int_equal(value, 200000);
    assert_true(etp_value_chance("0.000001", &value));
    assert_int_equal(value, 1);
    assert_true(etp_value_chance("1", &value));
    assert_int_equal(value, 1000000);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(etp_value_chance(bad[i], &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_digits_and_fit),
        cmocka_unit_test(numbers_are_plain_decimals),
        cmocka_unit_test(durations_have_a_unit),
        cmocka_unit_test(durations_show_as_they_are_read),
        cmocka_unit_test(chances_are_shares_or_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

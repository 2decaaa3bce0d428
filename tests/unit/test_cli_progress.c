/* SPDX-License-Identifier: MIT */
/* How long a command may still take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "program/progress.h"

static void assert_left(uint64_t done, int64_t passed_ms, const char *wanted)
{
    char text[32];
    const etp_progress progress = {.done = done, .all = 100, .began_ms = 5000};
    etp_progress_left(&progress, 5000 + passed_ms, text, sizeof text);
    assert_string_equal(text, wanted);
}

static void says_how_long(void **state)
{
    (void)state;
    assert_left(10, 2000, "18 s left");
    assert_left(50, 60000, "60 s left");
    assert_left(1, 1200, "2 min left");
    assert_left(1, 36000000, "59400 min left");
    assert_left(100, 60000, "0 s left");
}

static void does_not_guess(void **state)
{
    (void)state;
    assert_left(10, 999, "");
    assert_left(0, 30000, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_how_long), cmocka_unit_test(does_not_guess)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

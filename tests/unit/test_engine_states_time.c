/* SPDX-License-Identifier: MIT */
/* The rows of docs/states.md that say what happens when no message comes: time passes, or others move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_moments.h"

static void every_row_about_time_holds(void **unused)
{
    (void)unused;
    every_moment_is_as_its_row_says();
}

static void expect_row(unsigned count, enum role role, unsigned state, const char *when)
{
    for (unsigned i = 0; i < count; i++)
        if (rows[i].role == role && rows[i].state == state && is(&rows[i], WHEN, when))
            return;
    fail_msg("docs/states.md: %s has no row for \"%s\"", role == ROLE_BESS ? bess_states[state] : buyer_states[state],
             when);
}

/* What can happen in any state. */
static void every_state_has_its_rows_about_time(void **unused)
{
    static const char *const always[] = {"the next interval", "its link is lost", "its link is lost, and back"};
    (void)unused;
    unsigned count = read_rows(WIDTH);
    for (unsigned when = 0; when < sizeof always / sizeof *always; when++) {
        for (unsigned i = 0; i < BESS_STATES; i++)
            expect_row(count, ROLE_BESS, i, always[when]);
        for (unsigned i = 0; i < AGGREGATOR_STATES; i++)
            expect_row(count, ROLE_AGGREGATOR, i, always[when]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_its_rows_about_time),
        cmocka_unit_test(every_row_about_time_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

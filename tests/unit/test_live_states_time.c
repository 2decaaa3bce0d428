/* SPDX-License-Identifier: MIT */
/* docs/states.md once more over the wire: what stands there about time, rivals, and links that are lost and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_moments.h"
#include "engine_wire.h"

static void every_row_about_time_holds_over_the_wire(void **unused)
{
    (void)unused;
    every_moment_is_as_its_row_says();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_about_time_holds_over_the_wire),
    };
    carriage = &over_the_wire;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

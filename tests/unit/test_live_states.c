/* SPDX-License-Identifier: MIT */
/* docs/states.md once more, row by row over the wire: what stands there about messages holds on real connections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_rows.h"
#include "engine_wire.h"

static void every_row_of_the_battery_holds_over_the_wire(void **unused)
{
    (void)unused;
    test_rows(ROLE_BESS);
}

static void every_row_of_the_aggregator_holds_over_the_wire(void **unused)
{
    (void)unused;
    test_rows(ROLE_AGGREGATOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_battery_holds_over_the_wire),
        cmocka_unit_test(every_row_of_the_aggregator_holds_over_the_wire),
    };
    carriage = &over_the_wire;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The indices of buyers' power, against arithmetic. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/concentration.h"

static void assert_near(double value, double expected)
{
    assert_true(fabs(value - expected) < 1e-9);
}

static void equals_share_ten_thousand_and_one_has_it_all(void **state)
{
    (void)state;
    const etp_energy equal[] = {7, 7, 7, 7}, alone[] = {0, 9, 0}, uneven[] = {50, 30, 20}, none[] = {0, 0};
    assert_near(etp_report_hhi(equal, 4), 2500);
    assert_near(etp_report_hhi(alone, 3), 10000);
    assert_near(etp_report_hhi(uneven, 3), 2500 + 900 + 400);
    assert_true(isnan(etp_report_hhi(none, 2)));
    assert_true(isnan(etp_report_hhi(NULL, 0)));
}

static void what_buyers_keep_of_what_it_is_worth(void **state)
{
    (void)state;
    assert_near(etp_report_lerner(75, 100), 0.25);
    assert_near(etp_report_lerner(100, 100), 0);
    assert_near(etp_report_lerner(150, 100), -0.5);
    assert_true(isnan(etp_report_lerner(1, 0)));
    assert_true(isnan(etp_report_lerner(1, -5)));
}

static void below_one_nobody_can_do_without_the_largest(void **state)
{
    (void)state;
    const etp_energy needed[] = {40, 100, 60};
    assert_near(etp_report_residual_demand(needed, 3, 200), 0.5);
    assert_near(etp_report_residual_demand(needed, 3, 50), 2);
    assert_near(etp_report_residual_demand(needed, 1, 50), 0);
    assert_true(isnan(etp_report_residual_demand(needed, 3, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_share_ten_thousand_and_one_has_it_all),
        cmocka_unit_test(what_buyers_keep_of_what_it_is_worth),
        cmocka_unit_test(below_one_nobody_can_do_without_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

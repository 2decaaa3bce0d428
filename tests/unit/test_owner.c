/* SPDX-License-Identifier: MIT */
/* Several portfolios in one hand: their demand in steps, and how trades are settled among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "etp/owner.h"
#include "etp/rng.h"

static const etp_money no_limit = 1000000000;

static void best_value_comes_first(void **state)
{
    (void)state;
    const etp_brief briefs[] = {
        {true, 50000, 1000000, 300}, {false, 90000, 7000000, 999}, {true, 60000, 2000000, 500}, {true, 50000, 7, 8}};
    etp_demand_step steps[4];
    assert_int_equal(etp_owner_steps(briefs, 4, steps), 3);
    assert_int_equal(steps[0].number, 2);
    assert_int_equal(steps[1].number, 0);
    assert_int_equal(steps[2].number, 3);
    assert_int_equal(steps[0].value, 60000);
    assert_int_equal(steps[0].need, 2000000);
    assert_int_equal(steps[0].budget, 500);
    etp_brief merged;
    etp_owner_merge(steps, 3, &merged);
    assert_true(merged.takes_part);
    assert_int_equal(merged.value, 60000);
    assert_int_equal(merged.need, 3000007);
    assert_int_equal(merged.budget, 808);
    assert_int_equal(etp_owner_steps(&briefs[1], 1, steps), 0);
    etp_owner_merge(steps, 0, &merged);
    assert_false(merged.takes_part);
    assert_int_equal(merged.need, 0);
}

/* A message carries a GWh at most; what all need together may be more. */
static void merged_need_fits_into_a_message(void **state)
{
    (void)state;
    const etp_demand_step steps[] = {{50000, ETP_ENERGY_MAX, 300, 0}, {50000, ETP_ENERGY_MAX, 300, 1}};
    etp_brief merged;
    etp_owner_merge(steps, 2, &merged);
    assert_int_equal(merged.need, ETP_ENERGY_MAX);
}

static void settled_by_hand(void **state)
{
    (void)state;
    /* At 5 c/kWh two cents buy the first 0.4 kWh of the 1 kWh that it needs. */
    etp_demand_step steps[] = {{90000, 1000000, 20000, 1}, {80000, 500000, no_limit, 0}};
    etp_energy shares[2] = {0};
    assert_int_equal(etp_owner_settle(steps, 2, 50000, 300000, shares), 0);
    assert_int_equal(shares[1], 300000);
    assert_int_equal(shares[0], 0);
    assert_int_equal(etp_owner_settle(steps, 2, 50000, 300000, shares), 0);
    assert_int_equal(shares[1], 400000);
    assert_int_equal(shares[0], 200000);
    /* The second needs 0.3 kWh more; what no budget is left for goes by need; the rest by nothing. */
    assert_int_equal(etp_owner_settle(steps, 2, 50000, 1000000, shares), 100000);
    assert_int_equal(shares[1], 1000000);
    assert_int_equal(shares[0], 500000);
}

/* However trades come, nothing is lost, and where no budget binds the total decides who gets what. */
static void nothing_is_lost(void **state)
{
    (void)state;
    enum { STEPS = 4 };
    etp_rng rng;
    etp_rng_seed(&rng, 5);
    printf("seed 5\n");
    for (int i = 0; i < 2000; i++) {
        bool rich = etp_rng_below(&rng, 2) == 0;
        etp_demand_step steps[STEPS], whole[STEPS];
        for (unsigned j = 0; j < STEPS; j++)
            steps[j] = whole[j] = (etp_demand_step){.value = (STEPS - (etp_price)j) * 10000,
                                                    .need = (etp_energy)etp_rng_below(&rng, 300000),
                                                    .budget = rich ? no_limit : (etp_money)etp_rng_below(&rng, 15000),
                                                    .number = j};
        etp_energy shares[STEPS] = {0}, at_once[STEPS] = {0}, total = 0, left = 0, settled = 0;
        for (int trade = 0; trade < 6; trade++) {
            etp_energy energy = (etp_energy)etp_rng_below(&rng, 200000);
            total += energy;
            left += etp_owner_settle(steps, STEPS, (etp_price)etp_rng_below(&rng, 100000), energy, shares);
        }
        for (unsigned j = 0; j < STEPS; j++) {
            settled += shares[j];
            assert_in_range(shares[j], 0, whole[j].need);
            assert_true(left == 0 || shares[j] == whole[j].need);
        }
        assert_int_equal(settled + left, total);
        assert_int_equal(etp_owner_settle(whole, STEPS, 50000, total, at_once), left);
        for (unsigned j = 0; j < STEPS && rich; j++)
            assert_int_equal(shares[j], at_once[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_value_comes_first),
        cmocka_unit_test(merged_need_fits_into_a_message),
        cmocka_unit_test(settled_by_hand),
        cmocka_unit_test(nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

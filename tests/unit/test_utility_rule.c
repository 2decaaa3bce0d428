/* SPDX-License-Identifier: MIT */
/* The price that the utility posts, against an oracle that tries every one; and the names of its conducts. */
#include <stdio.h>

#include "utility_problems.h"

/* ---- posted ---- */

/* Gain in millionths of a micro-dollar, so that nothing is rounded, and what is taken. */
static int64_t gain_of(const problem *p, etp_price price, etp_energy *taken)
{
    etp_energy supply = 0;
    int64_t gain = 0;
    for (size_t i = 0; i < p->offer_count; i++)
        supply += p->offers[i].reserve <= price ? p->offers[i].energy : 0;
    *taken = 0;
    for (unsigned i = 0; i < p->step_count; i++) {
        const etp_demand_step *step = &p->steps[i];
        if (step->value <= price)
            continue;
        etp_energy share = least(least(etp_affordable(step->budget, price), step->need), supply - *taken);
        gain += (step->value - price) * share;
        *taken += share;
    }
    return gain;
}

/* Money is counted in whole micro-dollars: a price that gains less than one more for each portfolio is as good. */
static bool check_posted(const problem *p, etp_price grid)
{
    etp_energy taken;
    etp_utility_plan plan = decide(p, ETP_CONDUCT_POSTED);
    int64_t gain = 0, slack = (int64_t)p->step_count * 1000000;
    if (plan.price == ETP_PRICE_NONE) {
        assert_int_equal(plan.quantity, 0);
    } else {
        gain = gain_of(p, plan.price, &taken);
        assert_true(gain > 0);
        assert_int_equal(plan.quantity, taken);
        assert_int_equal(plan.highest, plan.price);
    }
    for (etp_price price = 0; price <= (PRICES + 4) * grid; price += grid / 8) {
        int64_t other = gain_of(p, price, &taken);
        if (other >= gain + slack && other > 0)
            fail_msg("%lld gains %lld, the chosen %lld only %lld", (long long)price, (long long)other,
                     (long long)plan.price, (long long)gain);
    }
    return plan.price != ETP_PRICE_NONE;
}

static void no_other_posted_price_gains_more(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 1);
    printf("seed 1\n");
    unsigned posted = 0;
    for (int i = 0; i < PROBLEMS; i++) {
        problem p = random_problem(&rng, 10000, etp_rng_below(&rng, 2) == 0, true);
        posted += check_posted(&p, 10000);
    }
    assert_in_range(posted, PROBLEMS / 3, PROBLEMS - 100);
}

static etp_price best(const problem *p, etp_energy *quantity)
{
    etp_utility_plan plan = decide(p, ETP_CONDUCT_POSTED);
    *quantity = plan.quantity;
    return plan.price;
}

static void posted_by_hand(void **state)
{
    (void)state;
    etp_energy quantity;
    problem p = {.offers = {{80000, 1000000}, {50000, 1000000}}, .offer_count = 2, .step_count = 1};
    etp_demand_step *one = &p.steps[0];
    *one = (etp_demand_step){.value = 100000, .need = 9000000, .budget = no_limit};
    /* (10 - 5) x 1 kWh is more than (10 - 8) x 2 kWh. */
    assert_int_equal(best(&p, &quantity), 50000);
    assert_int_equal(quantity, 1000000);
    /* (12 - 8) x 2 kWh is more than (12 - 5) x 1 kWh. */
    one->value = 120000;
    assert_int_equal(best(&p, &quantity), 80000);
    assert_int_equal(quantity, 2000000);
    /* Equal gains: (11 - 5) x 1 kWh is (11 - 8) x 2 kWh. The lower price it is. */
    one->value = 110000;
    assert_int_equal(best(&p, &quantity), 50000);
    /* A need that one battery meets. */
    one->value = 120000;
    one->need = 800000;
    assert_int_equal(best(&p, &quantity), 50000);
    assert_int_equal(quantity, 800000);
    /* A budget of 4 cents buys 0.8 kWh at 5 c/kWh. */
    one->need = 9000000;
    one->budget = 40000;
    assert_int_equal(best(&p, &quantity), 50000);
    assert_int_equal(quantity, 800000);
    one->value = 50000;
    assert_int_equal(best(&p, &quantity), ETP_PRICE_NONE);
    p.offer_count = 0;
    assert_int_equal(best(&p, &quantity), ETP_PRICE_NONE);
    p.offer_count = 2;
    p.step_count = 0;
    assert_int_equal(best(&p, &quantity), ETP_PRICE_NONE);
}

/* ---- words ---- */

static void conducts_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {"posted", "knowing", "competitive"};
    for (unsigned i = 0; i < 3; i++) {
        etp_conduct conduct = (etp_conduct)7;
        assert_string_equal(etp_conduct_name((etp_conduct)i), names[i]);
        assert_int_equal(etp_conduct_parse(names[i], &conduct), ETP_OK);
        assert_int_equal(conduct, i);
    }
    etp_conduct conduct = ETP_CONDUCT_KNOWING;
    assert_null(etp_conduct_name((etp_conduct)3));
    assert_int_equal(etp_conduct_parse("fair", &conduct), ETP_ENOENT);
    assert_int_equal(conduct, ETP_CONDUCT_KNOWING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_other_posted_price_gains_more),
        cmocka_unit_test(posted_by_hand),
        cmocka_unit_test(conducts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

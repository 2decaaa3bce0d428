/* SPDX-License-Identifier: MIT */
/* The most that a market could be good for, against trying everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "etp/rng.h"
#include "run/matching.h"

enum { SUPPLIES = 3, DEMANDS = 3, KWH_MAX = 3, ROUNDS = 2000 };

static const etp_energy kwh = ETP_ENERGY_PER_KWH;
static const etp_price cent = ETP_PRICE_PER_CENT;
static const etp_money plenty = 1000 * ETP_MONEY_PER_DOLLAR;

typedef struct case_of {
    struct supply supplies[SUPPLIES];
    struct demand demands[DEMANDS];
    size_t supply_count, demand_count;
} case_of;

/* Every kWh of every supply goes to each demand in turn, or to none. What is bought is paid for at the reserve. */
static etp_money try_all(case_of *c, size_t supply)
{
    while (supply < c->supply_count && c->supplies[supply].energy == 0)
        supply++;
    if (supply == c->supply_count)
        return 0;
    c->supplies[supply].energy -= kwh;
    etp_money best = try_all(c, supply);
    for (size_t i = 0; i < c->demand_count; i++) {
        struct demand *demand = &c->demands[i];
        etp_price reserve = c->supplies[supply].reserve;
        if (demand->need < kwh || demand->budget < reserve)
            continue;
        demand->need -= kwh;
        demand->budget -= reserve;
        etp_money gain = demand->value - reserve + try_all(c, supply);
        best = gain > best ? gain : best;
        demand->need += kwh;
        demand->budget += reserve;
    }
    c->supplies[supply].energy += kwh;
    return best;
}

static case_of draw(etp_rng *rng, bool with_budgets)
{
    case_of c = {.supply_count = etp_rng_below(rng, SUPPLIES + 1), .demand_count = etp_rng_below(rng, DEMANDS + 1)};
    for (size_t i = 0; i < c.supply_count; i++)
        c.supplies[i] = (struct supply){.reserve = (etp_price)etp_rng_below(rng, 12) * cent,
                                        .energy = (etp_energy)etp_rng_below(rng, KWH_MAX) * kwh};
    for (size_t i = 0; i < c.demand_count; i++)
        c.demands[i] = (struct demand){.value = ((etp_price)etp_rng_below(rng, 16) - 2) * cent,
                                       .need = (etp_energy)etp_rng_below(rng, KWH_MAX + 1) * kwh,
                                       .budget = with_budgets ? (etp_money)etp_rng_below(rng, 12) * cent : plenty};
    return c;
}

static etp_money best_of(const case_of *c)
{
    case_of copy = *c;
    struct exact_money best = etp_best_gain(copy.supplies, copy.supply_count, copy.demands, copy.demand_count);
    assert_true(best.millionths >= 0 && best.millionths < 1000000);
    return best.whole;
}

static void test_without_budgets_it_is_the_best_of_all_assignments(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 1);
    for (int round = 0; round < ROUNDS; round++) {
        case_of c = draw(&rng, false);
        assert_int_equal(best_of(&c), try_all(&c, 0));
    }
}

static void test_with_budgets_it_is_a_bound_from_above(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 2);
    unsigned binding = 0;
    for (int round = 0; round < ROUNDS; round++) {
        case_of c = draw(&rng, true), free_of_budgets = c;
        for (size_t i = 0; i < c.demand_count; i++)
            free_of_budgets.demands[i].budget = plenty;
        assert_true(best_of(&c) >= try_all(&c, 0));
        assert_true(best_of(&c) <= best_of(&free_of_budgets));
        binding += best_of(&c) < best_of(&free_of_budgets);
    }
    assert_true(binding > ROUNDS / 10);
}

/* 2 kWh at 3 c and a third of one at 6 c is what 8 c buy, up to a micro-dollar in each trade. */
static void test_a_budget_buys_the_cheapest_first(void **state)
{
    (void)state;
    case_of c = {.supplies = {{6 * cent, 5 * kwh}, {3 * cent, 2 * kwh}},
                 .demands = {{10 * cent, 9 * kwh, 8 * cent}},
                 .supply_count = 2,
                 .demand_count = 1};
    etp_money exact = 2 * 7 * cent + 4 * cent / 3;
    assert_in_range(best_of(&c), exact, exact + 2);
}

static void test_nobody_trades_at_a_loss(void **state)
{
    (void)state;
    case_of c = {.supplies = {{6 * cent, kwh}},
                 .demands = {{5 * cent, kwh, plenty}, {-cent, kwh, plenty}},
                 .supply_count = 1,
                 .demand_count = 2};
    assert_int_equal(best_of(&c), 0);
}

static void test_sums_are_exact_where_amounts_are_rounded(void **state)
{
    (void)state;
    struct exact_money sum = {0};
    for (int i = 0; i < 1000000; i++)
        etp_exact_add(&sum, 1, 1);
    assert_int_equal(sum.whole, 1);
    assert_int_equal(sum.millionths, 0);
    for (int i = 0; i < 1000001; i++)
        etp_exact_add(&sum, -1, 1);
    assert_int_equal(sum.whole, -1);
    assert_int_equal(sum.millionths, 999999);
    struct exact_money most = {0};
    etp_exact_add(&most, 20 * ETP_PRICE_MAX, ETP_ENERGY_MAX);
    assert_int_equal(most.whole, 20 * ETP_PRICE_MAX * (ETP_ENERGY_MAX / kwh));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_budgets_it_is_the_best_of_all_assignments),
        cmocka_unit_test(test_with_budgets_it_is_a_bound_from_above),
        cmocka_unit_test(test_a_budget_buys_the_cheapest_first),
        cmocka_unit_test(test_nobody_trades_at_a_loss),
        cmocka_unit_test(test_sums_are_exact_where_amounts_are_rounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

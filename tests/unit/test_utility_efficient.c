/* SPDX-License-Identifier: MIT */
/* What the utility decides where the plan must be efficient (knowing, competitive), against matching unit by unit. */
#include <stdio.h>

#include "utility_problems.h"

/* ---- what a plan is worth to both sides together ---- */

/* Takes the cheapest `quantity` for the best values: what the plan gives away at most. Per unit of energy and price. */
static int64_t surplus_of(const problem *p, etp_energy quantity)
{
    etp_utility_offer offers[OFFERS_MAX];
    int64_t surplus = 0;
    memcpy(offers, p->offers, sizeof offers);
    for (unsigned j = 0; j < p->step_count; j++) {
        etp_energy need = least(p->steps[j].need, quantity);
        quantity -= need;
        while (need > 0) {
            etp_utility_offer *cheapest = NULL;
            for (size_t i = 0; i < p->offer_count; i++)
                if (offers[i].energy > 0 && (cheapest == NULL || offers[i].reserve < cheapest->reserve))
                    cheapest = &offers[i];
            assert_non_null(cheapest);
            etp_energy taken = least(need, cheapest->energy);
            surplus += (p->steps[j].value - cheapest->reserve) * taken;
            cheapest->energy -= taken;
            need -= taken;
        }
    }
    return surplus;
}

/* The most there is to gain: try every whole number of units. */
static int64_t best_surplus(const problem *p)
{
    etp_energy offered = 0, wanted = 0;
    int64_t most = 0;
    for (size_t i = 0; i < p->offer_count; i++)
        offered += p->offers[i].energy;
    for (unsigned j = 0; j < p->step_count; j++)
        wanted += p->steps[j].need;
    for (etp_energy quantity = 0; quantity <= least(offered, wanted); quantity += unit) {
        int64_t surplus = surplus_of(p, quantity);
        most = surplus > most ? surplus : most;
    }
    return most;
}

/* A plan for whole reserves names a marginal group: all below it are bought, and a part of it. */
static void check_margin(const problem *p, const etp_utility_plan *plan)
{
    etp_energy below = 0, at = 0;
    for (size_t i = 0; i < p->offer_count; i++) {
        below += p->offers[i].reserve < plan->highest ? p->offers[i].energy : 0;
        at += p->offers[i].reserve == plan->highest ? p->offers[i].energy : 0;
    }
    assert_true(plan->at_highest > 0 && plan->at_highest <= at);
    assert_int_equal(plan->quantity, below + plan->at_highest);
}

static void nobody_gains_more_than_who_is_efficient(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 2);
    printf("seed 2\n");
    unsigned traded = 0, wasted = 0;
    for (int i = 0; i < PROBLEMS; i++) {
        problem p = random_problem(&rng, 10000, true, false);
        etp_utility_plan knowing = decide(&p, ETP_CONDUCT_KNOWING), fair = decide(&p, ETP_CONDUCT_COMPETITIVE);
        etp_utility_plan posted = decide(&p, ETP_CONDUCT_POSTED);
        int64_t most = best_surplus(&p);
        assert_true(surplus_of(&p, knowing.quantity) == most);
        assert_true(surplus_of(&p, fair.quantity) == most);
        assert_true(surplus_of(&p, posted.quantity) <= most);
        assert_int_equal(knowing.price, ETP_PRICE_NONE);
        if (knowing.quantity > 0)
            check_margin(&p, &knowing);
        if (fair.quantity > 0)
            check_margin(&p, &fair);
        traded += most > 0;
        wasted += surplus_of(&p, posted.quantity) < most;
    }
    assert_in_range(traded, PROBLEMS / 3, PROBLEMS - 100);
    assert_in_range(wasted, 200, traded);
}

/* ---- knowing ---- */

static void knowing_by_hand(void **state)
{
    (void)state;
    problem p = {.offers = {{80000, 1000000}, {50000, 1000000}, {50000, 500000}, {90000, 400000}},
                 .offer_count = 4,
                 .steps = {{.value = 120000, .need = 600000, .budget = no_limit},
                           {.value = 85000, .need = 9000000, .budget = no_limit}},
                 .step_count = 2};
    /* All that costs less than 8.5 c/kWh. */
    etp_utility_plan plan = decide(&p, ETP_CONDUCT_KNOWING);
    assert_int_equal(plan.quantity, 2500000);
    assert_int_equal(plan.highest, 80000);
    assert_int_equal(plan.at_highest, 1000000);
    /* A need that ends within the cheaper two. */
    p.steps[1].need = 300000;
    plan = decide(&p, ETP_CONDUCT_KNOWING);
    assert_int_equal(plan.quantity, 900000);
    assert_int_equal(plan.highest, 50000);
    assert_int_equal(plan.at_highest, 900000);
    /* Two cents buy the first portfolio 0.4 kWh; the second goes on. */
    p.steps[0].budget = 20000;
    plan = decide(&p, ETP_CONDUCT_KNOWING);
    assert_int_equal(plan.quantity, 700000);
    /* A value that is no more than the reserve buys nothing. */
    p.steps[0].value = p.steps[1].value = 50000;
    plan = decide(&p, ETP_CONDUCT_KNOWING);
    assert_int_equal(plan.quantity, 0);
    assert_int_equal(plan.highest, ETP_PRICE_NONE);
}

/* No portfolio pays more than its budget, and none that has need and budget left passes by a battery it would gain by. */
static void knowing_keeps_budgets(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 3);
    printf("seed 3\n");
    unsigned bound = 0;
    for (int i = 0; i < PROBLEMS; i++) {
        problem p = random_problem(&rng, 10000, false, true), free = p;
        for (unsigned j = 0; j < free.step_count; j++)
            free.steps[j].budget = no_limit;
        etp_utility_plan plan = decide(&p, ETP_CONDUCT_KNOWING), unbound = decide(&free, ETP_CONDUCT_KNOWING);
        etp_money budgets = 0, cost = 0;
        for (unsigned j = 0; j < p.step_count; j++)
            budgets += p.steps[j].budget;
        for (size_t k = 0; k < p.offer_count && plan.quantity > 0; k++)
            if (p.offers[k].reserve < plan.highest)
                cost += etp_amount(p.offers[k].reserve, p.offers[k].energy);
        cost += plan.quantity > 0 ? etp_amount(plan.highest, plan.at_highest) : 0;
        assert_true(cost <= budgets + OFFERS_MAX + STEPS_MAX);
        assert_true(plan.quantity <= unbound.quantity);
        bound += plan.quantity < unbound.quantity;
    }
    assert_in_range(bound, 300, PROBLEMS);
}

/* ---- competitive ---- */

/* Least and most that is wanted, and offered, at a price. */
typedef struct range {
    etp_energy least, most;
} range;

static range wanted_at(const problem *p, etp_price price)
{
    range r = {0};
    for (unsigned j = 0; j < p->step_count; j++) {
        etp_energy energy = least(p->steps[j].need, etp_affordable(p->steps[j].budget, price));
        r.least += p->steps[j].value > price ? energy : 0;
        r.most += p->steps[j].value >= price ? energy : 0;
    }
    return r;
}

static range offered_at(const problem *p, etp_price price)
{
    range r = {0};
    for (size_t i = 0; i < p->offer_count; i++) {
        r.least += p->offers[i].reserve < price ? p->offers[i].energy : 0;
        r.most += p->offers[i].reserve <= price ? p->offers[i].energy : 0;
    }
    return r;
}

typedef struct equilibria {
    etp_price first, last; /* at which the two sides can agree on a quantity */
    etp_price enough;      /* the lowest at which no more is wanted than offered */
    bool any;
} equilibria;

/* Every price there is, one by one. */
static equilibria find_equilibria(const problem *p)
{
    equilibria found = {.enough = ETP_PRICE_NONE};
    for (etp_price price = 0; price <= PRICES + 4; price++) {
        range wanted = wanted_at(p, price), offered = offered_at(p, price);
        if (wanted.least <= offered.most && found.enough == ETP_PRICE_NONE)
            found.enough = price;
        if (wanted.least > offered.most || offered.least > wanted.most)
            continue;
        if (!found.any)
            found.first = price;
        found.last = price;
        found.any = true;
    }
    return found;
}

static void check_competitive(const problem *p, unsigned *several, unsigned *none)
{
    etp_utility_plan plan = decide(p, ETP_CONDUCT_COMPETITIVE);
    equilibria found = find_equilibria(p);
    etp_price expected = found.any ? found.first + (found.last - found.first) / 2 : found.enough;
    etp_energy traded = least(wanted_at(p, expected).most, offered_at(p, expected).most);
    assert_int_equal(plan.quantity, traded);
    if (traded == 0) {
        assert_int_equal(plan.price, ETP_PRICE_NONE);
        return;
    }
    assert_int_equal(plan.price, expected);
    assert_true(plan.highest <= plan.price);
    *several += found.last > found.first;
    *none += !found.any;
}

static void supply_meets_demand(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 4);
    printf("seed 4\n");
    unsigned several = 0, none = 0, none_without_budgets = 0;
    for (int i = 0; i < PROBLEMS; i++) {
        problem p = random_problem(&rng, 1, etp_rng_below(&rng, 2) == 0, false);
        check_competitive(&p, &several, &none_without_budgets);
        p = random_problem(&rng, 1, etp_rng_below(&rng, 2) == 0, true);
        check_competitive(&p, &several, &none);
    }
    /* There is always a price, but where budgets buy less by steps. */
    assert_int_equal(none_without_budgets, 0);
    assert_true(none > 20);
    assert_true(several > 100);
}

static void competitive_by_hand(void **state)
{
    (void)state;
    problem p = {.offers = {{50000, 1000000}, {80000, 1000000}},
                 .offer_count = 2,
                 .steps = {{.value = 120000, .need = 1500000, .budget = no_limit},
                           {.value = 100000, .need = 100000, .budget = no_limit}},
                 .step_count = 2};
    /* More is offered than wanted: the reserve of the battery that sells a part. */
    etp_utility_plan plan = decide(&p, ETP_CONDUCT_COMPETITIVE);
    assert_int_equal(plan.price, 80000);
    assert_int_equal(plan.quantity, 1600000);
    assert_int_equal(plan.at_highest, 600000);
    /* More is wanted than offered: the value of the portfolio that gets a part. */
    p.steps[1].need = 900000;
    plan = decide(&p, ETP_CONDUCT_COMPETITIVE);
    assert_int_equal(plan.price, 100000);
    assert_int_equal(plan.quantity, 2000000);
    /* They meet exactly: the middle of what fits, from the dearest that sells to the least that buys. */
    p.steps[1].need = 500000;
    plan = decide(&p, ETP_CONDUCT_COMPETITIVE);
    assert_int_equal(plan.price, 90000);
    assert_int_equal(plan.quantity, 2000000);
    /* Nobody wants it at what it costs. */
    p.steps[0].value = p.steps[1].value = 40000;
    plan = decide(&p, ETP_CONDUCT_COMPETITIVE);
    assert_int_equal(plan.price, ETP_PRICE_NONE);
    assert_int_equal(plan.quantity, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_gains_more_than_who_is_efficient),
        cmocka_unit_test(knowing_by_hand),
        cmocka_unit_test(knowing_keeps_budgets),
        cmocka_unit_test(supply_meets_demand),
        cmocka_unit_test(competitive_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

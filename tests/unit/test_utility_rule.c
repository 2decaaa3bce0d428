/* SPDX-License-Identifier: MIT */
/* What the utility decides, by each conduct, against oracles that try every price, or match unit by unit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "etp/rng.h"
#include "etp/utility.h"

enum { OFFERS_MAX = 6, STEPS_MAX = 4, PRICES = 25, PROBLEMS = 5000 };

static const etp_money no_limit = 1000000000;
static const etp_energy unit = 100000;

typedef struct problem {
    etp_utility_offer offers[OFFERS_MAX];
    etp_demand_step steps[STEPS_MAX];
    size_t offer_count;
    unsigned step_count;
} problem;

/* Prices are multiples of `grid`. Coarse ones have energies in whole units, so that the two sides often meet exactly. */
static problem random_problem(etp_rng *rng, etp_price grid, bool coarse, bool budgets)
{
    problem p = {.offer_count = etp_rng_below(rng, OFFERS_MAX + 1),
                 .step_count = (unsigned)etp_rng_below(rng, STEPS_MAX + 1)};
    for (size_t i = 0; i < p.offer_count; i++) {
        etp_price reserve = (etp_price)etp_rng_below(rng, PRICES) * grid;
        etp_energy energy = coarse ? (etp_energy)etp_rng_below(rng, 5) * unit : (etp_energy)etp_rng_below(rng, 500000);
        p.offers[i] = (etp_utility_offer){reserve, energy};
    }
    etp_price value = (PRICES + 3) * grid;
    for (unsigned i = 0; i < p.step_count; i++) {
        value -= (etp_price)etp_rng_below(rng, 12) * grid;
        bool rich = !budgets || etp_rng_below(rng, 2) == 0;
        p.steps[i] = (etp_demand_step){.value = value,
                                       .need = (etp_energy)etp_rng_below(rng, 8) * unit + !coarse,
                                       .budget = rich ? no_limit : (etp_money)etp_rng_below(rng, (uint64_t)grid * 12)};
    }
    return p;
}

static etp_utility_plan decide(const problem *p, etp_conduct conduct)
{
    etp_utility_offer offers[OFFERS_MAX];
    etp_utility_plan plan;
    memcpy(offers, p->offers, sizeof offers);
    assert_int_equal(etp_utility_decide(conduct, offers, p->offer_count, p->steps, p->step_count, &plan), ETP_OK);
    return plan;
}

static etp_energy least(etp_energy a, etp_energy b)
{
    return a < b ? a : b;
}

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
        cmocka_unit_test(nobody_gains_more_than_who_is_efficient),
        cmocka_unit_test(knowing_by_hand),
        cmocka_unit_test(knowing_keeps_budgets),
        cmocka_unit_test(supply_meets_demand),
        cmocka_unit_test(competitive_by_hand),
        cmocka_unit_test(conducts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

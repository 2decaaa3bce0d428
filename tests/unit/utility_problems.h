/* SPDX-License-Identifier: MIT */
/* Small problems of a utility: offers and a demand in steps, by hand or at random. Each test program is one file: all is
 * static. */
#ifndef ETP_TEST_UTILITY_PROBLEMS_H
#define ETP_TEST_UTILITY_PROBLEMS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
static inline problem random_problem(etp_rng *rng, etp_price grid, bool coarse, bool budgets)
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

static inline etp_utility_plan decide(const problem *p, etp_conduct conduct)
{
    etp_utility_offer offers[OFFERS_MAX];
    etp_utility_plan plan;
    memcpy(offers, p->offers, sizeof offers);
    assert_int_equal(etp_utility_decide(conduct, offers, p->offer_count, p->steps, p->step_count, &plan), ETP_OK);
    return plan;
}

static inline etp_energy least(etp_energy a, etp_energy b)
{
    return a < b ? a : b;
}

#endif

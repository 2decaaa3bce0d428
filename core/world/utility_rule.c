/* SPDX-License-Identifier: MIT */
/* What the utility buys, from whom, at what price: a rule for each conduct. utility.h says what they are. */
#include <stdlib.h>
#include <string.h>

#include "etp/error.h"
#include "etp/utility.h"

/* Offers, the lowest reserve first, and demand, the best value first. */
struct sides {
    const etp_utility_offer *offers;
    size_t offer_count;
    const etp_demand_step *steps;
    unsigned step_count;
};

static int by_reserve(const void *a, const void *b)
{
    const etp_utility_offer *x = a, *y = b;
    if (x->reserve != y->reserve)
        return x->reserve < y->reserve ? -1 : 1;
    return 0;
}

static etp_energy least(etp_energy a, etp_energy b)
{
    return a < b ? a : b;
}

/* What a portfolio takes at a price that is worth it. */
static etp_energy taken_at(const etp_demand_step *step, etp_price price)
{
    return least(step->need, etp_affordable(step->budget, price));
}

/* ---- posted ---- */

/* What the portfolios gain, and take, at price `p` of the `supply` that is offered at it. */
static etp_money gain_at(const struct sides *sides, etp_price p, etp_energy supply, etp_energy *taken)
{
    etp_money gain = 0;
    *taken = 0;
    for (unsigned i = 0; i < sides->step_count && sides->steps[i].value > p; i++) {
        etp_energy share = least(taken_at(&sides->steps[i], p), supply - *taken);
        gain += etp_amount(sides->steps[i].value - p, share);
        *taken += share;
    }
    return gain;
}

/* The best price is always some battery's reserve: between two of them a lower one buys the same. */
static void decide_posted(const struct sides *sides, etp_utility_plan *plan)
{
    etp_money best_gain = 0;
    etp_energy supply = 0;
    for (size_t i = 0; i < sides->offer_count; i++) {
        etp_price reserve = sides->offers[i].reserve;
        supply += sides->offers[i].energy;
        if (i + 1 < sides->offer_count && sides->offers[i + 1].reserve == reserve)
            continue;
        etp_energy taken;
        etp_money gain = gain_at(sides, reserve, supply, &taken);
        if (gain > best_gain) {
            best_gain = gain;
            *plan = (etp_utility_plan){reserve, reserve, taken, taken};
        }
    }
}

/* ---- knowing ---- */

/* Adds a purchase to the plan; reserves come in rising order. */
static void buy(etp_utility_plan *plan, etp_price reserve, etp_energy energy)
{
    plan->at_highest = (reserve == plan->highest ? plan->at_highest : 0) + energy;
    plan->highest = reserve;
    plan->quantity += energy;
}

static void decide_knowing(const struct sides *sides, etp_utility_plan *plan)
{
    size_t i = 0;
    unsigned j = 0;
    etp_utility_offer offer = {0};
    etp_demand_step step = {0};
    for (;;) {
        if (offer.energy <= 0) {
            if (i == sides->offer_count)
                return;
            offer = sides->offers[i++];
            continue;
        }
        etp_energy energy = least(offer.energy, taken_at(&step, offer.reserve));
        if (energy <= 0) {
            if (j == sides->step_count)
                return;
            step = sides->steps[j++];
            continue;
        }
        /* Neither a later offer is cheaper nor a later step worth more. */
        if (step.value <= offer.reserve)
            return;
        buy(plan, offer.reserve, energy);
        bool spent = energy < offer.energy && energy < step.need;
        offer.energy -= energy;
        step.need -= energy;
        /* What rounding leaves of a budget that is spent would buy dust for nothing. */
        step.budget = spent ? 0 : step.budget - etp_amount(offer.reserve, energy);
    }
}

/* ---- competitive ---- */

/* Energy wanted at price `p`: by all to whom it is worth that, or by those to whom it is worth more. */
static etp_energy demand_at(const struct sides *sides, etp_price p, bool worth_more)
{
    etp_energy wanted = 0;
    for (unsigned i = 0; i < sides->step_count && sides->steps[i].value >= p + worth_more; i++)
        wanted += taken_at(&sides->steps[i], p);
    return wanted;
}

/* Energy offered at price `p`: by all who take that, or by those who take less. */
static etp_energy supply_at(const struct sides *sides, etp_price p, bool take_less)
{
    etp_energy offered = 0;
    for (size_t i = 0; i < sides->offer_count && sides->offers[i].reserve <= p - take_less; i++)
        offered += sides->offers[i].energy;
    return offered;
}

static bool is_enough(const struct sides *sides, etp_price p)
{
    return demand_at(sides, p, true) <= supply_at(sides, p, false);
}

static bool is_too_dear(const struct sides *sides, etp_price p)
{
    return supply_at(sides, p, true) > demand_at(sides, p, false);
}

/* The lowest price from `low` on, up to the highest there is, at which the test holds: once it does, it holds at every
 * higher one. That highest price where it holds at none. */
static etp_price first_price(const struct sides *sides, etp_price low, bool (*holds)(const struct sides *, etp_price))
{
    etp_price high = ETP_PRICE_MAX;
    while (low < high) {
        etp_price middle = low + (high - low) / 2;
        if (holds(sides, middle))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void decide_competitive(const struct sides *sides, etp_utility_plan *plan)
{
    etp_price low = first_price(sides, 0, is_enough), high = first_price(sides, low, is_too_dear);
    if (high > low && is_too_dear(sides, high))
        high--;
    etp_price price = low + (high - low) / 2;
    etp_energy wanted = least(demand_at(sides, price, false), supply_at(sides, price, false));
    for (size_t i = 0; i < sides->offer_count && plan->quantity < wanted; i++)
        if (sides->offers[i].energy > 0)
            buy(plan, sides->offers[i].reserve, least(sides->offers[i].energy, wanted - plan->quantity));
    if (plan->quantity > 0)
        plan->price = price;
}

/* ---- the conducts ---- */

static const struct {
    const char *name;
    void (*decide)(const struct sides *sides, etp_utility_plan *plan);
} conducts[] = {[ETP_CONDUCT_POSTED] = {"posted", decide_posted},
                [ETP_CONDUCT_KNOWING] = {"knowing", decide_knowing},
                [ETP_CONDUCT_COMPETITIVE] = {"competitive", decide_competitive}};

enum { CONDUCTS = sizeof conducts / sizeof conducts[0] };

const char *etp_conduct_name(etp_conduct conduct)
{
    return (unsigned)conduct < CONDUCTS ? conducts[conduct].name : NULL;
}

int etp_conduct_parse(const char *text, etp_conduct *conduct)
{
    if (text == NULL || conduct == NULL)
        return ETP_EINVAL;
    for (unsigned i = 0; i < CONDUCTS; i++) {
        if (strcmp(conducts[i].name, text) == 0) {
            *conduct = (etp_conduct)i;
            return ETP_OK;
        }
    }
    return ETP_ENOENT;
}

int etp_utility_decide(etp_conduct conduct, etp_utility_offer *offers, size_t offer_count, const etp_demand_step *steps,
                       unsigned step_count, etp_utility_plan *plan)
{
    if (plan == NULL)
        return ETP_EINVAL;
    *plan = (etp_utility_plan){.price = ETP_PRICE_NONE, .highest = ETP_PRICE_NONE};
    if (etp_conduct_name(conduct) == NULL || (offers == NULL && offer_count > 0) || (steps == NULL && step_count > 0))
        return ETP_EINVAL;
    if (offer_count > 0)
        qsort(offers, offer_count, sizeof *offers, by_reserve);
    const struct sides sides = {offers, offer_count, steps, step_count};
    conducts[conduct].decide(&sides, plan);
    return ETP_OK;
}

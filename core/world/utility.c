/* SPDX-License-Identifier: MIT */
#include "etp/utility.h"

#include <stdlib.h>

#include "base/memory.h"
#include "etp/error.h"

/* One portfolio of the interval, and which of the firms' it is. */
struct portfolio {
    unsigned number;
    etp_brief brief;
};

struct etp_utility {
    const etp_allocator *allocator;
    unsigned battery_room, portfolio_room;
    unsigned offers, portfolios;
    etp_utility_offer *offer;
    struct portfolio *portfolio;
    etp_brief *ranked; /* the briefs of `portfolio`, best value first */
    bool decided;
    etp_price posted;
    etp_energy wanted; /* at that price, less what was bid for */
};

/* ---- life ---- */

static void give_memory(const etp_utility *utility, void *memory, size_t size)
{
    if (memory != NULL)
        utility->allocator->release(utility->allocator->user, memory, size);
}

int etp_utility_new(etp_utility **made, unsigned batteries, unsigned portfolios, const etp_allocator *allocator)
{
    if (made == NULL)
        return ETP_EINVAL;
    *made = NULL;
    if (batteries == 0 || portfolios == 0 || !etp_allocator_is_whole(allocator))
        return ETP_EINVAL;
    if (allocator == NULL)
        allocator = etp_default_allocator();
    etp_utility *utility = allocator->allocate(allocator->user, sizeof *utility);
    if (utility == NULL)
        return ETP_ENOMEM;
    *utility = (etp_utility){
        .allocator = allocator, .battery_room = batteries, .portfolio_room = portfolios, .posted = ETP_PRICE_NONE};
    utility->offer = allocator->allocate(allocator->user, batteries * sizeof *utility->offer);
    utility->portfolio = allocator->allocate(allocator->user, portfolios * sizeof *utility->portfolio);
    utility->ranked = allocator->allocate(allocator->user, portfolios * sizeof *utility->ranked);
    if (utility->offer == NULL || utility->portfolio == NULL || utility->ranked == NULL) {
        etp_utility_free(utility);
        return ETP_ENOMEM;
    }
    *made = utility;
    return ETP_OK;
}

void etp_utility_free(etp_utility *utility)
{
    if (utility == NULL)
        return;
    give_memory(utility, utility->offer, utility->battery_room * sizeof *utility->offer);
    give_memory(utility, utility->portfolio, utility->portfolio_room * sizeof *utility->portfolio);
    give_memory(utility, utility->ranked, utility->portfolio_room * sizeof *utility->ranked);
    give_memory(utility, utility, sizeof *utility);
}

/* ---- what it is told ---- */

static int by_value(const void *a, const void *b)
{
    const struct portfolio *x = a, *y = b;
    if (x->brief.value != y->brief.value)
        return x->brief.value > y->brief.value ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

int etp_utility_brief(etp_utility *utility, const etp_brief *portfolios, unsigned count, etp_brief *merged)
{
    if (utility == NULL || (portfolios == NULL && count > 0) || merged == NULL)
        return ETP_EINVAL;
    if (count > utility->portfolio_room)
        return ETP_EFULL;
    *merged = (etp_brief){0};
    for (unsigned i = 0; i < count; i++) {
        struct portfolio *portfolio = &utility->portfolio[i];
        *portfolio = (struct portfolio){.number = i, .brief = portfolios[i]};
        if (!portfolios[i].takes_part) {
            portfolio->brief.need = 0;
            portfolio->brief.budget = 0;
            continue;
        }
        if (!merged->takes_part || portfolios[i].value > merged->value)
            merged->value = portfolios[i].value;
        merged->takes_part = true;
        merged->need += portfolios[i].need;
        merged->budget += portfolios[i].budget;
    }
    if (merged->need > ETP_ENERGY_MAX)
        merged->need = ETP_ENERGY_MAX;
    qsort(utility->portfolio, count, sizeof *utility->portfolio, by_value);
    for (unsigned i = 0; i < count; i++)
        utility->ranked[i] = utility->portfolio[i].brief;
    utility->portfolios = count;
    utility->offers = 0;
    utility->decided = false;
    utility->posted = ETP_PRICE_NONE;
    utility->wanted = 0;
    return ETP_OK;
}

void etp_utility_share(const etp_utility *utility, etp_energy energy, etp_energy *shares)
{
    if (utility == NULL || shares == NULL)
        return;
    for (unsigned i = 0; i < utility->portfolios; i++) {
        const struct portfolio *portfolio = &utility->portfolio[i];
        etp_energy share = energy < portfolio->brief.need ? energy : portfolio->brief.need;
        shares[portfolio->number] = share;
        energy -= share;
    }
}

etp_price etp_utility_posted(const etp_utility *utility)
{
    return utility != NULL ? utility->posted : ETP_PRICE_NONE;
}

/* ---- the price ---- */

static int by_reserve(const void *a, const void *b)
{
    const etp_utility_offer *x = a, *y = b;
    if (x->reserve != y->reserve)
        return x->reserve < y->reserve ? -1 : 1;
    return 0;
}

/* What the portfolios gain, and take, at price `p` of the `supply` that is offered at it. */
static etp_money gain_at(etp_price p, etp_energy supply, const etp_brief *portfolios, unsigned count, etp_energy *taken)
{
    etp_money gain = 0;
    *taken = 0;
    for (unsigned i = 0; i < count && portfolios[i].value > p; i++) {
        etp_energy share = etp_affordable(portfolios[i].budget, p);
        if (share > portfolios[i].need)
            share = portfolios[i].need;
        if (share > supply - *taken)
            share = supply - *taken;
        gain += etp_amount(portfolios[i].value - p, share);
        *taken += share;
    }
    return gain;
}

etp_price etp_utility_best_price(etp_utility_offer *offers, size_t offer_count, const etp_brief *portfolios,
                                 unsigned portfolio_count, etp_energy *quantity)
{
    etp_price best = ETP_PRICE_NONE;
    etp_money best_gain = 0;
    etp_energy supply = 0;
    if (quantity == NULL)
        return ETP_PRICE_NONE;
    *quantity = 0;
    if (offers == NULL || portfolios == NULL)
        return ETP_PRICE_NONE;
    if (offer_count > 0)
        qsort(offers, offer_count, sizeof *offers, by_reserve);
    for (size_t i = 0; i < offer_count; i++) {
        supply += offers[i].energy;
        if (i + 1 < offer_count && offers[i + 1].reserve == offers[i].reserve)
            continue;
        /* The best price is always some battery's reserve: between two of them a lower one buys the same. */
        etp_energy taken;
        etp_money gain = gain_at(offers[i].reserve, supply, portfolios, portfolio_count, &taken);
        if (gain > best_gain) {
            best_gain = gain;
            best = offers[i].reserve;
            *quantity = taken;
        }
    }
    return best;
}

/* ---- hooks ---- */

static void decide(etp_utility *utility)
{
    utility->decided = true;
    utility->posted =
        etp_utility_best_price(utility->offer, utility->offers, utility->ranked, utility->portfolios, &utility->wanted);
}

static int bid(etp_utility *utility, const etp_offer *offer, etp_intent *intent)
{
    bool sells = utility->posted != ETP_PRICE_NONE && offer->reserve <= utility->posted;
    if (!sells || utility->wanted <= 0)
        return ETP_DECIDE_PASS;
    if (intent->energy > utility->wanted)
        intent->energy = utility->wanted;
    intent->price = utility->posted;
    utility->wanted -= intent->energy;
    return ETP_DECIDE_BID;
}

static int on_offer(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)context;
    etp_utility *utility = user;
    if (offer->reserve == ETP_PRICE_NONE)
        return ETP_DECIDE_PASS;
    if (offer->asked == 1 && !utility->decided) {
        if (utility->offers < utility->battery_room)
            utility->offer[utility->offers++] = (etp_utility_offer){.reserve = offer->reserve, .energy = offer->energy};
        return ETP_DECIDE_WAIT;
    }
    if (!utility->decided)
        decide(utility);
    return bid(utility, offer, intent);
}

/* What a bid did not get is wanted again. */
static int on_result(void *user, const etp_context *context, const etp_result_view *result, etp_intent *intent)
{
    (void)context;
    (void)intent;
    etp_utility *utility = user;
    if (utility->posted == result->bid_price)
        utility->wanted += result->bid_energy - result->energy;
    return ETP_DECIDE_PASS;
}

const etp_aggregator_hooks *etp_utility_hooks(void)
{
    static const etp_aggregator_hooks hooks = {
        .size = sizeof(etp_aggregator_hooks), .on_offer = on_offer, .on_result = on_result};
    return &hooks;
}

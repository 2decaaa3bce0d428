/* SPDX-License-Identifier: MIT */
/* The utility in a market: it waits for the interval's offers, decides, and bids. The rules are in utility_rule.c. */
#include "etp/utility.h"

#include <string.h>

#include "base/memory.h"
#include "etp/error.h"

struct etp_utility {
    const etp_allocator *allocator;
    etp_conduct conduct;
    unsigned offer_room, step_room;
    unsigned offer_count, step_count;
    etp_utility_offer *offers;
    etp_demand_step *steps;
    etp_time since; /* when the first offer of the interval came */
    bool decided;
    etp_utility_plan left; /* of the plan, less what was bid for */
};

static const etp_utility_plan nothing = {.price = ETP_PRICE_NONE, .highest = ETP_PRICE_NONE};

/* ---- life ---- */

static void give_memory(const etp_utility *utility, void *memory, size_t size)
{
    if (memory != NULL)
        utility->allocator->release(utility->allocator->user, memory, size);
}

int etp_utility_new(etp_utility **made, etp_conduct conduct, unsigned batteries, unsigned portfolios,
                    const etp_allocator *allocator)
{
    if (made == NULL)
        return ETP_EINVAL;
    *made = NULL;
    if (batteries == 0 || portfolios == 0 || etp_conduct_name(conduct) == NULL || !etp_allocator_is_whole(allocator))
        return ETP_EINVAL;
    if (allocator == NULL)
        allocator = etp_default_allocator();
    etp_utility *utility = allocator->allocate(allocator->user, sizeof *utility);
    if (utility == NULL)
        return ETP_ENOMEM;
    *utility = (etp_utility){
        .allocator = allocator, .conduct = conduct, .offer_room = batteries, .step_room = portfolios, .left = nothing};
    utility->offers = allocator->allocate(allocator->user, batteries * sizeof *utility->offers);
    utility->steps = allocator->allocate(allocator->user, portfolios * sizeof *utility->steps);
    if (utility->offers == NULL || utility->steps == NULL) {
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
    give_memory(utility, utility->offers, utility->offer_room * sizeof *utility->offers);
    give_memory(utility, utility->steps, utility->step_room * sizeof *utility->steps);
    give_memory(utility, utility, sizeof *utility);
}

int etp_utility_brief(etp_utility *utility, const etp_demand_step *steps, unsigned count)
{
    if (utility == NULL || (steps == NULL && count > 0))
        return ETP_EINVAL;
    if (count > utility->step_room)
        return ETP_EFULL;
    if (count > 0)
        memcpy(utility->steps, steps, count * sizeof *steps);
    utility->step_count = count;
    utility->offer_count = 0;
    utility->decided = false;
    utility->left = nothing;
    return ETP_OK;
}

etp_price etp_utility_posted(const etp_utility *utility)
{
    return utility != NULL ? utility->left.price : ETP_PRICE_NONE;
}

/* ---- hooks ---- */

static void note_offer(etp_utility *utility, const etp_context *context, const etp_offer *offer)
{
    if (utility->offer_count == 0)
        utility->since = context->now;
    if (utility->offer_count < utility->offer_room)
        utility->offers[utility->offer_count++] =
            (etp_utility_offer){.reserve = offer->reserve, .energy = offer->energy};
}

static void decide(etp_utility *utility)
{
    utility->decided = true;
    etp_utility_decide(utility->conduct, utility->offers, utility->offer_count, utility->steps, utility->step_count,
                       &utility->left);
}

static etp_energy least(etp_energy a, etp_energy b)
{
    return a < b ? a : b;
}

static int bid(etp_utility *utility, const etp_offer *offer, etp_intent *intent)
{
    etp_utility_plan *left = &utility->left;
    if (left->highest == ETP_PRICE_NONE || offer->reserve > left->highest)
        return ETP_DECIDE_PASS;
    bool marginal = offer->reserve == left->highest;
    intent->energy = least(intent->energy, marginal ? least(left->quantity, left->at_highest) : left->quantity);
    if (intent->energy <= 0)
        return ETP_DECIDE_PASS;
    intent->price = left->price != ETP_PRICE_NONE ? left->price : offer->reserve;
    left->quantity -= intent->energy;
    left->at_highest -= marginal ? intent->energy : 0;
    return ETP_DECIDE_BID;
}

static int on_offer(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    etp_utility *utility = user;
    if (offer->reserve == ETP_PRICE_NONE)
        return ETP_DECIDE_PASS;
    if (offer->asked == 1 && !utility->decided) {
        note_offer(utility, context, offer);
        return ETP_DECIDE_WAIT;
    }
    if (!utility->decided)
        decide(utility);
    return bid(utility, offer, intent);
}

/* What a bid did not get is wanted again, from whoever is asked next. A bid of an earlier interval is of no concern. */
static int on_result(void *user, const etp_context *context, const etp_result_view *result, etp_intent *intent)
{
    (void)context;
    (void)intent;
    etp_utility *utility = user;
    if (utility->decided && result->closes > utility->since) {
        utility->left.quantity += result->bid_energy - result->energy;
        utility->left.at_highest += result->bid_energy - result->energy;
    }
    return ETP_DECIDE_PASS;
}

const etp_aggregator_hooks *etp_utility_hooks(void)
{
    static const etp_aggregator_hooks hooks = {
        .size = sizeof(etp_aggregator_hooks), .on_offer = on_offer, .on_result = on_result};
    return &hooks;
}

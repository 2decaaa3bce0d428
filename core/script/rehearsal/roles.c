/* SPDX-License-Identifier: MIT */
/* The calls of a rehearsal, in an order that a market could give them. */
#include "script/rehearsal/canned.h"
#include "script/rehearsal/rehearse.h"

enum { WINDOW_SECONDS = 2, INTERVAL_SECONDS = 300, FIRST_BATTERY = 1000001, SECONDS_PER_DAY = 86400 };

static const etp_energy need = 4 * ETP_ENERGY_PER_KWH;
static const etp_price usual_bid = 10 * ETP_PRICE_PER_CENT; /* of whom on_offer does not say */

/* ---- both roles ---- */

static etp_market market_of(const etp_rehearsing *rehearsing, const etp_canned_market *canned, unsigned index)
{
    return (etp_market){.index = index,
                        .starts = rehearsing->now,
                        .ends = rehearsing->now + INTERVAL_SECONDS * ETP_NS_PER_SECOND,
                        .second_of_day = index * INTERVAL_SECONDS % SECONDS_PER_DAY,
                        .spot = canned->spot,
                        .forecast = canned->forecast,
                        .mechanism = canned->mechanism,
                        .value = canned->value,
                        .need = need,
                        .budget = 1000000 * ETP_MONEY_PER_DOLLAR};
}

static void start(etp_rehearsing *rehearsing, etp_rehearsing_node *node,
                  int (*on_start)(void *user, const etp_context *context))
{
    const etp_context *context = etp_rehearse_begin(rehearsing, ETP_HOOK_ON_START, node);
    if (context != NULL)
        etp_rehearse_end(rehearsing, ETP_HOOK_ON_START, on_start(rehearsing->script, context), "nothing");
}

static void begin_interval(etp_rehearsing *rehearsing, etp_rehearsing_node *node, unsigned index,
                           int (*on_interval)(void *user, const etp_context *context, const etp_market *market))
{
    const etp_canned_market *canned = &etp_canned_markets[index % ETP_CANNED_MARKETS];
    const etp_context *context = etp_rehearse_begin(rehearsing, ETP_HOOK_ON_INTERVAL, node);
    if (context == NULL)
        return;
    const etp_market market = market_of(rehearsing, canned, index);
    int result = on_interval(rehearsing->script, context, &market);
    etp_rehearse_end(rehearsing, ETP_HOOK_ON_INTERVAL, result, canned->words);
}

static void tell_faults(etp_rehearsing *rehearsing, etp_rehearsing_node *node,
                        int (*on_fault)(void *user, const etp_context *context, const etp_fault *fault))
{
    for (unsigned i = 0; i < ETP_CANNED_FAULTS; i++) {
        const etp_canned_fault *canned = &etp_canned_faults[i];
        const etp_context *context = etp_rehearse_begin(rehearsing, ETP_HOOK_ON_FAULT, node);
        if (context != NULL)
            etp_rehearse_end(rehearsing, ETP_HOOK_ON_FAULT, on_fault(rehearsing->script, context, &canned->fault),
                             canned->words);
    }
}

/* ---- an aggregator ---- */

typedef struct bid {
    etp_id battery;
    etp_price price, value;
    etp_energy energy;
    etp_time closes;
} bid;

static etp_offer offer_of(const etp_rehearsing *rehearsing, const etp_canned_offer *canned, unsigned asked)
{
    return (etp_offer){.battery = FIRST_BATTERY + rehearsing->batteries,
                       .energy = canned->energy,
                       .reserve = canned->reserve,
                       .value = canned->value,
                       .need = need,
                       .budget = canned->budget,
                       .energy_total = 8 * ETP_ENERGY_PER_KWH,
                       .remaining = 5 * ETP_ENERGY_PER_KWH,
                       .for_sale_ppm = 312500,
                       .voltage_mv = 48500,
                       .discharge_rate = 5 * ETP_POWER_PER_KW,
                       .closes = rehearsing->now + WINDOW_SECONDS * ETP_NS_PER_SECOND,
                       .health = (uint8_t)canned->health,
                       .asked = (uint8_t)asked};
}

/* Asks about one offer; who waits is asked again. Whether it bids, and what. */
static bool ask(etp_rehearsing *rehearsing, etp_rehearsing_node *node, const etp_canned_offer *canned, bid *made)
{
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(rehearsing->script);
    int decision = ETP_DECIDE_WAIT;
    for (unsigned asked = canned->asked; decision == ETP_DECIDE_WAIT && asked <= 2; asked++) {
        etp_offer offer = offer_of(rehearsing, canned, asked);
        etp_intent intent = {.energy = offer.energy < offer.need ? offer.energy : offer.need};
        const etp_context *context = etp_rehearse_begin(rehearsing, ETP_HOOK_ON_OFFER, node);
        if (context == NULL)
            return false;
        decision = hooks->on_offer(rehearsing->script, context, &offer, &intent);
        etp_rehearse_end(rehearsing, ETP_HOOK_ON_OFFER, decision, canned->words);
        rehearsing->report->offers++;
        *made = (bid){.battery = offer.battery,
                      .price = intent.price,
                      .value = offer.value,
                      .energy = intent.energy < offer.energy ? intent.energy : offer.energy,
                      .closes = offer.closes};
    }
    rehearsing->batteries++;
    rehearsing->report->bids += decision == ETP_DECIDE_BID;
    return decision == ETP_DECIDE_BID;
}

/* A bid of the script's own on the first offer that it bids for, or what the engine bids without on_offer. */
static bool make_bid(etp_rehearsing *rehearsing, etp_rehearsing_node *node, bid *made)
{
    if (rehearsing->lines[ETP_HOOK_ON_OFFER] == NULL) {
        *made = (bid){.battery = FIRST_BATTERY + rehearsing->batteries++,
                      .price = usual_bid,
                      .value = usual_bid,
                      .energy = need,
                      .closes = rehearsing->now + WINDOW_SECONDS * ETP_NS_PER_SECOND};
        return true;
    }
    for (unsigned i = 0; i < ETP_CANNED_OFFERS; i++) {
        if (ask(rehearsing, node, &etp_canned_offers[i], made))
            return true;
    }
    return false;
}

static etp_price part(etp_price price, int percent)
{
    return percent > 0 ? price * percent / 100 : ETP_PRICE_NONE;
}

/* The record gets it first, as in the engine. */
static void record(etp_rehearsing_node *node, const etp_result_view *result, etp_time now)
{
    etp_history *history = &node->history;
    unsigned place = (history->first + history->count) % ETP_HISTORY_MAX;
    if (history->count < ETP_HISTORY_MAX)
        history->count++;
    else
        history->first = (history->first + 1) % ETP_HISTORY_MAX;
    history->bids[place] = (etp_past_bid){.when = now,
                                          .battery = result->battery,
                                          .bid_price = result->bid_price,
                                          .bid_energy = result->bid_energy,
                                          .price = result->price,
                                          .energy = result->energy,
                                          .best = result->best,
                                          .outcome = (uint8_t)result->outcome,
                                          .code = (uint8_t)result->code};
}

static void tell_result(etp_rehearsing *rehearsing, etp_rehearsing_node *node, const etp_canned_result *canned)
{
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(rehearsing->script);
    bid made;
    if (rehearsing->lines[ETP_HOOK_ON_RESULT] == NULL || !make_bid(rehearsing, node, &made))
        return;
    const etp_context *context = etp_rehearse_begin(rehearsing, ETP_HOOK_ON_RESULT, node);
    if (context == NULL)
        return;
    bool bought = canned->outcome == ETP_OUTCOME_ACCEPTED;
    const etp_result_view view = {.battery = made.battery,
                                  .outcome = canned->outcome,
                                  .code = canned->code,
                                  .price = part(made.price, canned->price_percent),
                                  .energy = bought ? made.energy : 0,
                                  .bid_price = made.price,
                                  .bid_energy = made.energy,
                                  .best = part(made.price, canned->best_percent),
                                  .value = made.value,
                                  .closes = made.closes,
                                  .may_rebid = canned->may_rebid};
    etp_intent intent = {.energy = made.energy};
    record(node, &view, rehearsing->now);
    int result = hooks->on_result(rehearsing->script, context, &view, &intent);
    etp_rehearse_end(rehearsing, ETP_HOOK_ON_RESULT, result, canned->words);
}

void etp_rehearse_aggregator(etp_rehearsing *rehearsing, etp_rehearsing_node *node, bool experienced)
{
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(rehearsing->script);
    bid made;
    start(rehearsing, node, hooks->on_start);
    if (experienced)
        etp_canned_history(&node->history, rehearsing->now);
    for (unsigned i = 0; i < ETP_CANNED_MARKETS; i++) {
        begin_interval(rehearsing, node, i, hooks->on_interval);
        ask(rehearsing, node, &etp_canned_offers[0], &made);
    }
    begin_interval(rehearsing, node, ETP_CANNED_MARKETS, hooks->on_interval);
    for (unsigned i = 0; i < ETP_CANNED_RESULTS; i++)
        tell_result(rehearsing, node, &etp_canned_results[i]);
    for (unsigned i = 0; i < ETP_CANNED_OFFERS; i++)
        ask(rehearsing, node, &etp_canned_offers[i], &made);
    tell_faults(rehearsing, node, hooks->on_fault);
}

/* ---- a battery ---- */

static etp_battery_view battery_of(const etp_canned_battery *canned, unsigned index)
{
    const etp_energy capacity = 27 * ETP_ENERGY_PER_KWH / 2, floor = 27 * ETP_ENERGY_PER_KWH / 20;
    const etp_energy most = 5 * ETP_ENERGY_PER_KWH / 12; /* what its power gives in five minutes */
    etp_energy above = canned->energy_total > floor ? canned->energy_total - floor : 0;
    etp_energy available = above / 100 * 95;
    return (etp_battery_view){.energy_total = canned->energy_total,
                              .capacity = capacity,
                              .floor = floor,
                              .available = available,
                              .lot = available < most ? available : most,
                              .level = canned->level,
                              .health = canned->health,
                              .voltage_mv = 48500,
                              .power = 5 * ETP_POWER_PER_KW,
                              .one_way_ppm = 950000,
                              .wear = 4 * ETP_PRICE_PER_CENT,
                              .feed_in = canned->feed_in,
                              .retail = 33 * ETP_PRICE_PER_CENT,
                              .expected_need = canned->expected_need,
                              .interval = index,
                              .second_of_day = canned->second_of_day,
                              .spot = canned->spot,
                              .forecast = canned->forecast};
}

/* What is for sale, or would be by the default. */
static etp_reserve ask_reserve(etp_rehearsing *rehearsing, etp_rehearsing_node *node, unsigned index)
{
    const etp_bess_hooks *hooks = etp_script_bess_hooks(rehearsing->script);
    const etp_canned_battery *canned = &etp_canned_batteries[index % ETP_CANNED_BATTERIES];
    const etp_battery_view battery = battery_of(canned, index);
    etp_reserve reserve = {.price = usual_bid, .energy = battery.lot};
    const etp_context *context = etp_rehearse_begin(rehearsing, ETP_HOOK_RESERVE, node);
    if (context == NULL)
        return reserve;
    int result = hooks->reserve(rehearsing->script, context, &battery, &reserve);
    etp_rehearse_end(rehearsing, ETP_HOOK_RESERVE, result, canned->words);
    reserve.energy = result < 0 ? 0 : reserve.energy < battery.lot ? reserve.energy : battery.lot;
    return reserve;
}

static void ask_choice(etp_rehearsing *rehearsing, etp_rehearsing_node *node, const etp_canned_book *canned,
                       etp_price reserve)
{
    const etp_bess_hooks *hooks = etp_script_bess_hooks(rehearsing->script);
    etp_bid bids[ETP_CANNED_BOOK_MAX];
    unsigned order[ETP_CANNED_BOOK_MAX];
    const etp_context *context = etp_rehearse_begin(rehearsing, ETP_HOOK_CHOOSE, node);
    if (context == NULL)
        return;
    for (unsigned i = 0; i < canned->count; i++)
        bids[i] = (etp_bid){.bidder = 1 + i,
                            .price = reserve + canned->above - canned->step * (etp_price)i,
                            .energy = ETP_ENERGY_PER_KWH / 4,
                            .arrival = rehearsing->now + (etp_time)i * ETP_NS_PER_MS,
                            .state = ETP_BID_STANDING};
    int result = hooks->choose(rehearsing->script, context, bids, canned->count, order);
    etp_rehearse_end(rehearsing, ETP_HOOK_CHOOSE, result, canned->words);
}

static void tell_sale(etp_rehearsing *rehearsing, etp_rehearsing_node *node, const etp_canned_sale *canned,
                      const etp_reserve *reserve)
{
    const etp_bess_hooks *hooks = etp_script_bess_hooks(rehearsing->script);
    etp_energy sold = reserve->energy * canned->sold_percent / 100;
    const etp_context *context = etp_rehearse_begin(rehearsing, ETP_HOOK_ON_RESULT, node);
    if (context == NULL)
        return;
    const etp_sale_view sale = {.lot = reserve->energy,
                                .sold = sold,
                                .revenue = reserve->price * sold / ETP_ENERGY_PER_KWH,
                                .reserve = reserve->price,
                                .bids = canned->bids,
                                .lapsed = canned->lapsed};
    etp_rehearse_end(rehearsing, ETP_HOOK_ON_RESULT, hooks->on_result(rehearsing->script, context, &sale),
                     canned->words);
}

void etp_rehearse_bess(etp_rehearsing *rehearsing, etp_rehearsing_node *node)
{
    const etp_bess_hooks *hooks = etp_script_bess_hooks(rehearsing->script);
    start(rehearsing, node, hooks->on_start);
    for (unsigned i = 0; i < ETP_CANNED_BATTERIES; i++) {
        begin_interval(rehearsing, node, i, hooks->on_interval);
        etp_reserve reserve = ask_reserve(rehearsing, node, i);
        if (reserve.energy <= 0)
            continue;
        ask_choice(rehearsing, node, &etp_canned_books[i % ETP_CANNED_BOOKS], reserve.price);
        tell_sale(rehearsing, node, &etp_canned_sales[i % ETP_CANNED_SALES], &reserve);
    }
    tell_faults(rehearsing, node, hooks->on_fault);
}

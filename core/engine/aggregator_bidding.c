/* SPDX-License-Identifier: MIT */
/*
 * From an offer to an outcome. The engine lets through no bid beyond what the node needs and may spend, less what it
 * has bid for already (`open`) and what it has won in this interval. Open amounts follow the session's state alone:
 * see etp_aggregator_open_of().
 */
#include <string.h>

#include "engine/internal.h"

enum { BID_REPEATS = 3, BACKOFF_AFTER = 8, LONGEST_PAUSE = 64 };

static const etp_time least_bid_gap = 100 * ETP_NS_PER_MS;

/* ---- what is open ---- */

void etp_aggregator_open_of(const struct aggregator_session *session, etp_energy *energy, etp_money *money)
{
    *energy = 0;
    *money = 0;
    if (session->state == AGGREGATOR_BIDDING) {
        *energy = session->u.trade.bid_energy;
        *money = etp_amount(session->u.trade.bid_price, *energy);
    } else if (session->state == AGGREGATOR_CONFIRMING) {
        *energy = session->u.trade.award;
        *money = etp_amount(session->u.trade.sale_price, *energy);
    }
}

static void count_open(struct aggregator *aggregator, const struct aggregator_session *session, int sign)
{
    etp_energy energy;
    etp_money money;
    etp_aggregator_open_of(session, &energy, &money);
    aggregator->open_energy += sign * energy;
    aggregator->open_money += sign * money;
    etp_demand_take(aggregator, session, sign * energy, sign * money);
    if (session->state == AGGREGATOR_CONFIRMING)
        aggregator->totals.in_doubt += (uint64_t)sign;
}

void etp_aggregator_set_state(struct aggregator *aggregator, uint32_t number, enum aggregator_state state)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    count_open(aggregator, session, -1);
    session->state = (uint8_t)state;
    count_open(aggregator, session, 1);
    etp_wheel_drop(&aggregator->wheel, number);
}

static etp_energy need_left(const struct aggregator *aggregator)
{
    etp_energy left = aggregator->brief.need - aggregator->open_energy - aggregator->totals.interval_energy;
    return left > 0 ? left : 0;
}

static etp_money budget_left(const struct aggregator *aggregator)
{
    etp_money left = aggregator->brief.budget - aggregator->open_money - aggregator->totals.interval_paid;
    return left > 0 ? left : 0;
}

static etp_energy least(etp_energy a, etp_energy b)
{
    return a < b ? a : b;
}

/* The most that lot and need let through; with steps, to the end of the session's step. */
static etp_energy let_through(const struct aggregator *aggregator, const struct aggregator_session *session)
{
    return least(session->lot, etp_demand_energy(aggregator, session, need_left(aggregator)));
}

/* ---- bids ---- */

/* When to look after a bid again: on links that lose, before the close, to repeat it; else when an answer is overdue. */
static void watch_bid(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    const struct aggregator_session *session = &aggregator->sessions[number];
    const etp_timing *timing = &engine->options.timing;
    etp_time gap = (session->closes - engine->now) / 2;
    etp_time due = session->closes + 3 * timing->hold + etp_aggregator_patience(aggregator, timing->confirm_repeat);
    if (aggregator->loss_hint > 0 && session->tries < BID_REPEATS && gap >= least_bid_gap)
        due = engine->now + gap;
    etp_wheel_set(&aggregator->wheel, number, due);
}

static void send_bid(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    etp_message message = {.type = ETP_BID,
                           .message_id = session->u.trade.bid_id,
                           .in_reply_to = session->offer_id,
                           .bid_price = session->u.trade.bid_price,
                           .required_energy = session->u.trade.bid_energy};
    session->u.trade.bid_id = etp_outbox_send(engine, &aggregator->node, session->link, &message);
    watch_bid(engine, aggregator, number);
}

void etp_aggregator_repeat_bid(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    aggregator->sessions[number].tries++;
    send_bid(engine, aggregator, number);
}

/* Bids if anything is left after the caps. Returns whether it did. */
static bool place_bid(etp_engine *engine, struct aggregator *aggregator, uint32_t number, const etp_intent *intent)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    etp_energy energy = least(intent->energy, let_through(aggregator, session));
    etp_money budget = etp_demand_money(aggregator, session, budget_left(aggregator));
    energy = least(energy, etp_affordable(budget, intent->price));
    if (energy <= 0)
        return false;
    etp_aggregator_set_state(aggregator, number, AGGREGATOR_OUT);
    session->has_bid = true;
    session->tries = 0;
    session->u.trade.bid_id = session->u.trade.accept_id = session->u.trade.confirm_id = 0;
    session->u.trade.bid_price = intent->price;
    session->u.trade.bid_energy = energy;
    session->u.trade.award = 0;
    session->u.trade.sale_price = 0;
    etp_aggregator_set_state(aggregator, number, AGGREGATOR_BIDDING);
    send_bid(engine, aggregator, number);
    return true;
}

/* A price below 0 is no bid: values are negative at times, and who bids a share of his value need not check that. */
static int check_intent(int decision, const etp_intent *intent)
{
    if (decision != ETP_DECIDE_BID)
        return decision;
    if (intent->price < 0)
        return ETP_DECIDE_PASS;
    return intent->price <= ETP_PRICE_MAX && intent->energy > 0 ? ETP_DECIDE_BID : ETP_ERANGE;
}

/* ---- offers ---- */

static etp_offer offer_of(const etp_engine *engine, const struct aggregator *aggregator, uint32_t number,
                          unsigned asked)
{
    const struct aggregator_session *session = &aggregator->sessions[number];
    return (etp_offer){.battery = etp_session_peer(engine, session->link),
                       .energy = session->lot,
                       .reserve = session->u.offer.reserve,
                       .value = session->value,
                       .need = need_left(aggregator),
                       .budget = budget_left(aggregator),
                       .energy_total = session->u.offer.energy_total,
                       .remaining = session->u.offer.remaining,
                       .for_sale_ppm = session->u.offer.for_sale_ppm,
                       .voltage_mv = session->u.offer.voltage_mv,
                       .discharge_rate = session->u.offer.discharge_rate,
                       .closes = session->closes,
                       .health = session->health,
                       .asked = (uint8_t)asked};
}

static int decide(etp_engine *engine, struct aggregator *aggregator, uint32_t number, unsigned asked,
                  etp_intent *intent)
{
    const struct aggregator_session *session = &aggregator->sessions[number];
    if (aggregator->hooks == NULL || aggregator->hooks->on_offer == NULL) {
        intent->price = session->value;
        return session->value > 0 ? ETP_DECIDE_BID : ETP_DECIDE_PASS;
    }
    etp_offer offer = offer_of(engine, aggregator, number, asked);
    etp_context context = etp_context_of(engine, &aggregator->node, session->closes);
    int decision = aggregator->hooks->on_offer(aggregator->user, &context, &offer, intent);
    decision = check_intent(decision, intent);
    return etp_hook_done(engine, &aggregator->node, decision) ? decision : ETP_DECIDE_PASS;
}

static void log_pass(const etp_engine *engine, const struct aggregator *aggregator, uint32_t link, const char *reason)
{
    if (reason != NULL)
        etp_log(&engine->options.logger, ETP_LOG_DEBUG, "engine", "pass node=%s battery=%llu reason=\"%s\"",
                aggregator->node.name, (unsigned long long)etp_session_peer(engine, link), reason);
}

void etp_aggregator_ask(etp_engine *engine, struct aggregator *aggregator, uint32_t number, unsigned asked)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    etp_aggregator_set_state(aggregator, number, AGGREGATOR_OUT);
    bool wanted = etp_demand_place(aggregator, session);
    etp_intent intent = {.energy = let_through(aggregator, session)};
    if (!wanted || intent.energy <= 0 || engine->now >= session->closes)
        return;
    int decision = decide(engine, aggregator, number, asked, &intent);
    /* Asked again, its bid must still be able to arrive: on slow links that takes more than the lead. */
    etp_time again = session->closes - etp_aggregator_patience(aggregator, engine->options.timing.decide_lead);
    if (decision == ETP_DECIDE_BID) {
        if (place_bid(engine, aggregator, number, &intent))
            aggregator->totals.bids++;
    } else if (decision == ETP_DECIDE_WAIT && asked == 1) {
        etp_aggregator_set_state(aggregator, number, AGGREGATOR_WAITING);
        etp_wheel_set(&aggregator->wheel, number, again);
    } else {
        log_pass(engine, aggregator, session->link, intent.reason);
    }
}

/* ---- awards ---- */

/* The first repeats come fast, the later ones ever more rarely, though not so rarely that few are left before the limit
 * of doubt where round trips are long. */
static etp_time time_to_confirm_again(const etp_engine *engine, const struct aggregator *aggregator,
                                      const struct aggregator_session *session)
{
    etp_time repeat = engine->options.timing.confirm_repeat;
    etp_time wait = etp_aggregator_patience(aggregator, repeat);
    etp_time longest = repeat * LONGEST_PAUSE > wait ? repeat * LONGEST_PAUSE : wait;
    for (int i = BACKOFF_AFTER; i < session->tries && wait < longest; i++)
        wait *= 2;
    return wait < longest ? wait : longest;
}

void etp_aggregator_confirm(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    etp_message message = {.type = ETP_BID_CONFIRM,
                           .message_id = session->u.trade.confirm_id,
                           .in_reply_to = session->u.trade.accept_id,
                           .sale_price = session->u.trade.sale_price,
                           .bid_price = session->u.trade.bid_price,
                           .required_energy = session->u.trade.award};
    session->u.trade.confirm_id = etp_outbox_send(engine, &aggregator->node, session->link, &message);
    etp_wheel_set(&aggregator->wheel, number, engine->now + time_to_confirm_again(engine, aggregator, session));
}

static bool is_fair(const struct aggregator_session *session, const etp_message *accept)
{
    return accept->required_energy > 0 && accept->required_energy <= session->u.trade.bid_energy &&
           accept->sale_price <= session->u.trade.bid_price;
}

void etp_aggregator_decline(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                            const etp_message *accept)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    if (!session->has_bid)
        memset(&session->u.trade, 0, sizeof session->u.trade);
    session->has_bid = true;
    bool again = session->u.trade.accept_id == accept->message_id;
    bool ours = accept->in_reply_to == session->u.trade.bid_id;
    etp_message message = {.type = ETP_TERMINATE,
                           .message_id = again ? session->u.trade.confirm_id : 0,
                           .in_reply_to = accept->message_id,
                           .code = ours && !is_fair(session, accept) ? ETP_CODE_POLICY : ETP_CODE_WITHDRAWN};
    session->u.trade.accept_id = accept->message_id;
    session->u.trade.confirm_id = etp_outbox_send(engine, &aggregator->node, session->link, &message);
}

void etp_aggregator_accepted(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                             const etp_message *message)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    if (!is_fair(session, message)) {
        etp_aggregator_conclude(engine, aggregator, number, ETP_OUTCOME_REJECTED, ETP_CODE_POLICY, ETP_PRICE_NONE);
        etp_aggregator_decline(engine, aggregator, number, message);
        return;
    }
    etp_aggregator_set_state(aggregator, number, AGGREGATOR_OUT);
    session->u.trade.accept_id = message->message_id;
    session->u.trade.sale_price = message->sale_price;
    session->u.trade.award = message->required_energy;
    session->tries = 0;
    etp_aggregator_set_state(aggregator, number, AGGREGATOR_CONFIRMING);
    etp_aggregator_confirm(engine, aggregator, number);
    session->asks_since = (etp_time)session->u.trade.confirm_id * ETP_NS_PER_US;
}

/* ---- outcomes ---- */

static void record(etp_history *history, const etp_past_bid *bid)
{
    unsigned place = (history->first + history->count) % ETP_HISTORY_MAX;
    history->bids[place] = *bid;
    if (history->count < ETP_HISTORY_MAX)
        history->count++;
    else
        history->first = (history->first + 1) % ETP_HISTORY_MAX;
}

static void count_outcome(struct aggregator *aggregator, const struct aggregator_session *session, etp_outcome outcome,
                          bool this_interval)
{
    etp_aggregator_totals *totals = &aggregator->totals;
    if (outcome == ETP_OUTCOME_ACCEPTED) {
        etp_money paid = etp_amount(session->u.trade.sale_price, session->u.trade.award);
        totals->wins++;
        totals->energy += session->u.trade.award;
        totals->paid += paid;
        totals->interval_energy += this_interval ? session->u.trade.award : 0;
        totals->interval_paid += this_interval ? paid : 0;
        if (this_interval)
            etp_demand_take(aggregator, session, session->u.trade.award, paid);
    } else if (outcome == ETP_OUTCOME_REJECTED) {
        totals->rejected++;
    } else if (outcome != ETP_OUTCOME_OUTBID) {
        totals->expired++;
    }
}

static etp_result_view result_of(const etp_engine *engine, const struct aggregator_session *session,
                                 etp_outcome outcome, etp_code code, etp_price best)
{
    bool bought = outcome == ETP_OUTCOME_ACCEPTED;
    bool open = engine->now < session->closes && !engine->shutting_down;
    bool raisable =
        outcome == ETP_OUTCOME_OUTBID || (outcome == ETP_OUTCOME_REJECTED && code == ETP_CODE_BELOW_RESERVE);
    return (etp_result_view){.battery = etp_session_peer(engine, session->link),
                             .outcome = outcome,
                             .code = code,
                             .price = bought ? session->u.trade.sale_price : ETP_PRICE_NONE,
                             .energy = bought ? session->u.trade.award : 0,
                             .bid_price = session->u.trade.bid_price,
                             .bid_energy = session->u.trade.bid_energy,
                             .best = best,
                             .value = session->value,
                             .closes = session->closes,
                             .may_rebid = open && raisable};
}

static void tell_strategy(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                          const etp_result_view *result)
{
    if (aggregator->hooks == NULL || aggregator->hooks->on_result == NULL)
        return;
    etp_context context =
        etp_context_of(engine, &aggregator->node, result->may_rebid ? result->closes : ETP_TIME_NEVER);
    etp_intent intent = {.energy = result->bid_energy};
    int decision = aggregator->hooks->on_result(aggregator->user, &context, result, &intent);
    intent.energy = result->bid_energy;
    decision = check_intent(decision, &intent);
    if (!etp_hook_done(engine, &aggregator->node, decision) || decision != ETP_DECIDE_BID || !result->may_rebid)
        return;
    if (intent.price > result->bid_price && place_bid(engine, aggregator, number, &intent))
        aggregator->totals.rebids++;
}

void etp_aggregator_conclude(etp_engine *engine, struct aggregator *aggregator, uint32_t number, etp_outcome outcome,
                             etp_code code, etp_price best)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    bool bought = outcome == ETP_OUTCOME_ACCEPTED;
    etp_result_view result = result_of(engine, session, outcome, code, best);
    etp_past_bid past = {.when = engine->now,
                         .battery = result.battery,
                         .bid_price = result.bid_price,
                         .bid_energy = result.bid_energy,
                         .price = result.price,
                         .energy = result.energy,
                         .best = best,
                         .outcome = (uint8_t)outcome,
                         .code = (uint8_t)code};
    record(&aggregator->history, &past);
    if (!bought)
        session->u.trade.accept_id = 0; /* its Confirm is settled, and not to be sent again */
    count_outcome(aggregator, session, outcome, session->interval == (uint32_t)engine->interval.index);
    etp_aggregator_set_state(aggregator, number,
                             bought                          ? AGGREGATOR_BOUGHT
                             : outcome == ETP_OUTCOME_FAILED ? AGGREGATOR_GONE
                                                             : AGGREGATOR_OUT);
    tell_strategy(engine, aggregator, number, &result);
    etp_link_say_farewell(engine, session->link);
}

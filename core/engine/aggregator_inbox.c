/* SPDX-License-Identifier: MIT */
/*
 * What an aggregator does with each type of message in each state of its session with the sender. The table at the end
 * is the one in docs/states.md.
 */
#include "engine/internal.h"

typedef void (*handler)(etp_engine *engine, struct aggregator *aggregator, uint32_t session,
                        const etp_message *message);

static etp_event of_message(etp_event event, const etp_message *message)
{
    event.message = message->message_id;
    event.type = message->type;
    event.code = message->code;
    return event;
}

static etp_event about(const etp_engine *engine, const struct aggregator *aggregator, etp_event_kind kind,
                       const etp_message *message)
{
    return of_message(etp_event_at(engine, &aggregator->node, kind, message->device_id), message);
}

static void unexpected(etp_engine *engine, struct aggregator *aggregator, uint32_t number, const etp_message *message)
{
    (void)number;
    etp_refuse(engine, &aggregator->node, message->device_id, message->type, ETP_REFUSED_UNEXPECTED);
}

/* ---- Register and BESSStatus ---- */

static void take_register(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                          const etp_message *message)
{
    if (aggregator->sessions[number].state == AGGREGATOR_UNKNOWN ||
        aggregator->sessions[number].state == AGGREGATOR_GONE)
        etp_aggregator_set_state(aggregator, number, AGGREGATOR_IDLE);
    etp_event event = about(engine, aggregator, ETP_EVENT_REGISTER, message);
    event.energy = message->energy_total;
    etp_observe(engine, &event);
}

static void note_status(etp_engine *engine, struct aggregator *aggregator, uint32_t number, const etp_message *message)
{
    if (aggregator->sessions[number].state == AGGREGATOR_UNKNOWN ||
        aggregator->sessions[number].state == AGGREGATOR_GONE)
        etp_aggregator_set_state(aggregator, number, AGGREGATOR_IDLE);
    etp_event event = about(engine, aggregator, ETP_EVENT_STATUS, message);
    event.energy = message->energy_total;
    etp_observe(engine, &event);
}

static void take_receipt(etp_engine *engine, struct aggregator *aggregator, uint32_t number, const etp_message *message)
{
    const struct aggregator_session *session = &aggregator->sessions[number];
    note_status(engine, aggregator, number, message);
    if (message->in_reply_to != session->u.trade.confirm_id)
        return;
    etp_event event = of_message(etp_aggregator_trade_event(engine, aggregator, number, ETP_EVENT_RECEIPT), message);
    event.amount = etp_amount(event.price, event.energy);
    event.value = session->value;
    etp_observe(engine, &event);
    etp_aggregator_conclude(engine, aggregator, number, ETP_OUTCOME_ACCEPTED, ETP_CODE_NONE, ETP_PRICE_NONE);
}

/* ---- QueryResponse ---- */

/* Only what has something for sale teaches: a battery that is silent or empty is asked for nothing that could be lost.
 * After repeats nobody knows which copy was answered. Such a sample is bounded by the least time that they can take: if
 * the waits for lost copies were learned as a round trip, they would make the next waits longer, and so on for ever. */
static void learn_round_trip(const etp_engine *engine, struct aggregator *aggregator,
                             const struct aggregator_session *session)
{
    etp_time sample = engine->now - (etp_time)session->query_id * ETP_NS_PER_US;
    etp_time bound = (session->tries + 1) * engine->options.timing.query_repeat;
    if (sample < 0)
        sample = 0;
    if (session->tries > 0 && sample > bound)
        sample = bound;
    aggregator->round_trip += (sample - aggregator->round_trip) / 8;
    if (session->tries > 0)
        aggregator->loss_hint = aggregator->node.links;
    else if (aggregator->loss_hint > 0)
        aggregator->loss_hint--;
}

/* `closes_in_ms` counts from the message's creation. Where the sender's clock is ahead of ours, from now. No auction
 * outlives its interval, whatever the battery says. */
static etp_time end_of(const etp_engine *engine, const struct aggregator_session *session, const etp_message *message)
{
    etp_time created = etp_link_created(&engine->links[session->link], message->message_id);
    etp_time from = created < engine->now ? created : engine->now;
    etp_time end = from + (etp_time)message->closes_in_ms * ETP_NS_PER_MS;
    return end < engine->interval.ends ? end : engine->interval.ends;
}

static void take_response(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                          const etp_message *message)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    if (message->in_reply_to != session->query_id) {
        unexpected(engine, aggregator, number, message);
        return;
    }
    bool disclosed = (engine->options.disclose & ETP_DISCLOSE_RESERVE) != 0;
    session->offer_id = message->message_id;
    session->lot = message->required_energy;
    session->closes = end_of(engine, session, message);
    session->health = message->health;
    session->u.offer.energy_total = message->energy_total;
    session->u.offer.remaining = message->remaining_energy;
    session->u.offer.discharge_rate = message->discharge_rate;
    session->u.offer.reserve = disclosed ? message->sale_price : ETP_PRICE_NONE;
    session->u.offer.for_sale_ppm = message->for_sale_ppm;
    session->u.offer.voltage_mv = message->voltage_mv;
    etp_event event = about(engine, aggregator, ETP_EVENT_RESPONSE, message);
    event.energy = session->lot;
    event.reserve = session->lot > 0 ? session->u.offer.reserve : ETP_PRICE_NONE;
    etp_observe(engine, &event);
    if (session->lot <= 0) {
        etp_aggregator_set_state(aggregator, number, AGGREGATOR_OUT);
        return;
    }
    learn_round_trip(engine, aggregator, session);
    aggregator->totals.offers++;
    etp_aggregator_ask(engine, aggregator, number, 1);
}

/* ---- BidAccept and BidReject ---- */

static void take_accept(etp_engine *engine, struct aggregator *aggregator, uint32_t number, const etp_message *message)
{
    if (message->in_reply_to != aggregator->sessions[number].u.trade.bid_id)
        unexpected(engine, aggregator, number, message);
    else
        etp_aggregator_accepted(engine, aggregator, number, message);
}

/* We have given this bid up: the battery need not wait for our confirmation. */
static void decline_accept(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                           const etp_message *message)
{
    unexpected(engine, aggregator, number, message);
    etp_aggregator_decline(engine, aggregator, number, message);
}

static void take_reject(etp_engine *engine, struct aggregator *aggregator, uint32_t number, const etp_message *message)
{
    const struct aggregator_session *session = &aggregator->sessions[number];
    if (message->in_reply_to != session->u.trade.bid_id) {
        unexpected(engine, aggregator, number, message);
        return;
    }
    etp_price best = message->sale_price > 0 ? message->sale_price : ETP_PRICE_NONE;
    etp_aggregator_conclude(engine, aggregator, number,
                            message->code == ETP_CODE_OUTBID ? ETP_OUTCOME_OUTBID : ETP_OUTCOME_REJECTED,
                            (etp_code)message->code, best);
}

/* ---- Terminate and DeviceFailure ---- */

static void end_with_peer(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                          const etp_message *message)
{
    if (aggregator->sessions[number].state == AGGREGATOR_BIDDING)
        etp_aggregator_conclude(engine, aggregator, number, ETP_OUTCOME_FAILED, (etp_code)message->code,
                                ETP_PRICE_NONE);
    else
        etp_aggregator_set_state(aggregator, number, AGGREGATOR_GONE);
}

static void note_terminate(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                           const etp_message *message)
{
    (void)number;
    etp_event event = about(engine, aggregator, ETP_EVENT_TERMINATE, message);
    etp_observe(engine, &event);
}

static void take_terminate(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                           const etp_message *message)
{
    note_terminate(engine, aggregator, number, message);
    /* One that answers something is about a trade of the past, settled already. */
    if (message->in_reply_to == 0)
        end_with_peer(engine, aggregator, number, message);
}

/* Only the answer to our Confirm settles what is in doubt. */
static void void_trade(etp_engine *engine, struct aggregator *aggregator, uint32_t number, const etp_message *message)
{
    const struct aggregator_session *session = &aggregator->sessions[number];
    note_terminate(engine, aggregator, number, message);
    if (message->in_reply_to != session->u.trade.confirm_id)
        return;
    etp_event event = of_message(etp_aggregator_trade_event(engine, aggregator, number, ETP_EVENT_VOID), message);
    etp_observe(engine, &event);
    etp_aggregator_conclude(engine, aggregator, number, ETP_OUTCOME_EXPIRED, (etp_code)message->code, ETP_PRICE_NONE);
}

static void note_failure(etp_engine *engine, struct aggregator *aggregator, uint32_t number, const etp_message *message)
{
    (void)number;
    etp_event event = about(engine, aggregator, ETP_EVENT_FAILURE, message);
    etp_observe(engine, &event);
    etp_fault fault = {.kind = ETP_FAULT_DEVICE, .peer = message->device_id, .code = (etp_code)message->code};
    etp_aggregator_fault(engine, aggregator, &fault);
}

static void take_failure(etp_engine *engine, struct aggregator *aggregator, uint32_t number, const etp_message *message)
{
    note_failure(engine, aggregator, number, message);
    end_with_peer(engine, aggregator, number, message);
}

/* ---- the table ---- */

static const handler handlers[AGGREGATOR_STATES][ETP_TYPES] = {
    [AGGREGATOR_UNKNOWN] = {[ETP_REGISTER] = take_register,
                            [ETP_TERMINATE] = note_terminate,
                            [ETP_DEVICE_FAILURE] = take_failure,
                            [ETP_BESS_STATUS] = note_status},
    [AGGREGATOR_IDLE] = {[ETP_REGISTER] = take_register,
                         [ETP_TERMINATE] = take_terminate,
                         [ETP_DEVICE_FAILURE] = take_failure,
                         [ETP_BESS_STATUS] = note_status},
    [AGGREGATOR_QUERIED] = {[ETP_REGISTER] = take_register,
                            [ETP_QUERY_RESPONSE] = take_response,
                            [ETP_TERMINATE] = take_terminate,
                            [ETP_DEVICE_FAILURE] = take_failure,
                            [ETP_BESS_STATUS] = note_status},
    [AGGREGATOR_WAITING] = {[ETP_REGISTER] = take_register,
                            [ETP_TERMINATE] = take_terminate,
                            [ETP_DEVICE_FAILURE] = take_failure,
                            [ETP_BESS_STATUS] = note_status},
    [AGGREGATOR_BIDDING] = {[ETP_REGISTER] = take_register,
                            [ETP_BID_ACCEPT] = take_accept,
                            [ETP_BID_REJECT] = take_reject,
                            [ETP_TERMINATE] = take_terminate,
                            [ETP_DEVICE_FAILURE] = take_failure,
                            [ETP_BESS_STATUS] = note_status},
    [AGGREGATOR_CONFIRMING] = {[ETP_REGISTER] = take_register,
                               [ETP_TERMINATE] = void_trade,
                               [ETP_DEVICE_FAILURE] = note_failure,
                               [ETP_BESS_STATUS] = take_receipt},
    [AGGREGATOR_BOUGHT] = {[ETP_REGISTER] = take_register,
                           [ETP_TERMINATE] = take_terminate,
                           [ETP_DEVICE_FAILURE] = take_failure,
                           [ETP_BESS_STATUS] = note_status},
    [AGGREGATOR_OUT] = {[ETP_REGISTER] = take_register,
                        [ETP_BID_ACCEPT] = decline_accept,
                        [ETP_TERMINATE] = take_terminate,
                        [ETP_DEVICE_FAILURE] = take_failure,
                        [ETP_BESS_STATUS] = note_status},
    [AGGREGATOR_GONE] = {[ETP_REGISTER] = take_register,
                         [ETP_BID_ACCEPT] = decline_accept,
                         [ETP_TERMINATE] = note_terminate,
                         [ETP_DEVICE_FAILURE] = note_failure,
                         [ETP_BESS_STATUS] = note_status},
};

/* ---- duplicates ---- */

static unsigned place_of(unsigned type)
{
    static const uint8_t places[ETP_TYPES] = {
        [ETP_REGISTER] = 0,  [ETP_QUERY_RESPONSE] = 1, [ETP_BID_ACCEPT] = 2, [ETP_BID_REJECT] = 3,
        [ETP_TERMINATE] = 4, [ETP_DEVICE_FAILURE] = 5, [ETP_BESS_STATUS] = 6};
    return places[type];
}

/* The answer that settles a trade in doubt is never too old: news that was sent later may have overtaken it. */
static bool is_awaited(const struct aggregator_session *session, const etp_message *message)
{
    return session->state == AGGREGATOR_CONFIRMING && message->in_reply_to != 0 &&
           message->in_reply_to == session->u.trade.confirm_id;
}

/* An Accept that comes again says that what we answered may not have arrived. */
static void repeat_answer(etp_engine *engine, struct aggregator *aggregator, uint32_t number, const etp_message *accept)
{
    const struct aggregator_session *session = &aggregator->sessions[number];
    bool out = session->state == AGGREGATOR_OUT || session->state == AGGREGATOR_GONE;
    if (session->state == AGGREGATOR_CONFIRMING)
        etp_aggregator_confirm(engine, aggregator, number);
    else if (out && session->has_bid && session->u.trade.accept_id == accept->message_id)
        etp_aggregator_decline(engine, aggregator, number, accept);
}

etp_refusal etp_aggregator_judge(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                                 const etp_message *message)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    etp_id *newest = &session->newest[place_of(message->type)];
    if (message->message_id > *newest) {
        *newest = message->message_id;
        return ETP_REFUSED_NONE;
    }
    if (is_awaited(session, message))
        return ETP_REFUSED_NONE;
    if (message->message_id < *newest)
        return ETP_REFUSED_STALE;
    if (message->type == ETP_BID_ACCEPT)
        repeat_answer(engine, aggregator, number, message);
    return ETP_REFUSED_DUPLICATE;
}

void etp_aggregator_receive(etp_engine *engine, struct aggregator *aggregator, uint32_t number,
                            const etp_message *message)
{
    handler handle = handlers[aggregator->sessions[number].state][message->type];
    if (handle == NULL)
        unexpected(engine, aggregator, number, message);
    else
        handle(engine, aggregator, number, message);
}

/* SPDX-License-Identifier: MIT */
#include "engine/internal.h"

enum { QUERY_REPEATS = 2, WHEEL_TICK_MS = 10 };

static const etp_time wheel_tick = WHEEL_TICK_MS * ETP_NS_PER_MS;
static const etp_time longest_absence = 24 * ETP_NS_PER_HOUR;

int etp_aggregator_init(etp_engine *engine, struct aggregator *aggregator)
{
    const etp_allocator *allocator = engine->allocator;
    uint32_t peers = aggregator->node.peers;
    aggregator->sessions = allocator->allocate(allocator->user, peers * sizeof *aggregator->sessions);
    aggregator->order = allocator->allocate(allocator->user, peers * sizeof *aggregator->order);
    aggregator->offset_us = allocator->allocate(allocator->user, peers * sizeof *aggregator->offset_us);
    int result = etp_wheel_init(&aggregator->wheel, peers, wheel_tick, engine->now, allocator);
    if (aggregator->step_room > 0)
        aggregator->steps = etp_take_memory(engine, aggregator->step_room * sizeof *aggregator->steps);
    bool all = aggregator->sessions != NULL && aggregator->order != NULL && aggregator->offset_us != NULL &&
               (aggregator->steps != NULL || aggregator->step_room == 0);
    return all ? result : ETP_ENOMEM;
}

static void release(const etp_allocator *allocator, void *memory, size_t size)
{
    if (memory != NULL)
        allocator->release(allocator->user, memory, size);
}

void etp_aggregator_fini(etp_engine *engine, struct aggregator *aggregator)
{
    uint32_t peers = aggregator->node.peers;
    release(engine->allocator, aggregator->sessions, peers * sizeof *aggregator->sessions);
    release(engine->allocator, aggregator->order, peers * sizeof *aggregator->order);
    release(engine->allocator, aggregator->offset_us, peers * sizeof *aggregator->offset_us);
    release(engine->allocator, aggregator->steps, aggregator->step_room * sizeof *aggregator->steps);
    etp_wheel_fini(&aggregator->wheel, engine->allocator);
}

etp_id etp_session_peer(const etp_engine *engine, uint32_t link)
{
    return engine->links[link].peer;
}

void etp_aggregator_start(etp_engine *engine, struct aggregator *aggregator)
{
    if (aggregator->hooks == NULL || aggregator->hooks->on_start == NULL)
        return;
    etp_context context = etp_context_of(engine, &aggregator->node, ETP_TIME_NEVER);
    etp_hook_done(engine, &aggregator->node, aggregator->hooks->on_start(aggregator->user, &context));
}

/* ---- Queries ---- */

static void send_query(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    etp_energy need = aggregator->brief.need;
    etp_message message = {.type = ETP_QUERY,
                           .message_id = session->query_id,
                           .required_energy = need < ETP_ENERGY_MAX ? need : ETP_ENERGY_MAX};
    session->query_id = etp_outbox_send(engine, &aggregator->node, session->link, &message);
    /* After the last repeat an answer is worth having for as long as a window may be open. */
    const etp_timing *timing = &engine->options.timing;
    etp_time least = session->tries < QUERY_REPEATS ? timing->query_repeat : timing->window;
    etp_wheel_set(&aggregator->wheel, number, engine->now + etp_aggregator_patience(aggregator, least));
}

static bool wants_more(const struct aggregator *aggregator)
{
    return aggregator->brief.need > aggregator->open_energy + aggregator->totals.interval_energy &&
           aggregator->brief.budget > aggregator->open_money + aggregator->totals.interval_paid &&
           etp_demand_has_room(aggregator);
}

/* As far as this node has heard, the battery is there. */
static bool is_known(const struct aggregator_session *session)
{
    return session->state != AGGREGATOR_UNKNOWN && session->state != AGGREGATOR_GONE;
}

void etp_aggregator_begin_session(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    if (session->state == AGGREGATOR_CONFIRMING)
        return;
    if (session->state == AGGREGATOR_BIDDING)
        etp_aggregator_conclude(engine, aggregator, number, ETP_OUTCOME_EXPIRED, ETP_CODE_NONE, ETP_PRICE_NONE);
    if (!is_known(session))
        return;
    etp_aggregator_set_state(aggregator, number, AGGREGATOR_IDLE);
    if (!wants_more(aggregator))
        return;
    session->interval = (uint32_t)engine->interval.index;
    session->value = aggregator->brief.value;
    session->query_id = session->offer_id = 0;
    session->tries = 0;
    session->has_bid = false;
    if (session->idle) {
        etp_aggregator_set_state(aggregator, number, AGGREGATOR_OUT);
        return;
    }
    etp_aggregator_set_state(aggregator, number, AGGREGATOR_QUERIED);
    aggregator->totals.queries++;
    send_query(engine, aggregator, number);
}

void etp_aggregator_begin_interval(etp_engine *engine, struct aggregator *aggregator)
{
    aggregator->totals.interval_energy = 0;
    aggregator->totals.interval_paid = 0;
    etp_demand_begin_interval(aggregator);
    aggregator->asking = false;
    if (!aggregator->brief.takes_part || aggregator->node.failed || engine->shutting_down)
        return;
    if (aggregator->hooks != NULL && aggregator->hooks->on_interval != NULL) {
        etp_context context = etp_context_of(engine, &aggregator->node, ETP_TIME_NEVER);
        etp_market market = etp_market_of(engine);
        market.value = aggregator->brief.value;
        market.need = aggregator->brief.need;
        market.budget = aggregator->brief.budget;
        etp_hook_done(engine, &aggregator->node, aggregator->hooks->on_interval(aggregator->user, &context, &market));
    }
    etp_round_begin(engine, aggregator);
}

/* ---- timers ---- */

static void repeat_query(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    if (session->tries >= QUERY_REPEATS) {
        etp_aggregator_set_state(aggregator, number, AGGREGATOR_OUT);
        return;
    }
    session->tries++;
    send_query(engine, aggregator, number);
}

static bool is_lost(const etp_engine *engine, const struct aggregator_session *session)
{
    return engine->links[session->link].lost;
}

etp_event etp_aggregator_trade_event(const etp_engine *engine, const struct aggregator *aggregator, uint32_t number,
                                     etp_event_kind kind)
{
    const struct aggregator_session *session = &aggregator->sessions[number];
    etp_event event = etp_event_at(engine, &aggregator->node, kind, etp_session_peer(engine, session->link));
    int32_t intervals_ago = (int32_t)((uint32_t)engine->interval.index - session->interval);
    event.interval -= (uint64_t)intervals_ago;
    event.price = session->u.trade.sale_price;
    event.energy = session->u.trade.award;
    return event;
}

static void give_up_doubt(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    aggregator->totals.unresolved++;
    etp_event event = etp_aggregator_trade_event(engine, aggregator, number, ETP_EVENT_UNRESOLVED);
    event.message = session->u.trade.confirm_id;
    etp_observe(engine, &event);
    etp_aggregator_conclude(engine, aggregator, number, ETP_OUTCOME_EXPIRED, ETP_CODE_NONE, ETP_PRICE_NONE);
    if (is_lost(engine, session))
        etp_aggregator_set_state(aggregator, number, AGGREGATOR_GONE);
}

/* While its link is lost nothing is repeated: then it has fired because the battery is away for too long. */
static void repeat_confirm(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    if (is_lost(engine, session) || engine->now - session->asks_since >= engine->options.timing.doubt_limit) {
        give_up_doubt(engine, aggregator, number);
        return;
    }
    aggregator->loss_hint = aggregator->node.links;
    if (session->tries < UINT8_MAX)
        session->tries++;
    etp_aggregator_confirm(engine, aggregator, number);
}

static void session_due(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    switch ((enum aggregator_state)aggregator->sessions[number].state) {
    case AGGREGATOR_QUERIED:
        repeat_query(engine, aggregator, number);
        break;
    case AGGREGATOR_WAITING:
        etp_aggregator_ask(engine, aggregator, number, 2);
        break;
    case AGGREGATOR_BIDDING:
        if (engine->now < aggregator->sessions[number].closes)
            etp_aggregator_repeat_bid(engine, aggregator, number);
        else
            etp_aggregator_conclude(engine, aggregator, number, ETP_OUTCOME_EXPIRED, ETP_CODE_NONE, ETP_PRICE_NONE);
        break;
    case AGGREGATOR_CONFIRMING:
        repeat_confirm(engine, aggregator, number);
        break;
    default:
        break;
    }
}

void etp_aggregator_tick(etp_engine *engine, struct aggregator *aggregator)
{
    int32_t due;
    while ((due = etp_wheel_take(&aggregator->wheel, engine->now)) != WHEEL_NONE)
        session_due(engine, aggregator, (uint32_t)due);
    etp_round_run(engine, aggregator);
}

etp_time etp_aggregator_deadline(const etp_engine *engine, struct aggregator *aggregator)
{
    if (aggregator->node.failed)
        return ETP_TIME_NEVER;
    etp_time query = etp_round_time(engine, aggregator);
    etp_time session = etp_wheel_next(&aggregator->wheel);
    return query < session ? query : session;
}

etp_time etp_aggregator_patience(const struct aggregator *aggregator, etp_time least)
{
    etp_time twice = 2 * aggregator->round_trip;
    return twice > least ? twice : least;
}

/* ---- failure and the end ---- */

static bool is_open(const struct aggregator_session *session)
{
    return session->state == AGGREGATOR_QUERIED || session->state == AGGREGATOR_WAITING ||
           session->state == AGGREGATOR_BIDDING;
}

void etp_aggregator_fail(etp_engine *engine, struct aggregator *aggregator)
{
    aggregator->asking = false;
    for (uint32_t i = 0; i < aggregator->node.links; i++) {
        struct aggregator_session *session = &aggregator->sessions[i];
        etp_outbox_clear(engine, &engine->links[session->link]);
        etp_message message = {.type = ETP_DEVICE_FAILURE, .code = ETP_CODE_OFFLINE};
        etp_outbox_send(engine, &aggregator->node, session->link, &message);
        bool stays = session->state == AGGREGATOR_CONFIRMING || !is_known(session);
        if (session->state == AGGREGATOR_BIDDING)
            etp_aggregator_conclude(engine, aggregator, i, ETP_OUTCOME_FAILED, ETP_CODE_OFFLINE, ETP_PRICE_NONE);
        if (!stays)
            etp_aggregator_set_state(aggregator, i, AGGREGATOR_OUT);
    }
}

/* What was in doubt when the node failed still is: it goes on asking. */
void etp_aggregator_recover(etp_engine *engine, struct aggregator *aggregator)
{
    for (uint32_t i = 0; i < aggregator->node.links; i++) {
        const struct aggregator_session *session = &aggregator->sessions[i];
        if (session->state != AGGREGATOR_CONFIRMING)
            etp_link_say_farewell(engine, session->link);
        else if (!is_lost(engine, session))
            etp_aggregator_confirm(engine, aggregator, i);
    }
}

/* A battery would give up for it what it holds for us: where a trade is in doubt it is told when that is settled. */
void etp_aggregator_shut_down(etp_engine *engine, struct aggregator *aggregator)
{
    aggregator->asking = false;
    for (uint32_t i = 0; i < aggregator->node.links; i++) {
        struct aggregator_session *session = &aggregator->sessions[i];
        if (session->state != AGGREGATOR_CONFIRMING)
            etp_link_say_farewell(engine, session->link);
        if (!is_open(session))
            continue;
        if (session->state == AGGREGATOR_BIDDING)
            etp_aggregator_conclude(engine, aggregator, i, ETP_OUTCOME_FAILED, ETP_CODE_SHUTTING_DOWN, ETP_PRICE_NONE);
        etp_aggregator_set_state(aggregator, i, AGGREGATOR_OUT);
    }
}

void etp_aggregator_fault(etp_engine *engine, struct aggregator *aggregator, const etp_fault *fault)
{
    if (aggregator->hooks == NULL || aggregator->hooks->on_fault == NULL)
        return;
    etp_context context = etp_context_of(engine, &aggregator->node, ETP_TIME_NEVER);
    etp_hook_done(engine, &aggregator->node, aggregator->hooks->on_fault(aggregator->user, &context, fault));
}

/* ---- links that come and go ---- */

/* A trade in doubt can only be settled by the battery. Until it is back nothing is asked, and the limit of doubt does not
 * run: else a cut line would make the two sides differ for good. */
bool etp_aggregator_link_lost(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    bool open = is_open(session);
    if (session->state == AGGREGATOR_CONFIRMING)
        etp_wheel_set(&aggregator->wheel, number, engine->now + longest_absence);
    else if (session->state == AGGREGATOR_BIDDING)
        etp_aggregator_conclude(engine, aggregator, number, ETP_OUTCOME_FAILED, ETP_CODE_OFFLINE, ETP_PRICE_NONE);
    else if (session->state != AGGREGATOR_UNKNOWN)
        etp_aggregator_set_state(aggregator, number, AGGREGATOR_GONE);
    return open;
}

void etp_aggregator_link_up(etp_engine *engine, struct aggregator *aggregator, uint32_t number)
{
    struct aggregator_session *session = &aggregator->sessions[number];
    if (session->state != AGGREGATOR_CONFIRMING) {
        etp_link_say_farewell(engine, session->link);
        return;
    }
    session->asks_since = engine->now;
    session->tries = 0;
    if (!aggregator->node.failed)
        etp_aggregator_confirm(engine, aggregator, number);
}

/* SPDX-License-Identifier: MIT */
/*
 * A link is a peer for the engine's life. What carries it comes and goes, and the transport that knows says so. A lost link
 * takes nothing: what would be sent is counted and given up, so that no slot is kept for a peer that may never be back,
 * and nothing that it finds on its return is out of date. What then has to be said is known from the sessions' states, but
 * for one thing that is kept here: a failure that the peer was never told.
 */
#include "engine/internal.h"

/* Kept within the clock's range, whatever the peer says of its own. */
etp_time etp_link_created(const struct link *link, etp_id message)
{
    etp_time told = (etp_time)message * ETP_NS_PER_US;
    if (link->ahead >= 0)
        return told > link->ahead ? told - link->ahead : 0;
    return told < ETP_CLOCK_MAX + link->ahead ? told - link->ahead : ETP_CLOCK_MAX;
}

static void report(etp_engine *engine, const struct link *link, etp_event_kind kind)
{
    etp_event event = etp_event_at(engine, engine->nodes[link->node], kind, link->peer);
    etp_observe(engine, &event);
}

/* The engine's link, or what is wrong with asking for it. */
static int find(const etp_engine *engine, etp_link number, struct link **link)
{
    if (number >= engine->link_count)
        return ETP_ENOENT;
    *link = &engine->links[number];
    return engine->started ? ETP_OK : ETP_ESTATE;
}

static int lose(etp_engine *engine, etp_link number)
{
    struct link *link;
    int result = find(engine, number, &link);
    if (result != ETP_OK || link->lost)
        return result;
    struct node *node = engine->nodes[link->node];
    bool untold = etp_outbox_has_failure(engine, link);
    engine->stats.link_lost += etp_outbox_clear(engine, link);
    link->lost = true;
    link->blocked = false;
    report(engine, link, ETP_EVENT_LINK_LOST);
    if (!node->failed)
        etp_tell_fault(engine, node, &(etp_fault){.kind = ETP_FAULT_LINK, .peer = link->peer});
    bool open = node->role == ROLE_AGGREGATOR && etp_aggregator_link_lost(engine, as_aggregator(node), link->session);
    link->owes_failure = link->owes_failure || untold || open;
    etp_reschedule(engine, node);
    etp_outbox_flush(engine);
    return ETP_OK;
}

int etp_engine_link_lost(etp_engine *engine, etp_link link)
{
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, lose(engine, link)) : result;
}

static void send_owed_failure(etp_engine *engine, struct node *node, etp_link number)
{
    struct link *link = &engine->links[number];
    if (link->owes_failure || node->failed) {
        etp_message message = {.type = ETP_DEVICE_FAILURE, .code = ETP_CODE_OFFLINE};
        etp_outbox_send(engine, node, number, &message);
    }
    link->owes_failure = false;
}

void etp_link_say_farewell(etp_engine *engine, etp_link number)
{
    struct link *link = &engine->links[number];
    struct node *node = engine->nodes[link->node];
    if (!engine->shutting_down || link->lost || link->told_end || node->failed)
        return;
    etp_message message = {.type = ETP_TERMINATE, .code = ETP_CODE_SHUTTING_DOWN};
    etp_outbox_send(engine, node, number, &message);
    link->told_end = true;
}

static int restore(etp_engine *engine, etp_link number)
{
    struct link *link;
    int result = find(engine, number, &link);
    if (result != ETP_OK)
        return result;
    struct node *node = engine->nodes[link->node];
    link->lost = link->blocked = false;
    report(engine, link, ETP_EVENT_LINK_UP);
    send_owed_failure(engine, node, number);
    if (node->role == ROLE_BESS)
        etp_bess_meet(engine, as_bess(node), link->session);
    else
        etp_aggregator_link_up(engine, as_aggregator(node), link->session);
    etp_reschedule(engine, node);
    etp_outbox_flush(engine);
    return ETP_OK;
}

int etp_engine_link_up(etp_engine *engine, etp_link link)
{
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, restore(engine, link)) : result;
}

static int set_clock(etp_engine *engine, etp_link number, etp_time ahead)
{
    if (number >= engine->link_count)
        return ETP_ENOENT;
    if (ahead > ETP_CLOCK_MAX || ahead < -ETP_CLOCK_MAX)
        return ETP_ERANGE;
    engine->links[number].ahead = ahead;
    return ETP_OK;
}

int etp_engine_link_clock(etp_engine *engine, etp_link link, etp_time ahead)
{
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, set_clock(engine, link, ahead)) : result;
}

/* SPDX-License-Identifier: MIT */
/*
 * A frame's way in. Each message is checked in this order: the frame's seal, the message's form, the sender, the time
 * to live, the sender's role, duplicates. What passes has its delay measured and goes to the handler table of the
 * receiving node. Whatever is refused is counted with its reason, and nothing of it is acted on.
 */
#include "engine/internal.h"

static etp_refusal check_sender(const struct node *node, const struct link *link, const etp_message *message)
{
    if (message->device_id != link->peer)
        return ETP_REFUSED_WRONG_DEVICE;
    if (message->ttl == 0)
        return ETP_REFUSED_EXPIRED_TTL;
    bool fits =
        node->role == ROLE_BESS ? etp_type_sent_by_aggregator(message->type) : etp_type_sent_by_bess(message->type);
    return fits ? ETP_REFUSED_NONE : ETP_REFUSED_WRONG_ROLE;
}

void etp_tell_fault(etp_engine *engine, struct node *node, const etp_fault *fault)
{
    if (node->role == ROLE_BESS)
        etp_bess_fault(engine, as_bess(node), fault);
    else
        etp_aggregator_fault(engine, as_aggregator(node), fault);
}

/* From creation, which is the message's id, to here. A clock that is behind the sender's shows as 0. */
static void measure_delay(etp_engine *engine, struct node *node, const struct link *link, const etp_message *message)
{
    etp_time delay = engine->now - etp_link_created(link, message->message_id);
    if (delay < 0)
        delay = 0;
    etp_histogram_add(&engine->delays[message->type], (uint64_t)(delay / ETP_NS_PER_US));
    if (delay <= etp_type_delay_limit(message->type))
        return;
    engine->stats.late[message->type]++;
    etp_event event = etp_event_at(engine, node, ETP_EVENT_LATE, message->device_id);
    event.message = message->message_id;
    event.type = message->type;
    event.delay = delay;
    etp_observe(engine, &event);
    etp_fault fault = {
        .kind = ETP_FAULT_DELAY, .peer = message->device_id, .type = (etp_type)message->type, .delay = delay};
    etp_tell_fault(engine, node, &fault);
}

static void take(etp_engine *engine, const struct link *link, const etp_message *message)
{
    struct node *node = engine->nodes[link->node];
    etp_refusal refusal = check_sender(node, link, message);
    if (refusal == ETP_REFUSED_NONE)
        refusal = node->role == ROLE_BESS ? etp_bess_judge(engine, as_bess(node), link->session, message)
                                          : etp_aggregator_judge(engine, as_aggregator(node), link->session, message);
    if (refusal != ETP_REFUSED_NONE) {
        etp_refuse(engine, node, link->peer, message->type, refusal);
        return;
    }
    engine->stats.received[message->type]++;
    measure_delay(engine, node, link, message);
    if (node->role == ROLE_BESS)
        etp_bess_receive(engine, as_bess(node), link->session, message);
    else
        etp_aggregator_receive(engine, as_aggregator(node), link->session, message);
}

static void take_frame(etp_engine *engine, const struct link *link, const void *frame, size_t size)
{
    struct node *node = engine->nodes[link->node];
    etp_frame_reader reader;
    etp_refusal refusal = etp_frame_open(&reader, frame, size);
    while (refusal == ETP_REFUSED_NONE && etp_frame_more(&reader)) {
        etp_message message;
        refusal = etp_frame_next(&reader, &message);
        if (refusal == ETP_REFUSED_NONE)
            take(engine, link, &message);
    }
    if (refusal != ETP_REFUSED_NONE)
        etp_refuse(engine, node, link->peer, 0, refusal);
}

static etp_time deadline_of(const etp_engine *engine, struct node *node)
{
    return node->role == ROLE_BESS ? etp_bess_deadline(as_bess(node))
                                   : etp_aggregator_deadline(engine, as_aggregator(node));
}

void etp_reschedule(etp_engine *engine, struct node *node)
{
    etp_time deadline = engine->started ? deadline_of(engine, node) : ETP_TIME_NEVER;
    etp_heap_set(&engine->timers, node->number, deadline, node->number);
}

static int receive(etp_engine *engine, etp_link number, const void *frame, size_t size)
{
    if (number >= engine->link_count) {
        engine->stats.refused[ETP_REFUSED_UNKNOWN_LINK]++;
        return ETP_ENOENT;
    }
    const struct link *link = &engine->links[number];
    struct node *node = engine->nodes[link->node];
    engine->stats.frames_received++;
    if (!engine->started || link->lost)
        return ETP_ESTATE;
    if (node->failed)
        return ETP_OK;
    take_frame(engine, link, frame, size);
    etp_reschedule(engine, node);
    etp_outbox_flush(engine);
    return ETP_OK;
}

int etp_engine_receive(etp_engine *engine, etp_link link, const void *frame, size_t size)
{
    if (frame == NULL)
        return ETP_EINVAL;
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, receive(engine, link, frame, size)) : result;
}

static void advance(etp_engine *engine, etp_time now)
{
    if (now > engine->now)
        engine->now = now;
    for (;;) {
        const struct heap_item *first = etp_heap_first(&engine->timers);
        if (first == NULL || first->time > engine->now)
            return;
        struct node *node = engine->nodes[first->number];
        if (node->role == ROLE_BESS)
            etp_bess_tick(engine, as_bess(node));
        else
            etp_aggregator_tick(engine, as_aggregator(node));
        etp_reschedule(engine, node);
        etp_outbox_flush(engine);
    }
}

int etp_engine_advance(etp_engine *engine, etp_time now)
{
    if (now > ETP_CLOCK_MAX)
        return ETP_ERANGE;
    int result = etp_engine_enter(engine);
    if (result != ETP_OK)
        return result;
    advance(engine, now);
    return etp_engine_leave(engine, ETP_OK);
}

etp_time etp_engine_deadline(const etp_engine *engine)
{
    if (engine == NULL)
        return ETP_TIME_NEVER;
    const struct heap_item *first = etp_heap_first(&engine->timers);
    return first == NULL ? ETP_TIME_NEVER : first->time;
}

/* SPDX-License-Identifier: MIT */
#include "engine/internal.h"

const char *etp_event_name(etp_event_kind kind)
{
    static const char *const names[] = {"register",   "query",   "response", "bid",       "accept",
                                        "reject",     "confirm", "lapse",    "receipt",   "void",
                                        "unresolved", "status",  "failure",  "recovery",  "terminate",
                                        "hook_error", "refused", "late",     "link_lost", "link_up"};
    _Static_assert(sizeof names / sizeof *names == ETP_EVENTS, "every kind has a name");
    return (unsigned)kind < ETP_EVENTS ? names[kind] : "?";
}

etp_event etp_event_at(const etp_engine *engine, const struct node *node, etp_event_kind kind, etp_id peer)
{
    return (etp_event){.kind = kind,
                       .when = engine->now,
                       .interval = engine->interval.index,
                       .node = node->number,
                       .device = node->device_id,
                       .peer = peer,
                       .price = ETP_PRICE_NONE,
                       .reserve = ETP_PRICE_NONE,
                       .value = ETP_PRICE_NONE};
}

void etp_observe(etp_engine *engine, const etp_event *event)
{
    if (engine->options.observer.on_event != NULL)
        engine->options.observer.on_event(engine->options.observer.user, event);
}

etp_context etp_context_of(etp_engine *engine, struct node *node, etp_time deadline)
{
    return (etp_context){.size = sizeof(etp_context),
                         .now = engine->now,
                         .deadline = deadline,
                         .node = node->number,
                         .device_id = node->device_id,
                         .name = node->name,
                         .rng = &node->rng,
                         .history = node->role == ROLE_AGGREGATOR ? &as_aggregator(node)->history : NULL};
}

bool etp_hook_done(etp_engine *engine, struct node *node, int result)
{
    engine->stats.hook_calls++;
    if (node->role == ROLE_AGGREGATOR)
        as_aggregator(node)->totals.hook_calls++;
    if (result >= 0)
        return true;
    engine->stats.hook_errors++;
    if (node->role == ROLE_AGGREGATOR)
        as_aggregator(node)->totals.hook_errors++;
    etp_event event = etp_event_at(engine, node, ETP_EVENT_HOOK_ERROR, 0);
    etp_observe(engine, &event);
    return false;
}

etp_market etp_market_of(const etp_engine *engine)
{
    const etp_interval *interval = &engine->interval;
    return (etp_market){.index = interval->index,
                        .starts = interval->starts,
                        .ends = interval->ends,
                        .second_of_day = interval->second_of_day,
                        .spot = interval->spot,
                        .forecast = interval->forecast,
                        .mechanism = engine->options.mechanism};
}

void etp_refuse(etp_engine *engine, struct node *node, etp_id peer, unsigned type, etp_refusal refusal)
{
    engine->stats.refused[refusal]++;
    etp_event event = etp_event_at(engine, node, ETP_EVENT_REFUSED, peer);
    event.refusal = (uint8_t)refusal;
    event.type = (uint8_t)type;
    etp_observe(engine, &event);
}

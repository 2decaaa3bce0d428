/* SPDX-License-Identifier: MIT */
/*
 * What need not be sent between two nodes of one engine, because nobody would do anything about it: see
 * etp_engine_pair_links(). Nothing else of a node may look at another.
 */
#include "engine/internal.h"

static const etp_time settling = 60 * ETP_NS_PER_SECOND;

static bool may_pair(const etp_engine *engine, etp_link number, enum role role)
{
    return number < engine->link_count && engine->nodes[engine->links[number].node]->role == (uint8_t)role;
}

int etp_engine_pair_links(etp_engine *engine, etp_link at_bess, etp_link at_aggregator)
{
    if (engine == NULL)
        return ETP_EINVAL;
    if (engine->started)
        return ETP_ESTATE;
    if (!may_pair(engine, at_bess, ROLE_BESS) || !may_pair(engine, at_aggregator, ROLE_AGGREGATOR))
        return ETP_ENOENT;
    struct link *a = &engine->links[at_bess], *b = &engine->links[at_aggregator];
    if (a->peer != engine->nodes[b->node]->device_id || b->peer != engine->nodes[a->node]->device_id)
        return ETP_ERANGE;
    a->pair = at_aggregator;
    b->pair = at_bess;
    return ETP_OK;
}

etp_energy etp_bess_lot(const struct bess *bess)
{
    etp_energy available = etp_battery_available(bess->battery);
    return bess->brief.lot < available ? bess->brief.lot : available;
}

/* The first Query after a battery's return is never idle: it tells the battery that it has been heard. */
bool etp_query_is_idle(const etp_engine *engine, uint32_t link)
{
    uint32_t pair = engine->links[link].pair;
    if (pair == NO_LINK)
        return false;
    const struct bess *bess = as_bess(engine->nodes[engine->links[pair].node]);
    const struct bess_session *session = &bess->sessions[engine->links[pair].session];
    return etp_bess_lot(bess) <= 0 && session->heard && !bess->node.failed;
}

void etp_bess_settle(const etp_engine *engine, struct bess *bess)
{
    bess->settled_at = engine->now + settling;
}

/* Just after a battery's return its peer may still be about to learn that it had failed. */
bool etp_news_is_idle(const etp_engine *engine, const struct bess *bess, uint32_t link)
{
    uint32_t pair = engine->links[link].pair;
    if (pair == NO_LINK || engine->now < bess->settled_at)
        return false;
    const struct aggregator *aggregator = as_aggregator(engine->nodes[engine->links[pair].node]);
    const struct aggregator_session *session = &aggregator->sessions[engine->links[pair].session];
    return session->state != AGGREGATOR_UNKNOWN && session->state != AGGREGATOR_GONE;
}

/* SPDX-License-Identifier: MIT */
/*
 * What need not be sent between two nodes of one engine, because nobody would do anything about it: see
 * etp_engine_pair_links(). Nothing else of a node may look at another.
 */
#include "engine/internal.h"

static const etp_time settling = 60 * ETP_NS_PER_SECOND;

static const struct link *link_at(const etp_engine *engine, etp_link number, enum role role)
{
    bool there = number < engine->link_count && engine->nodes[engine->links[number].node]->role == (uint8_t)role;
    return there ? &engine->links[number] : NULL;
}

int etp_engine_pair_links(etp_engine *engine, etp_link at_bess, etp_link at_aggregator)
{
    if (engine == NULL)
        return ETP_EINVAL;
    if (engine->started)
        return ETP_ESTATE;
    const struct link *a = link_at(engine, at_bess, ROLE_BESS), *b = link_at(engine, at_aggregator, ROLE_AGGREGATOR);
    if (a == NULL || b == NULL)
        return ETP_ENOENT;
    if (a->peer != engine->nodes[b->node]->device_id || b->peer != engine->nodes[a->node]->device_id)
        return ETP_ERANGE;
    as_bess(engine->nodes[a->node])->sessions[a->session].pair =
        &as_aggregator(engine->nodes[b->node])->sessions[b->session];
    return ETP_OK;
}

etp_energy etp_bess_lot(const struct bess *bess)
{
    etp_energy available = etp_battery_available(bess->battery);
    return bess->brief.lot < available ? bess->brief.lot : available;
}

/* The first Query after a battery's return is never idle: it tells the battery that it has been heard. */
void etp_bess_tell_pairs(struct bess *bess)
{
    bool nothing = !bess->node.failed && etp_bess_lot(bess) <= 0;
    for (uint32_t i = 0; i < bess->node.links; i++) {
        const struct bess_session *session = &bess->sessions[i];
        if (session->pair != NULL)
            session->pair->idle = nothing && session->heard;
    }
}

void etp_bess_settle(const etp_engine *engine, struct bess *bess)
{
    bess->settled_at = engine->now + settling;
}

/* Just after a battery's return its peer may still be about to learn that it had failed. */
bool etp_bess_news_is_idle(const etp_engine *engine, const struct bess *bess, uint32_t session)
{
    const struct aggregator_session *pair = bess->sessions[session].pair;
    if (pair == NULL || engine->now < bess->settled_at)
        return false;
    return pair->state != AGGREGATOR_UNKNOWN && pair->state != AGGREGATOR_GONE;
}

/* SPDX-License-Identifier: MIT */
/* Nodes and links are added, with all the memory that they will ever take; then the engine starts. Links may follow. */
#include "engine/internal.h"

static const etp_price default_base_reserve = 83 * ETP_PRICE_PER_CENT / 10;

void etp_bess_defaults(etp_bess_options *options)
{
    if (options != NULL)
        *options = (etp_bess_options){.size = sizeof *options, .base_reserve = default_base_reserve};
}

void etp_aggregator_defaults(etp_aggregator_options *options)
{
    if (options != NULL)
        *options = (etp_aggregator_options){.size = sizeof *options};
}

static int check_node(const etp_engine *engine, size_t size, size_t expected, etp_id device_id, unsigned peers)
{
    if (size != expected)
        return ETP_EINVAL;
    if (engine->started || engine->busy)
        return ETP_ESTATE;
    if (device_id == 0 || device_id > ETP_ID_MAX || peers == 0)
        return ETP_ERANGE;
    if (engine->node_count >= engine->options.max_nodes)
        return ETP_EFULL;
    for (uint32_t i = 0; i < engine->node_count; i++)
        if (engine->nodes[i]->device_id == device_id)
            return ETP_EEXIST;
    return ETP_OK;
}

/* Room to rank the bids of the largest book. */
static int grow_order(etp_engine *engine, unsigned peers)
{
    if (peers <= engine->order_room)
        return ETP_OK;
    unsigned *order = etp_take_memory(engine, (size_t)2 * peers * sizeof *order);
    etp_bid *ranked = etp_take_memory(engine, peers * sizeof *ranked);
    if (order == NULL || ranked == NULL) {
        etp_give_memory(engine, order, (size_t)2 * peers * sizeof *order);
        etp_give_memory(engine, ranked, peers * sizeof *ranked);
        return ETP_ENOMEM;
    }
    etp_give_memory(engine, engine->order, (size_t)2 * engine->order_room * sizeof *order);
    etp_give_memory(engine, engine->ranked, engine->order_room * sizeof *ranked);
    engine->order = order;
    engine->ranked = ranked;
    engine->order_room = peers;
    return ETP_OK;
}

static void add_node(etp_engine *engine, struct node *node, enum role role, etp_id device_id, const char *name,
                     unsigned peers, etp_node *number)
{
    node->role = (uint8_t)role;
    node->number = engine->node_count;
    node->device_id = device_id;
    node->name = name != NULL ? name : "";
    node->peers = peers;
    /* Keyed by the device, so that a node draws the same in whatever company it runs. */
    etp_rng_seed(&node->rng, etp_hash(engine->options.seed, device_id, 0, 0));
    engine->nodes[engine->node_count++] = node;
    *number = node->number;
}

static etp_price base_reserve_of(etp_price wanted)
{
    return wanted > 0 ? wanted : default_base_reserve;
}

int etp_engine_set_base_reserve(etp_engine *engine, etp_node number, etp_price base_reserve)
{
    if (engine == NULL || number >= engine->node_count || engine->nodes[number]->role != ROLE_BESS)
        return ETP_EINVAL;
    if (engine->busy)
        return ETP_ESTATE;
    if (base_reserve < 0 || base_reserve > ETP_PRICE_MAX)
        return ETP_ERANGE;
    as_bess(engine->nodes[number])->base_reserve = base_reserve_of(base_reserve);
    return ETP_OK;
}

int etp_engine_add_bess(etp_engine *engine, const etp_bess_options *options, etp_node *number)
{
    if (engine == NULL || options == NULL || number == NULL)
        return ETP_EINVAL;
    int result = check_node(engine, options->size, sizeof *options, options->device_id, options->peers);
    if (result != ETP_OK)
        return result;
    if (options->hooks != NULL && options->hooks->size != sizeof *options->hooks)
        return ETP_EINVAL;
    if (options->battery == NULL || options->battery->spec.capacity == 0 || options->base_reserve < 0 ||
        options->base_reserve > ETP_PRICE_MAX)
        return ETP_ERANGE;
    result = grow_order(engine, options->peers);
    if (result != ETP_OK)
        return result;
    struct bess *bess = etp_take_memory(engine, sizeof *bess);
    size_t size = options->peers * (sizeof(struct bess_session) + sizeof(etp_bid));
    struct bess_session *sessions = bess != NULL ? etp_take_memory(engine, size) : NULL;
    if (sessions == NULL) {
        etp_give_memory(engine, bess, sizeof *bess);
        return ETP_ENOMEM;
    }
    add_node(engine, &bess->node, ROLE_BESS, options->device_id, options->name, options->peers, number);
    bess->battery = options->battery;
    bess->hooks = options->hooks;
    bess->user = options->hooks_user;
    bess->base_reserve = base_reserve_of(options->base_reserve);
    bess->sessions = sessions;
    bess->book = (etp_bid *)(void *)(sessions + options->peers);
    bess->lowest_won = ETP_PRICE_NONE;
    bess->repeat_at = bess->register_at = bess->status_at = ETP_TIME_NEVER;
    return ETP_OK;
}

int etp_engine_add_aggregator(etp_engine *engine, const etp_aggregator_options *options, etp_node *number)
{
    if (engine == NULL || options == NULL || number == NULL)
        return ETP_EINVAL;
    int result = check_node(engine, options->size, sizeof *options, options->device_id, options->peers);
    if (result != ETP_OK)
        return result;
    if (options->hooks != NULL && options->hooks->size != sizeof *options->hooks)
        return ETP_EINVAL;
    if (options->steps > UINT16_MAX)
        return ETP_ERANGE;
    struct aggregator *aggregator = etp_take_memory(engine, sizeof *aggregator);
    if (aggregator == NULL)
        return ETP_ENOMEM;
    aggregator->node.peers = options->peers;
    aggregator->step_room = options->steps;
    if (etp_aggregator_init(engine, aggregator) != ETP_OK) {
        etp_aggregator_fini(engine, aggregator);
        etp_give_memory(engine, aggregator, sizeof *aggregator);
        return ETP_ENOMEM;
    }
    add_node(engine, &aggregator->node, ROLE_AGGREGATOR, options->device_id, options->name, options->peers, number);
    aggregator->hooks = options->hooks;
    aggregator->user = options->hooks_user;
    return ETP_OK;
}

static uint32_t session_link(const struct node *node, uint32_t session)
{
    return node->role == ROLE_BESS ? ((const struct bess *)(const void *)node)->sessions[session].link
                                   : ((const struct aggregator *)(const void *)node)->sessions[session].link;
}

static bool has_peer(const etp_engine *engine, const struct node *node, etp_id peer)
{
    for (uint32_t i = 0; i < node->links; i++)
        if (engine->links[session_link(node, i)].peer == peer)
            return true;
    return false;
}

static int add_link(etp_engine *engine, etp_node number, etp_id peer, etp_link *made)
{
    if (number >= engine->node_count)
        return ETP_ENOENT;
    struct node *node = engine->nodes[number];
    if (peer == 0 || peer > ETP_ID_MAX || peer == node->device_id)
        return ETP_ERANGE;
    if (node->links >= node->peers || engine->link_count >= engine->options.max_links)
        return ETP_EFULL;
    /* A battery has few peers; an aggregator's many are the host's to keep apart, for a search of them is not free. */
    if (node->role == ROLE_BESS && has_peer(engine, node, peer))
        return ETP_EEXIST;
    uint32_t link = engine->link_count++, session = node->links++;
    engine->links[link] = (struct link){.peer = peer,
                                        .node = number,
                                        .session = session,
                                        .first_slot = NO_SLOT,
                                        .next_dirty = NO_LINK,
                                        .lost = engine->started};
    if (node->role == ROLE_BESS) {
        as_bess(node)->sessions[session].link = link;
    } else {
        as_aggregator(node)->sessions[session].link = link;
        etp_round_add(engine, as_aggregator(node), session, peer);
    }
    *made = link;
    if (engine->started)
        etp_reschedule(engine, node);
    return ETP_OK;
}

int etp_engine_add_link(etp_engine *engine, etp_node number, etp_id peer, etp_link *made)
{
    if (made == NULL)
        return ETP_EINVAL;
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, add_link(engine, number, peer, made)) : result;
}

static int start(etp_engine *engine)
{
    if (engine->started)
        return ETP_ESTATE;
    engine->started = true;
    for (uint32_t i = 0; i < engine->node_count; i++) {
        struct node *node = engine->nodes[i];
        if (node->role == ROLE_BESS)
            etp_bess_start(engine, as_bess(node));
        else
            etp_aggregator_start(engine, as_aggregator(node));
        etp_reschedule(engine, node);
    }
    etp_outbox_flush(engine);
    return ETP_OK;
}

int etp_engine_start(etp_engine *engine)
{
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, start(engine)) : result;
}

/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "engine/internal.h"

static const etp_price default_tick = ETP_PRICE_PER_CENT / 10;
static const etp_price default_base_reserve = 83000;

void etp_timing_defaults(etp_timing *timing)
{
    *timing = (etp_timing){.window = 2 * ETP_NS_PER_SECOND,
                           .hold = ETP_NS_PER_SECOND,
                           .query_spread = 10 * ETP_NS_PER_SECOND,
                           .query_repeat = 400 * ETP_NS_PER_MS,
                           .confirm_repeat = 250 * ETP_NS_PER_MS,
                           .decide_lead = 500 * ETP_NS_PER_MS,
                           .register_period = ETP_NS_PER_HOUR,
                           .status_period = ETP_NS_PER_HOUR / 4,
                           .doubt_limit = ETP_NS_PER_HOUR / 6};
}

void etp_engine_defaults(etp_engine_options *options)
{
    *options = (etp_engine_options){.size = sizeof(etp_engine_options), .tick = default_tick};
    etp_timing_defaults(&options->timing);
}

/* ---- life ---- */

static int check_options(const etp_engine_options *options, etp_error *error)
{
    const etp_timing *timing = &options->timing;
    if (options->size != sizeof(etp_engine_options))
        return etp_fail(error, ETP_EINVAL, "etp_engine_options.size is %zu, not %zu: set it with etp_engine_defaults()",
                        options->size, sizeof(etp_engine_options));
    if (options->transport.send == NULL)
        return etp_fail(error, ETP_EINVAL, "the engine needs a transport: set transport.send");
    if (options->max_nodes == 0 || options->max_links == 0)
        return etp_fail(error, ETP_EINVAL, "max_nodes and max_links must be at least 1");
    if (timing->window <= 0 || timing->hold <= 0)
        return etp_fail(error, ETP_EINVAL, "the window and the hold must be longer than 0");
    if (timing->query_repeat <= 0 || timing->confirm_repeat <= 0 || timing->register_period <= 0 ||
        timing->status_period <= 0 || timing->doubt_limit <= 0)
        return etp_fail(error, ETP_EINVAL, "repeats, periods and limits must be longer than 0");
    if (timing->query_spread < 0 || timing->query_spread > ETP_NS_PER_HOUR || timing->decide_lead < 0 ||
        timing->decide_lead >= timing->window)
        return etp_fail(error, ETP_EINVAL,
                        "the query spread must be 0 to an hour, the decision's lead 0 to less than the window");
    if (options->now < 0 || options->tick < 0)
        return etp_fail(error, ETP_EINVAL, "the clock and the tick cannot be negative");
    return ETP_OK;
}

static void *take_memory(const etp_engine *engine, size_t size)
{
    return engine->allocator->allocate(engine->allocator->user, size);
}

static void give_memory(const etp_engine *engine, void *memory, size_t size)
{
    if (memory != NULL)
        engine->allocator->release(engine->allocator->user, memory, size);
}

static int take_tables(etp_engine *engine)
{
    engine->nodes = take_memory(engine, engine->options.max_nodes * sizeof *engine->nodes);
    engine->links = take_memory(engine, engine->options.max_links * sizeof *engine->links);
    if (engine->nodes == NULL || engine->links == NULL)
        return ETP_ENOMEM;
    int result = etp_heap_init(&engine->timers, engine->options.max_nodes, engine->allocator);
    return result == ETP_OK ? outbox_init(engine) : result;
}

int etp_engine_new(etp_engine **made, const etp_engine_options *options, etp_error *error)
{
    *made = NULL;
    int result = check_options(options, error);
    if (result != ETP_OK)
        return result;
    const etp_allocator *allocator = options->allocator != NULL ? options->allocator : etp_default_allocator();
    etp_engine *engine = allocator->allocate(allocator->user, sizeof *engine);
    if (engine == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for the engine");
    engine->options = *options;
    engine->allocator = allocator;
    engine->now = options->now;
    if (engine->options.tick == 0)
        engine->options.tick = default_tick;
    engine->interval.spot = ETP_PRICE_NONE;
    if (take_tables(engine) != ETP_OK) {
        etp_engine_free(engine);
        return etp_fail(error, ETP_ENOMEM, "no memory for %u nodes and %u links", options->max_nodes,
                        options->max_links);
    }
    *made = engine;
    return ETP_OK;
}

static size_t bess_size(const struct node *node)
{
    return node->peers * (sizeof(struct bess_session) + sizeof(etp_bid));
}

static void free_node(etp_engine *engine, struct node *node)
{
    if (node->role == ROLE_BESS) {
        give_memory(engine, as_bess(node)->sessions, bess_size(node));
        give_memory(engine, node, sizeof(struct bess));
    } else {
        aggregator_fini(engine, as_aggregator(node));
        give_memory(engine, node, sizeof(struct aggregator));
    }
}

void etp_engine_free(etp_engine *engine)
{
    if (engine == NULL)
        return;
    for (uint32_t i = 0; i < engine->node_count; i++)
        free_node(engine, engine->nodes[i]);
    outbox_fini(engine);
    etp_heap_fini(&engine->timers, engine->allocator);
    give_memory(engine, engine->order, 2 * engine->order_room * sizeof *engine->order);
    give_memory(engine, engine->ranked, engine->order_room * sizeof *engine->ranked);
    give_memory(engine, engine->links, engine->options.max_links * sizeof *engine->links);
    give_memory(engine, engine->nodes, engine->options.max_nodes * sizeof *engine->nodes);
    give_memory(engine, engine, sizeof *engine);
}

/* ---- building ---- */

static int check_node(const etp_engine *engine, size_t size, size_t expected, etp_id device_id, unsigned peers)
{
    if (size != expected)
        return ETP_EINVAL;
    if (engine->started)
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
    unsigned *order = take_memory(engine, 2 * peers * sizeof *order);
    etp_bid *ranked = take_memory(engine, peers * sizeof *ranked);
    if (order == NULL || ranked == NULL) {
        give_memory(engine, order, 2 * peers * sizeof *order);
        give_memory(engine, ranked, peers * sizeof *ranked);
        return ETP_ENOMEM;
    }
    give_memory(engine, engine->order, 2 * engine->order_room * sizeof *order);
    give_memory(engine, engine->ranked, engine->order_room * sizeof *ranked);
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

int etp_engine_add_bess(etp_engine *engine, const etp_bess_options *options, etp_node *number)
{
    int result = check_node(engine, options->size, sizeof *options, options->device_id, options->peers);
    if (result != ETP_OK)
        return result;
    if (options->battery == NULL || options->base_reserve < 0 || options->base_reserve > ETP_PRICE_MAX)
        return ETP_ERANGE;
    result = grow_order(engine, options->peers);
    if (result != ETP_OK)
        return result;
    struct bess *bess = take_memory(engine, sizeof *bess);
    size_t size = options->peers * (sizeof(struct bess_session) + sizeof(etp_bid));
    struct bess_session *sessions = bess != NULL ? take_memory(engine, size) : NULL;
    if (sessions == NULL) {
        give_memory(engine, bess, sizeof *bess);
        return ETP_ENOMEM;
    }
    add_node(engine, &bess->node, ROLE_BESS, options->device_id, options->name, options->peers, number);
    bess->battery = options->battery;
    bess->hooks = options->hooks;
    bess->user = options->hooks_user;
    bess->base_reserve = options->base_reserve > 0 ? options->base_reserve : default_base_reserve;
    bess->sessions = sessions;
    bess->book = (etp_bid *)(void *)(sessions + options->peers);
    bess->lowest_won = ETP_PRICE_NONE;
    bess->repeat_at = bess->register_at = bess->status_at = ETP_TIME_NEVER;
    return ETP_OK;
}

int etp_engine_add_aggregator(etp_engine *engine, const etp_aggregator_options *options, etp_node *number)
{
    int result = check_node(engine, options->size, sizeof *options, options->device_id, options->peers);
    if (result != ETP_OK)
        return result;
    struct aggregator *aggregator = take_memory(engine, sizeof *aggregator);
    if (aggregator == NULL)
        return ETP_ENOMEM;
    aggregator->node.peers = options->peers;
    if (aggregator_init(engine, aggregator) != ETP_OK) {
        aggregator_fini(engine, aggregator);
        give_memory(engine, aggregator, sizeof *aggregator);
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

int etp_engine_add_link(etp_engine *engine, etp_node number, etp_id peer, etp_link *made)
{
    if (number >= engine->node_count)
        return ETP_ENOENT;
    struct node *node = engine->nodes[number];
    if (engine->started)
        return ETP_ESTATE;
    if (peer == 0 || peer > ETP_ID_MAX)
        return ETP_ERANGE;
    if (node->links >= node->peers || engine->link_count >= engine->options.max_links)
        return ETP_EFULL;
    /* A battery has few peers; an aggregator's many are the host's to keep apart, for a search of them is not free. */
    if (node->role == ROLE_BESS && has_peer(engine, node, peer))
        return ETP_EEXIST;
    uint32_t link = engine->link_count++, session = node->links++;
    engine->links[link] =
        (struct link){.peer = peer, .node = number, .session = session, .first_slot = NO_SLOT, .next_dirty = NO_LINK};
    if (node->role == ROLE_BESS) {
        as_bess(node)->sessions[session].link = link;
    } else {
        as_aggregator(node)->sessions[session].link = link;
        aggregator_add_session(as_aggregator(node), session, peer, engine->options.timing.query_spread);
    }
    *made = link;
    return ETP_OK;
}

int etp_engine_start(etp_engine *engine)
{
    if (engine->started)
        return ETP_ESTATE;
    engine->started = true;
    for (uint32_t i = 0; i < engine->node_count; i++) {
        struct node *node = engine->nodes[i];
        if (node->role == ROLE_BESS)
            bess_start(engine, as_bess(node));
        else
            aggregator_start(engine, as_aggregator(node));
        reschedule(engine, node);
    }
    outbox_flush(engine);
    return ETP_OK;
}

/* ---- running ---- */

static struct node *node_of(const etp_engine *engine, etp_node number, enum role role)
{
    if (number >= engine->node_count || engine->nodes[number]->role != role)
        return NULL;
    return engine->nodes[number];
}

int etp_engine_brief_bess(etp_engine *engine, etp_node number, const etp_bess_brief *brief)
{
    struct node *node = node_of(engine, number, ROLE_BESS);
    if (node == NULL)
        return ETP_EINVAL;
    as_bess(node)->brief = *brief;
    return ETP_OK;
}

int etp_engine_brief_aggregator(etp_engine *engine, etp_node number, const etp_aggregator_brief *brief)
{
    struct node *node = node_of(engine, number, ROLE_AGGREGATOR);
    if (node == NULL)
        return ETP_EINVAL;
    as_aggregator(node)->brief = *brief;
    return ETP_OK;
}

/* What is open still belongs to the interval that ends. */
static void end_auctions(etp_engine *engine)
{
    for (uint32_t i = 0; i < engine->node_count; i++)
        if (engine->nodes[i]->role == ROLE_BESS)
            bess_abort_auction(engine, as_bess(engine->nodes[i]), ETP_CODE_EXPIRED);
}

int etp_engine_begin_interval(etp_engine *engine, const etp_interval *interval)
{
    const etp_timing *timing = &engine->options.timing;
    if (!engine->started)
        return ETP_ESTATE;
    if (interval->ends - interval->starts < timing->query_spread + timing->window + 2 * timing->hold)
        return ETP_ERANGE;
    end_auctions(engine);
    engine->interval = *interval;
    engine->in_interval = true;
    for (uint32_t i = 0; i < engine->node_count; i++) {
        struct node *node = engine->nodes[i];
        if (node->role == ROLE_BESS)
            bess_begin_interval(engine, as_bess(node));
        else
            aggregator_begin_interval(engine, as_aggregator(node));
        reschedule(engine, node);
    }
    outbox_flush(engine);
    return ETP_OK;
}

static void report_change(etp_engine *engine, const struct node *node, etp_event_kind kind)
{
    etp_event event = event_at(engine, node, kind, 0);
    event.code = kind == ETP_EVENT_FAILURE ? ETP_CODE_OFFLINE : ETP_CODE_NONE;
    observe(engine, &event);
}

int etp_engine_fail(etp_engine *engine, etp_node number)
{
    if (number >= engine->node_count)
        return ETP_ENOENT;
    struct node *node = engine->nodes[number];
    if (node->failed || !engine->started)
        return ETP_ESTATE;
    report_change(engine, node, ETP_EVENT_FAILURE);
    if (node->role == ROLE_BESS)
        bess_fail(engine, as_bess(node));
    else
        aggregator_fail(engine, as_aggregator(node));
    node->failed = true;
    reschedule(engine, node);
    outbox_flush(engine);
    return ETP_OK;
}

int etp_engine_recover(etp_engine *engine, etp_node number)
{
    if (number >= engine->node_count)
        return ETP_ENOENT;
    struct node *node = engine->nodes[number];
    if (!node->failed)
        return ETP_ESTATE;
    node->failed = false;
    report_change(engine, node, ETP_EVENT_RECOVERY);
    if (node->role == ROLE_BESS)
        bess_recover(engine, as_bess(node));
    else
        aggregator_recover(engine, as_aggregator(node));
    reschedule(engine, node);
    outbox_flush(engine);
    return ETP_OK;
}

void etp_engine_shut_down(etp_engine *engine)
{
    engine->shutting_down = true;
    for (uint32_t i = 0; i < engine->node_count && engine->started; i++) {
        struct node *node = engine->nodes[i];
        if (node->failed)
            continue;
        if (node->role == ROLE_BESS)
            bess_shut_down(engine, as_bess(node));
        else
            aggregator_shut_down(engine, as_aggregator(node));
        reschedule(engine, node);
    }
    outbox_flush(engine);
}

/* ---- reading ---- */

etp_time etp_engine_now(const etp_engine *engine)
{
    return engine->now;
}

int etp_engine_sold(const etp_engine *engine, etp_node number, etp_energy *energy, etp_money *revenue)
{
    struct node *node = node_of(engine, number, ROLE_BESS);
    if (node == NULL)
        return ETP_EINVAL;
    *energy = as_bess(node)->auction.sold;
    *revenue = as_bess(node)->revenue;
    return ETP_OK;
}

int etp_engine_aggregator_totals(const etp_engine *engine, etp_node number, etp_aggregator_totals *totals)
{
    struct node *node = node_of(engine, number, ROLE_AGGREGATOR);
    if (node == NULL)
        return ETP_EINVAL;
    *totals = as_aggregator(node)->totals;
    return ETP_OK;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

void etp_engine_get_stats(const etp_engine *engine, etp_engine_stats *stats)
{
    *stats = engine->stats;
    size_t timer = sizeof(struct heap_item) + sizeof(uint32_t);
    stats->bytes_per_bess = sizeof(struct bess) + sizeof(struct node *) + timer;
    size_t bess_side = sizeof(struct bess_session) + sizeof(etp_bid);
    size_t aggregator_side = sizeof(struct aggregator_session) + sizeof(struct wheel_entry) + 2 * sizeof(uint32_t);
    size_t share = engine->outbox.count * sizeof(struct outbox_slot) / engine->options.max_links;
    stats->bytes_per_session = larger(bess_side, aggregator_side) + sizeof(struct link) + share;
}

const etp_histogram *etp_engine_delays(const etp_engine *engine, etp_type type)
{
    return (unsigned)type < ETP_TYPES ? &engine->delays[type] : NULL;
}

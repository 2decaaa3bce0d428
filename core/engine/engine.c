/* SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "engine/internal.h"

enum { SECONDS_PER_DAY = 86400 };

static const etp_price default_tick = ETP_PRICE_PER_CENT / 10;
static const etp_time longest_time = 7 * 24 * ETP_NS_PER_HOUR;

void etp_timing_defaults(etp_timing *timing)
{
    if (timing == NULL)
        return;
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
    if (options == NULL)
        return;
    *options = (etp_engine_options){.size = sizeof(etp_engine_options), .tick = default_tick};
    etp_timing_defaults(&options->timing);
}

/* ---- life ---- */

static etp_time longest(const etp_timing *timing)
{
    const etp_time all[] = {timing->window,          timing->hold,           timing->query_spread,
                            timing->query_repeat,    timing->confirm_repeat, timing->decide_lead,
                            timing->register_period, timing->status_period,  timing->doubt_limit};
    etp_time longest = 0;
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] > longest)
            longest = all[i];
    return longest;
}

static int check_options(const etp_engine_options *options, etp_error *error)
{
    if (options->size != sizeof(etp_engine_options))
        return etp_fail(error, ETP_EINVAL, "etp_engine_options.size is %zu, not %zu: set it with etp_engine_defaults()",
                        options->size, sizeof(etp_engine_options));
    if (!etp_allocator_is_whole(options->allocator))
        return etp_fail(error, ETP_EINVAL, "an allocator has both functions, allocate and release");
    const etp_timing *timing = &options->timing;
    if (options->transport.send == NULL)
        return etp_fail(error, ETP_EINVAL, "the engine needs a transport: set transport.send");
    if (options->max_nodes == 0 || options->max_links == 0)
        return etp_fail(error, ETP_EINVAL, "max_nodes and max_links must be at least 1");
    if (timing->window <= 0 || timing->hold <= 0)
        return etp_fail(error, ETP_EINVAL, "the window and the hold must be longer than 0");
    if (longest(timing) > longest_time)
        return etp_fail(error, ETP_EINVAL, "no time of the protocol may be longer than a week");
    if (timing->query_repeat <= 0 || timing->confirm_repeat <= 0 || timing->register_period <= 0 ||
        timing->status_period <= 0 || timing->doubt_limit <= 0)
        return etp_fail(error, ETP_EINVAL, "repeats, periods and limits must be longer than 0");
    if (timing->query_spread < 0 || timing->query_spread > ETP_NS_PER_HOUR || timing->decide_lead < 0)
        return etp_fail(error, ETP_EINVAL, "the query spread must be 0 to an hour, the decision's lead at least 0");
    if (options->now < 0 || options->now > ETP_CLOCK_MAX || options->tick < 0 || options->tick > ETP_PRICE_MAX)
        return etp_fail(error, ETP_EINVAL,
                        "the clock must stand between 1970 and 2255, the tick must be 0 to 10 000 c/kWh");
    if ((unsigned)options->mechanism > ETP_UNIFORM_PRICE)
        return etp_fail(error, ETP_EINVAL, "there is no mechanism with the number %u", (unsigned)options->mechanism);
    return ETP_OK;
}

void *etp_take_memory(const etp_engine *engine, size_t size)
{
    return engine->allocator->allocate(engine->allocator->user, size);
}

void etp_give_memory(const etp_engine *engine, void *memory, size_t size)
{
    if (memory != NULL)
        engine->allocator->release(engine->allocator->user, memory, size);
}

static int take_tables(etp_engine *engine)
{
    engine->nodes = etp_take_memory(engine, engine->options.max_nodes * sizeof *engine->nodes);
    engine->links = etp_take_memory(engine, engine->options.max_links * sizeof *engine->links);
    if (engine->nodes == NULL || engine->links == NULL)
        return ETP_ENOMEM;
    int result = etp_heap_init(&engine->timers, engine->options.max_nodes, engine->allocator);
    return result == ETP_OK ? etp_outbox_init(engine) : result;
}

int etp_engine_new(etp_engine **made, const etp_engine_options *options, etp_error *error)
{
    if (made == NULL)
        return etp_fail(error, ETP_EINVAL, "an engine needs a place to be returned to");
    *made = NULL;
    if (options == NULL)
        return etp_fail(error, ETP_EINVAL, "an engine needs its options: begin with etp_engine_defaults()");
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
    if (engine->options.timing.decide_lead >= engine->options.timing.window)
        engine->options.timing.decide_lead = engine->options.timing.window / 4;
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
        etp_give_memory(engine, as_bess(node)->sessions, bess_size(node));
        etp_give_memory(engine, node, sizeof(struct bess));
    } else {
        etp_aggregator_fini(engine, as_aggregator(node));
        etp_give_memory(engine, node, sizeof(struct aggregator));
    }
}

void etp_engine_free(etp_engine *engine)
{
    if (engine == NULL || engine->busy)
        return;
    for (uint32_t i = 0; i < engine->node_count; i++)
        free_node(engine, engine->nodes[i]);
    etp_outbox_fini(engine);
    etp_heap_fini(&engine->timers, engine->allocator);
    etp_give_memory(engine, engine->order, (size_t)2 * engine->order_room * sizeof *engine->order);
    etp_give_memory(engine, engine->ranked, engine->order_room * sizeof *engine->ranked);
    etp_give_memory(engine, engine->links, engine->options.max_links * sizeof *engine->links);
    etp_give_memory(engine, engine->nodes, engine->options.max_nodes * sizeof *engine->nodes);
    etp_give_memory(engine, engine, sizeof *engine);
}

/* ---- running ---- */

int etp_engine_enter(etp_engine *engine)
{
    if (engine == NULL)
        return ETP_EINVAL;
    if (engine->busy)
        return ETP_ESTATE;
    engine->busy = true;
    return ETP_OK;
}

int etp_engine_leave(etp_engine *engine, int result)
{
    engine->busy = false;
    return result;
}

static struct node *node_of(const etp_engine *engine, etp_node number, enum role role)
{
    if (engine == NULL || number >= engine->node_count || engine->nodes[number]->role != (uint8_t)role)
        return NULL;
    return engine->nodes[number];
}

int etp_engine_brief_bess(etp_engine *engine, etp_node number, const etp_bess_brief *brief)
{
    struct node *node = node_of(engine, number, ROLE_BESS);
    if (node == NULL || brief == NULL)
        return ETP_EINVAL;
    if (engine->busy)
        return ETP_ESTATE;
    as_bess(node)->brief = *brief;
    return ETP_OK;
}

int etp_engine_brief_aggregator(etp_engine *engine, etp_node number, const etp_aggregator_brief *brief)
{
    struct node *node = node_of(engine, number, ROLE_AGGREGATOR);
    if (node == NULL || brief == NULL)
        return ETP_EINVAL;
    if (engine->busy)
        return ETP_ESTATE;
    struct aggregator *aggregator = as_aggregator(node);
    int result = etp_demand_set(aggregator, brief->steps, brief->step_count);
    if (result != ETP_OK)
        return result;
    aggregator->brief = *brief;
    aggregator->brief.steps = NULL;
    return ETP_OK;
}

/* What is open still belongs to the interval that ends. */
static void end_auctions(etp_engine *engine)
{
    for (uint32_t i = 0; i < engine->node_count; i++)
        if (engine->nodes[i]->role == ROLE_BESS)
            etp_bess_abort_auction(engine, as_bess(engine->nodes[i]), ETP_CODE_EXPIRED);
}

static int begin_interval(etp_engine *engine, const etp_interval *interval)
{
    const etp_timing *timing = &engine->options.timing;
    if (!engine->started)
        return ETP_ESTATE;
    if (interval->starts < 0 || interval->ends > ETP_CLOCK_MAX || interval->second_of_day >= SECONDS_PER_DAY)
        return ETP_ERANGE;
    if (interval->ends - interval->starts < timing->query_spread + timing->window + 2 * timing->hold)
        return ETP_ERANGE;
    end_auctions(engine);
    engine->interval = *interval;
    engine->in_interval = true;
    for (uint32_t i = 0; i < engine->node_count; i++) {
        struct node *node = engine->nodes[i];
        if (node->role == ROLE_BESS)
            etp_bess_begin_interval(engine, as_bess(node));
        else
            etp_aggregator_begin_interval(engine, as_aggregator(node));
        etp_reschedule(engine, node);
    }
    etp_outbox_flush(engine);
    return ETP_OK;
}

int etp_engine_begin_interval(etp_engine *engine, const etp_interval *interval)
{
    if (interval == NULL)
        return ETP_EINVAL;
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, begin_interval(engine, interval)) : result;
}

static void report_change(etp_engine *engine, const struct node *node, etp_event_kind kind)
{
    etp_event event = etp_event_at(engine, node, kind, 0);
    event.code = kind == ETP_EVENT_FAILURE ? ETP_CODE_OFFLINE : ETP_CODE_NONE;
    etp_observe(engine, &event);
}

static int fail(etp_engine *engine, etp_node number)
{
    if (number >= engine->node_count)
        return ETP_ENOENT;
    struct node *node = engine->nodes[number];
    if (node->failed || !engine->started)
        return ETP_ESTATE;
    report_change(engine, node, ETP_EVENT_FAILURE);
    if (node->role == ROLE_BESS)
        etp_bess_fail(engine, as_bess(node));
    else
        etp_aggregator_fail(engine, as_aggregator(node));
    node->failed = true;
    etp_reschedule(engine, node);
    etp_outbox_flush(engine);
    return ETP_OK;
}

int etp_engine_fail(etp_engine *engine, etp_node number)
{
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, fail(engine, number)) : result;
}

static int recover(etp_engine *engine, etp_node number)
{
    if (number >= engine->node_count)
        return ETP_ENOENT;
    struct node *node = engine->nodes[number];
    if (!node->failed)
        return ETP_ESTATE;
    node->failed = false;
    report_change(engine, node, ETP_EVENT_RECOVERY);
    if (node->role == ROLE_BESS)
        etp_bess_recover(engine, as_bess(node));
    else
        etp_aggregator_recover(engine, as_aggregator(node));
    etp_reschedule(engine, node);
    etp_outbox_flush(engine);
    return ETP_OK;
}

int etp_engine_recover(etp_engine *engine, etp_node number)
{
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, recover(engine, number)) : result;
}

static int shut_down(etp_engine *engine)
{
    if (!engine->started)
        return ETP_ESTATE;
    engine->shutting_down = true;
    for (uint32_t i = 0; i < engine->node_count; i++) {
        struct node *node = engine->nodes[i];
        if (node->failed)
            continue;
        if (node->role == ROLE_BESS)
            etp_bess_shut_down(engine, as_bess(node));
        else
            etp_aggregator_shut_down(engine, as_aggregator(node));
        etp_reschedule(engine, node);
    }
    etp_outbox_flush(engine);
    return ETP_OK;
}

int etp_engine_shut_down(etp_engine *engine)
{
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, shut_down(engine)) : result;
}

/* ---- reading ---- */

etp_time etp_engine_now(const etp_engine *engine)
{
    return engine != NULL ? engine->now : 0;
}

const etp_timing *etp_engine_timing(const etp_engine *engine)
{
    return engine != NULL ? &engine->options.timing : NULL;
}

int etp_engine_sold(const etp_engine *engine, etp_node number, etp_energy *energy, etp_money *revenue)
{
    struct node *node = node_of(engine, number, ROLE_BESS);
    if (node == NULL || energy == NULL || revenue == NULL)
        return ETP_EINVAL;
    *energy = as_bess(node)->auction.sold;
    *revenue = as_bess(node)->revenue;
    return ETP_OK;
}

int etp_engine_offered(const etp_engine *engine, etp_node number, etp_energy *energy, etp_price *reserve)
{
    struct node *node = node_of(engine, number, ROLE_BESS);
    if (node == NULL || energy == NULL || reserve == NULL)
        return ETP_EINVAL;
    const etp_auction *auction = &as_bess(node)->auction;
    bool opened = auction->state != ETP_AUCTION_IDLE;
    *energy = opened ? auction->terms.lot : 0;
    *reserve = opened ? auction->terms.reserve : ETP_PRICE_NONE;
    return ETP_OK;
}

int etp_engine_aggregator_totals(const etp_engine *engine, etp_node number, etp_aggregator_totals *totals)
{
    struct node *node = node_of(engine, number, ROLE_AGGREGATOR);
    if (node == NULL || totals == NULL)
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
    if (stats == NULL)
        return;
    *stats = engine != NULL ? engine->stats : (etp_engine_stats){0};
    if (engine == NULL)
        return;
    size_t timer = sizeof(struct heap_item) + sizeof(uint32_t);
    stats->bytes_per_bess = sizeof(struct bess) + sizeof(struct node *) + timer;
    size_t bess_side = sizeof(struct bess_session) + sizeof(etp_bid);
    size_t aggregator_side = sizeof(struct aggregator_session) + sizeof(struct wheel_entry) + 2 * sizeof(uint32_t);
    size_t share = sizeof(struct outbox_slot) / LINKS_PER_SLOT;
    stats->bytes_per_session = larger(bess_side, aggregator_side) + sizeof(struct link) + share;
}

const etp_histogram *etp_engine_delays(const etp_engine *engine, etp_type type)
{
    return engine != NULL && (unsigned)type < ETP_TYPES ? &engine->delays[type] : NULL;
}

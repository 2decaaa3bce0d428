/* SPDX-License-Identifier: MIT */
#include "run/internal.h"

/* Homes are the engine's first nodes, so that node i is home i. */
static const etp_id first_home_device = 1000001;
static const etp_id first_firm_device = 1;
static const etp_time warm_up = 30 * ETP_NS_PER_SECOND;
static const etp_time margin = 100 * ETP_NS_PER_MS;

etp_id etp_run_firm_device(unsigned portfolio)
{
    return first_firm_device + portfolio;
}

etp_id etp_run_home_device(unsigned home)
{
    return first_home_device + home;
}

/* ---- memory ---- */

static void *count_allocate(void *user, size_t size)
{
    etp_run *run = user;
    void *memory = run->host_allocator->allocate(run->host_allocator->user, size);
    if (memory != NULL) {
        run->memory_now += size;
        if (run->memory_now > run->memory_peak)
            run->memory_peak = run->memory_now;
    }
    return memory;
}

static void count_release(void *user, void *memory, size_t size)
{
    etp_run *run = user;
    run->memory_now -= size;
    run->host_allocator->release(run->host_allocator->user, memory, size);
}

static void *take(etp_run *run, size_t count, size_t size)
{
    return run->allocator.allocate(run->allocator.user, count * size);
}

static void give(etp_run *run, void *memory, size_t size)
{
    if (memory != NULL)
        run->allocator.release(run->allocator.user, memory, size);
}

/* ---- building ---- */

static int send_frame(void *user, etp_link link, const void *frame, size_t size)
{
    etp_run *run = user;
    return etp_network_send(run->network, etp_engine_now(run->engine), link, frame, size);
}

static int take_memory(etp_run *run)
{
    const etp_run_options *options = &run->options;
    run->homes = take(run, options->homes, sizeof *run->homes);
    run->firms = take(run, run->firm_count, sizeof *run->firms);
    run->ordered = take(run, run->firm_count, sizeof(struct firm *));
    run->briefs = take(run, options->portfolios, sizeof *run->briefs);
    run->steps = take(run, options->portfolios, sizeof *run->steps);
    run->shares = take(run, options->portfolios, sizeof *run->shares);
    bool all = run->homes != NULL && run->firms != NULL && run->ordered != NULL && run->briefs != NULL &&
               run->steps != NULL && run->shares != NULL;
    if (!all)
        return ETP_ENOMEM;
    if (options->merged)
        return etp_utility_new(&run->utility, options->conduct, options->homes, options->portfolios, &run->allocator);
    return ETP_OK;
}

/* The utility decides when all offers are in, so it asks all batteries at about the same time, is told reserves, and is
 * asked again early enough that its bids arrive before the close. What it bids is what it pays: a lone bidder at a
 * second price would pay each battery no more than its reserve. */
static void suit_utility(etp_engine_options *engine, const etp_network_options *network)
{
    etp_timing *timing = &engine->timing;
    etp_time soon = timing->window / 4;
    etp_time way = network->delay + network->jitter + margin;
    engine->mechanism = ETP_FIRST_PRICE;
    engine->disclose |= ETP_DISCLOSE_RESERVE;
    if (timing->query_spread > soon)
        timing->query_spread = soon;
    if (timing->decide_lead < way && way < timing->window - soon)
        timing->decide_lead = way;
}

static bool is_carried(const etp_run_options *options)
{
    return options->carriage.send != NULL;
}

static int make_engine(etp_run *run, etp_error *error)
{
    const etp_run_options *options = &run->options;
    etp_engine_options engine;
    etp_engine_defaults(&engine);
    engine.allocator = &run->allocator;
    engine.logger = options->logger;
    engine.transport = is_carried(options) ? options->carriage : (etp_transport){send_frame, run};
    engine.observer = (etp_observer){etp_account_event, run};
    engine.now = run->starts - warm_up;
    engine.seed = options->seed;
    engine.timing = etp_run_timing(options);
    engine.mechanism = options->mechanism;
    engine.disclose = options->disclose;
    engine.max_nodes = options->homes + run->firm_count;
    engine.max_links = 2 * options->homes * run->firm_count;
    if (options->merged)
        suit_utility(&engine, &options->network);
    return etp_engine_new(&run->engine, &engine, error);
}

static int make_network(etp_run *run, etp_error *error)
{
    etp_network_options network = run->options.network;
    if (is_carried(&run->options))
        return ETP_OK;
    network.allocator = run->host_allocator;
    network.seed = run->options.seed;
    network.max_links = 2 * run->options.homes * run->firm_count;
    return etp_network_new(&run->network, &network, error);
}

static int add_homes(etp_run *run, etp_error *error)
{
    const etp_run_options *options = &run->options;
    for (unsigned i = 0; i < options->homes; i++) {
        int result = etp_neighbourhood_draw(&run->hood, &run->homes[i], i, error);
        if (result != ETP_OK)
            return result;
        etp_bess_options bess = {.size = sizeof bess,
                                 .device_id = etp_run_home_device(i),
                                 .name = "",
                                 .battery = &run->homes[i].battery,
                                 .hooks = options->policy,
                                 .hooks_user = options->policy_user,
                                 .peers = run->firm_count};
        etp_node node;
        result = etp_engine_add_bess(run->engine, &bess, &node);
        if (result != ETP_OK)
            return etp_fail(error, result, "battery %u cannot be added: %s", i, etp_strerror(result));
    }
    return ETP_OK;
}

static void put_in_order(etp_run *run, unsigned count, struct firm *firm)
{
    while (count > 0 && run->ordered[count - 1]->portfolio > firm->portfolio) {
        run->ordered[count] = run->ordered[count - 1];
        count--;
    }
    run->ordered[count] = firm;
}

/* One portfolio needs none: its whole need is worth the same. */
static unsigned steps_of(const struct firm *firm)
{
    return firm->portfolio_count > 1 ? firm->portfolio_count : 0;
}

static int add_firm(etp_run *run, struct firm *firm, const etp_firm *spec, etp_error *error)
{
    etp_aggregator_options aggregator = {.size = sizeof aggregator,
                                         .device_id = etp_run_firm_device(firm->portfolio),
                                         .name = firm->name,
                                         .hooks = spec->hooks,
                                         .hooks_user = spec->user,
                                         .peers = run->options.homes,
                                         .steps = run->options.merged ? 0 : steps_of(firm)};
    int result = etp_engine_add_aggregator(run->engine, &aggregator, &firm->node);
    if (result != ETP_OK)
        return etp_fail(error, result, "%s cannot be added: %s", firm->name, etp_strerror(result));
    return ETP_OK;
}

/* Nodes are made in the order of portfolios: what happens at the same moment happens in the order of nodes, and nothing
 * may depend on the order in which firms were handed over. */
static int add_firms(etp_run *run, etp_error *error)
{
    const etp_firm utility = {.name = "single utility",
                              .hooks = etp_utility_hooks(),
                              .user = run->utility,
                              .portfolio_count = run->options.portfolios};
    const etp_firm *specs = run->options.merged ? &utility : run->options.firms;
    for (unsigned i = 0; i < run->firm_count; i++) {
        run->firms[i] = (struct firm){.name = specs[i].name != NULL ? specs[i].name : "",
                                      .portfolio = specs[i].portfolio,
                                      .portfolio_count = etp_run_portfolios(&specs[i])};
        put_in_order(run, i, &run->firms[i]);
    }
    for (unsigned i = 0; i < run->firm_count; i++) {
        struct firm *firm = run->ordered[i];
        int result = add_firm(run, firm, &specs[firm - run->firms], error);
        if (result != ETP_OK)
            return result;
    }
    return ETP_OK;
}

/* Only what nobody would act on may be left out: see etp_engine_pair_links(). A message over its delay limit is told to
 * hooks. */
static bool may_skip(const etp_run_options *options)
{
    static const etp_type idle[] = {ETP_REGISTER, ETP_QUERY, ETP_QUERY_RESPONSE, ETP_BESS_STATUS};
    bool may = options->skip_idle && options->beat == 0 && options->outage >= options->timing.query_spread;
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        may = may && etp_network_longest(&options->network) <= etp_type_delay_limit(idle[i]);
    return may;
}

static int join(etp_run *run, unsigned home, const struct firm *firm)
{
    etp_id home_device = etp_run_home_device(home), firm_device = etp_run_firm_device(firm->portfolio);
    etp_link home_end, firm_end;
    int result = etp_engine_add_link(run->engine, home, firm_device, &home_end);
    if (result == ETP_OK)
        result = etp_engine_add_link(run->engine, firm->node, home_device, &firm_end);
    if (result == ETP_OK)
        result = etp_network_join(run->network, home_end, home_device, firm_end, firm_device);
    if (result == ETP_OK && may_skip(&run->options))
        result = etp_engine_pair_links(run->engine, home_end, firm_end);
    return result;
}

/* Those who carry the frames know who has met whom. */
static int add_links(etp_run *run, etp_error *error)
{
    if (is_carried(&run->options))
        return ETP_OK;
    for (unsigned i = 0; i < run->options.homes; i++) {
        for (unsigned j = 0; j < run->firm_count; j++) {
            int result = join(run, i, run->ordered[j]);
            if (result != ETP_OK)
                return etp_fail(error, result, "battery %u cannot be linked to %s: %s", i, run->ordered[j]->name,
                                etp_strerror(result));
        }
    }
    return ETP_OK;
}

static void begin_digest(etp_run *run)
{
    size_t past = (uintptr_t)run->digest_room % DIGEST_ALIGN;
    run->digest = (XXH3_state_t *)(void *)(run->digest_room + (DIGEST_ALIGN - past) % DIGEST_ALIGN);
    XXH3_128bits_reset(run->digest);
}

static int build(etp_run *run, etp_error *error)
{
    int result = take_memory(run);
    if (result == ETP_OK)
        result = etp_outages_draw(run);
    if (result == ETP_OK && run->options.ledger)
        result = etp_ledger_new(run);
    if (result != ETP_OK)
        return etp_fail(error, result, "no memory for %u homes and %u firms", run->options.homes, run->firm_count);
    if ((result = make_network(run, error)) != ETP_OK || (result = make_engine(run, error)) != ETP_OK ||
        (result = etp_neighbourhood_open(&run->hood, &run->options, &run->allocator, error)) != ETP_OK ||
        (result = add_homes(run, error)) != ETP_OK || (result = add_firms(run, error)) != ETP_OK ||
        (result = add_links(run, error)) != ETP_OK)
        return result;
    return etp_engine_start(run->engine);
}

int etp_run_new(etp_run **made, const etp_run_options *options, etp_error *error)
{
    if (made == NULL)
        return etp_fail(error, ETP_EINVAL, "a run needs a place to be returned to");
    *made = NULL;
    int result = etp_run_check_options(options, error);
    if (result != ETP_OK)
        return result;
    const etp_allocator *host = options->allocator != NULL ? options->allocator : etp_default_allocator();
    etp_run *run = host->allocate(host->user, sizeof *run);
    if (run == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for the run");
    run->options = *options;
    run->host_allocator = host;
    run->allocator = (etp_allocator){count_allocate, count_release, run};
    run->firm_count = options->merged ? 1 : options->firm_count;
    run->interval = options->trace->interval;
    run->beat = options->beat != 0 ? options->beat : run->interval;
    run->starts = options->trace->starts + (etp_time)options->first * run->interval;
    run->options.fleet.seed = options->seed;
    run->options.buyer.seed = options->seed;
    run->options.buyer.need = etp_run_need(options);
    run->options.buyer.budget = options->budget;
    etp_forecast_init(&run->forecast);
    begin_digest(run);
    result = build(run, error);
    if (result != ETP_OK) {
        etp_run_free(run);
        return result;
    }
    run->options.firms = NULL;
    *made = run;
    return ETP_OK;
}

void etp_run_free(etp_run *run)
{
    if (run == NULL || run->stepping)
        return;
    etp_engine_free(run->engine);
    etp_network_free(run->network);
    etp_utility_free(run->utility);
    etp_neighbourhood_close(&run->hood);
    etp_ledger_free(run);
    give(run, run->homes, run->options.homes * sizeof *run->homes);
    give(run, run->firms, run->firm_count * sizeof *run->firms);
    give(run, run->ordered, run->firm_count * sizeof *run->ordered);
    give(run, run->briefs, run->options.portfolios * sizeof *run->briefs);
    give(run, run->steps, run->options.portfolios * sizeof *run->steps);
    give(run, run->shares, run->options.portfolios * sizeof *run->shares);
    give(run, run->outages, run->outage_count * sizeof *run->outages);
    run->host_allocator->release(run->host_allocator->user, run, sizeof *run);
}

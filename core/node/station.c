/* SPDX-License-Identifier: MIT */
#include "node/serve.h"

#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

#include "etp/live_older.h"

static etp_error none;

etp_time etp_station_now(const etp_station *station)
{
    return etp_live_clock_now(&station->clock);
}

/* ---- the network ---- */

static int make_network(etp_station *station, etp_error *error)
{
    const etp_node_limits *limits = &station->config.limits;
    etp_live_options live;
    etp_live_defaults(&live);
    live.logger = station->options.logger;
    live.event_base = station->base;
    live.clock = &station->clock;
    live.seed = station->seed;
    live.max_peers = limits->peers;
    live.max_connections = limits->connections;
    live.max_per_address = limits->connections_per_address;
    live.connects_per_second = limits->connects_per_second;
    live.connect_burst = limits->connect_burst;
    live.messages_per_second = limits->messages_per_second;
    live.message_burst = limits->burst;
    live.unacknowledged_bytes = limits->unacknowledged_bytes;
    live.unacknowledged_most_bytes = limits->unacknowledged_most_bytes;
    live.heartbeat = limits->heartbeat;
    live.audit = (etp_live_audit){etp_audit_refusal, station};
    live.watch = (etp_live_watch){etp_tell_peer, station};
    return etp_live_new(&station->live, &live, error);
}

static int join_network(etp_station *station, etp_error *error)
{
    static const etp_device_role roles[] = {
        [ETP_NODE_BATTERY] = ETP_DEVICE_BATTERY,
        [ETP_NODE_AGGREGATOR] = ETP_DEVICE_AGGREGATOR,
        [ETP_NODE_RELAY] = ETP_DEVICE_RELAY,
    };
    const etp_live_node_options node = {.size = sizeof node,
                                        .node = station->node,
                                        .device_id = station->config.device,
                                        .role = roles[station->config.role],
                                        .identity = station->parts.identity,
                                        .trust = station->parts.trust};
    return etp_live_add_node(station->live, &node, error);
}

/* ---- the older format ---- */

static int open_older(etp_station *station, etp_error *error)
{
    const etp_node_older *older = &station->config.older;
    etp_live_older_options options;
    int result = ETP_OK;
    etp_live_older_defaults(&options);
    options.address = older->listen;
    options.allow = older->allow.list;
    options.allow_count = older->allow.count;
    if (older->listen != NULL) {
        options.max_devices = older->devices;
        options.unnamed = older->devices < options.unnamed ? older->devices : options.unnamed;
        options.max_connections = older->connections;
        options.max_per_address = older->connections_per_address;
        options.messages_per_second = older->messages_per_second;
        options.message_burst = 2 * older->messages_per_second;
        result = etp_live_older_listen(station->live, station->node, &options, &station->older, error);
    }
    for (unsigned i = 0; i < older->dial.count && result == ETP_OK; i++)
        result = etp_live_older_dial(station->live, station->node, older->dial.list[i].url, older->dial.list[i].device,
                                     NULL, error);
    return result;
}

/* ---- the engine ---- */

static int make_engine(etp_station *station, etp_error *error)
{
    const etp_node_config *config = &station->config;
    etp_engine_options engine;
    etp_engine_defaults(&engine);
    engine.logger = station->options.logger;
    engine.transport = etp_live_transport(station->live);
    engine.observer = (etp_observer){etp_tell_event, station};
    engine.now = etp_station_now(station);
    engine.seed = station->seed;
    if (config->role != ETP_NODE_RELAY) {
        engine.timing.window = config->market.window;
        engine.timing.hold = config->market.hold;
        engine.timing.query_spread = config->market.query_spread;
        engine.mechanism = (etp_mechanism)config->market.mechanism;
        engine.tick = config->market.tick;
    }
    engine.disclose = config->market.disclose;
    engine.max_nodes = 1;
    engine.max_links = config->limits.peers;
    return etp_engine_new(&station->engine, &engine, error);
}

static int add_battery(etp_station *station, etp_error *error)
{
    const etp_node_config *config = &station->config;
    etp_bess_options bess;
    int result = etp_premises_init(&station->premises, config, error);
    if (result != ETP_OK)
        return result;
    etp_bess_defaults(&bess);
    bess.device_id = config->device;
    bess.name = config->name;
    bess.battery = &station->premises.home.battery;
    bess.hooks = etp_script_bess_hooks(station->parts.script);
    bess.hooks_user = station->parts.script;
    bess.base_reserve = config->base_reserve;
    bess.peers = config->limits.peers;
    return etp_engine_add_bess(station->engine, &bess, &station->node);
}

static int add_aggregator(etp_station *station)
{
    const etp_node_config *config = &station->config;
    etp_aggregator_options aggregator;
    etp_aggregator_defaults(&aggregator);
    aggregator.device_id = config->device;
    aggregator.name = config->name;
    aggregator.hooks = etp_script_aggregator_hooks(station->parts.script);
    aggregator.hooks_user = station->parts.script;
    aggregator.peers = config->limits.peers;
    return etp_engine_add_aggregator(station->engine, &aggregator, &station->node);
}

static int add_node(etp_station *station, etp_error *error)
{
    int result = ETP_OK;
    if (station->config.role == ETP_NODE_BATTERY)
        result = add_battery(station, error);
    else if (station->config.role == ETP_NODE_AGGREGATOR)
        result = add_aggregator(station);
    if (result != ETP_OK && error->text[0] == '\0')
        return etp_fail(error, result, "the node cannot be set up: %s", etp_strerror(result));
    return result;
}

/* ---- all of it ---- */

static int watch_script(etp_station *station, etp_error *error)
{
    if (station->parts.script == NULL)
        return ETP_OK;
    int result = etp_watch_new(&station->watch, NULL);
    if (result == ETP_OK)
        result = etp_watch_add(station->watch, station->parts.script);
    return result == ETP_OK ? ETP_OK : etp_fail(error, result, "the script's files cannot be watched");
}

static int build(etp_station *station, etp_error *error)
{
    station->base = event_base_new();
    if (station->base == NULL)
        return etp_fail(error, ETP_EIO, "libevent gave no loop");
    int result = etp_station_open_events(station);
    if (result == ETP_OK)
        result = etp_audit_open(station, error);
    if (result == ETP_OK)
        result = make_network(station, error);
    if (result == ETP_OK)
        result = make_engine(station, error);
    if (result == ETP_OK)
        result = add_node(station, error);
    if (result == ETP_OK)
        result = etp_live_attach(station->live, station->engine);
    if (result == ETP_OK)
        result = join_network(station, error);
    if (result == ETP_OK)
        result = watch_script(station, error);
    if (result == ETP_OK)
        result = etp_engine_start(station->engine);
    if (result == ETP_OK)
        result = etp_station_open_links(station, error);
    if (result == ETP_OK)
        result = etp_station_discover(station, &station->config.discovery, error);
    if (result == ETP_OK)
        result = open_older(station, error);
    if (result != ETP_OK && error->text[0] == '\0')
        etp_fail(error, result, "the node cannot be started: %s", etp_strerror(result));
    return result;
}

/* Of each start another one: jitter must not meet that of the neighbours who came back after the same power cut. */
static etp_id draw_seed(etp_time now)
{
    return ((etp_id)now ^ (etp_id)getpid() << 32) & ETP_ID_MAX;
}

static void set_clocks(etp_station *station)
{
    const etp_node_market *market = &station->config.market;
    etp_live_clock_set(&station->clock);
    station->began = etp_station_now(station);
    station->seed = station->config.seed != 0 ? station->config.seed : draw_seed(station->began);
    if (station->config.role != ETP_NODE_RELAY)
        etp_market_clock_init(&station->market, market->interval,
                              market->query_spread + market->window + 2 * market->hold, market->utc_offset,
                              station->began, etp_live_clock_drift(&station->clock));
}

etp_station *etp_station_new(const etp_station_options *options, etp_findings *findings)
{
    etp_error error = none;
    etp_station *station = calloc(1, sizeof *station);
    if (station == NULL) {
        etp_findings_error(findings, "no memory for the node");
        return NULL;
    }
    station->options = *options;
    if (etp_node_config_load(&station->config, options->file, findings)) {
        set_clocks(station);
        etp_time market_now = etp_market_clock_market(&station->market, station->began);
        if (etp_node_parts_load(&station->parts, &station->config, &options->logger, market_now, findings) &&
            build(station, &error) == ETP_OK) {
            etp_node_parts_warn(&station->config, findings);
            return station;
        }
    }
    etp_findings_take(findings, &error);
    etp_station_free(station);
    return NULL;
}

static void free_events(etp_station *station)
{
    if (station->market_timer != NULL)
        event_free(station->market_timer);
    if (station->tick != NULL)
        event_free(station->tick);
    for (unsigned i = 0; i < ETP_STATION_SIGNALS; i++)
        if (station->signals[i] != NULL)
            event_free(station->signals[i]);
}

void etp_station_free(etp_station *station)
{
    if (station == NULL)
        return;
    etp_live_free(station->live);
    etp_engine_free(station->engine);
    etp_watch_free(station->watch);
    free_events(station);
    if (station->base != NULL)
        event_base_free(station->base);
    if (station->audit != NULL)
        fclose(station->audit);
    etp_station_free_links(station);
    etp_books_fini(&station->books);
    etp_node_parts_fini(&station->parts);
    etp_station_free_reread(station);
    etp_node_config_fini(&station->config);
    free(station);
}

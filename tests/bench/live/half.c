/* SPDX-License-Identifier: MIT */
#include "half.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { REJECTED_EVERY = 10 };

/* ---- what goes wrong ---- */

void etp_half_expect(bool is_well, const char *what)
{
    if (is_well)
        return;
    fprintf(stderr, "bench_live: %s\n", what);
    exit(1);
}

void etp_half_expect_ok(int result, const etp_error *error, const char *what)
{
    if (result == ETP_OK)
        return;
    fprintf(stderr, "bench_live: %s: %s\n", what,
            error != NULL && error->text[0] != '\0' ? error->text : etp_strerror(result));
    exit(1);
}

/* ---- what it takes ---- */

long etp_half_resident_kb(void)
{
    long pages = 0, all = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    etp_half_expect(file != NULL && fscanf(file, "%ld %ld", &all, &pages) == 2, "/proc/self/statm cannot be read");
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* ---- who trades ---- */

static int ask(void *user, const etp_context *context, const etp_battery_view *view, etp_reserve *reserve)
{
    (void)user, (void)context, (void)view;
    reserve->price = 9 * ETP_PRICE_PER_CENT;
    return 0;
}

static int bid(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)user, (void)context;
    intent->price = (offer->battery % REJECTED_EVERY == 0 ? 5 : 12) * ETP_PRICE_PER_CENT;
    return ETP_DECIDE_BID;
}

static const etp_bess_hooks owner = {.size = sizeof(etp_bess_hooks), .reserve = ask};
static const etp_aggregator_hooks trader = {.size = sizeof(etp_aggregator_hooks), .on_offer = bid};

/* A battery whose link was replaced registers again, and counts once. */
static void note_registered(etp_half *half, etp_id device)
{
    etp_half_expect(device >= FIRST_BATTERY && device < FIRST_BATTERY + half->links, "somebody else has registered");
    bool *has_registered = &half->has_registered[device - FIRST_BATTERY];
    half->registered += !*has_registered;
    *has_registered = true;
}

static void on_event(void *user, const etp_event *event)
{
    etp_half *half = user;
    if (event->kind == ETP_EVENT_REGISTER)
        note_registered(half, event->peer);
    if (event->kind != ETP_EVENT_RECEIPT)
        return;
    half->trades++;
    half->last_receipt = event->when;
}

static void on_refusal(void *user, const etp_live_refusal *refusal)
{
    (void)user;
    fprintf(stderr, "bench_live: refused %s: %s\n", refusal->address, refusal->reason);
}

/* ---- engine and network ---- */

static void make_both(etp_half *half)
{
    etp_error error = {0};
    etp_live_options network;
    etp_engine_options engine;
    etp_live_defaults(&network);
    network.max_peers = half->links;
    network.max_connections = half->links + 16;
    network.max_per_address = 0;
    network.max_unauthenticated = 4 * HANDSHAKES_AT_ONCE;
    network.audit.on_refusal = on_refusal;
    etp_half_expect_ok(etp_live_new(&half->live, &network, &error), &error, "the network");
    etp_engine_defaults(&engine);
    engine.transport = etp_live_transport(half->live);
    engine.observer = (etp_observer){on_event, half};
    engine.now = etp_live_now(half->live);
    engine.timing.query_spread = 10 * ETP_NS_PER_MS;
    engine.timing.window = half_window;
    engine.timing.hold = 3 * ETP_NS_PER_SECOND / 2;
    engine.max_nodes = half->sells ? half->links : 1;
    engine.max_links = half->links;
    etp_half_expect_ok(etp_engine_new(&half->engine, &engine, &error), &error, "the engine");
    etp_half_expect_ok(etp_live_attach(half->live, half->engine), NULL, "the engine's network");
}

static void join(etp_half *half, etp_node node, const etp_identity *identity, const etp_trust *trust)
{
    etp_error error = {0};
    const etp_live_node_options options = {.size = sizeof options,
                                           .node = node,
                                           .device_id = etp_identity_device(identity),
                                           .role = half->sells ? ETP_DEVICE_BATTERY : ETP_DEVICE_AGGREGATOR,
                                           .identity = identity,
                                           .trust = trust};
    etp_half_expect_ok(etp_live_add_node(half->live, &options, &error), &error, "a node");
}

static void add_batteries(etp_half *half)
{
    const etp_battery_spec spec = {.capacity = 10 * ETP_ENERGY_PER_KWH,
                                   .power = 5 * ETP_POWER_PER_KW,
                                   .export_limit = 5 * ETP_POWER_PER_KW,
                                   .one_way_ppm = 950000,
                                   .voltage_mv = 48000,
                                   .rated_cycles = 6000};
    half->batteries = calloc(half->links, sizeof *half->batteries);
    half->nodes = calloc(half->links, sizeof *half->nodes);
    etp_half_expect(half->batteries != NULL && half->nodes != NULL, "no memory");
    for (unsigned i = 0; i < half->links; i++) {
        const etp_bess_options options = {.size = sizeof options,
                                          .device_id = FIRST_BATTERY + i,
                                          .battery = &half->batteries[i],
                                          .hooks = &owner,
                                          .peers = 1};
        etp_half_expect_ok(etp_battery_init(&half->batteries[i], &spec, 8 * ETP_ENERGY_PER_KWH), NULL, "a battery");
        etp_half_expect_ok(etp_engine_add_bess(half->engine, &options, &half->nodes[i]), NULL, "a battery's node");
        join(half, half->nodes[i], half->keys->batteries[i], half->keys->of_batteries);
    }
}

static void add_buyer(etp_half *half)
{
    const etp_aggregator_options options = {
        .size = sizeof options, .device_id = BUYER, .hooks = &trader, .peers = half->links};
    half->nodes = calloc(1, sizeof *half->nodes);
    etp_half_expect(half->nodes != NULL, "no memory");
    etp_half_expect_ok(etp_engine_add_aggregator(half->engine, &options, &half->nodes[0]), NULL, "the buyer's node");
    join(half, half->nodes[0], half->keys->buyer, half->keys->of_buyer);
}

void etp_half_build(etp_half *half)
{
    make_both(half);
    if (half->sells)
        add_batteries(half);
    else
        add_buyer(half);
    etp_half_expect_ok(etp_engine_start(half->engine), NULL, "starting");
    etp_half_expect_ok(etp_live_start(half->live), NULL, "starting");
}

void etp_half_free(etp_half *half)
{
    etp_live_free(half->live);
    etp_engine_free(half->engine);
    free(half->nodes);
    free(half->batteries);
}

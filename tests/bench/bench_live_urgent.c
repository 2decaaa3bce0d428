/* SPDX-License-Identifier: MIT */
/*
 * A DeviceFailure behind a saturated outbox: a battery and an aggregator, each an engine on a network of its own in a
 * thread of its own, with keys, joined over tcp on this machine. The battery tells its status far more often than the
 * link takes it, so that its outbox is full and what is under way is all that may be. Then its node fails, and recovers
 * when the aggregator knows, two thousand times. The delay is the aggregator's: from creation to first processing.
 *
 *     DeviceFailure behind a full outbox: n 2000, p50 0.50 ms, p99 1.00 ms, p99.9 2.00 ms, max 3.00 ms (goal: p99.9 under 5 ms)
 *       when it failed 190 to 192 messages waited, 190 in the middle; 100 k messages/s came, 500 k were given up for want of room
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "../unit/home_battery.h"
#include "bench_time.h"
#include "etp/etp.h"
#include "etp/live.h"

enum { BATTERY = 1001, BUYER = 2001, FAILURES = 2000, FULL = 190, TURN = 2000, LIMIT_S = 40 };

static const etp_time status_period = 2 * ETP_NS_PER_US;

struct side {
    etp_live *live;
    etp_engine *engine;
    etp_node node;
};

static struct side battery, buyer;
static etp_live_clock clock_of_both;
static etp_battery store;
static atomic_uint known; /* failures, at the aggregator */

static void expect(bool is_well, const char *what)
{
    if (is_well)
        return;
    fprintf(stderr, "bench_live_urgent: %s\n", what);
    exit(1);
}

static void expect_ok(int result, const etp_error *error, const char *what)
{
    if (result == ETP_OK)
        return;
    fprintf(stderr, "bench_live_urgent: %s: %s\n", what,
            error != NULL && error->text[0] != '\0' ? error->text : etp_strerror(result));
    exit(1);
}

/* ---- what waits in the battery's outbox ---- */

static etp_transport beneath;
static uint64_t gone; /* messages that the network took, or that a failure made needless */
static etp_histogram waited;

static int count_taken(void *user, etp_link link, const void *bytes, size_t size)
{
    (void)user;
    int result = beneath.send(beneath.user, link, bytes, size);
    etp_frame_reader reader;
    etp_message message;
    if (result == ETP_EFULL)
        return result;
    expect(etp_frame_open(&reader, bytes, size) == ETP_REFUSED_NONE, "a frame is damaged");
    for (; etp_frame_more(&reader); gone++)
        expect(etp_frame_next(&reader, &message) == ETP_REFUSED_NONE, "a message is damaged");
    return result;
}

static uint64_t waiting(void)
{
    etp_engine_stats stats;
    uint64_t said = 0;
    etp_engine_get_stats(battery.engine, &stats);
    for (unsigned type = 0; type < ETP_TYPES; type++)
        said += stats.sent[type];
    return said - gone;
}

/* ---- it fails and recovers ---- */

static unsigned failures;
static bool has_failed;
static double began;
static etp_time recovered_at;
static const etp_time busy_time = ETP_NS_PER_MS; /* with a full outbox before it fails */

/* Whatever waits goes when the node fails: only what is under way is before the failure. */
static void fail(uint64_t before)
{
    etp_histogram_add(&waited, before);
    expect_ok(etp_engine_fail(battery.engine, battery.node), NULL, "failing");
    gone += before;
    failures++;
    has_failed = true;
}

static void recover(void)
{
    expect_ok(etp_engine_recover(battery.engine, battery.node), NULL, "recovering");
    recovered_at = etp_live_now(battery.live);
    has_failed = false;
}

/* A status is due at every other microsecond: until the outbox is full. Busy links may have 192 of its slots. */
static void say_much(void)
{
    for (unsigned i = 0; i < TURN && waiting() < FULL; i++)
        etp_engine_advance(battery.engine, etp_live_now(battery.live));
}

/* At every turn of the battery's loop. */
static void on_turn(evutil_socket_t unused, short events, void *user)
{
    (void)unused, (void)events, (void)user;
    expect(bench_clock(CLOCK_MONOTONIC) - began < LIMIT_S, "the failures do not come through");
    const bool is_known = atomic_load(&known) == failures;
    if (has_failed && is_known)
        recover();
    if (!has_failed)
        say_much();
    etp_engine_advance(battery.engine, etp_live_now(battery.live));
    const uint64_t before = waiting();
    if (!has_failed && before >= FULL && failures < FAILURES && etp_live_now(battery.live) - recovered_at >= busy_time)
        fail(before);
    etp_live_changed(battery.live);
    if (is_known && failures == FAILURES)
        etp_live_stop(battery.live);
}

static void on_event(void *user, const etp_event *event)
{
    (void)user;
    if (event->kind == ETP_EVENT_FAILURE && atomic_fetch_add(&known, 1) + 1 == FAILURES)
        etp_live_stop(buyer.live);
}

/* ---- building ---- */

static void build(struct side *side)
{
    etp_error error = {0};
    etp_live_options network;
    etp_engine_options engine;
    etp_live_defaults(&network);
    network.clock = &clock_of_both;
    network.messages_per_second = 0;
    expect_ok(etp_live_new(&side->live, &network, &error), &error, "the network");
    etp_engine_defaults(&engine);
    engine.transport = etp_live_transport(side->live);
    if (side == &battery) {
        beneath = engine.transport;
        engine.transport = (etp_transport){.send = count_taken};
        engine.timing.status_period = status_period;
    } else {
        engine.observer.on_event = on_event;
    }
    engine.now = etp_live_now(side->live);
    engine.max_nodes = engine.max_links = 1;
    expect_ok(etp_engine_new(&side->engine, &engine, &error), &error, "the engine");
    expect_ok(etp_live_attach(side->live, side->engine), NULL, "the engine's network");
}

static void add_nodes(void)
{
    const etp_bess_options seller = {.size = sizeof seller, .device_id = BATTERY, .battery = &store, .peers = 1};
    const etp_aggregator_options trader = {.size = sizeof trader, .device_id = BUYER, .peers = 1};
    expect_ok(etp_battery_init(&store, &home_battery, 8 * ETP_ENERGY_PER_KWH), NULL, "a battery");
    expect_ok(etp_engine_add_bess(battery.engine, &seller, &battery.node), NULL, "the battery's node");
    expect_ok(etp_engine_add_aggregator(buyer.engine, &trader, &buyer.node), NULL, "the buyer's node");
}

static void start(struct side *side, const etp_identity *identity, etp_device_role role, const etp_trust *trust)
{
    etp_error error = {0};
    const etp_live_node_options options = {.size = sizeof options,
                                           .node = side->node,
                                           .device_id = etp_identity_device(identity),
                                           .role = role,
                                           .identity = identity,
                                           .trust = trust};
    expect_ok(etp_engine_start(side->engine), NULL, "starting");
    expect_ok(etp_live_add_node(side->live, &options, &error), &error, "a node");
    expect_ok(etp_live_start(side->live), NULL, "starting");
}

static void trust_one(etp_trust **trust, const etp_identity *identity, etp_device_role role)
{
    etp_error error = {0};
    etp_trust_entry entry = {.device = etp_identity_device(identity), .role = role, .key_count = 1};
    entry.keys[0] = *etp_identity_public(identity);
    expect_ok(etp_trust_make(trust, &entry, 1, NULL, &error), &error, "a trust list");
}

static void start_both(etp_identity *keys[2], etp_trust *lists[2])
{
    etp_error error = {0};
    expect_ok(etp_identity_generate(&keys[0], BATTERY, NULL, &error), &error, "a key");
    expect_ok(etp_identity_generate(&keys[1], BUYER, NULL, &error), &error, "a key");
    trust_one(&lists[0], keys[1], ETP_DEVICE_AGGREGATOR);
    trust_one(&lists[1], keys[0], ETP_DEVICE_BATTERY);
    start(&battery, keys[0], ETP_DEVICE_BATTERY, lists[0]);
    start(&buyer, keys[1], ETP_DEVICE_AGGREGATOR, lists[1]);
}

static void connect_both(void)
{
    etp_error error = {0};
    etp_live_endpoint listener;
    expect_ok(etp_live_listen(buyer.live, buyer.node, "tcp://127.0.0.1:0", NULL, &listener, &error), &error,
              "listening");
    expect_ok(
        etp_live_dial(battery.live, battery.node, etp_live_address(buyer.live, listener), BUYER, NULL, NULL, &error),
        &error, "dialing");
}

/* ---- running ---- */

static void *run_buyer(void *user)
{
    (void)user;
    expect_ok(etp_live_run(buyer.live), NULL, "the aggregator's loop");
    return NULL;
}

static void run_both(void)
{
    const struct timeval at_once = {0, 1};
    struct event *turn = event_new(etp_live_base(battery.live), -1, EV_PERSIST, on_turn, NULL);
    pthread_t thread;
    began = bench_clock(CLOCK_MONOTONIC);
    expect(turn != NULL && event_add(turn, &at_once) == 0, "a timer");
    expect(pthread_create(&thread, NULL, run_buyer, NULL) == 0, "a thread");
    expect_ok(etp_live_run(battery.live), NULL, "the battery's loop");
    pthread_join(thread, NULL);
    event_free(turn);
}

static double quantile_ms(const etp_histogram *delays, double q)
{
    return (double)etp_histogram_quantile(delays, q) / 1e3;
}

static void report(double seconds)
{
    const etp_histogram *delays = etp_engine_delays(buyer.engine, ETP_DEVICE_FAILURE);
    etp_engine_stats said, heard;
    etp_engine_get_stats(battery.engine, &said);
    etp_engine_get_stats(buyer.engine, &heard);
    printf("DeviceFailure behind a full outbox: n %llu, p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms (goal: "
           "p99.9 under 5 ms)\n",
           (unsigned long long)delays->count, quantile_ms(delays, 0.5), quantile_ms(delays, 0.99),
           quantile_ms(delays, 0.999), (double)delays->max / 1e3);
    printf(
        "  when it failed %llu to %llu messages waited, %llu in the middle; %.0f k messages/s came, %.0f k were given "
        "up for want of room\n",
        (unsigned long long)etp_histogram_quantile(&waited, 0), (unsigned long long)waited.max,
        (unsigned long long)etp_histogram_quantile(&waited, 0.5),
        (double)heard.received[ETP_BESS_STATUS] / seconds / 1e3, (double)said.outbox_full / 1e3);
}

int main(void)
{
    etp_identity *keys[2];
    etp_trust *lists[2];
    etp_live_clock_set(&clock_of_both);
    build(&battery);
    build(&buyer);
    add_nodes();
    start_both(keys, lists);
    connect_both();
    run_both();
    report(bench_clock(CLOCK_MONOTONIC) - began);
    for (unsigned i = 0; i < 2; i++) {
        struct side *side = i == 0 ? &battery : &buyer;
        etp_live_free(side->live);
        etp_engine_free(side->engine);
        etp_identity_free(keys[i]);
        etp_trust_free(lists[i]);
    }
    return 0;
}

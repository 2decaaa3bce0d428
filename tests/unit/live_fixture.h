/* SPDX-License-Identifier: MIT */
/*
 * Sides of a live market in one process: each has an engine with one node and a network of its own, and all share the
 * test's event_base. Conditions are waited for, up to a generous limit. Include cmocka.h first.
 */
#ifndef UNIT_LIVE_FIXTURE_H
#define UNIT_LIVE_FIXTURE_H

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "etp/engine.h"
#include "etp/live.h"
#include "unit/home_battery.h"

enum { SIDES = 6, LINES = 64, BATTERY = 1001, BUYER = 2001, PATIENCE_S = 60, ATTEMPTS = 8 };

#define CENT ETP_PRICE_PER_CENT
#define MS   ETP_NS_PER_MS
#define HOLD ETP_NS_PER_SECOND /* a busy machine confirms in time all the same */

struct side {
    etp_live *live;
    etp_engine *engine;
    etp_live_options options;
    etp_engine_options engine_options;
    etp_live_node_options node_options;
    etp_battery battery;
    etp_node node;
    etp_id device;
    uint64_t intervals;
    unsigned events[ETP_EVENTS];
    unsigned too_late; /* bids after the close, and holds that were not confirmed in time */
    etp_event last_event[ETP_EVENTS];
    /* the audit, and peers that came and went */
    unsigned refusals, up, lost;
    etp_live_refusal_kind refused_kind;
    etp_id refused_device;
    char refused_reason[256], lost_why[256];
};

static struct side sides[SIDES];
static struct event_base *base;
static struct event *tick; /* so that a loop that has nothing to do comes back */
static unsigned stalls;    /* times that this process had no turn for long */

/* ---- what the sides tell ---- */

static inline void note_event(void *user, const etp_event *event)
{
    struct side *side = user;
    side->events[event->kind]++;
    side->last_event[event->kind] = *event;
    side->too_late += (event->kind == ETP_EVENT_BID && event->code == ETP_CODE_LATE) || event->kind == ETP_EVENT_LAPSE;
}

static inline void note_refusal(void *user, const etp_live_refusal *refusal)
{
    struct side *side = user;
    side->refusals++;
    side->refused_kind = refusal->kind;
    side->refused_device = refusal->device;
    snprintf(side->refused_reason, sizeof side->refused_reason, "%s", refusal->reason);
}

static inline void note_peer(void *user, const etp_live_peer_info *peer, const char *why)
{
    struct side *side = user;
    assert_true(peer->up == (why == NULL));
    if (why == NULL) {
        side->up++;
        return;
    }
    side->lost++;
    snprintf(side->lost_why, sizeof side->lost_why, "%s", why);
}

/* ---- the loop ---- */

static inline void on_tick(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    (void)user;
}

static inline int open_base(void **state)
{
    (void)state;
    memset(sides, 0, sizeof sides);
    base = event_base_new();
    tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);
    const struct timeval often = {0, 5000};
    return event_add(tick, &often);
}

static inline void free_side(struct side *side)
{
    etp_engine_free(side->engine);
    etp_live_free(side->live);
    side->engine = NULL;
    side->live = NULL;
}

static inline int close_base(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SIDES; i++)
        free_side(&sides[i]);
    event_free(tick);
    event_base_free(base);
    return 0;
}

static inline etp_time monotonic(void)
{
    static etp_live_clock clock;
    if (clock.offset == 0)
        etp_live_clock_set(&clock);
    return etp_live_clock_now(&clock);
}

/* What each side has seen, for whoever must find out why nothing comes. */
static inline void show_sides(void)
{
    for (unsigned i = 0; i < SIDES; i++) {
        if (sides[i].live == NULL)
            continue;
        print_message("side %u: up %u, lost %u (%s), refused %u (%s)", i, sides[i].up, sides[i].lost, sides[i].lost_why,
                      sides[i].refusals, sides[i].refused_reason);
        for (unsigned kind = 0; kind < ETP_EVENTS; kind++)
            if (sides[i].events[kind] > 0)
                print_message(", %s %u", etp_event_name((etp_event_kind)kind), sides[i].events[kind]);
        print_message("\n");
    }
}

/* The loop comes back every 5 ms, unless the machine has much else to do: then a window may have passed unused. */
static inline void turn(void)
{
    const etp_time before = monotonic();
    event_base_loop(base, EVLOOP_ONCE);
    stalls += monotonic() - before > 50 * MS;
}

/* Until a condition holds. A test that waits in vain fails. */
#define WAIT_FOR(condition)                                                                \
    do {                                                                                   \
        const etp_time wait_end = monotonic() + PATIENCE_S * ETP_NS_PER_SECOND;            \
        while (!(condition)) {                                                             \
            if (monotonic() > wait_end) {                                                  \
                show_sides();                                                              \
                fail_msg("%s:%d: waited in vain for: %s", __FILE__, __LINE__, #condition); \
            }                                                                              \
            turn();                                                                        \
        }                                                                                  \
    } while (0)

/* ---- building: prepare(), change its options, build_...() ---- */

static inline struct side *prepare(unsigned number, etp_id device)
{
    struct side *side = &sides[number];
    memset(side, 0, sizeof *side);
    side->device = device;
    etp_live_defaults(&side->options);
    side->options.event_base = base;
    side->options.backoff_min = 10 * MS;
    side->options.backoff_max = 100 * MS;
    side->options.max_peers = 64;
    side->options.seed = number + 1;
    side->options.audit = (etp_live_audit){note_refusal, side};
    side->options.watch = (etp_live_watch){note_peer, side};
    etp_engine_defaults(&side->engine_options);
    side->engine_options.observer = (etp_observer){note_event, side};
    side->engine_options.seed = number + 1;
    side->engine_options.timing.query_spread = 10 * MS;
    side->engine_options.timing.window = 200 * MS;
    side->engine_options.timing.hold = HOLD;
    side->engine_options.max_nodes = 1;
    side->engine_options.max_links = 64;
    side->node_options = (etp_live_node_options){.size = sizeof side->node_options, .device_id = device};
    return side;
}

static inline void check(int result, const etp_error *error)
{
    if (result != ETP_OK)
        fail_msg("%s: %s", etp_error_name(result), error->text);
}

static inline void build_engine(struct side *side)
{
    etp_error error = {0};
    check(etp_live_new(&side->live, &side->options, &error), &error);
    side->engine_options.transport = etp_live_transport(side->live);
    side->engine_options.now = etp_live_now(side->live);
    check(etp_engine_new(&side->engine, &side->engine_options, &error), &error);
    assert_int_equal(etp_live_attach(side->live, side->engine), ETP_OK);
}

static inline void start_side(struct side *side)
{
    etp_error error = {0};
    side->node_options.node = side->node;
    assert_int_equal(etp_engine_start(side->engine), ETP_OK);
    check(etp_live_add_node(side->live, &side->node_options, &error), &error);
    assert_int_equal(etp_live_start(side->live), ETP_OK);
}

static inline void build_battery(struct side *side)
{
    assert_int_equal(etp_battery_init(&side->battery, &home_battery, 8000000), ETP_OK);
    build_engine(side);
    etp_bess_options options = {
        .size = sizeof options, .device_id = side->device, .battery = &side->battery, .peers = 64};
    assert_int_equal(etp_engine_add_bess(side->engine, &options, &side->node), ETP_OK);
    side->node_options.role = ETP_DEVICE_BATTERY;
    start_side(side);
}

static inline void build_buyer(struct side *side)
{
    build_engine(side);
    etp_aggregator_options options = {
        .size = sizeof options, .device_id = side->device, .peers = side->engine_options.max_links};
    assert_int_equal(etp_engine_add_aggregator(side->engine, &options, &side->node), ETP_OK);
    side->node_options.role = ETP_DEVICE_AGGREGATOR;
    start_side(side);
}

/* Listens; the address, with the port that the system chose, is borrowed from the network. */
static inline const char *listen_at(struct side *side, const char *url)
{
    etp_error error = {0};
    etp_live_endpoint endpoint;
    check(etp_live_listen(side->live, side->node, url, NULL, &endpoint, &error), &error);
    return etp_live_address(side->live, endpoint);
}

static inline etp_live_endpoint dial_to(struct side *side, const char *url, etp_id expected)
{
    etp_error error = {0};
    etp_live_endpoint endpoint;
    check(etp_live_dial(side->live, side->node, url, expected, NULL, &endpoint, &error), &error);
    return endpoint;
}

/* ---- the market ---- */

static inline void begin_interval(struct side *side)
{
    const etp_bess_brief lot = {.lot = ETP_ENERGY_PER_KWH / 10};
    const etp_aggregator_brief need = {
        .takes_part = true, .value = 25 * CENT, .need = ETP_ENERGY_PER_KWH, .budget = ETP_MONEY_PER_DOLLAR};
    etp_time now = etp_live_now(side->live);
    const etp_interval interval = {.index = side->intervals++,
                                   .starts = now,
                                   .ends = now + 300 * ETP_NS_PER_SECOND,
                                   .spot = 10 * CENT,
                                   .forecast = 10 * CENT};
    if (side->node_options.role == ETP_DEVICE_BATTERY)
        assert_int_equal(etp_engine_brief_bess(side->engine, side->node, &lot), ETP_OK);
    else
        assert_int_equal(etp_engine_brief_aggregator(side->engine, side->node, &need), ETP_OK);
    etp_engine_advance(side->engine, now);
    assert_int_equal(etp_engine_begin_interval(side->engine, &interval), ETP_OK);
    assert_int_equal(etp_live_changed(side->live), ETP_OK);
}

static inline etp_live_stats live_stats(const struct side *side)
{
    etp_live_stats stats = {.size = sizeof stats};
    assert_int_equal(etp_live_get_stats(side->live, &stats), ETP_OK);
    return stats;
}

static inline etp_live_peer_info peer_of(const struct side *side, unsigned index)
{
    etp_live_peer_info info = {.size = sizeof info};
    assert_int_equal(etp_live_peer(side->live, index, &info), ETP_OK);
    return info;
}

/* A battery that listens and a buyer that dials it, and has heard of it: else it would not query. */
static inline void connect_two(const char *url)
{
    build_battery(prepare(0, BATTERY));
    build_buyer(prepare(1, BUYER));
    dial_to(&sides[1], listen_at(&sides[0], url), BATTERY);
    WAIT_FOR(sides[0].up == 1 && sides[1].up == 1 && sides[1].events[ETP_EVENT_REGISTER] > 0);
}

/* Grows with each sign of a machine that had much else to do. */
static inline unsigned slowness(void)
{
    unsigned signs = stalls;
    for (unsigned i = 0; i < SIDES; i++)
        signs += sides[i].too_late;
    return signs;
}

/*
 * Does `begin`, which begins intervals, and waits until a condition holds. If what should come of an interval does not, that is a
 * failure, but for a machine that was too slow for its window: then there is another one.
 */
#define TRADE_UNTIL(begin, condition)                                                          \
    for (unsigned attempt_ = 1;; attempt_++) {                                                 \
        const unsigned before_ = slowness();                                                   \
        const etp_time over_ = monotonic() + HOLD + 2 * ETP_NS_PER_SECOND;                     \
        begin;                                                                                 \
        WAIT_FOR((condition) || monotonic() > over_);                                          \
        if (condition)                                                                         \
            break;                                                                             \
        if (slowness() == before_ || attempt_ == ATTEMPTS) {                                   \
            show_sides();                                                                      \
            fail_msg("%s:%d: an interval passed without: %s", __FILE__, __LINE__, #condition); \
        }                                                                                      \
    }

static inline void begin_both(struct side *battery, struct side *buyer)
{
    begin_interval(battery);
    begin_interval(buyer);
}

static inline void trade_once(struct side *battery, struct side *buyer)
{
    const unsigned sold = battery->events[ETP_EVENT_CONFIRM], bought = buyer->events[ETP_EVENT_RECEIPT];
    TRADE_UNTIL(begin_both(battery, buyer), battery->events[ETP_EVENT_CONFIRM] > sold);
    WAIT_FOR(battery->events[ETP_EVENT_CONFIRM] == sold + 1 && buyer->events[ETP_EVENT_RECEIPT] == bought + 1);
}

#endif

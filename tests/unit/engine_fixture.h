/* SPDX-License-Identifier: MIT */
/*
 * One engine with one node under test. The test plays the node's peers: what the node sends is caught, opened and kept,
 * and what a peer says goes in as a sealed frame. Nothing goes round the public doors. Frames go from hand to hand, or over
 * what engine_wire.h puts in between. Include cmocka.h first.
 */
#ifndef UNIT_ENGINE_FIXTURE_H
#define UNIT_ENGINE_FIXTURE_H

#include <string.h>

#include "etp/engine.h"
#include "unit/home_battery.h"

enum { PEERS = 4, HEARD_MAX = 4096, SELF = 7, PEER = 101 };

#define START    (INT64_C(1700000000) * ETP_NS_PER_SECOND)
#define INTERVAL (300 * ETP_NS_PER_SECOND)
#define CENT     ETP_PRICE_PER_CENT
#define LOT      INT64_C(400000)
#define RESERVE  (9 * CENT) /* of the default policy: the battery is above 75 % */
#define MS       ETP_NS_PER_MS

/* What the node sent, and in which frame. */
struct heard {
    unsigned peer, frame;
    etp_message message;
};

static struct fixture {
    etp_engine *engine;
    etp_engine_options options;
    etp_battery battery;
    etp_energy stored_at_start;
    etp_node node;
    bool sells;
    etp_interval interval;
    etp_id last_id; /* of the peers */
    struct heard heard[HEARD_MAX];
    unsigned heard_count, frames;
    int send_result[PEERS];
    unsigned events[ETP_EVENTS];
    etp_event last_event[ETP_EVENTS];
    /* what the strategies do, and what they were told */
    int decision, second_decision;
    etp_price price, raise;
    etp_energy energy;
    unsigned offers, results, faults;
    etp_offer offer;
    etp_result_view result;
    etp_fault fault;
    etp_sale_view sale;
    unsigned sales;
} it;

/* How frames travel, where it is not from hand to hand. */
struct carriage {
    void (*build)(void); /* before the engine is made: sets its transport */
    void (*join)(void);  /* the engine has started: all peers come */
    void (*carry)(unsigned peer, const void *frame, size_t size);
    void (*set_clock)(etp_time when);
    void (*rest)(void); /* until all that was said has arrived, either way */
    void (*lose)(unsigned peer);
    void (*regain)(unsigned peer);
    void (*replace)(unsigned peer); /* by another connection, while the first is there */
    void (*end)(void);
};

/* tests/CMakeLists.txt builds some tests of the engine once more, over the wire. */
#ifdef ETP_OVER_THE_WIRE
static const struct carriage over_the_wire;
static const struct carriage *carriage = &over_the_wire;
#else
static const struct carriage *carriage;
#endif

static inline void come_to_rest(void)
{
    if (carriage != NULL)
        carriage->rest();
}

/* ---- the engine's surroundings ---- */

static inline int catch_frame(void *user, etp_link link, const void *frame, size_t size)
{
    (void)user;
    assert_true(link < PEERS);
    if (it.send_result[link] != ETP_OK)
        return it.send_result[link];
    etp_frame_reader reader;
    assert_int_equal(etp_frame_open(&reader, frame, size), ETP_REFUSED_NONE);
    while (etp_frame_more(&reader)) {
        if (it.heard_count == HEARD_MAX)
            it.heard_count = 0;
        struct heard *heard = &it.heard[it.heard_count++];
        *heard = (struct heard){.peer = link, .frame = it.frames};
        assert_int_equal(etp_frame_next(&reader, &heard->message), ETP_REFUSED_NONE);
        assert_int_equal(heard->message.device_id, SELF);
        assert_int_equal(heard->message.ttl, ETP_TTL_DEFAULT);
    }
    it.frames++;
    return ETP_OK;
}

static inline void note_event(void *user, const etp_event *event)
{
    (void)user;
    it.events[event->kind]++;
    it.last_event[event->kind] = *event;
}

static inline int decide_offer(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)user;
    (void)context;
    it.offers++;
    it.offer = *offer;
    intent->price = it.price;
    if (it.energy != 0)
        intent->energy = it.energy;
    return offer->asked == 1 ? it.decision : it.second_decision;
}

static inline int hear_result(void *user, const etp_context *context, const etp_result_view *result, etp_intent *intent)
{
    (void)user;
    (void)context;
    it.results++;
    it.result = *result;
    intent->price = it.raise;
    return it.raise > 0 ? ETP_DECIDE_BID : ETP_DECIDE_PASS;
}

static inline int hear_fault(void *user, const etp_context *context, const etp_fault *fault)
{
    (void)user;
    (void)context;
    it.faults++;
    it.fault = *fault;
    return 0;
}

static inline int hear_sale(void *user, const etp_context *context, const etp_sale_view *sale)
{
    (void)user;
    (void)context;
    it.sales++;
    it.sale = *sale;
    return 0;
}

static const etp_aggregator_hooks buyer_hooks = {
    .size = sizeof(etp_aggregator_hooks), .on_offer = decide_offer, .on_result = hear_result, .on_fault = hear_fault};
static const etp_bess_hooks seller_hooks = {
    .size = sizeof(etp_bess_hooks), .on_result = hear_sale, .on_fault = hear_fault};

/* ---- time ---- */

static inline etp_time now(void)
{
    return etp_engine_now(it.engine);
}

static inline void pass_to(etp_time when)
{
    if (carriage != NULL)
        carriage->set_clock(when);
    etp_engine_advance(it.engine, when);
    come_to_rest();
}

/* Stops at every timer, as a host does. */
static inline void advance_to(etp_time when)
{
    while (etp_engine_deadline(it.engine) < when) {
        etp_time due = etp_engine_deadline(it.engine);
        pass_to(due > now() ? due : now());
    }
    pass_to(when);
}

static inline void advance(etp_time by)
{
    advance_to(now() + by);
}

static inline void begin_interval(void)
{
    it.interval.starts = now();
    it.interval.ends = now() + INTERVAL;
    assert_int_equal(etp_engine_begin_interval(it.engine, &it.interval), ETP_OK);
    it.interval.index++;
    advance(0);
}

/* ---- building: set_up(), change it.options, then one of the two begin_...() ---- */

static inline void set_up(void)
{
    memset(&it, 0, sizeof it);
    etp_engine_defaults(&it.options);
    it.options.transport = (etp_transport){.send = catch_frame};
    it.options.observer = (etp_observer){.on_event = note_event};
    it.options.now = START;
    it.options.seed = 1;
    it.options.max_nodes = 1;
    it.options.max_links = PEERS;
    it.options.timing.query_spread = 0;
    it.decision = it.second_decision = ETP_DECIDE_BID;
    it.price = 20 * CENT;
}

static inline void tear_down(void)
{
    if (carriage != NULL)
        carriage->end();
    etp_engine_free(it.engine);
    it.engine = NULL;
}

static inline void forget(void)
{
    come_to_rest();
    it.heard_count = it.frames = 0;
}

static inline void make_engine(void)
{
    etp_error error = {0};
    if (carriage != NULL)
        carriage->build();
    if (etp_engine_new(&it.engine, &it.options, &error) != ETP_OK)
        fail_msg("%s", error.text);
}

/* Peers that have to connect come in start(). */
static inline void make_links(void)
{
    for (unsigned i = 0; i < PEERS && carriage == NULL; i++) {
        etp_link link;
        assert_int_equal(etp_engine_add_link(it.engine, it.node, PEER + i, &link), ETP_OK);
        assert_int_equal(link, i);
    }
}

static inline void start(void)
{
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    if (carriage != NULL)
        carriage->join();
}

static inline void charge_battery(void)
{
    it.stored_at_start = 8000000;
    assert_int_equal(etp_battery_init(&it.battery, &home_battery, it.stored_at_start), ETP_OK);
}

static inline void make_bess(const etp_bess_hooks *hooks)
{
    make_engine();
    charge_battery();
    it.sells = true;
    etp_bess_options options = {.size = sizeof options,
                                .device_id = SELF,
                                .battery = &it.battery,
                                .hooks = hooks,
                                .base_reserve = 10 * CENT,
                                .peers = PEERS};
    assert_int_equal(etp_engine_add_bess(it.engine, &options, &it.node), ETP_OK);
    make_links();
    etp_bess_brief brief = {.lot = LOT};
    assert_int_equal(etp_engine_brief_bess(it.engine, it.node, &brief), ETP_OK);
}

static inline void make_buyer(const etp_aggregator_hooks *hooks)
{
    make_engine();
    etp_aggregator_options options = {.size = sizeof options, .device_id = SELF, .hooks = hooks, .peers = PEERS};
    assert_int_equal(etp_engine_add_aggregator(it.engine, &options, &it.node), ETP_OK);
    make_links();
}

static inline void brief_buyer(etp_energy need, etp_money budget)
{
    etp_aggregator_brief brief = {.takes_part = true, .value = 25 * CENT, .need = need, .budget = budget};
    assert_int_equal(etp_engine_brief_aggregator(it.engine, it.node, &brief), ETP_OK);
}

/* A battery in its first interval, its Registers sent and forgotten. */
static inline void begin_bess(etp_mechanism mechanism)
{
    it.options.mechanism = mechanism;
    make_bess(&seller_hooks);
    start();
    advance(3000 * MS);
    forget();
    begin_interval();
}

/* ---- links that come and go ---- */

static inline void lose_link(unsigned peer)
{
    if (carriage != NULL)
        carriage->lose(peer);
    else
        assert_int_equal(etp_engine_link_lost(it.engine, peer), ETP_OK);
}

static inline void regain_link(unsigned peer)
{
    if (carriage != NULL)
        carriage->regain(peer);
    else
        assert_int_equal(etp_engine_link_up(it.engine, peer), ETP_OK);
}

/* By another connection, which the transport need not have noticed to be lost. */
static inline void replace_link(unsigned peer)
{
    if (carriage != NULL)
        carriage->replace(peer);
    else
        assert_int_equal(etp_engine_link_up(it.engine, peer), ETP_OK);
}

/* ---- what the node said ---- */

static inline unsigned count_heard(unsigned peer, etp_type type)
{
    unsigned count = 0;
    for (unsigned i = 0; i < it.heard_count; i++)
        count += it.heard[i].peer == peer && it.heard[i].message.type == type;
    return count;
}

/* The last message of a type to a peer, or NULL. */
static inline const etp_message *find_heard(unsigned peer, etp_type type)
{
    for (unsigned i = it.heard_count; i-- > 0;)
        if (it.heard[i].peer == peer && it.heard[i].message.type == type)
            return &it.heard[i].message;
    return NULL;
}

static inline etp_message heard(unsigned peer, etp_type type)
{
    const etp_message *message = find_heard(peer, type);
    if (message == NULL)
        fail_msg("no %s to peer %u", etp_type_name(type), peer);
    return message != NULL ? *message : (etp_message){0};
}

static inline void expect_heard(unsigned peer, etp_type type, etp_code code, etp_id in_reply_to)
{
    etp_message message = heard(peer, type);
    assert_string_equal(etp_code_name(message.code), etp_code_name(code));
    assert_int_equal(message.in_reply_to, in_reply_to);
}

static inline uint64_t refused(etp_refusal refusal)
{
    etp_engine_stats stats;
    etp_engine_get_stats(it.engine, &stats);
    return stats.refused[refusal];
}

static inline etp_engine_stats stats(void)
{
    etp_engine_stats numbers;
    etp_engine_get_stats(it.engine, &numbers);
    return numbers;
}

static inline etp_aggregator_totals totals(void)
{
    etp_aggregator_totals numbers;
    assert_int_equal(etp_engine_aggregator_totals(it.engine, it.node, &numbers), ETP_OK);
    return numbers;
}

static inline etp_energy sold(void)
{
    etp_energy energy;
    etp_money revenue;
    assert_int_equal(etp_engine_sold(it.engine, it.node, &energy, &revenue), ETP_OK);
    return energy;
}

#ifdef ETP_OVER_THE_WIRE
#include "engine_wire.h"
#endif

#endif

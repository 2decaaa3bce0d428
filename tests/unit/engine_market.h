/* SPDX-License-Identifier: MIT */
/*
 * A small market over a bad network: batteries in one engine, buyers in another, nothing between them but frames that are
 * delayed, lost, doubled and damaged by a seeded stream. The test counts both sides' trades by their events alone.
 * Include cmocka.h first.
 */
#ifndef UNIT_ENGINE_MARKET_H
#define UNIT_ENGINE_MARKET_H

#include <string.h>

#include "etp/engine.h"
#include "home_battery.h"

enum { BATTERIES = 4, BUYERS = 3, PAIRS = BATTERIES * BUYERS, FLIGHTS = 512, SELLING = 0, BUYING = 1 };

#define FIRST_BATTERY 1000
#define FIRST_BUYER   1
#define MARKET_LOT    INT64_C(400000)

struct flight {
    etp_time due;
    unsigned engine;
    etp_link link;
    size_t size;
    unsigned char bytes[ETP_FRAME_MAX];
};

static struct market {
    etp_engine *engines[2];
    etp_engine_options options;
    etp_battery batteries[BATTERIES];
    etp_node sellers[BATTERIES], buyers[BUYERS];
    struct flight flights[FLIGHTS];
    unsigned in_flight;
    etp_rng rng;
    unsigned loss_percent, double_percent, damage_percent;
    etp_time delay_min, delay_max;
    etp_time now;
    uint64_t interval;
    /* by events */
    uint64_t sales, receipts;
    etp_energy sold, bought;
    etp_money earned, paid;
} market;

static const etp_energy stored_at_start = 8000000;

/* Link `b * BUYERS + a` of either engine joins battery b and buyer a. */
static inline int put_in_flight(void *user, etp_link link, const void *frame, size_t size)
{
    unsigned from = user == &market.engines[SELLING] ? SELLING : BUYING;
    unsigned copies = 1 + (etp_rng_below(&market.rng, 100) < market.double_percent);
    if (etp_rng_below(&market.rng, 100) < market.loss_percent)
        return ETP_OK;
    while (copies-- > 0 && market.in_flight < FLIGHTS) {
        struct flight *flight = &market.flights[market.in_flight++];
        uint64_t range = (uint64_t)(market.delay_max - market.delay_min) + 1;
        flight->due = market.now + market.delay_min + (etp_time)etp_rng_below(&market.rng, range);
        flight->engine = 1 - from;
        flight->link = link;
        flight->size = size;
        memcpy(flight->bytes, frame, size);
        if (etp_rng_below(&market.rng, 100) < market.damage_percent)
            flight->bytes[etp_rng_below(&market.rng, size)] ^= (unsigned char)(1U << etp_rng_below(&market.rng, 8));
    }
    return ETP_OK;
}

static inline void count_trade(void *user, const etp_event *event)
{
    (void)user;
    if (event->kind == ETP_EVENT_CONFIRM) {
        market.sales++;
        market.sold += event->energy;
        market.earned += event->amount;
    } else if (event->kind == ETP_EVENT_RECEIPT) {
        market.receipts++;
        market.bought += event->energy;
        market.paid += event->amount;
    }
}

static inline void set_up_market(uint64_t seed)
{
    memset(&market, 0, sizeof market);
    etp_engine_defaults(&market.options);
    market.now = INT64_C(1700000000) * ETP_NS_PER_SECOND;
    market.options.now = market.now;
    market.options.seed = seed;
    market.options.observer.on_event = count_trade;
    market.options.max_nodes = BATTERIES + BUYERS;
    market.options.max_links = PAIRS;
    etp_rng_seed(&market.rng, seed);
    market.delay_max = 20 * ETP_NS_PER_MS;
}

static inline int add_batteries(etp_engine *engine)
{
    for (unsigned b = 0; b < BATTERIES; b++) {
        assert_int_equal(etp_battery_init(&market.batteries[b], &bare_battery, stored_at_start), ETP_OK);
        etp_bess_options options = {
            .size = sizeof options, .device_id = FIRST_BATTERY + b, .battery = &market.batteries[b], .peers = BUYERS};
        int result = etp_engine_add_bess(engine, &options, &market.sellers[b]);
        if (result != ETP_OK)
            return result;
    }
    return ETP_OK;
}

static inline int add_buyers(etp_engine *engine)
{
    for (unsigned a = 0; a < BUYERS; a++) {
        etp_aggregator_options options = {.size = sizeof options, .device_id = FIRST_BUYER + a, .peers = BATTERIES};
        int result = etp_engine_add_aggregator(engine, &options, &market.buyers[a]);
        if (result != ETP_OK)
            return result;
    }
    return ETP_OK;
}

static inline int make_side(unsigned side)
{
    etp_engine_options options = market.options;
    options.transport = (etp_transport){.send = put_in_flight, .user = &market.engines[side]};
    int result = etp_engine_new(&market.engines[side], &options, NULL);
    if (result == ETP_OK)
        result = side == SELLING ? add_batteries(market.engines[side]) : add_buyers(market.engines[side]);
    for (unsigned pair = 0; pair < PAIRS && result == ETP_OK; pair++) {
        etp_link link;
        unsigned b = pair / BUYERS, a = pair % BUYERS;
        result = side == SELLING
                     ? etp_engine_add_link(market.engines[side], market.sellers[b], FIRST_BUYER + a, &link)
                     : etp_engine_add_link(market.engines[side], market.buyers[a], FIRST_BATTERY + b, &link);
    }
    return result;
}

static inline void tear_down_market(void)
{
    for (unsigned side = 0; side < 2; side++) {
        etp_engine_free(market.engines[side]);
        market.engines[side] = NULL;
    }
}

/* For cmocka. */
static inline int end_market_test(void **unused)
{
    (void)unused;
    tear_down_market();
    return 0;
}

/* ---- time ---- */

static inline unsigned next_flight(void)
{
    unsigned first = 0;
    for (unsigned i = 1; i < market.in_flight; i++)
        if (market.flights[i].due < market.flights[first].due)
            first = i;
    return first;
}

static inline void check_batteries(void)
{
    for (unsigned b = 0; b < BATTERIES; b++)
        assert_true(etp_battery_conserves(&market.batteries[b], stored_at_start));
}

static inline void move_clock(etp_time when)
{
    market.now = when > market.now ? when : market.now;
    for (unsigned side = 0; side < 2; side++)
        etp_engine_advance(market.engines[side], market.now);
}

static inline void run_market_until(etp_time end)
{
    for (;;) {
        unsigned first = next_flight();
        etp_time due = market.in_flight > 0 ? market.flights[first].due : ETP_TIME_NEVER;
        for (unsigned side = 0; side < 2; side++)
            if (etp_engine_deadline(market.engines[side]) < due)
                due = etp_engine_deadline(market.engines[side]);
        if (due >= end)
            break;
        move_clock(due);
        if (market.in_flight > 0 && market.flights[first].due <= market.now) {
            static struct flight landed;
            landed = market.flights[first];
            market.flights[first] = market.flights[--market.in_flight];
            etp_engine_receive(market.engines[landed.engine], landed.link, landed.bytes, landed.size);
            check_batteries();
        }
    }
    move_clock(end);
}

static inline void start_market(void)
{
    for (unsigned side = 0; side < 2; side++)
        assert_int_equal(etp_engine_start(market.engines[side]), ETP_OK);
    run_market_until(market.now + 5 * ETP_NS_PER_SECOND);
}

/* Everyone has new needs and energy. */
static inline void begin_market_interval(void)
{
    etp_interval interval = {
        .index = market.interval++, .starts = market.now, .ends = market.now + ETP_NS_PER_HOUR / 12};
    for (unsigned b = 0; b < BATTERIES; b++) {
        etp_bess_brief brief = {.lot = MARKET_LOT};
        etp_battery_charge(&market.batteries[b], MARKET_LOT);
        etp_engine_brief_bess(market.engines[SELLING], market.sellers[b], &brief);
    }
    for (unsigned a = 0; a < BUYERS; a++) {
        etp_aggregator_brief brief = {.takes_part = true,
                                      .value = (etp_price)(10 + etp_rng_below(&market.rng, 20)) * ETP_PRICE_PER_CENT,
                                      .need = MARKET_LOT + (etp_energy)etp_rng_below(&market.rng, 500000),
                                      .budget = ETP_MONEY_PER_DOLLAR};
        etp_engine_brief_aggregator(market.engines[BUYING], market.buyers[a], &brief);
    }
    for (unsigned side = 0; side < 2; side++)
        assert_int_equal(etp_engine_begin_interval(market.engines[side], &interval), ETP_OK);
}

static inline void run_interval(void)
{
    etp_time ends = market.now + ETP_NS_PER_HOUR / 12;
    begin_market_interval();
    run_market_until(ends);
}

/* What all of them have bought, and do not know yet. */
static inline etp_aggregator_totals sum_of_buyers(void)
{
    etp_aggregator_totals sum = {0}, one;
    for (unsigned a = 0; a < BUYERS; a++) {
        assert_int_equal(etp_engine_aggregator_totals(market.engines[BUYING], market.buyers[a], &one), ETP_OK);
        sum.wins += one.wins;
        sum.energy += one.energy;
        sum.paid += one.paid;
        sum.in_doubt += one.in_doubt;
        sum.unresolved += one.unresolved;
    }
    return sum;
}

#endif

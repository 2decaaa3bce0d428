/* SPDX-License-Identifier: MIT */
/* One battery, two buyers, and a network between them in memory: three auctions, and who bought what. */
#include <stdio.h>
#include <string.h>

#include <etp/etp.h>

enum { BATTERY = 101, BUYERS = 2 };

/* What our transport needs. */
typedef struct market {
    etp_engine *engine;
    etp_network *network;
} market;

static int send_frame(void *user, etp_link link, const void *frame, size_t size)
{
    market *m = (market *)user;
    return etp_network_send(m->network, etp_engine_now(m->engine), link, frame, size);
}

static void on_event(void *user, const etp_event *event)
{
    (void)user;
    if (event->kind == ETP_EVENT_CONFIRM)
        printf("interval %u: buyer %u takes %.2f kWh at %.2f c/kWh\n", (unsigned)event->interval, (unsigned)event->peer,
               etp_energy_to_kwh(event->energy), etp_price_to_cents(event->price));
}

/* Whatever comes first, a timer of the engine or a frame that arrives, until `end`. This is all the loop there is. */
static void run_until(market *m, etp_time end)
{
    for (;;) {
        etp_time timer = etp_engine_deadline(m->engine), arrival = etp_network_next(m->network);
        etp_time next = timer < arrival ? timer : arrival;
        if (next >= end)
            break;
        etp_engine_advance(m->engine, next);
        etp_delivery delivery;
        while (etp_network_take(m->network, next, &delivery))
            etp_engine_receive(m->engine, delivery.link, delivery.frame, delivery.size);
    }
    etp_engine_advance(m->engine, end);
}

/* A battery of 10 kWh that holds 8, with the protocol's own reserve: 8.3 c/kWh x 0.9, for it is nearly full. */
static int add_battery(market *m, etp_battery *battery, etp_node *node)
{
    etp_battery_spec spec;
    memset(&spec, 0, sizeof spec);
    spec.capacity = 10 * ETP_ENERGY_PER_KWH;
    spec.power = spec.export_limit = 5 * ETP_POWER_PER_KW;
    spec.one_way_ppm = 950000;
    spec.voltage_mv = 48000;
    spec.rated_cycles = 6000;
    int result = etp_battery_init(battery, &spec, 8 * ETP_ENERGY_PER_KWH);
    etp_bess_options options;
    etp_bess_defaults(&options);
    options.device_id = BATTERY;
    options.battery = battery;
    options.peers = BUYERS;
    return result == ETP_OK ? etp_engine_add_bess(m->engine, &options, node) : result;
}

/* A buyer without hooks bids what energy is worth to it. Both ends of its link are ours. */
static int add_buyer(market *m, etp_id device, etp_node battery, etp_node *node)
{
    etp_aggregator_options options;
    etp_aggregator_defaults(&options);
    options.device_id = device;
    options.peers = 1;
    etp_link here, there;
    int result = etp_engine_add_aggregator(m->engine, &options, node);
    if (result == ETP_OK)
        result = etp_engine_add_link(m->engine, *node, BATTERY, &here);
    if (result == ETP_OK)
        result = etp_engine_add_link(m->engine, battery, device, &there);
    return result == ETP_OK ? etp_network_join(m->network, here, device, there, BATTERY) : result;
}

static int build(market *m, etp_battery *battery, etp_node *seller, etp_node *buyers)
{
    etp_error error;
    etp_network_options network;
    etp_network_defaults(&network);
    network.max_links = 2 * BUYERS;
    network.delay = 20 * ETP_NS_PER_MS;
    etp_engine_options engine;
    etp_engine_defaults(&engine);
    engine.transport.send = send_frame;
    engine.transport.user = m;
    engine.observer.on_event = on_event;
    engine.now = INT64_C(1700000000) * ETP_NS_PER_SECOND; /* any clock will do: this one is made up */
    engine.max_nodes = 1 + BUYERS;
    engine.max_links = 2 * BUYERS;
    if (etp_network_new(&m->network, &network, &error) != ETP_OK ||
        etp_engine_new(&m->engine, &engine, &error) != ETP_OK) {
        fprintf(stderr, "%s\n", error.text);
        return error.code;
    }
    int result = add_battery(m, battery, seller);
    for (unsigned i = 0; i < BUYERS && result == ETP_OK; i++)
        result = add_buyer(m, 1 + i, *seller, &buyers[i]);
    return result == ETP_OK ? etp_engine_start(m->engine) : result;
}

/* Five minutes of market: what the battery may sell, what each buyer needs and pays, and the auction between them. */
static int run_interval(market *m, unsigned index, const etp_battery *battery, etp_node seller, const etp_node *buyers)
{
    const etp_time length = 300 * ETP_NS_PER_SECOND;
    etp_bess_brief lot;
    memset(&lot, 0, sizeof lot);
    lot.lot = etp_battery_lot(battery, length, 0, 0);
    etp_engine_brief_bess(m->engine, seller, &lot);
    for (unsigned i = 0; i < BUYERS; i++) {
        etp_aggregator_brief need;
        memset(&need, 0, sizeof need);
        need.takes_part = true;
        need.value = (10 + (int)((index + i) % BUYERS) * 2) * ETP_PRICE_PER_CENT;
        need.need = ETP_ENERGY_PER_KWH / 4;
        need.budget = ETP_MONEY_PER_DOLLAR;
        etp_engine_brief_aggregator(m->engine, buyers[i], &need);
    }
    etp_interval interval;
    memset(&interval, 0, sizeof interval);
    interval.index = index;
    interval.starts = etp_engine_now(m->engine);
    interval.ends = interval.starts + length;
    interval.spot = interval.forecast = 10 * ETP_PRICE_PER_CENT;
    int result = etp_engine_begin_interval(m->engine, &interval);
    if (result == ETP_OK)
        run_until(m, interval.ends);
    return result;
}

int main(void)
{
    market m = {NULL, NULL};
    etp_battery battery;
    etp_node seller, buyers[BUYERS];
    int result = build(&m, &battery, &seller, buyers);
    if (result == ETP_OK)
        run_until(&m, etp_engine_now(m.engine) + ETP_NS_PER_SECOND); /* the battery registers with its buyers */
    for (unsigned index = 0; index < 3 && result == ETP_OK; index++)
        result = run_interval(&m, index, &battery, seller, buyers);
    if (result == ETP_OK)
        printf("sold %.2f kWh\n", etp_energy_to_kwh(battery.sold));
    else
        fprintf(stderr, "the market stopped: %s\n", etp_strerror(result));
    etp_engine_free(m.engine);
    etp_network_free(m.network);
    return result == ETP_OK ? 0 : 1;
}

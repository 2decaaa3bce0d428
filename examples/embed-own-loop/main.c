/* SPDX-License-Identifier: MIT */
/*
 * A program that has a libevent loop already, and takes the engine into it. One timer steps the engine: it is set to the
 * engine's next deadline each time, and asks the monotonic clock what time it is. Frames go through a queue of the
 * program's own, which another event of the same loop empties.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <etp/etp.h>
#include <event2/event.h>

enum { BATTERY = 101, BUYER = 1, ENOUGH = 2, INTERVALS_MAX = 30, QUEUE_MAX = 64 };

typedef struct parcel {
    etp_link to;
    size_t size;
    unsigned char bytes[ETP_FRAME_MAX];
} parcel;

typedef struct program {
    struct event_base *base; /* was here before the engine came */
    struct event *heartbeat, *timer, *mail, *interval;
    etp_engine *engine;
    etp_battery battery;
    etp_node seller, buyer;
    etp_time started_wall, started_monotonic;
    parcel queue[QUEUE_MAX];
    unsigned first, count;
    unsigned beats, intervals, trades;
} program;

/* ---- the clock: Unix time at the start, and from then on the clock that nobody sets ---- */

static etp_time read_clock(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (etp_time)now.tv_sec * ETP_NS_PER_SECOND + now.tv_nsec;
}

static etp_time market_time(const program *p)
{
    return p->started_wall + read_clock(CLOCK_MONOTONIC) - p->started_monotonic;
}

/* ---- the engine in the loop ---- */

/* After every call of the engine: when does it want to be called again? */
static void set_timer(program *p)
{
    etp_time deadline = etp_engine_deadline(p->engine);
    if (deadline == ETP_TIME_NEVER) {
        event_del(p->timer);
        return;
    }
    etp_time wait = deadline - market_time(p);
    if (wait < 0)
        wait = 0;
    /* Rounded up, so that the timer is due when it fires. */
    struct timeval delay = {(time_t)(wait / ETP_NS_PER_SECOND),
                            (suseconds_t)(wait % ETP_NS_PER_SECOND / ETP_NS_PER_US + 1)};
    event_add(p->timer, &delay);
}

static void on_timer(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    program *p = (program *)user;
    etp_engine_advance(p->engine, market_time(p));
    set_timer(p);
}

/* The transport may not call the engine, so the frame waits until the loop comes round. Link 0 and 1 are the two ends. */
static int send_frame(void *user, etp_link link, const void *frame, size_t size)
{
    program *p = (program *)user;
    if (p->count == QUEUE_MAX)
        return ETP_EFULL;
    parcel *last = &p->queue[(p->first + p->count++) % QUEUE_MAX];
    last->to = 1 - link;
    last->size = size;
    memcpy(last->bytes, frame, size);
    event_active(p->mail, 0, 0);
    return ETP_OK;
}

static void on_mail(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    program *p = (program *)user;
    for (unsigned n = p->count; n > 0; n--) {
        parcel next = p->queue[p->first];
        p->first = (p->first + 1) % QUEUE_MAX;
        p->count--;
        etp_engine_advance(p->engine, market_time(p));
        etp_engine_receive(p->engine, next.to, next.bytes, next.size);
    }
    /* There is room again. */
    for (etp_link link = 0; link < 2; link++)
        etp_engine_link_ready(p->engine, link);
    set_timer(p);
}

static void on_event(void *user, const etp_event *event)
{
    program *p = (program *)user;
    if (event->kind != ETP_EVENT_RECEIPT)
        return;
    p->trades++;
    printf("bought %.2f kWh at %.2f c/kWh\n", etp_energy_to_kwh(event->energy), etp_price_to_cents(event->price));
}

/* ---- market intervals: short ones, so that there is something to see ---- */

static void on_interval(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    program *p = (program *)user;
    if (p->trades >= ENOUGH || p->intervals == INTERVALS_MAX) {
        event_base_loopexit(p->base, NULL);
        return;
    }
    const etp_bess_brief lot = {.lot = ETP_ENERGY_PER_KWH / 10};
    const etp_aggregator_brief need = {.takes_part = true,
                                       .value = 12 * ETP_PRICE_PER_CENT,
                                       .need = ETP_ENERGY_PER_KWH,
                                       .budget = ETP_MONEY_PER_DOLLAR};
    etp_time now = market_time(p);
    const etp_interval interval = {.index = p->intervals++, .starts = now, .ends = now + ETP_NS_PER_SECOND};
    etp_engine_brief_bess(p->engine, p->seller, &lot);
    etp_engine_brief_aggregator(p->engine, p->buyer, &need);
    etp_engine_advance(p->engine, now);
    etp_engine_begin_interval(p->engine, &interval);
    set_timer(p);
}

static void on_heartbeat(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    program *p = (program *)user;
    p->beats++;
}

/* ---- building ---- */

static int add_nodes(program *p)
{
    const etp_battery_spec spec = {.capacity = 10 * ETP_ENERGY_PER_KWH,
                                   .power = 5 * ETP_POWER_PER_KW,
                                   .export_limit = 5 * ETP_POWER_PER_KW,
                                   .one_way_ppm = 950000,
                                   .voltage_mv = 48000,
                                   .rated_cycles = 6000};
    const etp_bess_options bess = {.size = sizeof bess, .device_id = BATTERY, .battery = &p->battery, .peers = 1};
    const etp_aggregator_options buyer = {.size = sizeof buyer, .device_id = BUYER, .peers = 1};
    etp_link link;
    int result = etp_battery_init(&p->battery, &spec, 8 * ETP_ENERGY_PER_KWH);
    if (result == ETP_OK)
        result = etp_engine_add_bess(p->engine, &bess, &p->seller);
    if (result == ETP_OK)
        result = etp_engine_add_aggregator(p->engine, &buyer, &p->buyer);
    if (result == ETP_OK)
        result = etp_engine_add_link(p->engine, p->seller, BUYER, &link);
    if (result == ETP_OK)
        result = etp_engine_add_link(p->engine, p->buyer, BATTERY, &link);
    return result;
}

static int add_engine(program *p)
{
    etp_error error;
    etp_engine_options options;
    etp_engine_defaults(&options);
    p->started_wall = read_clock(CLOCK_REALTIME);
    p->started_monotonic = read_clock(CLOCK_MONOTONIC);
    options.now = p->started_wall;
    options.transport.send = send_frame;
    options.transport.user = p;
    options.observer.on_event = on_event;
    options.observer.user = p;
    options.timing.query_spread = 100 * ETP_NS_PER_MS;
    options.timing.window = 300 * ETP_NS_PER_MS;
    options.timing.hold = 200 * ETP_NS_PER_MS;
    options.max_nodes = options.max_links = 2;
    int result = etp_engine_new(&p->engine, &options, &error);
    if (result != ETP_OK) {
        fprintf(stderr, "%s\n", error.text);
        return result;
    }
    p->timer = evtimer_new(p->base, on_timer, p);
    p->mail = event_new(p->base, -1, 0, on_mail, p);
    p->interval = event_new(p->base, -1, EV_PERSIST, on_interval, p);
    if (p->timer == NULL || p->mail == NULL || p->interval == NULL)
        return ETP_ENOMEM;
    result = add_nodes(p);
    return result == ETP_OK ? etp_engine_start(p->engine) : result;
}

static void free_event(struct event *event)
{
    if (event != NULL)
        event_free(event);
}

static void take_down(program *p)
{
    etp_engine_shut_down(p->engine);
    etp_engine_free(p->engine);
    free_event(p->interval);
    free_event(p->mail);
    free_event(p->timer);
    free_event(p->heartbeat);
    event_base_free(p->base);
}

int main(void)
{
    static program p;
    p.base = event_base_new();
    if (p.base == NULL)
        return 1;
    p.heartbeat = event_new(p.base, -1, EV_PERSIST, on_heartbeat, &p);
    const struct timeval often = {0, 50000}, one_second = {1, 0};
    event_add(p.heartbeat, &often);
    int result = add_engine(&p);
    if (result == ETP_OK) {
        event_add(p.interval, &one_second);
        set_timer(&p);
        event_base_dispatch(p.base);
    }
    printf("%u trades, and the loop's own timer fired %s\n", p.trades, p.beats > 0 ? "too" : "never");
    take_down(&p);
    return result == ETP_OK && p.trades >= ENOUGH ? 0 : 1;
}

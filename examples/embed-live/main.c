/* SPDX-License-Identifier: MIT */
/*
 * A battery in one process and an aggregator in another trade over tcp. Each is a program with a libevent loop of its
 * own, which takes engine and network in. Both have keys, and each believes only the other. The strategy and the reserve
 * policy are C functions.
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <etp/etp.h>
#include <etp/live.h>
#include <event2/event.h>

enum { BATTERY = 101, BUYER = 1, INTERVALS_MAX = 60 };

/* One process: its loop, its network, and its engine with one node. */
typedef struct program {
    struct event_base *base; /* was here before the engine came */
    struct event *interval;
    etp_live *live;
    etp_engine *engine;
    etp_node node;
    etp_identity *identity;
    etp_trust *trust;
    etp_battery battery;
    bool sells, settled;
    unsigned intervals;
} program;

/* ---- what the two decide ---- */

/* The owner wants 9 c/kWh, and asks for more when the battery is low. */
static int ask(void *user, const etp_context *context, const etp_battery_view *view, etp_reserve *reserve)
{
    (void)user;
    (void)context;
    reserve->price = (view->energy_total > view->capacity / 2 ? 9 : 12) * ETP_PRICE_PER_CENT;
    return 0;
}

/* Bids two cents below what a kWh is worth. */
static int bid(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)user;
    (void)context;
    intent->price = offer->value - 2 * ETP_PRICE_PER_CENT;
    return ETP_DECIDE_BID;
}

static const etp_bess_hooks owner = {.size = sizeof(etp_bess_hooks), .reserve = ask};
static const etp_aggregator_hooks trader = {.size = sizeof(etp_aggregator_hooks), .on_offer = bid};

/* ---- what is told ---- */

static void on_event(void *user, const etp_event *event)
{
    program *p = (program *)user;
    if (event->kind != (p->sells ? ETP_EVENT_CONFIRM : ETP_EVENT_RECEIPT))
        return;
    p->settled = true;
    printf("%s %.2f kWh at %.2f c/kWh\n", p->sells ? "sold" : "bought", etp_energy_to_kwh(event->energy),
           etp_price_to_cents(event->price));
    fflush(stdout);
}

static void on_refusal(void *user, const etp_live_refusal *refusal)
{
    (void)user;
    fprintf(stderr, "refused %s: %s\n", refusal->address, refusal->reason);
}

/* ---- market intervals: short ones, so that there is something to see ---- */

static void on_interval(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    program *p = (program *)user;
    if (p->settled || p->intervals == INTERVALS_MAX) {
        event_base_loopexit(p->base, NULL);
        return;
    }
    const etp_bess_brief lot = {.lot = ETP_ENERGY_PER_KWH / 10};
    const etp_aggregator_brief need = {.takes_part = true,
                                       .value = 14 * ETP_PRICE_PER_CENT,
                                       .need = ETP_ENERGY_PER_KWH,
                                       .budget = ETP_MONEY_PER_DOLLAR};
    etp_time now = etp_live_now(p->live);
    const etp_interval interval = {.index = p->intervals++, .starts = now, .ends = now + ETP_NS_PER_SECOND};
    if (p->sells)
        etp_engine_brief_bess(p->engine, p->node, &lot);
    else
        etp_engine_brief_aggregator(p->engine, p->node, &need);
    etp_engine_advance(p->engine, now);
    etp_engine_begin_interval(p->engine, &interval);
    etp_live_changed(p->live);
}

/* ---- building ---- */

static int make_network(program *p, etp_error *error)
{
    etp_live_options options;
    etp_live_defaults(&options);
    options.event_base = p->base;
    options.audit.on_refusal = on_refusal;
    options.backoff_min = 20 * ETP_NS_PER_MS;
    return etp_live_new(&p->live, &options, error);
}

static int make_engine(program *p, etp_error *error)
{
    etp_engine_options options;
    etp_engine_defaults(&options);
    options.transport = etp_live_transport(p->live);
    options.observer.on_event = on_event;
    options.observer.user = p;
    options.now = etp_live_now(p->live);
    options.timing.query_spread = 100 * ETP_NS_PER_MS;
    options.timing.window = 300 * ETP_NS_PER_MS;
    options.timing.hold = 200 * ETP_NS_PER_MS;
    options.max_nodes = options.max_links = 1;
    int result = etp_engine_new(&p->engine, &options, error);
    return result == ETP_OK ? etp_live_attach(p->live, p->engine) : result;
}

static int add_node(program *p)
{
    const etp_battery_spec spec = {.capacity = 10 * ETP_ENERGY_PER_KWH,
                                   .power = 5 * ETP_POWER_PER_KW,
                                   .export_limit = 5 * ETP_POWER_PER_KW,
                                   .one_way_ppm = 950000,
                                   .voltage_mv = 48000,
                                   .rated_cycles = 6000};
    const etp_bess_options seller = {
        .size = sizeof seller, .device_id = BATTERY, .battery = &p->battery, .hooks = &owner, .peers = 1};
    const etp_aggregator_options buyer = {.size = sizeof buyer, .device_id = BUYER, .hooks = &trader, .peers = 1};
    if (!p->sells)
        return etp_engine_add_aggregator(p->engine, &buyer, &p->node);
    int result = etp_battery_init(&p->battery, &spec, 8 * ETP_ENERGY_PER_KWH);
    return result == ETP_OK ? etp_engine_add_bess(p->engine, &seller, &p->node) : result;
}

static int join_network(program *p, etp_error *error)
{
    const etp_live_node_options options = {.size = sizeof options,
                                           .node = p->node,
                                           .device_id = p->sells ? BATTERY : BUYER,
                                           .role = p->sells ? ETP_DEVICE_BATTERY : ETP_DEVICE_AGGREGATOR,
                                           .identity = p->identity,
                                           .trust = p->trust};
    int result = etp_live_add_node(p->live, &options, error);
    if (result == ETP_OK)
        result = etp_engine_start(p->engine);
    return result == ETP_OK ? etp_live_start(p->live) : result;
}

static int build(program *p, etp_error *error)
{
    p->base = event_base_new();
    int result = make_network(p, error);
    if (result == ETP_OK)
        result = make_engine(p, error);
    if (result == ETP_OK)
        result = add_node(p);
    return result == ETP_OK ? join_network(p, error) : result;
}

static void take_down(program *p)
{
    if (p->interval != NULL)
        event_free(p->interval);
    etp_engine_free(p->engine);
    etp_live_free(p->live);
    etp_trust_free(p->trust);
    etp_identity_free(p->identity);
    event_base_free(p->base);
}

static int run(program *p)
{
    const struct timeval one_second = {1, 0};
    p->interval = event_new(p->base, -1, EV_PERSIST, on_interval, p);
    event_add(p->interval, &one_second);
    event_base_dispatch(p->base);
    return p->settled ? 0 : 1;
}

/* ---- the two processes ---- */

/* The battery listens, and tells through the pipe where. */
static int run_battery(program *p, int pipe_end)
{
    etp_error error = {0};
    etp_live_endpoint endpoint;
    int result = build(p, &error);
    if (result == ETP_OK)
        result = etp_live_listen(p->live, p->node, "tcp://127.0.0.1:0", NULL, &endpoint, &error);
    if (result != ETP_OK) {
        fprintf(stderr, "battery: %s\n", error.text[0] != '\0' ? error.text : etp_strerror(result));
        return 1;
    }
    const char *address = etp_live_address(p->live, endpoint);
    return write(pipe_end, address, strlen(address) + 1) > 0 ? run(p) : 1;
}

static int run_buyer(program *p, int pipe_end)
{
    char address[256] = "";
    etp_error error = {0};
    if (read(pipe_end, address, sizeof address - 1) <= 0)
        return 1;
    int result = build(p, &error);
    if (result == ETP_OK)
        result = etp_live_dial(p->live, p->node, address, BATTERY, NULL, NULL, &error);
    if (result != ETP_OK) {
        fprintf(stderr, "buyer: %s\n", error.text[0] != '\0' ? error.text : etp_strerror(result));
        return 1;
    }
    return run(p);
}

/* Elsewhere each device makes its keys for itself (etp-engine keygen), and trust lists hold the public ones. */
static int make_keys(program *battery, program *buyer)
{
    etp_error error = {0};
    etp_trust_entry entries[2] = {{.device = BATTERY, .role = ETP_DEVICE_BATTERY, .key_count = 1},
                                  {.device = BUYER, .role = ETP_DEVICE_AGGREGATOR, .key_count = 1}};
    if (etp_identity_generate(&battery->identity, BATTERY, NULL, &error) != ETP_OK ||
        etp_identity_generate(&buyer->identity, BUYER, NULL, &error) != ETP_OK)
        return ETP_EIO;
    entries[0].keys[0] = *etp_identity_public(battery->identity);
    entries[1].keys[0] = *etp_identity_public(buyer->identity);
    if (etp_trust_make(&battery->trust, &entries[1], 1, NULL, &error) != ETP_OK)
        return ETP_ENOMEM;
    return etp_trust_make(&buyer->trust, &entries[0], 1, NULL, &error);
}

static int run_one(program *mine, program *others, int (*side)(program *, int), int pipe_end)
{
    etp_trust_free(others->trust);
    etp_identity_free(others->identity);
    int status = side(mine, pipe_end);
    take_down(mine);
    return status;
}

int main(void)
{
    static program battery = {.sells = true}, buyer;
    int ends[2], status = 1;
    if (make_keys(&battery, &buyer) != ETP_OK || pipe(ends) != 0)
        return 1;
    signal(SIGPIPE, SIG_IGN);
    pid_t child = fork();
    if (child < 0)
        return 1;
    if (child == 0)
        return run_one(&buyer, &battery, run_buyer, ends[0]);
    int own = run_one(&battery, &buyer, run_battery, ends[1]);
    waitpid(child, &status, 0);
    return own == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

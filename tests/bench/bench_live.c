/* SPDX-License-Identifier: MIT */
/*
 * Batteries on links of their own to one aggregator, over tcp on this machine: 100, 1,000 and 5,000 of them, or as many
 * as the arguments say. The batteries are one process, the aggregator is another; every device has its keys and proves who
 * it is. In each of some intervals the aggregator asks all, bids for all, and wins nine of ten; the tenth bid is below
 * the reserve and is rejected. One battery in fifty fails while its auction is open. The first interval begins when every
 * battery has registered.
 *
 *     5000 links up in 4.0 s; a link takes 20 kB at the aggregator, 30 kB at the batteries
 *     5000 links: 9000 trades/s from the first Query to the last receipt, window of 200 ms included
 *       trades 17600 of 20000 batteries asked, 20000 answered
 *       BidAccept       n 20000, p50 10.0 ms, p99 50.0 ms, p99.9 60.0 ms, max 61.0 ms
 *
 * Delays are from the making of a message to its first processing at the other end: both read the same clock.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "bench_time.h"
#include "etp/etp.h"
#include "etp/live.h"

enum { BUYER = 1, FIRST_BATTERY = 1000, INTERVALS = 4, REJECTED_EVERY = 10, FAILED_EVERY = 50, MAX_LINKS = 5000 };
enum { HANDSHAKES_AT_ONCE = 64, TICK_MS = 5, UP_LIMIT_S = 120, REGISTERED_LIMIT_S = 30 };

static const etp_time interval_length = 4 * ETP_NS_PER_SECOND, window = 200 * ETP_NS_PER_MS;

static void expect(bool is_well, const char *what)
{
    if (is_well)
        return;
    fprintf(stderr, "bench_live: %s\n", what);
    exit(1);
}

static void expect_ok(int result, const etp_error *error, const char *what)
{
    if (result == ETP_OK)
        return;
    fprintf(stderr, "bench_live: %s: %s\n", what,
            error != NULL && error->text[0] != '\0' ? error->text : etp_strerror(result));
    exit(1);
}

/* ---- one process ---- */

struct keys {
    etp_identity *buyer, *batteries[MAX_LINKS];
    etp_trust *of_buyer, *of_batteries;
};

struct half {
    bool sells;
    unsigned links;
    const struct keys *keys;
    etp_live *live;
    etp_engine *engine;
    etp_node *nodes;
    etp_battery *batteries;
    struct event *timer;
    char address[64];
    unsigned dialed;
    int in, out; /* pipes from and to the other half */
    double dial_began, seconds_up;
    long resident_before, resident_after;
    etp_time starts; /* of the first interval; 0 until it is known */
    unsigned interval;
    bool has_failed; /* those of this interval have */
    bool is_up;
    double up_since;
    bool has_registered[MAX_LINKS]; /* at the aggregator */
    unsigned registered;
    uint64_t trades;
    etp_time last_receipt, busy; /* of this interval; from first Query to last receipt, of all */
};

static long resident_kb(void)
{
    long pages = 0, all = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    expect(file != NULL && fscanf(file, "%ld %ld", &all, &pages) == 2, "/proc/self/statm cannot be read");
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

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
static void note_registered(struct half *half, etp_id device)
{
    expect(device >= FIRST_BATTERY && device < FIRST_BATTERY + half->links, "somebody else has registered");
    bool *has_registered = &half->has_registered[device - FIRST_BATTERY];
    half->registered += !*has_registered;
    *has_registered = true;
}

static void on_event(void *user, const etp_event *event)
{
    struct half *half = user;
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

static void build(struct half *half)
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
    expect_ok(etp_live_new(&half->live, &network, &error), &error, "the network");
    etp_engine_defaults(&engine);
    engine.transport = etp_live_transport(half->live);
    engine.observer = (etp_observer){on_event, half};
    engine.now = etp_live_now(half->live);
    engine.timing.query_spread = 10 * ETP_NS_PER_MS;
    engine.timing.window = window;
    engine.timing.hold = 3 * ETP_NS_PER_SECOND / 2;
    engine.max_nodes = half->sells ? half->links : 1;
    engine.max_links = half->links;
    expect_ok(etp_engine_new(&half->engine, &engine, &error), &error, "the engine");
    expect_ok(etp_live_attach(half->live, half->engine), NULL, "the engine's network");
}

static void join(struct half *half, etp_node node, const etp_identity *identity, const etp_trust *trust)
{
    etp_error error = {0};
    const etp_live_node_options options = {.size = sizeof options,
                                           .node = node,
                                           .device_id = etp_identity_device(identity),
                                           .role = half->sells ? ETP_DEVICE_BATTERY : ETP_DEVICE_AGGREGATOR,
                                           .identity = identity,
                                           .trust = trust};
    expect_ok(etp_live_add_node(half->live, &options, &error), &error, "a node");
}

static void add_batteries(struct half *half)
{
    const etp_battery_spec spec = {.capacity = 10 * ETP_ENERGY_PER_KWH,
                                   .power = 5 * ETP_POWER_PER_KW,
                                   .export_limit = 5 * ETP_POWER_PER_KW,
                                   .one_way_ppm = 950000,
                                   .voltage_mv = 48000,
                                   .rated_cycles = 6000};
    half->batteries = calloc(half->links, sizeof *half->batteries);
    half->nodes = calloc(half->links, sizeof *half->nodes);
    expect(half->batteries != NULL && half->nodes != NULL, "no memory");
    for (unsigned i = 0; i < half->links; i++) {
        const etp_bess_options options = {.size = sizeof options,
                                          .device_id = FIRST_BATTERY + i,
                                          .battery = &half->batteries[i],
                                          .hooks = &owner,
                                          .peers = 1};
        expect_ok(etp_battery_init(&half->batteries[i], &spec, 8 * ETP_ENERGY_PER_KWH), NULL, "a battery");
        expect_ok(etp_engine_add_bess(half->engine, &options, &half->nodes[i]), NULL, "a battery's node");
        join(half, half->nodes[i], half->keys->batteries[i], half->keys->of_batteries);
    }
}

static void add_buyer(struct half *half)
{
    const etp_aggregator_options options = {
        .size = sizeof options, .device_id = BUYER, .hooks = &trader, .peers = half->links};
    half->nodes = calloc(1, sizeof *half->nodes);
    expect(half->nodes != NULL, "no memory");
    expect_ok(etp_engine_add_aggregator(half->engine, &options, &half->nodes[0]), NULL, "the buyer's node");
    join(half, half->nodes[0], half->keys->buyer, half->keys->of_buyer);
}

/* ---- what happens on the timer ---- */

static unsigned peers_up(const struct half *half)
{
    etp_live_stats stats = {.size = sizeof stats};
    expect_ok(etp_live_get_stats(half->live, &stats), NULL, "the network's figures");
    return stats.peers_up;
}

static void dial_some(struct half *half, unsigned up)
{
    etp_error error = {0};
    for (; half->dialed < half->links && half->dialed - up < HANDSHAKES_AT_ONCE; half->dialed++)
        expect_ok(etp_live_dial(half->live, half->nodes[half->dialed], half->address, BUYER, NULL, NULL, &error),
                  &error, "dialing");
}

static void note_up(struct half *half)
{
    half->is_up = true;
    half->up_since = bench_clock(CLOCK_MONOTONIC);
    half->seconds_up = half->up_since - half->dial_began;
    half->resident_after = resident_kb();
}

/* The batteries' loop goes on until the aggregator has spoken: they have to register. */
static void read_start(struct half *half)
{
    struct pollfd polled = {half->in, POLLIN, 0};
    if (poll(&polled, 1, 0) > 0)
        expect(read(half->in, &half->starts, sizeof half->starts) == sizeof half->starts, "no word of the aggregator");
}

/* All are up: when all have registered, the aggregator says when the first interval begins. */
static void agree_on_the_start(struct half *half)
{
    const double waited = bench_clock(CLOCK_MONOTONIC) - half->up_since;
    expect(waited < 2 * REGISTERED_LIMIT_S, "the aggregator does not begin");
    if (half->sells) {
        read_start(half);
        return;
    }
    expect(waited < REGISTERED_LIMIT_S, "not every battery has registered");
    if (half->registered < half->links)
        return;
    half->starts = etp_live_now(half->live) + ETP_NS_PER_SECOND;
    expect(write(half->out, &half->starts, sizeof half->starts) == sizeof half->starts, "the batteries are gone");
}

static void come_up(struct half *half)
{
    if (half->is_up) {
        agree_on_the_start(half);
        return;
    }
    const unsigned up = peers_up(half);
    if (half->sells)
        dial_some(half, up);
    if (up == half->links)
        note_up(half);
    expect(bench_clock(CLOCK_MONOTONIC) - half->dial_began < UP_LIMIT_S, "the links do not come up");
}

static void fail_or_recover(struct half *half, int (*what)(etp_engine *, etp_node))
{
    for (unsigned i = 1; half->sells && i < half->links; i += FAILED_EVERY)
        what(half->engine, half->nodes[i]);
}

static void note_round(struct half *half, etp_time began)
{
    if (half->last_receipt > began)
        half->busy += half->last_receipt - began;
    half->last_receipt = 0;
}

static void begin_interval(struct half *half, etp_time now)
{
    const etp_bess_brief lot = {.lot = ETP_ENERGY_PER_KWH / 10};
    const etp_aggregator_brief need = {.takes_part = true,
                                       .value = 14 * ETP_PRICE_PER_CENT,
                                       .need = MAX_LINKS * ETP_ENERGY_PER_KWH,
                                       .budget = MAX_LINKS * ETP_MONEY_PER_DOLLAR};
    const etp_time starts = half->starts + half->interval * interval_length;
    const etp_interval interval = {.index = half->interval, .starts = starts, .ends = starts + interval_length};
    etp_engine_advance(half->engine, now);
    fail_or_recover(half, etp_engine_recover);
    for (unsigned i = 0; half->sells && i < half->links; i++)
        etp_engine_brief_bess(half->engine, half->nodes[i], &lot);
    if (!half->sells)
        etp_engine_brief_aggregator(half->engine, half->nodes[0], &need);
    expect_ok(etp_engine_begin_interval(half->engine, &interval), NULL, "an interval");
    half->has_failed = false;
    half->interval++;
}

static void go_through_intervals(struct half *half)
{
    const etp_time now = etp_live_now(half->live), began = half->starts + (half->interval - 1) * interval_length;
    if (half->interval > 0 && !half->has_failed && now >= began + window / 2) {
        etp_engine_advance(half->engine, now);
        fail_or_recover(half, etp_engine_fail);
        half->has_failed = true;
    }
    if (now < half->starts + half->interval * interval_length)
        return;
    if (half->interval > 0)
        note_round(half, began);
    if (half->interval < INTERVALS)
        begin_interval(half, now);
    else
        etp_live_stop(half->live);
}

static void on_timer(evutil_socket_t unused, short events, void *user)
{
    struct half *half = user;
    (void)unused, (void)events;
    if (half->starts == 0)
        come_up(half);
    else
        go_through_intervals(half);
    etp_live_changed(half->live);
}

static void run_half(struct half *half)
{
    const struct timeval tick = {0, TICK_MS * 1000};
    half->dial_began = bench_clock(CLOCK_MONOTONIC);
    half->resident_before = resident_kb();
    half->timer = event_new(etp_live_base(half->live), -1, EV_PERSIST, on_timer, half);
    event_add(half->timer, &tick);
    expect_ok(etp_live_run(half->live), NULL, "the loop");
    event_free(half->timer);
}

static void free_half(struct half *half)
{
    etp_live_free(half->live);
    etp_engine_free(half->engine);
    free(half->nodes);
    free(half->batteries);
}

/* ---- the two processes ---- */

static void run_batteries(unsigned links, const struct keys *keys, int in, int out)
{
    struct half half = {.sells = true, .links = links, .keys = keys, .in = in, .out = out};
    expect(read(in, half.address, sizeof half.address) > 0, "no word of the aggregator");
    build(&half);
    add_batteries(&half);
    expect_ok(etp_engine_start(half.engine), NULL, "starting");
    expect_ok(etp_live_start(half.live), NULL, "starting");
    run_half(&half);
    const long grown_kb = half.resident_after - half.resident_before;
    expect(write(out, &grown_kb, sizeof grown_kb) == sizeof grown_kb, "the aggregator is gone");
    const etp_histogram *confirm = etp_engine_delays(half.engine, ETP_BID_CONFIRM);
    expect(write(out, confirm, sizeof *confirm) == sizeof *confirm, "the aggregator is gone");
    free_half(&half);
}

static void print_delays(const char *name, const etp_histogram *delays)
{
    printf("  %-14s n %llu, p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, max %.1f ms\n", name,
           (unsigned long long)delays->count, (double)etp_histogram_quantile(delays, 0.5) / 1e3,
           (double)etp_histogram_quantile(delays, 0.99) / 1e3, (double)etp_histogram_quantile(delays, 0.999) / 1e3,
           (double)delays->max / 1e3);
}

static void read_all(int from, void *into, size_t size)
{
    for (size_t have = 0; have < size;) {
        ssize_t count = read(from, (char *)into + have, size - have);
        expect(count > 0, "the batteries are gone");
        have += (size_t)count;
    }
}

static void print_trades(const struct half *half)
{
    etp_engine_stats stats;
    etp_engine_get_stats(half->engine, &stats);
    printf("  trades %llu of %llu batteries asked, %llu answered\n", (unsigned long long)half->trades,
           (unsigned long long)stats.sent[ETP_QUERY], (unsigned long long)stats.received[ETP_QUERY_RESPONSE]);
    printf("  QueryResponse has a limit of 500 ms: %llu were later\n",
           (unsigned long long)stats.late[ETP_QUERY_RESPONSE]);
}

static void report(const struct half *half)
{
    static etp_histogram confirm;
    long grown_kb;
    read_all(half->in, &grown_kb, sizeof grown_kb);
    read_all(half->in, &confirm, sizeof confirm);
    double busy = (double)half->busy / ETP_NS_PER_SECOND;
    printf("%u links up in %.1f s; a link takes %.1f kB at the aggregator, %.1f kB at the batteries\n", half->links,
           half->seconds_up, (double)(half->resident_after - half->resident_before) / half->links,
           (double)grown_kb / half->links);
    printf("%u links: %.0f trades/s from the first Query to the last receipt, window of %d ms included\n", half->links,
           (double)half->trades / busy, (int)(window / ETP_NS_PER_MS));
    print_trades(half);
    print_delays("QueryResponse", etp_engine_delays(half->engine, ETP_QUERY_RESPONSE));
    print_delays("BidAccept", etp_engine_delays(half->engine, ETP_BID_ACCEPT));
    print_delays("BidConfirm", &confirm);
    print_delays("BidReject", etp_engine_delays(half->engine, ETP_BID_REJECT));
    print_delays("DeviceFailure", etp_engine_delays(half->engine, ETP_DEVICE_FAILURE));
    fflush(stdout);
}

static void run_aggregator(unsigned links, const struct keys *keys, int in, int out)
{
    struct half half = {.links = links, .keys = keys, .in = in, .out = out};
    etp_error error = {0};
    etp_live_endpoint endpoint;
    build(&half);
    add_buyer(&half);
    expect_ok(etp_engine_start(half.engine), NULL, "starting");
    expect_ok(etp_live_start(half.live), NULL, "starting");
    expect_ok(etp_live_listen(half.live, half.nodes[0], "tcp://127.0.0.1:0", NULL, &endpoint, &error), &error,
              "listening");
    const char *address = etp_live_address(half.live, endpoint);
    expect(write(out, address, strlen(address) + 1) > 0, "the batteries are gone");
    run_half(&half);
    report(&half);
    free_half(&half);
}

static void make_keys(struct keys *keys, unsigned count)
{
    etp_trust_entry *entries = calloc(count, sizeof *entries);
    etp_trust_entry buyer = {.device = BUYER, .role = ETP_DEVICE_AGGREGATOR, .key_count = 1};
    etp_error error = {0};
    expect(entries != NULL, "no memory");
    expect_ok(etp_identity_generate(&keys->buyer, BUYER, NULL, &error), &error, "a key");
    buyer.keys[0] = *etp_identity_public(keys->buyer);
    for (unsigned i = 0; i < count; i++) {
        expect_ok(etp_identity_generate(&keys->batteries[i], FIRST_BATTERY + i, NULL, &error), &error, "a key");
        entries[i] = (etp_trust_entry){.device = FIRST_BATTERY + i, .role = ETP_DEVICE_BATTERY, .key_count = 1};
        entries[i].keys[0] = *etp_identity_public(keys->batteries[i]);
    }
    expect_ok(etp_trust_make(&keys->of_buyer, entries, count, NULL, &error), &error, "a trust list");
    expect_ok(etp_trust_make(&keys->of_batteries, &buyer, 1, NULL, &error), &error, "a trust list");
    free(entries);
}

static pid_t start(void (*run)(unsigned, const struct keys *, int, int), unsigned links, const struct keys *keys,
                   int in, int out)
{
    pid_t child = fork();
    expect(child >= 0, "no process can be started");
    if (child > 0)
        return child;
    run(links, keys, in, out);
    _exit(0);
}

/* Both are children, so that each size begins with fresh processes. When one fails the other reads the end of its pipe. */
static bool run_size(unsigned links, const struct keys *keys)
{
    int to_batteries[2], to_aggregator[2], status[2] = {0, 0};
    expect(pipe(to_batteries) == 0 && pipe(to_aggregator) == 0, "no pipe");
    pid_t batteries = start(run_batteries, links, keys, to_batteries[0], to_aggregator[1]);
    pid_t aggregator = start(run_aggregator, links, keys, to_aggregator[0], to_batteries[1]);
    for (unsigned i = 0; i < 2; i++) {
        close(to_batteries[i]);
        close(to_aggregator[i]);
    }
    waitpid(aggregator, &status[0], 0);
    if (status[0] != 0)
        kill(batteries, SIGKILL);
    waitpid(batteries, &status[1], 0);
    return status[0] == 0 && status[1] == 0;
}

static void raise_descriptors(void)
{
    struct rlimit limit;
    expect(getrlimit(RLIMIT_NOFILE, &limit) == 0, "the limit of descriptors cannot be read");
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    static struct keys keys;
    unsigned sizes[8] = {100, 1000, 5000}, count = 3;
    for (int i = 1; i < argc && i <= 8; i++) {
        sizes[i - 1] = (unsigned)strtoul(argv[i], NULL, 10);
        expect(sizes[i - 1] >= 1 && sizes[i - 1] <= MAX_LINKS, "usage: bench_live [LINKS...], each 1 to 5000");
        count = (unsigned)i;
    }
    raise_descriptors();
    make_keys(&keys, MAX_LINKS);
    bool good = true;
    for (unsigned i = 0; i < count; i++)
        good = run_size(sizes[i], &keys) && good;
    return good ? 0 : 1;
}

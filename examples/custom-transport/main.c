/* SPDX-License-Identifier: MIT */
/*
 * A battery in one process, a buyer in another, and a pair of datagram sockets between their engines: a transport of our
 * own. Each process has its own loop: poll() until the engine's next deadline, a frame, or room to send.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <etp/etp.h>

enum { BATTERY = 101, BUYER = 1, INTERVALS_MAX = 30 };

/* One process: its engine, with one node and one link, and its end of the socket. */
typedef struct side {
    etp_engine *engine;
    etp_node node;
    etp_link link;
    int socket;
    bool busy;    /* the socket took no more: wait until it can be written to */
    bool settled; /* this side knows that the trade exists */
} side;

static etp_time clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (etp_time)now.tv_sec * ETP_NS_PER_SECOND + now.tv_nsec;
}

/* ---- the transport ---- */

static int send_frame(void *user, etp_link link, const void *frame, size_t size)
{
    (void)link; /* there is only one */
    side *s = (side *)user;
    if (send(s->socket, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return ETP_OK;
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
        return ETP_EIO; /* lost: the protocol repeats what matters */
    s->busy = true;
    return ETP_EFULL; /* the engine keeps the messages, urgent ones in front */
}

static void receive_frames(side *s)
{
    unsigned char frame[ETP_FRAME_MAX + 1]; /* one more, so that what is too long is seen to be */
    for (;;) {
        ssize_t size = recv(s->socket, frame, sizeof frame, MSG_DONTWAIT);
        if (size <= 0)
            return;
        etp_engine_receive(s->engine, s->link, frame, (size_t)size);
    }
}

/* Waits for what comes first: a frame, room to send, the engine's deadline, or `end`. */
static void wait_and_step(side *s, etp_time end)
{
    etp_time deadline = etp_engine_deadline(s->engine);
    etp_time wait = (deadline < end ? deadline : end) - clock_now();
    struct pollfd poll_for = {.fd = s->socket, .events = (short)(s->busy ? POLLIN | POLLOUT : POLLIN)};
    poll(&poll_for, 1, wait > 0 ? (int)(wait / ETP_NS_PER_MS) + 1 : 0);
    etp_engine_advance(s->engine, clock_now());
    if (poll_for.revents & POLLIN)
        receive_frames(s);
    if (poll_for.revents & POLLOUT) {
        s->busy = false;
        etp_engine_link_ready(s->engine, s->link);
    }
}

/* ---- what both sides have ---- */

static void on_event(void *user, const etp_event *event)
{
    side *s = (side *)user;
    if (event->kind != ETP_EVENT_CONFIRM && event->kind != ETP_EVENT_RECEIPT)
        return;
    s->settled = true;
    printf("%s %.2f kWh at %.2f c/kWh\n", event->kind == ETP_EVENT_CONFIRM ? "sold" : "bought",
           etp_energy_to_kwh(event->energy), etp_price_to_cents(event->price));
    fflush(stdout);
}

static int make_engine(side *s, int socket)
{
    etp_error error;
    etp_engine_options options;
    etp_engine_defaults(&options);
    const side unconnected = {.socket = socket};
    *s = unconnected;
    options.transport.send = send_frame;
    options.transport.user = s;
    options.observer.on_event = on_event;
    options.observer.user = s;
    options.now = clock_now();
    options.timing.query_spread = 100 * ETP_NS_PER_MS;
    options.timing.window = 300 * ETP_NS_PER_MS;
    options.timing.hold = 200 * ETP_NS_PER_MS;
    options.timing.register_period = ETP_NS_PER_SECOND;
    options.max_nodes = options.max_links = 1;
    int result = etp_engine_new(&s->engine, &options, &error);
    if (result != ETP_OK)
        fprintf(stderr, "%s\n", error.text);
    return result;
}

/* Intervals of a second, until there was a trade; then one more second, in which answers may still be repeated. */
static int run(side *s)
{
    int result = etp_engine_start(s->engine);
    for (unsigned index = 0; result == ETP_OK && !s->settled && index < INTERVALS_MAX; index++) {
        etp_time now = clock_now();
        const etp_interval interval = {.index = index, .starts = now, .ends = now + ETP_NS_PER_SECOND};
        etp_engine_advance(s->engine, now);
        result = etp_engine_begin_interval(s->engine, &interval);
        while (clock_now() < interval.ends)
            wait_and_step(s, interval.ends);
    }
    for (etp_time end = clock_now() + ETP_NS_PER_SECOND; clock_now() < end;)
        wait_and_step(s, end);
    etp_engine_free(s->engine);
    return result == ETP_OK && s->settled ? 0 : 1;
}

/* ---- the two sides ---- */

static int run_battery(int socket)
{
    const etp_battery_spec spec = {.capacity = 10 * ETP_ENERGY_PER_KWH,
                                   .power = 5 * ETP_POWER_PER_KW,
                                   .export_limit = 5 * ETP_POWER_PER_KW,
                                   .one_way_ppm = 950000,
                                   .voltage_mv = 48000,
                                   .rated_cycles = 6000};
    const etp_bess_brief lot = {.lot = ETP_ENERGY_PER_KWH / 10};
    etp_battery battery;
    side s;
    const etp_bess_options options = {.size = sizeof options, .device_id = BATTERY, .battery = &battery, .peers = 1};
    if (etp_battery_init(&battery, &spec, 8 * ETP_ENERGY_PER_KWH) != ETP_OK || make_engine(&s, socket) != ETP_OK)
        return 1;
    if (etp_engine_add_bess(s.engine, &options, &s.node) != ETP_OK ||
        etp_engine_add_link(s.engine, s.node, BUYER, &s.link) != ETP_OK ||
        etp_engine_brief_bess(s.engine, s.node, &lot) != ETP_OK)
        return 1;
    return run(&s);
}

static int run_buyer(int socket)
{
    const etp_aggregator_brief need = {.takes_part = true,
                                       .value = 12 * ETP_PRICE_PER_CENT,
                                       .need = ETP_ENERGY_PER_KWH,
                                       .budget = ETP_MONEY_PER_DOLLAR};
    const etp_aggregator_options options = {.size = sizeof options, .device_id = BUYER, .peers = 1};
    side s;
    if (make_engine(&s, socket) != ETP_OK || etp_engine_add_aggregator(s.engine, &options, &s.node) != ETP_OK ||
        etp_engine_add_link(s.engine, s.node, BATTERY, &s.link) != ETP_OK ||
        etp_engine_brief_aggregator(s.engine, s.node, &need) != ETP_OK)
        return 1;
    return run(&s);
}

int main(void)
{
    int ends[2], status = 1;
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0) {
        perror("socketpair");
        return 1;
    }
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        return 1;
    }
    int own = child == 0 ? run_buyer(ends[1]) : run_battery(ends[0]);
    if (child == 0)
        return own;
    waitpid(child, &status, 0);
    return own == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

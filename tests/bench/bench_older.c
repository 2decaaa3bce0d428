/* SPDX-License-Identifier: MIT */
/*
 * The port of the older wire format, Query only, beside bare libevent servers that send each record of 88 bytes back: one
 * with bufferevents, as most are written, and one that reads and writes its socket by itself. All run in processes of
 * their own under the same load, in turns of 2 s; what is told is the median of the pairs' ratios. The yardstick of the
 * goal is the echo with bufferevents, since that is what libevent's users write; the other one has no buffers at all.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <signal.h>
#include <sys/wait.h>

#include "etp/live_older.h"

#include "../unit/home_battery.h"
#include "older_load.h"

enum { PAIRS = 5, SERVERS = 3, BATTERY = 1001 };

static const double seconds = 2.0;
static const double goal = 0.85;

/* ---- bare servers ---- */

static void echo_buffered(struct bufferevent *connection, void *user)
{
    (void)user;
    struct evbuffer *in = bufferevent_get_input(connection);
    unsigned char record[ETP_OLDER_RECORD];
    while (evbuffer_get_length(in) >= sizeof record) {
        evbuffer_remove(in, record, sizeof record);
        bufferevent_write(connection, record, sizeof record);
    }
}

static void end_buffered(struct bufferevent *connection, short events, void *user)
{
    (void)events;
    (void)user;
    bufferevent_free(connection);
}

static void no_delay(evutil_socket_t fd)
{
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void accept_buffered(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int size,
                            void *user)
{
    (void)address;
    (void)size;
    (void)user;
    no_delay(fd);
    struct bufferevent *connection =
        bufferevent_socket_new(evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(connection, echo_buffered, NULL, end_buffered, NULL);
    bufferevent_enable(connection, EV_READ | EV_WRITE);
}

/* A load has one record under way on each connection, so that whatever is read goes back whole. */
static void echo_plain(evutil_socket_t fd, short events, void *user)
{
    (void)events;
    unsigned char bytes[4096];
    ssize_t size = recv(fd, bytes, sizeof bytes, 0);
    if (size > 0 && send(fd, bytes, (size_t)size, MSG_NOSIGNAL) == size)
        return;
    struct event **readable = user;
    event_free(*readable);
    free(readable);
    close(fd);
}

static void accept_plain(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int size,
                         void *user)
{
    (void)address;
    (void)size;
    (void)user;
    struct event **readable = malloc(sizeof(struct event *));
    if (readable == NULL)
        exit(EXIT_FAILURE);
    no_delay(fd);
    *readable = event_new(evconnlistener_get_base(listener), fd, EV_READ | EV_PERSIST, echo_plain, readable);
    event_add(*readable, NULL);
}

static void tell_port(int out, unsigned port)
{
    if (write(out, &port, sizeof port) != sizeof port)
        exit(EXIT_FAILURE);
}

static void serve_bare(int out, evconnlistener_cb accept)
{
    struct event_base *base = event_base_new();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    struct evconnlistener *listener = evconnlistener_new_bind(base, accept, NULL, LEV_OPT_CLOSE_ON_FREE, 128,
                                                              (struct sockaddr *)(void *)&address, sizeof address);
    getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)(void *)&address, &size);
    tell_port(out, ntohs(address.sin_port));
    event_base_dispatch(base);
}

static void serve_buffered(int out)
{
    serve_bare(out, accept_buffered);
}

static void serve_plain(int out)
{
    serve_bare(out, accept_plain);
}

/* ---- our port ---- */

static void must(int result, const etp_error *error)
{
    if (result == ETP_OK)
        return;
    fprintf(stderr, "%s: %s\n", etp_error_name(result), error->text);
    exit(EXIT_FAILURE);
}

static etp_live *build(etp_engine **engine, etp_node *node, etp_battery *battery)
{
    etp_error error = {0};
    etp_live *live;
    etp_live_options network;
    etp_live_defaults(&network);
    must(etp_live_new(&live, &network, &error), &error);
    etp_engine_options options;
    etp_engine_defaults(&options);
    options.transport = etp_live_transport(live);
    options.now = etp_live_now(live);
    options.timing.window = ETP_LIVE_OLDER_WINDOW_MAX;
    options.max_nodes = 1;
    options.max_links = LOAD_LINKS_MAX;
    must(etp_engine_new(engine, &options, &error), &error);
    must(etp_live_attach(live, *engine), &error);
    must(etp_battery_init(battery, &home_battery, 8000000), &error);
    const etp_bess_options bess = {
        .size = sizeof bess, .device_id = BATTERY, .battery = battery, .peers = LOAD_LINKS_MAX};
    must(etp_engine_add_bess(*engine, &bess, node), &error);
    return live;
}

static void begin(etp_live *live, etp_engine *engine, etp_node node)
{
    etp_error error = {0};
    const etp_live_node_options options = {
        .size = sizeof options, .node = node, .device_id = BATTERY, .role = ETP_DEVICE_BATTERY};
    const etp_bess_brief brief = {.lot = ETP_ENERGY_PER_KWH / 10};
    must(etp_engine_start(engine), &error);
    must(etp_live_add_node(live, &options, &error), &error);
    must(etp_live_start(live), &error);
    etp_time now = etp_live_now(live);
    const etp_interval interval = {.starts = now, .ends = now + ETP_NS_PER_HOUR};
    must(etp_engine_brief_bess(engine, node, &brief), &error);
    must(etp_engine_advance(engine, now), &error);
    must(etp_engine_begin_interval(engine, &interval), &error);
}

static void serve_ours(int out)
{
    etp_error error = {0};
    etp_engine *engine;
    etp_battery battery;
    etp_node node;
    etp_live_older *older;
    etp_live_older_options options;
    etp_live *live = build(&engine, &node, &battery);
    begin(live, engine, node);
    etp_live_older_defaults(&options);
    options.address = "127.0.0.1:0";
    options.max_devices = options.max_connections = options.max_per_address = LOAD_LINKS_MAX;
    options.messages_per_second = 0;
    must(etp_live_older_listen(live, node, &options, &older, &error), &error);
    tell_port(out, (unsigned)strtoul(strrchr(etp_live_older_address(older), ':') + 1, NULL, 10));
    must(etp_live_run(live), &error);
}

/* ---- turns ---- */

typedef struct bench_server {
    const char *name;
    void (*serve)(int out);
    pid_t process;
    unsigned port;
} bench_server;

static void start(bench_server *server)
{
    int ends[2];
    if (pipe(ends) != 0)
        load_fail("no pipe");
    server->process = fork();
    if (server->process == 0) {
        server->serve(ends[1]);
        _exit(EXIT_SUCCESS);
    }
    if (server->process < 0 || read(ends[0], &server->port, sizeof server->port) != sizeof server->port)
        load_fail("a server did not start");
    close(ends[0]);
    close(ends[1]);
}

static void stop(const bench_server *server)
{
    kill(server->process, SIGKILL);
    waitpid(server->process, NULL, 0);
}

static void print_result(const bench_server *server, unsigned links, const load_result *result)
{
    printf("  %-22s %3u links: %8.0f answers/s, p50 %5llu us, p99.9 %6llu us, max %6.1f ms, from 35 to 60 ms %.4f %%\n",
           server->name, links, result->per_second, (unsigned long long)etp_histogram_quantile(&result->times, 0.5),
           (unsigned long long)etp_histogram_quantile(&result->times, 0.999), result->longest_ms,
           100.0 * (double)result->stalls / (double)result->answers);
}

static void compare(bench_server *servers, unsigned links)
{
    double ratios[SERVERS][PAIRS];
    for (unsigned pair = 0; pair < PAIRS; pair++) {
        load_result results[SERVERS];
        for (unsigned i = 0; i < SERVERS; i++) {
            unsigned which = (i + pair) % SERVERS; /* nobody is always the first */
            results[which] = load_run(servers[which].port, links, seconds);
        }
        for (unsigned i = 0; i < SERVERS; i++) {
            print_result(&servers[i], links, &results[i]);
            ratios[i][pair] = results[0].per_second / results[i].per_second;
        }
    }
    for (unsigned i = 1; i < SERVERS; i++)
        printf("%u links: the older port makes %.2f of %s (median of %d pairs; goal %.2f of the first)\n", links,
               bench_median(ratios[i], PAIRS), servers[i].name, PAIRS, goal);
}

int main(void)
{
    bench_server servers[SERVERS] = {{.name = "older port", .serve = serve_ours},
                                     {.name = "bufferevent echo", .serve = serve_buffered},
                                     {.name = "read and write echo", .serve = serve_plain}};
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (unsigned i = 0; i < SERVERS; i++)
        start(&servers[i]);
    compare(servers, 1);
    compare(servers, LOAD_LINKS_MAX);
    for (unsigned i = 0; i < SERVERS; i++)
        stop(&servers[i]);
    return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
/*
 * What a link costs over raw NNG and raw TCP: the same frames over loopback, one way, turn about in the same run. "one" is
 * a message of 112 bytes in each frame and a send for each frame, begun when the one before has left; "joined" is 12 of
 * them in a frame, as an engine's outbox joins what waits. A link is a channel with identity at both ends over the carrier,
 * as nodes have it: keys, a tag for each record, credit and its answers, and where frames are joined as many in a send as
 * there is room for, which raw NNG has no way to do. Once with the defaults, and once with no more than the 8 kB under way
 * that it has with a slow peer. The carrier's ends are two loops in two threads; raw NNG is a pair of pair0 sockets whose
 * callbacks go on by themselves; raw TCP writes and reads in two threads. Output, medians of the turns:
 *
 *     one     carrier 350 k frames/s, NNG 170 k (ratio 2.10), TCP 400 k (ratio 0.90)
 *     one     link 200 k frames/s (ratio 1.15 of NNG; goal 0.80)
 *     one     link that never has more than 8 kB under way 90 k frames/s (ratio 0.50 of NNG)
 *
 * Of joined frames messages are counted. The ratios are medians of the ratios of turns that stood beside each other.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nng/nng.h>

#include <nng/protocol/pair0/pair.h>

#include "bench_time.h"
#include "live/carrier/carrier.h"
#include "live/channel/channel.h"

enum { FRAME = 112, JOINED = 12, ROUNDS = 9, ONE_SENDS = 60000, JOINED_SENDS = 30000 };
enum { LISTENER = 1001, DIALER = 2001, HANDSHAKE_LIMIT_S = 5 };

static const double goal = 0.80; /* of a link, over raw NNG */

static unsigned char frames[FRAME * JOINED];

static void expect(bool is_well, const char *what)
{
    if (is_well)
        return;
    fprintf(stderr, "bench_link: %s failed\n", what);
    exit(1);
}

/* ---- the carrier ---- */

struct end {
    etp_carrier *carrier;
    int wake[2];
    size_t piece, expected, received;
    unsigned sends_left;
    etp_connection connection;
    atomic_bool *is_over;
};

static void on_opened(void *user, etp_connection connection, unsigned endpoint, const char *address, bool dialed)
{
    struct end *end = user;
    (void)endpoint, (void)address, (void)dialed;
    end->connection = connection;
}

static size_t on_received(void *user, etp_connection connection, const void *bytes, size_t size)
{
    struct end *end = user;
    (void)connection, (void)bytes;
    end->received += size;
    if (end->received >= end->expected)
        atomic_store(end->is_over, true);
    return size;
}

/* One after the other, until one is under way. */
static void on_sent(void *user, etp_connection connection)
{
    struct end *end = user;
    while (end->sends_left > 0 && etp_carrier_sending(end->carrier, connection) == 0) {
        end->sends_left--;
        expect(etp_carrier_send(end->carrier, connection, frames, end->piece) == ETP_OK, "a send");
    }
}

static void on_closed(void *user, etp_connection connection, const char *why)
{
    (void)user, (void)connection;
    expect(false, why);
}

static void on_trouble(void *user, unsigned endpoint, const char *what)
{
    (void)user, (void)endpoint;
    expect(false, what);
}

static void on_wake(void *user)
{
    struct end *end = user;
    expect(write(end->wake[1], "x", 1) == 1, "waking");
}

static const etp_carrier_calls bare_calls = {on_opened, on_received, on_sent, on_closed, on_trouble};

static void open_end(struct end *end, const etp_carrier_calls *calls, atomic_bool *is_over)
{
    expect(pipe(end->wake) == 0, "a pipe");
    end->is_over = is_over;
    etp_carrier_options options = {
        .size = sizeof options,
        .calls = *calls,
        .user = end,
        .wake = on_wake,
        .max_connections = 2,
    };
    etp_error error;
    expect(etp_carrier_new(&end->carrier, &options, &error) == ETP_OK, "a carrier");
}

static void close_end(struct end *end)
{
    etp_carrier_free(end->carrier);
    close(end->wake[0]);
    close(end->wake[1]);
}

static void turn(struct end *end, int timeout_ms)
{
    struct pollfd polled = {end->wake[0], POLLIN, 0};
    char bytes[16];
    if (poll(&polled, 1, timeout_ms) <= 0)
        return;
    expect(read(end->wake[0], bytes, sizeof bytes) > 0, "reading");
    etp_carrier_dispatch(end->carrier);
}

static void *run_end(void *user)
{
    struct end *end = user;
    while (!atomic_load(end->is_over))
        turn(end, 10);
    return NULL;
}

static void connect_ends(struct end *server, struct end *client)
{
    unsigned listener, dialer;
    expect(etp_carrier_listen(server->carrier, "tcp://127.0.0.1:0", NULL, &listener, NULL) == ETP_OK, "listening");
    expect(etp_carrier_dial(client->carrier, etp_carrier_address(server->carrier, listener), NULL, &dialer, NULL) ==
               ETP_OK,
           "dialing");
}

static double run_carrier(size_t piece, unsigned sends)
{
    atomic_bool is_over = false;
    struct end server = {.expected = piece * sends}, client = {.piece = piece, .sends_left = sends};
    pthread_t thread;
    open_end(&server, &bare_calls, &is_over);
    open_end(&client, &bare_calls, &is_over);
    connect_ends(&server, &client);
    while (client.connection == 0)
        turn(&client, 1);
    double start = bench_clock(CLOCK_MONOTONIC);
    pthread_create(&thread, NULL, run_end, &server);
    on_sent(&client, client.connection);
    run_end(&client);
    double seconds = bench_clock(CLOCK_MONOTONIC) - start;
    pthread_join(thread, NULL);
    close_end(&client);
    close_end(&server);
    return seconds;
}

/* ---- the link ---- */

/* The end of a carrier is the first of it: what the carrier calls finds both. */
struct link {
    struct end end;
    etp_channel channel;
    etp_channel_options options;
    size_t per_send;
    bool is_narrow, is_established;
};

static etp_identity *identities[2];
static etp_trust *trust;

static void make_identities(void)
{
    etp_trust_entry entries[2] = {{.device = LISTENER, .role = ETP_DEVICE_BATTERY, .key_count = 1},
                                  {.device = DIALER, .role = ETP_DEVICE_AGGREGATOR, .key_count = 1}};
    for (unsigned i = 0; i < 2; i++) {
        expect(etp_identity_generate(&identities[i], entries[i].device, NULL, NULL) == ETP_OK, "a key");
        entries[i].keys[0] = *etp_identity_public(identities[i]);
    }
    expect(etp_trust_make(&trust, entries, 2, NULL, NULL) == ETP_OK, "a trust list");
}

static etp_time link_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (etp_time)time.tv_sec * ETP_NS_PER_SECOND + time.tv_nsec;
}

/* One more, or where frames are joined as many as there is room for, as an engine's outbox does it. */
static void put_frames(struct link *link)
{
    do {
        if (link->end.sends_left == 0 || !etp_channel_writable(&link->channel))
            return;
        expect(etp_channel_send(&link->channel, link_now(), 0, frames, FRAME * link->per_send) == ETP_OK, "a frame");
        link->end.sends_left--;
    } while (link->per_send > 1);
}

/* One send after the other, until one is under way or there is nothing to say. */
static void go_on(struct link *link)
{
    struct end *end = &link->end;
    while (end->connection != 0 && etp_carrier_sending(end->carrier, end->connection) == 0) {
        const void *bytes;
        put_frames(link);
        size_t size = etp_channel_output(&link->channel, link_now(), &bytes);
        if (size == 0)
            return;
        expect(etp_carrier_send(end->carrier, end->connection, bytes, size) == ETP_OK, "a send of the link");
        etp_channel_output_taken(&link->channel, size);
    }
}

static void on_link_opened(void *user, etp_connection connection, unsigned endpoint, const char *address, bool dialed)
{
    struct link *link = user;
    on_opened(&link->end, connection, endpoint, address, dialed);
    expect(etp_channel_init(&link->channel, &link->options, link, dialed, 0, link_now()) == ETP_OK, "a channel");
    go_on(link);
}

static size_t on_link_received(void *user, etp_connection connection, const void *bytes, size_t size)
{
    struct link *link = user;
    size_t used = 0;
    (void)connection;
    expect(etp_channel_receive(&link->channel, link_now(), bytes, size, &used) == ETP_OK, "the channel");
    go_on(link);
    return used;
}

static void on_link_sent(void *user, etp_connection connection)
{
    (void)connection;
    go_on(user);
}

static void on_established(void *user, const etp_channel_peer *peer)
{
    struct link *link = user;
    expect(peer->proved, "the proof of who is there");
    link->is_established = true;
}

static void on_frame(void *user, etp_id device, const void *frame, size_t size)
{
    struct link *link = user;
    (void)device;
    on_received(&link->end, link->end.connection, frame, size);
}

static const etp_carrier_calls link_calls = {on_link_opened, on_link_received, on_link_sent, on_closed, on_trouble};

static void open_link(struct link *link, unsigned which, atomic_bool *is_over)
{
    etp_channel_options_defaults(&link->options);
    if (link->is_narrow)
        link->options.credit = link->options.unacknowledged;
    link->options.identity = identities[which];
    link->options.trust = trust;
    link->options.device = which == 0 ? LISTENER : DIALER;
    link->options.role = which == 0 ? ETP_DEVICE_BATTERY : ETP_DEVICE_AGGREGATOR;
    link->options.messages_per_second = 0; /* the load is far over any device's */
    link->options.calls = (etp_channel_calls){.established = on_established, .frame = on_frame};
    open_end(&link->end, &link_calls, is_over);
}

static void close_link(struct link *link)
{
    close_end(&link->end);
    etp_channel_fini(&link->channel);
}

/* The handshake is not measured. */
static double run_link(size_t per_send, unsigned sends, bool is_narrow)
{
    static struct link server, client;
    atomic_bool is_over = false;
    pthread_t thread;
    server = (struct link){.end.expected = FRAME * per_send * sends};
    client = (struct link){.per_send = per_send, .end.expected = SIZE_MAX};
    server.is_narrow = client.is_narrow = is_narrow;
    open_link(&server, 0, &is_over);
    open_link(&client, 1, &is_over);
    connect_ends(&server.end, &client.end);
    pthread_create(&thread, NULL, run_end, &server.end);
    double start = bench_clock(CLOCK_MONOTONIC);
    while (!client.is_established) {
        turn(&client.end, 1);
        expect(bench_clock(CLOCK_MONOTONIC) - start < HANDSHAKE_LIMIT_S, "the handshake");
    }
    start = bench_clock(CLOCK_MONOTONIC);
    client.end.sends_left = sends;
    go_on(&client);
    run_end(&client.end);
    double seconds = bench_clock(CLOCK_MONOTONIC) - start;
    pthread_join(thread, NULL);
    close_link(&client);
    close_link(&server);
    return seconds;
}

/* ---- raw NNG ---- */

struct raw {
    nng_socket socket;
    nng_aio *aio;
    size_t piece;
    unsigned left;
    atomic_bool is_over;
};

static void send_next(void *user)
{
    struct raw *raw = user;
    nng_msg *message;
    expect(nng_aio_result(raw->aio) == 0, "a send of NNG");
    if (raw->left == 0)
        return;
    raw->left--;
    expect(nng_msg_alloc(&message, raw->piece) == 0, "a message");
    memcpy(nng_msg_body(message), frames, raw->piece);
    nng_aio_set_msg(raw->aio, message);
    nng_send_aio(raw->socket, raw->aio);
}

static void receive_next(void *user)
{
    struct raw *raw = user;
    if (nng_aio_result(raw->aio) != 0)
        return;
    nng_msg_free(nng_aio_get_msg(raw->aio));
    if (--raw->left == 0)
        atomic_store(&raw->is_over, true);
    else
        nng_recv_aio(raw->socket, raw->aio);
}

static double run_nng(size_t piece, unsigned sends)
{
    struct raw server = {.left = sends}, client = {.piece = piece, .left = sends};
    nng_listener listener;
    nng_dialer dialer;
    char url[64];
    int port;
    expect(nng_pair0_open(&server.socket) == 0 && nng_pair0_open(&client.socket) == 0, "sockets of NNG");
    expect(nng_aio_alloc(&server.aio, receive_next, &server) == 0 &&
               nng_aio_alloc(&client.aio, send_next, &client) == 0,
           "operations of NNG");
    expect(nng_listen(server.socket, "tcp://127.0.0.1:0", &listener, 0) == 0, "listening");
    expect(nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, &port) == 0, "the port");
    snprintf(url, sizeof url, "tcp://127.0.0.1:%d", port);
    expect(nng_dial(client.socket, url, &dialer, 0) == 0, "dialing");
    double start = bench_clock(CLOCK_MONOTONIC);
    nng_recv_aio(server.socket, server.aio);
    send_next(&client);
    while (!atomic_load(&server.is_over))
        poll(NULL, 0, 1);
    double seconds = bench_clock(CLOCK_MONOTONIC) - start;
    nng_close(client.socket);
    nng_close(server.socket);
    nng_aio_free(client.aio);
    nng_aio_free(server.aio);
    return seconds;
}

/* ---- raw TCP ---- */

struct plain {
    int socket;
    size_t expected;
};

static void *read_all(void *user)
{
    struct plain *plain = user;
    static unsigned char bytes[4096];
    for (size_t size = 0; size < plain->expected;) {
        ssize_t count = read(plain->socket, bytes, sizeof bytes);
        expect(count > 0, "reading");
        size += (size_t)count;
    }
    return NULL;
}

static double run_tcp(size_t piece, unsigned sends)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    expect(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 1) == 0, "listening");
    getsockname(listener, (struct sockaddr *)&address, &size);
    expect(connect(client, (struct sockaddr *)&address, size) == 0, "dialing");
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct plain server = {accept(listener, NULL, NULL), piece * sends};
    pthread_t thread;
    double start = bench_clock(CLOCK_MONOTONIC);
    pthread_create(&thread, NULL, read_all, &server);
    for (unsigned i = 0; i < sends; i++)
        expect(write(client, frames, piece) == (ssize_t)piece, "writing");
    pthread_join(thread, NULL);
    double seconds = bench_clock(CLOCK_MONOTONIC) - start;
    close(client);
    close(server.socket);
    close(listener);
    return seconds;
}

enum { LINK, NARROW_LINK, CARRIER, NNG, TCP, KINDS };

static void compare(const char *name, size_t per_send, unsigned sends)
{
    double seconds[KINDS][ROUNDS], link_over_nng[2][ROUNDS], over_nng[ROUNDS], over_tcp[ROUNDS], rates[KINDS];
    for (unsigned i = 0; i < ROUNDS; i++) {
        seconds[CARRIER][i] = run_carrier(FRAME * per_send, sends);
        seconds[NNG][i] = run_nng(FRAME * per_send, sends);
        for (unsigned kind = LINK; kind <= NARROW_LINK; kind++) {
            seconds[kind][i] = run_link(per_send, sends, kind == NARROW_LINK);
            link_over_nng[kind][i] = seconds[NNG][i] / seconds[kind][i];
        }
        seconds[TCP][i] = run_tcp(FRAME * per_send, sends);
        over_nng[i] = seconds[NNG][i] / seconds[CARRIER][i];
        over_tcp[i] = seconds[TCP][i] / seconds[CARRIER][i];
    }
    for (unsigned kind = 0; kind < KINDS; kind++)
        rates[kind] = (double)(per_send * sends) / 1e3 / bench_median(seconds[kind], ROUNDS);
    printf("%-7s carrier %.0f k frames/s, NNG %.0f k (ratio %.2f), TCP %.0f k (ratio %.2f)\n", name, rates[CARRIER],
           rates[NNG], bench_median(over_nng, ROUNDS), rates[TCP], bench_median(over_tcp, ROUNDS));
    printf("%-7s link %.0f k frames/s (ratio %.2f of NNG; goal %.2f)\n", name, rates[LINK],
           bench_median(link_over_nng[LINK], ROUNDS), goal);
    printf("%-7s link that never has more than 8 kB under way %.0f k frames/s (ratio %.2f of NNG)\n", name,
           rates[NARROW_LINK], bench_median(link_over_nng[NARROW_LINK], ROUNDS));
}

int main(void)
{
    make_identities();
    compare("one", 1, ONE_SENDS);
    compare("joined", JOINED, JOINED_SENDS);
    etp_trust_free(trust);
    etp_identity_free(identities[0]);
    etp_identity_free(identities[1]);
    return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * What a link costs over raw NNG and raw TCP: the same frames of 112 bytes over loopback, one way, turn about in the same
 * run. "one" is a send for each frame, begun when the one before has left; "joined" is 16 frames in one send, as links
 * join what waits. The carrier's ends are two loops in two threads; raw NNG is a pair of pair0 sockets whose callbacks go
 * on by themselves; raw TCP writes and reads in two threads. Output, medians of the turns:
 *
 *     one     carrier 150 k frames/s, NNG 160 k (ratio 0.94), TCP 300 k (ratio 0.50)
 *
 * The ratios are medians of the ratios of turns that stood beside each other.
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

enum { FRAME = 112, JOINED = 16, ROUNDS = 9, ONE_SENDS = 60000, JOINED_SENDS = 30000 };

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

static void open_end(struct end *end, atomic_bool *is_over)
{
    expect(pipe(end->wake) == 0, "a pipe");
    end->is_over = is_over;
    etp_carrier_options options = {
        .size = sizeof options,
        .calls = {on_opened, on_received, on_sent, on_closed, on_trouble},
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

static double run_carrier(size_t piece, unsigned sends)
{
    atomic_bool is_over = false;
    struct end server = {.expected = piece * sends}, client = {.piece = piece, .sends_left = sends};
    unsigned listener, dialer;
    pthread_t thread;
    open_end(&server, &is_over);
    open_end(&client, &is_over);
    expect(etp_carrier_listen(server.carrier, "tcp://127.0.0.1:0", NULL, &listener, NULL) == ETP_OK, "listening");
    expect(etp_carrier_dial(client.carrier, etp_carrier_address(server.carrier, listener), NULL, &dialer, NULL) ==
               ETP_OK,
           "dialing");
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

static void compare(const char *name, size_t per_send, unsigned sends)
{
    double carrier[ROUNDS], nng[ROUNDS], tcp[ROUNDS], over_nng[ROUNDS], over_tcp[ROUNDS];
    for (unsigned i = 0; i < ROUNDS; i++) {
        carrier[i] = run_carrier(FRAME * per_send, sends);
        nng[i] = run_nng(FRAME * per_send, sends);
        tcp[i] = run_tcp(FRAME * per_send, sends);
        over_nng[i] = nng[i] / carrier[i];
        over_tcp[i] = tcp[i] / carrier[i];
    }
    double thousands = (double)(per_send * sends) / 1e3;
    printf("%-7s carrier %.0f k frames/s, NNG %.0f k (ratio %.2f), TCP %.0f k (ratio %.2f)\n", name,
           thousands / bench_median(carrier, ROUNDS), thousands / bench_median(nng, ROUNDS),
           bench_median(over_nng, ROUNDS), thousands / bench_median(tcp, ROUNDS), bench_median(over_tcp, ROUNDS));
}

int main(void)
{
    compare("one", 1, ONE_SENDS);
    compare("joined", JOINED, JOINED_SENDS);
    return 0;
}

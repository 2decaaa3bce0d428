/* SPDX-License-Identifier: MIT */
/*
 * Carriers of both ends in one test: what is called is written down in a struct side, and turn_until() runs all sides until
 * something has come true. A wait that takes a minute is a failure, with what was waited for.
 */
#ifndef ETP_TESTS_CARRIER_TOOLS_H
#define ETP_TESTS_CARRIER_TOOLS_H

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "live/carrier/carrier.h"

enum { SIDES_MAX = 4, SIDE_CONNECTIONS = 64, PATIENCE_S = 60 };

struct side_connection {
    etp_connection number;
    unsigned char *bytes; /* what came and was taken */
    size_t size, room;
    const unsigned char *out; /* what goes out, send by send */
    size_t out_left, out_piece;
    unsigned endpoint, sends;
    bool open, dialed;
    char address[ETP_CARRIER_ADDRESS_MAX], why[256];
};

struct side {
    etp_carrier *carrier;
    int wake[2];
    unsigned opened, closed, troubles;
    size_t take_at_most; /* of what is shown at once; 0: all */
    bool good;           /* calls each connection so */
    char trouble[512];
    struct side_connection connections[SIDE_CONNECTIONS]; /* in the order in which they were opened */
    void (*on_received)(struct side *side, struct side_connection *connection);
};

static struct side *all_sides[SIDES_MAX];

static inline struct side_connection *side_find(struct side *side, etp_connection number)
{
    for (unsigned i = 0; i < SIDE_CONNECTIONS; i++)
        if (side->connections[i].open && side->connections[i].number == number)
            return &side->connections[i];
    fail_msg("a call for a connection that is not open");
    return NULL;
}

static inline void side_opened(void *user, etp_connection number, unsigned endpoint, const char *address, bool dialed)
{
    struct side *side = user;
    struct side_connection *connection = &side->connections[side->opened % SIDE_CONNECTIONS];
    assert_false(connection->open);
    assert_int_not_equal(number, 0);
    free(connection->bytes);
    *connection = (struct side_connection){.number = number, .endpoint = endpoint, .open = true, .dialed = dialed};
    snprintf(connection->address, sizeof(connection->address), "%s", address);
    side->opened++;
    if (side->good)
        etp_carrier_good(side->carrier, number);
}

/* One after the other, until one is under way. */
static inline void side_send_next(struct side *side, struct side_connection *connection)
{
    while (connection->out_left > 0 && etp_carrier_sending(side->carrier, connection->number) == 0) {
        size_t size = connection->out_left < connection->out_piece ? connection->out_left : connection->out_piece;
        assert_int_equal(etp_carrier_send(side->carrier, connection->number, connection->out, size), ETP_OK);
        connection->out += size;
        connection->out_left -= size;
        if (etp_carrier_sending(side->carrier, connection->number) == 0)
            connection->sends++;
    }
}

/* Sends `size` bytes in pieces of `piece`, each as soon as the one before has left. */
static inline void side_send(struct side *side, struct side_connection *connection, const void *bytes, size_t size,
                             size_t piece)
{
    connection->out = bytes;
    connection->out_left = size;
    connection->out_piece = piece;
    side_send_next(side, connection);
}

static inline void side_keep(struct side_connection *connection, const void *bytes, size_t size)
{
    if (connection->size + size > connection->room) {
        connection->room = (connection->size + size) * 2;
        connection->bytes = realloc(connection->bytes, connection->room);
        assert_non_null(connection->bytes);
    }
    memcpy(connection->bytes + connection->size, bytes, size);
    connection->size += size;
}

static inline size_t side_received(void *user, etp_connection number, const void *bytes, size_t size)
{
    struct side *side = user;
    struct side_connection *connection = side_find(side, number);
    assert_true(size > 0);
    size_t taken = side->take_at_most > 0 && size > side->take_at_most ? side->take_at_most : size;
    side_keep(connection, bytes, taken);
    if (side->on_received != NULL)
        side->on_received(side, connection);
    return taken;
}

static inline void side_sent(void *user, etp_connection number)
{
    struct side *side = user;
    struct side_connection *connection = side_find(side, number);
    assert_int_equal(etp_carrier_sending(side->carrier, number), 0);
    connection->sends++;
    side_send_next(side, connection);
}

static inline void side_closed(void *user, etp_connection number, const char *why)
{
    struct side *side = user;
    struct side_connection *connection = side_find(side, number);
    connection->open = false;
    snprintf(connection->why, sizeof(connection->why), "%s", why);
    assert_int_equal(etp_carrier_send(side->carrier, number, "x", 1), ETP_ENOENT);
    side->closed++;
}

static inline void side_trouble(void *user, unsigned endpoint, const char *what)
{
    struct side *side = user;
    assert_string_not_equal(etp_carrier_address(side->carrier, endpoint), "");
    snprintf(side->trouble, sizeof(side->trouble), "%s", what);
    side->troubles++;
}

static inline void side_wake(void *user)
{
    struct side *side = user;
    char byte = 1;
    if (write(side->wake[1], &byte, 1) != 1)
        abort();
}

static inline etp_carrier_options side_options(struct side *side)
{
    return (etp_carrier_options){
        .size = sizeof(etp_carrier_options),
        .calls = {side_opened, side_received, side_sent, side_closed, side_trouble},
        .user = side,
        .wake = side_wake,
        .max_connections = SIDE_CONNECTIONS,
        .backoff_min = 5 * ETP_NS_PER_MS,
        .backoff_max = 40 * ETP_NS_PER_MS,
        .dial_timeout = 60 * ETP_NS_PER_SECOND, /* a busy machine is no failure */
        .silence = 60 * ETP_NS_PER_SECOND,
        .seed = 1,
    };
}

static inline void side_start(struct side *side, const etp_carrier_options *options)
{
    etp_error error = {0};
    unsigned place = 0;
    while (place < SIDES_MAX && all_sides[place] != NULL)
        place++;
    assert_true(place < SIDES_MAX);
    assert_int_equal(pipe(side->wake), 0);
    if (etp_carrier_new(&side->carrier, options, &error) != ETP_OK)
        fail_msg("%s", error.text);
    all_sides[place] = side;
}

static inline struct side *side_new(void)
{
    struct side *side = calloc(1, sizeof(*side));
    assert_non_null(side);
    etp_carrier_options options = side_options(side);
    side_start(side, &options);
    return side;
}

static inline void side_free(struct side *side)
{
    etp_carrier_free(side->carrier);
    for (unsigned i = 0; i < SIDES_MAX; i++)
        if (all_sides[i] == side)
            all_sides[i] = NULL;
    for (unsigned i = 0; i < SIDE_CONNECTIONS; i++)
        free(side->connections[i].bytes);
    close(side->wake[0]);
    close(side->wake[1]);
    free(side);
}

/* What a test that failed has left behind. */
static inline int free_sides(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SIDES_MAX; i++)
        if (all_sides[i] != NULL)
            side_free(all_sides[i]);
    return 0;
}

static inline void turn_once(int timeout_ms)
{
    struct pollfd polled[SIDES_MAX];
    struct side *sides[SIDES_MAX];
    nfds_t count = 0;
    for (unsigned i = 0; i < SIDES_MAX; i++)
        if (all_sides[i] != NULL) {
            polled[count] = (struct pollfd){all_sides[i]->wake[0], POLLIN, 0};
            sides[count++] = all_sides[i];
        }
    if (poll(polled, count, timeout_ms) <= 0)
        return;
    for (nfds_t i = 0; i < count; i++) {
        char bytes[64];
        if (polled[i].revents == 0)
            continue;
        if (read(polled[i].fd, bytes, sizeof(bytes)) > 0)
            etp_carrier_dispatch(sides[i]->carrier);
    }
}

static inline double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#define turn_until(condition)                                                             \
    do {                                                                                  \
        double until_ = seconds_now() + PATIENCE_S;                                       \
        while (!(condition)) {                                                            \
            if (seconds_now() > until_)                                                   \
                fail_msg("in %d s it did not come true that %s", PATIENCE_S, #condition); \
            turn_once(20);                                                                \
        }                                                                                 \
    } while (0)

static inline unsigned side_listen(struct side *side, const char *url, const etp_tls *tls)
{
    etp_error error = {0};
    unsigned endpoint = 0;
    if (etp_carrier_listen(side->carrier, url, tls, &endpoint, &error) != ETP_OK)
        fail_msg("%s", error.text);
    return endpoint;
}

static inline unsigned side_dial(struct side *side, const char *url, const etp_tls *tls)
{
    etp_error error = {0};
    unsigned endpoint = 0;
    if (etp_carrier_dial(side->carrier, url, tls, &endpoint, &error) != ETP_OK)
        fail_msg("%s", error.text);
    return endpoint;
}

/* Where this side listens. */
static inline const char *tcp_listener(struct side *side)
{
    return etp_carrier_address(side->carrier, side_listen(side, "tcp://127.0.0.1:0", NULL));
}

#endif

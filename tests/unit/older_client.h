/* SPDX-License-Identifier: MIT */
/*
 * A client of the older system, from the format's description alone: it shares no code with ours. Its sockets never
 * block, so that it runs on the loop that it tests. Include unit/live_fixture.h first.
 */
#ifndef UNIT_OLDER_CLIENT_H
#define UNIT_OLDER_CLIENT_H

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/older/older.h"

enum { CLIENTS = 8, RECORD = 88, KEPT = 512 };

/* What an answer says, as far as tests ask. */
struct answer {
    uint8_t type, code;
    uint64_t id, device;
    double sale_price, energy_total, percentage, energy;
};

struct client {
    int fd;
    bool closed; /* by the other side */
    unsigned char bytes[KEPT * RECORD];
    size_t size;
};

static struct client clients[CLIENTS];
static etp_live_older *older;

/* ---- numbers ---- */

static inline void put_number(unsigned char *at, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++, value >>= 8)
        at[i] = value & 0xff;
}

static inline void put_double(unsigned char *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_number(at, bits, 8);
}

static inline uint64_t get_number(const unsigned char *at, unsigned width)
{
    uint64_t value = 0;
    while (width-- > 0)
        value = value << 8 | at[width];
    return value;
}

static inline double get_double(const unsigned char *at)
{
    uint64_t bits = get_number(at, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- the listener under test ---- */

static inline const char *turn_on(const etp_live_older_options *options)
{
    etp_error error = {0};
    check(etp_live_older_listen(sides[0].live, sides[0].node, options, &older, &error), &error);
    return etp_live_older_address(older);
}

static inline etp_live_older_options at_any_port(void)
{
    etp_live_older_options options;
    etp_live_older_defaults(&options);
    options.address = "127.0.0.1:0";
    return options;
}

static inline etp_live_older_stats older_stats(void)
{
    etp_live_older_stats stats = {.size = sizeof stats};
    assert_int_equal(etp_live_older_get_stats(older, &stats), ETP_OK);
    return stats;
}

static inline int close_clients(void **state)
{
    for (unsigned i = 0; i < CLIENTS; i++)
        if (clients[i].fd > 0)
            close(clients[i].fd);
    memset(clients, 0, sizeof clients);
    return close_base(state);
}

/* ---- a client ---- */

static inline void client_connect(unsigned number)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port =
                                            htons((uint16_t)atoi(strrchr(etp_live_older_address(older), ':') + 1)),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct client *client = &clients[number];
    if (client->fd > 0)
        close(client->fd);
    memset(client, 0, sizeof *client);
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(client->fd > 0);
    assert_int_equal(connect(client->fd, (const struct sockaddr *)(const void *)&address, sizeof address), 0);
    assert_int_equal(fcntl(client->fd, F_SETFL, O_NONBLOCK), 0);
}

static inline void client_close(unsigned number)
{
    close(clients[number].fd);
    clients[number].fd = 0;
}

/* Whether all of it was taken by the system. */
static inline bool client_write(unsigned number, const void *bytes, size_t size)
{
    return send(clients[number].fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static inline void fill_record(unsigned char record[RECORD], unsigned type, uint64_t id, uint64_t device)
{
    memset(record, 0, RECORD);
    put_number(record, 84, 4);
    put_number(record + 4, type, 1);
    put_number(record + 5, id, 8);
    put_number(record + 13, device, 8);
    put_number(record + 21, 5, 1);
}

static inline void client_send(unsigned number, unsigned type, uint64_t id, uint64_t device)
{
    unsigned char record[RECORD];
    fill_record(record, type, id, device);
    assert_true(client_write(number, record, sizeof record));
}

static inline void client_bid(unsigned number, uint64_t id, uint64_t device, double cents, double kwh)
{
    unsigned char record[RECORD];
    fill_record(record, 3, id, device);
    put_double(record + 22, cents);
    put_double(record + 54, kwh);
    assert_true(client_write(number, record, sizeof record));
}

static inline void client_read(struct client *client)
{
    ssize_t size = recv(client->fd, client->bytes + client->size, sizeof client->bytes - client->size, 0);
    if (size > 0)
        client->size += (size_t)size;
    else if (size == 0 || (errno != EAGAIN && errno != EINTR))
        client->closed = client->size < sizeof client->bytes;
}

/* How many whole records have come. */
static inline unsigned client_got(unsigned number)
{
    client_read(&clients[number]);
    return (unsigned)(clients[number].size / RECORD);
}

static inline bool client_is_closed(unsigned number)
{
    client_read(&clients[number]);
    return clients[number].closed;
}

static inline struct answer client_answer(unsigned number, unsigned index)
{
    const unsigned char *record = clients[number].bytes + (size_t)index * RECORD;
    assert_true((index + 1) * RECORD <= clients[number].size);
    assert_int_equal(get_number(record, 4), 84);
    return (struct answer){.type = record[4],
                           .id = get_number(record + 5, 8),
                           .device = get_number(record + 13, 8),
                           .sale_price = get_double(record + 30),
                           .energy_total = get_double(record + 38),
                           .percentage = get_double(record + 46),
                           .energy = get_double(record + 54),
                           .code = record[62]};
}

/* Waits for the answer number `index`, which has this type and id. */
static inline void expect_answer(unsigned number, unsigned index, unsigned type, uint64_t id)
{
    WAIT_FOR(client_got(number) > index);
    struct answer answer = client_answer(number, index);
    assert_int_equal(answer.type, type);
    assert_int_equal(answer.id, id);
    assert_int_equal(answer.device, BATTERY);
}

static inline void expect_rejected(unsigned number, unsigned index, uint64_t id, etp_code code)
{
    expect_answer(number, index, ETP_BID_REJECT, id);
    assert_int_equal(client_answer(number, index).code, code);
}

/* A battery in an interval, with a listener of the older format. */
static inline void open_older(const etp_live_older_options *options)
{
    build_battery(prepare(0, BATTERY));
    turn_on(options);
    begin_interval(&sides[0]);
}

#endif

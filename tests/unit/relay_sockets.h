/* SPDX-License-Identifier: MIT */
/* Plain sockets of both kinds, and a relay with a connection through it. */
#ifndef ETP_TEST_RELAY_SOCKETS_H
#define ETP_TEST_RELAY_SOCKETS_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>

#include "relay_process.h"

enum { PATIENCE_MS = 60000, PIECE = 4096, LOST_AT_MOST = 1 << 20 };

/* ---- sockets ---- */

static inline struct sockaddr_in loopback(unsigned port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static inline int open_on(int kind, unsigned *port)
{
    struct sockaddr_in own = loopback(0);
    socklen_t size = sizeof own;
    int fd = socket(AF_INET, kind, 0);
    assert_true(fd >= 0);
    assert_int_equal(0, bind(fd, (struct sockaddr *)&own, size));
    if (kind == SOCK_STREAM)
        assert_int_equal(0, listen(fd, 64));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)&own, &size));
    *port = ntohs(own.sin_port);
    return fd;
}

static inline int connect_to(int kind, unsigned port)
{
    struct sockaddr_in there = loopback(port);
    int fd = socket(AF_INET, kind, 0);
    assert_true(fd >= 0);
    assert_int_equal(0, connect(fd, (struct sockaddr *)&there, sizeof there));
    return fd;
}

static inline void wait_for(int fd, short what)
{
    struct pollfd one = {.fd = fd, .events = what};
    assert_int_equal(1, poll(&one, 1, PATIENCE_MS));
}

static inline int accept_one(int listener)
{
    wait_for(listener, POLLIN);
    int fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    return fd;
}

static inline int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline bool is_silent(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    return poll(&one, 1, 100) == 0;
}

/* ---- a relay with a connection through it ---- */

typedef struct relay_stage {
    relay_process relay;
    unsigned port;
    int listener, client, server;
} relay_stage;

static inline void set_up(relay_stage *stage, const char *options)
{
    stage->listener = open_on(SOCK_STREAM, &stage->port);
    relay_start(&stage->relay, options, stage->port);
    stage->client = connect_to(SOCK_STREAM, stage->relay.port);
    stage->server = accept_one(stage->listener);
}

static inline void tear_down(relay_stage *stage)
{
    assert_int_equal(0, relay_end(&stage->relay));
    close(stage->client);
    close(stage->server);
    close(stage->listener);
}

#endif

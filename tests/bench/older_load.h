/* SPDX-License-Identifier: MIT */
/*
 * A load of Queries in the older wire format: on each of N connections one is asked, its answer read, the next one asked.
 * What it asks and how it waits is the same whoever answers.
 */
#ifndef ETP_BENCH_OLDER_LOAD_H
#define ETP_BENCH_OLDER_LOAD_H

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "etp/histogram.h"
#include "etp/older.h"

#include "bench_time.h"

enum { LOAD_LINKS_MAX = 100 };

/* What one load has measured. Times are those of an answer, in microseconds. */
typedef struct load_result {
    double per_second;
    etp_histogram times;
    uint64_t answers, stalls; /* answers that took 35 to 60 ms */
    double longest_ms;
} load_result;

typedef struct load_link {
    struct load_state *load;
    int fd;
    struct event *readable;
    unsigned char query[ETP_OLDER_RECORD], answer[ETP_OLDER_RECORD];
    size_t got;
    double asked;
} load_link;

typedef struct load_state {
    struct event_base *base;
    load_link links[LOAD_LINKS_MAX];
    double until;
    load_result result;
} load_state;

static inline void load_fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static inline void load_ask(load_link *link)
{
    link->got = 0;
    link->asked = bench_clock(CLOCK_MONOTONIC);
    if (send(link->fd, link->query, sizeof link->query, MSG_NOSIGNAL) != (ssize_t)sizeof link->query)
        load_fail("a Query was not sent");
}

static inline void load_note(load_link *link)
{
    load_result *result = &link->load->result;
    double now = bench_clock(CLOCK_MONOTONIC), ms = (now - link->asked) * 1e3;
    result->answers++;
    result->stalls += ms >= 35 && ms <= 60;
    if (ms > result->longest_ms)
        result->longest_ms = ms;
    etp_histogram_add(&result->times, (uint64_t)(ms * 1e3));
    if (now < link->load->until)
        load_ask(link);
    else
        event_del(link->readable);
}

static inline void load_readable(evutil_socket_t fd, short events, void *user)
{
    (void)events;
    load_link *link = user;
    ssize_t size = recv(fd, link->answer + link->got, sizeof link->answer - link->got, 0);
    if (size <= 0)
        load_fail("an answer was not read");
    link->got += (size_t)size;
    if (link->got == sizeof link->answer)
        load_note(link);
}

static inline void load_connect(load_state *load, unsigned number, unsigned port)
{
    load_link *link = &load->links[number];
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const etp_message query = {.type = ETP_QUERY, .message_id = number, .device_id = 5000 + number, .ttl = 5};
    const int on = 1;
    link->load = load;
    link->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (link->fd < 0 || connect(link->fd, (const struct sockaddr *)(const void *)&address, sizeof address) != 0 ||
        setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        fcntl(link->fd, F_SETFL, O_NONBLOCK) != 0)
        load_fail("the load cannot connect");
    etp_older_encode(&query, link->query, sizeof link->query);
    link->readable = event_new(load->base, link->fd, EV_READ | EV_PERSIST, load_readable, link);
    event_add(link->readable, NULL);
}

static inline load_result load_run(unsigned port, unsigned links, double seconds)
{
    static load_state load;
    memset(&load, 0, sizeof load);
    load.base = event_base_new();
    for (unsigned i = 0; i < links; i++)
        load_connect(&load, i, port);
    double begun = bench_clock(CLOCK_MONOTONIC);
    load.until = begun + seconds;
    for (unsigned i = 0; i < links; i++)
        load_ask(&load.links[i]);
    event_base_dispatch(load.base);
    load.result.per_second = (double)load.result.answers / (bench_clock(CLOCK_MONOTONIC) - begun);
    for (unsigned i = 0; i < links; i++) {
        event_free(load.links[i].readable);
        close(load.links[i].fd);
    }
    event_base_free(load.base);
    return load.result;
}

#endif

/* SPDX-License-Identifier: MIT */
/* Nodes that announce themselves over real sockets of this host, on one loop, and what each of them hears. */
#ifndef ETP_TESTS_DISCOVERY_NODES_H
#define ETP_TESTS_DISCOVERY_NODES_H

#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

#include "discovery_fixture.h"
#include "etp/live_clock.h"
#include "live/discovery/udp.h"

enum { HEARD_MAX = 512 };

typedef struct heard_line {
    etp_id device;
    bool dial, has_url, fresh;
    char url[256], source[80];
    uint64_t message_id;
    etp_energy energy;
} heard_line;

typedef struct test_node {
    etp_discovery *discovery;
    etp_identity *identity;
    etp_trust *trust;
    etp_device_role role;
    bool is_linked;
    heard_line heard[HEARD_MAX];
    unsigned heard_count, refused_count, trouble_count;
    etp_discovery_refusal last_refusal;
    char trouble[256];
} test_node;

/* Batteries have ids from 1000, aggregators from 2000, relays from 3000. */
static inline etp_device_role role_of(etp_id device)
{
    return device < 2000 ? ETP_DEVICE_BATTERY : device < 3000 ? ETP_DEVICE_AGGREGATOR : ETP_DEVICE_RELAY;
}

/* Whom a node trusts: some of each kind. While a key is replaced, that of the device 500 above is an older one of it. */
static inline etp_trust *make_trust(void)
{
    static const etp_id devices[] = {1001, 1002, 1003, 1005, 2001, 2002, 3001};
    etp_trust_entry entries[sizeof devices / sizeof *devices];
    etp_trust *trust = NULL;
    for (unsigned i = 0; i < sizeof devices / sizeof *devices; i++) {
        entries[i] = trusted_with(devices[i], role_of(devices[i]), devices[i] + 500);
        entries[i].keys[entries[i].key_count++] = trusted_with(devices[i], role_of(devices[i]), devices[i]).keys[0];
    }
    if (etp_trust_make(&trust, entries, sizeof entries / sizeof *entries, NULL, NULL) != ETP_OK)
        return NULL;
    return trust;
}

static inline void node_heard(void *user, const etp_discovery_heard *heard)
{
    test_node *node = user;
    heard_line *line = &node->heard[node->heard_count++ % HEARD_MAX];
    *line = (heard_line){
        .device = heard->device, .dial = heard->dial, .has_url = heard->url != NULL, .fresh = heard->fresh};
    snprintf(line->url, sizeof line->url, "%s", heard->url != NULL ? heard->url : "");
    snprintf(line->source, sizeof line->source, "%s", heard->source);
    line->message_id = heard->message != NULL ? heard->message->message_id : 0;
    line->energy = heard->message != NULL ? heard->message->energy_total : 0;
}

static inline bool node_linked(void *user, etp_id device)
{
    (void)device;
    return ((const test_node *)user)->is_linked;
}

static inline void node_describe(void *user, etp_message *message)
{
    (void)user;
    message->energy_total = 6 * ETP_ENERGY_PER_KWH;
    message->ttl = 0; /* is set after it */
}

static inline void node_refused(void *user, etp_discovery_refusal why, etp_id device, const char *source)
{
    (void)device, (void)source;
    test_node *node = user;
    node->refused_count++;
    node->last_refusal = why;
}

static inline void node_trouble(void *user, const char *what)
{
    test_node *node = user;
    node->trouble_count++;
    snprintf(node->trouble, sizeof node->trouble, "%s", what);
}

/* Options of a node; what it announces to whom remains to be filled in. */
static inline etp_discovery_options node_options(test_node *node, struct event_base *base, etp_id device)
{
    *node = (test_node){.identity = identity_of(device), .trust = make_trust(), .role = role_of(device)};
    return (etp_discovery_options){.size = sizeof(etp_discovery_options),
                                   .base = base,
                                   .device = device,
                                   .role = role_of(device),
                                   .identity = node->identity,
                                   .trust = node->trust,
                                   .calls = {.heard = node_heard,
                                             .linked = node_linked,
                                             .describe = node_describe,
                                             .refused = node_refused,
                                             .trouble = node_trouble},
                                   .user = node,
                                   .period = 100 * ETP_NS_PER_MS,
                                   .seed = device};
}

static inline void node_fini(test_node *node)
{
    etp_discovery_free(node->discovery);
    etp_identity_free(node->identity);
    etp_trust_free(node->trust);
    *node = (test_node){.discovery = NULL};
}

static inline uint64_t wall_us(void)
{
    etp_live_clock clock;
    etp_live_clock_set(&clock);
    return (uint64_t)(etp_live_clock_now(&clock) / ETP_NS_PER_US);
}

/* ---- the loop ---- */

static inline void on_tick(evutil_socket_t fd, short what, void *user)
{
    (void)fd, (void)what, (void)user;
}

/* Runs the loop until `done`, or for half a minute, after which something is broken. */
static inline bool run_until(struct event_base *base, bool (*done)(void *user), void *user)
{
    static const etp_live_clock since_boot;
    etp_time end = etp_live_clock_now(&since_boot) + 30 * ETP_NS_PER_SECOND;
    struct timeval pause = {0, 5000};
    struct event *tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);
    event_add(tick, &pause);
    while (!done(user) && etp_live_clock_now(&since_boot) < end)
        event_base_loop(base, EVLOOP_ONCE);
    event_free(tick);
    return done(user);
}

/* ---- a stranger with a socket ---- */

/* A socket on `host` that sends what it is told to. */
static inline int stranger(const char *host)
{
    char text[80];
    int fd = -1;
    etp_udp_address bound;
    snprintf(text, sizeof text, "%s:0", host);
    if (etp_udp_parse(text, "test", &bound, NULL) != ETP_OK || etp_udp_open(&bound, false, &fd, NULL) != ETP_OK)
        return -1;
    return fd;
}

/* Sends to the plain port of `to`, and waits until that has read it: nothing is lost on the way but on purpose. */
static inline uint64_t received_by(const test_node *to)
{
    etp_discovery_stats stats;
    etp_discovery_get_stats(to->discovery, &stats);
    return stats.received;
}

typedef struct arrivals {
    const test_node *to;
    uint64_t count;
} arrivals;

static inline bool has_received(void *user)
{
    const arrivals *expectation = user;
    return received_by(expectation->to) >= expectation->count;
}

static inline bool send_and_wait(struct event_base *base, int fd, const test_node *to, const void *bytes, size_t size)
{
    etp_udp_address address = etp_udp_wildcard(AF_INET, etp_discovery_port(to->discovery, false));
    address.four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    arrivals expected = {to, received_by(to) + 1};
    return sendto(fd, bytes, size, 0, &address.any, etp_udp_size(&address)) == (ssize_t)size &&
           run_until(base, has_received, &expected);
}

#endif

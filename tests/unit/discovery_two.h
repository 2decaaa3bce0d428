/* SPDX-License-Identifier: MIT */
/* A battery and an aggregator that look for each other over real sockets of this host. */
#ifndef ETP_TEST_DISCOVERY_TWO_H
#define ETP_TEST_DISCOVERY_TWO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "discovery_nodes.h"

static struct event_base *base;
static test_node battery, buyer;

static inline int setup(void **state)
{
    (void)state;
    base = event_base_new();
    return base != NULL ? 0 : -1;
}

static inline int teardown(void **state)
{
    (void)state;
    node_fini(&battery);
    node_fini(&buyer);
    event_base_free(base);
    return 0;
}

static inline void open_node(test_node *node, const etp_discovery_options *options)
{
    etp_error error = {0};
    if (etp_discovery_new(&node->discovery, options, &error) != ETP_OK)
        fail_msg("%s", error.text);
}

/* The aggregator listens for datagrams, the battery knows where. `address`es are of their links. */
static inline void open_two(const char *battery_address, const char *buyer_address)
{
    static char peer[32];
    etp_discovery_options options = node_options(&buyer, base, 2001);
    options.listen = "127.0.0.1:0";
    options.addresses[0] = buyer_address;
    open_node(&buyer, &options);
    snprintf(peer, sizeof peer, "127.0.0.1:%u", etp_discovery_port(buyer.discovery, false));
    options = node_options(&battery, base, 1001);
    options.peers[0] = peer;
    options.addresses[0] = battery_address;
    open_node(&battery, &options);
}

static inline void start_two(void)
{
    assert_int_equal(etp_discovery_start(battery.discovery), ETP_OK);
    assert_int_equal(etp_discovery_start(buyer.discovery), ETP_OK);
}

static inline bool both_heard(void *user)
{
    (void)user;
    return battery.heard_count > 0 && buyer.heard_count > 0;
}

static inline bool buyer_heard_three(void *user)
{
    (void)user;
    return buyer.heard_count >= 3;
}

static inline etp_discovery_stats stats_of(const test_node *node)
{
    etp_discovery_stats stats;
    etp_discovery_get_stats(node->discovery, &stats);
    return stats;
}

#endif

/* SPDX-License-Identifier: MIT */
/* What the tests of the made-up network share. */
#ifndef ETP_TEST_NETWORK_TOOLS_H
#define ETP_TEST_NETWORK_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "etp/network.h"
#include "etp/rng.h"

enum { LINKS = 16, DEVICE_A = 11, DEVICE_B = 22 };

static const etp_time start = 1700000000 * ETP_NS_PER_SECOND;
static const etp_time second = ETP_NS_PER_SECOND;
static const etp_time ms = ETP_NS_PER_MS;

static inline etp_network_options usual(void)
{
    return (etp_network_options){
        .size = sizeof(etp_network_options), .seed = 7, .delay = 20 * ms, .max_links = LINKS, .max_frames = 4096};
}

static inline etp_network *open_network(const etp_network_options *options)
{
    etp_network *network;
    etp_error error = {0};
    if (etp_network_new(&network, options, &error) != ETP_OK)
        fail_msg("%s", error.text);
    assert_int_equal(etp_network_join(network, 0, DEVICE_A, 1, DEVICE_B), ETP_OK);
    return network;
}

static inline etp_network_stats stats_of(const etp_network *network)
{
    etp_network_stats stats;
    etp_network_get_stats(network, &stats);
    return stats;
}

static inline void send_number(etp_network *network, etp_time now, uint32_t link, uint32_t number)
{
    assert_int_equal(etp_network_send(network, now, link, &number, sizeof number), ETP_OK);
}

static inline uint32_t number_of(const etp_delivery *delivery)
{
    uint32_t number;
    assert_int_equal(delivery->size, sizeof number);
    memcpy(&number, delivery->frame, sizeof number);
    return number;
}

static inline etp_network_options rough(void)
{
    etp_network_options options = usual();
    options.jitter = 50 * ms;
    options.loss_ppm = 200000;
    options.duplicate_ppm = 200000;
    options.reorder_ppm = 200000;
    options.flip_ppm = 200000;
    return options;
}

#endif

/* SPDX-License-Identifier: MIT */
/* Which links may be told to be each other's ends. What is left out between such ends: test_run_skip.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "etp/engine.h"
#include "home_battery.h"

enum { BUYER = 1, FIRST = 1000001, SECOND = 1000002 };

static int swallow(void *user, etp_link link, const void *frame, size_t size)
{
    (void)user;
    (void)link;
    (void)frame;
    (void)size;
    return ETP_OK;
}

static etp_node add_battery(etp_engine *engine, etp_battery *battery, etp_id device)
{
    etp_bess_options options;
    etp_node node;
    etp_bess_defaults(&options);
    options.device_id = device;
    options.battery = battery;
    options.peers = 1;
    assert_int_equal(etp_battery_init(battery, &bare_battery, 5000000), ETP_OK);
    assert_int_equal(etp_engine_add_bess(engine, &options, &node), ETP_OK);
    return node;
}

static etp_node add_buyer(etp_engine *engine)
{
    etp_aggregator_options options;
    etp_node node;
    etp_aggregator_defaults(&options);
    options.device_id = BUYER;
    options.peers = 2;
    assert_int_equal(etp_engine_add_aggregator(engine, &options, &node), ETP_OK);
    return node;
}

static etp_link add_link(etp_engine *engine, etp_node node, etp_id peer)
{
    etp_link link;
    assert_int_equal(etp_engine_add_link(engine, node, peer, &link), ETP_OK);
    return link;
}

static void only_ends_of_one_link_are_a_pair(void **state)
{
    (void)state;
    etp_engine *engine;
    etp_engine_options options;
    etp_battery batteries[2];
    etp_engine_defaults(&options);
    options.transport = (etp_transport){swallow, NULL};
    options.max_nodes = 3;
    options.max_links = 4;
    assert_int_equal(etp_engine_new(&engine, &options, NULL), ETP_OK);
    etp_node first = add_battery(engine, &batteries[0], FIRST), second = add_battery(engine, &batteries[1], SECOND);
    etp_node buyer = add_buyer(engine);
    etp_link at_first = add_link(engine, first, BUYER), at_second = add_link(engine, second, BUYER);
    etp_link to_first = add_link(engine, buyer, FIRST), to_second = add_link(engine, buyer, SECOND);
    assert_int_equal(etp_engine_pair_links(engine, at_first, to_first), ETP_OK);
    assert_int_equal(etp_engine_pair_links(engine, at_second, to_first), ETP_ERANGE);
    assert_int_equal(etp_engine_pair_links(engine, to_second, at_second), ETP_ENOENT);
    assert_int_equal(etp_engine_pair_links(engine, at_first, at_second), ETP_ENOENT);
    assert_int_equal(etp_engine_pair_links(engine, at_first, 9), ETP_ENOENT);
    assert_int_equal(etp_engine_start(engine), ETP_OK);
    assert_int_equal(etp_engine_pair_links(engine, at_second, to_second), ETP_ESTATE);
    etp_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_ends_of_one_link_are_a_pair)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What may go wrong while an engine is built: each contradiction is refused, with a sentence where a person wrote it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_peers.h"

static void expect_refused(const etp_engine_options *options)
{
    etp_engine *engine = (etp_engine *)&it;
    etp_error error = {0};
    assert_int_equal(etp_engine_new(&engine, options, &error), ETP_EINVAL);
    assert_null(engine);
    assert_int_equal(error.code, ETP_EINVAL);
    assert_true(strlen(error.text) > 10);
    assert_int_equal(etp_engine_new(&engine, options, NULL), ETP_EINVAL);
}

/* The default options with one of them spoilt. */
#define EXPECT_REFUSED(spoil)                \
    do {                                     \
        etp_engine_options it_ = it.options; \
        etp_engine_options *options = &it_;  \
        spoil;                               \
        expect_refused(options);             \
    } while (0)

static void options_that_contradict_each_other_are_refused(void **unused)
{
    (void)unused;
    EXPECT_REFUSED(options->size = 1);
    EXPECT_REFUSED(options->transport.send = NULL);
    EXPECT_REFUSED(options->max_nodes = 0);
    EXPECT_REFUSED(options->max_links = 0);
    EXPECT_REFUSED(options->now = -1);
    EXPECT_REFUSED(options->tick = -1);
    EXPECT_REFUSED(options->tick = ETP_PRICE_MAX + 1);
    EXPECT_REFUSED(options->mechanism = (etp_mechanism)4);
    EXPECT_REFUSED(options->timing.window = 0);
    EXPECT_REFUSED(options->timing.hold = 0);
    EXPECT_REFUSED(options->timing.query_repeat = 0);
    EXPECT_REFUSED(options->timing.confirm_repeat = 0);
    EXPECT_REFUSED(options->timing.register_period = 0);
    EXPECT_REFUSED(options->timing.status_period = 0);
    EXPECT_REFUSED(options->timing.doubt_limit = 0);
    EXPECT_REFUSED(options->timing.query_spread = -1);
    EXPECT_REFUSED(options->timing.decide_lead = -1);
    EXPECT_REFUSED(options->timing.window = INT64_MAX);
    EXPECT_REFUSED(options->timing.hold = INT64_MAX);
}

static int add_bess(etp_id device_id, unsigned peers, etp_node *node)
{
    etp_bess_options options = {.size = sizeof options, .device_id = device_id, .battery = &it.battery, .peers = peers};
    return etp_engine_add_bess(it.engine, &options, node);
}

static int add_buyer(etp_id device_id, unsigned peers, etp_node *node)
{
    etp_aggregator_options options = {.size = sizeof options, .device_id = device_id, .peers = peers};
    return etp_engine_add_aggregator(it.engine, &options, node);
}

static void nodes_are_checked_when_they_are_added(void **unused)
{
    (void)unused;
    it.options.max_nodes = 2;
    make_engine();
    charge_battery();
    etp_node node;
    assert_int_equal(add_bess(0, 1, &node), ETP_ERANGE);
    assert_int_equal(add_bess(ETP_ID_MAX + 1, 1, &node), ETP_ERANGE);
    assert_int_equal(add_bess(1, 0, &node), ETP_ERANGE);
    etp_bess_options options = {.size = sizeof options, .device_id = 1, .peers = 1};
    assert_int_equal(etp_engine_add_bess(it.engine, &options, &node), ETP_ERANGE);
    options.battery = &it.battery;
    options.base_reserve = ETP_PRICE_MAX + 1;
    assert_int_equal(etp_engine_add_bess(it.engine, &options, &node), ETP_ERANGE);
    options.base_reserve = 0;
    options.size--;
    assert_int_equal(etp_engine_add_bess(it.engine, &options, &node), ETP_EINVAL);
    assert_int_equal(add_bess(1, 1, &node), ETP_OK);
    assert_int_equal(add_buyer(1, 1, &node), ETP_EEXIST);
    assert_int_equal(add_buyer(2, 1, &node), ETP_OK);
    assert_int_equal(node, 1);
    assert_int_equal(add_buyer(3, 1, &node), ETP_EFULL);
}

static void links_are_checked_when_they_are_added(void **unused)
{
    (void)unused;
    it.options.max_nodes = 2;
    it.options.max_links = 3;
    make_engine();
    charge_battery();
    etp_node bess, buyer;
    etp_link link;
    assert_int_equal(add_bess(1, 2, &bess), ETP_OK);
    assert_int_equal(add_buyer(2, 2, &buyer), ETP_OK);
    assert_int_equal(etp_engine_add_link(it.engine, 2, 9, &link), ETP_ENOENT);
    assert_int_equal(etp_engine_add_link(it.engine, bess, 0, &link), ETP_ERANGE);
    assert_int_equal(etp_engine_add_link(it.engine, bess, ETP_ID_MAX + 1, &link), ETP_ERANGE);
    assert_int_equal(etp_engine_add_link(it.engine, bess, 1, &link), ETP_ERANGE);
    assert_int_equal(etp_engine_add_link(it.engine, bess, 2, &link), ETP_OK);
    assert_int_equal(etp_engine_add_link(it.engine, bess, 2, &link), ETP_EEXIST);
    assert_int_equal(etp_engine_add_link(it.engine, bess, 3, &link), ETP_OK);
    assert_int_equal(etp_engine_add_link(it.engine, bess, 4, &link), ETP_EFULL);
    assert_int_equal(etp_engine_add_link(it.engine, buyer, 1, &link), ETP_OK);
    assert_int_equal(link, 2);
    assert_int_equal(etp_engine_add_link(it.engine, buyer, 5, &link), ETP_EFULL);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    assert_int_equal(etp_engine_start(it.engine), ETP_ESTATE);
    assert_int_equal(etp_engine_add_link(it.engine, buyer, 5, &link), ETP_EFULL);
    assert_int_equal(add_buyer(6, 1, &buyer), ETP_ESTATE);
}

static void calls_for_the_wrong_node_are_refused(void **unused)
{
    (void)unused;
    make_bess(NULL);
    etp_interval interval = {.ends = INTERVAL};
    assert_int_equal(etp_engine_begin_interval(it.engine, &interval), ETP_ESTATE);
    assert_int_equal(etp_engine_fail(it.engine, it.node), ETP_ESTATE);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    etp_aggregator_brief aggregator = {0};
    etp_bess_brief bess = {0};
    etp_aggregator_totals numbers;
    etp_energy energy;
    etp_money money;
    assert_int_equal(etp_engine_brief_aggregator(it.engine, it.node, &aggregator), ETP_EINVAL);
    assert_int_equal(etp_engine_brief_bess(it.engine, 1, &bess), ETP_EINVAL);
    assert_int_equal(etp_engine_aggregator_totals(it.engine, it.node, &numbers), ETP_EINVAL);
    assert_int_equal(etp_engine_sold(it.engine, 1, &energy, &money), ETP_EINVAL);
    assert_int_equal(etp_engine_fail(it.engine, 1), ETP_ENOENT);
    assert_int_equal(etp_engine_recover(it.engine, 1), ETP_ENOENT);
    assert_int_equal(etp_engine_recover(it.engine, it.node), ETP_ESTATE);
}

static void the_clock_never_goes_back(void **unused)
{
    (void)unused;
    make_bess(NULL);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    assert_int_equal(now(), START);
    etp_engine_advance(it.engine, START - 1);
    assert_int_equal(now(), START);
    etp_engine_advance(it.engine, START + 5);
    etp_engine_advance(it.engine, START + 3);
    assert_int_equal(now(), START + 5);
}

static void an_engine_that_was_never_made_is_freed_too(void **unused)
{
    (void)unused;
    etp_engine_free(NULL);
    assert_string_equal(etp_event_name(ETP_EVENT_LATE), "late");
    assert_string_equal(etp_event_name(ETP_EVENT_LINK_UP), "link_up");
    assert_string_equal(etp_event_name(ETP_EVENTS), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(options_that_contradict_each_other_are_refused, begin_test, end_test),
        cmocka_unit_test_setup_teardown(nodes_are_checked_when_they_are_added, begin_test, end_test),
        cmocka_unit_test_setup_teardown(links_are_checked_when_they_are_added, begin_test, end_test),
        cmocka_unit_test_setup_teardown(calls_for_the_wrong_node_are_refused, begin_test, end_test),
        cmocka_unit_test_setup_teardown(the_clock_never_goes_back, begin_test, end_test),
        cmocka_unit_test_setup_teardown(an_engine_that_was_never_made_is_freed_too, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Whose loop it is, and how networks begin and end: at any moment, also short of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "unit/live_fixture.h"
#include "unit/test_memory_tools.h"

/* ---- a loop of their own, each in a thread ---- */

struct runner {
    struct side *side;
    struct event *interval;
    int result;
};

static void on_interval(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    struct runner *runner = user;
    struct side *side = runner->side;
    bool sells = side->node_options.role == ETP_DEVICE_BATTERY;
    /* The battery stays until the buyer has gone. */
    if (sells ? side->lost > 0 : side->events[ETP_EVENT_RECEIPT] > 0)
        assert_int_equal(etp_live_stop(side->live), ETP_OK);
    else if (sells || side->events[ETP_EVENT_REGISTER] > 0)
        begin_interval(side);
}

static void *run_side(void *user)
{
    struct runner *runner = user;
    const struct timeval often = {0, 700000};
    runner->interval = event_new(etp_live_base(runner->side->live), -1, EV_PERSIST, on_interval, runner);
    event_add(runner->interval, &often);
    runner->result = etp_live_run(runner->side->live);
    event_free(runner->interval);
    free_side(runner->side);
    return NULL;
}

static void networks_have_loops_of_their_own(void **state)
{
    (void)state;
    struct runner runners[2] = {{.side = prepare(0, BATTERY)}, {.side = prepare(1, BUYER)}};
    sides[0].options.event_base = sides[1].options.event_base = NULL;
    build_battery(&sides[0]);
    build_buyer(&sides[1]);
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY);
    pthread_t threads[2];
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_side, &runners[i]), 0);
    for (unsigned i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(runners[i].result, ETP_OK);
    }
    assert_true(sides[0].events[ETP_EVENT_CONFIRM] > 0 && sides[1].events[ETP_EVENT_RECEIPT] > 0);
}

/* ---- the end ---- */

/* After so many turns of the loop, wherever the two are by then. */
static void free_after(unsigned turns, const char *url)
{
    build_battery(prepare(0, BATTERY));
    build_buyer(prepare(1, BUYER));
    dial_to(&sides[1], listen_at(&sides[0], url), BATTERY);
    begin_interval(&sides[0]);
    begin_interval(&sides[1]);
    for (unsigned i = 0; i < turns; i++)
        event_base_loop(base, EVLOOP_ONCE);
    struct side *first = &sides[turns % 2];
    free_side(first);
    for (unsigned i = 0; i < turns % 5; i++)
        event_base_loop(base, EVLOOP_ONCE);
    free_side(&sides[0]);
    free_side(&sides[1]);
}

static void networks_are_freed_at_any_moment(void **state)
{
    (void)state;
    for (unsigned turns = 0; turns < 40; turns++)
        free_after(turns, turns % 3 == 0 ? "inproc://test_live_loop" : "tcp://127.0.0.1:0");
}

static void the_network_may_go_before_the_engine(void **state)
{
    (void)state;
    connect_two("tcp://127.0.0.1:0");
    etp_live_free(sides[0].live);
    sides[0].live = NULL;
    WAIT_FOR(sides[1].lost == 1);
}

static void a_network_that_has_not_started_is_freed(void **state)
{
    (void)state;
    etp_error error = {0};
    struct side *side = prepare(0, BATTERY);
    check(etp_live_new(&side->live, &side->options, &error), &error);
    free_side(side);
    build_engine(prepare(0, BATTERY));
    free_side(side);
}

/* ---- short of memory ---- */

static bool build_with(ledger *books)
{
    struct side *side = prepare(0, BATTERY);
    etp_error error = {0};
    side->options.allocator = &books->allocator;
    int result = etp_live_new(&side->live, &side->options, &error);
    if (result != ETP_OK) {
        assert_null(side->live);
        assert_true(error.text[0] != '\0');
        return false;
    }
    side->engine_options.transport = etp_live_transport(side->live);
    assert_int_equal(etp_engine_new(&side->engine, &side->engine_options, &error), ETP_OK);
    etp_aggregator_options options = {.size = sizeof options, .device_id = BATTERY, .peers = 64};
    assert_int_equal(etp_engine_add_aggregator(side->engine, &options, &side->node), ETP_OK);
    assert_int_equal(etp_live_attach(side->live, side->engine), ETP_OK);
    side->node_options.role = ETP_DEVICE_AGGREGATOR;
    side->node_options.node = side->node;
    bool whole = etp_live_add_node(side->live, &side->node_options, &error) == ETP_OK &&
                 etp_live_listen(side->live, side->node, "tcp://127.0.0.1:0", NULL, NULL, &error) == ETP_OK &&
                 etp_live_dial(side->live, side->node, "tcp://127.0.0.1:1", 0, NULL, NULL, &error) == ETP_OK;
    assert_true(whole || error.text[0] != '\0');
    return whole;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    ledger books;
    bool whole = false;
    for (uint64_t fail_at = 1; !whole; fail_at++) {
        assert_true(fail_at < 1000);
        ledger_open(&books);
        books.fail_at = fail_at;
        whole = build_with(&books);
        free_side(&sides[0]);
        ledger_close(&books);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(networks_have_loops_of_their_own, open_base, close_base),
        cmocka_unit_test_setup_teardown(networks_are_freed_at_any_moment, open_base, close_base),
        cmocka_unit_test_setup_teardown(the_network_may_go_before_the_engine, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_network_that_has_not_started_is_freed, open_base, close_base),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, open_base, close_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

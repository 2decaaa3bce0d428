/* SPDX-License-Identifier: MIT */
/* Peers that go and come back, that have two connections, or that dial each other at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/live_fixture.h"

static void a_peer_that_was_started_anew_has_its_link_again(void **state)
{
    (void)state;
    build_battery(prepare(0, BATTERY));
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    build_buyer(prepare(1, BUYER));
    dial_to(&sides[1], address, BATTERY);
    WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > 0);
    trade_once(&sides[0], &sides[1]);
    etp_link link = peer_of(&sides[0], 0).link;

    free_side(&sides[1]);
    WAIT_FOR(sides[0].lost == 1);
    assert_false(peer_of(&sides[0], 0).up);
    assert_string_equal(peer_of(&sides[0], 0).address, "");
    assert_int_equal(sides[0].events[ETP_EVENT_LINK_LOST], 1);

    build_buyer(prepare(1, BUYER));
    dial_to(&sides[1], address, BATTERY);
    WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > 0);
    assert_int_equal(sides[0].up, 2);
    assert_int_equal(etp_live_peers(sides[0].live), 1);
    assert_int_equal(peer_of(&sides[0], 0).connections, 2);
    assert_int_equal(peer_of(&sides[0], 0).link, link);
    trade_once(&sides[0], &sides[1]);
}

static void a_dialer_comes_back_to_a_listener_that_was_away(void **state)
{
    (void)state;
    build_battery(prepare(0, BATTERY));
    char address[256];
    snprintf(address, sizeof address, "%s", listen_at(&sides[0], "tcp://127.0.0.1:0"));
    build_buyer(prepare(1, BUYER));
    dial_to(&sides[1], address, 0);
    WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > 0);
    free_side(&sides[0]);
    WAIT_FOR(sides[1].lost == 1 && live_stats(&sides[1]).dials_failed > 0);
    build_battery(prepare(0, BATTERY));
    listen_at(&sides[0], address);
    WAIT_FOR(sides[1].up == 2 && sides[1].events[ETP_EVENT_REGISTER] > 1);
    trade_once(&sides[0], &sides[1]);
    assert_int_equal(etp_live_peers(sides[1].live), 1);
}

/* As if the device had been started anew, and its old connection were not known to be dead. */
static void a_newer_connection_takes_the_older_ones_place(void **state)
{
    (void)state;
    build_battery(prepare(0, BATTERY));
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    build_buyer(prepare(1, BUYER));
    dial_to(&sides[1], address, BATTERY);
    WAIT_FOR(sides[0].up == 1 && sides[1].up == 1);
    prepare(2, BUYER);
    sides[2].options.backoff_min = sides[2].options.backoff_max = 60 * ETP_NS_PER_SECOND;
    build_buyer(&sides[2]);
    dial_to(&sides[2], address, BATTERY);
    WAIT_FOR(sides[2].up == 1 && sides[1].lost == 1);
    assert_string_equal(sides[1].lost_why, "the same device has a newer connection");
    assert_true(live_stats(&sides[0]).replaced > 0);
    assert_int_equal(sides[0].lost, 0);
    assert_int_equal(etp_live_peers(sides[0].live), 1);
    free_side(&sides[1]);
}

/* The battery's id is the smaller one: its dialer stays, the buyer's rests until the connection is gone. */
static void of_two_that_dial_each_other_one_connection_stays(void **state)
{
    (void)state;
    build_battery(prepare(0, BATTERY));
    build_buyer(prepare(1, BUYER));
    const char *battery_at = listen_at(&sides[0], "tcp://127.0.0.1:0");
    const char *buyer_at = listen_at(&sides[1], "tcp://127.0.0.1:0");
    etp_live_endpoint dialer = dial_to(&sides[0], buyer_at, BUYER);
    dial_to(&sides[1], battery_at, BATTERY);
    WAIT_FOR(live_stats(&sides[0]).established + live_stats(&sides[0]).refused[ETP_LIVE_REFUSED_HANDSHAKE] > 0);
    WAIT_FOR(live_stats(&sides[0]).connections == 1 && live_stats(&sides[1]).connections == 1 &&
             peer_of(&sides[0], 0).up && peer_of(&sides[0], 0).dialed && peer_of(&sides[1], 0).up);
    assert_false(peer_of(&sides[1], 0).dialed);
    WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > 0);
    trade_once(&sides[0], &sides[1]);
    assert_int_equal(live_stats(&sides[0]).connections, 1);

    unsigned before = sides[1].up;
    assert_int_equal(etp_live_end(sides[0].live, dialer), ETP_OK);
    WAIT_FOR(sides[1].up > before && peer_of(&sides[1], 0).dialed && peer_of(&sides[0], 0).up);
    assert_int_equal(etp_live_peers(sides[0].live) + etp_live_peers(sides[1].live), 2);
    assert_int_equal(etp_live_end(sides[0].live, dialer), ETP_ENOENT);
}

static void begin_all(void)
{
    for (unsigned i = 0; i < SIDES; i++)
        begin_interval(&sides[i]);
}

static bool all_have_sold(void)
{
    for (unsigned i = 1; i < SIDES; i++)
        if (sides[i].events[ETP_EVENT_CONFIRM] == 0)
            return false;
    return true;
}

static void one_aggregator_has_many_batteries(void **state)
{
    (void)state;
    build_buyer(prepare(0, BUYER));
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    for (unsigned i = 1; i < SIDES; i++) {
        build_battery(prepare(i, BATTERY + i));
        dial_to(&sides[i], address, BUYER);
    }
    WAIT_FOR(sides[0].events[ETP_EVENT_REGISTER] >= SIDES - 1);
    TRADE_UNTIL(begin_all(), all_have_sold());
    WAIT_FOR(sides[0].events[ETP_EVENT_RECEIPT] >= SIDES - 1);
    assert_int_equal(live_stats(&sides[0]).peers_up, SIDES - 1);
}

static unsigned clock_lines;

static void count_clock_lines(void *user, etp_log_level level, const char *component, const char *text)
{
    (void)user;
    (void)component;
    clock_lines += level == ETP_LOG_WARN && strstr(text, "clock device=") != NULL;
}

/* A device that is a second off still trades, and whoever runs it must learn of it; not with each measurement. */
static void a_clock_that_is_far_off_is_warned_of_once(void **state)
{
    (void)state;
    static etp_live_clock ahead;
    etp_live_clock_set(&ahead);
    ahead.offset += 3600 * ETP_NS_PER_SECOND;
    clock_lines = 0;
    prepare(0, BATTERY)->options.heartbeat = 20 * ETP_NS_PER_MS;
    sides[0].options.logger = (etp_logger){count_clock_lines, NULL, ETP_LOG_WARN};
    build_battery(&sides[0]);
    prepare(1, BUYER)->options.clock = &ahead;
    build_buyer(&sides[1]);
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), 0);
    WAIT_FOR(clock_lines > 0 && etp_live_round_trips(sides[0].live)->count > 3);
    assert_int_equal(clock_lines, 1);
}

static void the_clocks_of_peers_are_told(void **state)
{
    (void)state;
    static etp_live_clock ahead;
    const etp_time minute = 60 * ETP_NS_PER_SECOND, by = 20 * minute;
    etp_live_clock_set(&ahead);
    ahead.offset += by;
    build_battery(prepare(0, BATTERY));
    prepare(1, BUYER)->options.clock = &ahead;
    build_buyer(&sides[1]);
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), 0);
    WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > 0 && peer_of(&sides[0], 0).clock_known &&
             peer_of(&sides[1], 0).clock_known);
    etp_live_peer_info buyer = peer_of(&sides[0], 0), battery = peer_of(&sides[1], 0);
    assert_true(buyer.ahead > by - minute && buyer.ahead < by + minute);
    assert_true(battery.ahead > -by - minute && battery.ahead < -by + minute);
    assert_true(buyer.uncertainty >= 0 && buyer.uncertainty < minute);
    assert_true(buyer.round_trip_p50 <= buyer.round_trip_max);
    assert_true(etp_live_round_trips(sides[0].live)->count > 0);
    /* The engine goes by the peer's clock: else all that the battery says would be twenty minutes late. */
    trade_once(&sides[0], &sides[1]);
    assert_true((etp_time)etp_engine_delays(sides[1].engine, ETP_QUERY_RESPONSE)->max < minute / ETP_NS_PER_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_peer_that_was_started_anew_has_its_link_again, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_dialer_comes_back_to_a_listener_that_was_away, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_newer_connection_takes_the_older_ones_place, open_base, close_base),
        cmocka_unit_test_setup_teardown(of_two_that_dial_each_other_one_connection_stays, open_base, close_base),
        cmocka_unit_test_setup_teardown(one_aggregator_has_many_batteries, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_clock_that_is_far_off_is_warned_of_once, open_base, close_base),
        cmocka_unit_test_setup_teardown(the_clocks_of_peers_are_told, open_base, close_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

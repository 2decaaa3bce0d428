/* SPDX-License-Identifier: MIT */
/*
 * Links that are added after the start, lost, and back: what waits on them, what is owed, and clocks that differ. What each
 * state of a session does stands in docs/states.md, and is tested with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/internal.h"
#include "engine_peers.h"

static void lose(unsigned peer)
{
    assert_int_equal(etp_engine_link_lost(it.engine, peer), ETP_OK);
}

static void bring_back(unsigned peer)
{
    assert_int_equal(etp_engine_link_up(it.engine, peer), ETP_OK);
}

/* ---- what waits ---- */

static void what_waits_on_a_lost_link_is_given_up_and_its_slots_are_free(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    it.send_result[0] = ETP_EFULL;
    query(0);
    terminate(0, 0, ETP_CODE_WITHDRAWN);
    uint32_t used = it.engine->outbox.used;
    assert_int_equal(used, 1);
    lose(0);
    assert_int_equal(it.engine->outbox.used, 0);
    assert_int_equal(stats().link_lost, 1);
    it.send_result[0] = ETP_OK;
    /* It is no busy link any more either. */
    bring_back(0);
    assert_int_equal(count_heard(0, ETP_REGISTER), 1);
    assert_int_equal(count_heard(0, ETP_QUERY_RESPONSE), 0);
}

static void nothing_is_sent_until_it_is_back(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    lose(0);
    forget();
    advance(it.options.timing.window + it.options.timing.hold / 2);
    assert_int_equal(it.heard_count, 0);
    /* The award, and its repeats, were given up. The hold goes on, and a Confirm inside it sells. */
    assert_true(stats().link_lost >= 2);
    assert_int_equal(it.battery.held, LOT);
    bring_back(0);
    advance(it.options.timing.confirm_repeat);
    assert_int_equal(count_heard(0, ETP_BID_ACCEPT), 1);
    confirm(0);
    assert_int_equal(sold(), LOT);
}

static void a_hold_ends_while_the_link_is_lost(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    query_and_bid(1, 15 * CENT, LOT);
    advance(it.options.timing.window);
    etp_message accept = heard(0, ETP_BID_ACCEPT);
    lose(0);
    advance(it.options.timing.hold);
    /* The energy goes to the next, once. */
    confirm(1);
    assert_int_equal(sold(), LOT);
    bring_back(0);
    say(0, (etp_message){.type = ETP_BID_CONFIRM, .in_reply_to = accept.message_id});
    expect_heard(0, ETP_TERMINATE, ETP_CODE_EXPIRED, it.last_id);
    assert_int_equal(sold(), LOT);
}

static void what_comes_on_a_lost_link_is_not_acted_on(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    lose(0);
    etp_engine_stats before = stats();
    query(0);
    assert_int_equal(stats().received[ETP_QUERY], before.received[ETP_QUERY]);
    assert_int_equal(etp_engine_receive(it.engine, 0, "x", 1), ETP_ESTATE);
    bring_back(0);
    forget();
    query(0);
    assert_int_equal(count_heard(0, ETP_QUERY_RESPONSE), 1);
}

static void a_link_is_lost_once(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    lose(0);
    lose(0);
    assert_int_equal(it.events[ETP_EVENT_LINK_LOST], 1);
    assert_int_equal(it.last_event[ETP_EVENT_LINK_LOST].peer, PEER);
    assert_int_equal(it.faults, 1);
    bring_back(0);
    assert_int_equal(it.events[ETP_EVENT_LINK_UP], 1);
}

/* ---- what is owed ---- */

static void a_failure_overtakes_all_that_is_owed(void **unused)
{
    (void)unused;
    begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
    offer_to(0, LOT, 2000);
    lose(0);
    it.send_result[0] = ETP_EFULL;
    bring_back(0);
    lose(0); /* again, before the failure has left */
    it.send_result[0] = ETP_OK;
    forget();
    bring_back(0);
    assert_int_equal(it.heard_count, 1);
    expect_heard(0, ETP_DEVICE_FAILURE, ETP_CODE_OFFLINE, 0);
    forget();
    bring_back(0);
    assert_int_equal(it.heard_count, 0);
}

static void a_node_that_failed_meanwhile_says_so(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    query(0);
    lose(0);
    assert_int_equal(etp_engine_fail(it.engine, it.node), ETP_OK);
    forget();
    bring_back(0);
    assert_int_equal(it.heard_count, 1);
    assert_int_equal(count_heard(0, ETP_DEVICE_FAILURE), 1);
    assert_int_equal(etp_engine_recover(it.engine, it.node), ETP_OK);
    advance(2000 * MS);
    assert_int_equal(count_heard(0, ETP_REGISTER), 1);
}

static void what_is_in_doubt_is_no_longer_in_doubt_once_the_battery_is_back(void **unused)
{
    (void)unused;
    begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
    offer_to(0, LOT, 2000);
    accept_bid(0, 15 * CENT, LOT);
    etp_id confirm_id = heard(0, ETP_BID_CONFIRM).message_id;
    lose(0);
    forget();
    /* Far longer than the limit of doubt, through intervals that begin without it. */
    for (unsigned i = 0; i < 24; i++) {
        begin_interval();
        advance(INTERVAL);
    }
    assert_int_equal(count_heard(0, ETP_QUERY) + count_heard(0, ETP_BID_CONFIRM), 0);
    assert_int_equal(totals().in_doubt, 1);
    bring_back(0);
    assert_int_equal(heard(0, ETP_BID_CONFIRM).message_id, confirm_id);
    advance(it.options.timing.confirm_repeat + 10 * MS);
    assert_int_equal(count_heard(0, ETP_BID_CONFIRM), 2);
    give_receipt(0);
    assert_int_equal(totals().wins, 1);
    assert_int_equal(totals().energy, LOT);
    assert_int_equal(totals().unresolved, 0);
}

static void a_battery_that_is_back_is_queried_when_it_has_registered(void **unused)
{
    (void)unused;
    begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
    lose(0);
    bring_back(0);
    forget();
    begin_interval();
    assert_int_equal(count_heard(0, ETP_QUERY), 0);
    register_with(0);
    begin_interval();
    assert_int_equal(count_heard(0, ETP_QUERY), 1);
}

static void a_battery_repeats_its_register_until_it_is_heard(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    for (unsigned i = 0; i < PEERS; i++)
        query(i);
    advance(20 * ETP_NS_PER_SECOND);
    lose(0);
    forget();
    advance(60 * ETP_NS_PER_SECOND);
    assert_int_equal(count_heard(0, ETP_REGISTER), 0);
    bring_back(0);
    assert_int_equal(count_heard(0, ETP_REGISTER), 1);
    advance(12 * ETP_NS_PER_SECOND);
    assert_int_equal(count_heard(0, ETP_REGISTER), 2);
    assert_int_equal(count_heard(1, ETP_REGISTER), 0);
    query(0);
    advance(60 * ETP_NS_PER_SECOND);
    assert_true(count_heard(0, ETP_REGISTER) <= 3);
}

/* A peer that is away keeps nobody else waiting for news. */
static void a_lost_link_holds_up_no_other_peers_registers(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    for (unsigned i = 1; i < PEERS; i++)
        query(i);
    lose(0);
    forget();
    advance(3 * ETP_NS_PER_HOUR);
    assert_true(count_heard(1, ETP_REGISTER) >= 2);
    assert_int_equal(count_heard(0, ETP_REGISTER) + count_heard(0, ETP_BESS_STATUS), 0);
}

static void a_peer_that_is_back_after_the_shutdown_is_told_and_nothing_begins(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    lose(0);
    assert_int_equal(etp_engine_shut_down(it.engine), ETP_OK);
    forget();
    bring_back(0);
    assert_int_equal(count_heard(0, ETP_TERMINATE), 1);
    advance(ETP_NS_PER_HOUR * 2);
    assert_int_equal(it.heard_count, 1);
}

/* ---- clocks ---- */

static void a_delay_is_measured_by_the_peers_clock(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    const etp_time aheads[] = {3000 * MS, -3000 * MS, 0};
    for (unsigned i = 0; i < 3; i++) {
        etp_time ahead = aheads[i];
        assert_int_equal(etp_engine_link_clock(it.engine, 0, ahead), ETP_OK);
        advance(10 * ETP_NS_PER_SECOND);
        unsigned late = it.events[ETP_EVENT_LATE];
        etp_time created = now() - 1500 * MS;
        say(0, (etp_message){.type = ETP_QUERY, .message_id = (etp_id)((created + ahead) / ETP_NS_PER_US)});
        assert_int_equal(it.events[ETP_EVENT_LATE], late + 1);
        assert_int_equal(it.last_event[ETP_EVENT_LATE].delay, 1500 * MS);
    }
}

static void what_is_left_of_a_window_is_counted_by_the_peers_clock(void **unused)
{
    (void)unused;
    const etp_time aheads[] = {3600 * ETP_NS_PER_SECOND, -1000 * MS, 0};
    for (unsigned i = 0; i < 3; i++) {
        set_up();
        begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
        assert_int_equal(etp_engine_link_clock(it.engine, 0, aheads[i]), ETP_OK);
        etp_time created = now();
        advance(300 * MS);
        say(0, (etp_message){.type = ETP_QUERY_RESPONSE,
                             .message_id = (etp_id)((created + aheads[i]) / ETP_NS_PER_US),
                             .in_reply_to = heard(0, ETP_QUERY).message_id,
                             .required_energy = LOT,
                             .closes_in_ms = 2000});
        assert_int_equal(it.offer.closes, created + 2000 * MS);
        tear_down();
    }
}

/* Whatever a peer says of its clock, moments stay within ours. */
static void an_absurd_clock_is_survived(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    const etp_time absurd[] = {ETP_CLOCK_MAX, -ETP_CLOCK_MAX, START, -START, 1, -1};
    for (unsigned i = 0; i < sizeof absurd / sizeof *absurd; i++) {
        assert_int_equal(etp_engine_link_clock(it.engine, 0, absurd[i]), ETP_OK);
        struct link *link = &it.engine->links[0];
        const etp_id ids[] = {1, (etp_id)(now() / ETP_NS_PER_US), ETP_ID_MAX};
        for (unsigned k = 0; k < 3; k++)
            assert_true(etp_link_created(link, ids[k]) >= 0 && etp_link_created(link, ids[k]) <= ETP_CLOCK_MAX);
        query(0);
        advance(ETP_NS_PER_SECOND);
    }
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, begin_test, end_test)
    const struct CMUnitTest tests[] = {
        WITH(what_waits_on_a_lost_link_is_given_up_and_its_slots_are_free),
        WITH(nothing_is_sent_until_it_is_back),
        WITH(a_hold_ends_while_the_link_is_lost),
        WITH(what_comes_on_a_lost_link_is_not_acted_on),
        WITH(a_link_is_lost_once),
        WITH(a_failure_overtakes_all_that_is_owed),
        WITH(a_node_that_failed_meanwhile_says_so),
        WITH(what_is_in_doubt_is_no_longer_in_doubt_once_the_battery_is_back),
        WITH(a_battery_that_is_back_is_queried_when_it_has_registered),
        WITH(a_battery_repeats_its_register_until_it_is_heard),
        WITH(a_lost_link_holds_up_no_other_peers_registers),
        WITH(a_peer_that_is_back_after_the_shutdown_is_told_and_nothing_begins),
        WITH(a_delay_is_measured_by_the_peers_clock),
        WITH(what_is_left_of_a_window_is_counted_by_the_peers_clock),
        WITH(an_absurd_clock_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

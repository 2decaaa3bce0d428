/* SPDX-License-Identifier: MIT */
/* Devices that register, fail, recover, shut down, and intervals that end in the middle of something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_peers.h"

static void begin(void)
{
    set_up();
    begin_bess(ETP_FIRST_PRICE);
}

static void pass_window(void)
{
    advance(it.options.timing.window);
}

/* ---- Register and BESSStatus ---- */

static void a_battery_registers_until_it_is_heard(void **unused)
{
    (void)unused;
    set_up();
    make_bess(NULL);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    advance(2 * ETP_NS_PER_SECOND);
    for (unsigned i = 0; i < PEERS; i++)
        assert_int_equal(count_heard(i, ETP_REGISTER), 1);
    query(0);
    advance(12 * ETP_NS_PER_SECOND);
    assert_int_equal(count_heard(0, ETP_REGISTER), 1);
    assert_int_equal(count_heard(1, ETP_REGISTER), 2);
    advance(22 * ETP_NS_PER_SECOND);
    assert_int_equal(count_heard(1, ETP_REGISTER), 3);
    assert_int_equal(heard(1, ETP_REGISTER).energy_total, it.battery.stored);
}

static void what_is_refused_is_no_sign_of_life(void **unused)
{
    (void)unused;
    set_up();
    make_bess(NULL);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    advance(2 * ETP_NS_PER_SECOND);
    etp_message stranger = {.type = ETP_QUERY, .message_id = fresh_id(), .device_id = PEER + 1, .ttl = 5};
    deliver(0, &stranger);
    advance(12 * ETP_NS_PER_SECOND);
    assert_int_equal(count_heard(0, ETP_REGISTER), 2);
}

static void registers_and_statuses_come_at_their_periods(void **unused)
{
    (void)unused;
    begin();
    for (unsigned i = 0; i < PEERS; i++)
        query(i);
    forget();
    advance(10 * ETP_NS_PER_HOUR);
    unsigned registers = count_heard(0, ETP_REGISTER), statuses = count_heard(0, ETP_BESS_STATUS);
    assert_in_range(registers, 9, 12);
    assert_in_range(statuses, 36, 45);
    assert_int_equal(heard(0, ETP_BESS_STATUS).in_reply_to, 0);
}

/* ---- a battery fails ---- */

static void expect_failure_told_first(void)
{
    for (unsigned i = 0; i < PEERS; i++) {
        assert_int_equal(heard(i, ETP_DEVICE_FAILURE).code, ETP_CODE_OFFLINE);
        for (unsigned j = 0; j < it.heard_count; j++)
            assert_int_equal(it.heard[j].message.type, ETP_DEVICE_FAILURE);
    }
}

static void a_battery_that_fails_lets_its_auction_go(void **unused)
{
    (void)unused;
    begin();
    query_and_bid(0, 20 * CENT, LOT);
    forget();
    assert_int_equal(etp_engine_fail(it.engine, it.node), ETP_OK);
    assert_int_equal(etp_engine_fail(it.engine, it.node), ETP_ESTATE);
    expect_failure_told_first();
    forget();
    pass_window();
    query(1);
    advance(ETP_NS_PER_HOUR);
    assert_int_equal(it.heard_count, 0);
    assert_int_equal(etp_engine_deadline(it.engine), ETP_TIME_NEVER);
    assert_int_equal(it.battery.held, 0);
    assert_int_equal(it.sales, 1);
}

static void a_battery_that_fails_holding_promises_nothing_any_more(void **unused)
{
    (void)unused;
    begin();
    query_and_bid(0, 20 * CENT, LOT);
    query_and_bid(1, 15 * CENT, LOT);
    pass_window();
    etp_id award = heard(0, ETP_BID_ACCEPT).message_id;
    forget();
    assert_int_equal(etp_engine_fail(it.engine, it.node), ETP_OK);
    expect_failure_told_first();
    assert_int_equal(it.battery.held, 0);
    assert_int_equal(etp_engine_recover(it.engine, it.node), ETP_OK);
    assert_int_equal(etp_engine_recover(it.engine, it.node), ETP_ESTATE);
    etp_id late = say(0, (etp_message){.type = ETP_BID_CONFIRM, .in_reply_to = award});
    expect_heard(0, ETP_TERMINATE, ETP_CODE_EXPIRED, late);
    assert_int_equal(sold(), 0);
}

static void what_a_battery_sold_before_it_failed_stays_sold(void **unused)
{
    (void)unused;
    begin();
    query_and_bid(0, 20 * CENT, LOT);
    pass_window();
    etp_message message = {.type = ETP_BID_CONFIRM, .in_reply_to = heard(0, ETP_BID_ACCEPT).message_id};
    message.message_id = say(0, message);
    etp_id receipt = heard(0, ETP_BESS_STATUS).message_id;
    etp_engine_fail(it.engine, it.node);
    forget();
    say(0, message);
    assert_int_equal(it.heard_count, 0);
    etp_engine_recover(it.engine, it.node);
    say(0, message);
    assert_int_equal(heard(0, ETP_BESS_STATUS).message_id, receipt);
    assert_int_equal(it.battery.sold, LOT);
}

static void a_battery_that_recovers_registers_anew_and_sells_in_the_next_interval(void **unused)
{
    (void)unused;
    begin();
    query(0);
    etp_engine_fail(it.engine, it.node);
    etp_engine_recover(it.engine, it.node);
    forget();
    etp_id id = query(0);
    expect_heard(0, ETP_QUERY_RESPONSE, ETP_CODE_NO_AUCTION, id);
    advance(3 * ETP_NS_PER_SECOND);
    assert_int_equal(count_heard(1, ETP_REGISTER), 1);
    begin_interval();
    query(0);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).required_energy, LOT);
}

/* ---- a buyer fails ---- */

static void a_buyer_that_fails_gives_up_its_bids_and_keeps_its_doubts(void **unused)
{
    (void)unused;
    set_up();
    begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
    offer_to(0, LOT, 2000);
    offer_to(1, LOT, 2000);
    accept_bid(1, 20 * CENT, LOT);
    etp_id confirmation = heard(1, ETP_BID_CONFIRM).message_id;
    forget();
    assert_int_equal(etp_engine_fail(it.engine, it.node), ETP_OK);
    expect_failure_told_first();
    assert_int_equal(it.result.outcome, ETP_OUTCOME_FAILED);
    assert_int_equal(totals().expired, 1);
    assert_int_equal(totals().in_doubt, 1);
    forget();
    begin_interval();
    advance(INTERVAL / 2);
    assert_int_equal(it.heard_count, 0);
    assert_int_equal(etp_engine_recover(it.engine, it.node), ETP_OK);
    assert_int_equal(heard(1, ETP_BID_CONFIRM).message_id, confirmation);
    give_receipt(1);
    assert_int_equal(totals().wins, 1);
    begin_interval();
    assert_non_null(find_heard(0, ETP_QUERY));
}

/* A battery that was gone when the buyer failed is not there for that reason when the buyer is back. */
static void a_buyer_that_recovers_remembers_who_is_gone(void **unused)
{
    (void)unused;
    set_up();
    begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
    say(0, (etp_message){.type = ETP_DEVICE_FAILURE, .code = ETP_CODE_OFFLINE});
    assert_int_equal(it.fault.kind, ETP_FAULT_DEVICE);
    assert_int_equal(it.fault.peer, PEER);
    etp_engine_fail(it.engine, it.node);
    etp_engine_recover(it.engine, it.node);
    forget();
    begin_interval();
    assert_null(find_heard(0, ETP_QUERY));
    assert_non_null(find_heard(1, ETP_QUERY));
    register_with(0);
    begin_interval();
    assert_non_null(find_heard(0, ETP_QUERY));
}

/* ---- shutting down ---- */

/* The first so many peers were told once that the node goes away, the others were not. */
static void expect_farewells(unsigned told)
{
    for (unsigned i = 0; i < PEERS; i++)
        assert_int_equal(count_heard(i, ETP_TERMINATE), i < told);
    for (unsigned i = 0; i < told; i++) {
        assert_int_equal(heard(i, ETP_TERMINATE).code, ETP_CODE_SHUTTING_DOWN);
        assert_int_equal(heard(i, ETP_TERMINATE).in_reply_to, 0);
    }
}

static void a_battery_that_shuts_down_ends_an_open_auction(void **unused)
{
    (void)unused;
    begin();
    query(0);
    etp_id id = query_and_bid(1, 20 * CENT, LOT);
    forget();
    etp_engine_shut_down(it.engine);
    expect_heard(1, ETP_BID_REJECT, ETP_CODE_SHUTTING_DOWN, id);
    expect_farewells(PEERS);
    etp_engine_shut_down(it.engine);
    expect_farewells(PEERS);
    etp_engine_fail(it.engine, it.node);
    etp_engine_recover(it.engine, it.node);
    forget();
    advance(2 * ETP_NS_PER_HOUR);
    begin_interval();
    id = query(2);
    expect_heard(2, ETP_QUERY_RESPONSE, ETP_CODE_SHUTTING_DOWN, id);
    assert_int_equal(it.heard_count, 1);
}

static void a_battery_that_shuts_down_lets_holds_end(void **unused)
{
    (void)unused;
    begin();
    query_and_bid(3, 20 * CENT, LOT / 2);
    query_and_bid(2, 15 * CENT, LOT / 2);
    pass_window();
    etp_engine_shut_down(it.engine);
    expect_farewells(2);
    confirm(3);
    assert_int_equal(sold(), LOT / 2);
    assert_int_equal(count_heard(3, ETP_TERMINATE), 1);
    assert_int_equal(count_heard(2, ETP_TERMINATE), 0);
    advance(it.options.timing.hold);
    assert_int_equal(it.battery.held, 0);
    assert_int_equal(stats().lapses, 1);
    expect_farewells(PEERS);
    forget();
    advance(2 * ETP_NS_PER_HOUR);
    assert_int_equal(it.heard_count, 0);
}

/* Who waits for a hold to lapse would decline its award, if it had been told that the battery goes away. */
static void a_battery_that_shuts_down_still_awards_what_lapses(void **unused)
{
    (void)unused;
    begin();
    query_and_bid(2, 20 * CENT, LOT);
    query_and_bid(3, 15 * CENT, LOT);
    pass_window();
    etp_engine_shut_down(it.engine);
    expect_farewells(2);
    say(2, (etp_message){.type = ETP_TERMINATE, .code = ETP_CODE_WITHDRAWN});
    expect_farewells(3);
    confirm(3);
    assert_int_equal(sold(), LOT);
    expect_farewells(PEERS);
}

static void a_buyer_that_shuts_down_tells_batteries_with_which_nothing_is_open(void **unused)
{
    (void)unused;
    set_up();
    begin_buyer(ETP_FIRST_PRICE, 0);
    etp_engine_link_lost(it.engine, 3);
    forget();
    etp_engine_shut_down(it.engine);
    expect_farewells(3);
    etp_engine_link_up(it.engine, 3);
    expect_farewells(PEERS);
    etp_engine_link_lost(it.engine, 3);
    etp_engine_link_up(it.engine, 3);
    expect_farewells(PEERS);
}

static void a_buyer_that_shuts_down_gives_up_its_bids_and_settles_its_doubts(void **unused)
{
    (void)unused;
    set_up();
    begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
    offer_to(0, LOT, 2000);
    offer_to(1, LOT, 2000);
    accept_bid(1, 20 * CENT, LOT);
    etp_engine_shut_down(it.engine);
    assert_int_equal(heard(0, ETP_TERMINATE).code, ETP_CODE_SHUTTING_DOWN);
    assert_int_equal(heard(2, ETP_TERMINATE).code, ETP_CODE_SHUTTING_DOWN);
    assert_null(find_heard(1, ETP_TERMINATE));
    advance(ETP_NS_PER_SECOND);
    assert_true(count_heard(1, ETP_BID_CONFIRM) > 1);
    give_receipt(1);
    assert_int_equal(totals().wins, 1);
    expect_farewells(PEERS);
    forget();
    begin_interval();
    advance(INTERVAL);
    assert_int_equal(it.heard_count, 0);
}

/* ---- an interval ends in the middle ---- */

static void an_interval_that_begins_ends_the_open_auction_of_the_last(void **unused)
{
    (void)unused;
    begin();
    etp_id id = query_and_bid(0, 20 * CENT, LOT);
    begin_interval();
    expect_heard(0, ETP_BID_REJECT, ETP_CODE_EXPIRED, id);
    assert_int_equal(it.sales, 1);
    assert_int_equal(it.last_event[ETP_EVENT_REJECT].interval, 0);
    id = query_and_bid(0, 20 * CENT, LOT);
    assert_int_equal(stats().auctions, 2);
    pass_window();
    expect_heard(0, ETP_BID_ACCEPT, ETP_CODE_NONE, id);
}

static void an_interval_that_begins_ends_the_holds_of_the_last(void **unused)
{
    (void)unused;
    begin();
    query_and_bid(0, 20 * CENT, LOT);
    query_and_bid(1, 15 * CENT, LOT);
    pass_window();
    begin_interval();
    assert_int_equal(it.battery.held, 0);
    assert_int_equal(stats().lapses, 1);
    assert_int_equal(it.last_event[ETP_EVENT_LAPSE].interval, 0);
    assert_null(find_heard(1, ETP_BID_ACCEPT));
    etp_id late = confirm(0);
    expect_heard(0, ETP_TERMINATE, ETP_CODE_EXPIRED, late);
    assert_int_equal(sold(), 0);
}

static void an_interval_too_short_for_a_trade_is_refused(void **unused)
{
    (void)unused;
    begin();
    it.interval.starts = now();
    it.interval.ends = now() + it.options.timing.window + 2 * it.options.timing.hold - 1;
    assert_int_equal(etp_engine_begin_interval(it.engine, &it.interval), ETP_ERANGE);
    it.interval.ends++;
    assert_int_equal(etp_engine_begin_interval(it.engine, &it.interval), ETP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_battery_registers_until_it_is_heard, end_test_in_balance),
        cmocka_unit_test_teardown(what_is_refused_is_no_sign_of_life, end_test_in_balance),
        cmocka_unit_test_teardown(registers_and_statuses_come_at_their_periods, end_test_in_balance),
        cmocka_unit_test_teardown(a_battery_that_fails_lets_its_auction_go, end_test_in_balance),
        cmocka_unit_test_teardown(a_battery_that_fails_holding_promises_nothing_any_more, end_test_in_balance),
        cmocka_unit_test_teardown(what_a_battery_sold_before_it_failed_stays_sold, end_test_in_balance),
        cmocka_unit_test_teardown(a_battery_that_recovers_registers_anew_and_sells_in_the_next_interval,
                                  end_test_in_balance),
        cmocka_unit_test_teardown(a_buyer_that_fails_gives_up_its_bids_and_keeps_its_doubts, end_test_in_balance),
        cmocka_unit_test_teardown(a_buyer_that_recovers_remembers_who_is_gone, end_test_in_balance),
        cmocka_unit_test_teardown(a_battery_that_shuts_down_ends_an_open_auction, end_test_in_balance),
        cmocka_unit_test_teardown(a_battery_that_shuts_down_lets_holds_end, end_test_in_balance),
        cmocka_unit_test_teardown(a_battery_that_shuts_down_still_awards_what_lapses, end_test_in_balance),
        cmocka_unit_test_teardown(a_buyer_that_shuts_down_tells_batteries_with_which_nothing_is_open,
                                  end_test_in_balance),
        cmocka_unit_test_teardown(a_buyer_that_shuts_down_gives_up_its_bids_and_settles_its_doubts,
                                  end_test_in_balance),
        cmocka_unit_test_teardown(an_interval_that_begins_ends_the_open_auction_of_the_last, end_test_in_balance),
        cmocka_unit_test_teardown(an_interval_that_begins_ends_the_holds_of_the_last, end_test_in_balance),
        cmocka_unit_test_teardown(an_interval_too_short_for_a_trade_is_refused, end_test_in_balance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

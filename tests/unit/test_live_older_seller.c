/* SPDX-License-Identifier: MIT */
/* A battery that sells to older buyers: the trade, and in time. */
#include "older_guests.h"

/* ---- the trade ---- */

static void test_nobody_hears_what_he_did_not_ask(void **state)
{
    (void)state;
    wait_for(2 * ETP_NS_PER_HOUR / 60);
    for (unsigned i = 0; i < PEERS; i++)
        assert_int_equal(guests[i].got_count, 0);
}

static void test_a_query_is_answered_under_its_id(void **state)
{
    (void)state;
    query(0, 456);
    assert_got(0, 1, ETP_QUERY_RESPONSE, 456);
    assert_int_equal(last_of(0)->energy_total, it.stored_at_start);
    assert_int_equal(last_of(0)->required_energy, LOT);
    assert_int_equal(last_of(0)->for_sale_ppm, LOT * 1000000 / it.stored_at_start);
    query(0, 0);
    assert_got(0, 2, ETP_QUERY_RESPONSE, 0);
    query(0, 0);
    assert_got(0, 3, ETP_QUERY_RESPONSE, 0);
    query(0, UINT64_MAX);
    assert_got(0, 4, ETP_QUERY_RESPONSE, UINT64_MAX);
}

static void test_query_bid_confirm_sells_once(void **state)
{
    (void)state;
    query(0, 1001);
    bid(0, 1002, 20 * CENT, LOT);
    assert_int_equal(guests[0].got_count, 1);
    etp_time asked = now();
    wait_for(WINDOW);
    assert_got(0, 2, ETP_BID_ACCEPT, 1002);
    assert_true(now() - asked < 500 * MS);
    assert_int_equal(last_of(0)->sale_price, 20 * CENT);
    assert_int_equal(last_of(0)->required_energy, LOT);
    confirm(0, 1003);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
    assert_int_equal(guests[0].seller.confirmed, 1);
    wait_for(5000 * MS);
    assert_int_equal(guests[0].got_count, 2);
    etp_energy sold;
    etp_money revenue;
    assert_int_equal(etp_engine_sold(it.engine, it.node, &sold, &revenue), ETP_OK);
    assert_int_equal(sold, LOT);
    assert_int_equal(revenue, etp_amount(20 * CENT, LOT));
}

static void test_a_bid_without_a_query_gets_one(void **state)
{
    (void)state;
    bid(1, 789, 18 * CENT, LOT);
    assert_int_equal(it.events[ETP_EVENT_QUERY], 1);
    wait_for(WINDOW);
    assert_got(1, 1, ETP_BID_ACCEPT, 789);
    confirm(1, 789);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

static void test_the_accept_is_repeated_by_nobody(void **state)
{
    (void)state;
    bid(0, 5, 18 * CENT, LOT);
    wait_for(WINDOW + 900 * MS); /* the engine has repeated its BidAccept thrice */
    assert_got(0, 1, ETP_BID_ACCEPT, 5);
    wait_for(200 * MS);
    assert_int_equal(it.events[ETP_EVENT_LAPSE], 1);
}

static void test_a_bid_below_the_reserve_is_rejected_with_its_code(void **state)
{
    (void)state;
    query(0, 1);
    bid(0, 2, 1 * CENT, LOT);
    wait_for(WINDOW);
    assert_rejected(0, 2, 2, ETP_CODE_BELOW_RESERVE);
    assert_int_equal(last_of(0)->code, CODE_OF_OLDER);
}

static void test_a_bid_for_nothing_is_rejected_at_once(void **state)
{
    (void)state;
    bid(0, 2, 20 * CENT, 0);
    assert_rejected(0, 1, 2, ETP_CODE_NOT_ENOUGH_ENERGY);
}

/* The older systems' worst fault: whoever bids gets the energy. */
static void test_the_same_energy_is_sold_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PEERS; i++)
        bid(i, 7, (etp_price)(20 + i) * CENT, LOT);
    wait_for(WINDOW);
    assert_got(PEERS - 1, 1, ETP_BID_ACCEPT, 7);
    for (unsigned i = 0; i < PEERS; i++)
        confirm(i, 8);
    wait_for(60 * MS);
    for (unsigned i = 0; i + 1 < PEERS; i++)
        assert_rejected(i, 1, 7, ETP_CODE_NOT_COMPETITIVE);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
    assert_int_equal(it.battery.held, 0);
    assert_int_equal(guests[0].refused[ETP_REFUSED_UNEXPECTED], 1);
}

/* ---- in time ---- */

/* The winner keeps silent for its whole hold; the loser has stopped listening long before that. */
static void test_a_loser_is_told_within_half_a_second(void **state)
{
    (void)state;
    bid(0, 1, 30 * CENT, LOT);
    bid(1, 2, 20 * CENT, LOT);
    wait_for(499 * MS);
    assert_got(0, 1, ETP_BID_ACCEPT, 1);
    assert_rejected(1, 1, 2, ETP_CODE_NOT_COMPETITIVE);
    wait_for(2000 * MS);
    assert_int_equal(it.events[ETP_EVENT_LAPSE], 1);
    assert_int_equal(guests[1].got_count, 1);
    assert_int_equal(it.events[ETP_EVENT_ACCEPT], 1); /* nothing was awarded to who had gone */
}

static void test_a_late_confirm_sells_nothing(void **state)
{
    (void)state;
    bid(0, 1, 30 * CENT, LOT);
    wait_for(WINDOW + 1001 * MS);
    confirm(0, 2);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 0);
    assert_int_equal(guests[0].got_count, 1);
    confirm(0, 3);
    assert_int_equal(guests[0].refused[ETP_REFUSED_UNEXPECTED], 1);
}

static void test_a_bid_after_the_window_is_rejected_at_once(void **state)
{
    (void)state;
    query(0, 1);
    wait_for(WINDOW);
    bid(0, 2, 30 * CENT, LOT);
    assert_rejected(0, 2, 2, ETP_CODE_LATE);
    bid(1, 3, 30 * CENT, LOT);
    assert_rejected(1, 1, 3, ETP_CODE_NO_AUCTION);
}

int main(void)
{
#define TRADE(test) cmocka_unit_test_setup_teardown(test, begin_first_price, end)
    const struct CMUnitTest tests[] = {
        TRADE(test_nobody_hears_what_he_did_not_ask),
        TRADE(test_a_query_is_answered_under_its_id),
        TRADE(test_query_bid_confirm_sells_once),
        TRADE(test_a_bid_without_a_query_gets_one),
        TRADE(test_the_accept_is_repeated_by_nobody),
        TRADE(test_a_bid_below_the_reserve_is_rejected_with_its_code),
        TRADE(test_a_bid_for_nothing_is_rejected_at_once),
        TRADE(test_the_same_energy_is_sold_once),
        TRADE(test_a_loser_is_told_within_half_a_second),
        TRADE(test_a_late_confirm_sells_nothing),
        TRADE(test_a_bid_after_the_window_is_rejected_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

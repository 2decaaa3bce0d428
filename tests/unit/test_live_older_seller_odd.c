/* SPDX-License-Identifier: MIT */
/* A battery that sells to older buyers, when things are odd: ids used again, buyers that go away, records that nobody should
 * send, other auctions. */
#include "older_guests.h"

/* ---- ids and duplicates ---- */

/* The same id, price and energy in every interval, as of a buyer that does not number its bids. */
static void test_an_id_used_again_is_another_bid(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        bid(0, 0, 20 * CENT, LOT / 2);
        wait_for(WINDOW);
        assert_got(0, i + 1, ETP_BID_ACCEPT, 0);
        confirm(0, 0);
        assert_int_equal(it.events[ETP_EVENT_CONFIRM], i + 1);
        advance(INTERVAL);
        begin_interval();
    }
    assert_true(it.battery.stored < it.stored_at_start);
}

static void test_a_bid_that_comes_twice_is_one_bid(void **state)
{
    (void)state;
    bid(0, 9, 20 * CENT, LOT);
    bid(0, 9, 20 * CENT, LOT);
    assert_int_equal(it.events[ETP_EVENT_BID], 1);
    wait_for(WINDOW);
    assert_got(0, 1, ETP_BID_ACCEPT, 9);
    bid(0, 9, 20 * CENT, LOT);
    assert_got(0, 2, ETP_BID_ACCEPT, 9);
    assert_int_equal(it.events[ETP_EVENT_BID], 1);
    assert_int_equal(guests[0].refused[ETP_REFUSED_DUPLICATE], 2);
    confirm(0, 9);
    confirm(0, 9);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
    bid(0, 9, 20 * CENT, LOT);
    assert_rejected(0, 3, 9, ETP_CODE_LATE);
}

/* Each of its Bids gets an answer of its own. */
static void test_a_raised_bid_takes_the_place_of_the_first(void **state)
{
    (void)state;
    bid(0, 1, 20 * CENT, LOT);
    bid(0, 2, 21 * CENT, LOT);
    assert_rejected(0, 1, 1, ETP_CODE_OUTBID);
    bid(0, 3, 21 * CENT, LOT);
    assert_rejected(0, 2, 3, ETP_CODE_NOT_RAISED);
    wait_for(WINDOW);
    assert_got(0, 3, ETP_BID_ACCEPT, 2);
    assert_int_equal(last_of(0)->sale_price, 21 * CENT);
    confirm(0, 4);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

static void test_ids_of_the_next_connection_are_not_stale(void **state)
{
    (void)state;
    query(0, 1);
    bid(0, UINT64_MAX, 20 * CENT, LOT);
    etp_older_seller_lost(&guests[0].seller, now());
    connect_guest(0);
    query(0, 1);
    assert_got(0, 2, ETP_QUERY_RESPONSE, 1);
    assert_int_equal(last_of(0)->required_energy, 0); /* it has left this auction */
    advance(INTERVAL);
    begin_interval();
    bid(0, 0, 20 * CENT, LOT);
    wait_for(WINDOW);
    assert_got(0, 3, ETP_BID_ACCEPT, 0);
    confirm(0, 0);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

/* ---- who goes away ---- */

static void test_a_lost_connection_gives_its_award_to_the_next(void **state)
{
    (void)state;
    bid(0, 1, 30 * CENT, LOT);
    bid(1, 2, 20 * CENT, LOT);
    wait_for(WINDOW);
    assert_got(0, 1, ETP_BID_ACCEPT, 1);
    etp_older_seller_lost(&guests[0].seller, now());
    assert_got(1, 1, ETP_BID_ACCEPT, 2);
    connect_guest(0);
    confirm(0, 3); /* from another connection: nothing ties it to the award */
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 0);
    confirm(1, 4);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

static void test_terminate_and_device_failure_withdraw(void **state)
{
    (void)state;
    static const etp_type types[] = {ETP_TERMINATE, ETP_DEVICE_FAILURE};
    for (unsigned i = 0; i < 2; i++) {
        bid(0, 1, 30 * CENT, LOT);
        send(0, (etp_message){.type = (uint8_t)types[i], .message_id = 2, .device_id = PEER});
        wait_for(3000 * MS);
        assert_int_equal(guests[0].got_count, 0);
        assert_int_equal(it.events[ETP_EVENT_ACCEPT], 0);
        advance(INTERVAL);
        begin_interval();
    }
}

static void test_a_failed_battery_rejects_as_offline(void **state)
{
    (void)state;
    bid(0, 1, 30 * CENT, LOT);
    assert_int_equal(etp_engine_fail(it.engine, it.node), ETP_OK);
    assert_rejected(0, 1, 1, ETP_CODE_OFFLINE);
    bid(0, 2, 30 * CENT, LOT);
    assert_rejected(0, 2, 2, ETP_CODE_OFFLINE);
    query(0, 3);
    assert_int_equal(guests[0].got_count, 2);
}

static void test_a_battery_that_shuts_down_rejects(void **state)
{
    (void)state;
    bid(0, 1, 30 * CENT, LOT);
    query(1, 9);
    assert_int_equal(etp_engine_shut_down(it.engine), ETP_OK);
    assert_rejected(0, 1, 1, ETP_CODE_SHUTTING_DOWN);
    bid(1, 2, 30 * CENT, LOT);
    assert_int_equal(last_of(1)->type, ETP_BID_REJECT);
}

/* ---- what is not acted on ---- */

static void test_what_no_buyer_sends_is_refused_in_silence(void **state)
{
    (void)state;
    static const etp_type types[] = {ETP_REGISTER, ETP_QUERY_RESPONSE, ETP_BID_ACCEPT, ETP_BID_REJECT, ETP_BESS_STATUS};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
        send(0, (etp_message){.type = (uint8_t)types[i], .message_id = i, .device_id = PEER});
    etp_engine_stats stats;
    etp_engine_get_stats(it.engine, &stats);
    assert_int_equal(stats.refused[ETP_REFUSED_WRONG_ROLE], 5);
    assert_int_equal(guests[0].got_count, 0);
}

static void test_an_expired_record_is_not_acted_on(void **state)
{
    (void)state;
    const etp_message query = {.type = ETP_QUERY, .message_id = 1, .device_id = PEER};
    etp_older_seller_record(&guests[0].seller, now(), &query);
    assert_int_equal(guests[0].refused[ETP_REFUSED_EXPIRED_TTL], 1);
    assert_int_equal(guests[0].got_count, 0);
}

static void test_a_refused_bid_is_answered_all_the_same(void **state)
{
    (void)state;
    const etp_message what_is_known = {.type = ETP_BID, .message_id = 77};
    etp_older_seller_refuse(&guests[0].seller, ETP_REFUSED_NOT_FINITE, &what_is_known);
    assert_rejected(0, 1, 77, ETP_CODE_POLICY);
    const etp_message other = {.type = ETP_QUERY, .message_id = 78};
    etp_older_seller_refuse(&guests[0].seller, ETP_REFUSED_OUT_OF_RANGE, &other);
    assert_int_equal(guests[0].got_count, 1);
    assert_int_equal(it.events[ETP_EVENT_BID], 0);
}

/* ---- other auctions ---- */

static void test_an_outbid_buyer_is_told_and_may_raise(void **state)
{
    (void)state;
    tear_down();
    begin(ETP_ASCENDING);
    bid(0, 1, 20 * CENT, LOT);
    bid(1, 2, 25 * CENT, LOT);
    assert_rejected(0, 1, 1, ETP_CODE_OUTBID);
    bid(0, 3, 30 * CENT, LOT);
    assert_rejected(1, 1, 2, ETP_CODE_OUTBID);
    wait_for(WINDOW);
    assert_got(0, 2, ETP_BID_ACCEPT, 3);
    confirm(0, 4);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

/* Records of all kinds from four buyers in any order: every Bid that was taken up has one answer, and the books agree. */
static void test_whatever_they_send_the_books_agree(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 7800);
    for (unsigned round = 0; round < 40; round++) {
        unsigned bids[PEERS] = {0};
        for (unsigned i = 0; i < PEERS; i++)
            guests[i].got_count = 0;
        for (unsigned step = 0; step < 30; step++) {
            unsigned number = (unsigned)etp_rng_below(&rng, PEERS);
            etp_message record = {.type = (uint8_t)etp_rng_below(&rng, ETP_TYPES),
                                  .message_id = etp_rng_below(&rng, 5),
                                  .bid_price = (etp_price)etp_rng_below(&rng, 40) * CENT,
                                  .required_energy = (etp_energy)etp_rng_below(&rng, LOT)};
            if (record.type == ETP_BID && bids[number]++ >= 8)
                continue;
            send(number, record);
            wait_for((etp_time)etp_rng_below(&rng, 80) * MS);
        }
        wait_for(3000 * MS);
        for (unsigned i = 0; i < PEERS; i++)
            assert_int_equal(guests[i].seller.open.ours, 0);
        advance(INTERVAL);
        begin_interval();
    }
    uint64_t confirmed = 0;
    for (unsigned i = 0; i < PEERS; i++)
        confirmed += guests[i].seller.confirmed;
    assert_true(confirmed > 0);
    assert_int_equal(confirmed, it.events[ETP_EVENT_CONFIRM]);
}

int main(void)
{
#define TRADE(test) cmocka_unit_test_setup_teardown(test, begin_first_price, end)
    const struct CMUnitTest tests[] = {
        TRADE(test_an_id_used_again_is_another_bid),
        TRADE(test_a_bid_that_comes_twice_is_one_bid),
        TRADE(test_a_raised_bid_takes_the_place_of_the_first),
        TRADE(test_ids_of_the_next_connection_are_not_stale),
        TRADE(test_a_lost_connection_gives_its_award_to_the_next),
        TRADE(test_terminate_and_device_failure_withdraw),
        TRADE(test_a_failed_battery_rejects_as_offline),
        TRADE(test_a_battery_that_shuts_down_rejects),
        TRADE(test_what_no_buyer_sends_is_refused_in_silence),
        TRADE(test_an_expired_record_is_not_acted_on),
        TRADE(test_a_refused_bid_is_answered_all_the_same),
        TRADE(test_an_outbid_buyer_is_told_and_may_raise),
        TRADE(test_whatever_they_send_the_books_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* A real aggregator before an older server, which is played by the test: what it buys, and what it does not believe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/older_server.h"

/* ---- the trade ---- */

static void test_a_server_that_answers_is_a_battery_that_registers(void **state)
{
    (void)state;
    server.deaf = true;
    connect_server();
    assert_int_equal(server.count[ETP_QUERY], 1);
    assert_int_equal(it.events[ETP_EVENT_REGISTER], 0);
    server.deaf = false;
    serve();
    assert_int_equal(it.events[ETP_EVENT_REGISTER], 1);
    assert_int_equal(it.last_event[ETP_EVENT_REGISTER].energy, server.total);
    assert_int_equal(it.last_event[ETP_EVENT_REGISTER].peer, PEER);
}

static void test_what_was_accepted_and_read_is_bought(void **state)
{
    (void)state;
    connect_server();
    begin_interval();
    wait_for(100 * MS);
    assert_int_equal(it.offers, 1);
    assert_int_equal(it.offer.energy, server.total / 2);
    assert_int_equal(it.offer.energy_total, server.total);
    assert_int_equal(server.count[ETP_BID], 1);
    assert_int_equal(server.count[ETP_BID_CONFIRM], 1);
    assert_int_equal(totals().wins, 1);
    assert_int_equal(totals().energy, 5 * ETP_ENERGY_PER_KWH);
    assert_int_equal(totals().paid, etp_amount(20 * CENT, 5 * ETP_ENERGY_PER_KWH));
    assert_int_equal(totals().in_doubt, 0);
    wait_for(5000 * MS);
    assert_int_equal(server.count[ETP_BID_CONFIRM], 1);
    assert_int_equal(server.count[ETP_QUERY], 3); /* the first, the interval's, and the one behind the Confirm */
}

/* The Confirm and the Query behind it go out at once; until the answer is here, the trade is in doubt. */
static void test_a_confirm_that_nobody_read_stays_in_doubt(void **state)
{
    (void)state;
    connect_server();
    begin_interval();
    server.stops = true;
    wait_for(50 * MS);
    assert_int_equal(server.count[ETP_BID], 1);
    server.deaf = true;
    serve_one(&server.came[server.served]);
    assert_int_equal(server.count[ETP_BID_CONFIRM], 1);
    wait_for(4000 * MS);
    assert_int_equal(totals().in_doubt, 1);
    assert_int_equal(totals().wins, 0);
    assert_int_equal(server.count[ETP_BID_CONFIRM], 1); /* it is on its way: nothing is gained by another */
    assert_true(etp_older_buyer_deadline(&server.buyer) <= now() + limit);
    assert_true(etp_older_buyer_deadline(&server.buyer) > now());
    server.deaf = server.stops = false;
    connect_server();
    wait_for(20000 * MS);
    assert_int_equal(totals().in_doubt, 0);
    assert_int_equal(totals().wins, 1);
    assert_int_equal(server.count[ETP_BID_CONFIRM], 2);
}

static void test_a_rejection_has_its_code(void **state)
{
    (void)state;
    server.reserve = 30 * CENT;
    connect_server();
    begin_interval();
    wait_for(100 * MS);
    assert_int_equal(it.result.outcome, ETP_OUTCOME_REJECTED);
    assert_int_equal(it.result.code, ETP_CODE_BELOW_RESERVE);
    assert_int_equal(totals().wins, 0);
    assert_int_equal(server.count[ETP_BID_CONFIRM], 0);
}

static void test_a_rejected_bid_may_be_raised(void **state)
{
    (void)state;
    server.reserve = 22 * CENT;
    it.raise = 23 * CENT;
    connect_server();
    begin_interval();
    wait_for(100 * MS);
    assert_int_equal(server.count[ETP_BID], 2);
    assert_int_equal(totals().wins, 1);
    assert_int_equal(totals().paid, etp_amount(23 * CENT, 5 * ETP_ENERGY_PER_KWH));
}

static void test_an_award_above_the_bid_is_not_confirmed(void **state)
{
    (void)state;
    server.odd = 1;
    connect_server();
    begin_interval();
    wait_for(100 * MS);
    assert_int_equal(totals().wins, 0);
    assert_int_equal(server.count[ETP_BID_CONFIRM], 0);
    assert_int_equal(server.count[ETP_TERMINATE], 1);
}

static void test_a_server_with_nothing_gets_no_bid(void **state)
{
    (void)state;
    server.total = 0;
    connect_server();
    begin_interval();
    wait_for(100 * MS);
    assert_int_equal(server.count[ETP_BID], 0);
    assert_int_equal(it.offers, 0);
}

static void test_answers_may_have_ids_of_their_own(void **state)
{
    (void)state;
    server.numbers = true;
    connect_server();
    for (unsigned i = 1; i <= 3; i++) {
        begin_interval();
        wait_for(100 * MS);
        assert_int_equal(totals().wins, i);
        advance(INTERVAL);
    }
}

/* What one such server sells to us and to others we cannot see; of what it sold to us the books are right. */
static void test_books_hold_what_we_were_told(void **state)
{
    (void)state;
    connect_server();
    for (unsigned i = 0; i < 4; i++) {
        begin_interval();
        wait_for(200 * MS);
        advance(INTERVAL);
    }
    assert_int_equal(totals().wins, 4);
    assert_int_equal(totals().energy, 20 * ETP_ENERGY_PER_KWH);
    assert_int_equal(totals().paid, 4 * etp_amount(20 * CENT, 5 * ETP_ENERGY_PER_KWH));
    assert_int_equal(it.events[ETP_EVENT_RECEIPT], 4);
}

/* ---- what is not believed ---- */

static void test_an_answer_to_another_bid_is_refused(void **state)
{
    (void)state;
    connect_server();
    begin_interval();
    server.stops = true;
    wait_for(50 * MS);
    assert_int_equal(server.count[ETP_BID], 1);
    etp_id bid = server.came[server.came_count - 1].message_id;
    const etp_message accept = {
        .type = ETP_BID_ACCEPT, .sale_price = 20 * CENT, .required_energy = 5 * ETP_ENERGY_PER_KWH};
    etp_message wrong = accept;
    wrong.message_id = bid + 1;
    server_says(wrong);
    wrong.message_id = 0;
    server_says(wrong);
    assert_int_equal(server.refused[ETP_REFUSED_UNEXPECTED], 2);
    assert_int_equal(server.count[ETP_BID_CONFIRM], 0);
    etp_message right = accept;
    right.message_id = bid;
    server_says(right);
    assert_int_equal(server.count[ETP_BID_CONFIRM], 1);
    server_says(right);
    assert_int_equal(server.refused[ETP_REFUSED_UNEXPECTED], 3);
    assert_int_equal(server.count[ETP_BID_CONFIRM], 1);
}

static void test_other_devices_and_roles_are_refused(void **state)
{
    (void)state;
    server.deaf = true;
    connect_server();
    const etp_message response = {
        .type = ETP_QUERY_RESPONSE, .message_id = server.came[0].message_id, .energy_total = 1, .device_id = PEER + 1};
    server_says(response);
    assert_int_equal(server.refused[ETP_REFUSED_WRONG_DEVICE], 1);
    assert_false(server.buyer.known);
    server_says((etp_message){.type = ETP_BESS_STATUS});
    assert_int_equal(server.refused[ETP_REFUSED_UNEXPECTED], 1);
    server_says((etp_message){.type = ETP_QUERY});
    assert_int_equal(server.refused[ETP_REFUSED_WRONG_ROLE], 1);
    assert_int_equal(it.events[ETP_EVENT_REGISTER], 0);
    server.deaf = false;
    serve();
    server_says((etp_message){.type = ETP_QUERY_RESPONSE});
    assert_int_equal(server.refused[ETP_REFUSED_UNEXPECTED], 2);
    const etp_message expired = {.type = ETP_BESS_STATUS, .device_id = PEER};
    etp_older_buyer_record(&server.buyer, now(), &expired);
    assert_int_equal(server.refused[ETP_REFUSED_EXPIRED_TTL], 1);
}

static void test_news_reaches_the_engine(void **state)
{
    (void)state;
    connect_server();
    server_says((etp_message){.type = ETP_BESS_STATUS, .message_id = 0, .energy_total = 7});
    assert_int_equal(it.events[ETP_EVENT_STATUS], 1);
    server_says((etp_message){.type = ETP_BESS_STATUS, .message_id = 0, .energy_total = 6});
    assert_int_equal(it.events[ETP_EVENT_STATUS], 2);
    server_says((etp_message){.type = ETP_DEVICE_FAILURE, .message_id = 0});
    assert_int_equal(it.events[ETP_EVENT_FAILURE], 1);
    begin_interval();
    wait_for(100 * MS);
    assert_int_equal(it.offers, 0);
}

/* A server that has stopped: it is given up, and never more than a few Queries wait for it. */
static void test_a_silent_server_is_given_up(void **state)
{
    (void)state;
    connect_server();
    assert_int_equal(etp_older_buyer_deadline(&server.buyer), ETP_TIME_NEVER);
    server.deaf = true;
    etp_time asked = now();
    for (unsigned i = 0; i < 20; i++) {
        begin_interval();
        wait_for(2000 * MS);
        advance(INTERVAL);
    }
    assert_int_equal(etp_older_buyer_deadline(&server.buyer), asked + limit);
    assert_int_equal(server.buyer.asked_count, ETP_OLDER_ASKED_MAX);
    assert_int_equal(server.count[ETP_QUERY], 1 + ETP_OLDER_ASKED_MAX);
}

static void test_random_records_do_no_harm(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 7801);
    connect_server();
    for (unsigned round = 0; round < 30; round++) {
        begin_interval();
        for (unsigned step = 0; step < 20; step++) {
            server_says((etp_message){.type = (uint8_t)etp_rng_below(&rng, ETP_TYPES),
                                      .message_id = server.buyer.bid + etp_rng_below(&rng, 2),
                                      .sale_price = (etp_price)etp_rng_below(&rng, 30) * CENT,
                                      .required_energy = (etp_energy)etp_rng_below(&rng, 6000000),
                                      .energy_total = (etp_energy)etp_rng_below(&rng, 90000000),
                                      .for_sale_ppm = (uint32_t)etp_rng_below(&rng, 1000001)});
            wait_for(10 * MS);
            server.came_count = server.served = 0;
        }
        wait_for(5000 * MS);
        server.came_count = server.served = 0;
        server_says((etp_message){.type = ETP_REGISTER});
        advance(INTERVAL);
    }
    assert_int_equal(it.events[ETP_EVENT_RECEIPT], totals().wins);
    assert_true(totals().wins > 0);
}

int main(void)
{
#define TRADE(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        TRADE(test_a_server_that_answers_is_a_battery_that_registers),
        TRADE(test_what_was_accepted_and_read_is_bought),
        TRADE(test_a_confirm_that_nobody_read_stays_in_doubt),
        TRADE(test_a_rejection_has_its_code),
        TRADE(test_a_rejected_bid_may_be_raised),
        TRADE(test_an_award_above_the_bid_is_not_confirmed),
        TRADE(test_a_server_with_nothing_gets_no_bid),
        TRADE(test_answers_may_have_ids_of_their_own),
        TRADE(test_books_hold_what_we_were_told),
        TRADE(test_an_answer_to_another_bid_is_refused),
        TRADE(test_other_devices_and_roles_are_refused),
        TRADE(test_news_reaches_the_engine),
        TRADE(test_a_silent_server_is_given_up),
        TRADE(test_random_records_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

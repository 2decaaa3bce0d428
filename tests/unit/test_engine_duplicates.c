/* SPDX-License-Identifier: MIT */
/* The same message again changes nothing and gets the same answer; older ids are stale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_peers.h"

static void begin(etp_mechanism mechanism)
{
    set_up();
    begin_bess(mechanism);
}

static void pass_window(void)
{
    advance(it.options.timing.window);
}

/* Says `message` a second time: it is refused as a duplicate, and answered by the same `answer` (or not at all). */
static void expect_same_answer(unsigned peer, etp_message message, const etp_message *answer)
{
    uint64_t duplicates = refused(ETP_REFUSED_DUPLICATE);
    struct etp_engine_stats before = stats();
    forget();
    say(peer, message);
    assert_int_equal(refused(ETP_REFUSED_DUPLICATE), duplicates + 1);
    assert_int_equal(it.heard_count, answer != NULL);
    if (answer != NULL)
        assert_memory_equal(&it.heard[0].message, answer, sizeof *answer);
    assert_int_equal(stats().received[message.type], before.received[message.type]);
    assert_int_equal(stats().trades, before.trades);
    assert_int_equal(stats().auctions, before.auctions);
}

static void expect_stale(unsigned peer, etp_message message)
{
    uint64_t stale = refused(ETP_REFUSED_STALE);
    forget();
    say(peer, message);
    assert_int_equal(refused(ETP_REFUSED_STALE), stale + 1);
    assert_int_equal(it.heard_count, 0);
}

/* ---- a battery ---- */

/* The clock is off the microsecond, and the id ahead of the clock: both must not show in the answer. */
static void a_query_again_gets_the_same_offer(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    advance(999 * ETP_NS_PER_US + 999);
    query(1);
    etp_message message = {.type = ETP_QUERY, .message_id = fresh_id()};
    say(0, message);
    etp_message offer = heard(0, ETP_QUERY_RESPONSE);
    expect_same_answer(0, message, &offer);
    advance(700 * MS);
    expect_same_answer(0, message, &offer);
    pass_window();
    expect_same_answer(0, message, &offer);
    etp_engine_shut_down(it.engine);
    expect_same_answer(0, message, &offer);
}

static void a_query_again_gets_the_same_refusal(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query(1);
    pass_window();
    etp_message message = {.type = ETP_QUERY, .message_id = fresh_id()};
    say(0, message);
    etp_message answer = heard(0, ETP_QUERY_RESPONSE);
    assert_int_equal(answer.code, ETP_CODE_NO_AUCTION);
    etp_engine_shut_down(it.engine);
    expect_same_answer(0, message, &answer);
}

static void a_query_of_an_earlier_interval_is_stale(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    etp_message message = {.type = ETP_QUERY, .message_id = fresh_id()};
    say(0, message);
    advance(INTERVAL);
    begin_interval();
    query(1);
    expect_stale(0, message);
    query(0);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).required_energy, LOT);
}

static void a_bid_again_is_not_a_second_bid(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query(0);
    etp_message first = bid_of(0, 12 * CENT, LOT);
    first.message_id = say(0, first);
    expect_same_answer(0, first, NULL);
    etp_message raised = first;
    raised.message_id = 0;
    raised.bid_price = 14 * CENT;
    raised.message_id = say(0, raised);
    expect_stale(0, first);
    etp_message refused_one = raised;
    refused_one.message_id = 0;
    refused_one.message_id = say(0, refused_one);
    etp_message refusal = heard(0, ETP_BID_REJECT);
    assert_int_equal(refusal.code, ETP_CODE_NOT_RAISED);
    expect_same_answer(0, refused_one, &refusal);
    expect_same_answer(0, raised, NULL);
    pass_window();
    etp_message accept = heard(0, ETP_BID_ACCEPT);
    assert_int_equal(accept.in_reply_to, raised.message_id);
    expect_same_answer(0, raised, &accept);
    expect_same_answer(0, refused_one, &refusal);
}

static void a_lost_receipt_is_given_again_and_nothing_is_sold_twice(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    pass_window();
    etp_message message = {.type = ETP_BID_CONFIRM, .in_reply_to = heard(0, ETP_BID_ACCEPT).message_id};
    message.message_id = say(0, message);
    etp_message receipt = heard(0, ETP_BESS_STATUS);
    for (unsigned i = 0; i < 3; i++) {
        expect_same_answer(0, message, &receipt);
        advance(it.options.timing.hold);
    }
    advance(INTERVAL);
    begin_interval();
    expect_same_answer(0, message, &receipt);
    assert_int_equal(it.battery.sold, LOT);
    assert_int_equal(stats().trades, 1);
    assert_true(etp_battery_conserves(&it.battery, it.stored_at_start));
}

static void a_late_confirm_again_is_told_the_same(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    pass_window();
    etp_message message = {.type = ETP_BID_CONFIRM, .in_reply_to = heard(0, ETP_BID_ACCEPT).message_id};
    advance(it.options.timing.hold);
    message.message_id = say(0, message);
    etp_message answer = heard(0, ETP_TERMINATE);
    expect_same_answer(0, message, &answer);
    etp_message older = message;
    older.message_id--;
    expect_stale(0, older);
}

static void notices_again_are_noted_once(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    etp_message message = {.type = ETP_DEVICE_FAILURE};
    message.message_id = say(0, message);
    expect_same_answer(0, message, NULL);
    assert_int_equal(it.faults, 1);
    message = (etp_message){.type = ETP_TERMINATE};
    message.message_id = say(0, message);
    expect_same_answer(0, message, NULL);
    assert_int_equal(it.events[ETP_EVENT_TERMINATE], 1);
}

/* What ended an award of the past must not end the session of today. */
static void a_terminate_about_an_old_award_leaves_the_new_session_alone(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    pass_window();
    etp_id award = heard(0, ETP_BID_ACCEPT).message_id;
    advance(INTERVAL);
    begin_interval();
    query(0);
    terminate(0, award, ETP_CODE_WITHDRAWN);
    assert_int_equal(refused(ETP_REFUSED_UNEXPECTED), 1);
    bid(0, 20 * CENT, LOT);
    pass_window();
    assert_int_not_equal(heard(0, ETP_BID_ACCEPT).message_id, award);
}

/* ---- a buyer ---- */

static void a_buyer_acts_on_news_once(void **unused)
{
    (void)unused;
    set_up();
    begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
    etp_message offer = {.type = ETP_QUERY_RESPONSE,
                         .in_reply_to = heard(0, ETP_QUERY).message_id,
                         .required_energy = LOT,
                         .closes_in_ms = 2000};
    offer.message_id = say(0, offer);
    etp_message bid_sent = heard(0, ETP_BID);
    expect_same_answer(0, offer, NULL);
    etp_message accept = {.type = ETP_BID_ACCEPT,
                          .in_reply_to = bid_sent.message_id,
                          .sale_price = 20 * CENT,
                          .required_energy = LOT,
                          .closes_in_ms = 1000};
    accept.message_id = say(0, accept);
    etp_message confirm_sent = heard(0, ETP_BID_CONFIRM);
    expect_same_answer(0, accept, &confirm_sent);
    etp_message receipt = {.type = ETP_BESS_STATUS, .in_reply_to = confirm_sent.message_id};
    receipt.message_id = say(0, receipt);
    expect_same_answer(0, receipt, NULL);
    expect_same_answer(0, accept, NULL);
    assert_int_equal(totals().wins, 1);
    assert_int_equal(totals().energy, LOT);
    assert_int_equal(it.results, 1);
}

static void a_buyer_that_declines_an_award_declines_it_again(void **unused)
{
    (void)unused;
    set_up();
    begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
    offer_to(0, LOT, 2000);
    offer_to(1, LOT, 2000);
    reject_bid(1, ETP_CODE_NOT_COMPETITIVE);
    etp_id given_up = heard(1, ETP_BID).message_id;
    etp_message accept = {
        .type = ETP_BID_ACCEPT, .in_reply_to = heard(0, ETP_BID).message_id, .required_energy = 2 * LOT};
    accept.message_id = say(0, accept);
    etp_message answer = heard(0, ETP_TERMINATE);
    assert_int_equal(answer.code, ETP_CODE_POLICY);
    expect_same_answer(0, accept, &answer);
    assert_int_equal(totals().rejected, 2);
    accept.in_reply_to = given_up;
    accept.required_energy = LOT;
    accept.message_id = 0;
    accept.message_id = say(1, accept);
    answer = heard(1, ETP_TERMINATE);
    assert_int_equal(answer.code, ETP_CODE_WITHDRAWN);
    expect_same_answer(1, accept, &answer);
}

/* A receipt that news sent later has overtaken still settles the trade. */
static void what_is_in_doubt_is_settled_by_an_older_answer(void **unused)
{
    (void)unused;
    set_up();
    begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
    offer_to(0, LOT, 2000);
    accept_bid(0, 20 * CENT, LOT);
    etp_message status = {.type = ETP_BESS_STATUS, .message_id = fresh_id()};
    etp_message newer = {.type = ETP_BESS_STATUS, .message_id = fresh_id()};
    etp_id confirmation = heard(0, ETP_BID_CONFIRM).message_id;
    say(0, newer);
    expect_stale(0, status);
    status.in_reply_to = confirmation;
    assert_int_equal(totals().in_doubt, 1);
    say(0, status);
    assert_int_equal(totals().in_doubt, 0);
    assert_int_equal(totals().wins, 1);
    expect_stale(0, status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_query_again_gets_the_same_offer, end_test),
        cmocka_unit_test_teardown(a_query_again_gets_the_same_refusal, end_test),
        cmocka_unit_test_teardown(a_query_of_an_earlier_interval_is_stale, end_test),
        cmocka_unit_test_teardown(a_bid_again_is_not_a_second_bid, end_test),
        cmocka_unit_test_teardown(a_lost_receipt_is_given_again_and_nothing_is_sold_twice, end_test),
        cmocka_unit_test_teardown(a_late_confirm_again_is_told_the_same, end_test),
        cmocka_unit_test_teardown(notices_again_are_noted_once, end_test),
        cmocka_unit_test_teardown(a_terminate_about_an_old_award_leaves_the_new_session_alone, end_test),
        cmocka_unit_test_teardown(a_buyer_acts_on_news_once, end_test),
        cmocka_unit_test_teardown(a_buyer_that_declines_an_award_declines_it_again, end_test),
        cmocka_unit_test_teardown(what_is_in_doubt_is_settled_by_an_older_answer, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

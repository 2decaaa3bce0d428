/* SPDX-License-Identifier: MIT */
/* What comes late, row by row of the table in docs/protocol.md: at the battery, at the buyer, and between the two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_market.h"
#include "engine_peers.h"

static void next_interval(void)
{
    advance(INTERVAL);
    begin_interval();
}

/* ---- at the battery ---- */

static void a_query_after_the_close_finds_nothing_for_sale(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    query_and_bid(1, 20 * CENT, LOT);
    advance(it.options.timing.window);
    etp_id id = query(0);
    expect_heard(0, ETP_QUERY_RESPONSE, ETP_CODE_NO_AUCTION, id);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).required_energy, 0);
}

static void a_query_of_the_last_interval_is_one_of_this(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    etp_id written = fresh_id();
    next_interval();
    say(0, (etp_message){.type = ETP_QUERY, .message_id = written, .required_energy = LOT});
    expect_heard(0, ETP_QUERY_RESPONSE, ETP_CODE_NONE, written);
    assert_int_equal(it.events[ETP_EVENT_LATE], 1);
    assert_int_equal(it.fault.kind, ETP_FAULT_DELAY);
    /* The buyer's own Query of this interval gets the same lot. */
    etp_id id = query(0);
    expect_heard(0, ETP_QUERY_RESPONSE, ETP_CODE_NONE, id);
    assert_int_equal(stats().auctions, 1);
}

static void a_bid_is_late_by_a_microsecond(void **unused)
{
    (void)unused;
    for (unsigned late = 0; late < 2; late++) {
        set_up();
        begin_bess(ETP_FIRST_PRICE);
        query(0);
        etp_message message = bid_of(0, 20 * CENT, LOT);
        message.message_id = fresh_id();
        advance(it.options.timing.window - ETP_NS_PER_US + (etp_time)late * ETP_NS_PER_US);
        say(0, message);
        if (late == 0)
            assert_int_equal(count_heard(0, ETP_BID_REJECT), 0);
        else
            expect_heard(0, ETP_BID_REJECT, ETP_CODE_LATE, message.message_id);
        advance(it.options.timing.window);
        assert_int_equal(count_heard(0, ETP_BID_ACCEPT) > 0, late == 0);
        tear_down();
    }
}

static void a_bid_of_the_last_interval_gets_into_no_auction(void **unused)
{
    (void)unused;
    for (unsigned newer = 0; newer < 2; newer++) {
        set_up();
        begin_bess(ETP_FIRST_PRICE);
        query(0);
        etp_message message = bid_of(0, 20 * CENT, LOT);
        message.message_id = fresh_id();
        next_interval();
        if (newer)
            query(0);
        query(1); /* an auction is open */
        forget();
        say(0, message);
        expect_heard(0, ETP_BID_REJECT, newer ? ETP_CODE_LATE : ETP_CODE_NO_AUCTION, message.message_id);
        advance(it.options.timing.window);
        assert_int_equal(count_heard(0, ETP_BID_ACCEPT), 0);
        tear_down();
    }
}

static void a_confirm_after_the_hold_sells_nothing(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    query_and_bid(1, 15 * CENT, LOT);
    advance(it.options.timing.window);
    advance(it.options.timing.hold);
    /* By the very microsecond: the energy is the next one's. */
    etp_id id = confirm(0);
    expect_heard(0, ETP_TERMINATE, ETP_CODE_EXPIRED, id);
    assert_int_equal(sold(), 0);
    confirm(1);
    assert_int_equal(sold(), LOT);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
    assert_true(etp_battery_conserves(&it.battery, it.stored_at_start));
}

static void a_confirm_sells_until_the_last_microsecond_of_the_hold(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    advance(it.options.timing.window);
    advance(it.options.timing.hold - ETP_NS_PER_US);
    etp_id id = confirm(0);
    expect_heard(0, ETP_BESS_STATUS, ETP_CODE_NONE, id);
    assert_int_equal(sold(), LOT);
}

static void a_confirm_of_the_last_interval_gets_what_became_of_it(void **unused)
{
    (void)unused;
    for (unsigned was_sold = 0; was_sold < 2; was_sold++) {
        set_up();
        begin_bess(ETP_FIRST_PRICE);
        query_and_bid(0, 20 * CENT, LOT);
        advance(it.options.timing.window);
        etp_message accept = heard(0, ETP_BID_ACCEPT);
        if (was_sold)
            confirm(0);
        next_interval();
        say(0, (etp_message){.type = ETP_BID_CONFIRM, .in_reply_to = accept.message_id});
        expect_heard(0, was_sold ? ETP_BESS_STATUS : ETP_TERMINATE, was_sold ? ETP_CODE_NONE : ETP_CODE_EXPIRED,
                     it.last_id);
        assert_int_equal(it.events[ETP_EVENT_CONFIRM], was_sold);
        assert_int_equal(it.battery.sold, was_sold * LOT);
        tear_down();
    }
}

static void a_late_end_ends_nothing_that_has_ended(void **unused)
{
    (void)unused;
    begin_bess(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    advance(it.options.timing.window);
    confirm(0);
    terminate(0, heard(0, ETP_BID_ACCEPT).message_id, ETP_CODE_WITHDRAWN);
    assert_int_equal(it.events[ETP_EVENT_TERMINATE], 1);
    assert_int_equal(sold(), LOT);
}

/* ---- at the buyer ---- */

static void begin_query(void)
{
    begin_buyer(ETP_FIRST_PRICE, 10 * LOT);
}

static void begin_bid(void)
{
    begin_query();
    offer_to(0, LOT, 2000);
    assert_int_equal(count_heard(0, ETP_BID), 1);
}

static etp_message accept_of(etp_id bid)
{
    return (etp_message){.type = ETP_BID_ACCEPT,
                         .message_id = fresh_id(),
                         .in_reply_to = bid,
                         .sale_price = 15 * CENT,
                         .required_energy = LOT,
                         .closes_in_ms = 1000};
}

static void an_offer_after_its_close_is_not_answered(void **unused)
{
    (void)unused;
    begin_query();
    etp_message message = {.type = ETP_QUERY_RESPONSE,
                           .message_id = fresh_id(),
                           .in_reply_to = heard(0, ETP_QUERY).message_id,
                           .required_energy = LOT,
                           .closes_in_ms = 1000};
    advance(1001 * MS); /* ids are a few microseconds ahead of the clock */
    say(0, message);
    assert_int_equal(it.offers, 0);
    assert_int_equal(count_heard(0, ETP_BID), 0);
    assert_int_equal(totals().offers, 1);
    assert_int_equal(it.events[ETP_EVENT_LATE], 1);
}

static void an_offer_that_is_awaited_no_longer_is_unexpected(void **unused)
{
    (void)unused;
    for (unsigned anew = 0; anew < 2; anew++) {
        set_up();
        begin_query();
        etp_id asked = heard(0, ETP_QUERY).message_id;
        if (anew)
            next_interval();
        else
            advance(2 * it.options.timing.query_repeat + it.options.timing.window + 100 * MS);
        say(0, (etp_message){
                   .type = ETP_QUERY_RESPONSE, .in_reply_to = asked, .required_energy = LOT, .closes_in_ms = 100000});
        assert_int_equal(refused(ETP_REFUSED_UNEXPECTED), 1);
        assert_int_equal(it.offers, 0);
        tear_down();
    }
}

static void an_award_after_its_hold_is_confirmed_and_the_battery_decides(void **unused)
{
    (void)unused;
    for (unsigned sold_after_all = 0; sold_after_all < 2; sold_after_all++) {
        set_up();
        begin_bid();
        advance(2000 * MS);
        etp_message accept = accept_of(heard(0, ETP_BID).message_id);
        advance(2000 * MS);
        say(0, accept);
        assert_int_equal(it.events[ETP_EVENT_LATE], 1);
        expect_heard(0, ETP_BID_CONFIRM, ETP_CODE_NONE, accept.message_id);
        assert_int_equal(totals().in_doubt, 1);
        etp_id asked = heard(0, ETP_BID_CONFIRM).message_id;
        if (sold_after_all)
            give_receipt(0);
        else
            terminate(0, asked, ETP_CODE_EXPIRED);
        assert_int_equal(totals().in_doubt, 0);
        assert_int_equal(totals().wins, sold_after_all);
        assert_int_equal(it.events[ETP_EVENT_VOID], !sold_after_all);
        assert_int_equal(it.result.outcome, sold_after_all ? ETP_OUTCOME_ACCEPTED : ETP_OUTCOME_EXPIRED);
        tear_down();
    }
}

static void an_award_of_a_bid_that_was_given_up_is_declined(void **unused)
{
    (void)unused;
    enum { OVERDUE, NEXT_INTERVAL, LOST, WAYS };
    for (unsigned way = 0; way < WAYS; way++) {
        set_up();
        begin_bid();
        etp_id bid_id = heard(0, ETP_BID).message_id;
        if (way == LOST) {
            etp_engine_link_lost(it.engine, 0);
            etp_engine_link_up(it.engine, 0);
        } else {
            advance(it.options.timing.window + 3 * it.options.timing.hold + 300 * MS);
            brief_buyer(0, 0);
        }
        if (way == NEXT_INTERVAL)
            next_interval();
        assert_int_equal(it.results, 1);
        forget();
        etp_message accept = accept_of(bid_id);
        say(0, accept);
        if (way == NEXT_INTERVAL) {
            assert_int_equal(count_heard(0, ETP_BID_CONFIRM), 0);
        } else {
            expect_heard(0, ETP_TERMINATE, ETP_CODE_WITHDRAWN, accept.message_id);
        }
        assert_int_equal(refused(ETP_REFUSED_UNEXPECTED), 1);
        assert_int_equal(totals().in_doubt, 0);
        tear_down();
    }
}

static void a_rejection_of_a_bid_that_was_given_up_changes_nothing(void **unused)
{
    (void)unused;
    begin_bid();
    advance(it.options.timing.window + 3 * it.options.timing.hold + 300 * MS);
    assert_int_equal(it.results, 1);
    reject_bid(0, ETP_CODE_NOT_COMPETITIVE);
    assert_int_equal(refused(ETP_REFUSED_UNEXPECTED), 1);
    assert_int_equal(it.results, 1);
    assert_int_equal(totals().rejected, 0);
}

/* The books of the two sides name the same interval. */
static void news_of_a_trade_in_doubt_is_about_the_interval_of_its_bid(void **unused)
{
    (void)unused;
    static const etp_event_kind kinds[] = {ETP_EVENT_RECEIPT, ETP_EVENT_VOID, ETP_EVENT_UNRESOLVED};
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        set_up();
        it.interval.index = UINT32_MAX; /* the next one is beyond what 32 bits hold */
        begin_bid();
        accept_bid(0, 15 * CENT, LOT);
        etp_id asked = heard(0, ETP_BID_CONFIRM).message_id;
        next_interval();
        if (kinds[i] == ETP_EVENT_RECEIPT)
            say(0, (etp_message){.type = ETP_BESS_STATUS, .in_reply_to = asked});
        else if (kinds[i] == ETP_EVENT_VOID)
            terminate(0, asked, ETP_CODE_EXPIRED);
        else
            advance(it.options.timing.doubt_limit + ETP_NS_PER_HOUR / 60);
        assert_int_equal(it.events[kinds[i]], 1);
        assert_int_equal(it.last_event[kinds[i]].interval, UINT32_MAX);
        assert_int_equal(it.last_event[ETP_EVENT_STATUS].interval,
                         kinds[i] == ETP_EVENT_RECEIPT ? UINT32_MAX + UINT64_C(1) : 0);
        tear_down();
    }
}

static void a_receipt_after_the_limit_of_doubt_is_news_only(void **unused)
{
    (void)unused;
    begin_bid();
    accept_bid(0, 15 * CENT, LOT);
    brief_buyer(0, 0);
    advance(it.options.timing.doubt_limit + ETP_NS_PER_HOUR / 60);
    assert_int_equal(totals().unresolved, 1);
    give_receipt(0);
    assert_int_equal(it.events[ETP_EVENT_RECEIPT], 0);
    assert_int_equal(it.events[ETP_EVENT_STATUS], 1);
    assert_int_equal(totals().wins, 0);
}

static void a_failure_that_comes_after_the_return_lasts_until_the_next_news(void **unused)
{
    (void)unused;
    begin_query();
    etp_id written = fresh_id();
    register_with(0);
    say(0, (etp_message){.type = ETP_DEVICE_FAILURE, .message_id = written, .code = ETP_CODE_OFFLINE});
    forget();
    next_interval();
    assert_int_equal(count_heard(0, ETP_QUERY), 0);
    say(0, (etp_message){.type = ETP_BESS_STATUS});
    next_interval();
    assert_int_equal(count_heard(0, ETP_QUERY), 1);
}

static void old_news_is_stale(void **unused)
{
    (void)unused;
    begin_query();
    etp_id written = fresh_id();
    register_with(0);
    say(0, (etp_message){.type = ETP_REGISTER, .message_id = written});
    assert_int_equal(refused(ETP_REFUSED_STALE), 1);
}

/* ---- between the two ---- */

/* Each way takes longer than a hold: every award is late, every confirmation too, and both sides know that nothing was sold. */
static void where_links_are_slower_than_holds_nothing_is_sold_and_both_know_it(void **unused)
{
    (void)unused;
    set_up_market(1);
    market.options.timing.window = 6 * ETP_NS_PER_SECOND;
    market.delay_min = market.delay_max = 1200 * ETP_NS_PER_MS;
    for (unsigned side = 0; side < 2; side++)
        assert_int_equal(make_side(side), ETP_OK);
    start_market();
    for (unsigned i = 0; i < 20; i++)
        run_interval();
    etp_engine_stats sellers, buyers;
    etp_engine_get_stats(market.engines[SELLING], &sellers);
    etp_engine_get_stats(market.engines[BUYING], &buyers);
    assert_int_equal(market.sales + market.receipts, 0);
    assert_true(sellers.lapses > 20);
    assert_true(buyers.late[ETP_BID_ACCEPT] > 20 && sellers.late[ETP_BID_CONFIRM] > 20);
    for (unsigned a = 0; a < BUYERS; a++) {
        etp_aggregator_totals one;
        assert_int_equal(etp_engine_aggregator_totals(market.engines[BUYING], market.buyers[a], &one), ETP_OK);
        assert_int_equal(one.in_doubt + one.unresolved + one.wins, 0);
    }
    for (unsigned b = 0; b < BATTERIES; b++)
        assert_int_equal(market.batteries[b].held, 0);
    tear_down_market();
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, begin_test, end_test)
    const struct CMUnitTest tests[] = {
        WITH(a_query_after_the_close_finds_nothing_for_sale),
        WITH(a_query_of_the_last_interval_is_one_of_this),
        WITH(a_bid_is_late_by_a_microsecond),
        WITH(a_bid_of_the_last_interval_gets_into_no_auction),
        WITH(a_confirm_after_the_hold_sells_nothing),
        WITH(a_confirm_sells_until_the_last_microsecond_of_the_hold),
        WITH(a_confirm_of_the_last_interval_gets_what_became_of_it),
        WITH(a_late_end_ends_nothing_that_has_ended),
        WITH(an_offer_after_its_close_is_not_answered),
        WITH(an_offer_that_is_awaited_no_longer_is_unexpected),
        WITH(an_award_after_its_hold_is_confirmed_and_the_battery_decides),
        WITH(an_award_of_a_bid_that_was_given_up_is_declined),
        WITH(a_rejection_of_a_bid_that_was_given_up_changes_nothing),
        WITH(news_of_a_trade_in_doubt_is_about_the_interval_of_its_bid),
        WITH(a_receipt_after_the_limit_of_doubt_is_news_only),
        WITH(a_failure_that_comes_after_the_return_lasts_until_the_next_news),
        WITH(old_news_is_stale),
        WITH(where_links_are_slower_than_holds_nothing_is_sold_and_both_know_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

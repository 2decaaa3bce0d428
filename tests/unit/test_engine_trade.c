/* SPDX-License-Identifier: MIT */
/* The rules of a trade on the battery's side: one auction, exact close, lot, ranking, prices, holds, receipts. */
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

static void expect_award(unsigned peer, etp_price price, etp_energy energy)
{
    etp_message accept = heard(peer, ETP_BID_ACCEPT);
    assert_int_equal(accept.sale_price, price);
    assert_int_equal(accept.required_energy, energy);
}

static void expect_nothing(unsigned peer)
{
    for (unsigned i = 0; i < it.heard_count; i++)
        assert_true(it.heard[i].peer != peer);
}

/* ---- the auction and its lot ---- */

static void the_first_query_opens_the_intervals_one_auction(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    assert_int_equal(stats().auctions, 0);
    query(0);
    assert_int_equal(stats().auctions, 1);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).closes_in_ms, 2000);
    advance(500 * MS);
    query(1);
    assert_int_equal(heard(1, ETP_QUERY_RESPONSE).closes_in_ms, 1500);
    assert_int_equal(heard(1, ETP_QUERY_RESPONSE).required_energy, LOT);
    pass_window();
    query(2);
    expect_heard(2, ETP_QUERY_RESPONSE, ETP_CODE_NO_AUCTION, it.last_id);
    assert_int_equal(heard(2, ETP_QUERY_RESPONSE).required_energy, 0);
    assert_int_equal(heard(2, ETP_QUERY_RESPONSE).closes_in_ms, 0);
    assert_int_equal(stats().auctions, 1);
    begin_interval();
    query(2);
    assert_int_equal(stats().auctions, 2);
}

static void no_auction_opens_before_the_first_interval(void **unused)
{
    (void)unused;
    set_up();
    make_bess(NULL);
    start();
    query(0);
    expect_heard(0, ETP_QUERY_RESPONSE, ETP_CODE_NOT_ENOUGH_ENERGY, it.last_id);
    assert_int_equal(stats().auctions, 0);
}

static void a_lot_is_at_most_what_is_available(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    etp_bess_brief brief = {.lot = ETP_ENERGY_MAX};
    etp_engine_brief_bess(it.engine, it.node, &brief);
    etp_energy available = etp_battery_available(&it.battery);
    query_and_bid(0, 20 * CENT, ETP_ENERGY_MAX);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).required_energy, available);
    pass_window();
    expect_award(0, 20 * CENT, available);
    confirm(0);
    assert_int_equal(etp_battery_available(&it.battery), 0);
    assert_int_equal(sold(), available);
}

static void an_offer_says_what_share_is_for_sale(void **unused)
{
    (void)unused;
    set_up();
    make_bess(NULL);
    it.battery.spec.floor = 0;
    it.battery.spec.one_way_ppm = 1000000;
    etp_bess_brief brief = {.lot = it.battery.stored / 4};
    etp_engine_brief_bess(it.engine, it.node, &brief);
    start();
    begin_interval();
    query(0);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).for_sale_ppm, 250000);
    brief.lot = it.battery.stored;
    etp_engine_brief_bess(it.engine, it.node, &brief);
    begin_interval();
    query(0);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).required_energy, it.battery.stored);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).for_sale_ppm, 1000000);
}

static void a_bid_at_the_nanosecond_of_the_close_is_late(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query(0);
    query(1);
    advance(it.options.timing.window - 1);
    bid(0, 10 * CENT, LOT);
    assert_null(find_heard(0, ETP_BID_REJECT));
    advance(1);
    expect_award(0, 10 * CENT, LOT);
    etp_id late = bid(1, 90 * CENT, LOT);
    expect_heard(1, ETP_BID_REJECT, ETP_CODE_LATE, late);
    confirm(0);
    assert_int_equal(sold(), LOT);
}

/* ---- ranking and prices ---- */

static void bids_are_filled_by_price_then_arrival_the_last_one_partly(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query_and_bid(0, 12 * CENT, LOT / 2);
    query_and_bid(1, 15 * CENT, LOT / 2);
    advance(1);
    query_and_bid(2, 12 * CENT, LOT);
    query_and_bid(3, 15 * CENT, LOT / 4);
    pass_window();
    expect_award(1, 15 * CENT, LOT / 2);
    expect_award(3, 15 * CENT, LOT / 4);
    expect_award(0, 12 * CENT, LOT / 4);
    assert_null(find_heard(2, ETP_BID_ACCEPT));
    assert_null(find_heard(2, ETP_BID_REJECT));
    assert_int_equal(it.battery.held, LOT);
    confirm(0);
    confirm(1);
    assert_null(find_heard(2, ETP_BID_REJECT));
    confirm(3);
    expect_heard(2, ETP_BID_REJECT, ETP_CODE_NOT_COMPETITIVE, heard(2, ETP_BID_REJECT).in_reply_to);
    assert_int_equal(it.battery.held, 0);
    assert_int_equal(sold(), LOT);
    assert_int_equal(it.battery.sold, LOT);
    assert_int_equal(it.sales, 1);
    assert_int_equal(it.sale.sold, LOT);
    assert_int_equal(it.sale.bids, 4);
    assert_int_equal(it.sale.revenue,
                     etp_amount(15 * CENT, LOT / 2) + etp_amount(15 * CENT, LOT / 4) + etp_amount(12 * CENT, LOT / 4));
}

/* Two bids of 20 and 15 for the whole lot: what the winner's BidAccept says. */
static void expect_price(etp_mechanism mechanism, etp_price price)
{
    begin(mechanism);
    query_and_bid(0, 20 * CENT, LOT);
    query_and_bid(1, 15 * CENT, LOT);
    pass_window();
    expect_award(0, price, LOT);
    confirm(0);
    assert_int_equal(heard(0, ETP_BESS_STATUS).sale_price, price);
    assert_int_equal(heard(0, ETP_BESS_STATUS).required_energy, LOT);
    etp_energy energy;
    etp_money revenue;
    etp_engine_sold(it.engine, it.node, &energy, &revenue);
    assert_int_equal(revenue, etp_amount(price, LOT));
    tear_down();
}

static void an_accept_carries_the_mechanisms_price(void **unused)
{
    (void)unused;
    expect_price(ETP_FIRST_PRICE, 20 * CENT);
    expect_price(ETP_SECOND_PRICE, 15 * CENT);
    expect_price(ETP_UNIFORM_PRICE, 15 * CENT);
    expect_price(ETP_ASCENDING, 20 * CENT);
}

static void bids_below_the_reserve_are_rejected_at_the_close(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    etp_id low = query_and_bid(0, RESERVE - 1, LOT);
    query_and_bid(1, RESERVE, LOT);
    assert_null(find_heard(0, ETP_BID_REJECT));
    pass_window();
    expect_heard(0, ETP_BID_REJECT, ETP_CODE_BELOW_RESERVE, low);
    expect_award(1, RESERVE, LOT);
}

static void an_outbid_bidder_is_told_what_to_beat_and_may_raise(void **unused)
{
    (void)unused;
    begin(ETP_ASCENDING);
    etp_id first = query_and_bid(0, 12 * CENT, LOT);
    expect_nothing(1);
    query_and_bid(1, 14 * CENT, LOT);
    expect_heard(0, ETP_BID_REJECT, ETP_CODE_OUTBID, first);
    assert_int_equal(heard(0, ETP_BID_REJECT).sale_price, 14 * CENT);
    etp_id raised = bid(0, 16 * CENT, LOT);
    assert_int_equal(count_heard(0, ETP_BID_REJECT), 1);
    expect_heard(1, ETP_BID_REJECT, ETP_CODE_OUTBID, heard(1, ETP_BID_REJECT).in_reply_to);
    etp_id same = bid(0, 16 * CENT, LOT);
    expect_heard(0, ETP_BID_REJECT, ETP_CODE_NOT_RAISED, same);
    pass_window();
    expect_award(0, 16 * CENT, LOT);
    assert_int_equal(heard(0, ETP_BID_ACCEPT).in_reply_to, raised);
}

static void prices_are_disclosed_only_where_the_options_say_so(void **unused)
{
    (void)unused;
    for (unsigned disclose = 0; disclose < 4; disclose++) {
        set_up();
        it.options.disclose = disclose;
        begin_bess(ETP_FIRST_PRICE);
        query_and_bid(0, 12 * CENT, LOT);
        query_and_bid(1, 14 * CENT, LOT);
        query_and_bid(2, RESERVE - 1, LOT);
        pass_window();
        confirm(1);
        assert_int_equal(heard(0, ETP_QUERY_RESPONSE).sale_price, disclose & ETP_DISCLOSE_RESERVE ? RESERVE : 0);
        assert_int_equal(heard(0, ETP_BID_REJECT).sale_price, disclose & ETP_DISCLOSE_WINNER ? 14 * CENT : 0);
        assert_int_equal(heard(2, ETP_BID_REJECT).sale_price, 0);
        tear_down();
    }
}

/* ---- holds ---- */

static void a_confirm_one_nanosecond_before_the_end_of_the_hold_sells(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    pass_window();
    assert_int_equal(heard(0, ETP_BID_ACCEPT).closes_in_ms, 1000);
    advance(it.options.timing.hold - 1);
    etp_id id = confirm(0);
    expect_heard(0, ETP_BESS_STATUS, ETP_CODE_NONE, id);
    assert_int_equal(sold(), LOT);
    assert_int_equal(stats().trades, 1);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

static void a_confirm_at_the_end_of_the_hold_is_too_late_and_the_next_is_awarded(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    etp_id next = query_and_bid(1, 15 * CENT, LOT);
    pass_window();
    advance(it.options.timing.hold);
    expect_heard(1, ETP_BID_ACCEPT, ETP_CODE_NONE, next);
    expect_award(1, 15 * CENT, LOT);
    etp_id late = confirm(0);
    expect_heard(0, ETP_TERMINATE, ETP_CODE_EXPIRED, late);
    assert_int_equal(sold(), 0);
    assert_int_equal(it.battery.held, LOT);
    confirm(1);
    assert_int_equal(sold(), LOT);
    assert_int_equal(stats().trades, 1);
    assert_int_equal(stats().lapses, 1);
    late = confirm(0);
    expect_heard(0, ETP_TERMINATE, ETP_CODE_EXPIRED, late);
    assert_int_equal(sold(), LOT);
}

static void an_award_that_is_given_up_goes_to_the_next_at_once(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    query_and_bid(1, 15 * CENT, LOT);
    pass_window();
    terminate(0, heard(0, ETP_BID_ACCEPT).message_id, ETP_CODE_POLICY);
    expect_award(1, 15 * CENT, LOT);
    assert_int_equal(it.battery.held, LOT);
    confirm(0);
    expect_heard(0, ETP_TERMINATE, ETP_CODE_EXPIRED, it.last_id);
    assert_int_equal(sold(), 0);
}

static void when_nobody_confirms_nothing_is_held_any_more(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    for (unsigned i = 0; i < PEERS; i++)
        query_and_bid(i, (20 - i) * CENT, LOT);
    advance(it.options.timing.window + PEERS * it.options.timing.hold - 1);
    assert_int_equal(it.battery.held, LOT);
    assert_int_equal(it.sales, 0);
    advance(1);
    assert_int_equal(it.battery.held, 0);
    assert_int_equal(it.sales, 1);
    assert_int_equal(it.sale.lapsed, PEERS);
    assert_int_equal(it.sale.sold, 0);
    assert_int_equal(it.events[ETP_EVENT_LAPSE], PEERS);
}

static void an_accept_is_repeated_with_the_same_terms_until_it_is_confirmed(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    query_and_bid(0, 20 * CENT, LOT);
    pass_window();
    etp_message first = heard(0, ETP_BID_ACCEPT);
    advance(600 * MS);
    assert_int_equal(count_heard(0, ETP_BID_ACCEPT), 3);
    etp_message last = heard(0, ETP_BID_ACCEPT);
    assert_memory_equal(&first, &last, sizeof first);
    confirm(0);
    advance(ETP_NS_PER_SECOND);
    assert_int_equal(count_heard(0, ETP_BID_ACCEPT), 3);
}

/* The owner's home may draw down what is for sale while bids come in: it was not promised yet. */
static void bidders_are_told_when_the_energy_is_gone_at_the_close(void **unused)
{
    (void)unused;
    begin(ETP_FIRST_PRICE);
    etp_id first = query_and_bid(0, 20 * CENT, LOT / 2);
    etp_id second = query_and_bid(1, 15 * CENT, LOT);
    etp_battery_discharge(&it.battery, etp_battery_available(&it.battery) - LOT / 4);
    pass_window();
    expect_heard(0, ETP_BID_REJECT, ETP_CODE_NOT_ENOUGH_ENERGY, first);
    expect_heard(1, ETP_BID_REJECT, ETP_CODE_NOT_ENOUGH_ENERGY, second);
    assert_int_equal(it.battery.held, 0);
    assert_int_equal(it.sales, 1);
    assert_int_equal(stats().lapses, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_first_query_opens_the_intervals_one_auction, end_test_in_balance),
        cmocka_unit_test_teardown(no_auction_opens_before_the_first_interval, end_test_in_balance),
        cmocka_unit_test_teardown(a_lot_is_at_most_what_is_available, end_test_in_balance),
        cmocka_unit_test_teardown(an_offer_says_what_share_is_for_sale, end_test_in_balance),
        cmocka_unit_test_teardown(a_bid_at_the_nanosecond_of_the_close_is_late, end_test_in_balance),
        cmocka_unit_test_teardown(bids_are_filled_by_price_then_arrival_the_last_one_partly, end_test_in_balance),
        cmocka_unit_test_teardown(an_accept_carries_the_mechanisms_price, end_test_in_balance),
        cmocka_unit_test_teardown(bids_below_the_reserve_are_rejected_at_the_close, end_test_in_balance),
        cmocka_unit_test_teardown(an_outbid_bidder_is_told_what_to_beat_and_may_raise, end_test_in_balance),
        cmocka_unit_test_teardown(prices_are_disclosed_only_where_the_options_say_so, end_test_in_balance),
        cmocka_unit_test_teardown(a_confirm_one_nanosecond_before_the_end_of_the_hold_sells, end_test_in_balance),
        cmocka_unit_test_teardown(a_confirm_at_the_end_of_the_hold_is_too_late_and_the_next_is_awarded,
                                  end_test_in_balance),
        cmocka_unit_test_teardown(an_award_that_is_given_up_goes_to_the_next_at_once, end_test_in_balance),
        cmocka_unit_test_teardown(when_nobody_confirms_nothing_is_held_any_more, end_test_in_balance),
        cmocka_unit_test_teardown(an_accept_is_repeated_with_the_same_terms_until_it_is_confirmed, end_test_in_balance),
        cmocka_unit_test_teardown(bidders_are_told_when_the_energy_is_gone_at_the_close, end_test_in_balance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

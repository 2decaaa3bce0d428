/* SPDX-License-Identifier: MIT */
/* The rules from the close on: prices, holds, the owner's order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/auction_fixture.h"

static void first_price_winners_pay_their_bids(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    take(0, 7, 6);
    take(1, 9, 6);
    take(2, 6, 1);
    close_auction();
    expect_held(1, 6, 9);
    expect_held(0, 4, 7);
    expect_state(2, ETP_BID_STANDBY, ETP_CODE_NONE);
    assert_int_equal(auction.held, LOT);
}

static void second_price_winners_pay_the_highest_bid_that_got_nothing(void **state)
{
    (void)state;
    open_auction(ETP_SECOND_PRICE);
    take(0, 9, 6);
    take(1, 8, 6); /* filled partly, so it sets no price */
    take(2, 7, 1);
    take(3, 6, 1);
    close_auction();
    expect_held(0, 6, 7);
    expect_held(1, 4, 7);
}

static void uniform_winners_pay_the_margin(void **state)
{
    (void)state;
    open_auction(ETP_UNIFORM_PRICE);
    take(0, 9, 6);
    take(1, 8, 6);
    take(2, 7, 1);
    close_auction();
    expect_held(0, 6, 8);
    expect_held(1, 4, 8);
    open_auction(ETP_UNIFORM_PRICE);
    take(0, 9, 6);
    take(1, 8, 4);
    take(2, 7, 1);
    close_auction();
    expect_held(0, 6, 7);
    expect_held(1, 4, 7);
}

static void without_competition_the_reserve_is_paid(void **state)
{
    (void)state;
    const etp_mechanism mechanisms[] = {ETP_SECOND_PRICE, ETP_UNIFORM_PRICE};
    for (unsigned i = 0; i < 2; i++) {
        open_auction(mechanisms[i]);
        take(0, 9, LOT);
        take(1, RESERVE - 1, LOT); /* below the reserve: never sets a price */
        close_auction();
        expect_held(0, LOT, RESERVE);
        expect_state(1, ETP_BID_REJECTED, ETP_CODE_BELOW_RESERVE);
    }
}

static void a_bid_at_the_reserve_wins(void **state)
{
    (void)state;
    for (unsigned mechanism = 0; mechanism < 4; mechanism++) {
        open_auction((etp_mechanism)mechanism);
        take(0, RESERVE, 3);
        close_auction();
        expect_held(0, 3, RESERVE);
    }
}

static void close_waits_for_its_moment(void **state)
{
    (void)state;
    auction = (etp_auction){0};
    assert_int_equal(etp_auction_close(&auction, NULL, 0, CLOSES), ETP_ESTATE);
    open_auction(ETP_FIRST_PRICE);
    assert_int_equal(etp_auction_deadline(&auction), CLOSES);
    assert_int_equal(etp_auction_close(&auction, NULL, 0, CLOSES - 1), ETP_ESTATE);
    assert_int_equal(auction.state, ETP_AUCTION_OPEN);
    close_auction();
    assert_int_equal(etp_auction_close(&auction, NULL, 0, CLOSES), ETP_ESTATE);
}

static void an_auction_without_a_winner_is_done_at_its_close(void **state)
{
    (void)state;
    open_auction(ETP_SECOND_PRICE);
    take(0, RESERVE - 1, LOT);
    close_auction();
    assert_int_equal(auction.state, ETP_AUCTION_DONE);
    assert_int_equal(etp_auction_deadline(&auction), ETP_TIME_NEVER);
    expect_state(0, ETP_BID_REJECTED, ETP_CODE_BELOW_RESERVE);
}

static void a_lot_that_nobody_asks_for_keeps_no_auction_open(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    take(0, 9, 3);
    close_auction();
    assert_int_equal(auction.state, ETP_AUCTION_HOLDING);
    assert_int_equal(etp_auction_confirm(&auction, 0, CLOSES), ETP_CODE_NONE);
    assert_int_equal(auction.state, ETP_AUCTION_DONE);
    assert_int_equal(auction.sold, 3);
}

static void a_confirmation_counts_until_the_hold_ends(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    take(0, 9, 4);
    take(1, 8, 4);
    take(2, 7, 4);
    take(3, 6, 4);
    assert_int_equal(etp_auction_confirm(&auction, 0, 20), ETP_CODE_UNKNOWN_TRADE);
    close_auction();
    assert_int_equal(etp_auction_deadline(&auction), CLOSES + HOLD);
    assert_int_equal(etp_auction_confirm(&auction, 3, CLOSES), ETP_CODE_UNKNOWN_TRADE);
    assert_int_equal(etp_auction_confirm(&auction, 5, CLOSES), ETP_CODE_UNKNOWN_TRADE);
    assert_int_equal(etp_auction_confirm(&auction, SLOTS, CLOSES), ETP_CODE_UNKNOWN_TRADE);
    assert_int_equal(etp_auction_confirm(&auction, 0, CLOSES + HOLD - 1), ETP_CODE_NONE);
    assert_int_equal(etp_auction_confirm(&auction, 0, CLOSES + 9 * HOLD), ETP_CODE_NONE); /* sold before */
    assert_int_equal(auction.sold, 4);
    assert_int_equal(etp_auction_confirm(&auction, 1, CLOSES + HOLD), ETP_CODE_EXPIRED);
    expect_held(1, 4, 8); /* until the caller lets it lapse */
    assert_int_equal(etp_auction_lapse(&auction, CLOSES + HOLD - 1), 0);
    assert_int_equal(etp_auction_lapse(&auction, CLOSES + HOLD), 2);
    assert_int_equal(etp_auction_confirm(&auction, 1, CLOSES + HOLD), ETP_CODE_EXPIRED);
    expect_state(1, ETP_BID_LAPSED, ETP_CODE_EXPIRED);
}

static void a_lapsed_award_goes_down_the_ranking(void **state)
{
    (void)state;
    open_auction(ETP_SECOND_PRICE);
    take(0, 20, LOT);
    take(1, 12, 7);
    take(2, 11, 7);
    take(3, 8, 7);
    close_auction();
    expect_held(0, LOT, 12);
    assert_int_equal(etp_auction_lapse(&auction, CLOSES + HOLD + 5), 1);
    expect_held(1, 7, 8); /* priced among those still on standby */
    expect_held(2, 3, 8);
    expect_state(3, ETP_BID_STANDBY, ETP_CODE_NONE);
    assert_int_equal(etp_auction_deadline(&auction), CLOSES + HOLD + 5 + HOLD);
    assert_int_equal(etp_auction_confirm(&auction, 2, CLOSES + HOLD + 6), ETP_CODE_NONE);
    assert_int_equal(etp_auction_lapse(&auction, CLOSES + 2 * HOLD + 5), 1);
    expect_held(3, 7, RESERVE); /* nobody left to set a price */
    assert_int_equal(etp_auction_confirm(&auction, 3, CLOSES + 2 * HOLD + 6), ETP_CODE_NONE);
    assert_int_equal(auction.state, ETP_AUCTION_DONE);
    assert_int_equal(auction.sold, LOT);
}

static void an_award_that_was_filled_partly_gets_no_more(void **state)
{
    (void)state;
    open_auction(ETP_UNIFORM_PRICE);
    take(0, 9, 6);
    take(1, 8, 8);
    take(2, 6, 2);
    close_auction();
    expect_held(1, 4, 8);
    etp_auction_withdraw(&auction, 0, CLOSES + 1);
    expect_held(1, 4, 8);
    expect_held(2, 2, RESERVE); /* the earlier margin sets no price for what came back */
    assert_int_equal(auction.held, 6);
}

static void standby_ends_when_the_lot_is_sold(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    take(0, 9, LOT);
    take(1, 8, LOT);
    close_auction();
    expect_state(1, ETP_BID_STANDBY, ETP_CODE_NONE);
    assert_int_equal(etp_auction_confirm(&auction, 0, CLOSES), ETP_CODE_NONE);
    expect_state(0, ETP_BID_SOLD, ETP_CODE_NONE);
    expect_state(1, ETP_BID_REJECTED, ETP_CODE_NOT_COMPETITIVE);
    assert_int_equal(auction.state, ETP_AUCTION_DONE);
}

static void withdrawing_gives_back_what_is_not_sold(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    take(0, 9, 5);
    take(1, 8, 5);
    take(2, 7, 5);
    take(3, 6, 5);
    close_auction();
    assert_int_equal(etp_auction_confirm(&auction, 0, CLOSES), ETP_CODE_NONE);
    etp_auction_withdraw(&auction, 0, CLOSES + 1);
    etp_auction_withdraw(&auction, SLOTS, CLOSES + 1);
    expect_state(0, ETP_BID_SOLD, ETP_CODE_NONE);
    etp_auction_withdraw(&auction, 2, CLOSES + 1); /* on standby: passed over from now on */
    expect_state(2, ETP_BID_LAPSED, ETP_CODE_WITHDRAWN);
    assert_int_equal(etp_auction_confirm(&auction, 2, CLOSES + 1), ETP_CODE_UNKNOWN_TRADE);
    etp_auction_withdraw(&auction, 1, CLOSES + 2);
    expect_state(1, ETP_BID_LAPSED, ETP_CODE_WITHDRAWN);
    expect_held(3, 5, 6);
    assert_int_equal(book[3].hold_until, CLOSES + 2 + HOLD);
    etp_auction_withdraw(&auction, 3, CLOSES + 3);
    assert_int_equal(auction.state, ETP_AUCTION_DONE);
    assert_int_equal(auction.held, 0);
    assert_int_equal(auction.sold, 5);
}

static void an_owner_ranks_as_it_likes(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    take(0, 9, 6);
    take(1, 8, 6);
    take(2, 7, 6);
    take(3, 6, 6);
    const unsigned order[] = {2, 3, 0};
    assert_int_equal(etp_auction_close(&auction, order, 3, CLOSES), ETP_OK);
    expect_held(2, 6, 7);
    expect_held(3, 4, 6);
    expect_state(0, ETP_BID_STANDBY, ETP_CODE_NONE);
    expect_state(1, ETP_BID_REJECTED, ETP_CODE_POLICY);
}

static void a_lapsed_award_goes_down_the_owners_order(void **state)
{
    (void)state;
    open_auction(ETP_SECOND_PRICE);
    take(0, 12, LOT);
    take(1, 10, LOT);
    take(2, 8, LOT);
    take(3, 30, LOT);
    const unsigned order[] = {1, 2, 0};
    assert_int_equal(etp_auction_close(&auction, order, 3, CLOSES), ETP_OK);
    expect_held(1, LOT, 10); /* 12 got nothing, but nobody pays more than its bid; 30 is out */
    assert_int_equal(etp_auction_lapse(&auction, CLOSES + HOLD), 1);
    expect_held(2, LOT, 8);
    assert_int_equal(etp_auction_lapse(&auction, CLOSES + 2 * HOLD), 1);
    expect_held(0, LOT, RESERVE);
}

static void a_bad_order_changes_nothing(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    take(0, 9, 6);
    take(1, 8, 6);
    take(2, RESERVE - 1, 6);
    etp_bid before[SLOTS];
    for (unsigned i = 0; i < SLOTS; i++)
        before[i] = book[i];
    const unsigned bad[][2] = {{1, 1}, {1, 2}, {1, 5}, {1, SLOTS}};
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(etp_auction_close(&auction, bad[i], 2, CLOSES), ETP_EINVAL);
        assert_int_equal(auction.state, ETP_AUCTION_OPEN);
        assert_memory_equal(before, book, sizeof before);
    }
    assert_int_equal(etp_auction_close(&auction, bad[0], 0, CLOSES), ETP_OK); /* an owner who wants nobody */
    expect_state(0, ETP_BID_REJECTED, ETP_CODE_POLICY);
    assert_int_equal(auction.state, ETP_AUCTION_DONE);
}

static void abort_ends_everything_but_sales(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    take(0, 9, 5);
    take(1, 8, 5);
    take(2, 7, 5);
    close_auction();
    assert_int_equal(etp_auction_confirm(&auction, 0, CLOSES), ETP_CODE_NONE);
    etp_auction_abort(&auction, ETP_CODE_OFFLINE);
    expect_state(0, ETP_BID_SOLD, ETP_CODE_NONE);
    expect_state(1, ETP_BID_LAPSED, ETP_CODE_OFFLINE);
    expect_state(2, ETP_BID_REJECTED, ETP_CODE_OFFLINE);
    assert_int_equal(etp_auction_confirm(&auction, 1, CLOSES), ETP_CODE_EXPIRED);
    assert_int_equal(etp_auction_confirm(&auction, 0, CLOSES), ETP_CODE_NONE);
    assert_int_equal(auction.state, ETP_AUCTION_DONE);
    assert_int_equal(auction.held, 0);
    etp_auction_abort(&auction, ETP_CODE_EXPIRED); /* over already */
    expect_state(2, ETP_BID_REJECTED, ETP_CODE_OFFLINE);
}

static void balances_notices_a_promise_made_twice(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    take(0, 9, 5);
    take(1, 8, 5);
    close_auction();
    assert_true(etp_auction_balances(&auction));
    book[1].award += 1;
    assert_false(etp_auction_balances(&auction));
    auction.held += 1;
    assert_false(etp_auction_balances(&auction)); /* sums agree, but over the lot */
    book[1].award -= 1;
    auction.held -= 1;
    book[0].state = ETP_BID_SOLD;
    assert_false(etp_auction_balances(&auction));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_price_winners_pay_their_bids),
        cmocka_unit_test(second_price_winners_pay_the_highest_bid_that_got_nothing),
        cmocka_unit_test(uniform_winners_pay_the_margin),
        cmocka_unit_test(without_competition_the_reserve_is_paid),
        cmocka_unit_test(a_bid_at_the_reserve_wins),
        cmocka_unit_test(close_waits_for_its_moment),
        cmocka_unit_test(an_auction_without_a_winner_is_done_at_its_close),
        cmocka_unit_test(a_lot_that_nobody_asks_for_keeps_no_auction_open),
        cmocka_unit_test(a_confirmation_counts_until_the_hold_ends),
        cmocka_unit_test(a_lapsed_award_goes_down_the_ranking),
        cmocka_unit_test(an_award_that_was_filled_partly_gets_no_more),
        cmocka_unit_test(standby_ends_when_the_lot_is_sold),
        cmocka_unit_test(withdrawing_gives_back_what_is_not_sold),
        cmocka_unit_test(an_owner_ranks_as_it_likes),
        cmocka_unit_test(a_lapsed_award_goes_down_the_owners_order),
        cmocka_unit_test(a_bad_order_changes_nothing),
        cmocka_unit_test(abort_ends_everything_but_sales),
        cmocka_unit_test(balances_notices_a_promise_made_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

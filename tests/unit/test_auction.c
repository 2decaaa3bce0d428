/* SPDX-License-Identifier: MIT */
/* The rules while the window is open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/auction_fixture.h"

static void mechanisms_have_names(void **state)
{
    (void)state;
    const char *const names[] = {"first-price", "second-price", "ascending", "uniform-price"};
    for (unsigned i = 0; i < 4; i++) {
        etp_mechanism mechanism;
        assert_string_equal(etp_mechanism_name((etp_mechanism)i), names[i]);
        assert_int_equal(etp_mechanism_parse(names[i], &mechanism), ETP_OK);
        assert_int_equal(mechanism, i);
    }
    etp_mechanism kept = ETP_ASCENDING;
    assert_int_equal(etp_mechanism_parse("First-Price", &kept), ETP_ENOENT);
    assert_int_equal(etp_mechanism_parse("", &kept), ETP_ENOENT);
    assert_int_equal(kept, ETP_ASCENDING);
    assert_string_equal(etp_mechanism_name((etp_mechanism)4), "?");
}

static void open_refuses_terms_outside_their_ranges(void **state)
{
    (void)state;
    etp_auction_terms bad[10];
    for (unsigned i = 0; i < 10; i++)
        bad[i] = usual_terms(ETP_FIRST_PRICE);
    bad[0].lot = 0;
    bad[1].lot = ETP_ENERGY_MAX + 1;
    bad[2].reserve = -1;
    bad[3].reserve = ETP_PRICE_MAX + 1;
    bad[4].tick = 0;
    bad[5].tick = ETP_PRICE_MAX + 1;
    bad[6].closes = 7;
    bad[7].hold = 0;
    bad[8].mechanism = (etp_mechanism)4;
    bad[9].lot = -1;
    auction = (etp_auction){0};
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(etp_auction_open(&auction, &bad[i], book, SLOTS, 7), ETP_ERANGE);
    etp_auction_terms good = usual_terms(ETP_FIRST_PRICE);
    assert_int_equal(etp_auction_open(&auction, &good, NULL, SLOTS, 7), ETP_EINVAL);
    assert_int_equal(etp_auction_open(&auction, &good, book, 0, 7), ETP_EINVAL);
    assert_int_equal(auction.state, ETP_AUCTION_IDLE);
    assert_int_equal(etp_auction_open(&auction, &good, book, SLOTS, 7), ETP_OK);
    assert_int_equal(auction.state, ETP_AUCTION_OPEN);
}

static void open_waits_for_the_last_auction(void **state)
{
    (void)state;
    etp_auction_terms terms = usual_terms(ETP_FIRST_PRICE);
    open_auction(ETP_FIRST_PRICE);
    assert_int_equal(etp_auction_open(&auction, &terms, book, SLOTS, 0), ETP_ESTATE);
    take(0, 9, LOT);
    close_auction();
    assert_int_equal(etp_auction_open(&auction, &terms, book, SLOTS, 0), ETP_ESTATE);
    assert_int_equal(etp_auction_confirm(&auction, 0, CLOSES), ETP_CODE_NONE);
    assert_int_equal(etp_auction_open(&auction, &terms, book, SLOTS, 0), ETP_OK);
    expect_state(0, ETP_BID_NONE, ETP_CODE_NONE);
    assert_int_equal(auction.sold, 0);
}

static void a_bid_is_late_exactly_at_the_close(void **state)
{
    (void)state;
    auction = (etp_auction){0};
    assert_int_equal(bid(0, 9, 1, 0), ETP_CODE_NO_AUCTION);
    open_auction(ETP_FIRST_PRICE);
    assert_int_equal(bid(0, 9, 1, CLOSES - 1), ETP_CODE_NONE);
    assert_int_equal(bid(1, 9, 1, CLOSES), ETP_CODE_LATE);
    expect_state(1, ETP_BID_NONE, ETP_CODE_NONE);
    close_auction();
    assert_int_equal(bid(1, 9, 1, CLOSES + 1), ETP_CODE_LATE);
    open_auction(ETP_FIRST_PRICE);
    assert_int_equal(bid(SLOTS, 9, 1, 0), ETP_CODE_NO_AUCTION);
    etp_auction_abort(&auction, ETP_CODE_OFFLINE);
    assert_int_equal(bid(1, 9, 1, 20), ETP_CODE_NO_AUCTION);
}

static void a_bid_must_make_sense(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    assert_int_equal(bid(0, 9, 0, 1), ETP_CODE_NOT_ENOUGH_ENERGY);
    assert_int_equal(bid(0, 9, -1, 1), ETP_CODE_NOT_ENOUGH_ENERGY);
    assert_int_equal(bid(0, -1, 1, 1), ETP_CODE_POLICY);
    assert_int_equal(bid(0, ETP_PRICE_MAX + 1, 1, 1), ETP_CODE_POLICY);
    expect_state(0, ETP_BID_NONE, ETP_CODE_NONE);
    assert_int_equal(bid(0, ETP_PRICE_MAX, INT64_MAX, 1), ETP_CODE_NONE);
    assert_int_equal(book[0].energy, LOT);
    assert_int_equal(book[0].arrival, 1);
    assert_int_equal(book[0].bidder, 100);
}

static void a_further_bid_only_raises(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    assert_int_equal(bid(0, 9, 4, 1), ETP_CODE_NONE);
    assert_int_equal(bid(0, 9 + TICK - 1, 4, 2), ETP_CODE_NOT_RAISED);
    assert_int_equal(bid(0, 9 + TICK, 3, 2), ETP_CODE_NOT_RAISED);
    assert_int_equal(book[0].price, 9);
    assert_int_equal(book[0].arrival, 1);
    assert_int_equal(bid(0, 9 + TICK, 4, 3), ETP_CODE_NONE);
    assert_int_equal(book[0].price, 9 + TICK);
    assert_int_equal(book[0].arrival, 3);
    assert_int_equal(bid(0, 20, 2 * LOT, 4), ETP_CODE_NONE);
    assert_int_equal(bid(0, 22, LOT, 5), ETP_CODE_NONE); /* the earlier one was cut to the lot */
}

static void a_withdrawn_bid_comes_back_only_raised(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    take(0, 9, 4);
    etp_auction_withdraw(&auction, 0, 20);
    expect_state(0, ETP_BID_LAPSED, ETP_CODE_WITHDRAWN);
    assert_int_equal(bid(0, 9, 4, 30), ETP_CODE_NOT_RAISED);
    assert_int_equal(bid(0, 9 + TICK, 4, 30), ETP_CODE_NONE);
    close_auction();
    expect_held(0, 4, 9 + TICK);
}

static void ranking_is_price_then_arrival_then_device(void **state)
{
    (void)state;
    open_auction(ETP_FIRST_PRICE);
    assert_int_equal(etp_auction_bid(&auction, 0, 77, 8, 1, 5), ETP_CODE_NONE);
    assert_int_equal(etp_auction_bid(&auction, 1, 76, 8, 1, 5), ETP_CODE_NONE);
    assert_int_equal(etp_auction_bid(&auction, 2, 99, 8, 1, 4), ETP_CODE_NONE);
    assert_int_equal(etp_auction_bid(&auction, 3, 98, 9, 1, 6), ETP_CODE_NONE);
    assert_int_equal(etp_auction_bid(&auction, 4, 1, RESERVE - 1, 1, 1), ETP_CODE_NONE);
    assert_int_equal(etp_auction_bid(&auction, 5, 2, RESERVE, 1, 9), ETP_CODE_NONE);
    unsigned order[SLOTS], expected[] = {3, 2, 1, 0, 5};
    assert_int_equal(etp_auction_rank(&auction, order), 5);
    assert_memory_equal(order, expected, sizeof expected);
    close_auction();
    assert_int_equal(etp_auction_rank(&auction, order), 0);
}

static void ascending_refuses_at_once(void **state)
{
    (void)state;
    open_auction(ETP_ASCENDING);
    assert_int_equal(bid(0, RESERVE - 1, 1, 1), ETP_CODE_BELOW_RESERVE);
    expect_state(0, ETP_BID_NONE, ETP_CODE_NONE);
    take(0, 9, LOT);
    assert_int_equal(bid(1, 9, 1, 11), ETP_CODE_OUTBID); /* ties go to who came first */
    expect_state(1, ETP_BID_OUTBID, ETP_CODE_OUTBID);
    assert_int_equal(book[1].price, 9);
    assert_int_equal(bid(1, 9 + TICK - 1, 1, 12), ETP_CODE_NOT_RAISED);
    assert_int_equal(bid(1, 9 + TICK, 1, 12), ETP_CODE_NONE);
    expect_state(1, ETP_BID_STANDING, ETP_CODE_NONE);
    expect_state(0, ETP_BID_STANDING, ETP_CODE_NONE); /* would still get 9 of its 10 */
}

static void ascending_outbids_those_who_would_get_nothing(void **state)
{
    (void)state;
    open_auction(ETP_ASCENDING);
    take(0, 6, 4);
    take(1, 7, 4);
    take(2, 8, 4);
    expect_state(0, ETP_BID_STANDING, ETP_CODE_NONE);
    take(3, 9, 7);
    expect_state(0, ETP_BID_OUTBID, ETP_CODE_OUTBID);
    expect_state(1, ETP_BID_OUTBID, ETP_CODE_OUTBID);
    expect_state(2, ETP_BID_STANDING, ETP_CODE_NONE);
    assert_int_equal(bid(0, 8, 4, 20), ETP_CODE_OUTBID); /* raised, not enough: as it was */
    assert_int_equal(book[0].price, 6);
    close_auction();
    expect_held(3, 7, 9);
    expect_held(2, 3, 8);
    expect_state(1, ETP_BID_OUTBID, ETP_CODE_OUTBID);
    etp_auction_withdraw(&auction, 3, CLOSES + 1);
    expect_state(1, ETP_BID_OUTBID, ETP_CODE_OUTBID); /* dead: it is not on standby */
}

static void ascending_never_revives_by_itself(void **state)
{
    (void)state;
    open_auction(ETP_ASCENDING);
    take(0, 6, LOT);
    take(1, 7, LOT);
    etp_auction_withdraw(&auction, 1, 20);
    expect_state(0, ETP_BID_OUTBID, ETP_CODE_OUTBID);
    assert_int_equal(bid(0, 6, LOT, 21), ETP_CODE_NOT_RAISED);
    assert_int_equal(bid(0, 8, LOT, 21), ETP_CODE_NONE);
    close_auction();
    expect_held(0, LOT, 8);
}

static void to_beat_is_what_a_new_bid_must_exceed(void **state)
{
    (void)state;
    auction = (etp_auction){0};
    assert_int_equal(etp_auction_to_beat(&auction), 0);
    open_auction(ETP_SECOND_PRICE);
    assert_int_equal(etp_auction_to_beat(&auction), RESERVE);
    take(0, 9, 6);
    take(1, RESERVE - 1, LOT);
    assert_int_equal(etp_auction_to_beat(&auction), RESERVE);
    take(2, 7, 4);
    assert_int_equal(etp_auction_to_beat(&auction), 7);
    take(3, 8, 3);
    assert_int_equal(etp_auction_to_beat(&auction), 7); /* one unit is left for 7 */
    take(4, 8, 1);
    assert_int_equal(etp_auction_to_beat(&auction), 8);
    close_auction();
    assert_int_equal(etp_auction_to_beat(&auction), 8);
    etp_auction_withdraw(&auction, 0, CLOSES);
    assert_int_equal(etp_auction_to_beat(&auction), RESERVE); /* 8, 8 and 7 have 8 of 10 */
}

static void abort_tells_those_who_could_still_raise(void **state)
{
    (void)state;
    open_auction(ETP_ASCENDING);
    take(0, 6, LOT);
    take(1, 7, LOT);
    etp_auction_abort(&auction, ETP_CODE_SHUTTING_DOWN);
    expect_state(0, ETP_BID_REJECTED, ETP_CODE_SHUTTING_DOWN);
    expect_state(1, ETP_BID_REJECTED, ETP_CODE_SHUTTING_DOWN);
    assert_int_equal(etp_auction_close(&auction, NULL, 0, CLOSES), ETP_ESTATE);
}

static void a_book_may_be_large(void **state)
{
    (void)state;
    static etp_bid large[3000];
    static unsigned order[3000];
    etp_auction_terms terms = usual_terms(ETP_SECOND_PRICE);
    auction = (etp_auction){0};
    assert_int_equal(etp_auction_open(&auction, &terms, large, 3000, 0), ETP_OK);
    for (unsigned slot = 0; slot < 3000; slot++)
        assert_int_equal(etp_auction_bid(&auction, slot, 1 + slot, 10 + slot * 7919 % 3000, 1, 1), ETP_CODE_NONE);
    assert_int_equal(etp_auction_rank(&auction, order), 3000);
    for (unsigned place = 0; place < 3000; place++)
        assert_int_equal(large[order[place]].price, 10 + 2999 - place);
    close_auction();
    for (unsigned place = 0; place < 3000; place++)
        assert_int_equal(large[order[place]].award, place < LOT ? 1 : 0);
    assert_int_equal(large[order[0]].sale_price, 10 + 2999 - LOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mechanisms_have_names),
        cmocka_unit_test(open_refuses_terms_outside_their_ranges),
        cmocka_unit_test(open_waits_for_the_last_auction),
        cmocka_unit_test(a_bid_is_late_exactly_at_the_close),
        cmocka_unit_test(a_bid_must_make_sense),
        cmocka_unit_test(a_further_bid_only_raises),
        cmocka_unit_test(a_withdrawn_bid_comes_back_only_raised),
        cmocka_unit_test(ranking_is_price_then_arrival_then_device),
        cmocka_unit_test(ascending_refuses_at_once),
        cmocka_unit_test(ascending_outbids_those_who_would_get_nothing),
        cmocka_unit_test(ascending_never_revives_by_itself),
        cmocka_unit_test(to_beat_is_what_a_new_bid_must_exceed),
        cmocka_unit_test(abort_tells_those_who_could_still_raise),
        cmocka_unit_test(a_book_may_be_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

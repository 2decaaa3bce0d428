/* SPDX-License-Identifier: MIT */
/* One auction of ten units with a book of six, and short words for what happens in it. Include cmocka.h first. */
#ifndef UNIT_AUCTION_FIXTURE_H
#define UNIT_AUCTION_FIXTURE_H

#include "etp/auction.h"
#include "etp/error.h"

enum { SLOTS = 6, CLOSES = 2000, HOLD = 1000, LOT = 10, RESERVE = 5, TICK = 2 };

static etp_bid book[SLOTS];
static etp_auction auction;

static inline etp_auction_terms usual_terms(etp_mechanism mechanism)
{
    return (etp_auction_terms){
        .mechanism = mechanism, .lot = LOT, .reserve = RESERVE, .tick = TICK, .closes = CLOSES, .hold = HOLD};
}

static inline void open_auction(etp_mechanism mechanism)
{
    etp_auction_terms terms = usual_terms(mechanism);
    auction = (etp_auction){0};
    assert_int_equal(etp_auction_open(&auction, &terms, book, SLOTS, 0), ETP_OK);
}

/* The bidder of slot s is device 100 + s. */
static inline etp_code bid(unsigned slot, etp_price price, etp_energy energy, etp_time now)
{
    return etp_auction_bid(&auction, slot, 100 + slot, price, energy, now);
}

static inline void take(unsigned slot, etp_price price, etp_energy energy)
{
    assert_int_equal(bid(slot, price, energy, 10), ETP_CODE_NONE);
}

static inline void close_auction(void)
{
    assert_int_equal(etp_auction_close(&auction, NULL, 0, CLOSES), ETP_OK);
}

static inline void expect_held(unsigned slot, etp_energy award, etp_price sale_price)
{
    assert_int_equal(book[slot].state, ETP_BID_HELD);
    assert_int_equal(book[slot].award, award);
    assert_int_equal(book[slot].sale_price, sale_price);
}

static inline void expect_state(unsigned slot, etp_bid_state state, etp_code code)
{
    assert_int_equal(book[slot].state, state);
    assert_int_equal(book[slot].code, code);
}

#endif

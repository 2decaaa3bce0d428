/* SPDX-License-Identifier: MIT */
/*
 * The life of an auction: it opens, takes bids, closes, and hands out its lot until all of it is sold or nobody is left.
 *
 * Free energy is what is neither held nor sold. While an auction is HOLDING, either none is free or nobody is on
 * standby, so it is done exactly when nothing is held any more. Whatever frees energy hands it out again at once.
 */
#include <assert.h>
#include <string.h>

#include "etp/auction.h"
#include "etp/error.h"
#include "market/mechanism.h"
#include "market/ranking.h"

static bool terms_are_valid(const etp_auction_terms *terms, etp_time now)
{
    return (unsigned)terms->mechanism <= ETP_UNIFORM_PRICE && terms->lot > 0 && terms->lot <= ETP_ENERGY_MAX &&
           terms->reserve >= 0 && terms->reserve <= ETP_PRICE_MAX && terms->tick > 0 && terms->tick <= ETP_PRICE_MAX &&
           terms->closes > now && terms->hold > 0;
}

static bool is_running(const etp_auction *auction)
{
    return auction != NULL && (auction->state == ETP_AUCTION_OPEN || auction->state == ETP_AUCTION_HOLDING);
}

int etp_auction_open(etp_auction *auction, const etp_auction_terms *terms, etp_bid *book, unsigned slots, etp_time now)
{
    if (auction == NULL || terms == NULL || book == NULL || slots == 0)
        return ETP_EINVAL;
    if (is_running(auction))
        return ETP_ESTATE;
    if (!terms_are_valid(terms, now))
        return ETP_ERANGE;
    memset(book, 0, slots * sizeof *book);
    *auction = (etp_auction){.terms = *terms, .book = book, .slots = slots, .state = ETP_AUCTION_OPEN};
    return ETP_OK;
}

static etp_code closed_to_bids(const etp_auction *auction, unsigned slot, etp_time now)
{
    if (auction == NULL || auction->state == ETP_AUCTION_IDLE || slot >= auction->slots)
        return ETP_CODE_NO_AUCTION;
    if (now >= auction->terms.closes)
        return ETP_CODE_LATE;
    return auction->state == ETP_AUCTION_OPEN ? ETP_CODE_NONE : ETP_CODE_NO_AUCTION;
}

static etp_code fault_of(const etp_auction *auction, const etp_bid *earlier, const etp_bid *bid)
{
    const etp_auction_terms *terms = &auction->terms;
    if (bid->price < 0 || bid->price > ETP_PRICE_MAX)
        return ETP_CODE_POLICY;
    if (bid->energy <= 0)
        return ETP_CODE_NOT_ENOUGH_ENERGY;
    bool raises = bid->price >= earlier->price + terms->tick && bid->energy >= earlier->energy;
    if (earlier->state != ETP_BID_NONE && !raises)
        return ETP_CODE_NOT_RAISED;
    if (terms->mechanism == ETP_ASCENDING && bid->price < terms->reserve)
        return ETP_CODE_BELOW_RESERVE;
    return ETP_CODE_NONE;
}

static void end_bid(etp_bid *bid, etp_bid_state state, etp_code code)
{
    bid->state = (uint8_t)state;
    bid->code = (uint8_t)code;
}

static void outbid_beyond_margin(etp_auction *auction)
{
    const etp_bid *margin = etp_ranking_margin(auction);
    for (unsigned slot = 0; slot < auction->slots && margin != NULL; slot++) {
        etp_bid *bid = &auction->book[slot];
        if (bid->state == ETP_BID_STANDING && etp_bid_precedes(margin, bid))
            end_bid(bid, ETP_BID_OUTBID, ETP_CODE_OUTBID);
    }
}

/* A bid that stands is not beyond the margin, and when raised comes before it: only others can be beaten on arrival. */
static etp_code place_ascending(etp_auction *auction, etp_bid *place, const etp_bid *bid)
{
    const etp_bid *margin = etp_ranking_margin(auction);
    if (margin != NULL && !etp_bid_precedes(bid, margin)) {
        if (place->state == ETP_BID_NONE) {
            *place = *bid;
            end_bid(place, ETP_BID_OUTBID, ETP_CODE_OUTBID);
        }
        return ETP_CODE_OUTBID;
    }
    *place = *bid;
    outbid_beyond_margin(auction);
    return ETP_CODE_NONE;
}

etp_code etp_auction_bid(etp_auction *auction, unsigned slot, etp_id bidder, etp_price price, etp_energy energy,
                         etp_time now)
{
    etp_code code = closed_to_bids(auction, slot, now);
    if (code != ETP_CODE_NONE)
        return code;
    etp_energy lot = auction->terms.lot;
    const etp_bid bid = {.bidder = bidder,
                         .price = price,
                         .energy = energy < lot ? energy : lot,
                         .arrival = now,
                         .state = ETP_BID_STANDING};
    etp_bid *place = &auction->book[slot];
    code = fault_of(auction, place, &bid);
    if (code != ETP_CODE_NONE)
        return code;
    if (auction->terms.mechanism == ETP_ASCENDING)
        return place_ascending(auction, place, &bid);
    *place = bid;
    return ETP_CODE_NONE;
}

bool etp_auction_balances(const etp_auction *auction)
{
    if (auction == NULL)
        return false;
    etp_energy held = 0, sold = 0;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        const etp_bid *bid = &auction->book[slot];
        if (bid->state == ETP_BID_HELD)
            held += bid->award;
        if (bid->state == ETP_BID_SOLD)
            sold += bid->award;
    }
    return held == auction->held && sold == auction->sold && held + sold <= auction->terms.lot;
}

static void finish_if_settled(etp_auction *auction)
{
    assert(etp_auction_balances(auction));
    if (auction->held > 0)
        return;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        if (auction->book[slot].state == ETP_BID_STANDBY)
            end_bid(&auction->book[slot], ETP_BID_REJECTED, ETP_CODE_NOT_COMPETITIVE);
    }
    auction->state = ETP_AUCTION_DONE;
}

static etp_time hold_end(const etp_auction *auction, etp_time now)
{
    etp_time hold = auction->terms.hold;
    return now < ETP_TIME_NEVER - hold ? now + hold : ETP_TIME_NEVER;
}

static void hand_out_free_energy(etp_auction *auction, etp_time now)
{
    etp_energy left = auction->terms.lot - auction->held - auction->sold;
    etp_bid *bid = etp_ranking_first_standby(auction);
    for (; left > 0 && bid != NULL; bid = etp_ranking_first_standby(auction)) {
        bid->state = ETP_BID_HELD;
        bid->award = bid->energy < left ? bid->energy : left;
        bid->sale_price = ETP_PRICE_NONE;
        bid->hold_until = hold_end(auction, now);
        auction->held += bid->award;
        left -= bid->award;
    }
    etp_mechanism_price_awards(auction);
    finish_if_settled(auction);
}

/* Notes the owner's places in the bids. On a bad order all is as it was. */
static int note_order(etp_auction *auction, const unsigned *order, unsigned count)
{
    for (unsigned place = 0; place < count; place++) {
        unsigned slot = order[place];
        bool valid =
            slot < auction->slots && auction->book[slot].rank == 0 && etp_bid_is_live(auction, &auction->book[slot]);
        if (valid) {
            auction->book[slot].rank = place + 1;
            continue;
        }
        while (place-- > 0)
            auction->book[order[place]].rank = 0;
        return ETP_EINVAL;
    }
    return ETP_OK;
}

int etp_auction_close(etp_auction *auction, const unsigned *order, unsigned count, etp_time now)
{
    if (auction == NULL)
        return ETP_EINVAL;
    if (auction->state != ETP_AUCTION_OPEN || now < auction->terms.closes)
        return ETP_ESTATE;
    if (order != NULL && note_order(auction, order, count) != ETP_OK)
        return ETP_EINVAL;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        etp_bid *bid = &auction->book[slot];
        if (bid->state != ETP_BID_STANDING)
            continue;
        if (!etp_bid_is_live(auction, bid))
            end_bid(bid, ETP_BID_REJECTED, ETP_CODE_BELOW_RESERVE);
        else if (order != NULL && bid->rank == 0)
            end_bid(bid, ETP_BID_REJECTED, ETP_CODE_POLICY);
        else
            bid->state = ETP_BID_STANDBY;
    }
    auction->state = ETP_AUCTION_HOLDING;
    hand_out_free_energy(auction, now);
    return ETP_OK;
}

/* The award stays written in the bid, for those who ask what was lost. */
static void lapse(etp_auction *auction, etp_bid *bid, etp_code code)
{
    auction->held -= bid->award;
    end_bid(bid, ETP_BID_LAPSED, code);
}

void etp_auction_withdraw(etp_auction *auction, unsigned slot, etp_time now)
{
    if (!is_running(auction) || slot >= auction->slots)
        return;
    etp_bid *bid = &auction->book[slot];
    if (bid->state == ETP_BID_HELD) {
        lapse(auction, bid, ETP_CODE_WITHDRAWN);
        hand_out_free_energy(auction, now);
    } else if (bid->state == ETP_BID_STANDING || bid->state == ETP_BID_OUTBID || bid->state == ETP_BID_STANDBY) {
        end_bid(bid, ETP_BID_LAPSED, ETP_CODE_WITHDRAWN);
    }
}

etp_code etp_auction_confirm(etp_auction *auction, unsigned slot, etp_time now)
{
    if (auction == NULL || slot >= auction->slots || auction->book[slot].award == 0)
        return ETP_CODE_UNKNOWN_TRADE;
    etp_bid *bid = &auction->book[slot];
    if (bid->state == ETP_BID_SOLD)
        return ETP_CODE_NONE;
    if (bid->state != ETP_BID_HELD || now >= bid->hold_until)
        return ETP_CODE_EXPIRED;
    bid->state = ETP_BID_SOLD;
    auction->held -= bid->award;
    auction->sold += bid->award;
    finish_if_settled(auction);
    return ETP_CODE_NONE;
}

unsigned etp_auction_lapse(etp_auction *auction, etp_time now)
{
    unsigned count = 0;
    if (auction == NULL)
        return 0;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        etp_bid *bid = &auction->book[slot];
        if (bid->state == ETP_BID_HELD && bid->hold_until <= now) {
            lapse(auction, bid, ETP_CODE_EXPIRED);
            count++;
        }
    }
    if (count > 0)
        hand_out_free_energy(auction, now);
    return count;
}

void etp_auction_abort(etp_auction *auction, etp_code code)
{
    if (!is_running(auction))
        return;
    bool open = auction->state == ETP_AUCTION_OPEN;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        etp_bid *bid = &auction->book[slot];
        bool may_raise = open && bid->state == ETP_BID_OUTBID;
        if (bid->state == ETP_BID_HELD)
            lapse(auction, bid, code);
        else if (bid->state == ETP_BID_STANDING || bid->state == ETP_BID_STANDBY || may_raise)
            end_bid(bid, ETP_BID_REJECTED, code);
    }
    finish_if_settled(auction);
}

etp_time etp_auction_deadline(const etp_auction *auction)
{
    if (auction == NULL)
        return ETP_TIME_NEVER;
    if (auction->state == ETP_AUCTION_OPEN)
        return auction->terms.closes;
    etp_time earliest = ETP_TIME_NEVER;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        const etp_bid *bid = &auction->book[slot];
        if (bid->state == ETP_BID_HELD && bid->hold_until < earliest)
            earliest = bid->hold_until;
    }
    return earliest;
}

/* SPDX-License-Identifier: MIT */
#include "market/ranking.h"

#include <stddef.h>

bool etp_bid_is_live(const etp_auction *auction, const etp_bid *bid)
{
    return bid->state == ETP_BID_STANDING && bid->price >= auction->terms.reserve;
}

bool etp_bid_precedes(const etp_bid *a, const etp_bid *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->price != b->price)
        return a->price > b->price;
    if (a->arrival != b->arrival)
        return a->arrival < b->arrival;
    return a->bidder < b->bidder;
}

etp_bid *etp_ranking_first_standby(const etp_auction *auction)
{
    etp_bid *first = NULL;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        etp_bid *bid = &auction->book[slot];
        if (bid->state == ETP_BID_STANDBY && (first == NULL || etp_bid_precedes(bid, first)))
            first = bid;
    }
    return first;
}

/* The live bid that follows `last`, or the first of all when that is NULL. */
static const etp_bid *next_live(const etp_auction *auction, const etp_bid *last)
{
    const etp_bid *next = NULL;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        const etp_bid *bid = &auction->book[slot];
        if (!etp_bid_is_live(auction, bid) || (last != NULL && !etp_bid_precedes(last, bid)))
            continue;
        if (next == NULL || etp_bid_precedes(bid, next))
            next = bid;
    }
    return next;
}

const etp_bid *etp_ranking_margin(const etp_auction *auction)
{
    etp_energy left = auction->terms.lot;
    const etp_bid *bid = next_live(auction, NULL);
    while (bid != NULL && bid->energy < left) {
        left -= bid->energy;
        bid = next_live(auction, bid);
    }
    return bid;
}

static etp_price lowest_winner(const etp_auction *auction)
{
    etp_price lowest = ETP_PRICE_MAX;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        const etp_bid *bid = &auction->book[slot];
        bool won = bid->state == ETP_BID_HELD || bid->state == ETP_BID_SOLD;
        if (won && bid->price < lowest)
            lowest = bid->price;
    }
    return lowest;
}

etp_price etp_auction_to_beat(const etp_auction *auction)
{
    if (auction == NULL)
        return 0;
    const etp_auction_terms *terms = &auction->terms;
    if (auction->state == ETP_AUCTION_IDLE)
        return 0;
    if (auction->state == ETP_AUCTION_OPEN) {
        const etp_bid *margin = etp_ranking_margin(auction);
        return margin != NULL ? margin->price : terms->reserve;
    }
    return auction->held + auction->sold == terms->lot ? lowest_winner(auction) : terms->reserve;
}

unsigned etp_auction_rank(const etp_auction *auction, unsigned *order)
{
    unsigned count = 0;
    if (auction == NULL || order == NULL)
        return 0;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        const etp_bid *bid = &auction->book[slot];
        if (!etp_bid_is_live(auction, bid))
            continue;
        unsigned place = count++;
        for (; place > 0 && etp_bid_precedes(bid, &auction->book[order[place - 1]]); place--)
            order[place] = order[place - 1];
        order[place] = slot;
    }
    return count;
}

/* SPDX-License-Identifier: MIT */
/* Who comes before whom in a book, and where the lot ends. Nothing here changes a bid. */
#ifndef MARKET_RANKING_H
#define MARKET_RANKING_H

#include "etp/auction.h"

/* Stands at or above the reserve. */
bool etp_bid_is_live(const etp_auction *auction, const etp_bid *bid);

/* The owner's place first, where there is one, then price, arrival, device id. A strict order, since a bidder has one
 * slot. */
bool etp_bid_precedes(const etp_bid *a, const etp_bid *b);

/* The first in the ranking of the bids on standby, or NULL. */
etp_bid *etp_ranking_first_standby(const etp_auction *auction);

/* The live bid with which the lot is spent: all after it get nothing. NULL while energy is left unasked for. */
const etp_bid *etp_ranking_margin(const etp_auction *auction);

#endif

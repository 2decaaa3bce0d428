/* SPDX-License-Identifier: MIT */
/*
 * Our battery's side of a connection with an older buyer. To the engine it is a buyer like any other; to the older buyer
 * it is a server that answers Query with a QueryResponse and Bid with a BidAccept or BidReject, each under the id of what
 * it answers, and that is silent on the rest.
 *
 * The format has no in_reply_to, so it is filled in: a Bid answers the last QueryResponse of this connection, a Confirm
 * its last BidAccept. A Bid that has none before it, or comes after its window, has a Query asked on its behalf. What
 * the engine says beyond that (Registers, statuses, receipts, repeats) has no place in the format and ends here.
 *
 * A bid that lost waits in the engine until the winner's hold is over. Older buyers wait for half a second; so a bid
 * without an answer is rejected and withdrawn in time, and the energy goes to nobody who has stopped listening.
 */
#ifndef ETP_LIVE_OLDER_SELLER_H
#define ETP_LIVE_OLDER_SELLER_H

#include "live/older/adapter.h"

/* A Bid of the older buyer's: its id there and here, and its terms. `ours` is 0 where there is none. */
typedef struct etp_older_bid {
    etp_id ours;
    etp_id theirs;
    etp_price price;
    etp_energy energy;
    etp_time answer_by;
} etp_older_bid;

typedef struct etp_older_seller {
    etp_older_calls calls;
    etp_older_ids *ids; /* shared by all connections with the same node */
    etp_id self;        /* the battery's device id */
    etp_id peer;        /* the buyer's device id, as the engine knows it */
    etp_time now;
    etp_id query; /* the last Query's id here; 0 once it is answered */
    etp_id query_theirs;
    bool query_is_theirs; /* else asked on a Bid's behalf */
    etp_id offer;         /* the last QueryResponse */
    etp_time offer_closes;
    etp_older_bid coming; /* while the engine looks at it */
    etp_older_bid open;   /* waits for the close */
    etp_older_bid won;    /* its BidAccept was sent; answer_by is the end of the hold */
    etp_message accept;   /* that BidAccept, as it was sent */
    etp_id accept_id;     /* its id here; 0 for none, and once the engine has answered the Confirm */
    uint64_t confirmed;   /* trades */
} etp_older_seller;

void etp_older_seller_init(etp_older_seller *seller, const etp_older_calls *calls, etp_older_ids *ids, etp_id self,
                           etp_id peer);

/* A record came that the codec took. Its device id is the buyer's, or 0. */
void etp_older_seller_record(etp_older_seller *seller, etp_time now, const etp_message *record);
/* One came that is not to be acted on. A Bid is rejected all the same: its sender waits for an answer. */
void etp_older_seller_refuse(etp_older_seller *seller, etp_refusal refusal, const etp_message *record);
/* The engine says something to the buyer. May come from inside a call of `frame`. */
void etp_older_seller_frame(etp_older_seller *seller, etp_time now, const void *frame, size_t size);

/* Time has passed; and when it next matters (ETP_TIME_NEVER: not at all). */
void etp_older_seller_advance(etp_older_seller *seller, etp_time now);
etp_time etp_older_seller_deadline(const etp_older_seller *seller);

/* The connection is gone, and with it the only place where a bid could be answered or an award confirmed: both are
 * withdrawn. */
void etp_older_seller_lost(etp_older_seller *seller, etp_time now);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Our aggregator's side of a connection with an older server. To the engine it is a battery like any other; to the older
 * server it is a client that sends Query, Bid and Confirm.
 *
 * Such a server runs no auction, says nothing of a window or a hold, and does not answer a Confirm. What the engine
 * needs of that is filled in:
 *
 *     Register        once the server has answered a first Query: so it speaks the format and is the device we expect
 *     in_reply_to     answers to Queries come in their order; an answer to a Bid carries the Bid's id
 *     closes_in_ms    ETP_OLDER_WINDOW_MS in a QueryResponse, ETP_OLDER_HOLD_MS in a BidAccept
 *     the lot         field 9 of the response, or where that is 0 percentage_for_sale of energy_total
 *     the receipt     behind each Confirm goes a Query of our own. A server works through a connection in order, so the
 *                     answer to that Query says that the Confirm was read, and becomes the receipt
 *
 * So a trade counts as bought when the server has said BidAccept and has read our Confirm. That is all there is to be
 * told in this format; that the server did not sell the same energy to others, nobody can tell.
 */
#ifndef ETP_LIVE_OLDER_BUYER_H
#define ETP_LIVE_OLDER_BUYER_H

#include "live/older/adapter.h"

enum { ETP_OLDER_WINDOW_MS = 400, ETP_OLDER_HOLD_MS = 1000, ETP_OLDER_ASKED_MAX = 8 };

/* A Query that waits for its answer. */
typedef struct etp_older_asked {
    etp_id id;      /* as it was sent */
    etp_id confirm; /* the Confirm that it came behind; 0 for none */
    etp_time since;
    bool is_ours; /* the engine did not ask it */
} etp_older_asked;

typedef struct etp_older_buyer {
    etp_older_calls calls;
    etp_older_ids *ids; /* of the server's messages, as the engine sees them; outlives the connection */
    etp_id self;        /* the aggregator's device id */
    etp_id peer;        /* the server's */
    etp_time limit;     /* an answer takes no longer than this */
    etp_time now;
    etp_older_asked asked[ETP_OLDER_ASKED_MAX]; /* first come, first answered */
    unsigned asked_count;
    etp_id bid; /* waits for its answer; 0 for none */
    etp_time bid_since;
    bool known; /* the first Query is answered */
} etp_older_buyer;

void etp_older_buyer_init(etp_older_buyer *buyer, const etp_older_calls *calls, etp_older_ids *ids, etp_id self,
                          etp_id peer, etp_time limit);

/* The connection is there: asks the first Query. */
void etp_older_buyer_begin(etp_older_buyer *buyer, etp_time now);
/* A record came that the codec took. While the server is not known, returns true for the one that makes it known: then
 * the engine is to have a link with it, and etp_older_buyer_register() is to be called with the same record. */
bool etp_older_buyer_record(etp_older_buyer *buyer, etp_time now, const etp_message *record);
void etp_older_buyer_register(etp_older_buyer *buyer, const etp_message *record);
/* The engine says something to the server. May come from inside a call of `frame`. */
void etp_older_buyer_frame(etp_older_buyer *buyer, etp_time now, const void *frame, size_t size);

/* When the server has left something unanswered for too long, and the connection is to be given up. */
etp_time etp_older_buyer_deadline(const etp_older_buyer *buyer);

#endif

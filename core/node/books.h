/* SPDX-License-Identifier: MIT */
/*
 * The trades of a node, kept from the engine's events alone, for as long as the process lives: none is forgotten. At the
 * end they are compared with what the battery, or the buyer's own account in the engine, says.
 */
#ifndef ETP_NODE_BOOKS_H
#define ETP_NODE_BOOKS_H

#include "etp/engine.h"

typedef struct etp_book_trade {
    etp_time when; /* it was confirmed, or its receipt came; on the engine's clock */
    uint64_t interval;
    etp_id peer;
    etp_id message; /* a battery's: the BidConfirm; a buyer's: the receipt */
    etp_price price;
    etp_energy energy;
    etp_money amount;
} etp_book_trade;

typedef struct etp_books {
    etp_book_trade *trades;
    size_t count, room;
    etp_energy energy;
    etp_money amount;
    uint64_t lapses;     /* holds that ended without a confirmation */
    uint64_t voids;      /* awards that came to nothing after all */
    uint64_t unresolved; /* of which nobody will know */
    uint64_t failures;   /* of peers that were told */
    bool forgot;         /* there was no memory for a trade: the list is not whole, the sums are */
} etp_books;

/* Zero it before use. Returns the trade, until the next one, where the event is one; else NULL. */
const etp_book_trade *etp_books_take(etp_books *books, const etp_event *event);
void etp_books_fini(etp_books *books);

/* A battery's books against the battery: ETP_ECONSERVATION with a sentence. */
int etp_books_check_battery(const etp_books *books, const etp_battery *battery, etp_energy stored_at_start,
                            etp_error *error);
/* A buyer's against its account. */
int etp_books_check_buyer(const etp_books *books, const etp_aggregator_totals *totals, etp_error *error);

#endif

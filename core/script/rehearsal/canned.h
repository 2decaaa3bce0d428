/* SPDX-License-Identifier: MIT */
/* Inputs of dry calls, each with a few words that say what is special about it. */
#ifndef ETP_SCRIPT_CANNED_H
#define ETP_SCRIPT_CANNED_H

#include "etp/hooks.h"

typedef struct etp_canned_market {
    const char *words;
    etp_price spot, forecast, value;
    etp_mechanism mechanism;
} etp_canned_market;

typedef struct etp_canned_offer {
    const char *words;
    etp_price value, reserve;
    etp_energy energy;
    etp_money budget;
    etp_health health;
    uint8_t asked;
} etp_canned_offer;

/* What became of a bid. Prices are in parts of the bid, so that they fit whatever a script bids. */
typedef struct etp_canned_result {
    const char *words;
    etp_outcome outcome;
    etp_code code;
    int price_percent; /* of the bid, or 0: none */
    int best_percent;  /* of the bid, or 0: not told */
    bool may_rebid;
} etp_canned_result;

typedef struct etp_canned_fault {
    const char *words;
    etp_fault fault;
} etp_canned_fault;

typedef struct etp_canned_battery {
    const char *words;
    etp_energy energy_total, expected_need;
    etp_level level;
    etp_health health;
    etp_price spot, forecast, feed_in;
    uint32_t second_of_day;
} etp_canned_battery;

typedef struct etp_canned_sale {
    const char *words;
    int sold_percent; /* of the lot */
    unsigned bids, lapsed;
} etp_canned_sale;

typedef struct etp_canned_book {
    const char *words;
    unsigned count;
    etp_price above, step; /* how far the first is above the reserve, and each below the one before it */
} etp_canned_book;

enum {
    ETP_CANNED_MARKETS = 4,
    ETP_CANNED_OFFERS = 9,
    ETP_CANNED_RESULTS = 9,
    ETP_CANNED_FAULTS = 3,
    ETP_CANNED_BATTERIES = 7,
    ETP_CANNED_SALES = 3,
    ETP_CANNED_BOOKS = 3,
    ETP_CANNED_BOOK_MAX = 32
};

/* The first of each kind is the usual one. */
extern const etp_canned_market etp_canned_markets[ETP_CANNED_MARKETS];
extern const etp_canned_offer etp_canned_offers[ETP_CANNED_OFFERS];
extern const etp_canned_result etp_canned_results[ETP_CANNED_RESULTS];
extern const etp_canned_fault etp_canned_faults[ETP_CANNED_FAULTS];
extern const etp_canned_battery etp_canned_batteries[ETP_CANNED_BATTERIES];
extern const etp_canned_sale etp_canned_sales[ETP_CANNED_SALES];
/* A book is never empty: the engine does not ask about one. */
extern const etp_canned_book etp_canned_books[ETP_CANNED_BOOKS];

/* The past of a bidder of some standing: a full record that has wrapped round. */
void etp_canned_history(etp_history *history, etp_time now);

#endif

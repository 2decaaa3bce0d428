/* SPDX-License-Identifier: MIT */
#include "script/rehearsal/canned.h"

#define CENTS(x)   ((etp_price)((x)*ETP_PRICE_PER_CENT))
#define KWH(x)     ((etp_energy)((x)*ETP_ENERGY_PER_KWH))
#define DOLLARS(x) ((etp_money)((x)*ETP_MONEY_PER_DOLLAR))
#define NONE       ETP_PRICE_NONE

const etp_canned_market etp_canned_markets[ETP_CANNED_MARKETS] = {
    {"an ordinary interval", CENTS(8.5), CENTS(9), CENTS(12.5), ETP_FIRST_PRICE},
    {"an interval without a spot price or a forecast", NONE, NONE, CENTS(8), ETP_SECOND_PRICE},
    {"an interval with prices below zero", CENTS(-5), CENTS(-3.2), CENTS(-4), ETP_ASCENDING},
    {"an interval with very high prices", CENTS(1500), CENTS(1200), CENTS(1210), ETP_UNIFORM_PRICE},
};

const etp_canned_offer etp_canned_offers[ETP_CANNED_OFFERS] = {
    {"an ordinary offer", CENTS(12.5), NONE, KWH(2.5), DOLLARS(1000), ETP_HEALTH_GOOD, 1},
    {"an offer whose reserve price is told", CENTS(12.5), CENTS(8.3), KWH(2.5), DOLLARS(1000), ETP_HEALTH_FAIR, 1},
    {"a very valuable offer", CENTS(1210), CENTS(8.3), KWH(2.5), DOLLARS(1000), ETP_HEALTH_GOOD, 1},
    {"an offer that is asked about again", CENTS(12.5), NONE, KWH(2.5), DOLLARS(1000), ETP_HEALTH_EXCELLENT, 2},
    {"an offer that costs more than it is worth", CENTS(12.5), CENTS(20), KWH(2.5), DOLLARS(1000), ETP_HEALTH_GOOD, 1},
    {"an offer with a value below zero", CENTS(-4), NONE, KWH(2.5), DOLLARS(1000), ETP_HEALTH_GOOD, 1},
    {"an offer that is worth nothing", 0, CENTS(0), KWH(2.5), DOLLARS(1000), ETP_HEALTH_POOR, 1},
    {"an offer of very little energy", CENTS(12.5), NONE, KWH(0.001), DOLLARS(1000), ETP_HEALTH_GOOD, 1},
    {"an offer with hardly any budget left", CENTS(12.5), NONE, KWH(2.5), DOLLARS(0.01), ETP_HEALTH_GOOD, 1},
};

const etp_canned_result etp_canned_results[ETP_CANNED_RESULTS] = {
    {"an accepted bid", ETP_OUTCOME_ACCEPTED, ETP_CODE_NONE, 100, 0, false},
    {"a bid that was accepted at a lower price", ETP_OUTCOME_ACCEPTED, ETP_CODE_NONE, 90, 0, false},
    {"a rejected bid", ETP_OUTCOME_REJECTED, ETP_CODE_NOT_COMPETITIVE, 0, 0, false},
    {"a rejected bid, and the price that won", ETP_OUTCOME_REJECTED, ETP_CODE_NOT_COMPETITIVE, 0, 105, false},
    {"a bid below the reserve that may be raised", ETP_OUTCOME_REJECTED, ETP_CODE_BELOW_RESERVE, 0, 0, true},
    {"an outbid bid that may be raised", ETP_OUTCOME_OUTBID, ETP_CODE_OUTBID, 0, 101, true},
    {"an outbid bid of a window that is over", ETP_OUTCOME_OUTBID, ETP_CODE_OUTBID, 0, 0, false},
    {"a bid without an answer", ETP_OUTCOME_EXPIRED, ETP_CODE_NONE, 0, 0, false},
    {"a bid at a battery that failed", ETP_OUTCOME_FAILED, ETP_CODE_OFFLINE, 0, 0, false},
};

const etp_canned_fault etp_canned_faults[ETP_CANNED_FAULTS] = {
    {"a device that failed", {.kind = ETP_FAULT_DEVICE, .peer = 1000001, .code = ETP_CODE_OFFLINE}},
    {"a link that was lost", {.kind = ETP_FAULT_LINK, .peer = 1000002}},
    {"a message that came late",
     {.kind = ETP_FAULT_DELAY, .peer = 1000003, .type = ETP_BID_ACCEPT, .delay = 750 * ETP_NS_PER_MS}},
};

enum { NOON = 43200, EVENING = 66600, NIGHT = 10800 };

const etp_canned_battery etp_canned_batteries[ETP_CANNED_BATTERIES] = {
    {"an ordinary battery", KWH(8), KWH(3), ETP_LEVEL_NORMAL, ETP_HEALTH_GOOD, CENTS(8.5), CENTS(9), CENTS(3.3), NOON},
    {"a battery without prices from the market", KWH(8), KWH(3), ETP_LEVEL_NORMAL, ETP_HEALTH_GOOD, NONE, NONE,
     CENTS(3.3), EVENING},
    {"a full battery", KWH(13.5), KWH(0), ETP_LEVEL_HIGH, ETP_HEALTH_EXCELLENT, CENTS(25), CENTS(30), CENTS(8.4),
     EVENING},
    {"a battery whose home needs more than it holds", KWH(5), KWH(9), ETP_LEVEL_NORMAL, ETP_HEALTH_GOOD, CENTS(8.5),
     CENTS(9), CENTS(3.3), NIGHT},
    {"a nearly empty battery", KWH(1.4), KWH(3), ETP_LEVEL_CRITICAL, ETP_HEALTH_FAIR, CENTS(8.5), CENTS(9), CENTS(3.3),
     NIGHT},
    {"a battery while prices are below zero", KWH(3), KWH(1), ETP_LEVEL_LOW, ETP_HEALTH_GOOD, CENTS(-5), CENTS(-3.2),
     CENTS(0), NOON},
    {"a worn battery while prices are very high", KWH(10), KWH(3), ETP_LEVEL_NORMAL, ETP_HEALTH_POOR, CENTS(1500),
     CENTS(1200), CENTS(3.3), EVENING},
};

const etp_canned_sale etp_canned_sales[ETP_CANNED_SALES] = {
    {"a lot that was sold", 100, 3, 0},
    {"a lot that nobody bid for", 0, 0, 0},
    {"a lot that was partly sold, after an award had lapsed", 40, 2, 1},
};

const etp_canned_book etp_canned_books[ETP_CANNED_BOOKS] = {
    {"three bids", 3, CENTS(2.5), CENTS(0.7)},
    {"a single bid", 1, 0, 0},
    {"many bids at one price", ETP_CANNED_BOOK_MAX, CENTS(0.5), 0},
};

void etp_canned_history(etp_history *history, etp_time now)
{
    history->count = ETP_HISTORY_MAX;
    history->first = ETP_HISTORY_MAX / 2;
    for (unsigned i = 0; i < ETP_HISTORY_MAX; i++) {
        unsigned place = (history->first + i) % ETP_HISTORY_MAX;
        const etp_canned_result *result = &etp_canned_results[i % ETP_CANNED_RESULTS];
        etp_price bid = CENTS(10) + CENTS(0.05) * (etp_price)i;
        history->bids[place] = (etp_past_bid){
            .when = now - (etp_time)(ETP_HISTORY_MAX - i) * ETP_NS_PER_SECOND,
            .battery = 1000001 + i % 7,
            .bid_price = bid,
            .bid_energy = KWH(2.5),
            .price = result->price_percent > 0 ? bid * result->price_percent / 100 : NONE,
            .energy = result->price_percent > 0 ? KWH(2.5) : 0,
            .best = result->best_percent > 0 ? bid * result->best_percent / 100 : NONE,
            .outcome = (uint8_t)result->outcome,
            .code = (uint8_t)result->code,
        };
    }
}

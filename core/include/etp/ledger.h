/* SPDX-License-Identifier: MIT */
/**
 * @file ledger.h
 * What a run's market was good for, and when: welfare and money by hour of the day, by regime of the spot price, by day
 * and in total, and each home's cost, sales and income by block of days. A run keeps one where its options say so:
 * etp_run_ledger().
 *
 *     gain       seen value less reserve asked, of all that was sold: what buyers and owners had from it together
 *     best_gain  the most that the same offers and the portfolios that took part could have given
 *     gain / best_gain is the ex-ante allocative efficiency
 *
 * Both come from private figures: what a kWh is worth to a portfolio as it sees it when the interval begins, and the
 * reserve that the battery's policy asked. No bid enters, and no payment: payments only move money. `best_gain` gives
 * the offers of the lowest reserves to the portfolios of the highest values, each up to its need, as long as that
 * gains. A budget counts as the energy that it buys at the lowest reserves on offer: the most that it could. So where
 * budgets bind and there are several portfolios, best_gain is a bound from above; else it is the optimum.
 *
 * An offer is an auction that a battery opened: what was for sale in it, at its reserve.
 *
 * A ledger belongs to its run, and is read on the run's thread.
 *
 * Mistakes: readers of a NULL ledger, and past an end, give NULL or 0.
 */
#ifndef ETP_LEDGER_H
#define ETP_LEDGER_H

#include <stddef.h>

#include "etp/units.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Regimes: each interval belongs to one, the first of these that fits. Hours are those of the trace's clock. */
typedef enum etp_regime {
    ETP_REGIME_SPIKE,    /**< spot above 300 $/MWh (30 c/kWh) */
    ETP_REGIME_NEGATIVE, /**< spot below 0 */
    ETP_REGIME_EVENING,  /**< 16:00 to 21:00 */
    ETP_REGIME_NOON,     /**< 9:00 to 16:00 */
    ETP_REGIME_NIGHT,    /**< 21:00 to 9:00 */
    ETP_REGIMES          /* how many there are */
} etp_regime;

/** "spike", "negative", "evening", "noon", "night". Static storage; "unknown" for others. */
ETP_API const char *etp_regime_name(etp_regime regime);
/** Of an interval that begins at `second_of_day` and has this spot price. */
ETP_API etp_regime etp_regime_of(etp_price spot, uint32_t second_of_day);

/** Some of a run's intervals, added up. */
typedef struct etp_ledger_slice {
    uint64_t intervals;  /**< how many */
    etp_energy offered;  /**< lots of all auctions */
    etp_energy sold;     /**< of that, as the batteries confirmed it */
    etp_money paid;      /**< to owners for it */
    etp_money worth;     /**< of it to its buyers, at realised values */
    etp_money spot;      /**< of it at the spot price of its interval */
    etp_money cost;      /**< of it at the reserves asked */
    etp_money gain;      /**< of it: seen value less reserve */
    etp_money best_gain; /**< the most that could have been had */
} etp_ledger_slice;

/** Opaque; part of its run. */
typedef struct etp_ledger etp_ledger;

/** Adds every sum of a slice to those of another: hours or runs together. */
ETP_API void etp_ledger_slice_add(etp_ledger_slice *to, const etp_ledger_slice *slice);

enum { ETP_LEDGER_HOURS = 24 };

/** All intervals that are over. This and the next three are borrowed until the run's next step. */
ETP_API const etp_ledger_slice *etp_ledger_total(const etp_ledger *ledger);
/** Those that begin in this hour of the day, 0 to 23. */
ETP_API const etp_ledger_slice *etp_ledger_hour(const etp_ledger *ledger, unsigned hour);
/** Those of a regime. */
ETP_API const etp_ledger_slice *etp_ledger_regime(const etp_ledger *ledger, etp_regime regime);
/** Those of a day: 24 hours, counted from the run's start. */
ETP_API const etp_ledger_slice *etp_ledger_day(const etp_ledger *ledger, size_t day);
/** How many days there are, the last perhaps cut short. */
ETP_API size_t etp_ledger_days(const etp_ledger *ledger);

/** How many blocks there are (etp_run_options.ledger_block), the last perhaps cut short. */
ETP_API size_t etp_ledger_blocks(const etp_ledger *ledger);
/** The owner's cost in a block: all that counts in etp_run_home_cost(), the change of what is stored included. The
 *  blocks of a home sum to that. */
ETP_API etp_money etp_ledger_home_cost(const etp_ledger *ledger, unsigned home, size_t block);
/** What a home sold in a block. */
ETP_API etp_energy etp_ledger_home_sold(const etp_ledger *ledger, unsigned home, size_t block);
/** What it got for that. */
ETP_API etp_money etp_ledger_home_income(const etp_ledger *ledger, unsigned home, size_t block);

#ifdef __cplusplus
}
#endif

#endif

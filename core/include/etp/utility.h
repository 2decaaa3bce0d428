/* SPDX-License-Identifier: MIT */
/**
 * @file utility.h
 * The single utility: one buyer that holds the portfolios of all the firms of a market and posts one price in each
 * interval, the one that is best for it. Same needs, budgets, values and forecasts as the firms it stands for. What
 * differs from a market of scripts: who owns the portfolios; how the price is set (one posted price by an optimiser that
 * is told every reserve and waits for all offers, against sealed bids by scripts that know neither); and how far
 * buyers use market power: the utility all that an interval gives it, a firm as much as its script finds.
 *
 * It is the strongest poster there can be: batteries disclose their reserves to it (ETP_DISCLOSE_RESERVE), it waits
 * until every offer of the interval is in, and then chooses the price p that maximises
 *
 *     sum over its portfolios, best value first, of (value - p) x energy taken,
 *
 * where the energy taken is bounded by what batteries offer at p, and by each portfolio's need and budget. Among equals
 * it takes the lower price. It bids p to every battery whose reserve is at or below p, until it has what it wants.
 *
 * What it knows arrived in QueryResponses, or is its own. Its hooks are ordinary C hooks (hooks.h).
 *
 * Mistakes: NULL, and a room of 0, are ETP_EINVAL; where no error is returned the price is ETP_PRICE_NONE.
 */
#ifndef ETP_UTILITY_H
#define ETP_UTILITY_H

#include <stddef.h>

#include "etp/alloc.h"
#include "etp/buyer.h"
#include "etp/hooks.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How the utility buys. */
typedef enum etp_conduct {
    ETP_CONDUCT_POSTED = 0,     /**< posts the one price that is best for it */
    ETP_CONDUCT_KNOWING = 1,    /**< pays each battery exactly its reserve */
    ETP_CONDUCT_COMPETITIVE = 2 /**< a price taker: pays the price at which supply meets demand */
} etp_conduct;

/** Opaque. */
typedef struct etp_utility etp_utility;

/** Room for `batteries` offers in an interval and `portfolios`. NULL `allocator` = malloc. ETP_ENOMEM. */
ETP_API int etp_utility_new(etp_utility **utility, unsigned batteries, unsigned portfolios,
                            const etp_allocator *allocator);
/** Accepts NULL. */
ETP_API void etp_utility_free(etp_utility *utility);

/** The hooks to give to an aggregator node, with the utility as `user`. Static storage. */
ETP_API const etp_aggregator_hooks *etp_utility_hooks(void);

/** What each portfolio knows of the interval that begins; copied. `merged` gets what the node as a whole is briefed
 *  with: it takes part if any portfolio does, needs (up to ETP_ENERGY_MAX) and budgets add up, the value is the best
 *  one's. ETP_EFULL for more portfolios than there is room for. */
ETP_API int etp_utility_brief(etp_utility *utility, const etp_brief *portfolios, unsigned count, etp_brief *merged);

/** How `energy` that was bought in this interval is shared out: best value first, each up to its need. Writes one entry
 *  per portfolio of the last brief. */
ETP_API void etp_utility_share(const etp_utility *utility, etp_energy energy, etp_energy *shares);

/** The price posted in this interval, or ETP_PRICE_NONE when it posted none. */
ETP_API etp_price etp_utility_posted(const etp_utility *utility);

/** One offer as the utility sees it. */
typedef struct etp_utility_offer {
    etp_price reserve; /**< lowest price the owner takes */
    etp_energy energy; /**< for sale */
} etp_utility_offer;

/** The rule itself: the best price to post for `offers` (sorted by this call) by `portfolios`, which stand in order of
 *  their value, best first. ETP_PRICE_NONE when no price gains anything; else `*quantity` is what is taken at it. */
ETP_API etp_price etp_utility_best_price(etp_utility_offer *offers, size_t offer_count, const etp_brief *portfolios,
                                         unsigned portfolio_count, etp_energy *quantity);

#ifdef __cplusplus
}
#endif

#endif

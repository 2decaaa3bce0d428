/* SPDX-License-Identifier: MIT */
/**
 * @file utility.h
 * The single utility: one buyer that holds the portfolios of all the firms of a market. Same needs, budgets, values and
 * forecasts as the firms it stands for. It is told every reserve (ETP_DISCLOSE_RESERVE), waits until every offer of the
 * interval is in, decides at once what it buys from whom at what price, and bids that. How it decides is its conduct.
 * `v` is a portfolio's value, `r` a battery's reserve; portfolios are served best value first.
 *
 * **Posted**: one price p for all, the one that maximises
 *
 *     sum over its portfolios of (v - p) x energy taken,
 *
 * where the energy taken is bounded by what batteries offer at p, and by each portfolio's need and budget. Among equals
 * it takes the lower price. It bids p to every battery with r <= p, until it has what it wants. There is no stronger
 * poster; against a market of scripts differ who owns the portfolios, how the price is set, and how far buyers use
 * market power: the utility all that an interval gives it, a firm as much as its script finds.
 *
 * **Knowing**: each battery is paid exactly its reserve. The lowest reserve serves the best value, as long as v > r.
 * Where no budget binds, nobody can gain more.
 *
 * **Competitive**: a price taker. It pays the price p at which supply meets demand, as if each portfolio and each battery
 * took p as given. Written with energy in each sum (of a portfolio at p: its need, or what its budget buys at p):
 *
 *     wanted by v > p  <=  offered at r <= p   and   offered at r < p  <=  wanted by v >= p
 *
 * The marginal side sets the price: where batteries offer more than is wanted, p is the reserve of the battery that sells
 * a part; where portfolios want more than is offered, p is the value of the portfolio that gets a part. Where the two
 * meet exactly, a range of prices fits, and p is its middle (rounded down). As much is traded as either side takes at
 * p; batteries with r < p sell before those with r = p. Where no budget binds, no other conduct gains more for
 * owners and buyers together (values and reserves as they are known when it decides). Budgets buy less in the steps of a
 * price that is counted in whole units: then the lowest price at which no more is wanted than offered is taken.
 *
 * What it knows arrived in QueryResponses, or is its own. Its hooks are ordinary C hooks (hooks.h). A utility belongs to the
 * thread of its engine; etp_utility_decide() has no state and is thread-safe.
 *
 * Mistakes: NULL, a room of 0, and a conduct that there is not, are ETP_EINVAL; where no error is returned the price is
 * ETP_PRICE_NONE.
 */
#ifndef ETP_UTILITY_H
#define ETP_UTILITY_H

#include <stddef.h>

#include "etp/alloc.h"
#include "etp/hooks.h"
#include "etp/owner.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How the utility buys. */
typedef enum etp_conduct {
    ETP_CONDUCT_POSTED = 0,     /**< posts the one price that is best for it */
    ETP_CONDUCT_KNOWING = 1,    /**< pays each battery exactly its reserve */
    ETP_CONDUCT_COMPETITIVE = 2 /**< a price taker: pays the price at which supply meets demand */
} etp_conduct;

/** "posted", "knowing", "competitive"; NULL for another number. Static storage. */
ETP_API const char *etp_conduct_name(etp_conduct conduct);
/** ETP_ENOENT for another text. */
ETP_API int etp_conduct_parse(const char *text, etp_conduct *conduct);

/** Opaque. */
typedef struct etp_utility etp_utility;

/** Room for `batteries` offers in an interval and `portfolios`. `allocator` is borrowed for its life; NULL = malloc.
 *  ETP_ENOMEM. */
ETP_API int etp_utility_new(etp_utility **utility, etp_conduct conduct, unsigned batteries, unsigned portfolios,
                            const etp_allocator *allocator);
/** Accepts NULL. */
ETP_API void etp_utility_free(etp_utility *utility);

/** The hooks to give to an aggregator node, with the utility as `user`. Static storage. */
ETP_API const etp_aggregator_hooks *etp_utility_hooks(void);

/** What the portfolios want in the interval that begins: etp_owner_steps(); copied. The node itself is briefed with what
 *  they are together, etp_owner_merge(). ETP_EFULL for more than there is room for. */
ETP_API int etp_utility_brief(etp_utility *utility, const etp_demand_step *steps, unsigned count);

/** The price that all are paid in this interval, or ETP_PRICE_NONE when there is none. */
ETP_API etp_price etp_utility_posted(const etp_utility *utility);

/** One offer as the utility sees it. */
typedef struct etp_utility_offer {
    etp_price reserve; /**< lowest price the owner takes */
    etp_energy energy; /**< for sale */
} etp_utility_offer;

/** What it decides. */
typedef struct etp_utility_plan {
    etp_price price;       /**< paid to all; ETP_PRICE_NONE where each gets its reserve, or nothing is bought */
    etp_price highest;     /**< the highest reserve that is bought from; ETP_PRICE_NONE when nothing is bought */
    etp_energy quantity;   /**< bought in all */
    etp_energy at_highest; /**< the most of it that comes from batteries with the highest reserve */
} etp_utility_plan;

/** The rule itself, for `offers` (sorted by this call) and `steps` in order of their value, best first. */
ETP_API int etp_utility_decide(etp_conduct conduct, etp_utility_offer *offers, size_t offer_count,
                               const etp_demand_step *steps, unsigned step_count, etp_utility_plan *plan);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/**
 * @file owner.h
 * One hand that holds several portfolios. What they want together is a demand in steps, best value first: the owner's
 * value goes down as the needs of its better portfolios are filled, and each keeps its own budget. In how many hands
 * the portfolios of a market are changes neither their values nor their total need and budget. Thread-safe: no state, and
 * nothing is allocated.
 *
 * Mistakes: NULL where a pointer is needed does nothing and gives 0.
 */
#ifndef ETP_OWNER_H
#define ETP_OWNER_H

#include "etp/buyer.h"
#include "etp/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The demand of `count` portfolios: a step for each that takes part, best value first, of equal ones the lower number.
 *  `steps` has room for `count`; its `number` is the portfolio's place in `portfolios`. Returns how many steps there
 *  are. */
ETP_API unsigned etp_owner_steps(const etp_brief *portfolios, unsigned count, etp_demand_step *steps);

/** What they are together: takes part if there is a step, the value is the first one's, needs (up to ETP_ENERGY_MAX) and
 *  budgets add up. */
ETP_API void etp_owner_merge(const etp_demand_step *steps, unsigned count, etp_brief *merged);

/** Settles a trade of `energy` at `price`, best value first: each step gets what its need and its budget let it have;
 *  what is over, for budgets were spent on other trades, goes by needs alone. Takes it out of `steps`, adds it to
 *  `shares` at each step's `number`, and returns what no need is left for. */
ETP_API etp_energy etp_owner_settle(etp_demand_step *steps, unsigned count, etp_price price, etp_energy energy,
                                    etp_energy *shares);

#ifdef __cplusplus
}
#endif

#endif

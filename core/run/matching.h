/* SPDX-License-Identifier: MIT */
/*
 * The most that a market could have been good for: offers at their reserves against demands at their values.
 *
 * Sums are exact: a price times an energy is not a whole number of micro-dollars, and roundings of many trades would
 * make a market look better, or worse, than the best one.
 */
#ifndef ETP_RUN_MATCHING_H
#define ETP_RUN_MATCHING_H

#include <stddef.h>

#include "etp/units.h"

/* Micro-dollars and millionths of one, the latter from 0 up. */
struct exact_money {
    etp_money whole;
    int64_t millionths;
};

/* Adds what `energy` is worth at `price`: exact for energy from 0 to ETP_ENERGY_MAX, and prices to ETP_PRICE_MAX x 20. */
void etp_exact_add(struct exact_money *sum, etp_price price, etp_energy energy);

/* Energy for sale at a reserve. */
struct supply {
    etp_price reserve;
    etp_energy energy;
};

/* Energy that is wanted at a value, for no more money than the budget. */
struct demand {
    etp_price value;
    etp_energy need;
    etp_money budget;
};

/* What it could gain: sum of value less reserve, with the lowest reserves going to the highest values. Sorts both. */
struct exact_money etp_best_gain(struct supply *supplies, size_t supply_count, struct demand *demands,
                                 size_t demand_count);

#endif

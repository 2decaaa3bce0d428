/* SPDX-License-Identifier: MIT */
/**
 * @file units.h
 * Money, energy, power and time as integers, and the border at which they meet floating point.
 *
 * | type         | unit                          | examples                          |
 * |--------------|-------------------------------|-----------------------------------|
 * | `etp_price`  | micro-dollars per kWh         | 1 c/kWh = 10 000; $1/MWh = 1 000  |
 * | `etp_energy` | milliwatt-hours               | 1 kWh = 1 000 000                 |
 * | `etp_money`  | micro-dollars                 | 1 $ = 1 000 000                   |
 * | `etp_power`  | milliwatts                    | 1 kW = 1 000 000                  |
 * | `etp_time`   | nanoseconds since 1970 (UTC)  | on the engine's own clock         |
 *
 * Floating point lives on the wire, in Lua and in reports. Prices are rounded to the nearest unit there, energies and
 * powers are rounded down, after a value within 0.001 unit of a whole number has been taken as that number (so that a
 * whole number that became a double comes back as itself). Limits are checked before rounding. Percentages and volts, of
 * which only the codec knows, are rounded to the nearest unit too.
 *
 * Thread-safe: no state.
 *
 * Mistakes: a NULL result is false; what is outside a range is false, or is taken as the nearest end of the range.
 */
#ifndef ETP_UNITS_H
#define ETP_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "etp/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Micro-dollars per kWh. */
typedef int64_t etp_price;
/** Milliwatt-hours. */
typedef int64_t etp_energy;
/** Micro-dollars. */
typedef int64_t etp_money;
/** Milliwatts. */
typedef int64_t etp_power;
/** Nanoseconds. */
typedef int64_t etp_time;
typedef uint64_t etp_id; /**< of a device or a message; below 2^53, 0 is none */

#define ETP_PRICE_PER_CENT   INT64_C(10000)                      /**< 1 c/kWh */
#define ETP_ENERGY_PER_KWH   INT64_C(1000000)                    /**< 1 kWh */
#define ETP_MONEY_PER_DOLLAR INT64_C(1000000)                    /**< 1 $ */
#define ETP_POWER_PER_KW     INT64_C(1000000)                    /**< 1 kW */
#define ETP_NS_PER_US        INT64_C(1000)                       /**< 1 us */
#define ETP_NS_PER_MS        INT64_C(1000000)                    /**< 1 ms */
#define ETP_NS_PER_SECOND    INT64_C(1000000000)                 /**< 1 s */
#define ETP_NS_PER_HOUR      (INT64_C(3600) * ETP_NS_PER_SECOND) /**< 1 h */
#define ETP_TIME_NEVER       INT64_MAX                           /**< later than every moment */

/** Bids and reserves: 0 to 10 000 c/kWh. */
#define ETP_PRICE_MAX (INT64_C(10000) * ETP_PRICE_PER_CENT)
/** The most energy one message or one account entry may carry: 1 GWh. */
#define ETP_ENERGY_MAX (INT64_C(1000000) * ETP_ENERGY_PER_KWH)
/** The most power one message may carry: 1 GW. */
#define ETP_POWER_MAX (INT64_C(1000000) * ETP_POWER_PER_KW)
#define ETP_ID_MAX    ((UINT64_C(1) << 53) - 1) /**< the largest id */
/** Stands for "not disclosed" or "none" where a price is optional. */
#define ETP_PRICE_NONE INT64_MIN

/** What `energy` costs at `price`, rounded down to a whole micro-dollar (towards minus infinity). Exact and free of
 *  overflow for |price| up to ETP_PRICE_MAX and energy up to ETP_ENERGY_MAX. */
ETP_API etp_money etp_amount(etp_price price, etp_energy energy);

/** The most energy that `money` buys at `price`, rounded down: etp_amount(price, result) <= money. ETP_ENERGY_MAX where
 *  the price is 0 or less, or buys more than that; 0 for no money. */
ETP_API etp_energy etp_affordable(etp_money money, etp_price price);

/** The energy of `power`, 0 to ETP_POWER_MAX, over `duration`, 0 to a week, rounded down. */
ETP_API etp_energy etp_energy_of(etp_power power, etp_time duration);

/** c/kWh to a price, nearest, halves away from zero. False for NaN, infinities, what lies outside [low, high], and what
 *  is beyond 2^53 units, where doubles no longer count by ones. `price` is written only on true, and so below. */
ETP_API bool etp_price_from_cents(double cents_per_kwh, etp_price low, etp_price high, etp_price *price);
/** In c/kWh. */
ETP_API double etp_price_to_cents(etp_price price);

/** kWh to an energy, rounded down. False for NaN, infinities, negatives and more than ETP_ENERGY_MAX. */
ETP_API bool etp_energy_from_kwh(double kwh, etp_energy *energy);
/** In kWh. */
ETP_API double etp_energy_to_kwh(etp_energy energy);

/** kW to a power, rounded down. False for NaN, infinities, negatives and more than ETP_POWER_MAX. */
ETP_API bool etp_power_from_kw(double kw, etp_power *power);
/** In kW. */
ETP_API double etp_power_to_kw(etp_power power);

/** In dollars. */
ETP_API double etp_money_to_dollars(etp_money money);

#ifdef __cplusplus
}
#endif

#endif

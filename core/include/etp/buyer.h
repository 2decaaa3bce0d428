/* SPDX-License-Identifier: MIT */
/**
 * @file buyer.h
 * What energy is worth to an aggregator: a common part that nobody knows exactly in advance and a part of its own.
 *
 *     realised value = loss factor x spot - cost to serve + own part
 *     value it sees  = loss factor x (forecast + own noise) - cost to serve + own part
 *
 * The own part is uniform in +- spread / 2, drawn for each interval; so are the noise and whether the firm takes part.
 * All draws are hashes of (seed, firm, interval): runs that differ in the market's rules share them. So what a buyer is
 * asked has no state and is thread-safe; a forecast is its owner's, and belongs to one thread at a time.
 *
 * Mistakes: a call with NULL does nothing, or gives 0.
 */
#ifndef ETP_BUYER_H
#define ETP_BUYER_H

#include "etp/units.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How a firm is drawn. Beside each field stands what runs use unless told otherwise. Prices are per kWh. A spread or a
 *  noise is 0 to ETP_PRICE_MAX, the chance up to 1 000 000 millionths, need and budget are not below 0; what lies outside
 *  is taken as the nearest that does not, but for need and budget, which are handed on. */
typedef struct etp_buyer_spec {
    uint64_t seed;              /**< of all draws */
    uint64_t key;               /**< the firm: what its draws are keyed by */
    uint32_t loss_factor_ppm;   /**< 1 050 000: a kWh delivered at home saves 1.05 kWh bought at the node */
    etp_price cost_to_serve;    /**< 2 c/kWh */
    etp_price spread;           /**< W, 3 c/kWh */
    etp_price noise;            /**< signal noise, uniform in +- this: 0.5 c/kWh */
    uint32_t participation_ppm; /**< q, 600 000 */
    etp_energy need;            /**< per interval in which it takes part */
    etp_money budget;           /**< per interval in which it takes part */
} etp_buyer_spec;

/** What a firm knows when an interval begins. */
typedef struct etp_brief {
    bool takes_part;  /**< in this interval */
    etp_price value;  /**< what it sees; may be negative */
    etp_energy need;  /**< most energy it wants */
    etp_money budget; /**< most money it may spend */
} etp_brief;

/** What the firm knows when the interval begins, given the public forecast. */
ETP_API void etp_buyer_brief(const etp_buyer_spec *spec, uint64_t interval, etp_price forecast, etp_brief *brief);

/** What a kWh turned out to be worth to the firm, from the spot price of the interval. */
ETP_API etp_price etp_buyer_realised(const etp_buyer_spec *spec, uint64_t interval, etp_price spot);

/** The public forecast: the last price, reverting to a slow mean of past prices. Knows nothing of the future. */
typedef struct etp_forecast {
    uint32_t keep_ppm;  /**< how much of the last price's distance from the mean is kept: 950 000 */
    uint32_t learn_ppm; /**< how fast the mean follows: 10 000 an interval */
    etp_price prior;    /**< before any price is known: 8 c/kWh */
    uint64_t seen;      /**< prices learned */
    etp_price last;     /**< price learned */
    etp_price mean;     /**< that follows slowly */
} etp_forecast;

/** Before any price is known. */
ETP_API void etp_forecast_init(etp_forecast *forecast);
/** The price of the interval that has ended. */
ETP_API void etp_forecast_learn(etp_forecast *forecast, etp_price spot);
/** Of the interval that follows those learned. */
ETP_API etp_price etp_forecast_next(const etp_forecast *forecast);

#ifdef __cplusplus
}
#endif

#endif

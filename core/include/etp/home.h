/* SPDX-License-Identifier: MIT */
/**
 * @file home.h
 * Homes with solar panels and a battery: how they are drawn, what they use and make, and what they pay.
 *
 * In one interval the sun serves the load; what is left charges the battery, then spills to the grid at the feed-in
 * tariff, as far as the export limit lets it; the rest is curtailed. When the sun does not suffice, the battery serves
 * the load down to its floor, and the grid the rest, at the retail price. Energy that was sold leaves the battery
 * besides; an inverter goes one way at a time, so in an interval in which a home has sold, its battery does not charge.
 *
 * Everything that a home draws at random is a hash of (seed, home, interval): the same in every run of that seed, with
 * or without a market. The load and sun profiles are made up (ours), for a summer day; docs/data.md says how. Market
 * intervals are whole seconds, a day at most.
 *
 * The caller owns the structs; no function allocates, and none keeps what it was handed. A home belongs to one thread at a
 * time.
 *
 * Mistakes: NULL is ETP_EINVAL where an error is returned, else the call does nothing, or gives 0.
 */
#ifndef ETP_HOME_H
#define ETP_HOME_H

#include "etp/battery.h"
#include "etp/tariff.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How a fleet is drawn. Panels of 0 to 100 kW, shares up to 1 000 000. etp_fleet_defaults() gives the first run's
 *  values, which stand beside each field. */
typedef struct etp_fleet_spec {
    uint64_t seed;            /**< of all draws */
    etp_power inverter;       /**< 5 kW */
    etp_power export_limit;   /**< 5 kW */
    uint32_t one_way_ppm;     /**< sqrt(0.89) = 943 398 */
    uint32_t floor_ppm;       /**< of capacity: 100 000 */
    etp_power pv_low;         /**< peak, the least: 5 kW */
    etp_power pv_high;        /**< peak, the most: 10 kW */
    etp_price wear;           /**< 4 c/kWh, the middle */
    etp_price wear_spread;    /**< 1.5 c/kWh: uniform in wear +- this */
    uint32_t need_factor_ppm; /**< expected own need is counted times this, up to 10: 1 500 000 */
    uint32_t start_ppm;       /**< state of charge at the start, of capacity: 500 000 */
    uint32_t capacity_ppm;    /**< times this, all capacities as drawn: 1 000 000; 100 000 to 10 000 000 */
} etp_fleet_spec;

/** The first run's values. */
ETP_API void etp_fleet_defaults(etp_fleet_spec *spec);

/** One home. Capacities are 6.4, 10 and 13.5 kWh with chances 25, 35 and 40 %, times the fleet's factor. */
typedef struct etp_home {
    etp_battery battery;     /**< what it stores */
    uint64_t key;            /**< what its draws are keyed by: its number in the fleet */
    etp_power pv_peak;       /**< of its panels */
    uint32_t load_scale_ppm; /**< of the standard home's load (about 16 kWh a day) */
    uint8_t shape;           /**< which of the load shapes */
    bool measured;           /**< an interval was settled: last_pv and last_load mean something */
    uint16_t profile;        /**< number of the household that it was made from; 0 for the built-in generator */
    /** Seconds of the day between which the sun covers the load, in the profiles; both 0 if it never does. */
    uint32_t sun_from;
    uint32_t sun_until;         /**< the end of that */
    etp_energy stored_at_start; /**< in the battery */
    /* measured in the last interval: all that the home knows of its own flows when the next begins */
    etp_power last_pv;   /**< mean power of its panels in the last interval */
    etp_power last_load; /**< mean power it used in the last interval */
    /* totals since the start, at the meter */
    etp_energy pv;            /**< made, in total */
    etp_energy load;          /**< used, in total */
    etp_energy spilled;       /**< exported unsold, in total */
    etp_energy imported;      /**< in total */
    etp_energy curtailed;     /**< neither used nor exported, in total */
    etp_energy sold;          /**< in total */
    etp_energy own_use;       /**< served by the battery, in total */
    etp_money import_cost;    /**< in total */
    etp_money feed_in_income; /**< in total */
    etp_money sales_income;   /**< in total */
} etp_home;

/** Draws home number `key`. Two homes with the same spec and key are equal (padding aside). ETP_ERANGE for a spec that
 *  is outside its ranges. */
ETP_API int etp_home_draw(etp_home *home, const etp_fleet_spec *spec, uint64_t key);

/** Solar output and load of one interval: `index` counts from the start of the run (and keys the noise), the interval
 *  starts at `second_of_day`. */
ETP_API void etp_home_flows(const etp_home *home, uint64_t seed, uint64_t index, uint32_t second_of_day,
                            etp_time interval, etp_energy *pv, etp_energy *load);

/** Own use that the home expects of its battery from `second_of_day` until the sun covers its load again, at the meter,
 *  times the fleet's need factor: from the profiles without noise, never from the future. */
ETP_API etp_energy etp_home_expected_need(const etp_home *home, const etp_fleet_spec *spec, uint32_t second_of_day);

/** Most that may be sold in the interval that begins now, from what was measured in the last one: nothing while the
 *  battery charges and as long as nothing was measured, else etp_battery_lot(). */
ETP_API etp_energy etp_home_lot(const etp_home *home, etp_time interval);

/** Ends one interval: `sold` mWh were sold for `income` (the battery's account already shows them); settles the load,
 *  the sun, the rest of the battery and the bill, and measures. */
ETP_API void etp_home_settle(etp_home *home, etp_time interval, etp_energy pv, etp_energy load, etp_energy sold,
                             etp_money income, etp_price retail, etp_price feed_in);

/** What the home paid less what it earned, plus wear, less the value of what is stored above the start at
 *  `stored_value` per kWh in the cells (negative if below). Lower is better for the owner. */
ETP_API etp_money etp_home_cost(const etp_home *home, etp_price stored_value);

/** What `stored` in its battery is worth above what was stored at the start, at `stored_value` per kWh in the cells;
 *  negative if it is less. */
ETP_API etp_money etp_home_stored_worth(const etp_home *home, etp_energy stored, etp_price stored_value);

/** pv + imported + discharged == load + spilled + curtailed + charged + sold, discharged == own_use + sold, and the
 *  battery's own identity. Every term at the meter. True when every mWh is accounted for. */
ETP_API bool etp_home_conserves(const etp_home *home);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/**
 * @file battery.h
 * One home battery: what it stores, what it has promised, what it may sell.
 *
 * Energies that leave are counted *at the meter*; what leaves the cells is more, by the one-way efficiency, rounded up.
 * What comes in is counted at the meter too and stored less the same loss, rounded down. `lost` takes the difference,
 * so that charged == stored - stored_at_start + discharged + lost, exactly, at all times.
 *
 * Both roundings are of the sums since init, not of each entry: into how many pieces an energy is cut changes nothing.
 * What was promised can therefore be delivered whole, however many sales it was promised to.
 *
 * The caller owns the struct; no function allocates. Not thread-safe.
 *
 * Mistakes: NULL, and a battery that is zeroed and was never set up, are ETP_EINVAL, or store, sell and take nothing.
 */
#ifndef ETP_BATTERY_H
#define ETP_BATTERY_H

#include "etp/message.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a battery is. */
typedef struct etp_battery_spec {
    etp_energy capacity;    /**< usable, mWh; above 0, at most ETP_ENERGY_MAX */
    etp_energy floor;       /**< never sold or used below this, mWh of stored energy; 0 to capacity */
    etp_power power;        /**< inverter, both ways, mW; above 0, at most ETP_POWER_MAX */
    etp_power export_limit; /**< of the meter, mW; 0 to ETP_POWER_MAX */
    uint32_t one_way_ppm;   /**< efficiency of one way (the square root of the round trip's), 1 to 1 000 000 */
    uint32_t voltage_mv;    /**< nominal, 12 000 to 1 000 000 mV */
    etp_price wear;         /**< per kWh discharged at the meter, 0 to ETP_PRICE_MAX */
    uint32_t rated_cycles;  /**< full cycles until health is poor; above 0 */
} etp_battery_spec;

/** How full a battery is. */
typedef enum etp_level {
    ETP_LEVEL_CRITICAL = 0, /**< below 10 % of capacity */
    ETP_LEVEL_LOW = 1,      /**< below 25 % */
    ETP_LEVEL_NORMAL = 2,   /**< below 75 % */
    ETP_LEVEL_HIGH = 3
} etp_level;

/** One battery. Set it up with etp_battery_init(); the members are there to be read. */
typedef struct etp_battery {
    etp_battery_spec spec; /**< as it was set up */
    etp_energy stored;     /**< in the cells, mWh */
    etp_energy held;       /**< promised to winners who have not confirmed yet, at the meter */
    etp_energy sold;       /**< confirmed sales since init, at the meter */
    etp_energy discharged; /**< all that left since init, sales included, at the meter */
    etp_energy charged;    /**< all that came in since init, at the meter */
    etp_energy lost;       /**< to conversion since init */
} etp_battery;

/** Checks `spec` and sets up a battery that stores `stored` mWh, 0 to the capacity. ETP_ERANGE names nothing: validate what
 *  people wrote before it comes here. The battery is left as it was then. */
ETP_API int etp_battery_init(etp_battery *battery, const etp_battery_spec *spec, etp_energy stored);

/** Of what it stores now. */
ETP_API etp_level etp_battery_level(const etp_battery *battery);
/** "critical", "low", "normal", "high"; "?" for another number. Static storage. */
ETP_API const char *etp_level_name(etp_level level);

/** From full cycles done (a capacity that left the cells each) over rated cycles: below 1/4 excellent, below 1/2 good,
 *  below 1 fair, else poor. */
ETP_API etp_health etp_battery_health(const etp_battery *battery);

/** Terminal voltage now: nominal, 6 % below it when empty to 6 % above when full, linear in the state of charge. */
ETP_API uint32_t etp_battery_voltage_mv(const etp_battery *battery);

/** What could leave through the meter before the floor is reached, less what is held. Never negative. */
ETP_API etp_energy etp_battery_available(const etp_battery *battery);

/** The most one auction may sell: min(power - `own_use`, export limit - `spill`) x `interval`, and at most what is
 *  available. `own_use` is the power the home is expected to draw from the battery meanwhile, `spill` the power it is
 *  expected to export anyway; below 0 counts as 0. `interval` is at most a week. Never negative. */
ETP_API etp_energy etp_battery_lot(const etp_battery *battery, etp_time interval, etp_power own_use, etp_power spill);

/** Promises `energy`. ETP_EFULL if it is more than is available: the same energy is never promised twice. ETP_EINVAL,
 *  here and below, if it is negative. */
ETP_API int etp_battery_hold(etp_battery *battery, etp_energy energy);
/** Gives a promise back. ETP_ESTATE if less than `energy` is held. */
ETP_API int etp_battery_release(etp_battery *battery, etp_energy energy);
/** Turns a promise into a sale: the energy leaves the cells. ETP_ESTATE if less than `energy` is held, or the cells
 *  have not got it any more, since the host changed the battery behind its promises. */
ETP_API int etp_battery_sell(etp_battery *battery, etp_energy energy);

/** The home draws up to `wanted` at the meter (below 0 counts as 0), never below the floor and never what is held. Returns
 *  what it got. */
ETP_API etp_energy etp_battery_discharge(etp_battery *battery, etp_energy wanted);
/** Takes up to `offered` (below 0 counts as 0; at most ETP_ENERGY_MAX) at the meter until the cells are full, and no more
 *  than fills them. Returns what it took. */
ETP_API etp_energy etp_battery_charge(etp_battery *battery, etp_energy offered);

/** The identity in the file's head, and 0 <= stored <= capacity, held <= what is above the floor. True when it holds. */
ETP_API bool etp_battery_conserves(const etp_battery *battery, etp_energy stored_at_start);

#ifdef __cplusplus
}
#endif

#endif

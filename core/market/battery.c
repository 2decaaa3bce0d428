/* SPDX-License-Identifier: MIT */
/*
 * Rounding. Let D be all that left at the meter since init and e the one-way efficiency. The cells have then given
 * ceil(D / e) in total, so one more entry E drains ceil((D + E) / e) - ceil(D / e). That is at least E, and the drains
 * of any pieces of an energy sum up to the drain of the whole, which is why promises made one by one can be kept. The
 * same with floor(C * e) for all that came in, C.
 *
 * Both are periodic in D and C, so the remainders alone are needed, and with a capacity of at most 1 GWh (10^12 mWh)
 * no product here passes 2 x 10^18: 64 bits do.
 */
#include "etp/battery.h"

#include <assert.h>
#include <stddef.h>

#include "etp/error.h"

enum { PPM = 1000000 };

static etp_energy least(etp_energy a, etp_energy b)
{
    return a < b ? a : b;
}

static etp_energy at_least_zero(etp_energy energy)
{
    return energy > 0 ? energy : 0;
}

/* The least energy of which `energy` is left after the loss. */
static etp_energy before_loss(const etp_battery *battery, etp_energy energy)
{
    etp_energy efficiency = battery->spec.one_way_ppm;
    return (energy * PPM + efficiency - 1) / efficiency;
}

/* What is left of `energy`, rounded down. */
static etp_energy after_loss(const etp_battery *battery, etp_energy energy)
{
    return energy * battery->spec.one_way_ppm / PPM;
}

static etp_energy above_floor(const etp_battery *battery)
{
    return at_least_zero(battery->stored - battery->spec.floor);
}

/* Zeroed, and never set up: it stores and sells nothing. */
static bool is_ready(const etp_battery *battery)
{
    return battery != NULL && battery->spec.one_way_ppm > 0 && battery->spec.capacity > 0;
}

/* What could leave at the meter, promises included. */
static etp_energy deliverable(const etp_battery *battery)
{
    etp_energy before = battery->discharged % battery->spec.one_way_ppm;
    return after_loss(battery, above_floor(battery) + before_loss(battery, before)) - before;
}

static void drain(etp_battery *battery, etp_energy energy)
{
    etp_energy before = battery->discharged % battery->spec.one_way_ppm;
    etp_energy cells = before_loss(battery, before + energy) - before_loss(battery, before);
    battery->stored -= cells;
    battery->discharged += energy;
    battery->lost += cells - energy;
    assert(battery->stored >= 0 && cells >= energy);
}

static bool spec_is_valid(const etp_battery_spec *spec)
{
    return spec->capacity > 0 && spec->capacity <= ETP_ENERGY_MAX && spec->floor >= 0 &&
           spec->floor <= spec->capacity && spec->power > 0 && spec->power <= ETP_POWER_MAX &&
           spec->export_limit >= 0 && spec->export_limit <= ETP_POWER_MAX && spec->one_way_ppm > 0 &&
           spec->one_way_ppm <= PPM && spec->voltage_mv >= 12000 && spec->voltage_mv <= 1000000 && spec->wear >= 0 &&
           spec->wear <= ETP_PRICE_MAX && spec->rated_cycles > 0;
}

int etp_battery_init(etp_battery *battery, const etp_battery_spec *spec, etp_energy stored)
{
    if (battery == NULL || spec == NULL)
        return ETP_EINVAL;
    if (!spec_is_valid(spec) || stored < 0 || stored > spec->capacity)
        return ETP_ERANGE;
    *battery = (etp_battery){.spec = *spec, .stored = stored};
    return ETP_OK;
}

etp_level etp_battery_level(const etp_battery *battery)
{
    if (!is_ready(battery))
        return ETP_LEVEL_CRITICAL;
    etp_energy stored = battery->stored, capacity = battery->spec.capacity;
    if (stored * 10 < capacity)
        return ETP_LEVEL_CRITICAL;
    if (stored * 4 < capacity)
        return ETP_LEVEL_LOW;
    return stored * 4 < capacity * 3 ? ETP_LEVEL_NORMAL : ETP_LEVEL_HIGH;
}

const char *etp_level_name(etp_level level)
{
    static const char *const names[] = {"critical", "low", "normal", "high"};
    return (unsigned)level <= ETP_LEVEL_HIGH ? names[level] : "?";
}

etp_health etp_battery_health(const etp_battery *battery)
{
    if (!is_ready(battery))
        return ETP_HEALTH_EXCELLENT;
    etp_energy efficiency = battery->spec.one_way_ppm, rated = battery->spec.rated_cycles;
    etp_energy left_cells =
        battery->discharged / efficiency * PPM + before_loss(battery, battery->discharged % efficiency);
    etp_energy cycles = left_cells / battery->spec.capacity;
    if (cycles >= rated)
        return ETP_HEALTH_POOR;
    if (cycles * 4 < rated)
        return ETP_HEALTH_EXCELLENT;
    return cycles * 2 < rated ? ETP_HEALTH_GOOD : ETP_HEALTH_FAIR;
}

uint32_t etp_battery_voltage_mv(const etp_battery *battery)
{
    if (!is_ready(battery))
        return 0;
    uint64_t charge_ppm = (uint64_t)(battery->stored * PPM / battery->spec.capacity);
    uint64_t share_of_nominal = UINT64_C(94000000) + charge_ppm * 12; /* of 10^8 */
    return (uint32_t)(battery->spec.voltage_mv * share_of_nominal / UINT64_C(100000000));
}

etp_energy etp_battery_available(const etp_battery *battery)
{
    if (!is_ready(battery))
        return 0;
    return at_least_zero(deliverable(battery) - battery->held);
}

etp_energy etp_battery_lot(const etp_battery *battery, etp_time interval, etp_power own_use, etp_power spill)
{
    if (!is_ready(battery))
        return 0;
    etp_power through_inverter = battery->spec.power - at_least_zero(own_use);
    etp_power through_meter = battery->spec.export_limit - at_least_zero(spill);
    etp_power power = least(through_inverter, through_meter);
    if (power <= 0 || interval <= 0)
        return 0;
    return least(etp_energy_of(power, interval), etp_battery_available(battery));
}

int etp_battery_hold(etp_battery *battery, etp_energy energy)
{
    if (!is_ready(battery) || energy < 0)
        return ETP_EINVAL;
    if (energy > etp_battery_available(battery))
        return ETP_EFULL;
    battery->held += energy;
    return ETP_OK;
}

int etp_battery_release(etp_battery *battery, etp_energy energy)
{
    if (!is_ready(battery) || energy < 0)
        return ETP_EINVAL;
    if (energy > battery->held)
        return ETP_ESTATE;
    battery->held -= energy;
    return ETP_OK;
}

int etp_battery_sell(etp_battery *battery, etp_energy energy)
{
    if (!is_ready(battery) || energy < 0)
        return ETP_EINVAL;
    if (energy > battery->held || energy > deliverable(battery))
        return ETP_ESTATE;
    battery->held -= energy;
    battery->sold += energy;
    drain(battery, energy);
    return ETP_OK;
}

etp_energy etp_battery_discharge(etp_battery *battery, etp_energy wanted)
{
    if (!is_ready(battery))
        return 0;
    etp_energy energy = least(at_least_zero(wanted), etp_battery_available(battery));
    drain(battery, energy);
    return energy;
}

etp_energy etp_battery_charge(etp_battery *battery, etp_energy offered)
{
    if (!is_ready(battery))
        return 0;
    etp_energy before = battery->charged % PPM;
    etp_energy stored_before = after_loss(battery, before);
    etp_energy room = battery->spec.capacity - battery->stored;
    if (room <= 0 || offered <= 0)
        return 0;
    etp_energy fills = before_loss(battery, stored_before + room) - before;
    etp_energy energy = least(least(offered, ETP_ENERGY_MAX), fills);
    etp_energy gained = after_loss(battery, before + energy) - stored_before;
    battery->stored += gained;
    battery->charged += energy;
    battery->lost += energy - gained;
    return energy;
}

bool etp_battery_conserves(const etp_battery *battery, etp_energy stored_at_start)
{
    if (!is_ready(battery))
        return false;
    /* Unsigned, so that even senseless numbers give an answer. */
    uint64_t came = (uint64_t)battery->charged + (uint64_t)stored_at_start;
    uint64_t went = (uint64_t)battery->discharged + (uint64_t)battery->lost;
    bool accounted = came == went + (uint64_t)battery->stored;
    bool possible = battery->stored >= 0 && battery->stored <= battery->spec.capacity && battery->sold >= 0 &&
                    battery->sold <= battery->discharged && battery->lost >= 0 && battery->charged >= 0;
    return accounted && possible && battery->held >= 0 && battery->held <= deliverable(battery);
}

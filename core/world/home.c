/* SPDX-License-Identifier: MIT */
/* What one interval does to a home: energy, then money, then what it remembers. */
#include <stddef.h>

#include "etp/home.h"

static etp_energy least(etp_energy a, etp_energy b)
{
    return a < b ? a : b;
}

static etp_energy above_zero(etp_energy energy)
{
    return energy > 0 ? energy : 0;
}

etp_energy etp_home_lot(const etp_home *home, etp_time interval)
{
    if (home == NULL || !home->measured || home->last_pv > home->last_load)
        return 0;
    return etp_battery_lot(&home->battery, interval, home->last_load - home->last_pv, 0);
}

/* More sun than load: into the battery unless it has been selling, then to the grid, then nowhere. */
static etp_energy use_surplus(etp_home *home, etp_time interval, etp_energy surplus, etp_energy sold)
{
    const etp_battery_spec *spec = &home->battery.spec;
    if (sold == 0)
        surplus -= etp_battery_charge(&home->battery, least(surplus, etp_energy_of(spec->power, interval)));
    etp_energy spill = least(surplus, above_zero(etp_energy_of(spec->export_limit, interval) - sold));
    home->spilled += spill;
    home->curtailed += surplus - spill;
    return spill;
}

/* More load than sun: from the battery, as far as the inverter has room beside the sale, then from the grid. */
static etp_energy meet_deficit(etp_home *home, etp_time interval, etp_energy deficit, etp_energy sold)
{
    etp_energy room = above_zero(etp_energy_of(home->battery.spec.power, interval) - sold);
    etp_energy served = etp_battery_discharge(&home->battery, least(deficit, room));
    home->own_use += served;
    home->imported += deficit - served;
    return deficit - served;
}

/* Mean power over the interval, in whole seconds. */
static etp_power power_of(etp_energy energy, etp_time interval)
{
    etp_time seconds = interval / ETP_NS_PER_SECOND;
    return seconds > 0 ? energy * 3600 / seconds : 0;
}

static void measure(etp_home *home, etp_time interval, etp_energy pv, etp_energy load)
{
    home->last_pv = power_of(pv, interval);
    home->last_load = power_of(load, interval);
    home->measured = true;
}

void etp_home_settle(etp_home *home, etp_time interval, etp_energy pv, etp_energy load, etp_energy sold,
                     etp_money income, etp_price retail, etp_price feed_in)
{
    if (home == NULL || interval <= 0)
        return;
    etp_energy direct = least(pv, load), imported = 0, spilled = 0;
    if (pv > load)
        spilled = use_surplus(home, interval, pv - direct, sold);
    else if (load > pv)
        imported = meet_deficit(home, interval, load - direct, sold);
    home->pv += pv;
    home->load += load;
    home->sold += sold;
    home->sales_income += income;
    home->import_cost += etp_amount(retail, imported);
    home->feed_in_income += etp_amount(feed_in, spilled);
    measure(home, interval, pv, load);
}

etp_money etp_home_stored_worth(const etp_home *home, etp_energy stored, etp_price stored_value)
{
    if (home == NULL)
        return 0;
    etp_energy gained = stored - home->stored_at_start;
    return gained >= 0 ? etp_amount(stored_value, gained) : -etp_amount(stored_value, -gained);
}

etp_money etp_home_cost(const etp_home *home, etp_price stored_value)
{
    if (home == NULL)
        return 0;
    etp_money value = etp_home_stored_worth(home, home->battery.stored, stored_value);
    etp_money wear = etp_amount(home->battery.spec.wear, home->battery.discharged);
    return home->import_cost - home->feed_in_income - home->sales_income + wear - value;
}

bool etp_home_conserves(const etp_home *home)
{
    if (home == NULL)
        return false;
    const etp_battery *battery = &home->battery;
    etp_energy came = home->pv + home->imported + battery->discharged;
    etp_energy went = home->load + home->spilled + home->curtailed + battery->charged + home->sold;
    return came == went && battery->discharged == home->own_use + home->sold && battery->sold == home->sold &&
           etp_battery_conserves(battery, home->stored_at_start);
}

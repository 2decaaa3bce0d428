/* SPDX-License-Identifier: MIT */
#include "program/world_params.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/nearest.h"
#include "program/status.h"

/* What a parameter's field holds. All but the efficiency are the value times a whole number. */
typedef enum field_kind {
    FIELD_RATIO,
    FIELD_PRICE,
    FIELD_POWER,
    FIELD_MONEY,
    FIELD_MINUTES,
    FIELD_ROUND_TRIP
} field_kind;

typedef struct entry {
    etp_world_param help;
    field_kind kind;
    size_t offset;
} entry;

static const double one_ppm = 1e6;

#define AT(field) offsetof(etp_run_options, field)

static const entry params[] = {
    {{"q", "", "chance that an aggregator takes part in an interval", 0, 1, false},
     FIELD_RATIO,
     AT(buyer.participation_ppm)},
    {{"spread", "c/kWh", "how far the aggregators' own parts of the value lie apart", 0, 100, false},
     FIELD_PRICE,
     AT(buyer.spread)},
    {{"noise", "c/kWh", "error of an aggregator's own forecast, at most", 0, 100, false}, FIELD_PRICE, AT(buyer.noise)},
    {{"loss_factor", "", "wholesale energy that a kWh from a home stands for", 0.5, 2, false},
     FIELD_RATIO,
     AT(buyer.loss_factor_ppm)},
    {{"cost_to_serve", "c/kWh", "an aggregator's cost of handling a kWh", 0, 100, false},
     FIELD_PRICE,
     AT(buyer.cost_to_serve)},
    {{"need", "x fleet power", "what all aggregators together want in an interval", 0, 100, false},
     FIELD_RATIO,
     AT(need_ppm)},
    {{"budget", "$", "of each aggregator, per interval", 0, 1000000, false}, FIELD_MONEY, AT(budget)},
    {{"wear", "c/kWh", "wear of a battery for each kWh it gives, mean", 0, 100, false}, FIELD_PRICE, AT(fleet.wear)},
    {{"wear_spread", "c/kWh", "wear lies within the mean plus or minus this", 0, 100, false},
     FIELD_PRICE,
     AT(fleet.wear_spread)},
    {{"inverter", "kW", "power of each battery", 0.1, 100, false}, FIELD_POWER, AT(fleet.inverter)},
    {{"export_limit", "kW", "of each home's meter", 0, 100, false}, FIELD_POWER, AT(fleet.export_limit)},
    {{"round_trip", "", "efficiency of charging and discharging together", 0.25, 1, false},
     FIELD_ROUND_TRIP,
     AT(fleet.one_way_ppm)},
    {{"floor", "of capacity", "charge below which a battery is not drained", 0, 0.95, false},
     FIELD_RATIO,
     AT(fleet.floor_ppm)},
    {{"pv_low", "kW", "smallest solar system", 0, 100, false}, FIELD_POWER, AT(fleet.pv_low)},
    {{"pv_high", "kW", "largest solar system", 0, 100, false}, FIELD_POWER, AT(fleet.pv_high)},
    {{"need_factor", "", "how much of its expected own need a home keeps back", 0, 10, false},
     FIELD_RATIO,
     AT(fleet.need_factor_ppm)},
    {{"capacity", "", "all batteries' capacities, times this", 0.1, 10, false}, FIELD_RATIO, AT(fleet.capacity_ppm)},
    {{"start_charge", "of capacity", "charge at the start", 0, 1, false}, FIELD_RATIO, AT(fleet.start_ppm)},
    {{"outage_minutes", "min", "how long a failed battery stays away", 1, 1440, false}, FIELD_MINUTES, AT(outage)},
};
enum { PARAMS = sizeof params / sizeof params[0] };

unsigned etp_world_param_count(void)
{
    return PARAMS;
}

etp_world_param etp_world_param_describe(unsigned index)
{
    etp_world_param help = params[index].help;
    size_t fleet = AT(fleet);
    help.of_fleet = params[index].offset >= fleet && params[index].offset < fleet + sizeof(etp_fleet_spec);
    return help;
}

static double steps_per_unit(field_kind kind)
{
    switch (kind) {
    case FIELD_PRICE:
        return (double)ETP_PRICE_PER_CENT;
    case FIELD_POWER:
        return (double)ETP_POWER_PER_KW;
    case FIELD_MONEY:
        return (double)ETP_MONEY_PER_DOLLAR;
    case FIELD_MINUTES:
        return 60.0 * (double)ETP_NS_PER_SECOND;
    case FIELD_RATIO:
    case FIELD_ROUND_TRIP:
    default:
        return one_ppm;
    }
}

/* Shares and efficiencies are 32 bits wide, the others 64. */
static bool is_narrow(field_kind kind)
{
    return kind == FIELD_RATIO || kind == FIELD_ROUND_TRIP;
}

double etp_world_param_get(const etp_run_options *run, unsigned index)
{
    const entry *param = &params[index];
    const char *field = (const char *)run + param->offset;
    double raw = is_narrow(param->kind) ? (double)*(const uint32_t *)field : (double)*(const int64_t *)field;
    double value = raw / steps_per_unit(param->kind);
    /* One way, in millionths, is too coarse to give back the last digits of what was set. */
    return param->kind == FIELD_ROUND_TRIP ? (double)(int64_t)(value * value * 1e5 + 0.5) / 1e5 : value;
}

void etp_world_param_put(etp_run_options *run, unsigned index, double value)
{
    const entry *param = &params[index];
    char *field = (char *)run + param->offset;
    double one_way = param->kind == FIELD_ROUND_TRIP ? sqrt(value) : value;
    double raw = one_way * steps_per_unit(param->kind) + 0.5;
    if (is_narrow(param->kind))
        *(uint32_t *)field = (uint32_t)raw;
    else
        *(int64_t *)field = (int64_t)raw;
}

static int fail_unknown(const char *name, etp_error *error)
{
    const char *names[PARAMS];
    for (unsigned i = 0; i < PARAMS; i++)
        names[i] = params[i].help.name;
    const char *nearest = etp_nearest(name, names, PARAMS);
    if (nearest != NULL)
        etp_fail(error, ETP_ENOENT, "--set: there is no world.%s; did you mean world.%s?", name, nearest);
    else
        etp_fail(error, ETP_ENOENT, "--set: there is no world.%s; --help lists the parameters of the world", name);
    return ETP_EXIT_USAGE;
}

int etp_world_param_set(etp_run_options *run, const char *name, double value, etp_error *error)
{
    for (unsigned i = 0; i < PARAMS; i++) {
        const etp_world_param *help = &params[i].help;
        if (strcmp(help->name, name) != 0)
            continue;
        if (!(value >= help->low && value <= help->high)) {
            etp_fail(error, ETP_ERANGE, "--set: world.%s must be from %g to %g%s%s, not %g", name, help->low,
                     help->high, *help->unit != '\0' ? " " : "", help->unit, value);
            return ETP_EXIT_USAGE;
        }
        etp_world_param_put(run, i, value);
        return ETP_EXIT_DONE;
    }
    return fail_unknown(name, error);
}

int etp_world_params_check(const etp_run_options *run, etp_error *error)
{
    const etp_fleet_spec *fleet = &run->fleet;
    if (fleet->pv_low > fleet->pv_high) {
        etp_fail(error, ETP_ERANGE, "world.pv_low is %g kW and world.pv_high %g kW: raise pv_high or lower pv_low",
                 etp_power_to_kw(fleet->pv_low), etp_power_to_kw(fleet->pv_high));
        return ETP_EXIT_USAGE;
    }
    if (fleet->wear_spread > fleet->wear) {
        etp_fail(error, ETP_ERANGE,
                 "world.wear_spread is %g c/kWh and world.wear %g c/kWh: wear would be below 0 somewhere",
                 etp_price_to_cents(fleet->wear_spread), etp_price_to_cents(fleet->wear));
        return ETP_EXIT_USAGE;
    }
    return ETP_EXIT_DONE;
}

/* SPDX-License-Identifier: MIT */
#include "node/premises.h"

#include <math.h>

static const uint32_t million = 1000000;

/* Without a seed of its own a home is the same one after each start. */
static void set_up_fleet(etp_premises *premises, const etp_node_config *config)
{
    etp_fleet_defaults(&premises->fleet);
    premises->fleet.seed = config->seed != 0 ? config->seed : 1;
    premises->fleet.pv_low = config->home.pv;
    premises->fleet.pv_high = config->home.pv;
    premises->fleet.need_factor_ppm = config->home.need_factor_ppm;
}

/* One way is the square root of both. */
static uint32_t one_way_of(uint32_t round_trip_ppm)
{
    return (uint32_t)(sqrt((double)round_trip_ppm * million) + 0.5);
}

int etp_premises_init(etp_premises *premises, const etp_node_config *config, etp_error *error)
{
    etp_battery_spec spec = config->battery;
    spec.one_way_ppm = one_way_of(config->round_trip_ppm);
    *premises = (etp_premises){.has_home = config->home.given, .interval = config->market.interval};
    set_up_fleet(premises, config);
    etp_premises_set_tariffs(premises, config);
    int result = etp_home_draw(&premises->home, &premises->fleet, config->home.number);
    if (result == ETP_OK)
        result = etp_battery_init(&premises->home.battery, &spec, config->stored);
    premises->home.stored_at_start = config->stored;
    if (result != ETP_OK)
        return etp_fail(error, result, "the battery cannot be set up: check its capacity, floor, power and efficiency");
    return ETP_OK;
}

void etp_premises_set_tariffs(etp_premises *premises, const etp_node_config *config)
{
    premises->feed_in = config->home.feed_in;
    premises->retail = config->home.retail;
}

void etp_premises_stop(etp_premises *premises, etp_energy sold, etp_money revenue)
{
    if (!premises->begun)
        return;
    premises->begun = false;
    premises->home.sold += sold;
    premises->home.sales_income += revenue;
}

void etp_premises_settle(etp_premises *premises, etp_energy sold, etp_money revenue)
{
    etp_home *home = &premises->home;
    etp_energy pv, load;
    if (!premises->begun || !premises->has_home) {
        etp_premises_stop(premises, sold, revenue);
        return;
    }
    premises->begun = false;
    etp_home_flows(home, premises->fleet.seed, premises->index, premises->second_of_day, premises->interval, &pv,
                   &load);
    etp_home_settle(home, premises->interval, pv, load, sold, revenue,
                    etp_tariff_at(&premises->retail, premises->second_of_day),
                    etp_tariff_at(&premises->feed_in, premises->second_of_day));
}

void etp_premises_begin(etp_premises *premises, const etp_interval *interval, etp_bess_brief *brief)
{
    const etp_home *home = &premises->home;
    premises->begun = true;
    premises->index = interval->index;
    premises->second_of_day = interval->second_of_day;
    *brief = (etp_bess_brief){
        .lot = premises->has_home ? etp_home_lot(home, premises->interval)
                                  : etp_battery_lot(&home->battery, premises->interval, 0, 0),
        .feed_in = etp_tariff_at(&premises->feed_in, interval->second_of_day),
        .retail = etp_tariff_at(&premises->retail, interval->second_of_day),
        .expected_need =
            premises->has_home ? etp_home_expected_need(home, &premises->fleet, interval->second_of_day) : 0};
}

int etp_premises_check(const etp_premises *premises, etp_error *error)
{
    const etp_home *home = &premises->home;
    bool whole = premises->has_home ? etp_home_conserves(home)
                                    : etp_battery_conserves(&home->battery, home->stored_at_start) &&
                                          home->battery.discharged == home->battery.sold;
    if (!whole)
        return etp_fail(error, ETP_ECONSERVATION, "the battery and its home do not account for all energy");
    if (home->sold != home->battery.sold)
        return etp_fail(error, ETP_ECONSERVATION, "the home has sold %lld mWh, its battery %lld mWh",
                        (long long)home->sold, (long long)home->battery.sold);
    return ETP_OK;
}

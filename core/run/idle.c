/* SPDX-License-Identifier: MIT */
#include "run/internal.h"

int etp_run_without_market(const etp_run_options *options, etp_money *costs, etp_error *error)
{
    int result = etp_run_check_world(options, error);
    if (result != ETP_OK)
        return result;
    if (costs == NULL)
        return etp_fail(error, ETP_EINVAL, "the costs need a place for each home");
    const etp_trace *trace = options->trace;
    etp_fleet_spec fleet = options->fleet;
    fleet.seed = options->seed;
    for (unsigned i = 0; i < options->homes; i++) {
        etp_home home;
        result = etp_home_draw(&home, &fleet, i);
        if (result != ETP_OK)
            return etp_fail(error, result, "home %u cannot be drawn: check the fleet's capacities, powers and shares",
                            i);
        for (size_t k = 0; k < options->intervals; k++) {
            uint32_t second = etp_run_second_of_day(options, k);
            etp_energy pv, load;
            etp_home_flows(&home, options->seed, k, second, trace->interval, &pv, &load);
            etp_home_settle(&home, trace->interval, pv, load, 0, 0, etp_tariff_at(&options->retail, second),
                            etp_tariff_at(&options->feed_in, second));
        }
        costs[i] = etp_home_cost(&home, etp_run_stored_value(options));
    }
    return ETP_OK;
}

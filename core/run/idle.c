/* SPDX-License-Identifier: MIT */
#include "run/internal.h"

static int home_without_market(struct neighbourhood *hood, unsigned key, etp_money *cost, etp_error *error)
{
    const etp_run_options *options = hood->options;
    etp_home home;
    int result = etp_neighbourhood_draw(hood, &home, key, error);
    if (result != ETP_OK)
        return result;
    for (size_t k = 0; k < options->intervals; k++) {
        uint32_t second = etp_run_second_of_day(options, k);
        etp_energy pv, load;
        etp_neighbourhood_flows(hood, &home, k, &pv, &load);
        etp_home_settle(&home, options->trace->interval, pv, load, 0, 0, etp_tariff_at(&options->retail, second),
                        etp_tariff_at(&options->feed_in, second));
    }
    *cost = etp_home_cost(&home, etp_run_stored_value(options));
    return ETP_OK;
}

int etp_run_without_market(const etp_run_options *options, etp_money *costs, etp_error *error)
{
    int result = etp_run_check_world(options, error);
    if (result != ETP_OK)
        return result;
    if (costs == NULL)
        return etp_fail(error, ETP_EINVAL, "the costs need a place for each home");
    struct neighbourhood hood;
    const etp_allocator *allocator = options->allocator != NULL ? options->allocator : etp_default_allocator();
    result = etp_neighbourhood_open(&hood, options, allocator, error);
    for (unsigned i = 0; i < options->homes && result == ETP_OK; i++)
        result = home_without_market(&hood, i, &costs[i], error);
    etp_neighbourhood_close(&hood);
    return result;
}

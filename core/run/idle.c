/* SPDX-License-Identifier: MIT */
#include "run/internal.h"

/* The cost of each block of so many intervals. */
static int home_without_market(struct neighbourhood *hood, unsigned key, size_t per_block, etp_money *costs,
                               etp_error *error)
{
    const etp_run_options *options = hood->options;
    etp_price stored_value = etp_run_stored_value(options);
    etp_money before = 0;
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
        if ((k + 1) % per_block != 0 && k + 1 != options->intervals)
            continue;
        etp_money cost = etp_home_cost(&home, stored_value);
        costs[k / per_block] = cost - before;
        before = cost;
    }
    return ETP_OK;
}

static int without_market(const etp_run_options *options, size_t per_block, etp_money *costs, etp_error *error)
{
    if (costs == NULL)
        return etp_fail(error, ETP_EINVAL, "the costs need a place for each home");
    struct neighbourhood hood;
    size_t blocks = (options->intervals + per_block - 1) / per_block;
    const etp_allocator *allocator = options->allocator != NULL ? options->allocator : etp_default_allocator();
    int result = etp_neighbourhood_open(&hood, options, allocator, error);
    for (unsigned i = 0; i < options->homes && result == ETP_OK; i++)
        result = home_without_market(&hood, i, per_block, &costs[i * blocks], error);
    etp_neighbourhood_close(&hood);
    return result;
}

int etp_run_without_market(const etp_run_options *options, etp_money *costs, etp_error *error)
{
    int result = etp_run_check_world(options, error);
    return result == ETP_OK ? without_market(options, options->intervals, costs, error) : result;
}

int etp_run_without_market_blocks(const etp_run_options *options, etp_time block, etp_money *costs, etp_error *error)
{
    int result = etp_run_check_world(options, error);
    if (result == ETP_OK)
        result = etp_run_check_block(options, block, error);
    return result == ETP_OK ? without_market(options, (size_t)(block / options->trace->interval), costs, error)
                            : result;
}

/* SPDX-License-Identifier: MIT */
#include "run/internal.h"

static const uint32_t one_ppm = 1000000;
enum { SECONDS_PER_DAY = 86400, HOMES_MAX = 1000000, PORTFOLIOS_MAX = 1000 };

void etp_run_defaults(etp_run_options *options)
{
    *options = (etp_run_options){.size = sizeof(etp_run_options),
                                 .seed = 1,
                                 .homes = 100,
                                 .need_ppm = 1500000,
                                 .budget = 1000000 * ETP_MONEY_PER_DOLLAR,
                                 .mechanism = ETP_FIRST_PRICE,
                                 .failures_ppm = 20000,
                                 .outage = ETP_NS_PER_HOUR / 2};
    etp_fleet_defaults(&options->fleet);
    etp_tariff_flat(&options->feed_in, 33 * ETP_PRICE_PER_CENT / 10);
    etp_tariff_flat(&options->retail, 33 * ETP_PRICE_PER_CENT);
    options->buyer = (etp_buyer_spec){.loss_factor_ppm = 1050000,
                                      .cost_to_serve = 2 * ETP_PRICE_PER_CENT,
                                      .spread = 3 * ETP_PRICE_PER_CENT,
                                      .noise = ETP_PRICE_PER_CENT / 2,
                                      .participation_ppm = 600000};
    etp_timing_defaults(&options->timing);
    options->network = (etp_network_options){
        .size = sizeof(etp_network_options), .delay = 20 * ETP_NS_PER_MS, .jitter = 5 * ETP_NS_PER_MS};
}

static int check_interval(const etp_run_options *options, etp_error *error)
{
    const etp_timing *timing = &options->timing;
    etp_time shortest = timing->query_spread + timing->window + 2 * timing->hold;
    if (options->trace->interval < shortest)
        return etp_fail(error, ETP_ERANGE,
                        "an interval of %.3f s is too short: query spread, window and two holds take %.3f s. Take a "
                        "longer interval, or a shorter spread, window or hold",
                        (double)options->trace->interval / 1e9, (double)shortest / 1e9);
    return ETP_OK;
}

static int check_firms(const etp_run_options *options, etp_error *error)
{
    if (options->portfolios == 0 || options->portfolios > PORTFOLIOS_MAX || options->firm_count > options->portfolios)
        return etp_fail(error, ETP_ERANGE, "%u firms and %u portfolios: at most %d portfolios, and one for each firm",
                        options->firm_count, options->portfolios, (int)PORTFOLIOS_MAX);
    if (!options->merged && options->firm_count == 0)
        return etp_fail(error, ETP_EINVAL, "a market needs at least one firm that buys");
    for (unsigned i = 0; i < options->firm_count && !options->merged; i++) {
        if (options->firms[i].portfolio >= options->portfolios)
            return etp_fail(error, ETP_ERANGE, "firm %u has portfolio %u of %u", i, options->firms[i].portfolio,
                            options->portfolios);
        for (unsigned j = 0; j < i; j++)
            if (options->firms[j].portfolio == options->firms[i].portfolio)
                return etp_fail(error, ETP_EINVAL, "firms %u and %u both have portfolio %u", j, i,
                                options->firms[i].portfolio);
    }
    return ETP_OK;
}

int run_check_options(const etp_run_options *options, etp_error *error)
{
    if (options->size != sizeof *options)
        return etp_fail(error, ETP_EINVAL, "etp_run_options.size is %zu, not %zu: set it with etp_run_defaults()",
                        options->size, sizeof *options);
    if (options->trace == NULL || options->trace->count == 0)
        return etp_fail(error, ETP_EINVAL, "a run needs a price trace");
    if (options->intervals == 0 || options->first > options->trace->count ||
        options->intervals > options->trace->count - options->first)
        return etp_fail(error, ETP_ERANGE,
                        "%zu intervals from the %zuth on are more than the trace has: it has %zu intervals",
                        options->intervals, options->first + 1, options->trace->count);
    if (options->homes == 0 || options->homes > HOMES_MAX)
        return etp_fail(error, ETP_ERANGE, "%u homes: there must be 1 to %d", options->homes, (int)HOMES_MAX);
    if (options->buyer.participation_ppm > one_ppm || options->failures_ppm > one_ppm || options->budget < 0 ||
        options->outage <= 0)
        return etp_fail(error, ETP_ERANGE, "chances must be 0 to 1, a budget at least 0 and an outage longer than 0");
    int result = check_interval(options, error);
    return result == ETP_OK ? check_firms(options, error) : result;
}

/* Of one portfolio, in one interval: its share of what the fleet's inverters could deliver, times the factor. */
etp_energy run_need(const etp_run_options *options)
{
    etp_energy fleet = etp_energy_of(options->fleet.inverter, options->trace->interval) * options->homes;
    return fleet / options->portfolios * options->need_ppm / one_ppm;
}

uint32_t run_second_of_day(const etp_run_options *options, size_t interval)
{
    etp_time starts = options->trace->starts + (etp_time)(options->first + interval) * options->trace->interval;
    return (uint32_t)(starts / ETP_NS_PER_SECOND % SECONDS_PER_DAY);
}

/* A kWh more in the cells at the end saves charging it from sun that would have been spilled. */
etp_price run_stored_value(const etp_run_options *options)
{
    etp_price feed_in = etp_tariff_at(&options->feed_in, run_second_of_day(options, options->intervals));
    return feed_in * one_ppm / options->fleet.one_way_ppm;
}

/* SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "run/internal.h"

static const uint32_t one_ppm = 1000000;
static const etp_time day = 24 * ETP_NS_PER_HOUR;
static const etp_time longest = 366 * 24 * ETP_NS_PER_HOUR;
static const etp_time earliest = 60 * ETP_NS_PER_SECOND;
static const etp_time latest = INT64_C(8000000000) * ETP_NS_PER_SECOND;
enum { SECONDS_PER_DAY = 86400, HOMES_MAX = 1000000, PORTFOLIOS_MAX = 1000 };

void etp_run_defaults(etp_run_options *options)
{
    if (options == NULL)
        return;
    *options = (etp_run_options){.size = sizeof(etp_run_options),
                                 .seed = 1,
                                 .homes = 100,
                                 .need_ppm = 1500000,
                                 .budget = 1000000 * ETP_MONEY_PER_DOLLAR,
                                 .mechanism = ETP_FIRST_PRICE,
                                 .failures_ppm = 20000,
                                 .outage = ETP_NS_PER_HOUR / 2,
                                 .ledger_block = 7 * day};
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

/* ---- the world ---- */

static int check_time(const etp_trace *trace, etp_error *error)
{
    if (trace->interval <= 0 || trace->interval > day || trace->interval % ETP_NS_PER_SECOND != 0)
        return etp_fail(error, ETP_ERANGE, "an interval of %.12g s: it must be whole seconds, a day at most",
                        (double)trace->interval / 1e9);
    if (trace->starts < earliest || trace->starts > latest ||
        trace->count > (size_t)((latest - trace->starts) / trace->interval))
        return etp_fail(error, ETP_ERANGE,
                        "the trace does not lie between 1970-01-01 00:01 and the year 2223, in which messages can be "
                        "stamped");
    return ETP_OK;
}

int etp_run_check_block(const etp_run_options *options, etp_time block, etp_error *error)
{
    etp_time interval = options->trace->interval;
    if (block > 0 && block <= longest && block % interval == 0)
        return ETP_OK;
    return etp_fail(error, ETP_ERANGE,
                    "a block of %.12g s: it must be a whole number of intervals of %.12g s, and 366 days at most",
                    (double)block / 1e9, (double)interval / 1e9);
}

static int check_fleet(const etp_run_options *options, etp_error *error)
{
    if (options->homes == 0 || options->homes > HOMES_MAX)
        return etp_fail(error, ETP_ERANGE, "%u homes: there must be 1 to %d", options->homes, (int)HOMES_MAX);
    etp_home home;
    int result = etp_home_draw(&home, &options->fleet, 0);
    if (result != ETP_OK)
        return etp_fail(error, result, "homes cannot be drawn: check the fleet's capacities, powers and shares");
    return ETP_OK;
}

int etp_run_check_world(const etp_run_options *options, etp_error *error)
{
    if (options == NULL)
        return etp_fail(error, ETP_EINVAL, "a run needs its options: begin with etp_run_defaults()");
    if (options->size != sizeof *options)
        return etp_fail(error, ETP_EINVAL, "etp_run_options.size is %zu, not %zu: set it with etp_run_defaults()",
                        options->size, sizeof *options);
    if (!etp_allocator_is_whole(options->allocator))
        return etp_fail(error, ETP_EINVAL, "an allocator has both functions, allocate and release");
    if (options->trace == NULL || options->trace->count == 0 || options->trace->prices == NULL)
        return etp_fail(error, ETP_EINVAL, "a run needs a price trace");
    if (options->intervals == 0)
        return etp_fail(error, ETP_ERANGE, "a run of 0 intervals: set `intervals`, to %zu for all of the trace",
                        options->trace->count);
    if (options->first >= options->trace->count || options->intervals > options->trace->count - options->first)
        return etp_fail(error, ETP_ERANGE,
                        "%zu intervals from number %zu on, counted from 0: the trace has %zu intervals",
                        options->intervals, options->first, options->trace->count);
    int result = check_time(options->trace, error);
    if (result == ETP_OK)
        result = etp_neighbourhood_check(options, error);
    return result == ETP_OK ? check_fleet(options, error) : result;
}

/* ---- the market ---- */

static etp_time shortest_beat(const etp_timing *timing)
{
    return timing->window + 2 * timing->hold;
}

static int check_interval(const etp_run_options *options, etp_error *error)
{
    etp_time shortest = options->timing.query_spread + shortest_beat(&options->timing);
    if (options->trace->interval >= shortest)
        return ETP_OK;
    return etp_fail(error, ETP_ERANGE,
                    "an interval of %.3f s is too short: query spread, window and two holds take %.3f s. Take a longer "
                    "interval, or a shorter spread, window or hold",
                    (double)options->trace->interval / 1e9, (double)shortest / 1e9);
}

static int check_beat(const etp_run_options *options, etp_error *error)
{
    etp_time interval = options->trace->interval, shortest = shortest_beat(&options->timing);
    if (options->beat < 0 || options->beat > interval)
        return etp_fail(error, ETP_ERANGE,
                        "an interval of %.9g s cannot be made to last %.9g s: it must be more than 0 s, and no longer",
                        (double)interval / 1e9, (double)options->beat / 1e9);
    if (options->beat >= shortest)
        return ETP_OK;
    if (shortest > interval)
        return check_interval(options, error);
    /* Rounded down, so that the pace that is named can be taken. */
    etp_time thousandths = interval / ETP_NS_PER_MS * 1000 / ((shortest + ETP_NS_PER_MS - 1) / ETP_NS_PER_MS);
    return etp_fail(
        error, ETP_ERANGE,
        "an interval cannot last %.9g s: a window and two holds take %.9g s of it, whatever the pace. Take a "
        "pace of %.10g at most, or a shorter window or hold",
        (double)options->beat / 1e9, (double)shortest / 1e9, (double)thousandths / 1e3);
}

etp_timing etp_run_timing(const etp_run_options *options)
{
    etp_timing timing = options->timing;
    etp_time room = options->beat - shortest_beat(&timing);
    if (options->beat != 0 && timing.query_spread > room)
        timing.query_spread = room;
    return timing;
}

static int check_timing(const etp_run_options *options, etp_error *error)
{
    const etp_timing *t = &options->timing;
    const etp_time all[] = {t->window,         t->hold,        t->query_spread,    t->query_repeat,
                            t->confirm_repeat, t->decide_lead, t->register_period, t->status_period,
                            t->doubt_limit,    options->outage};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] < 0 || all[i] > longest)
            return etp_fail(error, ETP_ERANGE, "a window, hold, period or outage of %.9g s: it must be 0 s to 366 days",
                            (double)all[i] / 1e9);
    return options->beat != 0 ? check_beat(options, error) : check_interval(options, error);
}

unsigned etp_run_portfolios(const etp_firm *firm)
{
    return firm->portfolio_count > 0 ? firm->portfolio_count : 1;
}

/* A portfolio is held once. */
static int check_holding(const etp_run_options *options, unsigned number, etp_error *error)
{
    const etp_firm *firm = &options->firms[number];
    unsigned count = etp_run_portfolios(firm);
    if (firm->portfolio >= options->portfolios || count > options->portfolios - firm->portfolio)
        return etp_fail(error, ETP_ERANGE, "firm %u has %u %s from number %u on, and there are %u", number, count,
                        count == 1 ? "portfolio" : "portfolios", firm->portfolio, options->portfolios);
    for (unsigned j = 0; j < number; j++) {
        const etp_firm *other = &options->firms[j];
        unsigned first = firm->portfolio > other->portfolio ? firm->portfolio : other->portfolio;
        if (first < firm->portfolio + count && first < other->portfolio + etp_run_portfolios(other))
            return etp_fail(error, ETP_EINVAL, "firms %u and %u both have portfolio %u", j, number, first);
    }
    return ETP_OK;
}

static int check_firms(const etp_run_options *options, etp_error *error)
{
    if (options->portfolios == 0 || options->portfolios > PORTFOLIOS_MAX || options->firm_count > options->portfolios)
        return etp_fail(error, ETP_ERANGE, "%u firms and %u portfolios: at most %d portfolios, and one for each firm",
                        options->firm_count, options->portfolios, (int)PORTFOLIOS_MAX);
    if (!options->merged && (options->firm_count == 0 || options->firms == NULL))
        return etp_fail(error, ETP_EINVAL, "a market needs at least one firm that buys");
    if (options->merged && etp_conduct_name(options->conduct) == NULL)
        return etp_fail(error, ETP_ERANGE, "there is no conduct of number %u", (unsigned)options->conduct);
    for (unsigned i = 0; i < options->firm_count && !options->merged; i++) {
        int result = check_holding(options, i, error);
        if (result != ETP_OK)
            return result;
    }
    return ETP_OK;
}

int etp_run_check_options(const etp_run_options *options, etp_error *error)
{
    int result = etp_run_check_world(options, error);
    if (result != ETP_OK)
        return result;
    if (options->buyer.participation_ppm > one_ppm || options->failures_ppm > one_ppm || options->budget < 0 ||
        options->outage <= 0)
        return etp_fail(error, ETP_ERANGE, "chances must be 0 to 1, a budget at least 0 and an outage longer than 0");
    result = check_timing(options, error);
    if (result == ETP_OK && options->ledger)
        result = etp_run_check_block(options, options->ledger_block, error);
    return result == ETP_OK ? check_firms(options, error) : result;
}

/* Of one portfolio, in one interval: its share of what the fleet's inverters could deliver, times the factor. No more
 * than a message can carry. */
etp_energy etp_run_need(const etp_run_options *options)
{
    etp_energy one = etp_energy_of(options->fleet.inverter, options->trace->interval);
    if (one > ETP_ENERGY_MAX)
        one = ETP_ENERGY_MAX;
    etp_energy share = one * options->homes / options->portfolios;
    if (options->need_ppm > 0 && share > ETP_ENERGY_MAX * one_ppm / options->need_ppm)
        return ETP_ENERGY_MAX;
    return share * options->need_ppm / one_ppm;
}

uint32_t etp_run_second_of_day(const etp_run_options *options, size_t interval)
{
    return (uint32_t)(etp_run_market_time(options, interval) / ETP_NS_PER_SECOND % SECONDS_PER_DAY);
}

/* A kWh more in the cells at the end saves charging it from sun that would have been spilled. */
etp_price etp_run_stored_value(const etp_run_options *options)
{
    etp_price feed_in = etp_tariff_at(&options->feed_in, etp_run_second_of_day(options, options->intervals));
    return feed_in * one_ppm / options->fleet.one_way_ppm;
}

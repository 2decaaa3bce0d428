/* SPDX-License-Identifier: MIT */
/* The homes of a run on a feed-in tariff by the clock, each exporting as well as it can: no market, and no luck. */
#include "base/memory.h"
#include "run/internal.h"
#include "run/schedule.h"

/* One home's interval-by-interval world, and its costs by block. */
typedef struct year {
    struct neighbourhood hood;
    const etp_run_options *options;
    const etp_allocator *allocator;
    size_t per_block, blocks;
    etp_schedule_step *steps; /* [options->intervals] */
    etp_money *costs;         /* [blocks] */
} year;

static void see(year *y, const etp_home *home)
{
    const etp_run_options *options = y->options;
    for (size_t k = 0; k < options->intervals; k++) {
        uint32_t second = etp_run_second_of_day(options, k);
        etp_schedule_step *step = &y->steps[k];
        *step = (etp_schedule_step){.feed_in = etp_tariff_at(&options->feed_in, second),
                                    .retail = etp_tariff_at(&options->retail, second),
                                    .keep = INT64_MAX};
        etp_neighbourhood_flows(&y->hood, home, k, &step->pv, &step->load);
    }
}

/* Lives through all intervals; sells by the plan if there is one. Returns the whole cost. */
static etp_money live(year *y, etp_home *home, bool by_plan, etp_money *costs)
{
    etp_time interval = y->options->trace->interval;
    etp_price stored_value = etp_run_stored_value(y->options);
    etp_money before = 0;
    for (size_t k = 0; k < y->options->intervals; k++) {
        const etp_schedule_step *step = &y->steps[k];
        etp_energy sale = by_plan ? etp_schedule_sale(home, step, interval) : 0;
        if (sale > 0 &&
            (etp_battery_hold(&home->battery, sale) != ETP_OK || etp_battery_sell(&home->battery, sale) != ETP_OK))
            sale = 0;
        etp_home_settle(home, interval, step->pv, step->load, sale, etp_amount(step->feed_in, sale), step->retail,
                        step->feed_in);
        if ((k + 1) % y->per_block != 0 && k + 1 != y->options->intervals)
            continue;
        etp_money cost = etp_home_cost(home, stored_value);
        costs[k / y->per_block] = cost - before;
        before = cost;
    }
    return before;
}

/* The plan is for a freer home than ours; should it ever cost more than no sale at all, the home sells nothing. */
static int play(year *y, unsigned key, etp_money *costs, etp_timed_totals *totals, etp_error *error)
{
    etp_home start;
    int result = etp_neighbourhood_draw(&y->hood, &start, key, error);
    if (result != ETP_OK)
        return result;
    see(y, &start);
    etp_home selling = start, idle = start;
    totals->bound += etp_schedule_plan(&start, y->steps, y->options->intervals, y->options->trace->interval,
                                       etp_run_stored_value(y->options));
    etp_money with = live(y, &selling, true, costs), without = live(y, &idle, false, y->costs);
    bool better = with <= without;
    for (size_t i = 0; i < y->blocks && !better; i++)
        costs[i] = y->costs[i];
    if (!etp_home_conserves(better ? &selling : &idle))
        return etp_fail(error, ETP_ECONSERVATION, "home %u does not account for all its energy", key);
    totals->idle_homes += !better;
    totals->cost += better ? with : without;
    totals->cost_without_sales += without;
    totals->sold += better ? selling.sold : 0;
    totals->income += better ? selling.sales_income : 0;
    return ETP_OK;
}

static int play_all(year *y, etp_money *costs, etp_timed_totals *totals, etp_error *error)
{
    const etp_run_options *options = y->options;
    y->steps = etp_memory_take(y->allocator, options->intervals * sizeof *y->steps);
    y->costs = etp_memory_take(y->allocator, 2 * y->blocks * sizeof *y->costs);
    int result = y->steps != NULL && y->costs != NULL
                     ? etp_neighbourhood_open(&y->hood, options, y->allocator, error)
                     : etp_fail(error, ETP_ENOMEM, "no memory for the schedule of a home over %zu intervals",
                                options->intervals);
    for (unsigned i = 0; i < options->homes && result == ETP_OK; i++)
        result = play(y, i, costs != NULL ? &costs[i * y->blocks] : y->costs + y->blocks, totals, error);
    etp_neighbourhood_close(&y->hood);
    etp_memory_give(y->allocator, y->steps, options->intervals * sizeof *y->steps);
    etp_memory_give(y->allocator, y->costs, 2 * y->blocks * sizeof *y->costs);
    return result;
}

static int run_timed(const etp_run_options *options, etp_time block, etp_money *costs, etp_timed_totals *totals,
                     etp_error *error)
{
    *totals = (etp_timed_totals){0};
    int result = etp_run_check_block(options, block, error);
    if (result != ETP_OK)
        return result;
    size_t per_block = (size_t)(block / options->trace->interval);
    year y = {.options = options,
              .allocator = options->allocator,
              .per_block = per_block,
              .blocks = (options->intervals + per_block - 1) / per_block};
    return play_all(&y, costs, totals, error);
}

int etp_run_timed_tariff(const etp_run_options *options, etp_time block, etp_money *costs, etp_error *error)
{
    etp_timed_totals totals;
    int result = etp_run_check_world(options, error);
    if (result != ETP_OK)
        return result;
    if (costs == NULL)
        return etp_fail(error, ETP_EINVAL, "the costs need a place for each home and block");
    return run_timed(options, block, costs, &totals, error);
}

int etp_run_timed_totals(const etp_run_options *options, etp_timed_totals *totals, etp_error *error)
{
    int result = etp_run_check_world(options, error);
    if (result != ETP_OK)
        return result;
    if (totals == NULL)
        return etp_fail(error, ETP_EINVAL, "the totals need a place");
    etp_time week = 7 * 24 * ETP_NS_PER_HOUR;
    return run_timed(options, week, NULL, totals, error);
}

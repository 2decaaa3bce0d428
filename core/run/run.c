/* SPDX-License-Identifier: MIT */
#include "run/internal.h"

/* ---- one interval ---- */

static void brief_homes(etp_run *run, uint32_t second)
{
    etp_price feed_in = etp_tariff_at(&run->options.feed_in, second);
    etp_price retail = etp_tariff_at(&run->options.retail, second);
    for (unsigned i = 0; i < run->options.homes; i++) {
        const etp_home *home = &run->homes[i];
        etp_bess_brief brief = {.lot = etp_home_lot(home, run->interval),
                                .feed_in = feed_in,
                                .retail = retail,
                                .expected_need = etp_neighbourhood_need(&run->hood, home, run->done)};
        etp_engine_brief_bess(run->engine, i, &brief);
    }
}

static etp_time earliest(etp_time a, etp_time b, etp_time c)
{
    etp_time least = a < b ? a : b;
    return least < c ? least : c;
}

/* Lets the world go on until `end`: whatever comes first, timers before arrivals at the same moment. What is due at `end`
 * itself is left, but for timers; with `last`, no later than that. */
static void run_until(etp_run *run, etp_time end, etp_time last)
{
    for (;;) {
        etp_time next =
            earliest(etp_engine_deadline(run->engine), etp_network_next(run->network), etp_outages_next(run));
        if (next >= end || next > last)
            break;
        etp_engine_advance(run->engine, next);
        etp_outages_apply(run, next);
        etp_delivery delivery;
        while (etp_network_take(run->network, next, &delivery))
            etp_engine_receive(run->engine, delivery.link, delivery.frame, delivery.size);
    }
    etp_engine_advance(run->engine, end < last ? end : last);
}

static void settle_homes(etp_run *run, uint32_t second)
{
    etp_price feed_in = etp_tariff_at(&run->options.feed_in, second);
    etp_price retail = etp_tariff_at(&run->options.retail, second);
    for (unsigned i = 0; i < run->options.homes; i++) {
        etp_home *home = &run->homes[i];
        etp_energy pv, load, sold;
        etp_money income;
        etp_engine_sold(run->engine, i, &sold, &income);
        etp_neighbourhood_flows(&run->hood, home, run->done, &pv, &load);
        etp_home_settle(home, run->interval, pv, load, sold, income, retail, feed_in);
    }
}

static int begin(etp_run *run, etp_error *error)
{
    uint32_t second = etp_run_second_of_day(&run->options, run->done);
    etp_time starts = etp_run_starts(run, run->done);
    etp_price forecast = etp_forecast_next(&run->forecast);
    brief_homes(run, second);
    etp_firms_brief(run, forecast);
    etp_interval interval = {.index = run->done,
                             .starts = starts,
                             .ends = starts + run->beat,
                             .second_of_day = second,
                             .spot = run->forecast.seen > 0 ? run->forecast.last : ETP_PRICE_NONE,
                             .forecast = forecast};
    int result = etp_engine_begin_interval(run->engine, &interval);
    if (result != ETP_OK)
        return etp_fail(error, result, "interval %zu cannot begin: %s", run->done, etp_strerror(result));
    run->begun = true;
    return ETP_OK;
}

static int end(etp_run *run, etp_error *error)
{
    const etp_run_options *options = &run->options;
    /* Only now, when the interval is over, is its price known. */
    etp_price spot = options->trace->prices[options->first + run->done];
    settle_homes(run, etp_run_second_of_day(options, run->done));
    etp_ledger_note_trades(run);
    etp_firms_settle(run, spot);
    etp_ledger_settle(run, spot);
    etp_forecast_learn(&run->forecast, spot);
    run->done++;
    run->begun = false;
#ifndef NDEBUG
    int result = etp_run_check(run, error);
    if (result != ETP_OK)
        return result;
#else
    (void)error;
#endif
    if (run->done < options->intervals)
        return 1;
    etp_account_finish(run);
    return 0;
}

/* Goes to where the next interval begins, and begins it, or to where it ends, and ends it; no further than `last`. */
static int turn(etp_run *run, etp_time last, etp_error *error)
{
    bool begun = run->begun;
    etp_time next = etp_run_starts(run, run->done + begun);
    run_until(run, next, last);
    if (next > last)
        return 1;
    if (begun)
        return end(run, error);
    int result = begin(run, error);
    return result == ETP_OK ? 1 : result;
}

static bool is_over(const etp_run *run)
{
    return run->done >= run->options.intervals;
}

static int advance(etp_run *run, etp_time until, etp_error *error)
{
    int more = is_over(run) ? 0 : 1;
    while (more > 0 && etp_run_starts(run, run->done + run->begun) <= until)
        more = turn(run, until, error);
    return more > 0 ? turn(run, until, error) : more;
}

static int step(etp_run *run, etp_error *error)
{
    if (is_over(run))
        return etp_fail(error, ETP_ESTATE, "the run is over");
    int more = run->begun ? 1 : turn(run, ETP_TIME_NEVER, error);
    return more > 0 ? turn(run, ETP_TIME_NEVER, error) : more;
}

static int enter(etp_run *run, etp_error *error)
{
    if (run == NULL)
        return etp_fail(error, ETP_EINVAL, "there is no run to step");
    if (run->stepping)
        return etp_fail(error, ETP_ESTATE, "a run cannot be stepped from inside one of its own calls");
    run->stepping = true;
    return ETP_OK;
}

int etp_run_advance(etp_run *run, etp_time until, etp_error *error)
{
    int result = enter(run, error);
    if (result != ETP_OK)
        return result;
    result = advance(run, until, error);
    run->stepping = false;
    return result;
}

int etp_run_step(etp_run *run, etp_error *error)
{
    int result = enter(run, error);
    if (result != ETP_OK)
        return result;
    result = step(run, error);
    run->stepping = false;
    return result;
}

static int shift(etp_run *run, etp_time by)
{
    etp_time next = etp_run_starts(run, run->done + run->begun);
    if (by < -next || by > ETP_NS_PER_HOUR * 24 * 366 || next + by <= etp_engine_now(run->engine))
        return ETP_ERANGE;
    run->starts += by;
    etp_outages_shift(run, by);
    return ETP_OK;
}

int etp_run_shift(etp_run *run, etp_time by)
{
    int result = enter(run, NULL);
    if (result != ETP_OK)
        return result;
    result = shift(run, by);
    run->stepping = false;
    return result;
}

void etp_run_cut(etp_run *run)
{
    if (run != NULL && !is_over(run))
        run->options.intervals = run->done + 1;
}

/* ---- reading ---- */

void etp_run_get_totals(const etp_run *run, etp_run_totals *totals)
{
    if (totals == NULL)
        return;
    *totals = (etp_run_totals){0};
    if (run == NULL)
        return;
    etp_engine_stats stats;
    etp_engine_get_stats(run->engine, &stats);
    *totals = (etp_run_totals){.intervals = run->done,
                               .bids = run->bids,
                               .trades = run->trades,
                               .auctions = stats.auctions,
                               .lapses = stats.lapses,
                               .unresolved = run->unresolved,
                               .sold = run->confirmed_energy,
                               .paid = run->confirmed_paid,
                               .offered = stats.offered,
                               .digest = {run->final_digest[0], run->final_digest[1]},
                               .memory_bytes = run->memory_peak,
                               .bytes_per_home = sizeof(etp_home) + stats.bytes_per_bess,
                               .bytes_per_session = stats.bytes_per_session};
    for (unsigned i = 0; i < run->firm_count; i++) {
        etp_aggregator_totals firm;
        etp_engine_aggregator_totals(run->engine, run->firms[i].node, &firm);
        totals->in_doubt += firm.in_doubt;
        totals->worth += run->firms[i].worth;
    }
    for (unsigned i = 0; i < run->options.homes; i++)
        totals->owners_cost += etp_run_home_cost(run, i);
}

size_t etp_run_done(const etp_run *run)
{
    return run != NULL ? run->done : 0;
}

etp_time etp_run_now(const etp_run *run)
{
    return run != NULL ? etp_engine_now(run->engine) : 0;
}

etp_time etp_run_starts(const etp_run *run, size_t interval)
{
    return run != NULL ? run->starts + (etp_time)interval * run->beat : 0;
}

etp_engine *etp_run_engine(const etp_run *run)
{
    return run != NULL && run->options.carriage.send != NULL ? run->engine : NULL;
}

int etp_run_firm_node(const etp_run *run, unsigned index, etp_node *node)
{
    if (run == NULL || node == NULL)
        return ETP_EINVAL;
    if (index >= run->firm_count)
        return ETP_ENOENT;
    *node = run->firms[index].node;
    return ETP_OK;
}

unsigned etp_run_firm_count(const etp_run *run)
{
    return run != NULL ? run->firm_count : 0;
}

int etp_run_firm(const etp_run *run, unsigned index, etp_firm_result *result)
{
    if (run == NULL || result == NULL)
        return ETP_EINVAL;
    if (index >= run->firm_count)
        return ETP_ENOENT;
    const struct firm *firm = &run->firms[index];
    *result = (etp_firm_result){.name = firm->name,
                                .portfolio = firm->portfolio,
                                .portfolio_count = firm->portfolio_count,
                                .intervals = firm->intervals,
                                .needed = firm->needed,
                                .queries = firm->queries,
                                .bids = firm->bids,
                                .trades = firm->trades,
                                .energy = firm->energy,
                                .paid = firm->paid,
                                .worth = firm->worth};
    return etp_engine_aggregator_totals(run->engine, firm->node, &result->totals);
}

const etp_home *etp_run_home(const etp_run *run, unsigned index)
{
    return run != NULL && index < run->options.homes ? &run->homes[index] : NULL;
}

etp_money etp_run_home_cost(const etp_run *run, unsigned index)
{
    if (run == NULL || index >= run->options.homes)
        return 0;
    return etp_home_cost(&run->homes[index], etp_run_stored_value(&run->options));
}

const etp_ledger *etp_run_ledger(const etp_run *run)
{
    return run != NULL ? run->ledger : NULL;
}

void etp_run_engine_stats(const etp_run *run, etp_engine_stats *stats)
{
    etp_engine_get_stats(run != NULL ? run->engine : NULL, stats);
}

const etp_histogram *etp_run_delays(const etp_run *run, etp_type type)
{
    return etp_engine_delays(run != NULL ? run->engine : NULL, type);
}

void etp_run_network_stats(const etp_run *run, etp_network_stats *stats)
{
    etp_network_get_stats(run != NULL ? run->network : NULL, stats);
}

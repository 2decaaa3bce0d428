/* SPDX-License-Identifier: MIT */
/* The sweep, for people. */
#include <inttypes.h>

#include "cli/bench/bench.h"
#include "report/table.h"

static const double us_per_ms = 1e3, per_percent = 1e4, kilo = 1e3;

enum { TEXT_MAX = 48, PLACES = 5 };

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- values of the axes ---- */

static void show_value(etp_bench_axis axis, uint64_t value, char *text)
{
    if (axis == ETP_BENCH_DELAY)
        etp_value_show_duration((etp_time)value, text, TEXT_MAX);
    else if (axis == ETP_BENCH_LOSS)
        snprintf(text, TEXT_MAX, "%.6g %%", (double)value / per_percent);
    else if (value == 0)
        snprintf(text, TEXT_MAX, "no limit");
    else
        snprintf(text, TEXT_MAX, "%" PRIu64, value);
}

static void add_heads(etp_table *table)
{
    static const char *const heads[] = {"batteries", "aggregators", "delay", "loss", "link bit/s"};
    for (unsigned i = 0; i < sizeof heads / sizeof heads[0]; i++)
        etp_table_cell(table, "%s", heads[i]);
}

static void add_place(etp_table *table, const etp_bench_cell *cell)
{
    const uint64_t values[ETP_BENCH_AXES] = {(uint64_t)cell->delay, cell->loss, cell->bandwidth};
    char text[TEXT_MAX];
    etp_table_cell(table, "%u", cell->batteries);
    etp_table_cell(table, "%u", cell->aggregators);
    for (unsigned axis = 0; axis < ETP_BENCH_AXES; axis++) {
        show_value((etp_bench_axis)axis, values[axis], text);
        etp_table_cell(table, "%s", text);
    }
}

/* ---- what was run ---- */

static void print_links(const etp_bench *bench, FILE *out)
{
    char interval[TEXT_MAX], beat[TEXT_MAX];
    etp_value_show_duration(bench->interval, interval, sizeof interval);
    etp_value_show_duration(bench->beat, beat, sizeof beat);
    if (bench->options->relay != NULL)
        fprintf(out, "real sockets on loopback through %s, each end proved by a key of its own; ",
                bench->options->relay);
    else
        fputs("simulated links; ", out);
    fprintf(out, "%" PRIu64 " interval%s of %s", bench->options->intervals, plural(bench->options->intervals),
            interval);
    if (bench->beat > 0)
        fprintf(out, ", each in %s of the clock,", beat);
    fputs(" from 18:00 on, ", out);
}

static void print_setting(const etp_bench *bench, FILE *out)
{
    const etp_options *shared = &bench->options->shared;
    char window[TEXT_MAX], hold[TEXT_MAX], spread[TEXT_MAX], jitter[TEXT_MAX];
    etp_value_show_duration(shared->window, window, sizeof window);
    etp_value_show_duration(shared->hold, hold, sizeof hold);
    etp_value_show_duration(shared->spread, spread, sizeof spread);
    etp_value_show_duration(shared->jitter, jitter, sizeof jitter);
    print_links(bench, out);
    fprintf(out, "seed %" PRIu64 ", %s\n", shared->seed, etp_mechanism_name(shared->mechanism));
    fprintf(out, "window %s, hold %s, queries spread over %s%s, jitter %s\n", window, hold,
            bench->beat > 0 ? "what is left of an interval, at most " : "", spread, jitter);
}

/* ---- a row for each cell ---- */

static void add_cell(etp_table *table, const etp_bench *bench, const etp_bench_cell *cell)
{
    const etp_bench_result *result = &cell->result;
    add_place(table, cell);
    etp_table_cell(table, "%" PRIu64, result->trades);
    etp_table_cell(table, "%" PRId64, etp_bench_trades_lost(bench, cell));
    etp_table_cell(table, "%.2f", (double)result->energy / ETP_ENERGY_PER_KWH);
    etp_table_cell(table, "%.2f", etp_bench_percent_lost(bench, cell));
    etp_table_cell(table, "%" PRIu64, result->late);
    if (result->trades > 0)
        etp_table_cell(table, "%.0f", etp_bench_bytes_per_trade(cell));
    else
        etp_table_cell(table, "-");
    etp_table_cell(table, "%.1f", etp_bench_battery_bps(cell));
    etp_table_cell(table, "%.2f", etp_bench_aggregator_peak_bps(cell) / kilo);
}

static bool print_cells(const etp_bench *bench, FILE *out)
{
    static const char *const results[] = {"trades", "lost",      "kWh",           "lost %",
                                          "late",   "B a trade", "battery bit/s", "aggregator peak kbit/s"};
    etp_table table = {0};
    etp_table_begin(&table, "rrrrrrrrrrrrr");
    add_heads(&table);
    for (unsigned i = 0; i < sizeof results / sizeof results[0]; i++)
        etp_table_cell(&table, "%s", results[i]);
    for (size_t i = 0; i < bench->markets * bench->per_market; i++)
        add_cell(&table, bench, &bench->cells[i]);
    fputc('\n', out);
    return etp_table_end(&table, 1, out);
}

/* ---- delays ---- */

static void add_late(etp_table *table, const etp_bench_delay *delay)
{
    if (delay->arrived == 0)
        etp_table_cell(table, "-");
    else
        etp_table_cell(table, "%s%.1f", delay->late > 0 ? "*" : "", (double)delay->p999_us / us_per_ms);
}

static bool print_delays(const etp_bench *bench, FILE *out)
{
    etp_table table = {0};
    etp_table_begin(&table, "rrrrrrrrrrrrrrr");
    add_heads(&table);
    for (unsigned type = 0; type < ETP_TYPES; type++)
        etp_table_cell(&table, "%s", etp_type_name(type));
    for (unsigned i = 0; i < PLACES; i++)
        etp_table_cell(&table, "%s", i + 1 == PLACES ? "limit" : "");
    for (unsigned type = 0; type < ETP_TYPES; type++)
        etp_table_cell(&table, "%" PRId64, etp_type_delay_limit(type) / ETP_NS_PER_MS);
    for (size_t i = 0; i < bench->markets * bench->per_market; i++) {
        const etp_bench_cell *cell = &bench->cells[i];
        add_place(&table, cell);
        for (unsigned type = 0; type < ETP_TYPES; type++)
            add_late(&table, &cell->result.delays[type]);
    }
    fputs("\np99.9 of each message's delay in ms; * some came later than their limit\n", out);
    return etp_table_end(&table, 1, out);
}

static void add_type(etp_table *table, unsigned type, const etp_bench_delay *delay)
{
    const uint64_t times[] = {delay->p50_us, delay->p99_us, delay->p999_us, delay->max_us};
    etp_table_cell(table, "%s", etp_type_name(type));
    etp_table_cell(table, "%" PRId64, etp_type_delay_limit(type) / ETP_NS_PER_MS);
    etp_table_cell(table, "%" PRIu64, delay->sent);
    etp_table_cell(table, "%" PRIu64, delay->arrived);
    for (unsigned i = 0; i < sizeof times / sizeof times[0]; i++) {
        if (delay->arrived > 0)
            etp_table_cell(table, "%.1f", (double)times[i] / us_per_ms);
        else
            etp_table_cell(table, "-");
    }
    etp_table_cell(table, "%" PRIu64, delay->late);
}

static bool print_types(const etp_bench_cell *cell, FILE *out)
{
    etp_table table = {0};
    char delay[TEXT_MAX], loss[TEXT_MAX], bandwidth[TEXT_MAX];
    show_value(ETP_BENCH_DELAY, (uint64_t)cell->delay, delay);
    show_value(ETP_BENCH_LOSS, cell->loss, loss);
    show_value(ETP_BENCH_BANDWIDTH, cell->bandwidth, bandwidth);
    fprintf(out, "\n%u batter%s, %u aggregator%s, %s, loss %s, %s%s, in ms\n", cell->batteries,
            cell->batteries == 1 ? "y" : "ies", cell->aggregators, plural(cell->aggregators), delay, loss, bandwidth,
            cell->bandwidth > 0 ? " bit/s" : "");
    etp_table_begin(&table, "lrrrrrrrr");
    etp_table_row(&table,
                  (const char *const[]){"message", "limit", "sent", "arrived", "p50", "p99", "p99.9", "max", "late"});
    for (unsigned type = 0; type < ETP_TYPES; type++)
        add_type(&table, type, &cell->result.delays[type]);
    return etp_table_end(&table, 1, out);
}

static bool print_each_type(const etp_bench *bench, FILE *out)
{
    bool whole = true;
    for (size_t i = 0; i < bench->markets * bench->per_market && whole; i++)
        whole = print_types(&bench->cells[i], out);
    return whole;
}

/* ---- what it asks of a network ---- */

static void add_need(etp_table *table, const etp_bench *bench, size_t market, unsigned goal, etp_bench_axis axis)
{
    etp_bench_need need = etp_bench_needs(bench, market, goal, axis);
    char text[TEXT_MAX];
    show_value(axis, need.value, text);
    if (!need.measured)
        etp_table_cell(table, "-");
    else if (!need.any)
        etp_table_cell(table, "none of these");
    else
        etp_table_cell(table, "%s%s", text, need.all ? " (all)" : "");
}

static bool print_needs(const etp_bench *bench, size_t market, FILE *out)
{
    etp_table table = {0};
    etp_table_begin(&table, "lrrr");
    etp_table_row(&table, (const char *const[]){"", "delay up to", "loss up to", "link bit/s down to"});
    for (unsigned goal = 0; goal < ETP_BENCH_GOALS; goal++) {
        if (goal == ETP_BENCH_ENERGY)
            etp_table_cell(&table, "under 1 %% of the kWh lost");
        else if (goal == ETP_BENCH_ANY_TYPE)
            etp_table_cell(&table, "no message is late");
        else
            etp_table_cell(&table, "no %s is late", etp_type_name(goal));
        for (unsigned axis = 0; axis < ETP_BENCH_AXES; axis++)
            add_need(&table, bench, market, goal, (etp_bench_axis)axis);
    }
    const etp_bench_cell *perfect = &bench->perfect[market];
    fprintf(out,
            "\nwhat %u batter%s and %u aggregator%s need, one axis at a time from its best value on, the others at "
            "theirs\n",
            perfect->batteries, perfect->batteries == 1 ? "y" : "ies", perfect->aggregators,
            plural(perfect->aggregators));
    return etp_table_end(&table, 1, out);
}

/* One kind of links says nothing of how much worse they may be. */
static bool print_all_needs(const etp_bench *bench, FILE *out)
{
    bool whole = true;
    for (size_t market = 0; market < bench->markets && whole && bench->per_market > 1; market++)
        whole = print_needs(bench, market, out);
    return whole;
}

bool etp_bench_print(const etp_bench *bench, FILE *out)
{
    print_setting(bench, out);
    return print_cells(bench, out) && print_delays(bench, out) &&
           (!bench->options->by_type || print_each_type(bench, out)) && print_all_needs(bench, out);
}

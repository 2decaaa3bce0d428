/* SPDX-License-Identifier: MIT */
/* What a cell comes to, and how far links may be worse before something comes too late or is lost. */
#include "cli/bench/bench.h"

static const double bits = 8;

/* Which bid came first decides who gets the last part of a lot, so a market sells a little more or less with each delay. */
static const double bearable_percent = 1;

/* ---- of one cell ---- */

int64_t etp_bench_trades_lost(const etp_bench *bench, const etp_bench_cell *cell)
{
    return (int64_t)bench->perfect[cell->market].result.trades - (int64_t)cell->result.trades;
}

etp_energy etp_bench_energy_lost(const etp_bench *bench, const etp_bench_cell *cell)
{
    return bench->perfect[cell->market].result.energy - cell->result.energy;
}

double etp_bench_percent_lost(const etp_bench *bench, const etp_bench_cell *cell)
{
    double perfect = (double)bench->perfect[cell->market].result.energy;
    return perfect > 0 ? 100 * (double)etp_bench_energy_lost(bench, cell) / perfect : 0;
}

double etp_bench_bytes_per_trade(const etp_bench_cell *cell)
{
    return cell->result.trades > 0 ? (double)cell->result.bytes / (double)cell->result.trades : 0;
}

double etp_bench_battery_bps(const etp_bench_cell *cell)
{
    double seconds = (double)cell->result.length / (double)ETP_NS_PER_SECOND;
    return (double)cell->result.bytes * bits / seconds / cell->batteries;
}

double etp_bench_aggregator_peak_bps(const etp_bench_cell *cell)
{
    return (double)cell->result.peak_bytes * bits / cell->aggregators;
}

/* ---- of the cells along an axis ---- */

static const etp_bench_list *list_of(const etp_bench *bench, etp_bench_axis axis)
{
    const etp_bench_options *options = bench->options;
    const etp_bench_list *const lists[ETP_BENCH_AXES] = {&options->delays, &options->losses, &options->bandwidths};
    return lists[axis];
}

/* The market's cell at a place of the axis, the first of the others: values are in order, best first. */
static const etp_bench_cell *cell_at(const etp_bench *bench, size_t market, etp_bench_axis axis, unsigned place)
{
    size_t stride = 1;
    for (unsigned inner = axis + 1; inner < ETP_BENCH_AXES; inner++)
        stride *= list_of(bench, (etp_bench_axis)inner)->count;
    return &bench->cells[market * bench->per_market + place * stride];
}

static bool is_measured(const etp_bench_cell *cell, unsigned goal)
{
    return goal >= ETP_TYPES || cell->result.delays[goal].arrived > 0;
}

static bool is_met(const etp_bench *bench, const etp_bench_cell *cell, unsigned goal)
{
    if (goal == ETP_BENCH_ENERGY)
        return etp_bench_percent_lost(bench, cell) < bearable_percent;
    if (goal == ETP_BENCH_ANY_TYPE)
        return cell->result.late == 0;
    return cell->result.delays[goal].late == 0;
}

etp_bench_need etp_bench_needs(const etp_bench *bench, size_t market, unsigned goal, etp_bench_axis axis)
{
    const etp_bench_list *list = list_of(bench, axis);
    etp_bench_need need = {.measured = is_measured(cell_at(bench, market, axis, 0), goal)};
    unsigned place = 0;
    for (; need.measured && place < list->count; place++) {
        const etp_bench_cell *cell = cell_at(bench, market, axis, place);
        if (!is_measured(cell, goal) || !is_met(bench, cell, goal))
            break;
        need.value = list->values[place];
    }
    need.any = place > 0;
    need.all = place == list->count;
    return need;
}

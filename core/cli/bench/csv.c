/* SPDX-License-Identifier: MIT */
/* The sweep as a table for other programs: a row for each cell and type of message. docs/communication.md names the
 * columns. */
#include <inttypes.h>

#include "cli/bench/bench.h"

static const double one_ppm = 1e6, us_per_ms = 1e3;

static void write_head(FILE *out)
{
    fputs("links,batteries,aggregators,delay_ms,loss,bandwidth_bps,trades_perfect,trades,trades_lost,energy_mwh,"
          "energy_lost_mwh,energy_lost_percent,lapses,in_doubt,frames_lost,late_all,bytes,bytes_per_trade,battery_bps,"
          "aggregator_peak_bps,type,limit_ms,sent,arrived,p50_ms,p99_ms,p999_ms,max_ms,late\n",
          out);
}

static void write_cell(const etp_bench *bench, const etp_bench_cell *cell, FILE *out)
{
    const etp_bench_result *result = &cell->result;
    fprintf(out, "%s,%u,%u,%.15g,%.15g,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRId64 ",", etp_bench_links(bench),
            cell->batteries, cell->aggregators, (double)cell->delay / (double)ETP_NS_PER_MS, cell->loss / one_ppm,
            cell->bandwidth, bench->perfect[cell->market].result.trades, result->trades,
            etp_bench_trades_lost(bench, cell));
    fprintf(out, "%" PRId64 ",%" PRId64 ",%.15g,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",",
            result->energy, etp_bench_energy_lost(bench, cell), etp_bench_percent_lost(bench, cell), result->lapses,
            result->in_doubt, result->frames_lost, result->late, result->bytes);
    if (result->trades > 0)
        fprintf(out, "%.15g", etp_bench_bytes_per_trade(cell));
    fprintf(out, ",%.15g,%.15g", etp_bench_battery_bps(cell), etp_bench_aggregator_peak_bps(cell));
}

/* Where nothing arrived there is no delay, and the fields are empty. */
static void write_type(unsigned type, const etp_bench_delay *delay, FILE *out)
{
    fprintf(out, ",%s,%" PRId64 ",%" PRIu64 ",%" PRIu64 ",", etp_type_name(type),
            etp_type_delay_limit(type) / ETP_NS_PER_MS, delay->sent, delay->arrived);
    if (delay->arrived > 0)
        fprintf(out, "%.15g,%.15g,%.15g,%.15g", (double)delay->p50_us / us_per_ms, (double)delay->p99_us / us_per_ms,
                (double)delay->p999_us / us_per_ms, (double)delay->max_us / us_per_ms);
    else
        fputs(",,,", out);
    fprintf(out, ",%" PRIu64 "\n", delay->late);
}

int etp_bench_write_csv(const etp_bench *bench, FILE *out)
{
    write_head(out);
    for (size_t i = 0; i < bench->markets * bench->per_market; i++) {
        for (unsigned type = 0; type < ETP_TYPES; type++) {
            write_cell(bench, &bench->cells[i], out);
            write_type(type, &bench->cells[i].result.delays[type], out);
        }
    }
    return ferror(out) ? ETP_EIO : ETP_OK;
}

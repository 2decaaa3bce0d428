/* SPDX-License-Identifier: MIT */
/* One cell: the market over links of one kind, with scripts of its own, and what is read from it. */
#include "cli/bench/bench.h"
#include "program/status.h"
#include "program/whole_run.h"

static const etp_time second = ETP_NS_PER_SECOND;

/* ---- what is run ---- */

static void set_links(etp_network_options *network, const etp_bench_cell *cell, bool perfect)
{
    network->delay = cell->delay;
    network->loss_ppm = cell->loss;
    network->bandwidth = cell->bandwidth;
    if (perfect)
        network->jitter = network->duplicate_ppm = network->reorder_ppm = network->flip_ppm = 0;
}

static etp_run_options options_of(const etp_bench *bench, const etp_bench_cell *cell, bool perfect)
{
    etp_run_options run = bench->casts[cell->cast].stage.run;
    run.homes = cell->batteries;
    run.first = bench->first;
    run.intervals = (size_t)bench->options->intervals;
    run.beat = bench->beat;
    run.logger = (etp_logger){0};
    run.ledger = false;
    set_links(&run.network, cell, perfect);
    return run;
}

/* ---- what is read ---- */

static etp_bench_delay read_delay(const etp_run *run, const etp_engine_stats *stats, etp_type type)
{
    const etp_histogram *delays = etp_run_delays(run, type);
    return (etp_bench_delay){.sent = stats->sent[type],
                             .arrived = delays->count,
                             .late = stats->late[type],
                             .p50_us = etp_histogram_quantile(delays, 0.5),
                             .p99_us = etp_histogram_quantile(delays, 0.99),
                             .p999_us = etp_histogram_quantile(delays, 0.999),
                             .max_us = delays->max};
}

void etp_bench_read_result(etp_bench_result *result, const etp_run *run)
{
    etp_run_totals totals;
    etp_engine_stats stats;
    etp_network_stats network;
    etp_run_get_totals(run, &totals);
    etp_run_engine_stats(run, &stats);
    etp_run_network_stats(run, &network);
    result->trades = totals.trades;
    result->lapses = totals.lapses;
    result->in_doubt = totals.in_doubt + totals.unresolved;
    result->energy = totals.sold;
    result->frames_lost = network.lost + network.overflowed;
    for (unsigned type = 0; type < ETP_TYPES; type++) {
        result->delays[type] = read_delay(run, &stats, (etp_type)type);
        result->late += stats.late[type];
    }
}

/* ---- the run ---- */

static uint64_t bytes_so_far(const etp_run *run)
{
    etp_network_stats network;
    etp_run_network_stats(run, &network);
    return network.bytes;
}

/* Second by second, to know the busiest. What batteries send before the market begins is not counted. */
static int run_by_seconds(etp_run *run, etp_bench_result *result, etp_error *error)
{
    etp_time begins = etp_run_starts(run, 0);
    int more = etp_run_advance(run, begins - 1, error);
    uint64_t before = bytes_so_far(run), last = before;
    for (etp_time until = begins + second; more > 0; until += second) {
        more = etp_run_advance(run, until, error);
        uint64_t now = bytes_so_far(run);
        if (now - last > result->peak_bytes)
            result->peak_bytes = now - last;
        last = now;
    }
    result->bytes = last - before;
    result->length = etp_run_now(run) - begins;
    return more < 0 ? ETP_EXIT_FAILED : ETP_EXIT_DONE;
}

static int play(const etp_run_options *options, etp_bench_result *result, etp_error *error)
{
    etp_run *run = NULL;
    int status = etp_stage_start_run(&run, options, error);
    if (status == ETP_EXIT_DONE)
        status = run_by_seconds(run, result, error);
    if (status == ETP_EXIT_DONE)
        status = etp_whole_run_check(run, "cell", error);
    if (status == ETP_EXIT_DONE)
        etp_bench_read_result(result, run);
    etp_run_free(run);
    return status;
}

int etp_bench_play(void *user, size_t index, etp_error *error)
{
    etp_bench *bench = user;
    bool perfect = index < bench->markets;
    etp_bench_cell *cell = perfect ? &bench->perfect[index] : &bench->cells[index - bench->markets];
    const etp_stage *stage = &bench->casts[cell->cast].stage;
    etp_run_options run = options_of(bench, cell, perfect);
    etp_crew crew = {0};
    int status = etp_crew_load(&crew, &stage->lineup, 0, stage->lineup.count, &stage->settings, &run.logger, error);
    if (status == ETP_EXIT_DONE) {
        run.firms = crew.firms;
        run.firm_count = crew.count;
        run.policy = etp_script_bess_hooks(crew.policy);
        run.policy_user = crew.policy;
        status = bench->options->relay != NULL && !perfect
                     ? etp_bench_play_sockets(bench, cell, &run, &cell->result, error)
                     : play(&run, &cell->result, error);
    }
    etp_crew_fini(&crew);
    return status;
}

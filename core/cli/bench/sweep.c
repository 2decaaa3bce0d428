/* SPDX-License-Identifier: MIT */
/* What there is before the first cell is run: who takes part, and the cells themselves. */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/bench/bench.h"
#include "program/status.h"

static const etp_time day = 24 * ETP_NS_PER_HOUR;
static const etp_time noon_to_evening = 6 * ETP_NS_PER_HOUR;
static const etp_time default_interval = 300 * ETP_NS_PER_SECOND;

/* As the sun leaves them. */
static const char evening_charge[] = "world.start_charge=0.9";

enum { CELLS_MAX = 100000 };

static int fail_memory(etp_error *error)
{
    etp_fail(error, ETP_ENOMEM, "no memory for the cells of the sweep");
    return ETP_EXIT_FAILED;
}

/* ---- when ---- */

/* A day begins at noon, when batteries charge and sell nothing. */
static void set_time(etp_bench *bench)
{
    const etp_options *shared = &bench->options->shared;
    bench->interval = shared->interval != 0 ? shared->interval : default_interval;
    bench->first = (size_t)(noon_to_evening / bench->interval);
    if (bench->options->relay == NULL)
        return;
    /* Queries get half as much time as window and holds take. */
    bench->beat = (shared->window + 2 * shared->hold) * 3 / 2;
    if (bench->beat > bench->interval)
        bench->beat = bench->interval;
}

const char *etp_bench_links(const etp_bench *bench)
{
    return bench->options->relay != NULL ? "sockets" : "simulated";
}

static uint64_t days_needed(const etp_bench *bench)
{
    uint64_t per_day = (uint64_t)(day / bench->interval);
    return (bench->first + bench->options->intervals + per_day - 1) / per_day;
}

/* ---- who ---- */

static int check_files(const etp_bench_options *options, etp_error *error)
{
    uint64_t fewest = options->aggregators.values[0];
    if (options->shared.file_count <= fewest)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EINVAL,
             "--aggregators %" PRIu64 " is fewer than the %u strategies that are named: each is one aggregator", fewest,
             options->shared.file_count);
    return ETP_EXIT_USAGE;
}

/* What the command line sets comes later, and so stands. */
static int set_cast(etp_bench_cast *cast, const etp_bench *bench, uint64_t aggregators, etp_error *error)
{
    const etp_options *shared = &bench->options->shared;
    cast->sets = calloc((size_t)shared->set_count + 1, sizeof *cast->sets);
    if (cast->sets == NULL)
        return fail_memory(error);
    cast->sets[0] = evening_charge;
    for (unsigned i = 0; i < shared->set_count; i++)
        cast->sets[i + 1] = shared->sets[i];
    cast->options = *shared;
    cast->options.sets = cast->sets;
    cast->options.set_count = shared->set_count + 1;
    cast->options.owners = aggregators;
    cast->options.days = days_needed(bench);
    return etp_stage_set(&cast->stage, &cast->options, error);
}

static int set_casts(etp_bench *bench, etp_error *error)
{
    const etp_bench_list *numbers = &bench->options->aggregators;
    bench->casts = calloc(numbers->count, sizeof *bench->casts);
    if (bench->casts == NULL)
        return fail_memory(error);
    int status = ETP_EXIT_DONE;
    for (unsigned i = 0; i < numbers->count && status == ETP_EXIT_DONE; i++)
        status = set_cast(&bench->casts[bench->cast_count++], bench, numbers->values[i], error);
    return status;
}

/* ---- the cells ---- */

static int take_cells(etp_bench *bench, etp_error *error)
{
    const etp_bench_options *options = bench->options;
    bench->per_market = (size_t)options->delays.count * options->losses.count * options->bandwidths.count;
    bench->markets = (size_t)options->batteries.count * options->aggregators.count;
    if (bench->per_market * bench->markets > CELLS_MAX) {
        etp_fail(error, ETP_ERANGE, "the sweep has %zu cells, and at most %d can be run: name fewer values",
                 bench->per_market * bench->markets, (int)CELLS_MAX);
        return ETP_EXIT_USAGE;
    }
    bench->cells = calloc(bench->per_market * bench->markets, sizeof *bench->cells);
    bench->perfect = calloc(bench->markets, sizeof *bench->perfect);
    return bench->cells != NULL && bench->perfect != NULL ? ETP_EXIT_DONE : fail_memory(error);
}

static void place_links(const etp_bench_options *options, const etp_bench_cell *market, etp_bench_cell *cells)
{
    for (unsigned i = 0; i < options->delays.count; i++) {
        for (unsigned j = 0; j < options->losses.count; j++) {
            for (unsigned k = 0; k < options->bandwidths.count; k++) {
                *cells = *market;
                cells->delay = (etp_time)options->delays.values[i];
                cells->loss = (uint32_t)options->losses.values[j];
                cells->bandwidth = options->bandwidths.values[k];
                cells++;
            }
        }
    }
}

static void place(etp_bench *bench)
{
    const etp_bench_options *options = bench->options;
    for (size_t i = 0; i < bench->markets; i++) {
        unsigned cast = (unsigned)(i % options->aggregators.count);
        bench->perfect[i] =
            (etp_bench_cell){.batteries = (unsigned)options->batteries.values[i / options->aggregators.count],
                             .aggregators = (unsigned)options->aggregators.values[cast],
                             .cast = cast,
                             .market = i};
        place_links(options, &bench->perfect[i], bench->cells + i * bench->per_market);
    }
}

/* ---- all of it ---- */

int etp_bench_set(etp_bench *bench, const etp_bench_options *options, etp_error *error)
{
    *bench = (etp_bench){.options = options};
    set_time(bench);
    int status = check_files(options, error);
    if (status == ETP_EXIT_DONE)
        status = take_cells(bench, error);
    if (status == ETP_EXIT_DONE)
        status = set_casts(bench, error);
    if (status == ETP_EXIT_DONE)
        place(bench);
    return status;
}

void etp_bench_fini(etp_bench *bench)
{
    etp_progress_clear(&bench->progress);
    for (unsigned i = 0; i < bench->cast_count; i++) {
        etp_stage_fini(&bench->casts[i].stage);
        free(bench->casts[i].sets);
    }
    free(bench->casts);
    free(bench->cells);
    free(bench->perfect);
    *bench = (etp_bench){0};
}

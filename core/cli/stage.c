/* SPDX-License-Identifier: MIT */
#include "cli/stage.h"

#include <inttypes.h>
#include <unistd.h>

#include "program/output.h"
#include "program/status.h"

static const etp_time day = 24 * ETP_NS_PER_HOUR;
static const etp_time longest_block = 366 * 24 * ETP_NS_PER_HOUR;
static const etp_time default_interval = 300 * ETP_NS_PER_SECOND;

/* ---- prices ---- */

int etp_stage_make_prices(etp_trace *trace, const etp_options *options, uint64_t seed, etp_error *error)
{
    etp_time interval = options->interval != 0 ? options->interval : default_interval;
    int result = etp_trace_generate(trace, (unsigned)options->days, interval, seed, NULL);
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "the built-in prices cannot be made: %s", etp_strerror(result));
    return ETP_EXIT_FAILED;
}

static int check_made_up(const etp_options *options, etp_error *error)
{
    if (options->region == NULL && options->from == 0 && options->clip == 0 && options->gaps == ETP_GAPS_REFUSE)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EINVAL, "--region, --from, --gaps and --clip are of a file of prices: name it with --prices");
    return ETP_EXIT_USAGE;
}

static int make_prices(etp_stage *stage, etp_error *error)
{
    int status = check_made_up(stage->options, error);
    return status == ETP_EXIT_DONE ? etp_stage_make_prices(&stage->trace, stage->options, stage->options->seed, error)
                                   : status;
}

static int set_prices(etp_stage *stage, etp_error *error)
{
    int status = stage->options->prices != NULL ? etp_stage_load_prices(stage, error) : make_prices(stage, error);
    if (status != ETP_EXIT_DONE)
        return status;
    stage->run.trace = &stage->trace;
    stage->run.intervals = (size_t)stage->options->days * (size_t)(day / stage->trace.interval);
    return ETP_EXIT_DONE;
}

/* ---- the run's options ---- */

static void set_network(etp_network_options *network, const etp_options *options)
{
    network->delay = options->delay;
    network->jitter = options->jitter;
    network->loss_ppm = options->loss;
    network->duplicate_ppm = options->duplicate;
    network->reorder_ppm = options->reorder;
    network->flip_ppm = options->flip;
    network->bandwidth = options->bandwidth;
}

static int set_run(etp_stage *stage, etp_error *error)
{
    const etp_options *options = stage->options;
    etp_run_options *run = &stage->run;
    run->logger = stage->logger;
    run->seed = options->seed;
    run->homes = (unsigned)options->bess;
    run->feed_in = options->fit.tariff;
    run->retail = options->retail.tariff;
    run->portfolios = stage->lineup.count * stage->lineup.share;
    run->conduct = options->utility.conduct;
    run->timing.window = options->window;
    run->timing.hold = options->hold;
    run->timing.query_spread = options->spread;
    run->mechanism = options->mechanism;
    run->disclose = options->disclose;
    run->failures_ppm = options->failures;
    run->ledger = true;
    run->ledger_block = longest_block; /* nobody reads blocks here */
    set_network(&run->network, options);
    return etp_settings_apply_world(&stage->settings, run, error);
}

/* ---- pace ---- */

/* Queries get half as much time as window and holds take. A whole number is easier to say again. */
static double comfortable_pace(const etp_run_options *run)
{
    etp_time need = (run->timing.window + 2 * run->timing.hold) * 3 / 2;
    etp_time pace = run->trace->interval / need;
    return pace > 1 ? (double)pace : 1;
}

/* A run that repeats a watched one goes through the same moments. */
static void set_pace(etp_stage *stage)
{
    const etp_options *options = stage->options;
    stage->pace = 1;
    if (!etp_options_by_clock(options) && options->pace == 0)
        return;
    stage->pace = options->pace != 0 ? options->pace : comfortable_pace(&stage->run);
    stage->run.beat = (etp_time)((double)stage->trace.interval / stage->pace + 0.5);
}

static etp_time run_length(const etp_stage *stage)
{
    etp_time beat = stage->run.beat != 0 ? stage->run.beat : stage->trace.interval;
    return (etp_time)stage->run.intervals * beat;
}

static int check_skip(const etp_stage *stage, etp_error *error)
{
    if (stage->options->skip < (etp_time)stage->run.intervals * stage->trace.interval)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ERANGE,
             "--skip leaves nothing to watch: skip less than the run is long, or ask for more --days");
    return ETP_EXIT_USAGE;
}

/* ---- the stage ---- */

int etp_stage_set(etp_stage *stage, const etp_options *options, etp_error *error)
{
    *stage = (etp_stage){.options = options};
    stage->logger = etp_log_lines_begin(&stage->log_lines, &stage->progress, options->log);
    stage->log_lines.reloads_are_told =
        etp_options_by_clock(options) && !options->quiet && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
    etp_run_defaults(&stage->run);
    int status = etp_settings_read(&stage->settings, options->sets, options->set_count, error);
    if (status == ETP_EXIT_DONE)
        status = etp_swaps_read(&stage->swaps, options, error);
    if (status == ETP_EXIT_DONE)
        status = etp_lineup_make(&stage->lineup, options, error);
    if (status == ETP_EXIT_DONE)
        status = etp_lineup_check_settings(&stage->lineup, &stage->settings, error);
    if (status == ETP_EXIT_DONE)
        status = set_run(stage, error);
    if (status == ETP_EXIT_DONE)
        status = set_prices(stage, error);
    if (status != ETP_EXIT_DONE)
        return status;
    set_pace(stage);
    status = check_skip(stage, error);
    if (status != ETP_EXIT_DONE)
        return status;
    return etp_lineup_check_swaps(&stage->lineup, &stage->swaps, run_length(stage), error);
}

/* What is read must not be written over: a forgotten file name makes an option swallow the next one. */
int etp_stage_check_output(const etp_stage *stage, const char *option, const char *path, etp_error *error)
{
    const etp_lineup *lineup = &stage->lineup;
    const char *input = etp_stage_reads_prices(stage, path) ? path : NULL;
    if (etp_output_is_file(path, lineup->policy.path))
        input = lineup->policy.path;
    for (unsigned i = 0; i < lineup->count; i++)
        if (etp_output_is_file(path, lineup->entrants[i].path))
            input = lineup->entrants[i].path;
    if (input == NULL)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EINVAL, "%s would write over %s, which this run reads: name another file", option, input);
    return ETP_EXIT_USAGE;
}

void etp_stage_fini(etp_stage *stage)
{
    etp_progress_clear(&stage->progress);
    etp_settings_fini(&stage->settings);
    etp_swaps_fini(&stage->swaps);
    etp_lineup_fini(&stage->lineup);
    etp_trace_fini(&stage->trace);
}

/* SPDX-License-Identifier: MIT */
/* The command bench, from its arguments to the tables. */
#include <errno.h>
#include <string.h>

#include "cli/bench/bench.h"
#include "cli/commands.h"
#include "program/output.h"
#include "program/status.h"
#include "program/workers.h"

/* ---- options ---- */

enum { INTERVALS = 24, INTERVALS_BY_CLOCK = 6 };

#define OWN(field) offsetof(etp_bench_options, field)
#define HOUR       ((uint64_t)ETP_NS_PER_HOUR)

static const etp_option own_options[] = {
    {"The sweep", "batteries", "N,...", "20,100", "how many home batteries sell", &etp_option_kind_numbers,
     OWN(batteries), 1, 100000},
    {NULL, "aggregators", "N,...", "1,5", "how many aggregators buy", &etp_option_kind_numbers, OWN(aggregators), 1,
     100},
    {NULL, "delays", "TIME,...", "0s,20ms,100ms,250ms,400ms,600ms", "of every message, one way",
     &etp_option_kind_durations, OWN(delays), 0, HOUR},
    {NULL, "losses", "CHANCE,...", "0,1%,5%", "that a frame is lost", &etp_option_kind_chances, OWN(losses), 0,
     1000000},
    {NULL, "bandwidths", "N,...", "0,9600,2400", "bits per second of each link, each way; 0 is no limit",
     &etp_option_kind_bandwidths, OWN(bandwidths), 0, UINT64_C(1000000000000)},
    {NULL, "intervals", "N", NULL, "market intervals in each cell, from 18:00 on [24; with --relay 6]",
     &etp_option_kind_whole, OWN(intervals), 1, 100000},
    {NULL, "jitter", "TIME", "0s", "added to the delay, at random from 0 to this", &etp_option_kind_duration,
     OWN(shared.jitter), 0, HOUR},
    {NULL, "failures", "CHANCE", "100%",
     "that a battery fails for a while, for each battery and day: often, so that DeviceFailure is measured",
     &etp_option_kind_chance, OWN(shared.failures), 0, 0},
    {NULL, "jobs", "N", NULL, "how many cells are run at once; changes nothing in the result [one per processor]",
     &etp_option_kind_whole, OWN(jobs), 1, 256},
    {NULL, "relay", "PROGRAM", NULL,
     "run over real sockets on loopback, by the clock, with this program between them (such as etp-net-relay, which "
     "`make test` builds); one cell after the other, and by default one small market over one kind of links",
     &etp_option_kind_file, OWN(relay), 0, 0},
    {"The result", "by-type", NULL, NULL,
     "a table of each cell besides: every type's p50, p99, p99.9, max and how many were late", &etp_option_kind_flag,
     OWN(by_type), 0, 0},
    {NULL, "csv", "FILE", NULL,
     "write a row for each cell and type of message; - is standard output, in place of the "
     "tables",
     &etp_option_kind_file, OWN(csv), 0, 0},
};
static const char *const shared_options[] = {"reserve", "set",   "seed",   "interval",  "mechanism", "disclose",
                                             "window",  "hold",  "spread", "duplicate", "reorder",   "flip",
                                             "json",    "quiet", "help",   NULL};
const etp_vocabulary etp_bench_vocabulary = {"bench network", shared_options, own_options,
                                             sizeof own_options / sizeof own_options[0]};

/* ---- the result ---- */

static bool is_standard(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static int print(const etp_bench *bench, etp_error *error)
{
    const etp_bench_options *options = bench->options;
    etp_output output;
    if (options->shared.quiet || is_standard(options->shared.json) || is_standard(options->csv))
        return ETP_EXIT_DONE;
    int status = etp_output_open(&output, "-", false, error);
    if (status == ETP_EXIT_DONE && !etp_bench_print(bench, output.file)) {
        etp_fail(error, ETP_ENOMEM, "no memory for a table");
        return ETP_EXIT_FAILED;
    }
    return status == ETP_EXIT_DONE ? etp_output_finish(&output, error) : status;
}

typedef int (*writer)(const etp_bench *bench, FILE *out);

static int write(const etp_bench *bench, writer how, etp_output *output, etp_error *error)
{
    if (output->file == NULL)
        return ETP_EXIT_DONE;
    errno = 0;
    return etp_output_finish_json(output, how(bench, output->file), error);
}

/* ---- running ---- */

static uint64_t weigh(void *user, size_t index)
{
    const etp_bench *bench = user;
    const etp_bench_cell *cell =
        index < bench->markets ? &bench->perfect[index] : &bench->cells[index - bench->markets];
    return (uint64_t)cell->batteries * cell->aggregators;
}

static int play_all(etp_bench *bench, etp_error *error)
{
    const etp_bench_options *options = bench->options;
    const etp_labour labour = {
        .work = etp_bench_play, .weight = weigh, .user = bench, .count = bench->markets * (bench->per_market + 1)};
    unsigned jobs = options->jobs > 0 ? (unsigned)options->jobs : etp_workers_available();
    uint64_t all = 0;
    for (size_t i = 0; i < labour.count; i++)
        all += weigh(bench, i);
    etp_progress_begin(&bench->progress, !options->shared.quiet, all);
    int status = etp_workers_labour(jobs, &labour, &bench->progress, error);
    etp_progress_clear(&bench->progress);
    return status;
}

/* ---- files ---- */

typedef struct outputs {
    etp_output csv, json;
} outputs;

static int open_outputs(const etp_bench *bench, outputs *files, etp_error *error)
{
    const etp_bench_options *options = bench->options;
    const etp_stage *stage = &bench->casts[0].stage;
    int status = etp_stage_check_output(stage, "--json", options->shared.json, error);
    if (status == ETP_EXIT_DONE)
        status = etp_stage_check_output(stage, "--csv", options->csv, error);
    if (status == ETP_EXIT_DONE)
        status = etp_output_open(&files->json, options->shared.json, true, error);
    if (status == ETP_EXIT_DONE)
        status = etp_output_open(&files->csv, options->csv, true, error);
    return status;
}

static int check_outputs(const etp_bench_options *options, etp_error *error)
{
    const char *json = options->shared.json, *csv = options->csv;
    if (json == NULL || csv == NULL || (strcmp(json, csv) != 0 && !etp_output_is_file(json, csv)))
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EINVAL, "--csv and --json name the same file, %s: each needs its own", json);
    return ETP_EXIT_USAGE;
}

static int measure(const etp_bench_options *options, etp_error *error)
{
    etp_bench bench;
    outputs files = {0};
    int status = etp_bench_set(&bench, options, error);
    if (status == ETP_EXIT_DONE)
        status = open_outputs(&bench, &files, error);
    if (status == ETP_EXIT_DONE)
        status = play_all(&bench, error);
    if (status == ETP_EXIT_DONE)
        status = write(&bench, etp_bench_write_csv, &files.csv, error);
    if (status == ETP_EXIT_DONE)
        status = write(&bench, etp_bench_write_json, &files.json, error);
    if (status == ETP_EXIT_DONE)
        status = print(&bench, error);
    etp_output_drop(&files.csv);
    etp_output_drop(&files.json);
    etp_bench_fini(&bench);
    return status;
}

/* ---- the command ---- */

static int start(etp_bench_options *options, etp_error *error)
{
    if (options->shared.help) {
        etp_bench_help();
        return etp_output_flush(error);
    }
    if (options->intervals == 0)
        options->intervals = options->relay != NULL ? INTERVALS_BY_CLOCK : INTERVALS;
    int status = check_outputs(options, error);
    if (status == ETP_EXIT_DONE && options->relay != NULL)
        status = etp_bench_suit_sockets(options, error);
    return status == ETP_EXIT_DONE ? measure(options, error) : status;
}

static int check_what(int argc, char **argv, etp_error *error)
{
    static const char *const known[] = {"network", "--help", "-h"};
    for (size_t i = 0; argc > 1 && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(argv[1], known[i]) == 0)
            return ETP_EXIT_DONE;
    if (argc > 1)
        etp_fail(error, ETP_ENOENT, "bench does not measure '%s': etp-engine bench network ...", argv[1]);
    else
        etp_fail(error, ETP_EINVAL, "bench needs what is to be measured: etp-engine bench network");
    return ETP_EXIT_USAGE;
}

int etp_bench_start(const char *program, int argc, char **argv, etp_error *error)
{
    etp_bench_options options = {.by_type = false};
    (void)program;
    int status = check_what(argc, argv, error);
    if (status != ETP_EXIT_DONE)
        return status;
    bool is_word = argv[1][0] != '-'; /* then it stands where a command's own name stands */
    status = etp_options_parse_as(&options.shared, &etp_bench_vocabulary, argc - is_word, argv + is_word, error);
    if (status == ETP_EXIT_DONE)
        status = start(&options, error);
    etp_options_fini(&options.shared);
    return status;
}

/* SPDX-License-Identifier: MIT */
/* Cells over real sockets, through a relay, by the clock on the wall. */
#include <string.h>
#include <unistd.h>

#include "cli/bench/bench.h"
#include "program/status.h"
#include "program/whole_run.h"

#ifdef ETP_HAS_LIVE
#include "cli/live/relays.h"
#endif

static int refuse(etp_error *error, const char *sentence)
{
    etp_fail(error, ETP_EINVAL, "%s", sentence);
    return ETP_EXIT_USAGE;
}

#ifdef ETP_HAS_LIVE

/* ---- what can be asked for ---- */

typedef struct default_of {
    const char *name, *text; /* of the option, and its value unless another one is given */
} default_of;

/* A cell takes as long as its intervals do. */
static const default_of defaults[] = {
    {"batteries", "10"}, {"aggregators", "2"}, {"delays", "20ms"}, {"losses", "0"}, {"bandwidths", "0"}};

/* A list that was not given has the very text of the table. */
static int take_default(etp_bench_options *options, const etp_option *option, etp_error *error)
{
    etp_bench_list *list = (etp_bench_list *)(void *)((char *)options + option->offset);
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        if (strcmp(option->name, defaults[i].name) == 0 && list->text == option->standard)
            return option->kind->read(list, option, defaults[i].text, error);
    return ETP_OK;
}

static int take_defaults(etp_bench_options *options, etp_error *error)
{
    const etp_option *list[ETP_OPTIONS_MAX];
    unsigned count = etp_vocabulary_list(&etp_bench_vocabulary, list);
    for (unsigned i = 0; i < count; i++)
        if (take_default(options, list[i], error) != ETP_OK)
            return ETP_EXIT_FAILED;
    return ETP_EXIT_DONE;
}

static int check(const etp_bench_options *options, etp_error *error)
{
    const etp_options *shared = &options->shared;
    if (options->losses.count > 1 || options->losses.values[0] > 0)
        return refuse(error,
                      "--relay carries TCP, which loses nothing, for it sends again what a network lost: leave out "
                      "--losses and see with --jitter what such waits do, or leave out --relay, for simulated links "
                      "lose frames");
    if (shared->duplicate > 0 || shared->reorder > 0 || shared->flip > 0)
        return refuse(error, "--duplicate, --reorder and --flip are of simulated links: leave them out, or --relay");
    if (options->jobs > 1)
        return refuse(error, "--relay runs one cell after the other, so that they do not disturb each other: leave "
                             "out --jobs");
    return ETP_EXIT_DONE;
}

int etp_bench_suit_sockets(etp_bench_options *options, etp_error *error)
{
    if (access(options->relay, X_OK) != 0) {
        etp_fail(error, ETP_ENOENT, "--relay %s: there is no such program", options->relay);
        return ETP_EXIT_FAILED;
    }
    int status = take_defaults(options, error);
    if (status == ETP_EXIT_DONE)
        status = check(options, error);
    options->jobs = 1;
    return status;
}

/* ---- one cell ---- */

static const etp_time step = 10 * ETP_NS_PER_MS;
static const etp_time second = ETP_NS_PER_SECOND;

/* The bytes of the second that ends. */
static void note_second(etp_bench_result *result, uint64_t bytes, uint64_t *last)
{
    if (bytes - *last > result->peak_bytes)
        result->peak_bytes = bytes - *last;
    *last = bytes;
}

static int run_by_clock(etp_run *run, etp_relays *relays, etp_bench_result *result, etp_error *error)
{
    etp_time begins = etp_run_starts(run, 0), second_ends = begins + second;
    uint64_t before = etp_relays_bytes(relays), last = before;
    int status = ETP_EXIT_DONE, more = 1;
    while (status == ETP_EXIT_DONE && more > 0) {
        etp_time now = etp_relays_now(relays);
        more = etp_run_advance(run, now, error);
        if (now >= second_ends) {
            note_second(result, etp_relays_bytes(relays), &last);
            second_ends += second;
        }
        if (more > 0)
            status = etp_relays_serve(relays, now + step, error);
    }
    note_second(result, etp_relays_bytes(relays), &last);
    result->bytes = last - before;
    result->length = etp_relays_now(relays) - begins;
    return more < 0 ? ETP_EXIT_FAILED : status;
}

static int play(etp_run *run, etp_relays *relays, unsigned homes, etp_bench_result *result, etp_error *error)
{
    int status = etp_relays_join(relays, run, homes, error);
    if (status == ETP_EXIT_DONE)
        status = run_by_clock(run, relays, result, error);
    if (status == ETP_EXIT_DONE)
        status = etp_whole_run_check(run, "cell", error);
    if (status == ETP_EXIT_DONE)
        etp_bench_read_result(result, run);
    return status;
}

int etp_bench_play_sockets(const etp_bench *bench, const etp_bench_cell *cell, etp_run_options *options,
                           etp_bench_result *result, etp_error *error)
{
    const etp_relays_options links = {.program = bench->options->relay,
                                      .delay = cell->delay,
                                      .jitter = bench->options->shared.jitter,
                                      .bandwidth = cell->bandwidth,
                                      .seed = options->seed};
    etp_relays *relays = NULL;
    etp_run *run = NULL;
    int status = etp_relays_new(&relays, &links, error);
    if (status == ETP_EXIT_DONE) {
        options->carriage = etp_relays_carriage(relays);
        status = etp_stage_start_run(&run, options, error);
    }
    if (status == ETP_EXIT_DONE)
        status = play(run, relays, cell->batteries, result, error);
    etp_relays_free(relays);
    etp_run_free(run);
    return status;
}

#else

int etp_bench_suit_sockets(etp_bench_options *options, etp_error *error)
{
    (void)options;
    return refuse(error,
                  "--relay needs nodes on a real network, and this etp-engine was built without them (ETP_LIVE)");
}

int etp_bench_play_sockets(const etp_bench *bench, const etp_bench_cell *cell, etp_run_options *options,
                           etp_bench_result *result, etp_error *error)
{
    (void)bench;
    (void)cell;
    (void)options;
    (void)result;
    return refuse(error, "this etp-engine was built without nodes on a real network");
}

#endif

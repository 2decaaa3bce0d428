/* SPDX-License-Identifier: MIT */
/*
 * How long an edit takes to be seen: a strategy's file is moved into place under a market that runs by the clock, and the
 * time is taken from the save until the market has gone on with the new version. Files are looked at every 10 ms, as
 * `etp-engine run --watch` does. Nearly all of it is the tenth of a second for which a file must be at rest.
 */
#include <string.h>
#include <unistd.h>

#include "bench_stage.h"
#include "bench_time.h"
#include "etp/watch.h"

enum { HOMES = 100, SAVES = 40, STRATEGY = 0, PATH_SIZE = 512 };

static const etp_time nap = 10 * ETP_NS_PER_MS;
static const double ms_per_second = 1e3;

static char folder[] = "etp-bench-XXXXXX";

static void need(bool is_so, const char *what)
{
    if (is_so)
        return;
    fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

static const char *path_of(const char *name)
{
    static char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Each version bids something else. */
static void save(unsigned version)
{
    char from[PATH_SIZE];
    snprintf(from, sizeof from, "%s", path_of("mine.lua.new"));
    FILE *file = fopen(from, "w");
    need(file != NULL, "a file cannot be written");
    fprintf(file,
            "local S = { api = 1, role = 'aggregator' }\n"
            "function S.on_offer(ctx, offer) return math.max(0, offer.value - %u / 100), offer.energy end\n"
            "return S\n",
            version);
    need(fclose(file) == 0 && rename(from, path_of("mine.lua")) == 0, "a file cannot be written");
}

/* One turn of a host's loop. */
static void turn(etp_run *run, etp_watch *watch)
{
    const struct timespec pause = {.tv_nsec = nap};
    etp_error error = {0};
    etp_script *changed;
    nanosleep(&pause, NULL);
    need(etp_run_advance(run, etp_run_now(run) + nap, &error) >= 0, error.text);
    etp_time clock = (etp_time)(bench_clock(CLOCK_MONOTONIC) * 1e9);
    while ((changed = etp_watch_poll(watch, clock)) != NULL)
        need(etp_script_reload(changed, etp_run_now(run), &error) == ETP_OK, error.text);
}

static double save_and_see(etp_run *run, etp_watch *watch, const etp_script *script)
{
    unsigned before = etp_script_version(script);
    double begin = bench_clock(CLOCK_MONOTONIC);
    save(before);
    while (etp_script_version(script) == before)
        turn(run, watch);
    double took = bench_clock(CLOCK_MONOTONIC) - begin;
    /* The next save is not in step with the turns. */
    for (unsigned i = 0; i < before % 4; i++)
        turn(run, watch);
    return took * ms_per_second;
}

static void measure(etp_run *run, etp_script *script)
{
    double times[SAVES];
    etp_watch *watch;
    need(etp_watch_new(&watch, NULL) == ETP_OK && etp_watch_add(watch, script) == ETP_OK, "no memory");
    for (unsigned i = 0; i < SAVES; i++)
        times[i] = save_and_see(run, watch, script);
    double median = bench_median(times, SAVES);
    printf("ms from a save until its version is in the market: p50 %.0f, the longest of %u %.0f\n", median,
           (unsigned)SAVES, times[SAVES - 1]);
    etp_watch_free(watch);
}

int main(void)
{
    static bench b;
    etp_run *run;
    etp_error error = {0};
    need(mkdtemp(folder) != NULL, "a folder cannot be made");
    save(0);
    bench_prepare(&b, HOMES);
    etp_script_free(b.strategies[STRATEGY]);
    need(etp_script_load(&b.strategies[STRATEGY], path_of("mine.lua"), NULL, &error) == ETP_OK, error.text);
    b.firms[STRATEGY].name = etp_script_name(b.strategies[STRATEGY]);
    b.firms[STRATEGY].hooks = etp_script_aggregator_hooks(b.strategies[STRATEGY]);
    b.firms[STRATEGY].user = b.strategies[STRATEGY];
    need(etp_run_new(&run, &b.options, &error) == ETP_OK, error.text);
    /* The evening, when much is sold. */
    need(etp_run_advance(run, etp_run_starts(run, 72), &error) >= 0, error.text);
    measure(run, b.strategies[STRATEGY]);
    etp_run_free(run);
    bench_finish(&b);
    remove(path_of("mine.lua"));
    rmdir(folder);
    return EXIT_SUCCESS;
}

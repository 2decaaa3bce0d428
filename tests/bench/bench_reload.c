/* SPDX-License-Identifier: MIT */
/*
 * How long a reload takes while a market runs: 1,000 batteries (or as many as the first argument says) and five shipped
 * strategies, one of which is reloaded every few hundred milliseconds of the market's time; then the reserve policy,
 * which carries over what it knows of every battery. Beside it a yardstick: loading the same file afresh.
 */
#include "bench_stage.h"
#include "bench_time.h"

enum { HOMES = 1000, TURNS = 400, STRATEGY = 4 };

static const etp_time step = 700 * ETP_NS_PER_MS;
static const double ms_per_second = 1e3;

static void fail(const etp_error *error)
{
    fprintf(stderr, "%s\n", error->text);
    exit(EXIT_FAILURE);
}

static double reload(etp_script *script, etp_time now)
{
    etp_error error = {0};
    double before = bench_clock(CLOCK_MONOTONIC);
    if (etp_script_reload(script, now, &error) != ETP_OK)
        fail(&error);
    return bench_clock(CLOCK_MONOTONIC) - before;
}

static double load_afresh(const etp_script *script)
{
    etp_error error = {0};
    etp_script *fresh;
    double before = bench_clock(CLOCK_MONOTONIC);
    if (etp_script_load(&fresh, etp_script_file(script, 0), NULL, &error) != ETP_OK)
        fail(&error);
    double took = bench_clock(CLOCK_MONOTONIC) - before;
    etp_script_free(fresh);
    return took;
}

static double quantile(double *times, double share)
{
    qsort(times, TURNS, sizeof *times, bench_compare);
    return times[(size_t)((TURNS - 1) * share)] * ms_per_second;
}

static void measure(const char *what, etp_run *run, etp_script *script)
{
    double reloads[TURNS], loads[TURNS];
    etp_error error = {0};
    for (unsigned i = 0; i < TURNS; i++) {
        if (etp_run_advance(run, etp_run_now(run) + step, &error) < 0)
            fail(&error);
        reloads[i] = reload(script, etp_run_now(run));
        loads[i] = load_afresh(script);
    }
    printf("reload %s p50 %.3f ms, p99 %.3f ms; yardstick, a fresh load: p50 %.3f ms, p99 %.3f ms\n", what,
           quantile(reloads, 0.5), quantile(reloads, 0.99), quantile(loads, 0.5), quantile(loads, 0.99));
}

int main(int argc, char **argv)
{
    static bench b;
    etp_run *run;
    etp_error error = {0};
    bench_prepare(&b, argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : HOMES);
    b.options.beat = 6 * ETP_NS_PER_SECOND;
    if (etp_run_new(&run, &b.options, &error) != ETP_OK)
        fail(&error);
    /* The evening, when much is sold. */
    if (etp_run_advance(run, etp_run_starts(run, 72), &error) < 0)
        fail(&error);
    measure("of a strategy", run, b.strategies[STRATEGY]);
    measure("of the reserve policy", run, b.policy);
    etp_run_free(run);
    bench_finish(&b);
    return EXIT_SUCCESS;
}

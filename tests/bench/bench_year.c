/* SPDX-License-Identifier: MIT */
/*
 * A year of the market: 100 homes, five aggregators with the shipped strategies, five-minute prices; the same engine,
 * codec and hooks as everywhere, on one core. Then where the time goes, how it grows with homes, and what a second core is
 * worth.
 *
 *     bench_year [DAYS [PRICES.csv]]      365 days of made-up prices unless told otherwise
 *
 * Calls of hooks are timed in a run, less what reading the clock takes. Codec, network and homes are timed apart, on as
 * much of the same work; what then is left of the run is the engine's: sessions, timers, auctions, accounts.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench_stage.h"
#include "bench_yard.h"
#include "timed_hooks.h"

enum { HOMES = 100, MANY_HOMES = 1000, DAYS = 365, PART = 28, PER_DAY = 288 };

typedef struct figures {
    double cpu;
    etp_run_totals totals;
    etp_engine_stats engine;
    etp_network_stats network;
} figures;

static void stop(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(EXIT_FAILURE);
}

/* ---- the world ---- */

static void set_prices(bench *b, size_t days, const char *path)
{
    etp_error error = {0};
    size_t noon = 0;
    etp_trace_fini(&b->trace);
    int result = path != NULL ? etp_trace_load(&b->trace, path, NULL, &error)
                              : etp_trace_generate(&b->trace, (unsigned)days, 300 * ETP_NS_PER_SECOND, 1, NULL);
    if (result != ETP_OK || (result = etp_trace_first_noon(&b->trace, &noon)) != ETP_OK)
        stop(error.text[0] != '\0' ? error.text : "no prices");
    if (b->trace.interval != 300 * ETP_NS_PER_SECOND || b->trace.count - noon < days * PER_DAY)
        stop("the prices are not of five minutes, or not of so many days");
    b->options.first = noon;
}

static figures run_days(bench *b, unsigned homes, size_t days, bool skip)
{
    figures f = {0};
    etp_run *run;
    etp_error error = {0};
    b->options.homes = homes;
    b->options.intervals = days * PER_DAY;
    b->options.skip_idle = skip;
    b->options.ledger = true;
    f.cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    int more = etp_run_new(&run, &b->options, &error) == ETP_OK ? 1 : -1;
    while (more > 0)
        more = etp_run_step(run, &error);
    if (more < 0 || etp_run_check(run, &error) != ETP_OK)
        stop(error.text);
    f.cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - f.cpu;
    etp_run_get_totals(run, &f.totals);
    etp_run_engine_stats(run, &f.engine);
    etp_run_network_stats(run, &f.network);
    etp_run_free(run);
    return f;
}

static uint64_t messages_of(const figures *f)
{
    uint64_t messages = 0;
    for (unsigned i = 0; i < ETP_TYPES; i++)
        messages += f->engine.received[i];
    return messages;
}

/* ---- the parts ---- */

/* As many frames of the mean size through a network alone, a few under way at a time. */
static double network_seconds(const bench *b, const figures *f)
{
    enum { UNDER_WAY = 64 };
    static const unsigned char bytes[65535];
    etp_network *network;
    etp_network_options options = b->options.network;
    etp_delivery delivery;
    options.max_links = 2;
    options.seed = 1;
    if (f->network.sent == 0 || etp_network_new(&network, &options, NULL) != ETP_OK)
        return 0;
    etp_network_join(network, 0, 1, 1, 2);
    size_t size = (size_t)(f->network.bytes / f->network.sent);
    double start = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (uint64_t i = 0; i < f->network.sent; i++) {
        etp_time now = (etp_time)(i + 1) * 100 * ETP_NS_PER_US;
        etp_network_send(network, now, 0, bytes, size);
        while (i % UNDER_WAY == 0 && etp_network_take(network, now, &delivery))
            ;
    }
    double took = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - start;
    etp_network_free(network);
    return took;
}

static double homes_seconds(const bench *b)
{
    etp_error error = {0};
    etp_money *costs = calloc(b->options.homes, sizeof *costs);
    double start = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    if (costs == NULL || etp_run_without_market(&b->options, costs, &error) != ETP_OK)
        stop(error.text);
    double took = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - start;
    free(costs);
    return took;
}

static void print_part(const char *name, double seconds, double all)
{
    printf("  %-28s %6.2f s  %3.0f %%\n", name, seconds, 100 * seconds / all);
}

static void print_parts(bench *b, size_t days)
{
    static timed_hooks timed[FIRMS + 1];
    for (unsigned i = 0; i < FIRMS; i++)
        b->firms[i].hooks = timed_buyer(&timed[i], b->firms[i].hooks, &b->firms[i].user);
    b->options.policy = timed_seller(&timed[FIRMS], b->options.policy, &b->options.policy_user);
    figures f = run_days(b, HOMES, days, true);
    double reading = timed_clock_cost(), hooks = 0, all = f.cpu;
    /* A call is timed by two readings of the clock, one of which falls between them. */
    for (unsigned i = 0; i <= FIRMS; i++) {
        hooks += TIMED_ONE_IN * (timed[i].seconds - (double)timed[i].timed * reading);
        all -= 2 * (double)timed[i].timed * reading;
    }
    double codec = bench_codec_seconds(messages_of(&f)), network = network_seconds(b, &f), homes = homes_seconds(b);
    printf("where the time of %zu days goes:\n", days);
    print_part("hooks, in Lua", hooks, all);
    print_part("codec", codec, all);
    print_part("network", network, all);
    print_part("homes", homes, all);
    print_part("engine and the rest", all - hooks - codec - network - homes, all);
}

/* ---- growth, and a second core ---- */

static void print_growth(bench *b, size_t days, const figures *few)
{
    figures many = run_days(b, MANY_HOMES, days, true);
    double ratio = many.cpu / few->cpu * HOMES / MANY_HOMES;
    printf("%d homes, %zu days: %.2f s of CPU; a home takes %.2f times what it takes among %d\n", (int)MANY_HOMES, days,
           many.cpu, ratio, (int)HOMES);
    printf("  memory: %.1f MB, of it network %.1f MB\n",
           (double)(many.totals.memory_bytes + many.network.memory_bytes) / 1e6,
           (double)many.network.memory_bytes / 1e6);
}

/* Seconds of the wall for as many jobs at once, each a process. */
static double wall_of(bench *b, unsigned jobs, size_t days)
{
    double start = bench_clock(CLOCK_MONOTONIC);
    fflush(stdout);
    for (unsigned i = 0; i < jobs; i++) {
        pid_t child = fork();
        if (child < 0)
            stop("no process for a job");
        if (child == 0) {
            run_days(b, HOMES, days, true);
            _exit(EXIT_SUCCESS);
        }
    }
    for (unsigned i = 0; i < jobs; i++) {
        int status = EXIT_FAILURE;
        if (wait(&status) < 0 || status != EXIT_SUCCESS)
            stop("a job failed");
    }
    return bench_clock(CLOCK_MONOTONIC) - start;
}

static void print_jobs(bench *b, size_t days)
{
    double one = wall_of(b, 1, days), two = wall_of(b, 2, days);
    printf("one job of %zu days: %.2f s on the wall; two at once: %.2f s, %.2f times as fast as one after another\n",
           days, one, two, 2 * one / two);
}

/* ---- the year ---- */

static void print_year(const figures *f, size_t days)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%d homes, %d aggregators, %zu days: %.2f s of CPU (%.1f s for a year of %d days)\n", (int)HOMES, (int)FIRMS,
           days, f->cpu, f->cpu * DAYS / (double)days, (int)DAYS);
    printf("  %llu auctions, %llu bids, %llu trades, %llu messages, %llu calls of hooks\n",
           (unsigned long long)f->totals.auctions, (unsigned long long)f->totals.bids,
           (unsigned long long)f->totals.trades, (unsigned long long)messages_of(f),
           (unsigned long long)f->engine.hook_calls);
    printf("  memory: run %.2f MB, network %.2f MB, the process at its peak %.1f MB\n",
           (double)f->totals.memory_bytes / 1e6, (double)f->network.memory_bytes / 1e6, (double)usage.ru_maxrss / 1e3);
}

static void print_yardsticks(const bench *b, const figures *f)
{
    double codec = bench_codec_seconds(messages_of(f)), lua = bench_lua_seconds(bench_lua_calls(b));
    if (codec < 0 || lua < 0)
        stop("a yardstick failed");
    printf("  yardsticks: to encode and decode as many messages %.2f s, lua_pcall as many times %.2f s; "
           "the run takes %.1f times both\n",
           codec, lua, f->cpu / (codec + lua));
}

int main(int argc, char **argv)
{
    static bench b;
    long days = argc > 1 ? strtol(argv[1], NULL, 10) : DAYS;
    if (days < 1 || days > 3660)
        stop("usage: bench_year [DAYS [PRICES.csv]]");
    size_t part = days < PART ? (size_t)days : PART;
    bench_prepare(&b, HOMES);
    set_prices(&b, (size_t)days, argc > 2 ? argv[2] : NULL);
    figures year = run_days(&b, HOMES, (size_t)days, true);
    print_year(&year, (size_t)days);
    print_yardsticks(&b, &year);
    figures few = run_days(&b, HOMES, part, true), whole = run_days(&b, HOMES, part, false);
    printf("nothing left out: %zu days take %.2f s instead of %.2f s, with %llu messages instead of %llu\n", part,
           whole.cpu, few.cpu, (unsigned long long)messages_of(&whole), (unsigned long long)messages_of(&few));
    print_growth(&b, part, &few);
    print_jobs(&b, part);
    print_parts(&b, part);
    bench_finish(&b);
    return EXIT_SUCCESS;
}

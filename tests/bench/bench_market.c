/* SPDX-License-Identifier: MIT */
/*
 * A day of the market: 10,000 batteries (or as many as the first argument says), five aggregators with the shipped
 * strategies, 288 intervals; every message encoded, carried and decoded, every bid from Lua. Beside it two yardsticks
 * from the same run: the bare codec for as many messages, and bare lua_pcall for as many calls.
 */
#include <stdlib.h>
#include <string.h>

#include "bench_stage.h"
#include "bench_yard.h"

enum { HOMES = 10000 };

/* ---- the day ---- */

static etp_run *run_day(const bench *b)
{
    etp_run *run;
    etp_error error = {0};
    int result = etp_run_new(&run, &b->options, &error);
    while (result == ETP_OK && (result = etp_run_step(run, &error)) > 0)
        result = ETP_OK;
    if (result == ETP_OK)
        result = etp_run_check(run, &error);
    if (result != ETP_OK) {
        fprintf(stderr, "%s\n", error.text);
        exit(EXIT_FAILURE);
    }
    return run;
}

static void print_memory(const etp_run *run)
{
    etp_run_totals totals;
    etp_network_stats network;
    etp_run_get_totals(run, &totals);
    etp_run_network_stats(run, &network);
    printf(
        "memory: %zu bytes a battery, %zu bytes a session's side, %.1f MB in all, network %.1f MB, lost there %llu\n",
        totals.bytes_per_home, totals.bytes_per_session, (double)totals.memory_bytes / 1e6,
        (double)network.memory_bytes / 1e6, (unsigned long long)network.overflowed);
}

static void print_rate(const char *what, uint64_t count, double seconds)
{
    printf("%s: %llu, %.0f a second\n", what, (unsigned long long)count, (double)count / seconds);
}

static bool print_yardstick(const char *what, double cpu, double yardstick)
{
    if (yardstick < 0)
        return false;
    printf("yardstick, %s: %.2f s of CPU; the day takes %.1f times that\n", what, yardstick, cpu / yardstick);
    return true;
}

int main(int argc, char **argv)
{
    long homes = argc > 1 ? strtol(argv[1], NULL, 10) : HOMES;
    if (homes < 1 || homes > 1000000) {
        fprintf(stderr, "usage: bench_market [batteries]\n");
        return EXIT_FAILURE;
    }
    static bench b;
    bench_prepare(&b, (unsigned)homes);
    double wall = bench_clock(CLOCK_MONOTONIC), cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    etp_run *run = run_day(&b);
    cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = bench_clock(CLOCK_MONOTONIC) - wall;
    etp_run_totals totals;
    etp_run_get_totals(run, &totals);
    uint64_t messages = bench_messages(run), calls = bench_lua_calls(&b);
    printf("%ld batteries, %d aggregators, %zu intervals: %.2f s, %.2f s of CPU\n", homes, (int)FIRMS, totals.intervals,
           wall, cpu);
    print_rate("auctions", totals.auctions, cpu);
    print_rate("bids", totals.bids, cpu);
    print_rate("messages", messages, cpu);
    print_rate("Lua calls", calls, cpu);
    print_memory(run);
    printf("digest %016llx%016llx\n", (unsigned long long)totals.digest[0], (unsigned long long)totals.digest[1]);
    bool good = print_yardstick("encode and decode as many messages", cpu, bench_codec_seconds(messages)) &&
                print_yardstick("lua_pcall as many times", cpu, bench_lua_seconds(calls));
    etp_run_free(run);
    bench_finish(&b);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

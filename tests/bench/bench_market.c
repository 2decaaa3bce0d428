/* SPDX-License-Identifier: MIT */
/*
 * A day of the market: 10,000 batteries (or as many as the first argument says), five aggregators with the shipped
 * strategies, 288 intervals; every message encoded, carried and decoded, every bid from Lua. Beside it two yardsticks
 * from the same run: the bare codec for as many messages, and bare lua_pcall for as many calls.
 */
#include <stdlib.h>
#include <string.h>

#include "bench_lua.h"
#include "bench_stage.h"
#include "etp/codec.h"

enum { HOMES = 10000 };

static uint64_t lua_calls(const bench *b)
{
    etp_script_stats stats;
    uint64_t calls = 0;
    for (unsigned i = 0; i < FIRMS; i++) {
        etp_script_get_stats(b->strategies[i], &stats);
        calls += stats.calls;
    }
    etp_script_get_stats(b->policy, &stats);
    return calls + stats.calls;
}

/* ---- yardsticks: CPU seconds ---- */

static double codec_seconds(uint64_t messages)
{
    unsigned char bytes[ETP_MESSAGE_MAX];
    etp_message message = {.type = ETP_BID,
                           .message_id = UINT64_C(1735671600000000),
                           .device_id = 1000001,
                           .ttl = ETP_TTL_DEFAULT,
                           .bid_price = 123456,
                           .energy_total = 7654321,
                           .required_energy = 416666,
                           .remaining_energy = 5432100,
                           .voltage_mv = 48123,
                           .discharge_rate = 5000000};
    uint64_t bad = 0;
    double start = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (uint64_t i = 0; i < messages; i++) {
        etp_message decoded;
        size_t used;
        message.message_id++;
        int size = etp_encode(&message, bytes, sizeof bytes);
        bad += size < 0 || etp_decode(bytes, (size_t)size, &decoded, &used) != ETP_REFUSED_NONE ||
               decoded.message_id != message.message_id;
    }
    double took = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - start;
    return bad == 0 ? took : -1;
}

static double lua_seconds(uint64_t calls)
{
    lua_State *L = bench_lua_open("return function(value, energy, need, margin)\n"
                                  "  local price = value - margin\n"
                                  "  if price < 0 then return nil, 'no' end\n"
                                  "  return price, energy < need and energy or need\n"
                                  "end\n");
    if (L == NULL)
        return -1;
    uint64_t bad = 0;
    double start = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (uint64_t i = 0; i < calls; i++) {
        double price, energy;
        bad += !bench_lua_call(L, 12.5, 0.4, 100, 0.5, &price, &energy) || price != 12.0;
    }
    double took = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - start;
    lua_close(L);
    return bad == 0 ? took : -1;
}

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

static uint64_t messages_of(const etp_run *run)
{
    etp_engine_stats stats;
    uint64_t messages = 0;
    etp_run_engine_stats(run, &stats);
    for (unsigned i = 0; i < ETP_TYPES; i++)
        messages += stats.received[i];
    return messages;
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
    uint64_t messages = messages_of(run), calls = lua_calls(&b);
    printf("%ld batteries, %d aggregators, %zu intervals: %.2f s, %.2f s of CPU\n", homes, (int)FIRMS, totals.intervals,
           wall, cpu);
    print_rate("auctions", totals.auctions, cpu);
    print_rate("bids", totals.bids, cpu);
    print_rate("messages", messages, cpu);
    print_rate("Lua calls", calls, cpu);
    print_memory(run);
    printf("digest %016llx%016llx\n", (unsigned long long)totals.digest[0], (unsigned long long)totals.digest[1]);
    bool good = print_yardstick("encode and decode as many messages", cpu, codec_seconds(messages)) &&
                print_yardstick("lua_pcall as many times", cpu, lua_seconds(calls));
    etp_run_free(run);
    bench_finish(&b);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

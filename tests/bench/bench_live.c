/* SPDX-License-Identifier: MIT */
/*
 * Batteries on links of their own to one aggregator, over tcp on this machine: 100, 1,000 and 5,000 of them, or as many
 * as the arguments say. The batteries are one process, the aggregator is another; every device has its keys and proves who
 * it is. In each of some intervals the aggregator asks all, bids for all, and wins nine of ten; the tenth bid is below
 * the reserve and is rejected. One battery in fifty fails while its auction is open. The first interval begins when every
 * battery has registered.
 *
 *     5000 links up in 4.0 s; a link takes 20 kB at the aggregator, 30 kB at the batteries
 *     5000 links: 9000 trades/s from the first Query to the last receipt, window of 200 ms included
 *       trades 17600 of 20000 batteries asked, 20000 answered
 *       BidAccept       n 20000, p50 10.0 ms, p99 50.0 ms, p99.9 60.0 ms, max 61.0 ms (goal of the p99.9: under 500 ms)
 *
 * Delays are from the making of a message to its first processing at the other end: both read the same clock.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/half.h"

static const double critical_ms = 500; /* goal of their p99.9, with 5,000 links */

/* ---- the two processes ---- */

static void run_batteries(unsigned links, const etp_half_keys *keys, int in, int out)
{
    etp_half half = {.sells = true, .links = links, .keys = keys, .in = in, .out = out};
    etp_half_expect(read(in, half.address, sizeof half.address) > 0, "no word of the aggregator");
    etp_half_build(&half);
    etp_half_run(&half);
    const long grown_kb = half.resident_after - half.resident_before;
    etp_half_expect(write(out, &grown_kb, sizeof grown_kb) == sizeof grown_kb, "the aggregator is gone");
    const etp_histogram *confirm = etp_engine_delays(half.engine, ETP_BID_CONFIRM);
    etp_half_expect(write(out, confirm, sizeof *confirm) == sizeof *confirm, "the aggregator is gone");
    etp_half_free(&half);
}

/* What is critical has a goal. */
static void print_delays(const char *name, const etp_histogram *delays, double goal_ms)
{
    printf("  %-14s n %llu, p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, max %.1f ms", name,
           (unsigned long long)delays->count, (double)etp_histogram_quantile(delays, 0.5) / 1e3,
           (double)etp_histogram_quantile(delays, 0.99) / 1e3, (double)etp_histogram_quantile(delays, 0.999) / 1e3,
           (double)delays->max / 1e3);
    if (goal_ms > 0)
        printf(" (goal of the p99.9: under %.0f ms)", goal_ms);
    putchar('\n');
}

static void read_all(int from, void *into, size_t size)
{
    for (size_t have = 0; have < size;) {
        ssize_t count = read(from, (char *)into + have, size - have);
        etp_half_expect(count > 0, "the batteries are gone");
        have += (size_t)count;
    }
}

static void print_trades(const etp_half *half)
{
    etp_engine_stats stats;
    etp_engine_get_stats(half->engine, &stats);
    printf("  trades %llu of %llu batteries asked, %llu answered\n", (unsigned long long)half->trades,
           (unsigned long long)stats.sent[ETP_QUERY], (unsigned long long)stats.received[ETP_QUERY_RESPONSE]);
    printf("  QueryResponse has a limit of 500 ms: %llu were later\n",
           (unsigned long long)stats.late[ETP_QUERY_RESPONSE]);
}

static void report(const etp_half *half)
{
    static etp_histogram confirm;
    long grown_kb;
    read_all(half->in, &grown_kb, sizeof grown_kb);
    read_all(half->in, &confirm, sizeof confirm);
    double busy = (double)half->busy / ETP_NS_PER_SECOND;
    printf("%u links up in %.1f s; a link takes %.1f kB at the aggregator, %.1f kB at the batteries\n", half->links,
           half->seconds_up, (double)(half->resident_after - half->resident_before) / half->links,
           (double)grown_kb / half->links);
    printf("%u links: %.0f trades/s from the first Query to the last receipt, window of %d ms included\n", half->links,
           (double)half->trades / busy, (int)(half_window / ETP_NS_PER_MS));
    print_trades(half);
    print_delays("QueryResponse", etp_engine_delays(half->engine, ETP_QUERY_RESPONSE), 0);
    print_delays("BidAccept", etp_engine_delays(half->engine, ETP_BID_ACCEPT), critical_ms);
    print_delays("BidConfirm", &confirm, critical_ms);
    print_delays("BidReject", etp_engine_delays(half->engine, ETP_BID_REJECT), critical_ms);
    print_delays("DeviceFailure", etp_engine_delays(half->engine, ETP_DEVICE_FAILURE), critical_ms);
    fflush(stdout);
}

static void run_aggregator(unsigned links, const etp_half_keys *keys, int in, int out)
{
    etp_half half = {.links = links, .keys = keys, .in = in, .out = out};
    etp_error error = {0};
    etp_live_endpoint endpoint;
    etp_half_build(&half);
    etp_half_expect_ok(etp_live_listen(half.live, half.nodes[0], "tcp://127.0.0.1:0", NULL, &endpoint, &error), &error,
                       "listening");
    const char *address = etp_live_address(half.live, endpoint);
    etp_half_expect(write(out, address, strlen(address) + 1) > 0, "the batteries are gone");
    etp_half_run(&half);
    report(&half);
    etp_half_free(&half);
}

static pid_t start(void (*run)(unsigned, const etp_half_keys *, int, int), unsigned links, const etp_half_keys *keys,
                   int in, int out)
{
    pid_t child = fork();
    etp_half_expect(child >= 0, "no process can be started");
    if (child > 0)
        return child;
    run(links, keys, in, out);
    _exit(0);
}

/* Both are children, so that each size begins with fresh processes. When one fails the other reads the end of its pipe. */
static bool run_size(unsigned links, const etp_half_keys *keys)
{
    int to_batteries[2], to_aggregator[2], status[2] = {0, 0};
    etp_half_expect(pipe(to_batteries) == 0 && pipe(to_aggregator) == 0, "no pipe");
    pid_t batteries = start(run_batteries, links, keys, to_batteries[0], to_aggregator[1]);
    pid_t aggregator = start(run_aggregator, links, keys, to_aggregator[0], to_batteries[1]);
    for (unsigned i = 0; i < 2; i++) {
        close(to_batteries[i]);
        close(to_aggregator[i]);
    }
    waitpid(aggregator, &status[0], 0);
    if (status[0] != 0)
        kill(batteries, SIGKILL);
    waitpid(batteries, &status[1], 0);
    return status[0] == 0 && status[1] == 0;
}

static void raise_descriptors(void)
{
    struct rlimit limit;
    etp_half_expect(getrlimit(RLIMIT_NOFILE, &limit) == 0, "the limit of descriptors cannot be read");
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    static etp_half_keys keys;
    unsigned sizes[8] = {100, 1000, 5000}, count = 3;
    for (int i = 1; i < argc && i <= 8; i++) {
        sizes[i - 1] = (unsigned)strtoul(argv[i], NULL, 10);
        etp_half_expect(sizes[i - 1] >= 1 && sizes[i - 1] <= MAX_LINKS, "usage: bench_live [LINKS...], each 1 to 5000");
        count = (unsigned)i;
    }
    raise_descriptors();
    etp_half_make_keys(&keys);
    bool good = true;
    for (unsigned i = 0; i < count; i++)
        good = run_size(sizes[i], &keys) && good;
    return good ? 0 : 1;
}

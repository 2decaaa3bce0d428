/* SPDX-License-Identifier: MIT */
#include "cli/option_table.h"

#include <string.h>

#define AT(field) offsetof(etp_options, field)
#define HOUR      ((uint64_t)ETP_NS_PER_HOUR)
#define MINUTE    (HOUR / 60)
#define MS        ((uint64_t)ETP_NS_PER_MS)

/* group, name, argument, default, what it is, kind, field, least, most */
const etp_option etp_option_table[] = {
    {"Who takes part", "bess", "N", "100", "home batteries that sell", &etp_option_kind_whole, AT(bess), 1, 100000},
    {NULL, "rivals", "N", NULL,
     "shipped strategies besides the named ones, in this order: greedy, conservative, aggressive, random, adaptive, "
     "then others by name, skipping those that are named until all others are in; without it so many that there are 5 "
     "in all",
     &etp_option_kind_whole, AT(rivals), 0, 100},
    {NULL, "owners", "N", NULL,
     "so many aggregators in all, in place of 5; each holds an equal share of the portfolios, in the order in which "
     "the "
     "table names them",
     &etp_option_kind_whole, AT(owners), 1, 100},
    {NULL, "portfolios", "N", NULL,
     "parts into which the demand is cut, each with its own need, budget and values [one for each aggregator]",
     &etp_option_kind_whole, AT(portfolios), 1, 1000},
    {NULL, "utility", "CONDUCT", NULL,
     "how the single utility buys, which the market is compared with: posted (the one price that is best for it), "
     "knowing (each battery's reserve) or competitive (the price where supply meets demand) [posted]",
     &etp_option_kind_conduct, AT(utility), 0, 0},
    {NULL, "reserve", "FILE", NULL, "reserve policy of the batteries, a script [the shipped two_tier]",
     &etp_option_kind_file, AT(reserve), 0, 0},
    {NULL, "set", "NAME.PARAM=VALUE", NULL,
     "change a parameter: of a strategy (greedy.margin=1), of the reserve policy (reserve.NAME=1) or of the world "
     "(world.q=0.8; listed below). May be repeated",
     &etp_option_kind_set, 0, 0, 0},
    {NULL, "seed", "N", "1", "which random draws; the same seed gives the same result", &etp_option_kind_seed, AT(seed),
     0, UINT64_MAX},

    {"Days and prices", "days", "D", "1", "days, from noon to noon", &etp_option_kind_whole, AT(days), 1, 3660},
    {NULL, "interval", "TIME", NULL, "length of a market interval, 1m to 24h [that of the price file, else 5m]",
     &etp_option_kind_interval, AT(interval), MINUTE, 24 * HOUR},
    {NULL, "prices", "FILE", NULL,
     "wholesale prices: a file of AEMO of any published kind, which may be gzip-compressed, or a folder of such files "
     "(with --region and --from) [a made-up summer day]",
     &etp_option_kind_file, AT(prices), 0, 0},
    {NULL, "region", "NAME", NULL, "which region's prices, such as VIC1 [the only one in the file]",
     &etp_option_kind_name, AT(region), 0, 0},
    {NULL, "from", "DATE", NULL,
     "the day at whose noon trading begins, such as 2025-01-31; only --days of prices from there on are read [the "
     "first "
     "noon in the file]",
     &etp_option_kind_date, AT(from), 0, 0},
    {NULL, "gaps", "RULE", "refuse",
     "what is done where prices are missing: refuse, or hold the last one over gaps of up to 2 hours, and count them",
     &etp_option_kind_gaps, AT(gaps), 0, 0},
    {NULL, "clip", "PRICE", NULL, "lower all wholesale prices above this to it, in A$/MWh", &etp_option_kind_spot,
     AT(clip), 1, 25000},
    {NULL, "fit", "TARIFF", "3.3",
     "feed-in tariff in c/kWh: a number, or by time of day as in 00:00=2.1,15:00=8.4,21:00=2.1",
     &etp_option_kind_tariff, AT(fit), 0, 0},
    {NULL, "retail", "TARIFF", "33", "what homes pay in c/kWh, in the same form", &etp_option_kind_tariff, AT(retail),
     0, 0},

    {"The market", "mechanism", "NAME", "first-price", "first-price, second-price, ascending or uniform-price",
     &etp_option_kind_mechanism, AT(mechanism), 0, 0},
    {NULL, "disclose", "WHAT", "none",
     "what bidders are told: none, reserve (before they bid), winner (the lowest price that won) or both",
     &etp_option_kind_disclose, AT(disclose), 0, 0},
    {NULL, "window", "TIME", "2s", "how long an auction takes bids", &etp_option_kind_duration, AT(window), MS, HOUR},
    {NULL, "hold", "TIME", "1s", "how long an award waits for its confirmation", &etp_option_kind_duration, AT(hold),
     MS, HOUR},
    {NULL, "spread", "TIME", "10s", "time over which queries are spread at the start of an interval",
     &etp_option_kind_duration, AT(spread), 0, HOUR},

    {"Links and faults", "delay", "TIME", "20ms", "of every message, one way", &etp_option_kind_duration, AT(delay), 0,
     HOUR},
    {NULL, "jitter", "TIME", "5ms", "added to the delay, at random from 0 to this", &etp_option_kind_duration,
     AT(jitter), 0, HOUR},
    {NULL, "loss", "CHANCE", "0", "that a frame is lost, 0 to 1 or in percent", &etp_option_kind_chance, AT(loss), 0,
     0},
    {NULL, "duplicate", "CHANCE", "0", "that a frame arrives twice", &etp_option_kind_chance, AT(duplicate), 0, 0},
    {NULL, "reorder", "CHANCE", "0", "that a frame is held back", &etp_option_kind_chance, AT(reorder), 0, 0},
    {NULL, "flip", "CHANCE", "0", "that a bit of a frame is flipped", &etp_option_kind_chance, AT(flip), 0, 0},
    {NULL, "bandwidth", "N", "0",
     "bits per second of each battery's link to each aggregator, each way: frames wait for one another; 0 is no limit",
     &etp_option_kind_whole, AT(bandwidth), 0, UINT64_C(1000000000000)},
    {NULL, "failures", "CHANCE", "0.02", "that a battery fails for a while, for each battery and day",
     &etp_option_kind_chance, AT(failures), 0, 0},

    {"On real links", "live", "[=TRANSPORT]", NULL,
     "run the market alone, by the clock on the wall, with each aggregator and each battery on connections of their "
     "own: tcp (the default), ipc or ws between sockets of this host, or inproc within the process. What --watch does "
     "it does too",
     &etp_option_kind_live, AT(live), 0, 0},

    {"Editing while it runs", "watch", NULL, NULL,
     "run the market alone, by the clock on the wall, and reload each script whose file changes; Ctrl-C ends it "
     "with the usual table",
     &etp_option_kind_flag, AT(watch), 0, 0},
    {NULL, "pace", "N", NULL,
     "market time is N times as fast as protocol time, 1 to 100000: at 60 an hour of the market takes a minute, while "
     "windows, holds and delays stay real. With --watch, --live or --swap [as fast as an interval's auctions fit in "
     "well]",
     &etp_option_kind_pace, AT(pace), 1, 100000},
    {NULL, "skip", "TIME", "0s",
     "with --watch: run so much of the market at once, and the rest by the clock; with --live: let so much pass "
     "without a trade; the built-in day begins at noon, and sells from half past four on",
     &etp_option_kind_duration, AT(skip), 0, 24 * HOUR},
    {NULL, "swap", "NAME=FILE@SECONDS", NULL,
     "let another version of a strategy (or of the reserve policy: reserve=FILE@SECONDS) take over so many seconds of "
     "protocol time after the first interval begins, exact to the nanosecond. May be repeated",
     &etp_option_kind_swap, 0, 0, 0},

    {"What is run and written", "no-baselines", NULL, NULL,
     "only the market: neither the single utility nor the first strategy alone", &etp_option_kind_flag,
     AT(no_baselines), 0, 0},
    {NULL, "json", "FILE", NULL, "write the whole result as JSON; - is standard output, in place of the table",
     &etp_option_kind_file, AT(json), 0, 0},
    {NULL, "events", "FILE", NULL, "write each event of the market as a line of JSON", &etp_option_kind_file,
     AT(events), 0, 0},
    {NULL, "check-determinism", NULL, NULL, "run the market in two processes and compare the results",
     &etp_option_kind_flag, AT(check_determinism), 0, 0},
    {NULL, "digest", NULL, NULL, "print nothing but a digest of all that happened in the market", &etp_option_kind_flag,
     AT(digest), 0, 0},
    {NULL, "quiet", NULL, NULL, "no table and no progress bar", &etp_option_kind_flag, AT(quiet), 0, 0},
    {NULL, "log", "LEVEL", "warn", "error, warn, info or debug, on standard error", &etp_option_kind_level, AT(log), 0,
     0},
    {NULL, "help", NULL, NULL, "print this", &etp_option_kind_action, AT(help), 0, 0},
    {NULL, "version", NULL, NULL, "print the version", &etp_option_kind_action, AT(version), 0, 0},
};

_Static_assert(sizeof etp_option_table / sizeof etp_option_table[0] <= ETP_OPTIONS_MAX, "raise ETP_OPTIONS_MAX");

/* Those of the last group. */
bool etp_option_is_of_output(const etp_option *option)
{
    for (unsigned i = etp_option_count(); i-- > 0;) {
        if (option == &etp_option_table[i])
            return true;
        if (etp_option_table[i].group != NULL)
            return false;
    }
    return false;
}

bool etp_option_is_simulated(const etp_option *option)
{
    static const char *const simulated[] = {"delay", "jitter", "loss", "duplicate", "reorder", "flip", "bandwidth"};
    for (unsigned i = 0; i < sizeof simulated / sizeof simulated[0]; i++)
        if (strcmp(option->name, simulated[i]) == 0)
            return true;
    return false;
}

bool etp_option_is_open(const etp_option *option)
{
    return option->argument != NULL && option->argument[0] == '[';
}

unsigned etp_option_count(void)
{
    return sizeof etp_option_table / sizeof etp_option_table[0];
}

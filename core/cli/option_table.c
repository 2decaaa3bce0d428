/* SPDX-License-Identifier: MIT */
#include "cli/option_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "world/calendar.h"

static const etp_time day = 24 * ETP_NS_PER_HOUR;
static const double one_ppm = 1e6;
static const double per_mwh = 1e3; /* 1 A$/MWh is so many units of a price */

/* ---- kinds: reading ---- */

static int read_flag(void *field, const etp_option *option, const char *text, etp_error *error)
{
    (void)option;
    (void)text;
    (void)error;
    *(bool *)field = true;
    return ETP_OK;
}

static int read_text(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (*text == '\0')
        return etp_fail(error, ETP_EINVAL, "--%s needs a file's name, not an empty text", option->name);
    *(const char **)field = text;
    return ETP_OK;
}

static int read_name(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (*text == '\0')
        return etp_fail(error, ETP_EINVAL, "--%s needs a name, not an empty text", option->name);
    *(const char **)field = text;
    return ETP_OK;
}

static int read_whole(void *field, const etp_option *option, const char *text, etp_error *error)
{
    uint64_t value;
    if (!etp_value_whole(text, &value) || value < option->low || value > option->high)
        return etp_fail(error, ETP_ERANGE, "--%s takes a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'",
                        option->name, option->low, option->high, text);
    *(uint64_t *)field = value;
    return ETP_OK;
}

static int read_duration(void *field, const etp_option *option, const char *text, etp_error *error)
{
    etp_time value = 0, low = (etp_time)option->low, high = (etp_time)option->high;
    if (etp_value_duration(text, &value) && value >= low && value <= high) {
        *(etp_time *)field = value;
        return ETP_OK;
    }
    char from[ETP_VALUE_TEXT_MAX], to[ETP_VALUE_TEXT_MAX];
    etp_value_show_duration(low, from, sizeof from);
    etp_value_show_duration(high, to, sizeof to);
    return etp_fail(error, ETP_ERANGE,
                    "--%s takes a time from %s to %s with its unit, such as 20ms, 2s or 5m, not '%s'", option->name,
                    from, to, text);
}

static int read_interval(void *field, const etp_option *option, const char *text, etp_error *error)
{
    etp_time value = 0;
    int result = read_duration(&value, option, text, error);
    if (result != ETP_OK)
        return result;
    if (day % value != 0)
        return etp_fail(error, ETP_ERANGE,
                        "--%s must divide a day into equal parts, as 5m, 30m or 1h do; '%s' does not", option->name,
                        text);
    *(etp_time *)field = value;
    return ETP_OK;
}

static int read_chance(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (!etp_value_chance(text, field))
        return etp_fail(error, ETP_ERANGE, "--%s takes a chance from 0 to 1, such as 0.2 or 20%%, not '%s'",
                        option->name, text);
    return ETP_OK;
}

static int read_pace(void *field, const etp_option *option, const char *text, etp_error *error)
{
    double value;
    if (!etp_value_number(text, &value) || value < (double)option->low || value > (double)option->high)
        return etp_fail(error, ETP_ERANGE, "--%s takes a number from %" PRIu64 " to %" PRIu64 ", such as 60, not '%s'",
                        option->name, option->low, option->high, text);
    *(double *)field = value;
    return ETP_OK;
}

static int read_tariff(void *field, const etp_option *option, const char *text, etp_error *error)
{
    etp_tariff_option *tariff = field;
    etp_error inner = {0};
    tariff->text = text;
    int result = etp_tariff_parse(&tariff->tariff, text, &inner);
    return result == ETP_OK ? ETP_OK : etp_fail(error, result, "--%s: %s", option->name, inner.text);
}

static int read_mechanism(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (etp_mechanism_parse(text, field) != ETP_OK)
        return etp_fail(error, ETP_EINVAL, "--%s takes first-price, second-price, ascending or uniform-price, not '%s'",
                        option->name, text);
    return ETP_OK;
}

static const char *const disclosures[] = {"none", "reserve", "winner", "both"};

static int read_disclose(void *field, const etp_option *option, const char *text, etp_error *error)
{
    /* The place in the list is the set of ETP_DISCLOSE_ bits. */
    for (unsigned i = 0; i < sizeof disclosures / sizeof disclosures[0]; i++) {
        if (strcmp(text, disclosures[i]) == 0) {
            *(unsigned *)field = i;
            return ETP_OK;
        }
    }
    return etp_fail(error, ETP_EINVAL, "--%s takes none, reserve, winner or both, not '%s'", option->name, text);
}

static int read_conduct(void *field, const etp_option *option, const char *text, etp_error *error)
{
    etp_conduct_option *utility = field;
    if (etp_conduct_parse(text, &utility->conduct) != ETP_OK)
        return etp_fail(error, ETP_EINVAL, "--%s takes posted, knowing or competitive, not '%s'", option->name, text);
    utility->given = true;
    return ETP_OK;
}

static int read_date(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (etp_date_parse((etp_span){text, strlen(text)}, field) != ETP_STAMP_OK)
        return etp_fail(error, ETP_EINVAL, "--%s takes a day, such as 2025-01-31, not '%s'", option->name, text);
    return ETP_OK;
}

static int read_spot(void *field, const etp_option *option, const char *text, etp_error *error)
{
    double value;
    if (!etp_value_number(text, &value) || value < (double)option->low || value > (double)option->high)
        return etp_fail(error, ETP_ERANGE,
                        "--%s takes a price in A$/MWh from %" PRIu64 " to %" PRIu64 ", such as 300, not '%s'",
                        option->name, option->low, option->high, text);
    *(etp_price *)field = (etp_price)(value * per_mwh + 0.5);
    return ETP_OK;
}

static const char *const gap_rules[] = {"refuse", "hold"};

static int read_gaps(void *field, const etp_option *option, const char *text, etp_error *error)
{
    for (unsigned i = 0; i < sizeof gap_rules / sizeof gap_rules[0]; i++) {
        if (strcmp(text, gap_rules[i]) == 0) {
            *(etp_gap_rule *)field = (etp_gap_rule)i;
            return ETP_OK;
        }
    }
    return etp_fail(error, ETP_EINVAL, "--%s takes refuse or hold, not '%s'", option->name, text);
}

static const char *const transports[] = {"tcp", "ipc", "ws", "inproc"};

/* Without a value they are sockets as between two hosts. */
static int read_live(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (text == NULL)
        text = transports[0];
    for (unsigned i = 0; i < sizeof transports / sizeof transports[0]; i++) {
        if (strcmp(text, transports[i]) == 0) {
            *(const char **)field = transports[i];
            return ETP_OK;
        }
    }
    return etp_fail(error, ETP_EINVAL, "--%s takes tcp, ipc, ws or inproc, as in --%s=ipc, not '%s'", option->name,
                    option->name, text);
}

static int read_level(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (etp_log_level_parse(text, field) != ETP_OK)
        return etp_fail(error, ETP_EINVAL, "--%s takes error, warn, info or debug, not '%s'", option->name, text);
    return ETP_OK;
}

/* ---- kinds: showing ---- */

static void show_action(const void *field, etp_option_value *value)
{
    (void)field;
    value->kind = ETP_OPTION_ACTION;
}

static void show_flag(const void *field, etp_option_value *value)
{
    value->kind = ETP_OPTION_BOOL;
    value->number = *(const bool *)field;
}

static void show_words(const char *text, etp_option_value *value)
{
    if (text == NULL)
        return;
    value->kind = ETP_OPTION_TEXT;
    value->text = text;
}

static void show_text(const void *field, etp_option_value *value)
{
    show_words(*(const char *const *)field, value);
}

static void show_whole(const void *field, etp_option_value *value)
{
    value->kind = ETP_OPTION_NUMBER;
    value->number = (double)*(const uint64_t *)field;
}

/* As a text: a number in JSON is exact up to 2^53 only. */
static void show_seed(const void *field, etp_option_value *value)
{
    snprintf(value->buffer, sizeof value->buffer, "%" PRIu64, *(const uint64_t *)field);
    show_words(value->buffer, value);
}

static void show_duration(const void *field, etp_option_value *value)
{
    etp_value_show_duration(*(const etp_time *)field, value->buffer, sizeof value->buffer);
    show_words(value->buffer, value);
}

static void show_chance(const void *field, etp_option_value *value)
{
    value->kind = ETP_OPTION_NUMBER;
    value->number = *(const uint32_t *)field / one_ppm;
}

static void show_pace(const void *field, etp_option_value *value)
{
    value->number = *(const double *)field;
    if (value->number != 0)
        value->kind = ETP_OPTION_NUMBER;
}

static void show_tariff(const void *field, etp_option_value *value)
{
    show_words(((const etp_tariff_option *)field)->text, value);
}

static void show_mechanism(const void *field, etp_option_value *value)
{
    show_words(etp_mechanism_name(*(const etp_mechanism *)field), value);
}

static void show_disclose(const void *field, etp_option_value *value)
{
    show_words(disclosures[*(const unsigned *)field], value);
}

static void show_conduct(const void *field, etp_option_value *value)
{
    show_words(etp_conduct_name(((const etp_conduct_option *)field)->conduct), value);
}

static void show_date(const void *field, etp_option_value *value)
{
    etp_time day_begins = *(const etp_time *)field;
    if (day_begins == 0)
        return;
    etp_stamp stamp = etp_stamp_show(day_begins);
    snprintf(value->buffer, sizeof value->buffer, "%.4s-%.2s-%.2s", stamp.text, stamp.text + 5, stamp.text + 8);
    show_words(value->buffer, value);
}

static void show_spot(const void *field, etp_option_value *value)
{
    value->number = (double)*(const etp_price *)field / per_mwh;
    if (value->number != 0)
        value->kind = ETP_OPTION_NUMBER;
}

static void show_gaps(const void *field, etp_option_value *value)
{
    show_words(gap_rules[*(const etp_gap_rule *)field], value);
}

static void show_level(const void *field, etp_option_value *value)
{
    show_words(etp_log_level_name(*(const etp_log_level *)field), value);
}

static const etp_option_kind action = {read_flag, show_action}, file = {read_text, show_text},
                             name = {read_name, show_text}, seed = {read_whole, show_seed},
                             interval = {read_interval, show_duration}, tariff = {read_tariff, show_tariff},
                             mechanism = {read_mechanism, show_mechanism}, disclose = {read_disclose, show_disclose},
                             level = {read_level, show_level}, pace = {read_pace, show_pace},
                             date = {read_date, show_date}, spot = {read_spot, show_spot},
                             gaps = {read_gaps, show_gaps}, conduct = {read_conduct, show_conduct},
                             live = {read_live, show_text};
const etp_option_kind etp_option_kind_set = {NULL, show_action};
const etp_option_kind etp_option_kind_swap = {NULL, show_action};
const etp_option_kind etp_option_kind_whole = {read_whole, show_whole};
const etp_option_kind etp_option_kind_flag = {read_flag, show_flag};
const etp_option_kind etp_option_kind_text = {read_text, show_text};
const etp_option_kind etp_option_kind_duration = {read_duration, show_duration};
const etp_option_kind etp_option_kind_chance = {read_chance, show_chance};

/* ---- the table ---- */

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
     &conduct, AT(utility), 0, 0},
    {NULL, "reserve", "FILE", NULL, "reserve policy of the batteries, a script [the shipped two_tier]", &file,
     AT(reserve), 0, 0},
    {NULL, "set", "NAME.PARAM=VALUE", NULL,
     "change a parameter: of a strategy (greedy.margin=1), of the reserve policy (reserve.NAME=1) or of the world "
     "(world.q=0.8; listed below). May be repeated",
     &etp_option_kind_set, 0, 0, 0},
    {NULL, "seed", "N", "1", "which random draws; the same seed gives the same result", &seed, AT(seed), 0, UINT64_MAX},

    {"Days and prices", "days", "D", "1", "days, from noon to noon", &etp_option_kind_whole, AT(days), 1, 3660},
    {NULL, "interval", "TIME", NULL, "length of a market interval, 1m to 24h [that of the price file, else 5m]",
     &interval, AT(interval), MINUTE, 24 * HOUR},
    {NULL, "prices", "FILE", NULL,
     "wholesale prices: a file of AEMO of any published kind, which may be gzip-compressed, or a folder of such files "
     "(with --region and --from) [a made-up summer day]",
     &file, AT(prices), 0, 0},
    {NULL, "region", "NAME", NULL, "which region's prices, such as VIC1 [the only one in the file]", &name, AT(region),
     0, 0},
    {NULL, "from", "DATE", NULL,
     "the day at whose noon trading begins, such as 2025-01-31; only --days of prices from there on are read [the "
     "first "
     "noon in the file]",
     &date, AT(from), 0, 0},
    {NULL, "gaps", "RULE", "refuse",
     "what is done where prices are missing: refuse, or hold the last one over gaps of up to 2 hours, and count them",
     &gaps, AT(gaps), 0, 0},
    {NULL, "clip", "PRICE", NULL, "lower all wholesale prices above this to it, in A$/MWh", &spot, AT(clip), 1, 25000},
    {NULL, "fit", "TARIFF", "3.3",
     "feed-in tariff in c/kWh: a number, or by time of day as in 00:00=2.1,15:00=8.4,21:00=2.1", &tariff, AT(fit), 0,
     0},
    {NULL, "retail", "TARIFF", "33", "what homes pay in c/kWh, in the same form", &tariff, AT(retail), 0, 0},

    {"The market", "mechanism", "NAME", "first-price", "first-price, second-price, ascending or uniform-price",
     &mechanism, AT(mechanism), 0, 0},
    {NULL, "disclose", "WHAT", "none",
     "what bidders are told: none, reserve (before they bid), winner (the lowest price that won) or both", &disclose,
     AT(disclose), 0, 0},
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
     &live, AT(live), 0, 0},

    {"Editing while it runs", "watch", NULL, NULL,
     "run the market alone, by the clock on the wall, and reload each script whose file changes; Ctrl-C ends it "
     "with the usual table",
     &etp_option_kind_flag, AT(watch), 0, 0},
    {NULL, "pace", "N", NULL,
     "market time is N times as fast as protocol time, 1 to 100000: at 60 an hour of the market takes a minute, while "
     "windows, holds and delays stay real. With --watch, --live or --swap [as fast as an interval's auctions fit in "
     "well]",
     &pace, AT(pace), 1, 100000},
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
    {NULL, "json", "FILE", NULL, "write the whole result as JSON; - is standard output, in place of the table", &file,
     AT(json), 0, 0},
    {NULL, "events", "FILE", NULL, "write each event of the market as a line of JSON", &file, AT(events), 0, 0},
    {NULL, "check-determinism", NULL, NULL, "run the market in two processes and compare the results",
     &etp_option_kind_flag, AT(check_determinism), 0, 0},
    {NULL, "digest", NULL, NULL, "print nothing but a digest of all that happened in the market", &etp_option_kind_flag,
     AT(digest), 0, 0},
    {NULL, "quiet", NULL, NULL, "no table and no progress bar", &etp_option_kind_flag, AT(quiet), 0, 0},
    {NULL, "log", "LEVEL", "warn", "error, warn, info or debug, on standard error", &level, AT(log), 0, 0},
    {NULL, "help", NULL, NULL, "print this", &action, AT(help), 0, 0},
    {NULL, "version", NULL, NULL, "print the version", &action, AT(version), 0, 0},
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

/* SPDX-License-Identifier: MIT */
#include "cli/watch/feed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "program/status.h"

enum { SECONDS_PER_MINUTE = 60, MINUTES_PER_HOUR = 60, SECONDS_PER_DAY = 86400 };

static const double ns_per_ms = 1e6;

/* ---- the beginning and the end ---- */

static void print_head(const etp_feed *feed)
{
    const etp_stage *stage = feed->stage;
    char interval[ETP_VALUE_TEXT_MAX];
    etp_value_show_duration(stage->trace.interval, interval, sizeof interval);
    fprintf(feed->out,
            "Watching %u scripts at --pace %.10g%s: a market interval of %s lasts %.4g s. Ctrl-C ends the run.\n",
            etp_crew_member_count(feed->crew), stage->pace, stage->options->pace != 0 ? "" : " (chosen)", interval,
            (double)stage->run.beat / 1e9);
    fflush(feed->out);
}

int etp_feed_begin(etp_feed *feed, const etp_stage *stage, const etp_crew *crew, etp_error *error)
{
    *feed = (etp_feed){.out = stage->options->quiet ? NULL : stdout, .stage = stage, .crew = crew};
    feed->wins = calloc(crew->count + 1, sizeof *feed->wins);
    if (feed->wins == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for the feed");
        return ETP_EXIT_FAILED;
    }
    if (feed->out != NULL)
        print_head(feed);
    return ETP_EXIT_DONE;
}

void etp_feed_fini(etp_feed *feed)
{
    free(feed->wins);
    *feed = (etp_feed){0};
}

void etp_feed_ending(etp_feed *feed)
{
    if (feed->out == NULL)
        return;
    fputs("Ending: the interval that has begun is run to its end.\n", feed->out);
    fflush(feed->out);
}

/* ---- an interval ---- */

static void print_price(FILE *out, etp_money paid, etp_energy energy)
{
    double cents;
    if (etp_report_mean_price(paid, energy, &cents))
        fprintf(out, "  mean %5.2f c/kWh", cents);
    else
        fputs("  nothing sold", out);
}

/* Since the last line. */
static uint64_t take_wins(etp_feed *feed, const etp_run *run, unsigned index)
{
    etp_firm_result firm;
    etp_run_firm(run, index, &firm);
    uint64_t wins = firm.trades - feed->wins[index];
    feed->wins[index] = firm.trades;
    return wins;
}

static void print_wins(etp_feed *feed, const etp_run *run)
{
    const char *before = "  ";
    for (unsigned i = 0; i < feed->crew->count; i++) {
        uint64_t wins = take_wins(feed, run, i);
        if (wins == 0)
            continue;
        fprintf(feed->out, "%s%s %" PRIu64, before, feed->crew->firms[i].name, wins);
        before = ", ";
    }
}

/* When an interval of the trace begins, as people say it. */
static void print_time(const etp_feed *feed, size_t index)
{
    const etp_trace *trace = &feed->stage->trace;
    etp_time second = (trace->starts + (etp_time)index * trace->interval) / ETP_NS_PER_SECOND % SECONDS_PER_DAY;
    fprintf(feed->out, "%02d:%02d", (int)(second / SECONDS_PER_MINUTE / MINUTES_PER_HOUR),
            (int)(second / SECONDS_PER_MINUTE % MINUTES_PER_HOUR));
}

void etp_feed_skipped(etp_feed *feed, const etp_run *run, size_t intervals)
{
    if (feed->out == NULL)
        return;
    etp_run_get_totals(run, &feed->before);
    for (unsigned i = 0; i < feed->crew->count; i++)
        take_wins(feed, run, i);
    fprintf(feed->out, "Skipped %zu %s with %" PRIu64 " %s; by the clock from ", intervals,
            intervals == 1 ? "interval" : "intervals", feed->before.trades,
            feed->before.trades == 1 ? "trade" : "trades");
    print_time(feed, feed->stage->run.first + intervals);
    fputs(" on.\n", feed->out);
    fflush(feed->out);
}

void etp_feed_interval(etp_feed *feed, const etp_run *run)
{
    etp_run_totals now;
    if (feed->out == NULL)
        return;
    etp_run_get_totals(run, &now);
    size_t index = feed->stage->run.first + now.intervals - 1;
    etp_energy sold = now.sold - feed->before.sold;
    print_time(feed, index);
    fprintf(feed->out, "  spot %6.2f  %3" PRIu64 " auctions  %3" PRIu64 " trades  %7.2f kWh",
            etp_price_to_cents(feed->stage->trace.prices[index]), now.auctions - feed->before.auctions,
            now.trades - feed->before.trades, etp_energy_to_kwh(sold));
    print_price(feed->out, now.paid - feed->before.paid, sold);
    print_wins(feed, run);
    fputc('\n', feed->out);
    fflush(feed->out);
    feed->before = now;
}

/* ---- reloads ---- */

/* The policy is called by its place and by its name. */
static void print_name(const etp_feed *feed, const etp_member *member)
{
    if (member->script == feed->crew->policy)
        fprintf(feed->out, "%s (%s)", member->name, etp_script_name(member->script));
    else
        fputs(member->name, feed->out);
}

void etp_feed_reloaded(etp_feed *feed, const etp_member *member, etp_time took)
{
    if (feed->out == NULL)
        return;
    print_name(feed, member);
    fprintf(feed->out, " reloaded: version %u, loaded and tried out in %.*f ms\n", etp_script_version(member->script),
            took < 10 * ETP_NS_PER_MS ? 1 : 0, (double)took / ns_per_ms);
    fflush(feed->out);
}

void etp_feed_refused(etp_feed *feed, const etp_member *member, const etp_error *refusal)
{
    if (feed->out == NULL)
        return;
    print_name(feed, member);
    fprintf(feed->out, " not reloaded, version %u goes on:\n", etp_script_version(member->script));
    for (const char *line = refusal->text; *line != '\0';) {
        int size = (int)strcspn(line, "\n");
        fprintf(feed->out, "    %.*s\n", size, line);
        line += size + (line[size] == '\n');
    }
    fflush(feed->out);
}

/* SPDX-License-Identifier: MIT */
#include "report/notes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { INDENT = 2, LINE_COLUMNS = 96, NOTE_MAX = 1024 };

static const double us_per_ms = 1000.0;

/* Prints a text in lines of at most LINE_COLUMNS. */
static void print_lines(FILE *out, int indent, const char *text)
{
    size_t column = 0;
    for (const char *word = text; *word != '\0';) {
        size_t size = strcspn(word, " ");
        if (column > 0 && column + 1 + size > LINE_COLUMNS) {
            fputc('\n', out);
            column = 0;
        }
        fprintf(out, "%*s%.*s", column == 0 ? indent : 1, "", (int)size, word);
        column += size + 1;
        word += size + strspn(word + size, " ");
    }
    fputc('\n', out);
}

/* A paragraph under a table. */
ETP_PRINTF(2, 3)
static void print_note(FILE *out, const char *format, ...)
{
    char text[NOTE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    print_lines(out, INDENT, text);
}

/* ---- what was run ---- */

void etp_notes_on_options(const etp_report *report, FILE *out)
{
    char text[NOTE_MAX];
    if (report->given == NULL || report->given[0] == '\0')
        return;
    snprintf(text, sizeof text, "Options: %s", report->given);
    print_lines(out, 0, text);
}

/* ---- what owners got ---- */

static void note_posted_utility(const etp_report *report, FILE *out)
{
    print_note(
        out,
        "Single utility: one buyer with the needs and budgets of all the aggregators. It differs from the market "
        "in who owns the portfolios; in how the price is set (in each interval an optimiser that is told every "
        "reserve and waits for all offers posts the one price that is best for it, against %s by scripts that "
        "%s); and in how far buyers use market power: the utility all that an interval gives it, a firm as much as its "
        "script finds.",
        report->mechanism == ETP_ASCENDING ? "rising bids" : "sealed bids",
        report->reserves_told ? "are told reserves but decide offer by offer" : "know neither");
}

static void note_utility(const etp_report *report, FILE *out)
{
    static const char who[] =
        "utility: one buyer with the needs and budgets of all the aggregators, that waits for all "
        "offers of an interval and is told every reserve.";
    if (report->conduct == ETP_CONDUCT_KNOWING)
        print_note(
            out,
            "Knowing %s It pays each battery exactly its reserve: the least that owners can get, and no price that "
            "anybody could post.",
            who);
    else if (report->conduct == ETP_CONDUCT_COMPETITIVE)
        print_note(
            out,
            "Competitive %s It uses no market power: it pays the price at which supply meets demand, as if nobody "
            "could move it.",
            who);
    else
        note_posted_utility(report, out);
}

/* What an aggregator of several portfolios is. */
static void note_owners(const etp_report *report, FILE *out)
{
    const etp_report_run *market = &report->market;
    if (market->firm_count == 0 || market->firms[0].result.portfolio_count < 2)
        return;
    print_note(
        out,
        "Portfolios: each has its own need, budget and values. An aggregator that holds %u serves the best value "
        "first; in how many hands they are changes nothing of what all of them want.",
        market->firms[0].result.portfolio_count);
}

static void note_alone(const etp_report *report, FILE *out)
{
    print_note(
        out,
        "%s alone: one firm with its own share of the need and no rival. Its script is not told so, but one that "
        "learns may find out. Where it earns owners more than the utility does, that part of the market's gain comes "
        "from "
        "bidding by value at all, and not from competition.",
        report->alone_name);
}

static bool is_priced_by_losers(etp_mechanism mechanism)
{
    return mechanism == ETP_SECOND_PRICE || mechanism == ETP_UNIFORM_PRICE;
}

static const char *caution(const etp_report *report)
{
    if (strcmp(report->prices.source, "built-in") == 0)
        return "These prices are made up: an illustration, no evidence. ";
    if (!etp_report_covers_year(report))
        return "Less than a year is an illustration, no evidence: a few days carry most of a year's money. ";
    return "";
}

static void note_nothing_sold(const etp_run_totals *totals, FILE *out)
{
    if (totals->auctions == 0)
        print_note(out, "No energy was sold: no battery had any for sale when it was asked, or its policy failed.");
    else if (totals->bids == 0)
        print_note(out, "No energy was sold: nobody bid, or no bid came through.");
    else
        print_note(out, "No energy was sold: no bid met a battery's reserve, or no award was confirmed in time.");
}

void etp_notes_on_outcomes(const etp_report *report, FILE *out)
{
    fputc('\n', out);
    print_note(out, "Net benefit: what owners gain over the same homes that sell nothing from the battery and get the "
                    "feed-in tariff for what they spill; the whole bill, after wear.");
    note_owners(report, out);
    if (report->utility.present)
        note_utility(report, out);
    if (report->alone.present)
        note_alone(report, out);
    if (report->market.totals.sold == 0)
        note_nothing_sold(&report->market.totals, out);
    if (is_priced_by_losers(report->mechanism))
        print_note(out, "Most shipped strategies bid as in first-price auctions, where shading pays; a few, truthful "
                        "among them, do not.");
    print_note(out,
               "%sOne seed is one draw of homes, weather and values: compare seeds before you believe a difference.",
               caution(report));
}

/* ---- who bought ---- */

/* A strategy that gets nothing at all is more often mistaken than unlucky. */
static void note_idle(const etp_report_firm *firm, FILE *out)
{
    const etp_aggregator_totals *totals = &firm->result.totals;
    const char *name = firm->script.name;
    if (totals->bids == 0 && totals->offers > 0)
        print_note(out, "%s bid on none of %" PRIu64 " offers.", name, totals->offers);
    else if (totals->bids > 0 && totals->wins == 0 && firm->result.energy == 0)
        print_note(out, "%s won with none of %" PRIu64 " bids.", name, totals->bids);
}

/* As much of a hash as a person compares. */
enum { HASH_SHOWN = 8, VERSIONS_SHOWN = 8 };

static void note_versions(const etp_report_script *script, const char *kind, FILE *out)
{
    char list[VERSIONS_SHOWN * (HASH_SHOWN + 2) + 1] = "";
    unsigned count = script->version_count, first = count > VERSIONS_SHOWN ? count - VERSIONS_SHOWN : 0;
    if (count < 2)
        return;
    for (unsigned i = first; i < count; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%.*s", i > first ? ", " : "", HASH_SHOWN, script->versions[i]);
    }
    print_note(out, "%s%s had %u versions; hashes%s: %s.", kind, script->name, count,
               first > 0 ? " of the last" : " of their sources", list);
}

static void note_all_versions(const etp_report *report, FILE *out)
{
    const etp_report_run *market = &report->market;
    for (unsigned i = 0; i < market->firm_count; i++)
        note_versions(&market->firms[i].script, "", out);
    note_versions(&market->policy, "The reserve policy ", out);
}

void etp_notes_on_firms(const etp_report *report, FILE *out)
{
    fputc('\n', out);
    print_note(out, "Surplus: what the energy turned out to be worth to its buyer, less what it paid.");
    for (unsigned i = 0; i < report->market.firm_count; i++)
        note_idle(&report->market.firms[i], out);
    note_all_versions(report, out);
}

/* ---- what went wrong ---- */

static void note_errors(const etp_report_script *script, FILE *out)
{
    char overruns[64] = "";
    if (script->overruns > 0)
        snprintf(overruns, sizeof overruns, ", %" PRIu64 " of them over a limit", script->overruns);
    if (script->errors > 0)
        print_note(out, "%s: %" PRIu64 " of %" PRIu64 " calls failed%s%s; the last: %s", script->name, script->errors,
                   script->calls, overruns, script->suspended ? ", so it is not called any more" : "",
                   script->last_error);
    if (script->log_dropped > 0)
        print_note(out, "%s: %" PRIu64 " of its log lines were dropped.", script->name, script->log_dropped);
    if (script->reloads_refused > 0)
        print_note(out, "%s: %" PRIu64 " saved version%s did not take over.", script->name, script->reloads_refused,
                   script->reloads_refused == 1 ? "" : "s");
}

static bool had_trouble(const etp_report_script *script)
{
    return script->errors > 0 || script->log_dropped > 0 || script->reloads_refused > 0;
}

static void note_scripts(const etp_report *report, FILE *out)
{
    const etp_report_run *market = &report->market;
    bool distrusted = etp_report_distrusts_any(market) || etp_report_distrusts_any(&report->utility) ||
                      etp_report_distrusts_any(&report->alone);
    bool failed = distrusted || had_trouble(&market->policy);
    for (unsigned i = 0; i < market->firm_count; i++)
        failed = failed || had_trouble(&market->firms[i].script);
    if (failed)
        fputc('\n', out);
    for (unsigned i = 0; i < market->firm_count; i++)
        note_errors(&market->firms[i].script, out);
    note_errors(&market->policy, out);
    if (distrusted)
        print_note(out, "* Not to be trusted: figures of a script that is not called any more or failed in more than a "
                        "tenth of its calls, and of runs in which it took part.");
}

void etp_notes_on_live(const etp_report *report, FILE *out)
{
    const etp_report_live *live = &report->market.live;
    const etp_report_delay *trips = &live->round_trip;
    if (live->transport == NULL)
        return;
    fputc('\n', out);
    print_note(
        out,
        "Real links over %s: delays are as measured, from creation to processing, by one clock. %u %s, up in %.2f "
        "s; %" PRIu64 " times an end was lost, %" PRIu64 " things were refused. %" PRIu64 " frames and the links' own "
        "handshakes and probes left in %" PRIu64
        " sends, %.1f kB in all. Round trips of the probes: p50 %.2f ms, p99 %.2f ms, max %.2f ms.",
        live->transport, live->links, live->links == 1 ? "link" : "links", (double)live->set_up / 1e9, live->lost,
        live->refused, live->frames, live->sends, (double)live->bytes / 1e3, (double)trips->p50_us / us_per_ms,
        (double)trips->p99_us / us_per_ms, (double)trips->max_us / us_per_ms);
}

void etp_notes_on_troubles(const etp_report *report, FILE *out)
{
    note_scripts(report, out);
    if (report->hold > 2 * report->delay)
        return;
    fputc('\n', out);
    print_note(out, "The hold is not longer than a message's way there and back (twice --delay), so no trade can be "
                    "confirmed: give --hold more.");
}

/* SPDX-License-Identifier: MIT */
/* The result for a person: what was run, what owners got, who bought, and what went wrong. At most 100 columns, ASCII. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/report.h"
#include "report/table.h"

enum { INDENT = 2, LINE_COLUMNS = 96, NUMBER_MAX = 32, YEAR_DAYS = 365 };

static const double us_per_ms = 1000.0;

/* ---- pieces ---- */

/* Prints a paragraph in lines of at most LINE_COLUMNS. */
static void print_wrapped(FILE *out, const char *text)
{
    size_t column = 0;
    for (const char *word = text; *word != '\0';) {
        size_t size = strcspn(word, " ");
        if (column > 0 && column + 1 + size > LINE_COLUMNS) {
            fputc('\n', out);
            column = 0;
        }
        fprintf(out, "%*s%.*s", column == 0 ? INDENT : 1, "", (int)size, word);
        column += size + 1;
        word += size + strspn(word + size, " ");
    }
    fputc('\n', out);
}

static const char *plural(uint64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

/* A price, or "-" where nothing was sold. */
static const char *show_price(char *text, etp_money paid, etp_energy energy)
{
    double cents;
    if (etp_report_mean_price(paid, energy, &cents))
        snprintf(text, NUMBER_MAX, "%.2f", cents);
    else
        snprintf(text, NUMBER_MAX, "-");
    return text;
}

static void show_length(char *text, etp_time length)
{
    long long seconds = length / ETP_NS_PER_SECOND;
    if (seconds % 60 == 0)
        snprintf(text, NUMBER_MAX, "%lld min", seconds / 60);
    else
        snprintf(text, NUMBER_MAX, "%lld s", seconds);
}

/* ---- what was run ---- */

static void print_head(const etp_report *report, FILE *out)
{
    char length[NUMBER_MAX];
    const etp_report_prices *prices = &report->prices;
    show_length(length, prices->interval);
    fprintf(out, "etp-engine %s: %u %s, %u %s, %zu %s of %s, %s auctions, seed %" PRIu64 "\n", etp_version(),
            report->homes, plural(report->homes, "battery", "batteries"), report->market.firm_count,
            plural(report->market.firm_count, "aggregator", "aggregators"), prices->count,
            plural(prices->count, "interval", "intervals"), length, etp_mechanism_name(report->mechanism),
            report->seed);
    if (strcmp(prices->source, "built-in") == 0)
        fprintf(out, "Prices: built-in (made up, %g summer %s)", report->days, report->days > 1 ? "days" : "day");
    else
        fprintf(out, "Prices: %s%s%s, %g %s", *prices->source != '\0' ? prices->source : "from a file",
                *prices->region != '\0' ? " " : "", prices->region, report->days, report->days > 1 ? "days" : "day");
    bool flat = strchr(report->feed_in, '=') == NULL;
    fprintf(out, ", mean %.2f c/kWh. Feed-in tariff: %s%s.\n", etp_price_to_cents(prices->mean), report->feed_in,
            flat ? " c/kWh" : "");
}

/* ---- what owners got ---- */

static double per_battery_and_day(const etp_report *report, etp_money money)
{
    return etp_money_to_dollars(money) / report->homes / report->days;
}

static void add_outcome(etp_table *table, const etp_report *report, const etp_report_run *run, const char *label)
{
    if (!run->present)
        return;
    char price[NUMBER_MAX];
    double benefit = per_battery_and_day(report, etp_report_net_benefit(report, run));
    etp_table_cell(table, "%s", label);
    etp_table_cell(table, "%.1f", etp_energy_to_kwh(run->totals.sold));
    etp_table_cell(table, "%s", show_price(price, run->totals.paid, run->totals.sold));
    etp_table_cell(table, "%.4f", benefit);
    if (report->days >= YEAR_DAYS)
        etp_table_cell(table, "%.2f", benefit * YEAR_DAYS);
    else
        etp_table_cell(table, "%s", "");
}

static void print_outcomes(const etp_report *report, FILE *out)
{
    static const char *const heads[] = {"", "energy sold", "price to owners", "owner's net benefit", ""};
    const char *units[] = {"", "kWh", "c/kWh", "$ per battery and day",
                           report->days >= YEAR_DAYS ? "$ per battery and year" : ""};
    char market[NUMBER_MAX], alone[ETP_REPORT_NAME_MAX + 8];
    etp_table table = {0};
    snprintf(market, sizeof market, "market, %u %s", report->market.firm_count,
             plural(report->market.firm_count, "aggregator", "aggregators"));
    snprintf(alone, sizeof alone, "%s alone", report->alone_name);
    etp_table_begin(&table, "lrrrr");
    etp_table_row(&table, heads);
    etp_table_row(&table, units);
    add_outcome(&table, report, &report->market, market);
    add_outcome(&table, report, &report->utility, "single utility");
    add_outcome(&table, report, &report->alone, alone);
    fputc('\n', out);
    etp_table_end(&table, INDENT, out);
}

static void print_meaning(const etp_report *report, FILE *out)
{
    fputc('\n', out);
    print_wrapped(out,
                  "Net benefit: what owners gain over the same homes that sell nothing from the battery and get the "
                  "feed-in tariff for what they spill; the whole bill, after wear.");
    if (report->utility.present)
        print_wrapped(out, "Single utility: one buyer with the needs and budgets of all the aggregators, that posts in "
                           "each interval the one price that is best for it.");
    if (report->market.totals.sold == 0)
        print_wrapped(out, "No energy was sold: no bid met a battery's reserve, or none came through.");
    if (strcmp(report->prices.source, "built-in") == 0)
        print_wrapped(out, "These prices are made up: an illustration, no evidence.");
    else if (report->days < YEAR_DAYS)
        print_wrapped(out,
                      "Less than a year is an illustration, no evidence: a few days carry most of a year's money.");
}

/* ---- who bought ---- */

static void add_firm(etp_table *table, const etp_report_firm *firm)
{
    const etp_firm_result *result = &firm->result;
    char price[NUMBER_MAX], margin[NUMBER_MAX];
    etp_money surplus = result->worth - result->paid;
    etp_table_cell(table, "%s", firm->script.name);
    etp_table_cell(table, "%" PRIu64, result->totals.bids);
    etp_table_cell(table, "%" PRIu64, result->totals.wins);
    etp_table_cell(table, "%s", show_price(price, result->paid, result->energy));
    etp_table_cell(table, "%.1f", etp_energy_to_kwh(result->energy));
    etp_table_cell(table, "%.2f", etp_money_to_dollars(result->paid));
    etp_table_cell(table, "%.2f", etp_money_to_dollars(surplus));
    etp_table_cell(table, "%s", show_price(margin, surplus, result->energy));
}

static void print_firms(const etp_report *report, FILE *out)
{
    static const char *const heads[] = {"aggregator", "bids", "wins",    "avg price",
                                        "energy",     "paid", "surplus", "margin"};
    static const char *const units[] = {"", "", "", "c/kWh", "kWh", "$", "$", "c/kWh"};
    etp_table table = {0};
    etp_table_begin(&table, "lrrrrrrr");
    etp_table_row(&table, heads);
    etp_table_row(&table, units);
    for (unsigned i = 0; i < report->market.firm_count; i++)
        add_firm(&table, &report->market.firms[i]);
    fputc('\n', out);
    etp_table_end(&table, INDENT, out);
    fputc('\n', out);
    print_wrapped(out, "Surplus: what the energy turned out to be worth to its buyer, less what it paid.");
}

/* ---- what went wrong ---- */

static bool any_late(const etp_report_run *run)
{
    for (unsigned type = 0; type < ETP_TYPES; type++)
        if (run->engine.late[type] > 0)
            return true;
    return false;
}

static void print_delays(const etp_report_run *run, FILE *out)
{
    static const char *const heads[] = {"message", "sent",   "received", "p50 ms",
                                        "p99 ms",  "max ms", "limit ms", "misses"};
    etp_table table = {0};
    etp_table_begin(&table, "lrrrrrrr");
    etp_table_row(&table, heads);
    for (unsigned type = 0; type < ETP_TYPES; type++) {
        const etp_report_delay *delay = &run->delays[type];
        if (run->engine.sent[type] == 0 && run->engine.received[type] == 0)
            continue;
        etp_table_cell(&table, "%s", etp_type_name(type));
        etp_table_cell(&table, "%" PRIu64, run->engine.sent[type]);
        etp_table_cell(&table, "%" PRIu64, run->engine.received[type]);
        etp_table_cell(&table, "%.1f", (double)delay->p50_us / us_per_ms);
        etp_table_cell(&table, "%.1f", (double)delay->p99_us / us_per_ms);
        etp_table_cell(&table, "%.1f", (double)delay->max_us / us_per_ms);
        etp_table_cell(&table, "%" PRId64, etp_type_delay_limit(type) / ETP_NS_PER_MS);
        etp_table_cell(&table, "%" PRIu64, run->engine.late[type]);
    }
    fputc('\n', out);
    etp_table_end(&table, INDENT, out);
}

static void print_refusals(const etp_report_run *run, FILE *out)
{
    etp_table table = {0};
    etp_table_begin(&table, "lrl");
    for (unsigned i = 1; i < ETP_REFUSALS; i++) {
        if (run->engine.refused[i] == 0)
            continue;
        if (table.count == 0)
            etp_table_row(&table, (const char *const[]){"refused", "times", ""});
        etp_table_cell(&table, "%s", etp_refusal_name(i));
        etp_table_cell(&table, "%" PRIu64, run->engine.refused[i]);
        etp_table_cell(&table, "%s", etp_refusal_meaning(i));
    }
    if (table.count > 0)
        fputc('\n', out);
    etp_table_end(&table, INDENT, out);
}

static void print_script_errors(const etp_report_script *script, FILE *out)
{
    char text[2 * ETP_REPORT_LINE_MAX + ETP_REPORT_NAME_MAX];
    if (script->errors == 0)
        return;
    snprintf(text, sizeof text, "%s: %" PRIu64 " of %" PRIu64 " calls failed%s; the last: %s", script->name,
             script->errors, script->calls, script->suspended ? ", so it is not called any more" : "",
             script->last_error);
    print_wrapped(out, text);
}

static void print_troubles(const etp_report *report, FILE *out)
{
    const etp_report_run *market = &report->market;
    if (report->network_given || any_late(market))
        print_delays(market, out);
    print_refusals(market, out);
    bool errors = market->policy.errors > 0;
    for (unsigned i = 0; i < market->firm_count; i++)
        errors = errors || market->firms[i].script.errors > 0;
    if (errors)
        fputc('\n', out);
    for (unsigned i = 0; i < market->firm_count; i++)
        print_script_errors(&market->firms[i].script, out);
    print_script_errors(&market->policy, out);
    if (report->hold <= 2 * report->delay) {
        fputc('\n', out);
        print_wrapped(out,
                      "The hold is not longer than a message's way there and back (twice --delay), so no trade can "
                      "be confirmed: give --hold more.");
    }
}

void etp_report_print(const etp_report *report, FILE *out)
{
    print_head(report, out);
    print_outcomes(report, out);
    print_meaning(report, out);
    print_firms(report, out);
    print_troubles(report, out);
    const char *attribution = etp_report_attribution(report);
    if (attribution != NULL)
        fprintf(out, "\n%s\n", attribution);
}

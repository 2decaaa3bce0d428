/* SPDX-License-Identifier: MIT */
/* The result for a person, in tables: what was run, what owners got, who bought, and what went wrong. ASCII, and at most
 * 100 columns. What the tables mean is in notes.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/notes.h"
#include "report/report.h"
#include "report/table.h"

enum { INDENT = 2, NUMBER_MAX = 32, NAME_COLUMNS = 24, NAME_END = 8, YEAR_DAYS = 365 };

static const double us_per_ms = 1000.0;

/* ---- pieces ---- */

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

/* A long name keeps its beginning and its end, where the number of an instance stands. */
static const char *show_name(char *text, const char *name)
{
    size_t size = strlen(name);
    if (size <= NAME_COLUMNS)
        snprintf(text, NUMBER_MAX, "%s", name);
    else
        snprintf(text, NUMBER_MAX, "%.*s...%s", NAME_COLUMNS - NAME_END - 3, name, name + size - NAME_END);
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

/* A run that was ended by hand may be shorter than a day: the number of intervals says by how much. */
static void show_days(char *text, double days, const char *kind)
{
    if (days < 1)
        snprintf(text, NUMBER_MAX, "part of a %sday", kind);
    else
        snprintf(text, NUMBER_MAX, "%.4g %s%s", days, kind, days > 1 ? "days" : "day");
}

/* What so many decimals show as nothing has no sign. */
static double no_minus_zero(double value, double half_a_digit)
{
    return value > -half_a_digit && value < 0 ? 0.0 : value;
}

/* ---- what was run ---- */

/* How many portfolios each aggregator holds, where it is more than one. */
static void show_share(char *text, const etp_report *report)
{
    unsigned share = report->market.firm_count > 0 ? report->market.firms[0].result.portfolio_count : 1;
    text[0] = '\0';
    if (share > 1)
        snprintf(text, NUMBER_MAX, " of %u portfolios%s", share, report->market.firm_count > 1 ? " each" : "");
}

static void print_head(const etp_report *report, FILE *out)
{
    char length[NUMBER_MAX], share[NUMBER_MAX];
    const etp_report_prices *prices = &report->prices;
    bool built_in = strcmp(prices->source, "built-in") == 0;
    show_length(length, prices->interval);
    show_share(share, report);
    fprintf(out, "etp-engine %s: %u %s, %u %s%s, %s auctions, seed %" PRIu64 "\n", etp_version(), report->homes,
            plural(report->homes, "battery", "batteries"), report->market.firm_count,
            plural(report->market.firm_count, "aggregator", "aggregators"), share,
            etp_mechanism_name(report->mechanism), report->seed);
    char days[NUMBER_MAX];
    show_days(days, report->days, built_in ? "summer " : "");
    if (built_in)
        fprintf(out, "Prices: built-in (made up, %s)", days);
    else
        fprintf(out, "Prices: %s%s%s, %s", *prices->source != '\0' ? prices->source : "from a file",
                *prices->region != '\0' ? " " : "", prices->region, days);
    fprintf(out, ", %zu %s of %s, mean %.2f c/kWh.\n", prices->count, plural(prices->count, "interval", "intervals"),
            length, etp_price_to_cents(prices->mean));
    if (prices->held > 0)
        fprintf(out, "Of the file's intervals %zu %s missing; they hold the last price.\n", prices->held,
                plural(prices->held, "was", "were"));
    if (prices->clip != 0)
        fprintf(out, "Prices above %.4g c/kWh were lowered to it: %zu of the file's.\n",
                etp_price_to_cents(prices->clip), prices->clipped);
    bool flat = strchr(report->feed_in, '=') == NULL;
    fprintf(out, "Feed-in tariff: %s%s.\n", report->feed_in, flat ? " c/kWh" : "");
}

/* ---- what owners got ---- */

/* The runs that were made, in the order of their columns. */
typedef struct run_list {
    const etp_report_run *list[3];
    unsigned count;
} run_list;

static run_list runs_of(const etp_report *report)
{
    const etp_report_run *all[] = {&report->market, &report->utility, &report->alone};
    run_list present = {.count = 0};
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i]->present)
            present.list[present.count++] = all[i];
    return present;
}

static const char *mark_of(bool distrusted)
{
    return distrusted ? "*" : "";
}

/* Two lines above each column. One in which a script did not do its work gets a mark. */
static void add_outcome_heads(etp_table *table, const etp_report *report)
{
    const etp_report_run *market = &report->market, *alone = &report->alone;
    char name[NUMBER_MAX];
    etp_table_cell(table, "%s", "");
    etp_table_cell(table, "%s", "market,");
    if (report->utility.present)
        etp_table_cell(table, "%s",
                       report->conduct == ETP_CONDUCT_POSTED ? "single" : etp_conduct_name(report->conduct));
    if (alone->present)
        etp_table_cell(table, "%s%s", show_name(name, report->alone_name), mark_of(etp_report_distrusts_any(alone)));
    etp_table_cell(table, "%s", "");
    etp_table_cell(table, "%u %s%s", market->firm_count, plural(market->firm_count, "aggregator", "aggregators"),
                   mark_of(etp_report_distrusts_any(market)));
    if (report->utility.present)
        etp_table_cell(table, "utility%s", mark_of(etp_report_distrusts_any(&report->utility)));
    if (alone->present)
        etp_table_cell(table, "%s", "alone");
}

static void add_sales(etp_table *table, const run_list *runs)
{
    char price[NUMBER_MAX];
    etp_table_cell(table, "%s", "energy sold, kWh");
    for (unsigned i = 0; i < runs->count; i++)
        etp_table_cell(table, "%.1f", etp_energy_to_kwh(runs->list[i]->totals.sold));
    etp_table_cell(table, "%s", "price to owners, c/kWh");
    for (unsigned i = 0; i < runs->count; i++)
        etp_table_cell(table, "%s", show_price(price, runs->list[i]->totals.paid, runs->list[i]->totals.sold));
}

static double mean_per_day(const etp_report *report, const etp_report_run *run)
{
    return etp_money_to_dollars(etp_report_net_benefit(report, run)) / report->homes / report->days;
}

static void add_benefits(etp_table *table, const etp_report *report, const run_list *runs)
{
    etp_table_cell(table, "%s", "owner's net benefit, mean, $ a day");
    for (unsigned i = 0; i < runs->count; i++)
        etp_table_cell(table, "%.4f", no_minus_zero(mean_per_day(report, runs->list[i]), 0.00005));
    etp_table_cell(table, "%s", "owner's net benefit, median, $ a day");
    for (unsigned i = 0; i < runs->count; i++)
        etp_table_cell(table, "%.4f",
                       no_minus_zero(etp_money_to_dollars(runs->list[i]->median_benefit) / report->days, 0.00005));
    if (etp_report_covers_year(report)) {
        etp_table_cell(table, "%s", "owner's net benefit, mean, $ a year");
        for (unsigned i = 0; i < runs->count; i++)
            etp_table_cell(table, "%.2f", mean_per_day(report, runs->list[i]) * YEAR_DAYS);
    }
    etp_table_cell(table, "%s", "owners worse off than without a market");
    for (unsigned i = 0; i < runs->count; i++)
        etp_table_cell(table, "%u of %u", runs->list[i]->worse_off, report->homes);
}

static void print_outcomes(const etp_report *report, FILE *out)
{
    static const char *const columns[] = {"l", "lr", "lrr", "lrrr"};
    run_list runs = runs_of(report);
    etp_table table = {0};
    etp_table_begin(&table, columns[runs.count]);
    add_outcome_heads(&table, report);
    add_sales(&table, &runs);
    add_benefits(&table, report, &runs);
    fputc('\n', out);
    etp_table_end(&table, INDENT, out);
    etp_notes_on_outcomes(report, out);
}

/* ---- who bought ---- */

static void add_firm(etp_table *table, const etp_report_firm *firm)
{
    const etp_firm_result *result = &firm->result;
    char name[NUMBER_MAX], price[NUMBER_MAX], margin[NUMBER_MAX];
    etp_money surplus = result->worth - result->paid;
    etp_table_cell(table, "%s%s", show_name(name, firm->script.name), mark_of(etp_report_distrusts(&firm->script)));
    etp_table_cell(table, "%" PRIu64, result->bids);
    etp_table_cell(table, "%" PRIu64, result->trades);
    etp_table_cell(table, "%s", show_price(price, result->paid, result->energy));
    etp_table_cell(table, "%.1f", etp_energy_to_kwh(result->energy));
    etp_table_cell(table, "%.2f", etp_money_to_dollars(result->paid));
    etp_table_cell(table, "%.2f", no_minus_zero(etp_money_to_dollars(surplus), 0.005));
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
    etp_notes_on_firms(report, out);
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
    static const char *const heads[] = {"message",  "sent",   "received", "p50 ms", "p99 ms",
                                        "p99.9 ms", "max ms", "limit ms", "misses"};
    etp_table table = {0};
    etp_table_begin(&table, "lrrrrrrrr");
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
        etp_table_cell(&table, "%.1f", (double)delay->p999_us / us_per_ms);
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

static void print_troubles(const etp_report *report, FILE *out)
{
    const etp_report_run *market = &report->market;
    bool live = market->live.transport != NULL;
    if (report->network_given || live || any_late(market))
        print_delays(market, out);
    etp_notes_on_live(report, out);
    print_refusals(market, out);
    etp_notes_on_troubles(report, out);
}

void etp_report_print(const etp_report *report, FILE *out)
{
    print_head(report, out);
    etp_notes_on_options(report, out);
    print_outcomes(report, out);
    print_firms(report, out);
    print_troubles(report, out);
    const char *attribution = etp_report_attribution(report);
    if (attribution != NULL)
        fprintf(out, "\n%s\n", attribution);
}

/* SPDX-License-Identifier: MIT */
/* What owners got: the runs side by side, and how it is shared among them. */
#include <stdio.h>
#include <stdlib.h>

#include "report/pages/internal.h"

/* ---- the runs side by side ---- */

/* Rows of the table; the value of one run, from what stands in its JSON. */
typedef struct measure {
    const char *label, *unit, *field;
    double scale;
} measure;

static const measure measures[] = {
    {"Energy sold", "kWh", "energy_mwh", 1e-6},
    {"Price to owners", "c/kWh", "price_c_per_kwh", 1},
    {"Paid to owners", "$", "paid_micro", 1e-6},
    {"Owner's net benefit, mean", "$ per battery and day", "net_benefit_per_battery_day", 1},
    {"Owners worse off than without a market", "", "owners_worse_off", 1},
    {"Worth to buyers", "$", "worth_micro", 1e-6},
    {"Part of the possible gain that was made", "%", "efficiency", 100},
    {"Part of the worth that buyers keep", "%", "lerner", 100},
};

/* Those after these are in the results of some runs only. */
enum { MEASURES_ALWAYS = 6 };

static void put_measure(etp_page *page, etp_sheet *sheet, const measure *row)
{
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, row->label);
    etp_sheet_text(sheet, row->unit);
    for (unsigned i = 0; i < page->run_count; i++) {
        etp_fields_place(&page->from, "runs.%s", page->runs[i].key);
        etp_sheet_number(sheet, etp_fields_number(&page->from, page->runs[i].of, row->field) * row->scale);
    }
}

static void put_outcomes(etp_page *page)
{
    etp_sheet *sheet = etp_document_table(page->document, "outcomes", "What owners got, run by run");
    etp_sheet_column(sheet, "measure", "Measure", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "unit", "Unit", "", ETP_DIGITS_AUTO);
    for (unsigned i = 0; i < page->run_count; i++)
        etp_sheet_column(sheet, page->runs[i].key, page->runs[i].name, "", ETP_DIGITS_AUTO);
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++)
        if (i < MEASURES_ALWAYS || json_object_get(page->runs[0].of, measures[i].field) != NULL)
            put_measure(page, sheet, &measures[i]);
    etp_sheet_note(sheet, "Net benefit: what owners gain over the same homes that sell nothing from the battery and "
                          "get the feed-in tariff for what they spill; the whole bill, after wear.");
}

/* ---- how it is shared ---- */

/* The net benefits of a run's owners in $ a day; to be freed. NULL for none, or without memory. */
static double *read_benefits(etp_page *page, const etp_page_run *run, size_t *count)
{
    size_t i;
    const json_t *home;
    etp_fields_place(&page->from, "runs.%s", run->key);
    const json_t *homes = etp_fields_list(&page->from, run->of, "homes");
    *count = json_array_size(homes);
    double *benefits = calloc(*count + 1, sizeof *benefits);
    if (benefits == NULL) {
        *count = 0;
        return NULL;
    }
    json_array_foreach(homes, i, home) benefits[i] = etp_page_dollars(page, home, "net_benefit_micro") / page->days;
    return benefits;
}

/* Shares mean little where owners together gain no more than some of them lose. */
static bool has_shares(const double *benefits, size_t count)
{
    double gained = 0, lost = 0;
    for (size_t i = 0; i < count; i++) {
        gained += benefits[i] > 0 ? benefits[i] : 0;
        lost -= benefits[i] < 0 ? benefits[i] : 0;
    }
    return gained - lost > lost;
}

/* The plot is begun with its first curve. */
static void put_curve(etp_page *page, etp_plot **plot, const etp_page_run *run)
{
    size_t count;
    double *benefits = read_benefits(page, run, &count);
    if (has_shares(benefits, count)) {
        if (*plot == NULL)
            *plot = etp_document_plot(page->document, "benefit-shares", ETP_PLOT_LORENZ,
                                      "How the net benefit is shared among owners",
                                      "owners, those with the least first", "share of the net benefit of all");
        etp_plot_series(*plot, run->name);
        etp_plot_lorenz(*plot, benefits, count);
    }
    free(benefits);
}

static void put_lorenz(etp_page *page)
{
    etp_plot *plot = NULL;
    for (unsigned i = 0; i < page->run_count; i++)
        put_curve(page, &plot, &page->runs[i]);
    etp_plot_digits(plot, 3, 4);
    etp_plot_note(plot, "On the dashed line all owners would gain the same. A curve that goes below 0 starts with "
                        "owners who lose. A run in which owners together gain no more than some of them lose has no "
                        "curve.");
    if (plot == NULL)
        etp_document_note(page->document, "There is no plot of how the net benefit is shared: in no run do owners "
                                          "together gain more than some of them lose.");
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Every owner is a step; with many, so many of them as still show. */
static void put_ranking(etp_page *page)
{
    enum { STEPS_MAX = 200 };
    etp_plot *plot =
        etp_document_plot(page->document, "benefit-ranked", ETP_PLOT_LINE, "Net benefit of each owner, ranked",
                          "owners, those with the least first (%)", "net benefit, $ a day");
    for (unsigned i = 0; i < page->run_count; i++) {
        size_t count;
        double *benefits = read_benefits(page, &page->runs[i], &count);
        etp_plot_series(plot, page->runs[i].name);
        if (benefits != NULL)
            qsort(benefits, count, sizeof *benefits, ascending);
        size_t steps = count < STEPS_MAX ? count : STEPS_MAX;
        for (size_t j = 0; j < steps; j++) {
            size_t place = steps > 1 ? j * (count - 1) / (steps - 1) : 0;
            etp_plot_point(plot, 100.0 * ((double)place + 0.5) / (double)count, benefits[place]);
        }
        free(benefits);
    }
    etp_plot_digits(plot, 1, 4);
    etp_plot_note(plot, "Where a line lies below 0, owners would have done better without that market.");
}

void etp_page_run_owners(etp_page *page)
{
    etp_document_section(page->document, "owners", "What owners got");
    put_outcomes(page);
    put_ranking(page);
    put_lorenz(page);
}

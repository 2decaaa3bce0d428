/* SPDX-License-Identifier: MIT */
/* Who bought, at what price, and what it was worth; and where the energy of the homes went. */
#include <math.h>
#include <stdio.h>

#include "report/pages/internal.h"

/* ---- aggregators ---- */

static double margin(etp_page *page, const json_t *firm)
{
    double energy = etp_page_kwh(page, firm, "energy_mwh");
    return energy > 0 ? 100 * etp_page_dollars(page, firm, "surplus_micro") / energy : NAN;
}

static void put_firm(etp_page *page, etp_sheet *sheet, const json_t *firm)
{
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, etp_fields_text(&page->from, firm, "name"));
    etp_sheet_number(sheet, etp_fields_number(&page->from, firm, "bids"));
    etp_sheet_number(sheet, etp_fields_number(&page->from, firm, "trades"));
    etp_sheet_number(sheet, etp_page_kwh(page, firm, "energy_mwh"));
    etp_sheet_number(sheet, etp_fields_number(&page->from, firm, "price_c_per_kwh"));
    etp_sheet_number(sheet, margin(page, firm));
    etp_sheet_number(sheet, etp_page_dollars(page, firm, "paid_micro"));
    etp_sheet_number(sheet, etp_page_dollars(page, firm, "surplus_micro"));
}

static void put_firms(etp_page *page, const json_t *firms)
{
    size_t i;
    const json_t *firm;
    etp_sheet *sheet = etp_document_table(page->document, "firms", "Aggregators in the market");
    etp_sheet_column(sheet, "aggregator", "Aggregator", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "bids", "Bids", "", 0);
    etp_sheet_column(sheet, "trades", "Trades", "", 0);
    etp_sheet_column(sheet, "energy", "Energy", "kWh", 1);
    etp_sheet_column(sheet, "price", "Price paid", "c/kWh", 2);
    etp_sheet_column(sheet, "margin", "Margin", "c/kWh", 2);
    etp_sheet_column(sheet, "paid", "Paid", "$", 2);
    etp_sheet_column(sheet, "surplus", "Surplus", "$", 2);
    etp_sheet_note(sheet, "Surplus: what the energy turned out to be worth to its buyer, from the spot price of the "
                          "interval, less what it paid. Margin: the same for each kWh.");
    json_array_foreach(firms, i, firm) put_firm(page, sheet, firm);
}

static void put_prices(etp_page *page, const json_t *firms)
{
    size_t i;
    const json_t *firm;
    etp_plot *plot = etp_document_plot(page->document, "firm-prices", ETP_PLOT_GROUPED_BARS,
                                       "What aggregators paid, and what it was worth to them", "", "c/kWh");
    etp_plot_digits(plot, ETP_DIGITS_AUTO, 2);
    etp_plot_series(plot, "price paid");
    json_array_foreach(firms, i, firm)
        etp_plot_category(plot, etp_fields_text(&page->from, firm, "name"),
                          etp_fields_number(&page->from, firm, "price_c_per_kwh"), NAN, NAN);
    etp_plot_series(plot, "worth");
    json_array_foreach(firms, i, firm)
    {
        double price = etp_fields_number(&page->from, firm, "price_c_per_kwh");
        etp_plot_category(plot, etp_fields_text(&page->from, firm, "name"), price + margin(page, firm), NAN, NAN);
    }
}

void etp_page_run_firms(etp_page *page)
{
    etp_fields_place(&page->from, "runs.market.firms");
    const json_t *firms = etp_fields_list(&page->from, page->runs[0].of, "firms");
    etp_document_section(page->document, "aggregators", "Who bought");
    put_prices(page, firms);
    put_firms(page, firms);
}

/* ---- energy ---- */

static const struct {
    const char *field, *label;
} flows[] = {
    {"sun_mwh", "Made by the panels"},
    {"load_mwh", "Used in the homes"},
    {"own_use_mwh", "\xe2\x80\x83of it, from the battery"},
    {"imported_mwh", "\xe2\x80\x83of it, from the grid"},
    {"sold_mwh", "Sold to aggregators, out of the battery"},
    {"spilled_mwh", "Spilled to the grid for the feed-in tariff"},
    {"curtailed_mwh", "Lost beyond the export limit"},
};

static double sum_of(etp_page *page, const etp_page_run *run, const char *field)
{
    size_t i;
    const json_t *home;
    double sum = 0;
    etp_fields_place(&page->from, "runs.%s.homes", run->key);
    json_array_foreach(json_object_get(run->of, "homes"), i, home) sum += etp_page_kwh(page, home, field);
    return sum;
}

void etp_page_run_energy(etp_page *page)
{
    etp_document_section(page->document, "energy", "Where the energy went");
    etp_sheet *sheet = etp_document_table(page->document, "energy-flows", "Energy of all homes");
    etp_sheet_column(sheet, "flow", "Flow", "", ETP_DIGITS_AUTO);
    for (unsigned i = 0; i < page->run_count; i++)
        etp_sheet_column(sheet, page->runs[i].key, page->runs[i].name, "kWh", 1);
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++) {
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, flows[i].label);
        for (unsigned j = 0; j < page->run_count; j++)
            etp_sheet_number(sheet, sum_of(page, &page->runs[j], flows[i].field));
    }
}

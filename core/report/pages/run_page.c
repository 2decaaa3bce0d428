/* SPDX-License-Identifier: MIT */
/* The page of a run: what was run, what owners got, who bought, and how the market's machinery fared. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/pages/internal.h"

enum { YEAR_DAYS = 364 };

/* ---- which runs there are ---- */

static void add_run(etp_page *page, const char *key, const char *name)
{
    const json_t *runs = etp_fields_object(&page->from, page->result, "runs"), *of = json_object_get(runs, key);
    if (of == NULL || json_is_null(of))
        return;
    if (!json_is_object(of))
        etp_fields_refuse(&page->from, "run", key);
    etp_page_run *run = &page->runs[page->run_count++];
    run->key = key;
    run->of = of;
    snprintf(run->name, sizeof run->name, "%s", name);
}

static size_t count_firms(const json_t *run)
{
    return json_array_size(json_object_get(run, "firms"));
}

static const char *first_firm(const json_t *run)
{
    const char *name = json_string_value(json_object_get(json_array_get(json_object_get(run, "firms"), 0), "name"));
    return name != NULL ? name : "first strategy";
}

static void find_runs(etp_page *page)
{
    const json_t *runs = json_object_get(page->result, "runs");
    const json_t *market = json_object_get(runs, "market"), *alone = json_object_get(runs, "alone");
    char name[128];
    size_t firms = count_firms(market);
    if (!json_is_object(market))
        etp_fields_refuse(&page->from, "run of a market", "runs");
    snprintf(name, sizeof name, "Market, %zu aggregator%s", firms, firms == 1 ? "" : "s");
    add_run(page, "market", name);
    add_run(page, "utility", "Single utility");
    snprintf(name, sizeof name, "%.60s alone", first_firm(alone));
    add_run(page, "alone", name);
}

/* ---- what was run ---- */

static void begin_document(etp_page *page)
{
    char title[128];
    size_t firms = count_firms(page->runs[0].of);
    snprintf(title, sizeof title, "A market of %.0f batter%s and %zu aggregator%s", page->homes,
             page->homes == 1 ? "y" : "ies", firms, firms == 1 ? "" : "s");
    page->document = etp_document_new(title);
}

static void put_lead(etp_page *page, const json_t *prices, const json_t *options)
{
    const char *source = etp_fields_text(&page->from, prices, "source");
    const char *region = etp_fields_text(&page->from, prices, "region");
    bool built_in = strcmp(source, "built-in") == 0;
    const char *mechanism = json_string_value(json_object_get(options, "mechanism"));
    etp_document_lead(page->document, "%.4g day%s of %s prices%s%s, mean %.2f c/kWh; %s auctions, seed %s.", page->days,
                      page->days == 1 ? "" : "s", built_in ? "made-up" : source, *region != '\0' ? " of " : "", region,
                      etp_fields_number(&page->from, prices, "mean_c_per_kwh"), mechanism != NULL ? mechanism : "",
                      etp_fields_text(&page->from, page->result, "seed"));
}

/* What one run of it says, and what it does not. */
static void put_caution(etp_page *page, const json_t *prices)
{
    const char *source = etp_fields_text(&page->from, prices, "source");
    if (strcmp(source, "built-in") == 0)
        etp_document_note(page->document, "These prices are made up: an illustration, no evidence.");
    else if (page->days < YEAR_DAYS)
        etp_document_note(page->document, "Less than a year is an illustration, no evidence: a few days carry most of "
                                          "a year's money.");
    etp_document_note(page->document, "One seed is one draw of homes, weather and values: compare seeds before you "
                                      "believe a difference.");
}

static void put_key_figures(etp_page *page)
{
    char text[64], note[128];
    const json_t *market = page->runs[0].of;
    double price = etp_fields_number(&page->from, market, "price_c_per_kwh");
    double sold = etp_page_kwh(page, market, "energy_mwh"), offered = etp_page_kwh(page, market, "offered_mwh");
    double worse = etp_fields_number(&page->from, market, "owners_worse_off");
    snprintf(text, sizeof text, "$%.4f", etp_fields_number(&page->from, market, "net_benefit_per_battery_day"));
    etp_document_key_figure(page->document, "Owner's net benefit, mean", text, "per battery and day, whole bill");
    if (isnan(price))
        snprintf(text, sizeof text, "nothing sold");
    else
        snprintf(text, sizeof text, "%.2f c/kWh", price);
    etp_document_key_figure(page->document, "Price to owners", text, "mean over the energy sold");
    snprintf(text, sizeof text, "%.1f kWh", sold);
    snprintf(note, sizeof note, offered > 0 ? "%.1f %% of the lots of all auctions" : "no auction was opened",
             100 * sold / (offered > 0 ? offered : 1));
    etp_document_key_figure(page->document, "Energy sold", text, note);
    snprintf(text, sizeof text, "%.0f of %.0f", worse, page->homes);
    etp_document_key_figure(page->document, "Owners worse off", text, "than without a market");
}

static void put_overview(etp_page *page)
{
    const json_t *prices = etp_fields_object(&page->from, page->result, "prices");
    const json_t *options = etp_fields_object(&page->from, page->result, "options");
    put_lead(page, prices, options);
    etp_document_section(page->document, "overview", "The market at a glance");
    put_key_figures(page);
    put_caution(page, prices);
}

/* ---- what was asked for ---- */

static void put_settings(etp_page *page)
{
    const json_t *attribution = json_object_get(page->result, "attribution");
    etp_document_section(page->document, "setting", "What was asked for");
    etp_page_settings(page, "options", "Options", etp_fields_object(&page->from, page->result, "options"));
    etp_page_settings(page, "world", "The world", etp_fields_object(&page->from, page->result, "world"));
    etp_page_settings(page, "prices", "Prices", etp_fields_object(&page->from, page->result, "prices"));
    if (json_is_string(attribution))
        etp_document_note(page->document, "%s", json_string_value(attribution));
}

static void put_meta(etp_page *page)
{
    const json_t *prices = json_object_get(page->result, "prices");
    etp_page_meta(page);
    etp_document_meta(page->document, "Prices' hash", "%s", etp_fields_text(&page->from, prices, "hash"));
    for (unsigned i = 0; i < page->run_count; i++) {
        char name[192];
        snprintf(name, sizeof name, "Digest: %s", page->runs[i].name);
        etp_document_meta(page->document, name, "%s", etp_fields_text(&page->from, page->runs[i].of, "digest"));
    }
}

void etp_page_of_run(etp_page *page)
{
    page->homes = etp_fields_number(&page->from, page->result, "batteries");
    page->days = etp_fields_number(&page->from, page->result, "days");
    if (!(page->homes >= 1 && page->days > 0))
        etp_fields_refuse(&page->from, "number above 0", "batteries or days");
    find_runs(page);
    if (page->from.result != ETP_OK)
        return;
    begin_document(page);
    put_overview(page);
    etp_page_run_owners(page);
    etp_page_run_day(page);
    etp_page_run_firms(page);
    etp_page_run_energy(page);
    etp_page_run_traffic(page);
    etp_page_run_scripts(page);
    put_settings(page);
    put_meta(page);
}

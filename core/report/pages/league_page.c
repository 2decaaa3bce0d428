/* SPDX-License-Identifier: MIT */
/* The page of a tournament: the league, with how far its differences are to be believed. */
#include <math.h>
#include <stdio.h>

#include "report/pages/internal.h"

/* Dollars are shown in cents, as the league is printed. */
static const double cents = 100;

static double cents_of(etp_page *page, const json_t *object, const char *name)
{
    return cents * etp_fields_number(&page->from, object, name);
}

static void put_difference(etp_page *page, etp_sheet *sheet, const json_t *difference)
{
    if (difference == NULL || json_is_null(difference)) {
        etp_sheet_empty(sheet);
        return;
    }
    etp_sheet_interval(sheet, cents_of(page, difference, "mean"), cents_of(page, difference, "low"),
                       cents_of(page, difference, "high"));
}

static void put_standing(etp_page *page, etp_sheet *sheet, const json_t *standing)
{
    double bids = etp_fields_number(&page->from, standing, "bids");
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, etp_fields_text(&page->from, standing, "name"));
    etp_sheet_number(sheet, etp_fields_number(&page->from, standing, "rank"));
    etp_sheet_number(sheet, cents_of(page, standing, "profit_per_day"));
    put_difference(page, sheet, etp_fields_object(&page->from, standing, "to_field"));
    put_difference(page, sheet, json_object_get(standing, "to_next"));
    etp_sheet_number(sheet, etp_fields_number(&page->from, standing, "energy_kwh_per_day"));
    etp_sheet_number(sheet, bids > 0 ? 100 * etp_fields_number(&page->from, standing, "trades") / bids : NAN);
    etp_sheet_number(sheet, etp_fields_number(&page->from, standing, "price_c_per_kwh"));
}

static void put_table(etp_page *page, const json_t *standings)
{
    size_t i;
    const json_t *standing;
    etp_sheet *sheet = etp_document_table(page->document, "standings", "The league");
    etp_sheet_column(sheet, "strategy", "Strategy", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "rank", "Rank", "", 0);
    etp_sheet_column(sheet, "profit", "Profit", "c a day", 2);
    etp_sheet_column(sheet, "to_field", "To the field", "c a day", 2);
    etp_sheet_column(sheet, "to_next", "To the next", "c a day", 2);
    etp_sheet_column(sheet, "energy", "Energy", "kWh a day", 1);
    etp_sheet_column(sheet, "won", "Won", "% of bids", 1);
    etp_sheet_column(sheet, "price", "Price paid", "c/kWh", 2);
    etp_sheet_note(sheet, "In brackets 95 %% bounds of the difference: a paired bootstrap over the seeds. Where 0 lies "
                          "between them the two are not to be told apart.");
    json_array_foreach(standings, i, standing)
    {
        etp_fields_place(&page->from, "standings, entry %zu", i + 1);
        put_standing(page, sheet, standing);
    }
}

static void put_plot(etp_page *page, const json_t *standings)
{
    size_t i;
    const json_t *standing;
    etp_plot *plot = etp_document_plot(page->document, "to-field", ETP_PLOT_DOTS,
                                       "Profit less that of the mean strategy, with 95 % bounds",
                                       "difference to the field, cents per day of a game", "Strategy");
    etp_plot_digits(plot, ETP_DIGITS_AUTO, 2);
    etp_plot_note(plot, "A strategy whose line crosses 0 is not to be told from the mean of the field.");
    json_array_foreach(standings, i, standing)
    {
        etp_fields_place(&page->from, "standings, entry %zu", i + 1);
        const json_t *field = etp_fields_object(&page->from, standing, "to_field");
        etp_plot_category(plot, etp_fields_text(&page->from, standing, "name"), cents_of(page, field, "mean"),
                          cents_of(page, field, "low"), cents_of(page, field, "high"));
    }
}

static void put_lead(etp_page *page, const json_t *design)
{
    etp_fields_place(&page->from, "design");
    etp_document_lead(page->document,
                      "%.0f strategies in %.0f games of %.0f at a table; each plays %.0f games with each portfolio.",
                      etp_fields_number(&page->from, design, "strategies"),
                      etp_fields_number(&page->from, design, "games"), etp_fields_number(&page->from, design, "seats"),
                      etp_fields_number(&page->from, design, "games_per_strategy_and_portfolio"));
}

void etp_page_of_league(etp_page *page)
{
    const json_t *standings = etp_fields_list(&page->from, page->result, "standings");
    const json_t *design = etp_fields_object(&page->from, page->result, "design");
    page->document = etp_document_new("A league of strategies");
    put_lead(page, design);
    etp_document_section(page->document, "league", "The league");
    put_plot(page, standings);
    put_table(page, standings);
    etp_document_note(page->document, "A league is about its field and its world: take one strategy out and others may "
                                      "change places. Of twenty comparisons one is expected to be wrong by chance.");
    etp_fields_place(&page->from, "the result");
    etp_document_section(page->document, "setting", "What was asked for");
    etp_page_settings(page, "options", "Options", etp_fields_object(&page->from, page->result, "options"));
    etp_page_meta(page);
}

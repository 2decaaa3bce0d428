/* SPDX-License-Identifier: MIT */
/* When it was sold, and at what price: by the hour of the day and by the regime of wholesale prices, where the result has
 * its sums by them. */
#include <math.h>

#include "report/pages/internal.h"

/* Null where nothing was sold. */
static double price_of(etp_page *page, const json_t *slice)
{
    return etp_fields_number(&page->from, slice, "price_c_per_kwh");
}

/* ---- by hour ---- */

static void put_hour_prices(etp_page *page)
{
    size_t i;
    const json_t *slice;
    etp_plot *plot = etp_document_plot(page->document, "hour-prices", ETP_PLOT_LINE, "Price to owners over the day",
                                       "hour of the day, on the market's clock", "c/kWh");
    etp_plot_digits(plot, 0, 2);
    for (unsigned run = 0; run < page->run_count; run++) {
        etp_fields_place(&page->from, "runs.%s.hours", page->runs[run].key);
        etp_plot_series(plot, page->runs[run].name);
        json_array_foreach(json_object_get(page->runs[run].of, "hours"), i, slice)
            etp_plot_point(plot, (double)i, price_of(page, slice));
    }
    etp_plot_note(plot, "There is no point where nothing was sold.");
}

static void put_hour_energy(etp_page *page, const json_t *hours)
{
    static const char *const names[] = {"offered", "sold"}, *const fields[] = {"offered_mwh", "energy_mwh"};
    size_t i;
    const json_t *slice;
    etp_plot *plot = etp_document_plot(page->document, "hour-energy", ETP_PLOT_AREA,
                                       "Energy offered in the market over the day, and sold",
                                       "hour of the day, on the market's clock", "kWh");
    etp_fields_place(&page->from, "runs.market.hours");
    etp_plot_digits(plot, 0, 1);
    for (size_t j = 0; j < sizeof names / sizeof names[0]; j++) {
        etp_plot_series(plot, names[j]);
        json_array_foreach(hours, i, slice) etp_plot_point(plot, (double)i, etp_page_kwh(page, slice, fields[j]));
    }
    etp_plot_note(plot, "A lot that was not sold is offered again in the next interval, and counts each time.");
}

/* ---- by regime ---- */

static void put_regime_prices(etp_page *page)
{
    const char *name;
    json_t *slice;
    etp_plot *plot = etp_document_plot(page->document, "regime-prices", ETP_PLOT_GROUPED_BARS,
                                       "Price to owners by regime of wholesale prices", "", "c/kWh");
    etp_plot_digits(plot, ETP_DIGITS_AUTO, 2);
    for (unsigned run = 0; run < page->run_count; run++) {
        etp_fields_place(&page->from, "runs.%s.regimes", page->runs[run].key);
        etp_plot_series(plot, page->runs[run].name);
        json_object_foreach(json_object_get(page->runs[run].of, "regimes"), name, slice)
            etp_plot_category(plot, name, price_of(page, slice), NAN, NAN);
    }
}

static void put_regimes(etp_page *page, const json_t *regimes)
{
    const char *name;
    json_t *slice;
    etp_sheet *sheet = etp_document_table(page->document, "regimes", "The market by regime of wholesale prices");
    etp_sheet_column(sheet, "regime", "Regime", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "intervals", "Intervals", "", 0);
    etp_sheet_column(sheet, "offered", "Offered", "kWh", 1);
    etp_sheet_column(sheet, "sold", "Sold", "kWh", 1);
    etp_sheet_column(sheet, "price", "Price to owners", "c/kWh", 2);
    etp_sheet_column(sheet, "paid", "Paid", "$", 2);
    etp_sheet_column(sheet, "worth", "Worth to buyers", "$", 2);
    etp_fields_place(&page->from, "runs.market.regimes");
    json_object_foreach((json_t *)regimes, name, slice)
    {
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, name);
        etp_sheet_number(sheet, etp_fields_number(&page->from, slice, "intervals"));
        etp_sheet_number(sheet, etp_page_kwh(page, slice, "offered_mwh"));
        etp_sheet_number(sheet, etp_page_kwh(page, slice, "energy_mwh"));
        etp_sheet_number(sheet, price_of(page, slice));
        etp_sheet_number(sheet, etp_page_dollars(page, slice, "paid_micro"));
        etp_sheet_number(sheet, etp_page_dollars(page, slice, "worth_micro"));
    }
}

void etp_page_run_day(etp_page *page)
{
    const json_t *hours = json_object_get(page->runs[0].of, "hours");
    const json_t *regimes = json_object_get(page->runs[0].of, "regimes");
    if (!json_is_array(hours) && !json_is_object(regimes))
        return;
    etp_document_section(page->document, "day", "When it was sold");
    if (json_is_array(hours)) {
        put_hour_prices(page);
        put_hour_energy(page, hours);
    }
    if (json_is_object(regimes)) {
        put_regime_prices(page);
        put_regimes(page, regimes);
    }
}

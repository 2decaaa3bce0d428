/* SPDX-License-Identifier: MIT */
/* When: prices over the day, and the regimes of the spot price. The ledger keeps these by run and not by week, so what
 * stands here has no interval, and says so. */
#include <math.h>

#include "study/estimate/estimator.h"

static const etp_arm arms[] = {ETP_ARM_POSTED, ETP_ARM_ALONE, ETP_ARM_FIRMS, ETP_ARM_COMPETITIVE};
enum { ARMS = sizeof arms / sizeof arms[0] };

/* Some slices of all seeds of the headline, added up. */
typedef struct slice_sum {
    double years; /* batteries x years */
    double intervals, all_intervals, offered, sold, paid, worth, spot, reserves, gain, best_gain;
} slice_sum;

static void add_slice(slice_sum *sum, const etp_ledger_slice *slice)
{
    const double kwh = ETP_ENERGY_PER_KWH, dollars = ETP_MONEY_PER_DOLLAR;
    sum->intervals += (double)slice->intervals;
    sum->offered += (double)slice->offered / kwh;
    sum->sold += (double)slice->sold / kwh;
    sum->paid += (double)slice->paid / dollars;
    sum->worth += (double)slice->worth / dollars;
    sum->spot += (double)slice->spot / dollars;
    sum->reserves += (double)slice->cost / dollars;
    sum->gain += (double)slice->gain / dollars;
    sum->best_gain += (double)slice->best_gain / dollars;
}

/* Hour `index`, or regime `index`. */
static slice_sum sum_of(const etp_estimator *estimator, etp_price_world world, etp_arm arm, bool hours, unsigned index)
{
    slice_sum sum = {0};
    etp_place place = estimator->headline[world];
    const etp_study_point *point = etp_place_point(estimator->view, place);
    for (unsigned seed = 0; point != NULL && seed < point->seeds; seed++) {
        const etp_cell_result *cell = etp_place_cell(estimator->view, place, arm, seed);
        if (cell == NULL)
            continue;
        add_slice(&sum, hours ? &cell->hour[index] : &cell->regime[index]);
        sum.years += (double)cell->homes * cell->days / 365;
        sum.all_intervals += (double)cell->total.intervals;
    }
    return sum;
}

static double per(double sum, double count)
{
    return count > 0 ? sum / count : NAN;
}

/* ---- over the day ---- */

static const char clock_note[] = "hours of the market's clock (UTC+10 all year). No interval: means over all seeds.";

static void add_arms(etp_estimator *estimator, etp_plot *plot, etp_price_world world, bool price)
{
    for (unsigned i = 0; i < ARMS; i++) {
        etp_plot_series(plot, etp_arm_name(arms[i]));
        for (unsigned hour = 0; hour < ETP_LEDGER_HOURS; hour++) {
            slice_sum sum = sum_of(estimator, world, arms[i], true, hour);
            double value = price ? per(100 * sum.paid, sum.sold) : per(sum.sold, sum.years);
            etp_plot_point(plot, hour, value); /* a line breaks where nothing was sold */
        }
    }
}

/* What the firms' energy was worth on the spot market when they bought it. */
static void add_spot(etp_estimator *estimator, etp_plot *plot, etp_price_world world)
{
    etp_plot_series(plot, "spot");
    for (unsigned hour = 0; hour < ETP_LEDGER_HOURS; hour++) {
        slice_sum sum = sum_of(estimator, world, ETP_ARM_FIRMS, true, hour);
        etp_plot_point(plot, hour, per(100 * sum.spot, sum.sold));
    }
}

static void plot_prices(etp_estimator *estimator, etp_price_world world, const char *id, const char *title)
{
    double tariff = etp_estimator_value(estimator, "tariffs.feed_in");
    char words[ETP_WORDS_MAX];
    etp_plot *plot = etp_document_plot(estimator->document, id, ETP_PLOT_LINE, title, "hour of the day", "c/kWh sold");
    add_arms(estimator, plot, world, true);
    add_spot(estimator, plot, world);
    if (isfinite(tariff))
        etp_plot_base(plot, tariff, "feed-in tariff");
    etp_plot_note(
        plot,
        "%s; %s The further posted lies below competitive, the more the single utility keeps in that hour; how "
        "near firms come to competitive is what their auction gives back. Spot is the wholesale price while the firms "
        "bought. A line breaks where nothing was sold, and hours of few sales have prices of a few moments.",
        etp_estimator_world_words(estimator, world, words), clock_note);
}

static void plot_sales(etp_estimator *estimator)
{
    etp_plot *plot =
        etp_document_plot(estimator->document, "sold-by-hour", ETP_PLOT_LINE, "Energy sold over the day, by market",
                          "hour of the day", "kWh per battery and year");
    add_arms(estimator, plot, ETP_PRICES_ALL, false);
    etp_plot_note(plot, "all prices; %s", clock_note);
}

/* ---- regimes ---- */

static void regime_row(const etp_estimator *estimator, etp_sheet *sheet, etp_price_world world, unsigned regime)
{
    slice_sum firms = sum_of(estimator, world, ETP_ARM_FIRMS, false, regime);
    slice_sum posted = sum_of(estimator, world, ETP_ARM_POSTED, false, regime);
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, etp_regime_name((etp_regime)regime));
    etp_sheet_text(sheet, etp_price_world_name(world));
    etp_sheet_number(sheet, per(100 * firms.intervals, firms.all_intervals));
    etp_sheet_number(sheet, per(firms.sold, firms.years));
    etp_sheet_number(sheet, per(posted.sold, posted.years));
    etp_sheet_number(sheet, per(100 * firms.paid, firms.sold));
    etp_sheet_number(sheet, per(100 * posted.paid, posted.sold));
    etp_sheet_number(sheet,
                     per(firms.paid - firms.reserves, firms.years) - per(posted.paid - posted.reserves, posted.years));
    etp_sheet_number(sheet, per(firms.worth - firms.paid, firms.years));
    etp_sheet_number(sheet, per(100 * firms.gain, firms.best_gain));
}

static void write_regimes(etp_estimator *estimator)
{
    etp_sheet *sheet = etp_document_table(estimator->document, "regimes", "By regime of the spot price");
    etp_sheet_column(sheet, "regime", "regime", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "intervals", "intervals", "%", 1);
    etp_sheet_column(sheet, "sold", "firms: sold", "kWh per battery and year", 0);
    etp_sheet_column(sheet, "sold-utility", "utility: sold", "kWh per battery and year", 0);
    etp_sheet_column(sheet, "price", "firms: paid", "c/kWh", 2);
    etp_sheet_column(sheet, "price-utility", "utility: paid", "c/kWh", 2);
    etp_sheet_column(sheet, "surplus", "owners above reserves, firms less utility", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "margin", "firms' margin", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "efficiency", "efficiency", "%", 1);
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        for (unsigned regime = 0; regime < ETP_REGIMES; regime++)
            regime_row(estimator, sheet, world, regime);
    }
    etp_sheet_note(sheet,
                   "Each interval belongs to the first that fits: spike (spot above A$300/MWh), negative, evening "
                   "(16:00 to 21:00), noon (9:00 to 16:00), night. Means over all seeds, without intervals.");
}

void etp_write_hours(etp_estimator *estimator)
{
    etp_document_section(estimator->document, "hours", "When: over the day, and by regime");
    const etp_study_point *point = etp_place_point(estimator->view, estimator->headline[ETP_PRICES_ALL]);
    if (point == NULL) {
        etp_document_note(estimator->document, "This study has no experiment \"headline\".");
        return;
    }
    plot_prices(estimator, ETP_PRICES_ALL, "price-by-hour", "Price over the day, by market");
    plot_prices(estimator, ETP_PRICES_CLIPPED, "price-by-hour-clipped", "Price over the day, by market, clipped");
    plot_sales(estimator);
    write_regimes(estimator);
}

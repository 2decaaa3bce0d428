/* SPDX-License-Identifier: MIT */
#include "study/estimate/points.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const etp_point_figures *etp_points_figures(const etp_estimator *estimator, etp_place place)
{
    for (size_t i = 0; i < estimator->point_count; i++) {
        const etp_point_figures *figures = &estimator->point[i];
        if (figures->place.experiment == place.experiment && figures->place.point == place.point)
            return figures;
    }
    return NULL;
}

/* ---- the tables ---- */

static const char *const money = "A$ per battery and year";

static etp_estimate taken(etp_estimator *estimator, const char *name, etp_place place, const char *unit,
                          etp_quantity quantity)
{
    const etp_study_point *point = etp_place_point(estimator->view, place);
    etp_estimate estimate = etp_estimator_take(estimator, &quantity);
    if (estimate.known)
        etp_estimator_list(estimator, &estimate, point->label, unit, "%s.%s.%s.%s",
                           estimator->view->experiments[place.experiment].id, point->id, name,
                           etp_price_world_name(place.world));
    return estimate;
}

static void cell(etp_estimator *estimator, etp_sheet *sheet, const char *name, etp_place place, const char *unit,
                 etp_quantity quantity)
{
    etp_estimate estimate = taken(estimator, name, place, unit, quantity);
    etp_sheet_estimate(sheet, &estimate);
}

static void against_base(etp_estimator *estimator, etp_sheet *sheet, etp_place place)
{
    const etp_study_point *point = etp_place_point(estimator->view, place);
    etp_place base = place;
    if (point->base < 0 || (unsigned)point->base == place.point) {
        etp_sheet_empty(sheet);
        return;
    }
    base.point = (unsigned)point->base;
    etp_quantity here = etp_quantity_benefit(place, ETP_ARM_FIRMS, ETP_ARM_FLAT);
    etp_quantity there = etp_quantity_benefit(base, ETP_ARM_FIRMS, ETP_ARM_FLAT);
    cell(estimator, sheet, "against-base", place, money, etp_quantity_less(&here, &there));
}

static void percent(etp_estimator *estimator, etp_sheet *sheet, etp_place place)
{
    etp_estimate estimate = taken(estimator, "efficiency", place, "",
                                  etp_quantity_ratio(place, ETP_ARM_FIRMS, ETP_OF_GAIN, ETP_OF_BEST_GAIN));
    etp_estimate_keep_within(&estimate, -INFINITY, 1);
    if (estimate.known)
        etp_sheet_interval(sheet, 100 * estimate.value, 100 * estimate.bounds.low, 100 * estimate.bounds.high);
    else
        etp_sheet_empty(sheet);
}

static void begin_row(etp_estimator *estimator, etp_sheet *sheet, etp_place place)
{
    const etp_study_point *point = etp_place_point(estimator->view, place);
    if (point->base == (int)place.point)
        etp_sheet_main_row(sheet);
    else
        etp_sheet_row(sheet);
    etp_sheet_textf(sheet, "%s%s%s%s", point->label, point->condition[0] != '\0' ? " (" : "", point->condition,
                    point->condition[0] != '\0' ? ")" : "");
}

static bool any_has_base(const etp_study_experiment *experiment)
{
    for (unsigned i = 0; i < experiment->point_count; i++) {
        if (experiment->points[i].base >= 0 && experiment->points[i].base != (int)i)
            return true;
    }
    return false;
}

static void owners_columns(etp_sheet *sheet, bool with_base)
{
    etp_sheet_column(sheet, "point", "", "", 0);
    etp_sheet_column(sheet, "competition", "C: firms less utility", money, 2);
    etp_sheet_column(sheet, "competition-clipped", "C, clipped", money, 2);
    etp_sheet_column(sheet, "benefit", "net benefit", money, 2);
    etp_sheet_column(sheet, "benefit-clipped", "net benefit, clipped", money, 2);
    if (with_base) {
        etp_sheet_column(sheet, "against-base", "net benefit less the base's", money, 2);
        etp_sheet_column(sheet, "against-base-clipped", "net benefit less the base's, clipped", money, 2);
    }
}

static void owners_row(etp_estimator *estimator, etp_sheet *sheet, const etp_point_figures *figures, bool with_base)
{
    etp_place all = figures->place, clipped = figures->place;
    clipped.world = ETP_PRICES_CLIPPED;
    begin_row(estimator, sheet, all);
    etp_sheet_estimate(sheet, &figures->competition[ETP_PRICES_ALL]);
    etp_sheet_estimate(sheet, &figures->competition[ETP_PRICES_CLIPPED]);
    cell(estimator, sheet, "benefit", all, money, etp_quantity_benefit(all, ETP_ARM_FIRMS, ETP_ARM_FLAT));
    cell(estimator, sheet, "benefit", clipped, money, etp_quantity_benefit(clipped, ETP_ARM_FIRMS, ETP_ARM_FLAT));
    if (with_base) {
        against_base(estimator, sheet, all);
        against_base(estimator, sheet, clipped);
    }
}

static void market_columns(etp_sheet *sheet)
{
    etp_sheet_column(sheet, "point", "", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "welfare", "welfare under C", money, 2);
    etp_sheet_column(sheet, "margin", "firms' margin", money, 2);
    etp_sheet_column(sheet, "market", "the market, less the cost of aggregation", money, 2);
    etp_sheet_column(sheet, "sold", "sold", "kWh per battery and year", 0);
    etp_sheet_column(sheet, "price", "paid", "c/kWh sold", 2);
    etp_sheet_column(sheet, "efficiency", "efficiency", "%", 1);
}

static void market_row(etp_estimator *estimator, etp_sheet *sheet, const etp_point_figures *figures,
                       etp_price_world world)
{
    etp_place place = figures->place;
    place.world = world;
    etp_estimate left = etp_estimator_less_cost(estimator, &figures->market[world]);
    begin_row(estimator, sheet, place);
    etp_sheet_text(sheet, etp_price_world_name(world));
    cell(estimator, sheet, "welfare", place, money, etp_quantity_welfare(place, ETP_ARM_FIRMS, ETP_ARM_POSTED));
    cell(estimator, sheet, "margin", place, money, etp_quantity_margin(place, ETP_ARM_FIRMS));
    etp_sheet_estimate(sheet, &left);
    cell(estimator, sheet, "sold", place, "kWh per battery and year",
         etp_quantity_yearly(place, ETP_ARM_FIRMS, ETP_OF_SOLD));
    cell(estimator, sheet, "price", place, "c/kWh", etp_quantity_price(place, ETP_ARM_FIRMS, ETP_OF_SOLD));
    percent(estimator, sheet, place);
}

static const etp_point_figures *figures_at(const etp_estimator *estimator, const char *experiment, unsigned point)
{
    return etp_points_figures(estimator, etp_estimator_place(estimator, experiment, point, ETP_PRICES_ALL));
}

static void note_span(etp_sheet *sheet, const etp_study_experiment *found)
{
    const etp_study_point *point = &found->points[0];
    bool alike = true;
    for (unsigned i = 1; i < found->point_count; i++)
        alike = alike && found->points[i].seeds == point->seeds && strcmp(found->points[i].span, point->span) == 0;
    if (alike)
        etp_sheet_note(sheet, "%u seeds, %u days (%s). Net benefit in the market of the firms.", point->seeds,
                       point->days, point->span);
    else
        etp_sheet_note(sheet,
                       "Seeds, days and spans differ: they are in the table of experiments. A single week has no "
                       "interval. Net benefit in the market of the firms.");
}

static void owners_table(etp_estimator *estimator, const etp_study_experiment *found, const char *id, const char *title)
{
    etp_sheet *sheet = etp_document_table(estimator->document, id, title);
    bool with_base = any_has_base(found);
    owners_columns(sheet, with_base);
    for (unsigned i = 0; i < found->point_count; i++)
        owners_row(estimator, sheet, figures_at(estimator, found->id, i), with_base);
    note_span(sheet, found);
}

static void market_table(etp_estimator *estimator, const etp_study_experiment *found, const char *id, const char *title)
{
    char words[ETP_WORDS_MAX];
    snprintf(words, sizeof words, "%s-market", id);
    etp_sheet *sheet = etp_document_table(estimator->document, words, title);
    market_columns(sheet);
    for (unsigned i = 0; i < found->point_count * ETP_PRICE_WORLDS; i++) {
        etp_price_world world = (etp_price_world)(i % ETP_PRICE_WORLDS);
        if ((found->points[i / ETP_PRICE_WORLDS].worlds >> world & 1) != 0)
            market_row(estimator, sheet, figures_at(estimator, found->id, i / ETP_PRICE_WORLDS), world);
    }
    etp_sheet_note(sheet,
                   "The market of the firms. Welfare under C is what owners and buyers have together, firms less "
                   "utility. The market, less the cost of aggregation, is what owners and firms have together over "
                   "homes that sell nothing, less the fixed cost of serving a battery.");
}

bool etp_points_table(etp_estimator *estimator, const char *experiment, const char *id, const char *title)
{
    const etp_study_experiment *found = etp_estimator_experiment(estimator, experiment);
    if (found == NULL || found->point_count == 0) {
        etp_document_note(estimator->document, "This study has no experiment \"%s\".", experiment);
        return false;
    }
    owners_table(estimator, found, id, title);
    market_table(estimator, found, id, "The same: welfare, margins, energy");
    for (unsigned i = 0; i < found->point_count; i++)
        etp_estimator_lacks(estimator, found->points[i].label,
                            &figures_at(estimator, experiment, i)->competition[ETP_PRICES_ALL]);
    return true;
}

/* ---- the plot ---- */

static bool all_numbers(const etp_study_experiment *experiment)
{
    for (unsigned i = 0; i < experiment->point_count; i++) {
        if (!isfinite(experiment->points[i].value))
            return false;
    }
    return true;
}

static void plot_world(etp_estimator *estimator, etp_plot *plot, const char *experiment, etp_price_world world,
                       bool numbers)
{
    const etp_study_experiment *found = etp_estimator_experiment(estimator, experiment);
    for (unsigned i = 0; i < found->point_count; i++) {
        const etp_point_figures *figures =
            etp_points_figures(estimator, etp_estimator_place(estimator, experiment, i, ETP_PRICES_ALL));
        const etp_estimate *estimate = &figures->competition[world];
        if (!estimate->known)
            continue;
        if (numbers)
            etp_plot_interval(plot, found->points[i].value, estimate->value, estimate->bounds.low,
                              estimate->bounds.high);
        else
            etp_plot_category(plot, found->points[i].label, estimate->value, estimate->bounds.low,
                              estimate->bounds.high);
    }
}

typedef struct point_count {
    unsigned known, above, below;
    const etp_estimate *least, *most;
    const char *least_label, *most_label;
} point_count;

static void count_point(point_count *count, const etp_estimate *estimate, const char *label)
{
    if (!estimate->known)
        return;
    count->known++;
    count->above += etp_estimate_above(estimate, 0);
    count->below += etp_estimate_below(estimate, 0);
    if (count->least == NULL || estimate->value < count->least->value)
        count->least = estimate, count->least_label = label;
    if (count->most == NULL || estimate->value > count->most->value)
        count->most = estimate, count->most_label = label;
}

/* What the figure shows, in a sentence, for who does not trust his eye. A pegged reserve is no finding. */
static void tell_points(const etp_estimator *estimator, etp_plot *plot, const etp_study_experiment *found)
{
    point_count count = {0};
    for (unsigned i = 0; i < found->point_count; i++) {
        if (strcmp(found->points[i].group, "pegged") != 0)
            count_point(&count, &figures_at(estimator, found->id, i)->competition[ETP_PRICES_ALL],
                        found->points[i].label);
    }
    if (count.known < 2)
        return;
    etp_plot_note(
        plot,
        "With 95 %% intervals. At all prices C lies above zero in %u of %u cases, below zero in %u, and cannot "
        "be told from zero in %u. The most is A$ %.2f (%s), the least A$ %.2f (%s).",
        count.above, count.known, count.below, count.known - count.above - count.below, count.most->value,
        count.most_label, count.least->value, count.least_label);
}

void etp_points_plot(etp_estimator *estimator, const char *experiment, const char *id, const char *title)
{
    static const char *const label = "C, A$ per battery and year";
    const etp_study_experiment *found = etp_estimator_experiment(estimator, experiment);
    if (found == NULL || found->point_count == 0)
        return;
    bool numbers = all_numbers(found) && found->point_count > 1;
    etp_plot *plot = etp_document_plot(estimator->document, id, numbers ? ETP_PLOT_BAND : ETP_PLOT_DOTS, title,
                                       numbers ? found->axis : label, numbers ? label : "");
    etp_plot_base(plot, 0, "");
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        char words[ETP_WORDS_MAX];
        etp_plot_series(plot, etp_estimator_world_words(estimator, world, words));
        plot_world(estimator, plot, experiment, world, numbers);
    }
    tell_points(estimator, plot, found);
}

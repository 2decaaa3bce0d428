/* SPDX-License-Identifier: MIT */
/* What the answer hangs on: each assumption low and high, where it flips, and what the placebo shows. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/estimate/points.h"

static const char *const unit = "A$ per battery and year";

/* ---- the tornado ---- */

static const etp_estimate *competition_at(const etp_estimator *estimator, const char *experiment, unsigned point,
                                          etp_price_world world)
{
    return &etp_points_figures(estimator, etp_estimator_place(estimator, experiment, point, world))->competition[world];
}

/* The point of this assumption and side, or as many as there are. */
static unsigned side_of(const etp_study_experiment *tornado, const char *group, const char *side)
{
    unsigned i = 0;
    while (i < tornado->point_count &&
           (strcmp(tornado->points[i].group, group) != 0 || strcmp(tornado->points[i].side, side) != 0))
        i++;
    return i;
}

static bool first_of_group(const etp_study_experiment *tornado, unsigned point)
{
    const char *group = tornado->points[point].group;
    for (unsigned i = 0; i < point; i++) {
        if (strcmp(tornado->points[i].group, group) == 0)
            return false;
    }
    return group[0] != '\0';
}

static int base_of(const etp_study_experiment *tornado)
{
    for (unsigned i = 0; i < tornado->point_count; i++) {
        if (tornado->points[i].base >= 0)
            return tornado->points[i].base;
    }
    return -1;
}

/* The outcome on one side, and what the assumption is there; the base's where there is no such side. */
static double outcome(const etp_estimator *estimator, const etp_study_experiment *tornado, unsigned point,
                      const etp_estimate *base, etp_price_world world, char text[ETP_WORDS_MAX])
{
    snprintf(text, ETP_WORDS_MAX, "base");
    if (point == tornado->point_count)
        return base->value;
    if (isfinite(tornado->points[point].value))
        snprintf(text, ETP_WORDS_MAX, "%g", tornado->points[point].value);
    else
        snprintf(text, ETP_WORDS_MAX, "%s", tornado->points[point].label);
    etp_words_mend(text);
    const etp_estimate *estimate = competition_at(estimator, "tornado", point, world);
    return estimate->known ? estimate->value : NAN;
}

static void plot_swings(etp_estimator *estimator, etp_plot *plot, const etp_study_experiment *tornado,
                        const etp_estimate *base, etp_price_world world)
{
    for (unsigned i = 0; i < tornado->point_count; i++) {
        if (!first_of_group(tornado, i) || tornado->points[i].base < 0)
            continue;
        char low_text[ETP_WORDS_MAX], high_text[ETP_WORDS_MAX];
        const char *group = tornado->points[i].group;
        double low = outcome(estimator, tornado, side_of(tornado, group, "low"), base, world, low_text);
        double high = outcome(estimator, tornado, side_of(tornado, group, "high"), base, world, high_text);
        if (isfinite(low) && isfinite(high))
            etp_plot_swing(plot, group, low_text, low, high_text, high);
    }
}

static void plot_tornado(etp_estimator *estimator, const etp_study_experiment *tornado, etp_price_world world)
{
    int point = base_of(tornado);
    if (point < 0)
        return;
    const etp_estimate *base = competition_at(estimator, "tornado", (unsigned)point, world);
    char words[ETP_WORDS_MAX], title[2 * ETP_WORDS_MAX];
    if (!base->known)
        return;
    snprintf(title, sizeof title, "C with each assumption at its low and its high value: %s",
             etp_estimator_world_words(estimator, world, words));
    etp_plot *plot = etp_document_plot(estimator->document, world == ETP_PRICES_ALL ? "tornado" : "tornado-clipped",
                                       ETP_PLOT_TORNADO, title, "C, A$ per battery and year", "");
    etp_plot_base(plot, base->value, "as in the scenario");
    plot_swings(estimator, plot, tornado, base, world);
    etp_plot_note(plot,
                  "One assumption at a time, the others as in the scenario; the same seeds and weeks throughout. The "
                  "widest row is the assumption on which C hangs most; a row that reaches below zero is one that "
                  "turns the answer over, as far as its interval in the table below allows to say so.");
}

/* How C differs from its base: paired, so that it is told more sharply than either. */
static etp_estimate change_of(etp_estimator *estimator, const char *experiment, unsigned point, unsigned base,
                              etp_price_world world)
{
    etp_quantity here =
        etp_comparison_quantity(etp_estimator_place(estimator, experiment, point, world), ETP_COMPETITION);
    etp_quantity there =
        etp_comparison_quantity(etp_estimator_place(estimator, experiment, base, world), ETP_COMPETITION);
    etp_quantity less = etp_quantity_less(&here, &there);
    return etp_estimator_take(estimator, &less);
}

static void tornado_changes(etp_estimator *estimator, etp_sheet *sheet, unsigned point, unsigned base)
{
    const etp_study_point *about = &etp_estimator_experiment(estimator, "tornado")->points[point];
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        if (point == base) {
            etp_sheet_empty(sheet);
            continue;
        }
        etp_estimate change = change_of(estimator, "tornado", point, base, world);
        etp_sheet_estimate(sheet, &change);
        etp_estimator_list(estimator, &change, about->label, unit,
                           world == ETP_PRICES_ALL ? "tornado.%s.change" : "tornado.%s.change-clipped", about->id);
    }
}

static void tornado_table(etp_estimator *estimator, const etp_study_experiment *tornado)
{
    etp_sheet *sheet = etp_document_table(estimator->document, "tornado-table", "Each assumption, low and high");
    etp_sheet_column(sheet, "assumption", "assumption", "", 0);
    etp_sheet_column(sheet, "setting", "setting", "", 0);
    etp_sheet_column(sheet, "competition", "C, all prices", unit, 2);
    etp_sheet_column(sheet, "clipped", "C, clipped", unit, 2);
    etp_sheet_column(sheet, "change", "C less the base's", unit, 2);
    etp_sheet_column(sheet, "change-clipped", "the same, clipped", unit, 2);
    etp_sheet_column(sheet, "market", "the market, less the cost of aggregation", unit, 2);
    for (unsigned i = 0; i < tornado->point_count; i++) {
        const etp_study_point *point = &tornado->points[i];
        bool is_base = point->base < 0 || point->base == (int)i;
        if (is_base)
            etp_sheet_main_row(sheet);
        else
            etp_sheet_row(sheet);
        etp_sheet_text(sheet, is_base ? "base" : point->group);
        etp_sheet_text(sheet, point->label);
        etp_sheet_estimate(sheet, competition_at(estimator, "tornado", i, ETP_PRICES_ALL));
        etp_sheet_estimate(sheet, competition_at(estimator, "tornado", i, ETP_PRICES_CLIPPED));
        tornado_changes(estimator, sheet, i, is_base ? i : (unsigned)point->base);
        etp_estimate left = etp_estimator_less_cost(
            estimator,
            &etp_points_figures(estimator, etp_estimator_place(estimator, "tornado", i, ETP_PRICES_ALL))->market[0]);
        etp_sheet_estimate(sheet, &left);
    }
    etp_sheet_note(sheet,
                   "%u seeds, %u days (%s). The market, less the cost of aggregation: what owners and firms have "
                   "together over homes that sell nothing, less the fixed cost of serving a battery, all prices.",
                   tornado->points[0].seeds, tornado->points[0].days, tornado->points[0].span);
}

void etp_write_tornado(etp_estimator *estimator)
{
    const etp_study_experiment *tornado = etp_estimator_experiment(estimator, "tornado");
    etp_document_section(estimator->document, "tornado-section", "What it hangs on");
    if (tornado == NULL || tornado->point_count == 0) {
        etp_document_note(estimator->document, "This study has no experiment \"tornado\".");
        return;
    }
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++)
        plot_tornado(estimator, tornado, world);
    tornado_table(estimator, tornado);
}

/* ---- where it flips ---- */

/* -1, 0 or 1: where the interval lies. */
static int sign_of(const etp_estimate *estimate)
{
    return etp_estimate_above(estimate, 0) ? 1 : etp_estimate_below(estimate, 0) ? -1 : 0;
}

static const char *sign_words(int sign)
{
    return sign > 0 ? "above zero" : sign < 0 ? "below zero" : "cannot be told from zero";
}

static bool flips(const etp_estimator *estimator, const etp_point_figures *figures, etp_price_world world, int usual)
{
    const etp_estimate *estimate = &figures->competition[world];
    return etp_estimator_varies(estimator, figures) && estimate->known && sign_of(estimate) != usual;
}

static unsigned count_flips(const etp_estimator *estimator, int usual)
{
    unsigned count = 0;
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        for (size_t i = 0; i < estimator->point_count; i++)
            count += flips(estimator, &estimator->point[i], world, usual);
    }
    return count;
}

static void flip_rows(etp_estimator *estimator, etp_sheet *sheet, etp_price_world world, int usual)
{
    for (size_t i = 0; i < estimator->point_count; i++) {
        const etp_point_figures *figures = &estimator->point[i];
        char words[ETP_WORDS_MAX];
        if (!flips(estimator, figures, world, usual))
            continue;
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, estimator->view->experiments[figures->place.experiment].title);
        etp_sheet_text(sheet, etp_estimator_case(estimator, figures->place, words));
        etp_sheet_text(sheet, etp_price_world_name(world));
        etp_sheet_estimate(sheet, &figures->competition[world]);
        etp_sheet_text(sheet, sign_words(sign_of(&figures->competition[world])));
    }
}

static void flip_table(etp_estimator *estimator, int usual)
{
    etp_sheet *sheet = etp_document_table(estimator->document, "flips-table", "Cases whose C lies elsewhere");
    etp_sheet_column(sheet, "experiment", "experiment", "", 0);
    etp_sheet_column(sheet, "case", "case", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "competition", "C", unit, 2);
    etp_sheet_column(sheet, "lies", "its interval lies", "", 0);
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++)
        flip_rows(estimator, sheet, world, usual);
    etp_sheet_note(sheet,
                   "Cases of few seeds and weeks have wide intervals: more of them hold zero for that alone. And of "
                   "many intervals about one in twenty misses the truth by chance.");
}

/* With the cost of aggregation. It is the same for firms and utility, so that C is the same with and without it; what it
 * decides is whether there would be such a market. */
static void write_living(etp_estimator *estimator)
{
    unsigned count[3] = {0}, known = 0;
    for (size_t i = 0; i < estimator->point_count; i++) {
        const etp_point_figures *figures = &estimator->point[i];
        etp_estimate left = etp_estimator_less_cost(estimator, &figures->market[ETP_PRICES_ALL]);
        if (!left.known || !etp_estimator_varies(estimator, figures))
            continue;
        count[sign_of(&left) + 1]++, known++;
    }
    if (known > 0)
        etp_document_text(
            estimator->document,
            "The cost of aggregation is taken to fall on firms and utility alike, so that C is the same with it. "
            "Whether the firms' market would be there at all is another matter: of %u cases, what owners "
            "and firms have together lies above that cost in %u, below it in %u, and cannot be told from "
            "it in %u.",
            known, count[2], count[0], count[1]);
}

void etp_write_flips(etp_estimator *estimator)
{
    const etp_estimate *found = &estimator->findings.competition[ETP_PRICES_ALL];
    etp_document_section(estimator->document, "flips", "Where it flips");
    if (!found->known) {
        etp_estimator_lacks(estimator, "the headline that others are compared with", found);
        return;
    }
    int usual = sign_of(found);
    write_living(estimator);
    etp_document_text(estimator->document, "With all prices the headline %s%s.", usual != 0 ? "lies " : "",
                      sign_words(usual));
    if (count_flips(estimator, usual) > 0)
        flip_table(estimator, usual);
    else
        etp_document_text(estimator->document, "No case of this study says otherwise.");
}

/* ---- the placebo ---- */

void etp_write_placebo(etp_estimator *estimator)
{
    const etp_hypothesis *placebo = &estimator->findings.hypothesis[ETP_HYPOTHESES - 1];
    etp_document_section(estimator->document, "placebo", "Placebo");
    etp_document_text(
        estimator->document,
        "Buyers who all value energy at the feed-in tariff have nothing to offer over it. A study that finds "
        "an effect among them finds one that is not there. %s %s",
        placebo->answer == ETP_ANSWER_HOLDS    ? "This one finds none."
        : placebo->answer == ETP_ANSWER_FAILS  ? "This one finds an effect: do not trust the other figures."
        : placebo->answer == ETP_ANSWER_UNSURE ? "This one has no interval for it."
                                               : "It was not run.",
        placebo->figures);
    etp_points_table(estimator, "placebo", "placebo-table", "The placebo's markets");
}

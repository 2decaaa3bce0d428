/* SPDX-License-Identifier: MIT */
#include "study/estimate/estimator.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* ---- finding things ---- */

const etp_study_experiment *etp_estimator_experiment(const etp_estimator *estimator, const char *id)
{
    return etp_study_find_experiment(estimator->view, id);
}

etp_place etp_estimator_place(const etp_estimator *estimator, const char *experiment, unsigned point,
                              etp_price_world world)
{
    const etp_study_experiment *found = etp_estimator_experiment(estimator, experiment);
    etp_place place = {.experiment = -1, .point = point, .world = world};
    if (found != NULL)
        place.experiment = (int)(found - estimator->view->experiments);
    return place;
}

double etp_estimator_value(const etp_estimator *estimator, const char *name)
{
    const etp_study_value *value = etp_study_find_value(estimator->view, name);
    return value != NULL ? value->number : NAN;
}

etp_estimate etp_estimator_take(etp_estimator *estimator, const etp_quantity *quantity)
{
    etp_estimate estimate;
    int result = etp_quantity_estimate(estimator->view, &estimator->how, quantity, &estimate);
    if (estimator->result == ETP_OK)
        estimator->result = result;
    return estimate;
}

etp_estimate etp_estimator_less_cost(const etp_estimator *estimator, const etp_estimate *yearly)
{
    double cost = etp_estimator_value(estimator, "aggregation.fixed_cost");
    etp_estimate left = *yearly;
    if (left.known && !isfinite(cost)) {
        left.known = false;
        snprintf(left.missing, sizeof left.missing, "the scenario has no cost of aggregation");
    }
    left.value -= cost, left.bounds.low -= cost, left.bounds.high -= cost;
    left.weeks.low -= cost, left.weeks.high -= cost, left.homes.low -= cost, left.homes.high -= cost;
    left.seeds.low -= cost, left.seeds.high -= cost;
    return left;
}

bool etp_estimator_varies(const etp_estimator *estimator, const etp_point_figures *figures)
{
    const char *experiment = estimator->view->experiments[figures->place.experiment].id;
    return strcmp(experiment, "headline") != 0 && strcmp(experiment, "placebo") != 0 &&
           strcmp(etp_place_point(estimator->view, figures->place)->group, "pegged") != 0;
}

/* ---- the list for machines ---- */

static etp_figure *next_figure(etp_estimator *estimator)
{
    if (estimator->figure_count == estimator->figure_room) {
        size_t room = estimator->figure_room > 0 ? 2 * estimator->figure_room : 64;
        etp_figure *more = realloc(estimator->figure, room * sizeof *more);
        if (more == NULL) {
            estimator->result = ETP_ENOMEM;
            return NULL;
        }
        estimator->figure = more;
        estimator->figure_room = room;
    }
    return &estimator->figure[estimator->figure_count++];
}

void etp_estimator_list(etp_estimator *estimator, const etp_estimate *estimate, const char *label, const char *unit,
                        const char *id, ...)
{
    etp_figure *figure = next_figure(estimator);
    if (figure == NULL || id == NULL)
        return;
    *figure = (etp_figure){.unit = unit, .estimate = *estimate};
    snprintf(figure->label, sizeof figure->label, "%s", label);
    va_list list;
    va_start(list, id);
    vsnprintf(figure->id, sizeof figure->id, id, list);
    va_end(list);
    etp_words_mend(figure->label);
    etp_words_mend(figure->id);
}

/* ---- words and cells ---- */

bool etp_estimate_above(const etp_estimate *estimate, double level)
{
    return estimate->known && estimate->bounds.low > level;
}

bool etp_estimate_below(const etp_estimate *estimate, double level)
{
    return estimate->known && estimate->bounds.high < level;
}

const char *etp_estimate_words(char words[ETP_WORDS_MAX], const etp_estimate *estimate, const char *before,
                               const char *after, int digits)
{
    if (!estimate->known)
        snprintf(words, ETP_WORDS_MAX, "not known (%s)", estimate->missing);
    else if (isnan(estimate->bounds.low))
        snprintf(words, ETP_WORDS_MAX, "%s%.*f%s (no interval: too little to resample)", before, digits,
                 estimate->value, after);
    else
        snprintf(words, ETP_WORDS_MAX, "%s%.*f%s (95 %% interval %.*f to %.*f)", before, digits, estimate->value, after,
                 digits, estimate->bounds.low, digits, estimate->bounds.high);
    return words;
}

const char *etp_estimator_case(const etp_estimator *estimator, etp_place place, char words[ETP_WORDS_MAX])
{
    const char *axis = estimator->view->experiments[place.experiment].axis;
    snprintf(words, ETP_WORDS_MAX, "%s%s%s", etp_place_point(estimator->view, place)->label, axis[0] != '\0' ? " " : "",
             axis);
    etp_words_mend(words);
    return words;
}

void etp_words_mend(char *words)
{
    size_t length = strlen(words), at = 0, step;
    while ((step = etp_utf8_size(words + at, length - at)) > 0)
        at += step;
    words[at] = '\0';
}

void etp_sheet_estimate(etp_sheet *sheet, const etp_estimate *estimate)
{
    if (!estimate->known)
        etp_sheet_empty(sheet);
    else
        etp_sheet_interval(sheet, estimate->value, estimate->bounds.low, estimate->bounds.high);
}

void etp_estimator_lacks(etp_estimator *estimator, const char *what, const etp_estimate *estimate)
{
    if (!estimate->known)
        etp_document_note(estimator->document, "Not there: %s (%s).", what, estimate->missing);
}

const char *etp_estimator_world_words(const etp_estimator *estimator, etp_price_world world, char words[ETP_WORDS_MAX])
{
    double cap = etp_estimator_value(estimator, "prices.cap");
    if (world == ETP_PRICES_ALL)
        snprintf(words, ETP_WORDS_MAX, "all prices");
    else if (isfinite(cap))
        snprintf(words, ETP_WORDS_MAX, "spot clipped at A$%.0f/MWh", cap);
    else
        snprintf(words, ETP_WORDS_MAX, "spot clipped");
    return words;
}

/* ---- what several parts need ---- */

static void prepare_headline(etp_estimator *estimator, etp_price_world world)
{
    etp_place place = etp_estimator_place(estimator, "headline", 0, world);
    estimator->headline[world] = place;
    for (etp_comparison i = 0; i < ETP_COMPARISONS; i++) {
        etp_quantity quantity = etp_comparison_quantity(place, i);
        const etp_comparison_about *about = etp_comparison_about_of(i);
        estimator->comparison[world][i] = etp_estimator_take(estimator, &quantity);
        etp_estimator_list(estimator, &estimator->comparison[world][i], about->label, "A$ per battery and year",
                           "headline.%s.%s", about->id, etp_price_world_name(world));
    }
    etp_quantity welfare = etp_quantity_welfare(place, ETP_ARM_FIRMS, ETP_ARM_POSTED);
    estimator->extra_welfare[world] = etp_estimator_take(estimator, &welfare);
    etp_estimator_list(estimator, &estimator->extra_welfare[world], "welfare under C", "A$ per battery and year",
                       "headline.welfare.%s", etp_price_world_name(world));
    etp_quantity margin = etp_quantity_margin(place, ETP_ARM_FIRMS);
    estimator->margin[world] = etp_estimator_take(estimator, &margin);
    etp_estimator_list(estimator, &estimator->margin[world], "firms' realised margin", "A$ per battery and year",
                       "headline.margin.%s", etp_price_world_name(world));
    int result = etp_spread_estimate(estimator->view, &estimator->how, place, &estimator->spread[world]);
    if (result != ETP_OK)
        estimator->result = result;
    estimator->findings.competition[world] = estimator->comparison[world][ETP_COMPETITION];
}

static void prepare_market(etp_estimator *estimator, etp_place place, etp_estimate *market)
{
    const etp_study_point *about = etp_place_point(estimator->view, place);
    etp_quantity quantity = etp_quantity_welfare(place, ETP_ARM_FIRMS, ETP_ARM_FLAT);
    *market = etp_estimator_take(estimator, &quantity);
    if (market->known)
        etp_estimator_list(estimator, market, about->label, "A$ per battery and year", "%s.%s.market.%s",
                           estimator->view->experiments[place.experiment].id, about->id,
                           etp_price_world_name(place.world));
}

static void prepare_point(etp_estimator *estimator, unsigned experiment, unsigned point)
{
    etp_point_figures *figures = &estimator->point[estimator->point_count++];
    figures->place = (etp_place){(int)experiment, point, ETP_PRICES_ALL};
    const unsigned needed = 1u << ETP_ARM_FIRMS | 1u << ETP_ARM_POSTED;
    const etp_study_point *about = etp_place_point(estimator->view, figures->place);
    for (unsigned world = 0; world < ETP_PRICE_WORLDS; world++) {
        etp_estimate *competition = &figures->competition[world];
        snprintf(competition->missing, sizeof competition->missing, "the point has not both arms");
        figures->market[world] = *competition;
        if ((about->arms & needed) != needed || (about->worlds >> world & 1) == 0)
            continue;
        etp_place place = figures->place;
        place.world = (etp_price_world)world;
        prepare_market(estimator, place, &figures->market[world]);
        etp_quantity quantity = etp_comparison_quantity(place, ETP_COMPETITION);
        *competition = etp_estimator_take(estimator, &quantity);
        etp_estimator_list(estimator, competition, about->label, "A$ per battery and year", "%s.%s.competition.%s",
                           estimator->view->experiments[experiment].id, about->id, etp_price_world_name(world));
    }
}

static void prepare_points(etp_estimator *estimator)
{
    const etp_study_view *view = estimator->view;
    size_t count = 0;
    for (unsigned i = 0; i < view->experiment_count; i++)
        count += view->experiments[i].point_count;
    estimator->point = calloc(count > 0 ? count : 1, sizeof *estimator->point);
    if (estimator->point == NULL) {
        estimator->result = ETP_ENOMEM;
        return;
    }
    for (unsigned i = 0; i < view->experiment_count; i++) {
        for (unsigned point = 0; point < view->experiments[i].point_count; point++)
            prepare_point(estimator, i, point);
    }
}

void etp_estimator_prepare(etp_estimator *estimator)
{
    for (unsigned world = 0; world < ETP_PRICE_WORLDS; world++)
        prepare_headline(estimator, (etp_price_world)world);
    prepare_points(estimator);
}

void etp_estimator_fini(etp_estimator *estimator)
{
    for (unsigned world = 0; world < ETP_PRICE_WORLDS; world++)
        etp_spread_fini(&estimator->spread[world]);
    free(estimator->point);
    free(estimator->figure);
}

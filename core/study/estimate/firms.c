/* SPDX-License-Identifier: MIT */
/* What is sold and what the buyers keep: energy, efficiency, margins, whether firms can live on them, concentration. */
#include <math.h>

#include "study/estimate/estimator.h"

/* ---- energy, efficiency ---- */

static const etp_arm arms[] = {ETP_ARM_POSTED, ETP_ARM_KNOWING, ETP_ARM_ALONE, ETP_ARM_FIRMS, ETP_ARM_COMPETITIVE};

static void energy_row(etp_estimator *estimator, etp_sheet *sheet, etp_place place, etp_arm arm)
{
    static const char *const names[] = {"offered", "sold", "cleared", "efficiency", "anarchy"};
    static const double least[] = {0, 0, 0, -INFINITY, 1}, most[] = {INFINITY, INFINITY, 1, 1, INFINITY};
    const etp_quantity quantities[] = {
        etp_quantity_yearly(place, arm, ETP_OF_OFFERED),
        etp_quantity_yearly(place, arm, ETP_OF_SOLD),
        etp_quantity_ratio(place, arm, ETP_OF_SOLD, ETP_OF_OFFERED),
        etp_quantity_ratio(place, arm, ETP_OF_GAIN, ETP_OF_BEST_GAIN),
        etp_quantity_ratio(place, arm, ETP_OF_BEST_GAIN, ETP_OF_GAIN),
    };
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, etp_arm_name(arm));
    etp_sheet_text(sheet, etp_price_world_name(place.world));
    for (unsigned i = 0; i < sizeof quantities / sizeof quantities[0]; i++) {
        etp_estimate estimate = etp_estimator_take(estimator, &quantities[i]);
        etp_estimate_keep_within(&estimate, least[i], most[i]);
        etp_sheet_estimate(sheet, &estimate);
        etp_estimator_list(estimator, &estimate, etp_arm_name(arm), i < 2 ? "kWh per battery and year" : "",
                           "energy.%s.%s.%s", names[i], etp_arm_name(arm), etp_price_world_name(place.world));
    }
}

static void plot_unsold(etp_estimator *estimator)
{
    etp_plot *plot = etp_document_plot(estimator->document, "unsold", ETP_PLOT_BARS,
                                       "Share of the energy on offer that nobody bought, all prices", "market", "%");
    for (unsigned i = 0; i < sizeof arms / sizeof arms[0]; i++) {
        etp_quantity quantity =
            etp_quantity_ratio(estimator->headline[ETP_PRICES_ALL], arms[i], ETP_OF_SOLD, ETP_OF_OFFERED);
        etp_estimate cleared = etp_estimator_take(estimator, &quantity);
        if (cleared.known)
            etp_plot_category(plot, etp_arm_name(arms[i]), 100 * (1 - cleared.value), 100 * (1 - cleared.bounds.high),
                              100 * (1 - cleared.bounds.low));
    }
    etp_plot_note(
        plot,
        "What is not sold in an interval stays in the battery, is offered again in the next one, and counts again: a "
        "large share is no loss by itself. What was lost is said by the efficiency in the table above.");
}

void etp_write_energy(etp_estimator *estimator)
{
    etp_document_section(estimator->document, "energy", "Energy sold and unsold, and efficiency");
    etp_sheet *sheet = etp_document_table(estimator->document, "energy-table", "Energy and allocative efficiency");
    etp_sheet_column(sheet, "arm", "market", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "offered", "offered", "kWh per battery and year", 0);
    etp_sheet_column(sheet, "sold", "sold", "kWh per battery and year", 0);
    etp_sheet_column(sheet, "cleared", "cleared: sold over offered", "", 4);
    etp_sheet_column(sheet, "efficiency", "efficiency: gain over the best", "", 4);
    etp_sheet_column(sheet, "anarchy", "price of anarchy: the best over gain", "", 3);
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        for (unsigned i = 0; i < sizeof arms / sizeof arms[0]; i++)
            energy_row(estimator, sheet, estimator->headline[world], arms[i]);
    }
    etp_sheet_note(sheet,
                   "Gain is what buyers saw in the energy less the reserves asked for it; the best is the most that "
                   "the same offers and the buyers who took part could have given. No bid and no payment enters. "
                   "Energy that was on offer in many intervals counts in each.");
    plot_unsold(estimator);
}

/* ---- concentration ---- */

/* Mean over seeds of the Herfindahl-Hirschman index of the energy that firms bought, 0 to 10,000; NaN for none. */
static double concentration_of(const etp_estimator *estimator, etp_place place)
{
    const etp_study_point *point = etp_place_point(estimator->view, place);
    double sum = 0;
    unsigned count = 0;
    for (unsigned seed = 0; seed < point->seeds; seed++) {
        const etp_cell_result *cell = etp_place_cell(estimator->view, place, ETP_ARM_FIRMS, seed);
        double all = 0, squares = 0;
        for (unsigned i = 0; cell != NULL && i < cell->firms; i++) {
            all += (double)cell->firm[i].energy;
            squares += (double)cell->firm[i].energy * (double)cell->firm[i].energy;
        }
        if (all > 0) {
            sum += 10000 * squares / (all * all);
            count++;
        }
    }
    return count > 0 ? sum / count : NAN;
}

static unsigned owners_of(const etp_estimator *estimator, etp_place place)
{
    const etp_study_point *point = etp_place_point(estimator->view, place);
    for (unsigned seed = 0; seed < point->seeds; seed++) {
        const etp_cell_result *cell = etp_place_cell(estimator->view, place, ETP_ARM_FIRMS, seed);
        if (cell != NULL)
            return cell->firms;
    }
    return 0;
}

/* What the rivals of one firm can take, in what the fleet can give: their share of the need, by the chance to take part. */
static double residual_of(const etp_estimator *estimator, unsigned owners)
{
    double need = etp_estimator_value(estimator, "world.need");
    double chance = etp_estimator_value(estimator, "world.q");
    return owners > 0 ? need * chance * (owners - 1) / owners : NAN;
}

/* Numbers keep their seat where they are not known. */
static void less_than(etp_sheet *sheet, const etp_estimate *margin, double cost)
{
    if (margin->known && isfinite(cost))
        etp_sheet_interval(sheet, margin->value - cost, margin->bounds.low - cost, margin->bounds.high - cost);
    else
        etp_sheet_empty(sheet);
}

static void firms_row(etp_estimator *estimator, etp_sheet *sheet, etp_place place, const char *label)
{
    const etp_quantity quantities[] = {
        etp_quantity_margin(place, ETP_ARM_FIRMS),
        etp_quantity_ratio(place, ETP_ARM_FIRMS, ETP_OF_PAID, ETP_OF_WORTH),
    };
    unsigned owners = owners_of(estimator, place);
    etp_estimate margin = etp_estimator_take(estimator, &quantities[0]);
    etp_estimate paid = etp_estimator_take(estimator, &quantities[1]);
    if (owners == 0)
        return;
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, label);
    etp_sheet_text(sheet, etp_price_world_name(place.world));
    etp_sheet_number(sheet, owners);
    etp_sheet_estimate(sheet, &margin);
    less_than(sheet, &margin, etp_estimator_value(estimator, "aggregation.fixed_cost"));
    if (paid.known)
        etp_sheet_interval(sheet, 1 - paid.value, 1 - paid.bounds.high, 1 - paid.bounds.low);
    else
        etp_sheet_empty(sheet);
    etp_sheet_number(sheet, concentration_of(estimator, place));
    etp_sheet_number(sheet, residual_of(estimator, owners));
}

static void firms_rows(etp_estimator *estimator, etp_sheet *sheet, const char *experiment)
{
    const etp_study_experiment *found = etp_estimator_experiment(estimator, experiment);
    for (unsigned i = 0; found != NULL && i < found->point_count; i++) {
        for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
            if ((found->points[i].worlds >> world & 1) != 0)
                firms_row(estimator, sheet, etp_estimator_place(estimator, experiment, i, world),
                          found->points[i].label);
        }
    }
}

void etp_write_firms(etp_estimator *estimator)
{
    double cost = etp_estimator_value(estimator, "aggregation.fixed_cost");
    etp_document_section(estimator->document, "firms", "What firms keep, and whether they can live on it");
    etp_sheet *sheet = etp_document_table(estimator->document, "firms-table", "Margins and concentration");
    etp_sheet_column(sheet, "market", "market", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "owners", "firms", "", 0);
    etp_sheet_column(sheet, "margin", "realised margin", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "left", "less the fixed cost", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "lerner", "Lerner index: margin over worth", "", 3);
    etp_sheet_column(sheet, "hhi", "HHI", "", 0);
    etp_sheet_column(sheet, "residual", "residual demand index", "", 2);
    firms_rows(estimator, sheet, "headline");
    firms_rows(estimator, sheet, "rivals");
    firms_rows(estimator, sheet, "owners");
    etp_sheet_note(sheet,
                   "Worth is what the energy turned out to be worth to its buyer, cost to serve taken off. Below zero "
                   "is the winner's curse. HHI of the energy bought, at most 10,000. The residual demand index is what "
                   "a firm's rivals can be expected to take over what the whole fleet can give at once: below 1 a "
                   "firm is pivotal.");
    if (isfinite(cost))
        etp_document_note(estimator->document,
                          "Fixed cost of aggregation in the scenario: A$ %.2f per battery and year.", cost);
    else
        etp_document_note(estimator->document,
                          "The scenario has no fixed cost of aggregation, so whether firms can live is not answered.");
}

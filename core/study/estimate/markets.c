/* SPDX-License-Identifier: MIT */
/* The experiments that are a table and a plot of their points each. */
#include <math.h>
#include <string.h>

#include "study/estimate/points.h"

/* ---- how many, and whose ---- */

/* From this point to the next one. */
static void write_step(etp_estimator *estimator, etp_sheet *sheet, etp_place here)
{
    etp_place there = here;
    there.point = here.point + 1;
    const etp_study_point *from = etp_place_point(estimator->view, here), *to = from + 1;
    etp_quantity quantity = etp_quantity_between(there, ETP_ARM_FIRMS, here, ETP_ARM_FIRMS);
    etp_estimate more = etp_estimator_take(estimator, &quantity);
    if (((from->worlds & to->worlds) >> here.world & 1) == 0)
        return;
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, from->label);
    etp_sheet_text(sheet, to->label);
    etp_sheet_text(sheet, etp_price_world_name(here.world));
    etp_sheet_estimate(sheet, &more);
    etp_sheet_number(sheet, more.known ? more.value / (to->value - from->value) : NAN);
    etp_estimator_list(estimator, &more, to->label, "A$ per battery and year", "%s.%s.step.%s",
                       estimator->view->experiments[here.experiment].id, to->id, etp_price_world_name(here.world));
}

/* What each further number of firms or owners adds. */
static void write_steps(etp_estimator *estimator, const char *experiment, const char *id, const char *title)
{
    const etp_study_experiment *found = etp_estimator_experiment(estimator, experiment);
    if (found == NULL || found->point_count < 2)
        return;
    etp_sheet *sheet = etp_document_table(estimator->document, id, title);
    etp_sheet_column(sheet, "from", "from", "", 0);
    etp_sheet_column(sheet, "to", "to", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "more", "owners have more", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "each", "for each one more", "A$ per battery and year", 2);
    for (unsigned i = 0; i + 1 < found->point_count; i++) {
        for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++)
            write_step(estimator, sheet, etp_estimator_place(estimator, experiment, i, world));
    }
}

void etp_write_rivals(etp_estimator *estimator)
{
    etp_document_section(estimator->document, "rivals", "How many firms, and how many owners");
    etp_document_text(
        estimator->document,
        "All firms' need together stays the same, whatever their number. In the second experiment the same "
        "portfolios bid, and only their owners are fewer.");
    etp_points_plot(estimator, "rivals", "rivals-uplift", "Uplift over the single utility by number of firms");
    if (etp_points_table(estimator, "rivals", "rivals-table", "By number of firms"))
        write_steps(estimator, "rivals", "rivals-steps", "What more firms add, in the firms' market");
    etp_points_plot(estimator, "owners", "owners-uplift", "The same portfolios in the hands of more owners");
    if (etp_points_table(estimator, "owners", "owners-table", "By number of owners"))
        write_steps(estimator, "owners", "owners-steps", "What more owners add, the portfolios being the same");
}

/* ---- rules of the auction, of reserves, of bidding ---- */

static bool has_pegged(const etp_study_experiment *experiment)
{
    for (unsigned i = 0; experiment != NULL && i < experiment->point_count; i++) {
        if (strcmp(experiment->points[i].group, "pegged") == 0)
            return true;
    }
    return false;
}

static void write_part(etp_estimator *estimator, etp_sheet *sheet, etp_place place, etp_comparison comparison)
{
    const etp_study_point *point = etp_place_point(estimator->view, place);
    etp_quantity quantity = etp_comparison_quantity(place, comparison);
    etp_estimate part = etp_estimator_take(estimator, &quantity);
    etp_sheet_estimate(sheet, &part);
    if (part.known && comparison != ETP_COMPETITION)
        etp_estimator_list(estimator, &part, point->label, "A$ per battery and year", "strategies.%s.%s.%s", point->id,
                           etp_comparison_about_of(comparison)->id, etp_price_world_name(place.world));
}

/* A script that learns nothing of its being alone leaves little for rivals to bring; one that learns it leaves more. */
static void write_rivalry(etp_estimator *estimator)
{
    static const etp_comparison shown[] = {ETP_COMPETITION, ETP_AUCTION, ETP_MORE_BUYERS};
    const etp_study_experiment *strategies = etp_estimator_experiment(estimator, "strategies");
    if (strategies == NULL || strategies->point_count == 0 || (strategies->points[0].arms >> ETP_ARM_ALONE & 1) == 0)
        return;
    etp_sheet *sheet =
        etp_document_table(estimator->document, "strategies-rivalry", "What of C is rivalry, by how firms bid");
    etp_sheet_column(sheet, "point", "", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    for (unsigned i = 0; i < sizeof shown / sizeof shown[0]; i++)
        etp_sheet_column(sheet, etp_comparison_about_of(shown[i])->id, etp_comparison_about_of(shown[i])->label,
                         "A$ per battery and year", 2);
    for (unsigned i = 0; i < strategies->point_count * ETP_PRICE_WORLDS; i++) {
        etp_place place =
            etp_estimator_place(estimator, "strategies", i / ETP_PRICE_WORLDS, (etp_price_world)(i % ETP_PRICE_WORLDS));
        const etp_study_point *point = etp_place_point(estimator->view, place);
        if ((point->worlds >> place.world & 1) == 0)
            continue;
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, point->label);
        etp_sheet_text(sheet, etp_price_world_name(place.world));
        for (unsigned j = 0; j < sizeof shown / sizeof shown[0]; j++)
            write_part(estimator, sheet, place, shown[j]);
    }
    etp_sheet_note(sheet,
                   "The one bidder of the auction's part has all portfolios and the first firm's script. A script that "
                   "supposes rivals pays for them even when it has none.");
}

void etp_write_mechanisms(etp_estimator *estimator)
{
    etp_document_section(estimator->document, "mechanisms", "Rules: mechanism, disclosure, reserve");
    etp_points_plot(estimator, "mechanism", "mechanism-uplift", "C by mechanism and by what is disclosed");
    etp_points_table(estimator, "mechanism", "mechanism-table", "By mechanism and by what is disclosed");
    etp_points_plot(estimator, "reserve", "reserve-uplift", "C by reserve policy");
    if (etp_points_table(estimator, "reserve", "reserve-table", "By reserve policy"))
        etp_document_note(estimator->document,
                          "Read C beside the net benefit: where that lies far below zero the owners ask too little and "
                          "lose by selling at all, and C is what competition makes good of their own mistake.");
    if (has_pegged(etp_estimator_experiment(estimator, "reserve")))
        etp_document_note(
            estimator->document,
            "A reserve that is pegged to the feed-in tariff makes what owners are paid exceed that tariff by "
            "construction: such a row shows what was put in, and is no finding.");
    etp_points_plot(estimator, "strategies", "strategies-uplift", "C where all firms bid alike, and in the mix");
    etp_points_table(estimator, "strategies", "strategies-table", "By how firms bid");
    write_rivalry(estimator);
}

void etp_write_links(etp_estimator *estimator)
{
    etp_document_section(estimator->document, "links", "Delay, loss and bandwidth of the links");
    etp_points_table(estimator, "links", "links-table", "By what is disturbed");
    etp_points_plot(estimator, "links", "links-uplift", "C by what is disturbed");
    const etp_study_experiment *links = etp_estimator_experiment(estimator, "links");
    if (links == NULL)
        return;
    etp_sheet *sheet = etp_document_table(estimator->document, "links-misses", "What the links cost in messages");
    etp_sheet_column(sheet, "point", "", "", 0);
    etp_sheet_column(sheet, "bids", "bids", "per battery and year", 0);
    etp_sheet_column(sheet, "misses", "after their deadline", "per battery and year", 1);
    etp_sheet_column(sheet, "lapses", "awards that lapsed", "per battery and year", 1);
    etp_sheet_column(sheet, "trades", "trades", "per battery and year", 0);
    for (unsigned i = 0; i < links->point_count; i++) {
        etp_place place = etp_estimator_place(estimator, "links", i, ETP_PRICES_ALL);
        double bids = 0, misses = 0, lapses = 0, trades = 0, years = 0;
        for (unsigned seed = 0; seed < links->points[i].seeds; seed++) {
            const etp_cell_result *cell = etp_place_cell(estimator->view, place, ETP_ARM_FIRMS, seed);
            if (cell == NULL)
                continue;
            bids += (double)cell->bids, misses += (double)cell->misses, lapses += (double)cell->lapses;
            trades += (double)cell->trades, years += (double)cell->homes * cell->days / 365;
        }
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, links->points[i].label);
        etp_sheet_number(sheet, bids / years);
        etp_sheet_number(sheet, misses / years);
        etp_sheet_number(sheet, lapses / years);
        etp_sheet_number(sheet, trades / years);
    }
}

void etp_write_regions(etp_estimator *estimator)
{
    etp_document_section(estimator->document, "regions", "Regions and years");
    etp_document_text(
        estimator->document,
        "One year of prices is one draw. The intervals of a year say how much its weeks differ, and nothing "
        "of other years: those are the other rows.");
    etp_points_plot(estimator, "regions", "regions-uplift", "C by region and year");
    etp_points_table(estimator, "regions", "regions-table", "By region and year");
}

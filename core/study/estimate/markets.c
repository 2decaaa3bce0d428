/* SPDX-License-Identifier: MIT */
/* The experiments that are a table and a plot of their points each. */
#include <math.h>
#include <string.h>

#include "study/estimate/points.h"

/* ---- how many, and whose ---- */

/* What each further number of firms or owners adds. */
static void write_steps(etp_estimator *estimator, const char *experiment, const char *id, const char *title)
{
    const etp_study_experiment *found = etp_estimator_experiment(estimator, experiment);
    if (found == NULL || found->point_count < 2)
        return;
    etp_sheet *sheet = etp_document_table(estimator->document, id, title);
    etp_sheet_column(sheet, "from", "from", "", 0);
    etp_sheet_column(sheet, "to", "to", "", 0);
    etp_sheet_column(sheet, "more", "owners have more", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "each", "for each one more", "A$ per battery and year", 2);
    for (unsigned i = 0; i + 1 < found->point_count; i++) {
        const etp_study_point *from = &found->points[i], *to = &found->points[i + 1];
        etp_place here = etp_estimator_place(estimator, experiment, i, ETP_PRICES_ALL), there = here;
        there.point = i + 1;
        etp_quantity quantity = etp_quantity_between(there, ETP_ARM_FIRMS, here, ETP_ARM_FIRMS);
        etp_estimate more = etp_estimator_take(estimator, &quantity);
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, from->label);
        etp_sheet_text(sheet, to->label);
        etp_sheet_estimate(sheet, &more);
        etp_sheet_number(sheet, more.known ? more.value / (to->value - from->value) : NAN);
        etp_estimator_list(estimator, &more, to->label, "A$ per battery and year", "%s.%s.step", experiment, to->id);
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

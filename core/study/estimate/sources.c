/* SPDX-License-Identifier: MIT */
/* What the report was made from: files, scenario, what is missing; how its intervals are made; all figures as a list. */
#include <math.h>
#include <stdio.h>

#include "study/estimate/estimator.h"

/* ---- comparisons that mislead ---- */

static void misleading_row(etp_estimator *estimator, etp_sheet *sheet, etp_arm arm)
{
    etp_place place = estimator->headline[ETP_PRICES_ALL];
    double feed_in = etp_price_to_cents(etp_place_point(estimator->view, place)->feed_in);
    const etp_quantity over_reserve = etp_quantity_ratio(place, arm, ETP_OF_PAID, ETP_OF_RESERVES);
    const etp_quantity paid = etp_quantity_price(place, arm, ETP_OF_SOLD);
    etp_estimate reserve = etp_estimator_take(estimator, &over_reserve), price = etp_estimator_take(estimator, &paid);
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, etp_arm_name(arm));
    etp_sheet_number(sheet, reserve.known ? 100 * (reserve.value - 1) : NAN);
    if (feed_in > 0)
        etp_sheet_number(sheet, price.known ? 100 * (price.value / feed_in - 1) : NAN);
    else
        etp_sheet_text(sheet, "the tariff is zero");
}

void etp_write_misleading(etp_estimator *estimator)
{
    static const etp_arm arms[] = {ETP_ARM_POSTED, ETP_ARM_KNOWING, ETP_ARM_FIRMS};
    etp_document *document = estimator->document;
    etp_document_section(document, "misleading", "Comparisons that mislead");
    etp_document_text(document,
                      "These figures are often quoted. They are here so that nobody has to make them, and so that "
                      "it can be seen why they say nothing.");
    if (etp_place_point(estimator->view, estimator->headline[ETP_PRICES_ALL]) == NULL)
        return;
    etp_sheet *sheet = etp_document_table(document, "misleading-table", "Not to be quoted");
    etp_sheet_column(sheet, "arm", "market", "", 0);
    etp_sheet_column(sheet, "reserve", "paid over the reserves asked", "%", 1);
    etp_sheet_column(sheet, "tariff", "paid over the feed-in tariff, on sold energy", "%", 1);
    for (unsigned i = 0; i < sizeof arms / sizeof arms[0]; i++)
        misleading_row(estimator, sheet, arms[i]);
    etp_document_point(document,
                       "Over the reserve: the reserve is our own assumption. Ask for less, and the same price is "
                       "a larger percentage over it.");
    etp_document_point(document, "Over the feed-in tariff on sold energy: at that tariff no owner would have sold this "
                                 "energy. What the home would have done is in comparison A.");
    etp_document_point(
        document, "Against a utility that pays each battery its reserve: it leaves owners with about nothing whatever "
                  "the market, so any other buyer looks good beside it.");
    etp_document_point(document, "With a reserve that is pegged to the feed-in tariff the price is above the tariff by "
                                 "construction.");
}

/* ---- methods ---- */

void etp_write_methods(etp_estimator *estimator)
{
    etp_document *document = estimator->document;
    etp_document_section(document, "methods", "How intervals are made");
    etp_document_text(
        document,
        "Arms are compared on the same homes, weather, prices, values and links, so that a difference is that of "
        "pairs. Its interval is for 95 %%: weeks, real households and seeds are each drawn again with "
        "replacement, %u times, all three together; a home counts as often as its week, its household and its "
        "seed were drawn. Weeks are common to all seeds, and homes that were made from the same real household "
        "belong together, so neither is taken for more than it is.",
        estimator->how.resamples);
    etp_document_text(document,
                      "For few weeks, households or seeds the intervals are widened as Student's t is. What weeks, "
                      "households and seeds have in common is counted more than once, which errs on the side of "
                      "width. Where a few weeks carry most, an interval holds the truth less often than it says, "
                      "about 89 times in a hundred in a trial where one week in a hundred has seven times the usual.");
    etp_document_heading(document, "Money, clocks, and what is left over");
    etp_document_text(document, "Spot prices are without GST, as the market operator publishes them; the retail price "
                                "is with it, as a household "
                                "pays it (of offers of 2018-19 the tables do not say), and a household that sells "
                                "energy charges none. Charges of networks are in "
                                "the retail price alone.");
    etp_document_text(
        document,
        "All hours are the market's, UTC+10 all year: the wall clocks of measured households were turned "
        "back to standard time, and a tariff by the clock is by this clock. A run begins at noon with "
        "the same charge in all arms. What is left in a battery at the end of a week or a run counts at "
        "the feed-in tariff of the hour in which the run ends, over the efficiency of charging: what the sun for it "
        "would have brought as spill.");
    etp_document_text(document,
                      "No buyer sees an interval's price before it is over: the public forecast is made from past "
                      "prices, and a firm's own view of it has an error. A buyer whose value is not above zero does "
                      "not bid.");
    etp_document_note(document, "Definitions, with formulas and sources, are in docs/evidence.md.");
}

/* ---- what is missing ---- */

static unsigned missing_of(const etp_estimator *estimator, etp_place place, etp_arm arm)
{
    const etp_study_point *point = etp_place_point(estimator->view, place);
    unsigned missing = 0;
    for (unsigned seed = 0; seed < point->seeds; seed++)
        missing += etp_place_cell(estimator->view, place, arm, seed) == NULL;
    return missing;
}

enum { SHOWN_MAX = 30 };

static void note_missing(etp_estimator *estimator, unsigned experiment, unsigned index, unsigned *cells,
                         unsigned *shown)
{
    const etp_study_point *point = &estimator->view->experiments[experiment].points[index];
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        for (etp_arm arm = 0; arm < ETP_ARMS; arm++) {
            etp_place place = {(int)experiment, index, world};
            if ((point->arms >> arm & 1) == 0 || (point->worlds >> world & 1) == 0 ||
                (!etp_arm_has_market(arm) && world != ETP_PRICES_ALL && (point->worlds & 1) != 0))
                continue;
            unsigned missing = missing_of(estimator, place, arm);
            *cells += missing;
            if (missing > 0 && (*shown)++ < SHOWN_MAX)
                etp_document_point(estimator->document, "%s, %s, arm %s, %s prices: %u of %u seeds are missing.",
                                   estimator->view->experiments[experiment].id, point->id, etp_arm_name(arm),
                                   etp_price_world_name(world), missing, point->seeds);
        }
    }
}

static void write_missing(etp_estimator *estimator)
{
    const etp_study_view *view = estimator->view;
    unsigned cells = 0, shown = 0;
    etp_document_heading(estimator->document, "What is missing");
    for (unsigned i = 0; i < view->left_out_count; i++)
        etp_document_point(estimator->document, "%s", view->left_out[i]);
    for (unsigned i = 0; i < view->experiment_count; i++) {
        for (unsigned j = 0; j < view->experiments[i].point_count; j++)
            note_missing(estimator, i, j, &cells, &shown);
    }
    if (shown > SHOWN_MAX)
        etp_document_point(estimator->document, "... and %u more of these.", shown - SHOWN_MAX);
    if (cells == 0)
        etp_document_text(estimator->document, "Every cell that the study asked for is there.");
    else
        etp_document_text(estimator->document,
                          "%u cells are missing. Figures come from the seeds that have all their cells.", cells);
}

/* ---- data and scenario ---- */

static void write_files(etp_estimator *estimator)
{
    const etp_study_view *view = estimator->view;
    if (view->file_count == 0) {
        etp_document_text(estimator->document, "No file of data was read: prices and homes come from the program's own "
                                               "generator.");
        return;
    }
    etp_sheet *sheet = etp_document_table(estimator->document, "files", "Files that were read");
    etp_sheet_column(sheet, "name", "file", "", 0);
    etp_sheet_column(sheet, "what", "what it is", "", 0);
    etp_sheet_column(sheet, "hash", "XXH3", "", 0);
    etp_sheet_column(sheet, "note", "what was odd", "", 0);
    for (unsigned i = 0; i < view->file_count; i++) {
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, view->files[i].name);
        etp_sheet_text(sheet, view->files[i].what);
        etp_sheet_text(sheet, view->files[i].hash);
        etp_sheet_text(sheet, view->files[i].note);
    }
}

static void write_values(etp_estimator *estimator)
{
    const etp_study_view *view = estimator->view;
    etp_sheet *sheet = etp_document_table(estimator->document, "scenario", "The scenario, as it was used");
    etp_sheet_column(sheet, "name", "name", "", 0);
    etp_sheet_column(sheet, "value", "value", "", 0);
    etp_sheet_column(sheet, "unit", "unit", "", 0);
    for (unsigned i = 0; i < view->value_count; i++) {
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, view->values[i].name);
        etp_sheet_text(sheet, view->values[i].text);
        etp_sheet_text(sheet, view->values[i].unit);
    }
}

static void write_experiments(etp_estimator *estimator)
{
    const etp_study_view *view = estimator->view;
    etp_sheet *sheet = etp_document_table(estimator->document, "experiments", "Experiments");
    etp_sheet_column(sheet, "id", "experiment", "", 0);
    etp_sheet_column(sheet, "point", "point", "", 0);
    etp_sheet_column(sheet, "seeds", "seeds", "", 0);
    etp_sheet_column(sheet, "days", "days", "", 0);
    etp_sheet_column(sheet, "span", "span", "", 0);
    etp_sheet_column(sheet, "condition", "to know", "", 0);
    for (unsigned i = 0; i < view->experiment_count; i++) {
        for (unsigned j = 0; j < view->experiments[i].point_count; j++) {
            const etp_study_point *point = &view->experiments[i].points[j];
            etp_sheet_row(sheet);
            etp_sheet_text(sheet, view->experiments[i].id);
            etp_sheet_text(sheet, point->label);
            etp_sheet_number(sheet, point->seeds);
            etp_sheet_number(sheet, point->days);
            etp_sheet_text(sheet, point->span);
            etp_sheet_text(sheet, point->condition);
        }
    }
}

void etp_write_sources(etp_estimator *estimator)
{
    const etp_study_view *view = estimator->view;
    etp_document_section(estimator->document, "sources", "Data, scenario, and what is missing");
    write_missing(estimator);
    etp_document_heading(estimator->document, "Data");
    write_files(estimator);
    if (view->attribution[0] != '\0')
        etp_document_note(estimator->document, "%s", view->attribution);
    write_values(estimator);
    write_experiments(estimator);
    etp_document_meta(estimator->document, "version", "etp-engine %s", view->version);
    etp_document_meta(estimator->document, "command", "%s", view->command);
    etp_document_meta(estimator->document, "resamples", "%u, seed %llu", estimator->how.resamples,
                      (unsigned long long)estimator->how.seed);
    for (unsigned i = 0; i < view->file_count; i++)
        etp_document_meta(estimator->document, view->files[i].name, "%s", view->files[i].hash);
    if (view->attribution[0] != '\0')
        etp_document_meta(estimator->document, "data", "%s", view->attribution);
}

/* ---- all figures ---- */

void etp_write_figures(etp_estimator *estimator)
{
    etp_document_section(estimator->document, "figures-section", "All figures");
    etp_document_text(estimator->document,
                      "The same figures as a list, for machines: in the CSV and JSON files beside this "
                      "page they have all their digits.");
    etp_sheet *sheet = etp_document_table(estimator->document, "figures", "Figures and intervals");
    etp_sheet_column(sheet, "id", "figure", "", 0);
    etp_sheet_column(sheet, "label", "of", "", 0);
    etp_sheet_column(sheet, "unit", "unit", "", 0);
    etp_sheet_column(sheet, "estimate", "estimate", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "seeds-low", "seeds alone: from", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "seeds-high", "seeds alone: to", "", ETP_DIGITS_AUTO);
    for (size_t i = 0; i < estimator->figure_count; i++) {
        const etp_figure *figure = &estimator->figure[i];
        if (!figure->estimate.known)
            continue;
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, figure->id);
        etp_sheet_text(sheet, figure->label);
        etp_sheet_text(sheet, figure->unit);
        etp_sheet_estimate(sheet, &figure->estimate);
        etp_sheet_number(sheet, figure->estimate.seeds.low);
        etp_sheet_number(sheet, figure->estimate.seeds.high);
    }
}

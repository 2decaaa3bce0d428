/* SPDX-License-Identifier: MIT */
/* How few days carry the money. */
#include <math.h>
#include <stdlib.h>

#include "study/estimate/estimator.h"

static int descending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a < b) - (a > b);
}

etp_concentration etp_concentration_of(double *values, unsigned count)
{
    etp_concentration result = {.count = count};
    double whole = 0, sum = 0;
    qsort(values, count, sizeof *values, descending);
    for (unsigned i = 0; i < count; i++)
        whole += values[i];
    if (!(whole > 0))
        return result;
    result.known = true;
    result.first = values[0] / whole;
    for (unsigned i = 0; i < count; i++) {
        sum += values[i];
        if (result.half == 0 && sum >= whole / 2)
            result.half = i + 1;
        if (i < (count + 9) / 10)
            result.tenth = sum / whole;
    }
    return result;
}

static double surplus(const etp_cell_result *cell, unsigned day)
{
    return (double)(cell->day[day].paid - cell->day[day].cost) / ETP_MONEY_PER_DOLLAR;
}

/* Adds up what days gave over all seeds; NULL where there is none. */
static double *days_of(etp_estimator *estimator, etp_price_world world, bool difference, unsigned *count)
{
    etp_place place = estimator->headline[world];
    const etp_study_point *point = etp_place_point(estimator->view, place);
    double *days = NULL;
    *count = 0;
    for (unsigned seed = 0; point != NULL && seed < point->seeds; seed++) {
        const etp_cell_result *firms = etp_place_cell(estimator->view, place, ETP_ARM_FIRMS, seed);
        const etp_cell_result *posted = etp_place_cell(estimator->view, place, ETP_ARM_POSTED, seed);
        if (firms == NULL || posted == NULL || firms->day == NULL || posted->day == NULL || firms->days != posted->days)
            continue;
        if (days == NULL) {
            *count = firms->days;
            days = calloc(*count + 1, sizeof *days);
            estimator->result = days != NULL ? estimator->result : ETP_ENOMEM;
        }
        for (unsigned day = 0; days != NULL && day < *count && day < firms->days; day++)
            days[day] += surplus(firms, day) - (difference ? surplus(posted, day) : 0);
    }
    return days;
}

etp_concentration etp_concentration_days(etp_estimator *estimator, etp_price_world world, bool difference)
{
    unsigned count;
    double *days = days_of(estimator, world, difference, &count);
    etp_concentration result = {0};
    if (days != NULL)
        result = etp_concentration_of(days, count);
    free(days);
    return result;
}

/* The same from whole bills, which are kept by week. */
static etp_concentration of_weeks(etp_estimator *estimator, etp_price_world world, etp_arm other)
{
    etp_place place = estimator->headline[world];
    const etp_study_point *point = etp_place_point(estimator->view, place);
    etp_concentration result = {0};
    double *weeks = NULL;
    unsigned count = 0;
    for (unsigned seed = 0; point != NULL && seed < point->seeds; seed++) {
        const etp_cell_result *firms = etp_place_cell(estimator->view, place, ETP_ARM_FIRMS, seed);
        const etp_cell_result *less = etp_place_cell(estimator->view, place, other, seed);
        if (firms == NULL || less == NULL || firms->blocks != less->blocks || firms->homes != less->homes)
            continue;
        if (weeks == NULL) {
            count = firms->blocks;
            weeks = calloc(count + 1, sizeof *weeks);
            estimator->result = weeks != NULL ? estimator->result : ETP_ENOMEM;
        }
        for (size_t i = 0; weeks != NULL && i < (size_t)firms->homes * firms->blocks; i++) {
            if (i % firms->blocks < count)
                weeks[i % firms->blocks] += (double)(less->cost[i] - firms->cost[i]) / ETP_MONEY_PER_DOLLAR;
        }
    }
    if (weeks != NULL)
        result = etp_concentration_of(weeks, count);
    free(weeks);
    return result;
}

static void write_row(etp_sheet *sheet, etp_price_world world, const char *what, etp_concentration concentration)
{
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, what);
    etp_sheet_text(sheet, etp_price_world_name(world));
    if (!concentration.known) {
        etp_sheet_text(sheet, "the sum is not above zero");
        return;
    }
    etp_sheet_textf(sheet, "%u of %u", concentration.half, concentration.count);
    etp_sheet_number(sheet, 100 * concentration.first);
    etp_sheet_number(sheet, 100 * concentration.tenth);
}

/* Shares of the year's sum over the days, best day first. */
static void plot_days(etp_estimator *estimator)
{
    etp_plot *plot = etp_document_plot(estimator->document, "days-carry", ETP_PLOT_LINE,
                                       "What owners earn above their reserves: days in order, best first",
                                       "share of days", "share of the sum");
    etp_plot_note(plot, "Where a line rises above 1 the days behind it lose again what those before it gave too much.");
    for (unsigned world = 0; world < ETP_PRICE_WORLDS; world++) {
        unsigned count;
        char words[ETP_WORDS_MAX];
        double *days = days_of(estimator, (etp_price_world)world, false, &count), sum = 0, whole = 0;
        for (unsigned i = 0; days != NULL && i < count; i++)
            whole += days[i];
        if (days != NULL && whole > 0) {
            qsort(days, count, sizeof *days, descending);
            etp_plot_series(plot, etp_estimator_world_words(estimator, (etp_price_world)world, words));
            etp_plot_point(plot, 0, 0);
            for (unsigned i = 0; i < count; i++)
                etp_plot_point(plot, (i + 1.0) / count, (sum += days[i]) / whole);
        }
        free(days);
    }
}

void etp_write_days(etp_estimator *estimator)
{
    etp_document *document = estimator->document;
    etp_document_section(document, "days", "How few days carry it");
    etp_sheet *sheet = etp_document_table(document, "days-half", "The fewest days or weeks that carry half of the sum");
    etp_sheet_column(sheet, "what", "of what", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "half", "carry half", "", 0);
    etp_sheet_column(sheet, "best", "the best one alone", "%", 1);
    etp_sheet_column(sheet, "tenth", "the best tenth", "%", 1);
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        write_row(sheet, world, "days, firms: paid above reserves", etp_concentration_days(estimator, world, false));
        write_row(sheet, world, "days, firms less utility: paid above reserves",
                  etp_concentration_days(estimator, world, true));
        write_row(sheet, world, "weeks, A: whole bills", of_weeks(estimator, world, ETP_ARM_FLAT));
        write_row(sheet, world, "weeks, C: whole bills", of_weeks(estimator, world, ETP_ARM_POSTED));
    }
    etp_sheet_note(sheet,
                   "Bills are kept by week; by day there is what owners were paid above the reserves they asked.");
    plot_days(estimator);
}

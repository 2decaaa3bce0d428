/* SPDX-License-Identifier: MIT */
/* How owners share it: Lorenz curve, Gini, Jain, who is worse off, by battery size and by region. */
#include <math.h>
#include <stdlib.h>

#include "study/estimate/estimator.h"

/* ---- indices ---- */

static void index_row(etp_estimator *estimator, etp_sheet *sheet, etp_price_world world, const char *label,
                      const char *id, const etp_estimate of[ETP_SPREAD_ARMS], double times)
{
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, label);
    etp_sheet_text(sheet, etp_price_world_name(world));
    for (int arm = ETP_SPREAD_ARMS - 1; arm >= 0; arm--) {
        if (of[arm].known)
            etp_sheet_interval(sheet, times * of[arm].value, times * of[arm].bounds.low, times * of[arm].bounds.high);
        else
            etp_sheet_empty(sheet);
        etp_estimator_list(estimator, &of[arm], label, "", "fairness.%s.%s.%s", id,
                           arm == ETP_SPREAD_FIRMS ? "firms" : "posted", etp_price_world_name(world));
    }
}

static void share_row(etp_estimator *estimator, etp_sheet *sheet, etp_price_world world, const char *label,
                      const char *id, const etp_estimate *share)
{
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, label);
    etp_sheet_text(sheet, etp_price_world_name(world));
    etp_sheet_interval(sheet, 100 * share->value, 100 * share->bounds.low, 100 * share->bounds.high);
    etp_estimator_list(estimator, share, label, "", "fairness.%s.%s", id, etp_price_world_name(world));
}

static void write_indices(etp_estimator *estimator)
{
    etp_sheet *sheet = etp_document_table(estimator->document, "fairness", "How equally it is shared");
    etp_sheet_column(sheet, "index", "", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "firms", "firms", "", 3);
    etp_sheet_column(sheet, "utility", "utility", "", 3);
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        const etp_spread *spread = &estimator->spread[world];
        if (!spread->known)
            continue;
        index_row(estimator, sheet, world, "Gini of net benefit", "gini", spread->gini, 1);
        index_row(estimator, sheet, world, "Jain's index of net benefit", "jain", spread->jain, 1);
        index_row(estimator, sheet, world, "Gini of c/kWh", "price-gini", spread->price_gini, 1);
        index_row(estimator, sheet, world, "owners worse off than without sales, %", "worse", spread->worse, 100);
        share_row(estimator, sheet, world, "the same, firms less utility, points", "more-worse", &spread->more_worse);
        share_row(estimator, sheet, world, "owners with less from the firms than from the utility, %", "lose-by-rivals",
                  &spread->lose_by_rivals);
    }
    etp_sheet_note(sheet,
                   "All homes of all seeds, those that sold nothing with the price 0. Net benefits can be below "
                   "zero: Gini is then over the mean of their sizes, and Jain's index counts them as zero. Less than "
                   "half a cent a year is nothing.");
}

static void plot_lorenz(etp_estimator *estimator)
{
    const etp_spread *spread = &estimator->spread[ETP_PRICES_ALL];
    double *values = calloc(spread->homes + 1, sizeof *values);
    if (values == NULL) {
        estimator->result = ETP_ENOMEM;
        return;
    }
    etp_plot *plot = etp_document_plot(estimator->document, "lorenz", ETP_PLOT_LORENZ,
                                       "How net benefit is spread over owners, all prices", "share of owners",
                                       "share of net benefit");
    for (int arm = ETP_SPREAD_ARMS - 1; arm >= 0; arm--) {
        etp_plot_series(plot, arm == ETP_SPREAD_FIRMS ? "firms" : "utility");
        for (unsigned i = 0; i < spread->homes; i++)
            values[i] = spread->home[i].benefit[arm];
        etp_plot_lorenz(plot, values, spread->homes);
    }
    etp_plot_note(
        plot,
        "Owners in order, who gains least first. The further a curve hangs below the line of equal shares, the less "
        "equally the net benefit is spread. Where it falls below zero there are owners who lose; where the sum "
        "of all is small beside what some lose and others gain, it falls far.");
    free(values);
}

/* ---- by battery size ---- */

enum { SIZES_MAX = 8 };

static int by_size(const void *left, const void *right)
{
    etp_energy a = *(const etp_energy *)left, b = *(const etp_energy *)right;
    return (a > b) - (a < b);
}

/* Where classes of size begin: each size by itself while there are few, else thirds. `sorted` gets used up. */
static unsigned classes_of(etp_energy *sorted, unsigned count, etp_energy from[SIZES_MAX])
{
    unsigned classes = 0;
    qsort(sorted, count, sizeof *sorted, by_size);
    for (unsigned i = 0; i < count; i++) {
        if (i > 0 && sorted[i] == sorted[i - 1])
            continue;
        if (classes == SIZES_MAX) {
            from[0] = sorted[0], from[1] = sorted[count / 3], from[2] = sorted[2 * count / 3];
            return 3;
        }
        from[classes++] = sorted[i];
    }
    return classes;
}

typedef struct size_class {
    etp_energy from, to;
} size_class;

static bool is_in(const size_class *class, etp_energy capacity)
{
    return capacity >= class->from && capacity < class->to;
}

static void size_row(etp_estimator *estimator, etp_sheet *sheet, etp_price_world world, const size_class *class,
                     etp_weighted *list)
{
    const etp_spread *spread = &estimator->spread[world];
    static const etp_comparison shown[] = {ETP_ACCESS, ETP_TIMING, ETP_COMPETITION};
    unsigned count = 0, worse = 0, silent = 0;
    for (unsigned i = 0; i < spread->homes; i++) {
        const etp_spread_home *home = &spread->home[i];
        if (!is_in(class, home->capacity))
            continue;
        list[count++] = (etp_weighted){home->benefit[ETP_SPREAD_FIRMS], 1};
        worse += home->benefit[ETP_SPREAD_FIRMS] < -ETP_SPREAD_NOTHING;
        silent += !home->sold[ETP_SPREAD_FIRMS];
    }
    etp_sheet_row(sheet);
    etp_sheet_textf(sheet, "from %.1f kWh", (double)class->from / ETP_ENERGY_PER_KWH);
    etp_sheet_text(sheet, etp_price_world_name(world));
    etp_sheet_number(sheet, count);
    for (unsigned i = 0; i < 3; i++) {
        etp_quantity quantity = etp_comparison_quantity(estimator->headline[world], shown[i]);
        quantity.from = class->from, quantity.to = class->to;
        etp_estimate estimate = etp_estimator_take(estimator, &quantity);
        etp_sheet_estimate(sheet, &estimate);
    }
    etp_sheet_number(sheet, etp_gini(list, count));
    etp_sheet_number(sheet, 100.0 * worse / count);
    etp_sheet_number(sheet, silent);
}

static void size_columns(etp_sheet *sheet)
{
    etp_sheet_column(sheet, "size", "battery", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "homes", "homes", "", 0);
    etp_sheet_column(sheet, "firms", "net benefit, firms", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "utility", "net benefit, utility", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "competition", "C", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "gini", "Gini, firms", "", 3);
    etp_sheet_column(sheet, "worse", "worse off, firms", "%", 1);
    etp_sheet_column(sheet, "silent", "sold nothing, firms", "homes", 0);
}

static void write_sizes(etp_estimator *estimator)
{
    const etp_spread *spread = &estimator->spread[ETP_PRICES_ALL];
    etp_energy from[SIZES_MAX], *sizes = calloc(spread->homes + 1, sizeof *sizes);
    etp_weighted *list = calloc(spread->homes + 1, sizeof *list);
    if (sizes != NULL && list != NULL) {
        for (unsigned i = 0; i < spread->homes; i++)
            sizes[i] = spread->home[i].capacity;
        unsigned classes = classes_of(sizes, spread->homes, from);
        etp_sheet *sheet = etp_document_table(estimator->document, "by-size", "By size of the battery");
        size_columns(sheet);
        for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
            for (unsigned i = 0; estimator->spread[world].known && i < classes; i++) {
                const size_class class = {from[i], i + 1 < classes ? from[i + 1] : INT64_MAX};
                size_row(estimator, sheet, world, &class, list);
            }
        }
    } else
        estimator->result = ETP_ENOMEM;
    free(sizes);
    free(list);
}

/* ---- by region ---- */

static void region_row(etp_estimator *estimator, etp_sheet *sheet, etp_place place)
{
    etp_spread spread = {0};
    etp_estimate_how how = estimator->how;
    how.resamples = how.resamples / 4 + 1;
    int result = etp_spread_estimate(estimator->view, &how, place, &spread);
    if (result != ETP_OK)
        estimator->result = result;
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, etp_place_point(estimator->view, place)->label);
    etp_sheet_text(sheet, etp_price_world_name(place.world));
    if (spread.known) {
        const etp_estimate *worse = &spread.worse[ETP_SPREAD_FIRMS];
        etp_sheet_estimate(sheet, &spread.gini[ETP_SPREAD_FIRMS]);
        etp_sheet_estimate(sheet, &spread.gini[ETP_SPREAD_POSTED]);
        etp_sheet_estimate(sheet, &spread.price_gini[ETP_SPREAD_FIRMS]);
        etp_sheet_estimate(sheet, &spread.jain[ETP_SPREAD_FIRMS]);
        etp_sheet_interval(sheet, 100 * worse->value, 100 * worse->bounds.low, 100 * worse->bounds.high);
    }
    etp_spread_fini(&spread);
}

static void write_regions(etp_estimator *estimator)
{
    const etp_study_experiment *regions = etp_estimator_experiment(estimator, "regions");
    if (regions == NULL)
        return;
    etp_sheet *sheet = etp_document_table(estimator->document, "fairness-regions", "By region and year");
    etp_sheet_column(sheet, "point", "", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "gini", "Gini of net benefit, firms", "", 3);
    etp_sheet_column(sheet, "gini-utility", "Gini of net benefit, utility", "", 3);
    etp_sheet_column(sheet, "price-gini", "Gini of c/kWh, firms", "", 3);
    etp_sheet_column(sheet, "jain", "Jain's index, firms", "", 3);
    etp_sheet_column(sheet, "worse", "worse off than without sales, firms", "%", 1);
    for (unsigned i = 0; i < regions->point_count * ETP_PRICE_WORLDS; i++)
        region_row(
            estimator, sheet,
            etp_estimator_place(estimator, "regions", i / ETP_PRICE_WORLDS, (etp_price_world)(i % ETP_PRICE_WORLDS)));
}

void etp_write_fairness(etp_estimator *estimator)
{
    etp_document_section(estimator->document, "fairness-section", "Who gets it");
    if (!estimator->spread[ETP_PRICES_ALL].known) {
        etp_document_note(estimator->document, "Not there: %s.", estimator->spread[ETP_PRICES_ALL].missing);
        return;
    }
    plot_lorenz(estimator);
    write_indices(estimator);
    write_sizes(estimator);
    write_regions(estimator);
}

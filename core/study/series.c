/* SPDX-License-Identifier: MIT */
#include "study/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/days.h"
#include "world/calendar.h"

static const etp_time minute = 60 * ETP_NS_PER_SECOND;
static const double cents_per_dollar_mwh = 0.1; /* 1 A$/MWh is 0.1 c/kWh */
enum { GENERATOR_SEED = 1 };

/* ---- what is asked for ---- */

static etp_price price_of(double cents)
{
    return isnan(cents) ? ETP_PRICE_NONE : (etp_price)floor(cents * (double)ETP_PRICE_PER_CENT + 0.5);
}

static void ask(etp_series *series, const etp_setup *setup, etp_price_world world)
{
    *series = (etp_series){.gaps = strcmp(etp_setup_text(setup, ETP_KNOB_PRICES_GAPS), "hold") == 0 ? ETP_GAPS_HOLD
                                                                                                    : ETP_GAPS_REFUSE,
                           .interval = (etp_time)etp_setup_number(setup, ETP_KNOB_PRICES_INTERVAL) * minute,
                           .constant = price_of(etp_setup_number(setup, ETP_KNOB_PRICES_CONSTANT)),
                           .cap = ETP_PRICE_NONE};
    snprintf(series->region, sizeof series->region, "%s", etp_setup_text(setup, ETP_KNOB_PRICES_REGION));
    etp_day_parse(etp_setup_text(setup, ETP_KNOB_PRICES_FROM), &series->from);
    etp_day_parse(etp_setup_text(setup, ETP_KNOB_PRICES_UNTIL), &series->until);
    if (world == ETP_PRICES_CLIPPED)
        series->cap = price_of(etp_setup_number(setup, ETP_KNOB_PRICES_CAP) * cents_per_dollar_mwh);
}

static bool is_same(const etp_series *a, const etp_series *b)
{
    return strcmp(a->region, b->region) == 0 && a->from == b->from && a->until == b->until &&
           a->interval == b->interval && a->gaps == b->gaps && a->constant == b->constant && a->cap == b->cap;
}

/* ---- loading ---- */

static int generate(etp_series *series, etp_error *error)
{
    etp_time days = (series->until - series->from) / ETP_NS_PER_DAY;
    int result = etp_trace_generate(&series->trace, (unsigned)days, series->interval, GENERATOR_SEED, NULL);
    return result == ETP_OK ? ETP_OK : etp_fail(error, result, "prices cannot be made: %s", etp_strerror(result));
}

static int load(etp_series *series, const etp_catalogue *catalogue, etp_error *error)
{
    if (series->until <= series->from)
        return etp_fail(error, ETP_ERANGE, "prices.until (%s) has to come after prices.from (%s)",
                        etp_day_show(series->until).text, etp_day_show(series->from).text);
    if (catalogue == NULL)
        return generate(series, error);
    return etp_catalogue_load_prices(catalogue, series->region, series->from, series->until, series->interval,
                                     series->gaps, &series->trace, &series->facts, error);
}

/* The same times with other prices. */
static int change(etp_series *series, etp_error *error)
{
    etp_trace changed, *trace = &series->trace;
    for (size_t i = 0; i < trace->count; i++) {
        if (series->constant != ETP_PRICE_NONE)
            trace->prices[i] = series->constant;
        if (series->cap != ETP_PRICE_NONE && trace->prices[i] > series->cap)
            trace->prices[i] = series->cap;
    }
    int result =
        etp_trace_from_prices(&changed, trace->starts, trace->interval, trace->prices, trace->count, NULL, error);
    if (result != ETP_OK)
        return result;
    memcpy(changed.source, trace->source, sizeof changed.source);
    memcpy(changed.region, trace->region, sizeof changed.region);
    etp_trace_fini(trace);
    *trace = changed;
    return ETP_OK;
}

static int find_days(etp_series *series, etp_error *error)
{
    const etp_trace *trace = &series->trace;
    if (etp_trace_first_noon(trace, &series->first_noon) != ETP_OK)
        return etp_fail(error, ETP_ENOENT, "no interval of %s starts at noon", series->region);
    series->days = (unsigned)((trace->count - series->first_noon) / (size_t)(ETP_NS_PER_DAY / trace->interval));
    return ETP_OK;
}

static void fill(etp_series *series, const etp_catalogue *catalogue)
{
    etp_error error = {0};
    series->code = load(series, catalogue, &error);
    if (series->code == ETP_OK && (series->constant != ETP_PRICE_NONE || series->cap != ETP_PRICE_NONE))
        series->code = change(series, &error);
    if (series->code == ETP_OK)
        series->code = find_days(series, &error);
    if (series->code != ETP_OK)
        snprintf(series->reason, sizeof series->reason, "%s",
                 error.text[0] != '\0' ? error.text : etp_strerror(series->code));
}

const etp_series *etp_series_of(etp_series_list *all, const etp_setup *setup, etp_price_world world)
{
    etp_series wanted;
    ask(&wanted, setup, world);
    for (unsigned i = 0; i < all->count; i++)
        if (is_same(all->list[i], &wanted))
            return all->list[i];
    etp_series *series = malloc(sizeof *series);
    etp_series **longer = realloc(all->list, (all->count + 1) * sizeof *longer);
    if (longer != NULL)
        all->list = longer;
    if (series == NULL || longer == NULL) {
        free(series);
        return NULL;
    }
    *series = wanted;
    fill(series, all->catalogue);
    all->list[all->count++] = series;
    return series;
}

void etp_series_list_fini(etp_series_list *all)
{
    for (unsigned i = 0; i < all->count; i++) {
        etp_trace_fini(&all->list[i]->trace);
        free(all->list[i]);
    }
    free(all->list);
    *all = (etp_series_list){0};
}

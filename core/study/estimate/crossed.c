/* SPDX-License-Identifier: MIT */
#include "study/estimate/crossed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int etp_crossed_init(etp_crossed *crossed, const unsigned count[ETP_KINDS], unsigned totals)
{
    if (totals == 0 || totals > ETP_CROSSED_TOTALS_MAX)
        return ETP_EINVAL;
    size_t size = totals;
    for (unsigned kind = 0; kind < ETP_KINDS; kind++) {
        if (count[kind] == 0 || size > SIZE_MAX / 16 / count[kind])
            return ETP_EINVAL;
        crossed->count[kind] = count[kind];
        size *= count[kind];
    }
    crossed->totals = totals;
    crossed->sum = calloc(size, sizeof *crossed->sum);
    return crossed->sum != NULL ? ETP_OK : ETP_ENOMEM;
}

void etp_crossed_fini(etp_crossed *crossed)
{
    free(crossed->sum);
    *crossed = (etp_crossed){0};
}

double *etp_crossed_at(const etp_crossed *crossed, unsigned total, unsigned week, unsigned household, unsigned seed)
{
    size_t row = (size_t)seed * crossed->count[ETP_KIND_HOUSEHOLD] + household;
    return crossed->sum + (row * crossed->totals + total) * crossed->count[ETP_KIND_WEEK] + week;
}

/* ---- totals under draws ---- */

/* Four sums side by side, which a processor can work on at once; always in this order. */
static double product(const double *values, const double *times, unsigned count)
{
    double sum[4] = {0};
    unsigned i = 0;
    for (; i + 4 <= count; i += 4) {
        for (unsigned j = 0; j < 4; j++)
            sum[j] += values[i + j] * times[i + j];
    }
    for (; i < count; i++)
        sum[0] += values[i] * times[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static double figure(const etp_crossed *crossed, const etp_draws *draws, etp_combine *combine)
{
    double totals[ETP_CROSSED_TOTALS_MAX] = {0};
    for (unsigned seed = 0; seed < crossed->count[ETP_KIND_SEED]; seed++) {
        for (unsigned household = 0; household < crossed->count[ETP_KIND_HOUSEHOLD]; household++) {
            double times = draws->times[ETP_KIND_SEED][seed] * draws->times[ETP_KIND_HOUSEHOLD][household];
            for (unsigned total = 0; times > 0 && total < crossed->totals; total++)
                totals[total] += times * product(etp_crossed_at(crossed, total, 0, household, seed),
                                                 draws->times[ETP_KIND_WEEK], crossed->count[ETP_KIND_WEEK]);
        }
    }
    return combine(totals);
}

/* The sums along one kind, those along the other two added up: all that a resample of it alone needs. */
static int margin_of(const etp_crossed *crossed, unsigned kept, etp_crossed *margin)
{
    unsigned count[ETP_KINDS] = {1, 1, 1}, at[ETP_KINDS];
    count[kept] = crossed->count[kept];
    if (etp_crossed_init(margin, count, crossed->totals) != ETP_OK)
        return ETP_ENOMEM;
    for (at[2] = 0; at[2] < crossed->count[2]; at[2]++) {
        for (at[1] = 0; at[1] < crossed->count[1]; at[1]++) {
            for (at[0] = 0; at[0] < crossed->count[0]; at[0]++) {
                unsigned to[ETP_KINDS] = {0, 0, 0};
                to[kept] = at[kept];
                for (unsigned i = 0; i < crossed->totals; i++)
                    *etp_crossed_at(margin, i, to[0], to[1], to[2]) += *etp_crossed_at(crossed, i, at[0], at[1], at[2]);
            }
        }
    }
    return ETP_OK;
}

static int resample(const etp_crossed *crossed, etp_combine *combine, const etp_estimate_how *how, unsigned freely,
                    etp_range *interval, double *variance)
{
    etp_draws draws = {0};
    double *figures = calloc(how->resamples, sizeof *figures);
    if (figures == NULL || etp_draws_init(&draws, crossed->count) != ETP_OK) {
        free(figures);
        return ETP_ENOMEM;
    }
    for (unsigned i = 0; i < how->resamples; i++) {
        etp_draws_make(&draws, how->seed, i, freely);
        figures[i] = figure(crossed, &draws, combine);
    }
    *interval = etp_range_of(figures, how->resamples, variance);
    etp_draws_fini(&draws);
    free(figures);
    return ETP_OK;
}

static int resample_alone(const etp_crossed *crossed, etp_combine *combine, const etp_estimate_how *how, unsigned kind,
                          etp_estimate *estimate, double *variance)
{
    etp_crossed margin = {0};
    etp_range none = {NAN, NAN}, *interval = kind == ETP_KIND_WEEK        ? &estimate->weeks
                                             : kind == ETP_KIND_HOUSEHOLD ? &estimate->homes
                                                                          : &estimate->seeds;
    *variance = 0;
    *interval = none;
    if (crossed->count[kind] < 2)
        return ETP_OK;
    int result = margin_of(crossed, kind, &margin);
    if (result == ETP_OK)
        result = resample(&margin, combine, how, 1u << kind, interval, variance);
    double alone[ETP_KINDS] = {0};
    alone[kind] = *variance;
    if (result == ETP_OK)
        etp_range_widen(interval, estimate->value, alone, crossed->count);
    etp_crossed_fini(&margin);
    return result;
}

int etp_crossed_estimate(const etp_crossed *crossed, etp_combine *combine, const etp_estimate_how *how,
                         etp_estimate *estimate)
{
    etp_draws once = {0};
    double variance[ETP_KINDS];
    *estimate = (etp_estimate){.bounds = {NAN, NAN}, .weeks = {NAN, NAN}, .homes = {NAN, NAN}, .seeds = {NAN, NAN}};
    if (etp_draws_init(&once, crossed->count) != ETP_OK)
        return ETP_ENOMEM;
    etp_draws_make(&once, how->seed, 0, 0);
    estimate->value = figure(crossed, &once, combine);
    estimate->known = isfinite(estimate->value);
    etp_draws_fini(&once);
    if (!estimate->known)
        return ETP_OK;
    for (unsigned kind = 0; kind < ETP_KINDS; kind++) {
        if (resample_alone(crossed, combine, how, kind, estimate, &variance[kind]) != ETP_OK)
            return ETP_ENOMEM;
    }
    /* What only one week says is said without an interval: households and seeds know nothing of other weeks. */
    if (crossed->count[ETP_KIND_WEEK] < 2)
        return ETP_OK;
    if (resample(crossed, combine, how, (1u << ETP_KINDS) - 1, &estimate->bounds, NULL) != ETP_OK)
        return ETP_ENOMEM;
    etp_range_widen(&estimate->bounds, estimate->value, variance, crossed->count);
    return ETP_OK;
}

/* SPDX-License-Identifier: MIT */
#include "report/statistics.h"

#include <math.h>
#include <stdlib.h>

#include "etp/rng.h"

double etp_mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return count > 0 ? sum / (double)count : 0;
}

double etp_quantile(const double *sorted, size_t count, double p)
{
    double place = p * (double)(count - 1);
    size_t below = place > 0 ? (size_t)place : 0;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double mean_of_draws(const double *values, size_t count, etp_rng *rng)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[etp_rng_below(rng, count)];
    return sum / (double)count;
}

int etp_bootstrap_mean(const double *values, size_t count, const etp_bootstrap *how, etp_bounds *bounds)
{
    if (count < 2 || how->resamples == 0)
        return ETP_EINVAL;
    double *means = calloc(how->resamples, sizeof *means);
    if (means == NULL)
        return ETP_ENOMEM;
    etp_rng rng;
    etp_rng_seed(&rng, how->seed);
    for (unsigned i = 0; i < how->resamples; i++)
        means[i] = mean_of_draws(values, count, &rng);
    qsort(means, how->resamples, sizeof *means, ascending);
    double outside = (1 - how->level) / 2;
    *bounds = (etp_bounds){.low = etp_quantile(means, how->resamples, outside),
                           .high = etp_quantile(means, how->resamples, 1 - outside)};
    free(means);
    return ETP_OK;
}

/* ---- few values ---- */

/* From a table while it is wide, by a straight line in 1 / degrees between its entries; then its expansion in powers of
 * 1 / degrees (Cornish and Fisher 1938), which is good to five digits there. */
double etp_student_95(double degrees)
{
    static const double table[] = {12.706205, 4.302653, 3.182446, 2.776445, 2.570582,
                                   2.446912,  2.364624, 2.306004, 2.262157, 2.228139};
    static const double last = sizeof table / sizeof table[0];
    if (!(degrees > 1))
        return table[0];
    double part = 1 / degrees;
    if (degrees >= last)
        return ETP_NORMAL_95 + part * (2.372271 + part * (2.822450 + part * (2.555850 + part * 1.589530)));
    size_t below = (size_t)degrees;
    double whole = (double)below, from = 1 / whole, to = 1 / (whole + 1);
    return table[below - 1] + (from - part) / (from - to) * (table[below] - table[below - 1]);
}

void etp_bounds_widen(etp_bounds *bounds, double mean, size_t count)
{
    if (count < 2)
        return;
    double n = (double)count, factor = etp_student_95(n - 1) / ETP_NORMAL_95 * sqrt(n / (n - 1));
    bounds->low = mean + (bounds->low - mean) * factor;
    bounds->high = mean + (bounds->high - mean) * factor;
}

/* SPDX-License-Identifier: MIT */
#include "report/statistics.h"

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

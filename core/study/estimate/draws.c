/* SPDX-License-Identifier: MIT */
/* How resamples are drawn, and what interval they make. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "etp/rng.h"
#include "report/statistics.h"
#include "study/estimate/crossed.h"

int etp_draws_init(etp_draws *draws, const unsigned count[ETP_KINDS])
{
    for (unsigned kind = 0; kind < ETP_KINDS; kind++) {
        draws->count[kind] = count[kind];
        draws->times[kind] = calloc(count[kind], sizeof *draws->times[kind]);
        if (draws->times[kind] == NULL) {
            etp_draws_fini(draws);
            return ETP_ENOMEM;
        }
    }
    return ETP_OK;
}

void etp_draws_fini(etp_draws *draws)
{
    for (unsigned kind = 0; kind < ETP_KINDS; kind++)
        free(draws->times[kind]);
    *draws = (etp_draws){0};
}

static void draw(double *times, unsigned count, uint64_t seed)
{
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    memset(times, 0, count * sizeof *times);
    for (unsigned i = 0; i < count; i++)
        times[etp_rng_below(&rng, count)] += 1;
}

void etp_draws_make(etp_draws *draws, uint64_t seed, unsigned index, unsigned free)
{
    for (unsigned kind = 0; kind < ETP_KINDS; kind++) {
        if ((free >> kind & 1) != 0) {
            draw(draws->times[kind], draws->count[kind], etp_hash(seed, index, kind, 0));
            continue;
        }
        for (unsigned i = 0; i < draws->count[kind]; i++)
            draws->times[kind][i] = 1;
    }
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Moves what is a number to the front; how many there are. */
static unsigned keep_finite(double *values, unsigned count)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < count; i++) {
        if (isfinite(values[i]))
            values[kept++] = values[i];
    }
    return kept;
}

static double variance_of(const double *values, unsigned count)
{
    double mean = etp_mean(values, count), sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sum / count;
}

etp_range etp_range_of(double *resamples, unsigned count, double *variance)
{
    const double outside = 0.025;
    unsigned kept = keep_finite(resamples, count);
    if (variance != NULL)
        *variance = kept > 0 ? variance_of(resamples, kept) : 0;
    if (kept == 0 || count - kept > count / 20)
        return (etp_range){NAN, NAN};
    qsort(resamples, kept, sizeof *resamples, ascending);
    return (etp_range){etp_quantile(resamples, kept, outside), etp_quantile(resamples, kept, 1 - outside)};
}

void etp_range_widen(etp_range *interval, double value, const double variance[ETP_KINDS],
                     const unsigned count[ETP_KINDS])
{
    double raw = 0, mended = 0, spread = 0;
    for (unsigned kind = 0; kind < ETP_KINDS; kind++) {
        if (count[kind] < 2)
            continue;
        double n = count[kind], part = variance[kind] * n / (n - 1);
        raw += variance[kind];
        mended += part;
        spread += part * part / (n - 1);
    }
    if (!(raw > 0) || !(spread > 0))
        return;
    double factor = etp_student_95(mended * mended / spread) / ETP_NORMAL_95 * sqrt(mended / raw);
    interval->low = value + (interval->low - value) * factor;
    interval->high = value + (interval->high - value) * factor;
}

void etp_estimate_keep_within(etp_estimate *estimate, double low, double high)
{
    estimate->bounds.low = estimate->bounds.low < low ? low : estimate->bounds.low;
    estimate->bounds.high = estimate->bounds.high > high ? high : estimate->bounds.high;
}

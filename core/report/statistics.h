/* SPDX-License-Identifier: MIT */
/*
 * Statistics of small samples. Sums are made in the order of the values and random numbers come from etp_rng, so that the
 * same values and the same seed give the same result, to the last bit, wherever it is computed.
 */
#ifndef ETP_REPORT_STATISTICS_H
#define ETP_REPORT_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

#include "etp/error.h"

/* 0 for no values. */
double etp_mean(const double *values, size_t count);

/* The value below which the part `p` (0 to 1) of sorted values lies, between two of them by a straight line. `count` is
 * at least 1. */
double etp_quantile(const double *sorted, size_t count, double p);

typedef struct etp_bounds {
    double low, high;
} etp_bounds;

typedef struct etp_bootstrap {
    unsigned resamples; /* how many; at least 1 */
    uint64_t seed;
    double level; /* of confidence, such as 0.95 */
} etp_bootstrap;

/*
 * Bounds of the values' mean: the percentile bootstrap (Efron 1979, "Bootstrap methods: another look at the jackknife").
 * The mean of as many values drawn with replacement, over and over; of these means the middle part. For a comparison of
 * two, pass the differences of their pairs. With few values it is a little too narrow: of values from a normal
 * distribution the bounds for 95 % hold the true mean 90 times in a hundred where there are ten, 92 where there are twenty;
 * etp_bounds_widen() makes up for that.
 *
 * ETP_EINVAL for fewer than two values, which say nothing of how much they vary; ETP_ENOMEM.
 */
int etp_bootstrap_mean(const double *values, size_t count, const etp_bootstrap *how, etp_bounds *bounds);

/* Half of the range that holds 95 % of Student's t with so many degrees of freedom, which need not be a whole number; at
 * least one. 1.959964 for a great many. */
double etp_student_95(double degrees);

/* ... of a normal distribution. */
#define ETP_NORMAL_95 1.959964

/*
 * What bounds for 95 % lack with few values: a resample varies by sqrt((n - 1) / n) of what it should, and Student's t of
 * n - 1 reaches further than a normal distribution (the expanded percentile interval of Hesterberg 2015, "What teachers
 * should know about the bootstrap"). Both distances from the mean grow by that factor. With one value nothing changes.
 */
void etp_bounds_widen(etp_bounds *bounds, double mean, size_t count);

#endif

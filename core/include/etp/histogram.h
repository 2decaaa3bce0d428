/* SPDX-License-Identifier: MIT */
/**
 * @file histogram.h
 * A histogram of durations with a relative error of at most 1/32: 32 steps per power of two, fixed memory, no
 * allocation. Made for delays in microseconds. The caller owns the struct; one is used by one thread at a time.
 *
 * Mistakes: a NULL histogram takes nothing and gives 0.
 */
#ifndef ETP_HISTOGRAM_H
#define ETP_HISTOGRAM_H

#include <stdint.h>

#include "etp/version.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ETP_HISTOGRAM_STEPS = 32, ETP_HISTOGRAM_OCTAVES = 32 };

/** Zero it before use. */
typedef struct etp_histogram {
    uint64_t count;                                                /**< of values */
    uint64_t max;                                                  /**< the largest value */
    uint64_t buckets[ETP_HISTOGRAM_STEPS * ETP_HISTOGRAM_OCTAVES]; /**< values in each */
} etp_histogram;

/** Adds one value. Values beyond the last bucket (about 2^36) are counted in it; `max` stays exact. */
ETP_API void etp_histogram_add(etp_histogram *histogram, uint64_t value);

/** The upper end of the bucket that holds the quantile `q` in [0, 1], never more than `max`; 0 when empty. A `q` below 0 is
 *  taken as 0, one above 1 as 1. */
ETP_API uint64_t etp_histogram_quantile(const etp_histogram *histogram, double q);

#ifdef __cplusplus
}
#endif

#endif

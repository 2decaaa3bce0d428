/* SPDX-License-Identifier: MIT */
#include "etp/histogram.h"

#include <stddef.h>

enum { BUCKETS = ETP_HISTOGRAM_STEPS * ETP_HISTOGRAM_OCTAVES };

/* Values below 32 have a bucket each; above, the top five bits after the leading one choose the step. */
static unsigned bucket_of(uint64_t value)
{
    unsigned octave = 0;
    while (value >> octave >= 2 * ETP_HISTOGRAM_STEPS)
        octave++;
    uint64_t step = value >> octave;
    uint64_t index = (uint64_t)octave * ETP_HISTOGRAM_STEPS + step;
    return index < BUCKETS ? (unsigned)index : BUCKETS - 1;
}

static uint64_t top_of(unsigned bucket)
{
    if (bucket < 2 * ETP_HISTOGRAM_STEPS)
        return bucket;
    unsigned octave = bucket / ETP_HISTOGRAM_STEPS - 1;
    uint64_t step = bucket % ETP_HISTOGRAM_STEPS + ETP_HISTOGRAM_STEPS;
    return ((step + 1) << octave) - 1;
}

void etp_histogram_add(etp_histogram *histogram, uint64_t value)
{
    if (histogram == NULL)
        return;
    histogram->buckets[bucket_of(value)]++;
    histogram->count++;
    if (value > histogram->max)
        histogram->max = value;
}

uint64_t etp_histogram_quantile(const etp_histogram *histogram, double q)
{
    if (histogram == NULL || histogram->count == 0)
        return 0;
    double wanted = q * (double)histogram->count;
    uint64_t seen = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen > 0 && (double)seen >= wanted) {
            uint64_t top = top_of(i);
            return top < histogram->max && i != BUCKETS - 1 ? top : histogram->max;
        }
    }
    return histogram->max;
}

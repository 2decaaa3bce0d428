/* SPDX-License-Identifier: MIT */
/* Clocks, and the middle of several turns. */
#ifndef ETP_BENCH_TIME_H
#define ETP_BENCH_TIME_H

#include <stdlib.h>
#include <time.h>

static inline double bench_clock(clockid_t which)
{
    struct timespec time;
    clock_gettime(which, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static inline int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts `values`. */
static inline double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, bench_compare);
    return values[count / 2];
}

#endif

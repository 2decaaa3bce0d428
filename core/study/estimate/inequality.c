/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "study/estimate/spread.h"

static int by_value(const void *left, const void *right)
{
    double a = ((const etp_weighted *)left)->value, b = ((const etp_weighted *)right)->value;
    return (a > b) - (a < b);
}

double etp_gini(etp_weighted *values, size_t count)
{
    double weight = 0, sizes = 0, differences = 0, before = 0;
    qsort(values, count, sizeof *values, by_value);
    for (size_t i = 0; i < count; i++) {
        weight += values[i].weight;
        sizes += values[i].weight * fabs(values[i].value);
    }
    if (!(sizes > 0))
        return NAN;
    /* In ascending order a value is subtracted from all behind it and has all before it subtracted. */
    for (size_t i = 0; i < count; i++) {
        differences += values[i].weight * values[i].value * (2 * before + values[i].weight - weight);
        before += values[i].weight;
    }
    /* Rounding can leave a little less than nothing. */
    return differences > 0 ? differences / (weight * sizes) : 0;
}

double etp_jain(const etp_weighted *values, size_t count)
{
    double weight = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        double value = values[i].value > 0 ? values[i].value : 0;
        weight += values[i].weight;
        sum += values[i].weight * value;
        squares += values[i].weight * value * value;
    }
    return squares > 0 ? sum * sum / (weight * squares) : NAN;
}

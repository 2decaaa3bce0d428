/* SPDX-License-Identifier: MIT */
#include "world/curve.h"

/* 3 600 times the value `offset` seconds into `hour`; an offset of 3 600 is the hour's end. */
static int64_t value_in_hour(const etp_curve *curve, uint32_t hour, uint32_t offset)
{
    uint32_t now = hour % 24, next = now == 23 ? 0 : now + 1;
    return (int64_t)curve->at_hour[now] * (3600 - offset) + (int64_t)curve->at_hour[next] * offset;
}

/* A line's mean is half the sum of its ends; hence twice 3 600. */
int64_t etp_curve_integral_7200(const etp_curve *curve, uint32_t from, uint32_t until)
{
    int64_t sum = 0;
    while (from < until) {
        uint32_t hour = from / 3600, start = from % 3600;
        uint32_t end = until - from < 3600 - start ? start + (until - from) : 3600;
        sum += (value_in_hour(curve, hour, start) + value_in_hour(curve, hour, end)) * (end - start);
        from += end - start;
    }
    return sum;
}

/* SPDX-License-Identifier: MIT */
/*
 * A summer day of our own making. Two-hour means are given; between them runs a line with a knot at every full hour: at
 * the border of two blocks the mean of both, in a block's middle whatever makes the block's mean come out exactly,
 * 2 x mean - (left + right) / 2.
 */
#include <stdio.h>

#include "etp/trace.h"
#include "world/calendar.h"
#include "world/curve.h"
#include "world/draw.h"
#include "world/trace_parts.h"

enum { BLOCKS = 12, DAYS_MAX = 36525 };

/* c/kWh from noon on */
static const int means[BLOCKS] = {0, 4, 14, 17, 13, 10, 12, 10, 11, 9, 3, 0};

static const etp_price noise = 3 * ETP_PRICE_PER_CENT / 4; /* of each of two draws */

static void set_knot(etp_curve *curve, unsigned hours_after_noon, etp_price price)
{
    curve->at_hour[(12 + hours_after_noon) % 24] = (int32_t)price;
}

static etp_price border_before(unsigned block)
{
    int sum = means[(block + BLOCKS - 1) % BLOCKS] + means[block % BLOCKS];
    return sum * ETP_PRICE_PER_CENT / 2;
}

static void make_curve(etp_curve *curve)
{
    for (unsigned block = 0; block < BLOCKS; block++) {
        etp_price left = border_before(block), right = border_before(block + 1);
        set_knot(curve, 2 * block, left);
        set_knot(curve, 2 * block + 1, 2 * means[block] * ETP_PRICE_PER_CENT - (left + right) / 2);
    }
}

static void fill(etp_trace *trace, uint64_t seed)
{
    etp_curve curve;
    make_curve(&curve);
    uint32_t length = (uint32_t)(trace->interval / ETP_NS_PER_SECOND);
    for (size_t i = 0; i < trace->count; i++) {
        uint64_t starts = (uint64_t)(trace->starts / ETP_NS_PER_SECOND) + i * (uint64_t)length;
        uint32_t second = (uint32_t)(starts % ETP_SECONDS_PER_DAY);
        etp_price mean = etp_curve_integral_7200(&curve, second, second + length) / (7200 * (int64_t)length);
        uint64_t bits = etp_hash(seed, ETP_DRAW_TRACE_NOISE, starts, length);
        trace->prices[i] = mean + etp_draw_between(etp_draw_high(bits), -noise, noise) +
                           etp_draw_between(etp_draw_low(bits), -noise, noise);
    }
}

int etp_trace_generate(etp_trace *trace, unsigned days, etp_time interval, uint64_t seed,
                       const etp_allocator *allocator)
{
    if (trace == NULL)
        return ETP_EINVAL;
    *trace = (etp_trace){0};
    if (days == 0 || days > DAYS_MAX || interval <= 0 || interval % ETP_NS_PER_SECOND != 0 ||
        ETP_NS_PER_DAY % interval != 0)
        return ETP_ERANGE;
    int rc = etp_trace_allocate(trace, (size_t)days * (size_t)(ETP_NS_PER_DAY / interval), allocator);
    if (rc != 0)
        return rc;
    trace->starts = etp_days_of(2025, 1, 1) * ETP_NS_PER_DAY + ETP_NS_PER_DAY / 2;
    trace->interval = interval;
    snprintf(trace->source, sizeof trace->source, "built-in");
    fill(trace, seed);
    trace->hash = etp_trace_hash(trace);
    return 0;
}

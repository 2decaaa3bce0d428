/* SPDX-License-Identifier: MIT */
/*
 * How a floating point number becomes a whole one: the two rules of units.h, shared by units.c and the codec. Callers
 * have checked that `x` is from 0 to 2^53, up to where doubles count by ones.
 */
#ifndef ETP_WIRE_SCALE_H
#define ETP_WIRE_SCALE_H

#include <stdint.h>

/* A whole number of units that went through a double comes back this close, and what is this close is taken for it.
 * The farthest that two roundings (to the wire's unit and back) can move a value is 2 x 2^-53 of ETP_ENERGY_MAX,
 * which is 0.00023. */
#define ETP_SCALE_SLACK 0.001

/* The nearest whole number, halves up. Adding 0.5 first would take 0.49999999999999994 up; the difference is exact. */
static inline int64_t etp_scale_nearest(double x)
{
    int64_t whole = (int64_t)x;
    return whole + (x - (double)whole >= 0.5);
}

/* The whole number below `x`, or the next one if `x` is as good as there. */
static inline int64_t etp_scale_down(double x)
{
    return (int64_t)(x + ETP_SCALE_SLACK);
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * exp: x = k ln 2 + r with a whole k and |r| <= ln 2 / 2; e^x = 2^k e^r, and Taylor's series is short for so small an r.
 * log: x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2); ln x = k ln 2 + ln(1 + f), and the series of
 * ln(1 + f) = 2 artanh(s), s = f / (2 + f), is short for so small an s.
 *
 * What both have to take care of is that the large part of a sum is exact and the small part's rounding stays far below
 * the result's last place. ln 2 is held in two parts for that: the upper has 32 bits, so that k times it is exact.
 */
#include "base/explog.h"

#include <math.h>

static const double ln2_upper = 0x1.62e42feep-1;
static const double ln2_lower = 0x1.a39ef35793c76p-33;

/* Beyond these e^x is infinite, or nearer to 0 than to the least number. */
static const double exp_highest = 0x1.62e42fefa39efp+9;
static const double exp_lowest = -0x1.74910d52d3052p+9;

static double horner(const double *coefficients, int count, double x)
{
    double sum = coefficients[count - 1];
    for (int i = count - 2; i >= 0; i--)
        sum = coefficients[i] + x * sum;
    return sum;
}

/* e^r - 1 - r for r = upper - lower, by Taylor's series from r^2 / 2 on: what is left out is below 2^-63. */
static double exp_tail(double r)
{
    static const double inverse_factorials[] = {
        1.0 / 2,      1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,        1.0 / 5040,       1.0 / 40320,
        1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800, 1.0 / 87178291200};
    return r * r * horner(inverse_factorials, sizeof inverse_factorials / sizeof inverse_factorials[0], r);
}

double etp_math_exp(double x)
{
    if (isnan(x))
        return NAN;
    if (x > exp_highest)
        return HUGE_VAL;
    if (x < exp_lowest)
        return 0;
    int k = (int)(x * 0x1.71547652b82fep0 + (x < 0 ? -0.5 : 0.5)); /* x / ln 2, to the nearest */
    double upper = x - k * ln2_upper, lower = k * ln2_lower;
    double small = exp_tail(upper - lower) - lower;
    /* 1 + upper loses digits of `upper`; they are put back with what is small anyway. */
    double sum = 1 + upper;
    double lost = upper - (sum - 1);
    return ldexp(sum + (lost + small), k);
}

/* ln(1 + f) - f + f^2 / 2 = s (f^2 / 2 + R), with R = s^2 (2/3 + 2/5 s^2 + ...): what is left out is below 2^-63. */
static double log_tail(double f, double half_square)
{
    static const double twice_inverse_odds[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                                                2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23, 2.0 / 25};
    double s = f / (2 + f);
    double square = s * s;
    double rest = square * horner(twice_inverse_odds, sizeof twice_inverse_odds / sizeof twice_inverse_odds[0], square);
    return s * (half_square + rest);
}

double etp_math_log(double x)
{
    if (isnan(x) || x < 0)
        return NAN;
    if (x == 0)
        return -HUGE_VAL;
    if (isinf(x))
        return x;
    int k;
    double m = frexp(x, &k);
    if (m < 0x1.6a09e667f3bcdp-1) { /* sqrt(1/2) */
        m *= 2;
        k--;
    }
    double f = m - 1, half_square = 0.5 * f * f;
    double small = log_tail(f, half_square) + k * ln2_lower;
    return k * ln2_upper + (f - (half_square - small));
}

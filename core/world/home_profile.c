/* SPDX-License-Identifier: MIT */
#include "world/home_profile.h"

#include "world/curve.h"

/* ---- load ---- */

/* W at the full hours of the market's clock; each row adds up to 16 000. */
static const etp_curve shapes[ETP_LOAD_SHAPES] = {
    /* a family: breakfast, then a broad evening */
    {{470, 410, 370, 360, 370, 430,  580,  690,  650, 610, 600, 600,
      610, 630, 670, 740, 860, 1040, 1080, 1020, 970, 880, 760, 600}},
    /* a working couple: out all day, steep morning and evening */
    {{430, 380, 350, 340, 360, 540,  800,  750,  540,  460,  440, 440,
      450, 460, 490, 560, 800, 1130, 1340, 1290, 1200, 1050, 820, 580}},
    /* at home: cooling in the afternoon, no steep peak */
    {{460, 430, 410, 400, 410, 450, 560, 680, 720, 700, 700, 700,
      730, 770, 800, 840, 880, 910, 910, 900, 820, 720, 620, 480}},
};

/* 7 200 x W x s to mWh of the standard home: / 7 200 / 3 600 x 1 000. */
etp_energy etp_profile_load(unsigned shape, uint32_t load_scale_ppm, uint32_t from, uint32_t until)
{
    etp_energy standard = etp_curve_integral_7200(&shapes[shape], from, until) / 25920;
    return standard * (int64_t)load_scale_ppm / 1000000;
}

/* ---- sun ---- */

static const int64_t one = INT64_C(1) << 28;

enum { DAWN = 19800, NOON = 45000, DUSK = 70200, HALF_DAY = NOON - DAWN };

/* Power is peak x 0.85 x (1 - x^2)^2, with x from -1 at dawn to 1 at dusk. Its integral is x - 2/3 x^3 + 1/5 x^5; this
 * is 15 times that, x in parts of 2^28. */
static int64_t bell_integral_15(uint32_t second_of_day)
{
    int64_t second = second_of_day < DAWN ? DAWN : second_of_day > DUSK ? DUSK : second_of_day;
    int64_t x = (second - NOON) * one / HALF_DAY;
    int64_t x2 = x * x / one;
    int64_t x3 = x2 * x / one;
    int64_t x5 = x3 * x2 / one;
    return 15 * x - 10 * x3 + 3 * x5;
}

/* From the first midnight. A day's is 16 x 2^28. */
static int64_t bell_since_midnight(uint32_t second)
{
    int64_t days = second / ETP_SECONDS_PER_DAY;
    int64_t one_day = bell_integral_15(DUSK) - bell_integral_15(DAWN);
    return days * one_day + bell_integral_15(second % ETP_SECONDS_PER_DAY);
}

/* peak x 7 h x bell / 15 / 2^28, times `share` in parts of 65 536. For ETP_PV_PEAK_MAX and two days it still fits. */
static etp_energy sun(etp_power peak, uint32_t share, uint32_t from, uint32_t until)
{
    int64_t bell = bell_since_midnight(until) - bell_since_midnight(from);
    if (bell <= 0) /* night; or a rounding at dawn */
        return 0;
    return peak * 7 * bell / (15 * one) * (int64_t)share >> 16;
}

enum { CLEAR_SHARE = 55706, TYPICAL_SHARE = 47156 }; /* 0.85, and 0.85 x the mean clearness of 0.8465 */

etp_energy etp_profile_clear_sun(etp_power peak, uint32_t from, uint32_t until)
{
    return sun(peak, CLEAR_SHARE, from, until);
}

etp_energy etp_profile_typical_sun(etp_power peak, uint32_t from, uint32_t until)
{
    return sun(peak, TYPICAL_SHARE, from, until);
}

/* Straight lines between the knots: one day in ten is overcast, three are mixed, six are clear. */
uint32_t etp_profile_clearness(uint32_t draw)
{
    static const uint32_t at[4] = {0, 6554, 26214, 65536};
    static const uint32_t clearness[4] = {16384, 39322, 60293, 65536};
    unsigned i = draw < at[1] ? 0 : draw < at[2] ? 1 : 2;
    return clearness[i] + (clearness[i + 1] - clearness[i]) * (draw - at[i]) / (at[i + 1] - at[i]);
}

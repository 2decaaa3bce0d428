/* SPDX-License-Identifier: MIT */
#include "etp/units.h"

#include <assert.h>
#include <stddef.h>

#include "wire/scale.h"

static const double whole_max = 0x1p53;
static const etp_time longest = 7 * 24 * ETP_NS_PER_HOUR;

static int64_t divide_down(int64_t dividend, int64_t divisor)
{
    int64_t quotient = dividend / divisor;
    return quotient - (dividend % divisor < 0);
}

/* price x energy needs up to 67 bits, so whole kWh and the rest are multiplied apart. */
etp_money etp_amount(etp_price price, etp_energy energy)
{
    int64_t kwh = energy / ETP_ENERGY_PER_KWH;
    int64_t rest = energy % ETP_ENERGY_PER_KWH;
    return price * kwh + divide_down(price * rest, ETP_ENERGY_PER_KWH);
}

etp_energy etp_affordable(etp_money money, etp_price price)
{
    if (money <= 0)
        return 0;
    if (price <= 0 || money / price >= ETP_ENERGY_MAX / ETP_ENERGY_PER_KWH)
        return ETP_ENERGY_MAX;
    return money / price * ETP_ENERGY_PER_KWH + money % price * ETP_ENERGY_PER_KWH / price;
}

static int64_t clamp(int64_t value, int64_t high)
{
    return value < 0 ? 0 : value > high ? high : value;
}

/* power x duration needs up to 90 bits. Whole hours are taken out first; what is left is divided as on paper, in two
 * digits of base 10^6: the remainder of the high digit is carried into the low one. All products stay below 2^63. */
etp_energy etp_energy_of(etp_power power, etp_time duration)
{
    const int64_t base = 1000000;
    power = clamp(power, ETP_POWER_MAX);
    duration = clamp(duration, longest);
    int64_t hours = duration / ETP_NS_PER_HOUR;
    int64_t rest = duration % ETP_NS_PER_HOUR;
    int64_t high = power / base * rest;
    int64_t low = high % ETP_NS_PER_HOUR * base + power % base * rest;
    return power * hours + high / ETP_NS_PER_HOUR * base + low / ETP_NS_PER_HOUR;
}

/* The limits are compared before rounding, so that what is the least bit outside is outside. NaN fails each of these
 * comparisons. */
bool etp_price_from_cents(double cents_per_kwh, etp_price low, etp_price high, etp_price *price)
{
    if (price == NULL || !(cents_per_kwh >= etp_price_to_cents(low) && cents_per_kwh <= etp_price_to_cents(high)))
        return false;
    double scaled = cents_per_kwh * (double)ETP_PRICE_PER_CENT;
    if (!(scaled >= -whole_max && scaled <= whole_max))
        return false;
    *price = scaled < 0.0 ? -etp_scale_nearest(-scaled) : etp_scale_nearest(scaled);
    return true;
}

double etp_price_to_cents(etp_price price)
{
    return (double)price / (double)ETP_PRICE_PER_CENT;
}

/* Energy and power are both counted in millionths, up to a million. */
static bool from_millions(double value, int64_t *whole)
{
    if (whole == NULL || !(value >= 0.0 && value <= 1e6))
        return false;
    *whole = etp_scale_down(value * 1e6);
    return true;
}

bool etp_energy_from_kwh(double kwh, etp_energy *energy)
{
    static_assert(ETP_ENERGY_PER_KWH == 1000000 && ETP_ENERGY_MAX / ETP_ENERGY_PER_KWH == 1000000, "from_millions");
    return from_millions(kwh, energy);
}

double etp_energy_to_kwh(etp_energy energy)
{
    return (double)energy / (double)ETP_ENERGY_PER_KWH;
}

bool etp_power_from_kw(double kw, etp_power *power)
{
    static_assert(ETP_POWER_PER_KW == 1000000 && ETP_POWER_MAX / ETP_POWER_PER_KW == 1000000, "from_millions");
    return from_millions(kw, power);
}

double etp_power_to_kw(etp_power power)
{
    return (double)power / (double)ETP_POWER_PER_KW;
}

double etp_money_to_dollars(etp_money money)
{
    return (double)money / (double)ETP_MONEY_PER_DOLLAR;
}

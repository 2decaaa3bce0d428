/* SPDX-License-Identifier: MIT */
#include "etp/buyer.h"

#include <stddef.h>

#include "world/draw.h"

static const int64_t million = 1000000;

/* Wider than any market's price and narrow enough that times a loss factor (32 bits) it is below 2^63. */
static const etp_price price_limit = 10 * ETP_PRICE_MAX;

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* value x ppm / 10^6, rounded down, for |value| up to 2 x price_limit. */
static int64_t scale(int64_t value, uint32_t ppm)
{
    int64_t product = value * (int64_t)ppm;
    return product / million - (product % million < 0);
}

static uint64_t draw(const etp_buyer_spec *spec, uint64_t purpose, uint64_t interval)
{
    return etp_hash(spec->seed, purpose, spec->key, interval);
}

/* Uniform in +- half_width. */
static etp_price draw_price(const etp_buyer_spec *spec, uint64_t purpose, uint64_t interval, etp_price half_width)
{
    etp_price half = clamp(half_width, 0, ETP_PRICE_MAX);
    return etp_draw_between(etp_draw_high(draw(spec, purpose, interval)), -half, half);
}

/* What a price at the node is worth to the firm at a home. */
static etp_price worth(const etp_buyer_spec *spec, uint64_t interval, etp_price at_node)
{
    etp_price own = draw_price(spec, ETP_DRAW_OWN_PART, interval, spec->spread / 2);
    etp_price saved = scale(clamp(at_node, -price_limit, price_limit), spec->loss_factor_ppm);
    return saved - clamp(spec->cost_to_serve, -price_limit, price_limit) + own;
}

void etp_buyer_brief(const etp_buyer_spec *spec, uint64_t interval, etp_price forecast, etp_brief *brief)
{
    if (spec == NULL || brief == NULL)
        return;
    etp_price noise = draw_price(spec, ETP_DRAW_SIGNAL, interval, spec->noise);
    uint64_t lot = etp_draw_below(etp_draw_high(draw(spec, ETP_DRAW_TAKES_PART, interval)), (uint64_t)million);
    brief->takes_part = lot < spec->participation_ppm;
    brief->value = worth(spec, interval, clamp(forecast, -price_limit, price_limit) + noise);
    brief->need = brief->takes_part ? spec->need : 0;
    brief->budget = brief->takes_part ? spec->budget : 0;
}

etp_price etp_buyer_realised(const etp_buyer_spec *spec, uint64_t interval, etp_price spot)
{
    return spec != NULL ? worth(spec, interval, spot) : 0;
}

/* ---- the public forecast ---- */

/* A share above 1 would let the mean run away. */
static int64_t share(int64_t distance, uint32_t ppm)
{
    return scale(distance, ppm < million ? ppm : (uint32_t)million);
}

void etp_forecast_init(etp_forecast *forecast)
{
    if (forecast == NULL)
        return;
    *forecast = (etp_forecast){.keep_ppm = 950000, .learn_ppm = 10000, .prior = 8 * ETP_PRICE_PER_CENT};
}

void etp_forecast_learn(etp_forecast *forecast, etp_price spot)
{
    if (forecast == NULL)
        return;
    forecast->last = clamp(spot, -price_limit, price_limit);
    if (forecast->seen++ == 0)
        forecast->mean = forecast->last;
    else
        forecast->mean += share(forecast->last - forecast->mean, forecast->learn_ppm);
}

etp_price etp_forecast_next(const etp_forecast *forecast)
{
    if (forecast == NULL)
        return 0;
    if (forecast->seen == 0)
        return forecast->prior;
    return forecast->mean + share(forecast->last - forecast->mean, forecast->keep_ppm);
}

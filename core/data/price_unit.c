/* SPDX-License-Identifier: MIT */
#include "data/price_unit.h"

#include "world/calendar.h"

static const etp_time week = 7 * ETP_NS_PER_DAY;
static const etp_price usual = 3 * ETP_PRICE_PER_CENT;      /* 30 A$/MWh */
static const etp_price narrow = 5 * ETP_PRICE_PER_CENT / 2; /* 25 A$/MWh */
enum { LEAST_PERCENT = 15, WEEKS_OF_SHARE = 4 };

#define MEND "they look like c/kWh or $/kWh. Multiply them by 10 or by 1000, so that they are A$/MWh"

void etp_price_levels_add(etp_price_levels *levels, etp_price price)
{
    levels->count++;
    levels->usual += price > usual;
    levels->wide = levels->wide || price > narrow || price < -narrow;
}

int etp_price_levels_check(const etp_price_levels *levels, etp_time interval, const char *what, etp_error *error)
{
    const etp_time length = (etp_time)levels->count * interval;
    if (length >= WEEKS_OF_SHARE * week && levels->usual * 100 < levels->count * LEAST_PERCENT)
        return etp_fail(error, ETP_ERANGE,
                        "%s: only %zu of %zu prices are above 30 A$/MWh, far fewer than in any four weeks of the "
                        "market: " MEND,
                        what, levels->usual, levels->count);
    if (length >= week && !levels->wide)
        return etp_fail(error, ETP_ERANGE,
                        "%s: all %zu prices lie from -25 to 25 A$/MWh, as in no week of the market: " MEND, what,
                        levels->count);
    return ETP_OK;
}

int etp_price_unit_check(const etp_trace *trace, const char *what, etp_error *error)
{
    etp_price_levels levels = {0};
    for (size_t i = 0; i < trace->count; i++)
        etp_price_levels_add(&levels, trace->prices[i]);
    return etp_price_levels_check(&levels, trace->interval, what, error);
}

/* SPDX-License-Identifier: MIT */
#include "cli/price_unit.h"

static const etp_time least_span = 28 * 24 * ETP_NS_PER_HOUR;
static const etp_price usual = 3 * ETP_PRICE_PER_CENT; /* 30 A$/MWh */
enum { LEAST_PERCENT = 15 };

static size_t count_above(const etp_trace *trace)
{
    size_t above = 0;
    for (size_t i = 0; i < trace->count; i++)
        above += trace->prices[i] > usual;
    return above;
}

bool etp_price_unit_is_plausible(const etp_trace *trace)
{
    bool judged = trace->count > 0 && (etp_time)trace->count >= least_span / trace->interval;
    return !judged || count_above(trace) * 100 >= trace->count * LEAST_PERCENT;
}

int etp_price_unit_check(const etp_trace *trace, const char *what, etp_error *error)
{
    if (etp_price_unit_is_plausible(trace))
        return ETP_OK;
    return etp_fail(
        error, ETP_ERANGE,
        "%s: only %zu of %zu prices are above 30 A$/MWh, far fewer than in any four weeks of the market: they "
        "look like c/kWh or $/kWh. Multiply them by 10 or by 1000, so that they are A$/MWh",
        what, count_above(trace), trace->count);
}

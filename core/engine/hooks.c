/* SPDX-License-Identifier: MIT */
#include "etp/hooks.h"

static const etp_price hundredth_cent = ETP_PRICE_PER_CENT / 100;

const char *etp_outcome_name(etp_outcome outcome)
{
    static const char *const names[] = {"accepted", "rejected", "outbid", "expired", "failed"};
    return (unsigned)outcome <= ETP_OUTCOME_FAILED ? names[outcome] : "?";
}

const char *etp_fault_name(etp_fault_kind kind)
{
    static const char *const names[] = {"device", "link", "delay"};
    return (unsigned)kind <= ETP_FAULT_DELAY ? names[kind] : "?";
}

void etp_default_reserve(etp_price base, const etp_battery_view *battery, etp_reserve *reserve)
{
    static const int64_t tenths[] = {
        [ETP_LEVEL_CRITICAL] = 20, [ETP_LEVEL_LOW] = 15, [ETP_LEVEL_NORMAL] = 10, [ETP_LEVEL_HIGH] = 9};
    if (battery == NULL || reserve == NULL)
        return;
    if (base < 0 || base > ETP_PRICE_MAX)
        base = base < 0 ? 0 : ETP_PRICE_MAX;
    etp_price price = base * tenths[(unsigned)battery->level & 3] / 10;
    reserve->price = price - price % hundredth_cent;
    if (reserve->price > ETP_PRICE_MAX)
        reserve->price = ETP_PRICE_MAX;
    reserve->energy = battery->lot;
}

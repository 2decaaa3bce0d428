/* SPDX-License-Identifier: MIT */
#include "run/matching.h"

#include <stdlib.h>

void etp_exact_add(struct exact_money *sum, etp_price price, etp_energy energy)
{
    int64_t rest = price * (energy % ETP_ENERGY_PER_KWH);
    sum->whole += price * (energy / ETP_ENERGY_PER_KWH) + rest / ETP_ENERGY_PER_KWH;
    sum->millionths += rest % ETP_ENERGY_PER_KWH;
    if (sum->millionths < 0) {
        sum->millionths += ETP_ENERGY_PER_KWH;
        sum->whole--;
    } else if (sum->millionths >= ETP_ENERGY_PER_KWH) {
        sum->millionths -= ETP_ENERGY_PER_KWH;
        sum->whole++;
    }
}

static int by_reserve(const void *a, const void *b)
{
    const struct supply *x = a, *y = b;
    return x->reserve != y->reserve ? (x->reserve < y->reserve ? -1 : 1) : 0;
}

static int by_value(const void *a, const void *b)
{
    const struct demand *x = a, *y = b;
    return x->value != y->value ? (x->value > y->value ? -1 : 1) : 0;
}

static etp_energy least(etp_energy a, etp_energy b)
{
    return a < b ? a : b;
}

/* The most that the budget buys, with all the cheapest to itself. What is paid for a trade is rounded down, so that a
 * budget goes up to a micro-dollar further in each. */
static etp_energy within_budget(const struct demand *demand, const struct supply *supplies, size_t count)
{
    etp_energy bought = 0;
    etp_money left = demand->budget;
    for (size_t i = 0; i < count && bought < demand->need && left >= 0; i++) {
        etp_energy most = least(supplies[i].energy, demand->need - bought);
        bought += least(most, etp_affordable(left + 1, supplies[i].reserve));
        left -= etp_amount(supplies[i].reserve, most);
    }
    return bought;
}

struct exact_money etp_best_gain(struct supply *supplies, size_t supply_count, struct demand *demands,
                                 size_t demand_count)
{
    struct exact_money gain = {0};
    if (supply_count == 0 || demand_count == 0)
        return gain;
    qsort(supplies, supply_count, sizeof *supplies, by_reserve);
    qsort(demands, demand_count, sizeof *demands, by_value);
    etp_energy left = supplies[0].energy;
    for (size_t i = 0, j = 0; i < demand_count && j < supply_count; i++) {
        etp_energy wanted = within_budget(&demands[i], supplies, supply_count);
        while (wanted > 0 && j < supply_count && demands[i].value > supplies[j].reserve) {
            etp_energy part = least(wanted, left);
            etp_exact_add(&gain, demands[i].value - supplies[j].reserve, part);
            wanted -= part;
            left -= part;
            if (left == 0 && ++j < supply_count)
                left = supplies[j].energy;
        }
    }
    return gain;
}

/* SPDX-License-Identifier: MIT */
#include "etp/owner.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const etp_demand_step *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

unsigned etp_owner_steps(const etp_brief *portfolios, unsigned count, etp_demand_step *steps)
{
    unsigned taken = 0;
    if (portfolios == NULL || steps == NULL)
        return 0;
    for (unsigned i = 0; i < count; i++) {
        const etp_brief *brief = &portfolios[i];
        if (brief->takes_part)
            steps[taken++] = (etp_demand_step){brief->value, brief->need, brief->budget, i};
    }
    qsort(steps, taken, sizeof *steps, by_value);
    return taken;
}

void etp_owner_merge(const etp_demand_step *steps, unsigned count, etp_brief *merged)
{
    if (merged == NULL)
        return;
    *merged = (etp_brief){0};
    if (steps == NULL || count == 0)
        return;
    merged->takes_part = true;
    merged->value = steps[0].value;
    for (unsigned i = 0; i < count; i++) {
        merged->need += steps[i].need;
        merged->budget += steps[i].budget;
    }
    if (merged->need > ETP_ENERGY_MAX)
        merged->need = ETP_ENERGY_MAX;
}

static etp_energy give(etp_demand_step *step, etp_price price, etp_energy energy, etp_energy *shares)
{
    etp_energy share = energy < step->need ? energy : step->need;
    step->need -= share;
    step->budget -= etp_amount(price, share);
    shares[step->number] += share;
    return share;
}

etp_energy etp_owner_settle(etp_demand_step *steps, unsigned count, etp_price price, etp_energy energy,
                            etp_energy *shares)
{
    if (steps == NULL || shares == NULL)
        return 0;
    for (unsigned i = 0; i < count; i++) {
        etp_energy paid_for = etp_affordable(steps[i].budget, price);
        energy -= give(&steps[i], price, energy < paid_for ? energy : paid_for, shares);
    }
    for (unsigned i = 0; i < count; i++)
        energy -= give(&steps[i], price, energy, shares);
    return energy;
}

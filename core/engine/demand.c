/* SPDX-License-Identifier: MIT */
/*
 * What a buyer wants, in steps: so much at the best value, so much at the next. A bid counts against the one step that
 * it was made for, from the moment it is made until it is lost, or to the end of the interval in which it was won.
 */
#include "engine/internal.h"

static etp_energy energy_left(const struct demand_step *step)
{
    return step->wanted.need - step->energy;
}

static etp_money money_left(const struct demand_step *step)
{
    return step->wanted.budget - step->money;
}

/* Money is counted in whole micro-dollars: when a budget is spent, less is left than two of them, or than a milliwatt-hour
 * costs besides. Such a rest would buy dust, for ever, and nobody would get past the step. */
static bool has_room(const struct demand_step *step)
{
    etp_price value = step->wanted.value > 0 ? step->wanted.value : 0;
    return energy_left(step) > 0 && money_left(step) > 1 + etp_amount(value, 1);
}

static uint32_t first_with_room(const struct aggregator *aggregator)
{
    uint32_t i = 0;
    while (i < aggregator->step_count && !has_room(&aggregator->steps[i]))
        i++;
    return i;
}

int etp_demand_set(struct aggregator *aggregator, const etp_demand_step *steps, unsigned count)
{
    if (count > 0 && steps == NULL)
        return ETP_EINVAL;
    if (count > aggregator->step_room)
        return ETP_EFULL;
    for (unsigned i = 0; i < count; i++)
        if (steps[i].need < 0 || steps[i].budget < 0 || (i > 0 && steps[i].value > steps[i - 1].value))
            return ETP_ERANGE;
    for (unsigned i = 0; i < count; i++)
        aggregator->steps[i].wanted = steps[i];
    aggregator->step_count = count;
    return ETP_OK;
}

void etp_demand_begin_interval(struct aggregator *aggregator)
{
    for (uint32_t i = 0; i < aggregator->step_room; i++)
        aggregator->steps[i].energy = aggregator->steps[i].money = 0;
    if (aggregator->step_room == 0 || aggregator->open_energy == 0)
        return;
    for (uint32_t i = 0; i < aggregator->node.links; i++) {
        struct aggregator_session *session = &aggregator->sessions[i];
        uint32_t step = first_with_room(aggregator);
        etp_energy energy;
        etp_money money;
        etp_aggregator_open_of(session, &energy, &money);
        session->step = (uint16_t)(step < aggregator->step_count ? step : 0);
        etp_demand_take(aggregator, session, energy, money);
    }
}

bool etp_demand_has_room(const struct aggregator *aggregator)
{
    return aggregator->step_count == 0 || first_with_room(aggregator) < aggregator->step_count;
}

bool etp_demand_place(struct aggregator *aggregator, struct aggregator_session *session)
{
    uint32_t step = first_with_room(aggregator);
    if (step >= aggregator->step_count)
        return aggregator->step_count == 0;
    session->step = (uint16_t)step;
    session->value = aggregator->steps[step].wanted.value;
    return true;
}

etp_energy etp_demand_energy(const struct aggregator *aggregator, const struct aggregator_session *session,
                             etp_energy left)
{
    if (session->step >= aggregator->step_count)
        return left;
    etp_energy here = energy_left(&aggregator->steps[session->step]);
    return here < left ? here : left;
}

etp_money etp_demand_money(const struct aggregator *aggregator, const struct aggregator_session *session,
                           etp_money left)
{
    if (session->step >= aggregator->step_count)
        return left;
    etp_money here = money_left(&aggregator->steps[session->step]);
    return here < left ? here : left;
}

void etp_demand_take(struct aggregator *aggregator, const struct aggregator_session *session, etp_energy energy,
                     etp_money money)
{
    if (session->step >= aggregator->step_room)
        return;
    aggregator->steps[session->step].energy += energy;
    aggregator->steps[session->step].money += money;
}

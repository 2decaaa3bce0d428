/* SPDX-License-Identifier: MIT */
#include "study/result.h"

#include <stddef.h>
#include <string.h>

static const char *const arm_names[ETP_ARMS] = {
    [ETP_ARM_FLAT] = "flat",
    [ETP_ARM_TIMED] = "timed",
    [ETP_ARM_TIMED_NONE] = "timed_none",
    [ETP_ARM_POSTED] = "posted",
    [ETP_ARM_KNOWING] = "knowing",
    [ETP_ARM_ALONE] = "alone",
    [ETP_ARM_FIRMS] = "firms",
    [ETP_ARM_COMPETITIVE] = "competitive",
};

static const char *const world_names[ETP_PRICE_WORLDS] = {
    [ETP_PRICES_ALL] = "all",
    [ETP_PRICES_CLIPPED] = "clipped",
};

const char *etp_arm_name(unsigned arm)
{
    return arm < ETP_ARMS ? arm_names[arm] : NULL;
}

bool etp_arm_has_market(etp_arm arm)
{
    return arm != ETP_ARM_FLAT && arm != ETP_ARM_TIMED && arm != ETP_ARM_TIMED_NONE;
}

const char *etp_price_world_name(unsigned world)
{
    return world < ETP_PRICE_WORLDS ? world_names[world] : NULL;
}

const etp_study_experiment *etp_study_find_experiment(const etp_study_view *view, const char *id)
{
    for (unsigned i = 0; i < view->experiment_count; i++)
        if (strcmp(view->experiments[i].id, id) == 0)
            return &view->experiments[i];
    return NULL;
}

const etp_study_value *etp_study_find_value(const etp_study_view *view, const char *name)
{
    for (unsigned i = 0; i < view->value_count; i++)
        if (strcmp(view->values[i].name, name) == 0)
            return &view->values[i];
    return NULL;
}

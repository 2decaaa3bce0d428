/* SPDX-License-Identifier: MIT */
/* Where cells are, and which homes and days are in them. */
#include "study/estimate/quantity.h"

const etp_study_point *etp_place_point(const etp_study_view *view, etp_place place)
{
    if (place.experiment < 0 || place.point >= view->experiments[place.experiment].point_count)
        return NULL;
    return &view->experiments[place.experiment].points[place.point];
}

const etp_cell_result *etp_place_cell(const etp_study_view *view, etp_place place, etp_arm arm, unsigned seed)
{
    if (etp_place_point(view, place) == NULL)
        return NULL;
    const etp_cell_result *cell = view->find(view, (unsigned)place.experiment, place.point, arm, place.world, seed);
    if (cell == NULL && !etp_arm_has_market(arm) && place.world != ETP_PRICES_ALL)
        cell = view->find(view, (unsigned)place.experiment, place.point, arm, ETP_PRICES_ALL, seed);
    return cell;
}

unsigned etp_cell_block_days(const etp_cell_result *cell, unsigned block)
{
    unsigned before = block * ETP_DAYS_PER_BLOCK;
    unsigned left = cell->days > before ? cell->days - before : 0;
    return left < ETP_DAYS_PER_BLOCK || block + 1 == cell->blocks ? left : ETP_DAYS_PER_BLOCK;
}

/* ---- real households ---- */

unsigned etp_profile_index(const uint32_t *profiles, unsigned count, uint32_t profile)
{
    unsigned low = 0;
    while (low < count) {
        unsigned middle = low + (count - low) / 2;
        if (profiles[middle] < profile)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

unsigned etp_cell_profiles(const etp_cell_result *cell, uint32_t *profiles, unsigned count, unsigned room)
{
    for (unsigned home = 0; home < cell->homes; home++) {
        uint32_t profile = cell->home[home].profile;
        unsigned at = etp_profile_index(profiles, count, profile);
        if ((at < count && profiles[at] == profile) || count == room)
            continue;
        for (unsigned i = count++; i > at; i--)
            profiles[i] = profiles[i - 1];
        profiles[at] = profile;
    }
    return count;
}

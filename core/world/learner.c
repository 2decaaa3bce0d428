/* SPDX-License-Identifier: MIT */
#include "world/learner.h"

#include <string.h>

static const etp_time slot_length = 1800 * ETP_NS_PER_SECOND;

enum { SCALE = 256, MEMORY = 8 };

void etp_learner_init(etp_learner *learner)
{
    memset(learner, 0, sizeof *learner);
    learner->half_hour = learner->need_after = -1;
}

/* ---- learning ---- */

static void move_mean(int64_t *mean, bool known, etp_energy energy)
{
    int64_t scaled = energy * SCALE;
    *mean = known ? *mean + (scaled - *mean) / MEMORY : scaled;
}

/* The half-hour is over. Where only a part of it was seen, that part stands for the whole. */
static void close_half_hour(etp_learner *learner)
{
    unsigned slot = (unsigned)(learner->half_hour % ETP_LEARNER_SLOTS);
    int64_t whole = slot_length / ETP_NS_PER_SECOND, seen = learner->seen / ETP_NS_PER_SECOND;
    if (seen > 0) {
        move_mean(&learner->load[slot], learner->known[slot], learner->load_now * whole / seen);
        move_mean(&learner->pv[slot], learner->known[slot], learner->pv_now * whole / seen);
        learner->known[slot] = true;
        learner->need_after = -1;
    }
    learner->seen = 0;
    learner->pv_now = learner->load_now = 0;
}

static void enter(etp_learner *learner, int64_t half_hour)
{
    if (learner->half_hour == half_hour)
        return;
    if (learner->half_hour >= 0)
        close_half_hour(learner);
    learner->half_hour = half_hour;
}

static etp_energy share(etp_energy energy, etp_time part, etp_time whole)
{
    return energy * (part / ETP_NS_PER_SECOND) / (whole / ETP_NS_PER_SECOND);
}

void etp_learner_see(etp_learner *learner, etp_time starts, etp_time interval, etp_energy pv, etp_energy load)
{
    for (etp_time now = starts, ends = starts + interval; now < ends;) {
        int64_t half_hour = now / slot_length;
        etp_time next = (half_hour + 1) * slot_length;
        etp_time length = (next < ends ? next : ends) - now;
        enter(learner, half_hour);
        learner->load_now += share(load, length, interval);
        learner->pv_now += share(pv, length, interval);
        learner->seen += length;
        if (now + length == next)
            enter(learner, half_hour + 1);
        now += length;
    }
}

/* ---- expecting ---- */

static bool is_sunny(const etp_learner *learner, int64_t slot)
{
    unsigned i = (unsigned)(slot % ETP_LEARNER_SLOTS);
    return learner->pv[i] > 0 && learner->pv[i] >= learner->load[i];
}

static etp_energy deficit(const etp_learner *learner, int64_t slot)
{
    unsigned i = (unsigned)(slot % ETP_LEARNER_SLOTS);
    int64_t missing = learner->load[i] - learner->pv[i];
    return missing > 0 ? missing / SCALE : 0;
}

/* Of the half-hour itself and of those behind it, up to the sun's return. */
static void look_ahead(etp_learner *learner, int64_t slot)
{
    int64_t from = slot, end = slot + ETP_LEARNER_SLOTS;
    learner->need_after = slot;
    learner->here = learner->rest = 0;
    while (from < end && is_sunny(learner, from))
        from++;
    for (int64_t i = from; i < end && !is_sunny(learner, i); i++) {
        if (i == slot)
            learner->here = deficit(learner, i);
        else
            learner->rest += deficit(learner, i);
    }
}

etp_energy etp_learner_need(etp_learner *learner, etp_time now)
{
    int64_t slot = now / slot_length;
    if (learner->need_after != slot)
        look_ahead(learner, slot);
    etp_time left = (slot + 1) * slot_length - now;
    return learner->rest + share(learner->here, left, slot_length);
}

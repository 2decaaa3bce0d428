/* SPDX-License-Identifier: MIT */
#include "data/households/wall_clock.h"

#include "world/calendar.h"

static const etp_time hour = ETP_NS_PER_HOUR;

/* ---- when the clock is put forward and back ---- */

/* 1970-01-01 was a Thursday, so day 3 a Sunday. */
static int64_t sunday_from(int64_t day)
{
    return day + (3 - day % 7 + 7) % 7;
}

typedef struct turns {
    etp_time forward, back; /* in standard time, in the same year */
} turns;

static turns turns_of(etp_wall_rule rule, int year)
{
    if (rule == ETP_WALL_SYDNEY)
        return (turns){.forward = sunday_from(etp_days_of(year, 10, 1)) * ETP_NS_PER_DAY + 2 * hour,
                       .back = sunday_from(etp_days_of(year, 4, 1)) * ETP_NS_PER_DAY + 2 * hour};
    return (turns){.forward = sunday_from(etp_days_of(year, 3, 8)) * ETP_NS_PER_DAY + 2 * hour,
                   .back = sunday_from(etp_days_of(year, 11, 1)) * ETP_NS_PER_DAY + 1 * hour};
}

static int year_of(etp_time when)
{
    int64_t days = when / ETP_NS_PER_DAY;
    int year = 1970 + (int)(days / 366);
    while (etp_days_of(year + 1, 1, 1) <= days)
        year++;
    return year;
}

bool etp_wall_is_ahead(etp_wall_rule rule, etp_time standard)
{
    turns turn = turns_of(rule, year_of(standard));
    if (turn.forward < turn.back) /* the north: summer lies within the year */
        return standard >= turn.forward && standard < turn.back;
    return standard >= turn.forward || standard < turn.back;
}

/* ---- slots ---- */

/* The hour after `forward` does not exist on the wall clock. */
static bool is_lost(etp_wall_rule rule, etp_time wall)
{
    etp_time forward = turns_of(rule, year_of(wall)).forward;
    return wall >= forward && wall < forward + hour;
}

/* The hour after `back` comes twice: once an hour ahead of standard time, and once in it. */
static bool is_doubled(etp_wall_rule rule, etp_time wall)
{
    etp_time back = turns_of(rule, year_of(wall)).back;
    return wall >= back && wall < back + hour;
}

bool etp_wall_value(const etp_wall_series *series, etp_time standard, int64_t *value)
{
    etp_time wall = standard + (etp_wall_is_ahead(series->rule, standard) ? hour : 0);
    if (wall < series->starts || (size_t)((wall - series->starts) / series->slot) >= series->count)
        return false;
    *value = series->value[(wall - series->starts) / series->slot];
    if (series->summed && is_doubled(series->rule, wall))
        *value /= 2;
    return true;
}

void etp_wall_count(const etp_wall_series *series, etp_wall_facts *facts)
{
    *facts = (etp_wall_facts){0};
    for (size_t i = 0; i < series->count; i++) {
        etp_time wall = series->starts + (etp_time)i * series->slot;
        bool lost = is_lost(series->rule, wall);
        facts->lost += lost;
        facts->lost_used += lost && series->value[i] != 0;
        facts->doubled += is_doubled(series->rule, wall);
    }
}

/* SPDX-License-Identifier: MIT */
#include "node/market_clock.h"

static const etp_time smallest_step = 100 * ETP_NS_PER_MS;
static const etp_time day = 24 * ETP_NS_PER_HOUR;
/* The wall clock may have been set back by so much of an interval without costing the next one. */
enum { SLACK_PARTS = 20 };

static etp_time slack_of(const etp_market_clock *clock)
{
    etp_time part = clock->interval / SLACK_PARTS;
    return part < ETP_NS_PER_SECOND ? part : ETP_NS_PER_SECOND;
}

/* A wall clock before 1970 is nobody's, and takes part in nothing. */
static uint64_t index_at(const etp_market_clock *clock, etp_time now)
{
    etp_time wall = now + clock->ahead;
    return wall > 0 ? (uint64_t)(wall / clock->interval) : 0;
}

static etp_time start_of(const etp_market_clock *clock, uint64_t index)
{
    return (etp_time)index * clock->interval - clock->ahead;
}

void etp_market_clock_init(etp_market_clock *clock, etp_time interval, etp_time needed, etp_time utc_offset,
                           etp_time now, etp_time ahead)
{
    *clock = (etp_market_clock){.interval = interval, .needed = needed, .utc_offset = utc_offset, .ahead = ahead};
    clock->last = index_at(clock, now);
}

etp_time etp_market_clock_see(etp_market_clock *clock, etp_time ahead)
{
    etp_time step = ahead - clock->ahead;
    if (step > -smallest_step && step < smallest_step)
        return 0;
    clock->ahead = ahead;
    return step;
}

bool etp_market_clock_begins(etp_market_clock *clock, etp_time now, etp_interval *interval)
{
    uint64_t index = index_at(clock, now);
    etp_time starts = start_of(clock, index);
    bool too_soon = clock->ends != 0 && starts + slack_of(clock) < clock->ends;
    bool too_late = now > starts + clock->interval - clock->needed;
    if (index == 0 || index == clock->last || starts < 0 || too_soon || too_late)
        return false;
    clock->last = index;
    clock->ends = starts + clock->interval;
    *interval =
        (etp_interval){.index = index,
                       .starts = starts,
                       .ends = clock->ends,
                       .second_of_day = (uint32_t)(etp_market_clock_market(clock, starts) % day / ETP_NS_PER_SECOND),
                       .spot = ETP_PRICE_NONE,
                       .forecast = ETP_PRICE_NONE};
    return true;
}

etp_time etp_market_clock_next(const etp_market_clock *clock, etp_time now)
{
    return start_of(clock, index_at(clock, now) + 1);
}

etp_time etp_market_clock_wall(const etp_market_clock *clock, etp_time now)
{
    return now + clock->ahead;
}

etp_time etp_market_clock_market(const etp_market_clock *clock, etp_time now)
{
    etp_time time = etp_market_clock_wall(clock, now) + clock->utc_offset;
    return time > 0 ? time : 0;
}

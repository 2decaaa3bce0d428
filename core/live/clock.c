/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "etp/live_clock.h"

static etp_time read_clock(clockid_t id)
{
    struct timespec time;
    clock_gettime(id, &time);
    return (etp_time)time.tv_sec * ETP_NS_PER_SECOND + time.tv_nsec;
}

void etp_live_clock_set(etp_live_clock *clock)
{
    if (clock != NULL)
        clock->offset = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
}

etp_time etp_live_clock_now(const etp_live_clock *clock)
{
    return clock != NULL ? read_clock(CLOCK_MONOTONIC) + clock->offset : 0;
}

etp_time etp_live_clock_drift(const etp_live_clock *clock)
{
    return clock != NULL ? read_clock(CLOCK_REALTIME) - etp_live_clock_now(clock) : 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * A link takes bytes one after another, each for as long as its bits take at the link's rate, and they arrive a delay
 * later. That is a token bucket of no depth: nothing is ever sent faster than the rate.
 */
#include <time.h>

#include "net_relay.h"

static const uint64_t bits = 8;
static const uint64_t ns = ETP_NS_PER_SECOND;

etp_time etp_relay_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (etp_time)now.tv_sec * ETP_NS_PER_SECOND + now.tv_nsec;
}

static etp_time time_of(const etp_relay *relay, uint64_t bytes)
{
    uint64_t rate = relay->settings.bandwidth_bps;
    return rate == 0 ? 0 : (etp_time)((double)(bytes * bits) / (double)rate * (double)ns);
}

uint64_t etp_relay_lane_waiting(const etp_relay *relay, const etp_relay_lane *lane, etp_time now)
{
    if (relay->settings.bandwidth_bps == 0 || lane->free <= now)
        return 0;
    return (uint64_t)((double)(lane->free - now) / (double)ns * (double)relay->settings.bandwidth_bps / (double)bits);
}

etp_time etp_relay_lane_room_at(const etp_relay *relay, const etp_relay_lane *lane, etp_time now, uint64_t room)
{
    uint64_t queue = relay->settings.queue_bytes;
    if (relay->settings.bandwidth_bps == 0)
        return now;
    etp_time when = lane->free - (room < queue ? time_of(relay, queue - room) : 0);
    return when > now ? when : now;
}

etp_time etp_relay_lane_enter(etp_relay *relay, etp_relay_lane *lane, etp_time now, size_t size)
{
    const etp_relay_settings *settings = &relay->settings;
    etp_time jitter = (etp_time)((double)settings->jitter * etp_rng_unit(&relay->rng));
    if (settings->bandwidth_bps == 0 || lane->free < now)
        lane->free = now;
    lane->free += time_of(relay, size);
    return lane->free + settings->delay + jitter;
}

etp_time etp_relay_lane_enter_in_order(etp_relay *relay, etp_relay_lane *lane, etp_time now, size_t size)
{
    etp_time arrival = etp_relay_lane_enter(relay, lane, now, size);
    if (arrival > lane->last_arrival)
        lane->last_arrival = arrival;
    return lane->last_arrival;
}

void etp_relay_wake_at(struct event *timer, etp_time now, etp_time when)
{
    etp_time left = when > now ? when - now : 0;
    etp_time us = (left + 999) / 1000;
    struct timeval wait = {.tv_sec = (time_t)(us / 1000000), .tv_usec = (suseconds_t)(us % 1000000)};
    evtimer_add(timer, &wait);
}

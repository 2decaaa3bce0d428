/* SPDX-License-Identifier: MIT */
/*
 * By how much the peer's clock is ahead, as NTP does it: of the way there and the way back nobody knows which took longer,
 * so the truth lies within half of the round trip around the middle. The best of the last few is kept; as clocks drift,
 * an older one is worth less.
 */
#include <string.h>

#include "live/channel/internal.h"

static const etp_time far_ahead = ETP_NS_PER_HOUR;
enum { DRIFT_PER_MILLION = 15 };

static etp_time uncertainty_of(const etp_channel_sample *sample, etp_time now)
{
    etp_time age = now - sample->when;
    return sample->round_trip / 2 + 1 + age / 1000000 * DRIFT_PER_MILLION;
}

static void choose(etp_channel *channel)
{
    etp_channel_clock *clock = &channel->clock;
    uint64_t good = clock->samples - clock->unusable;
    uint64_t kept = good < ETP_CHANNEL_CLOCK_SAMPLES ? good : ETP_CHANNEL_CLOCK_SAMPLES;
    const etp_channel_sample *best = NULL;
    for (uint64_t i = 0; i < kept; i++) {
        const etp_channel_sample *sample = &channel->samples[i];
        if (best == NULL || uncertainty_of(sample, channel->now) < uncertainty_of(best, channel->now))
            best = sample;
    }
    if (best == NULL)
        return;
    clock->known = true;
    clock->ahead = best->ahead;
    clock->uncertainty = uncertainty_of(best, channel->now);
    clock->far = best->ahead > far_ahead || best->ahead < -far_ahead;
}

void etp_clock_add(etp_channel *channel, etp_time asked, etp_time arrived, etp_time answered)
{
    etp_channel_clock *clock = &channel->clock;
    etp_time between = channel->now - asked;
    clock->samples++;
    clock->round_trip = between;
    /* A peer cannot have thought about it for less than nothing, nor for longer than it took in all. */
    if (answered < arrived || answered - arrived > between) {
        clock->unusable++;
    } else {
        uint64_t place = (clock->samples - clock->unusable - 1) % ETP_CHANNEL_CLOCK_SAMPLES;
        clock->round_trip = between - (answered - arrived);
        /* Halves first: the sum of both differences may not fit. */
        channel->samples[place] = (etp_channel_sample){
            channel->now, (arrived - asked) / 2 + (answered - channel->now) / 2, clock->round_trip};
        choose(channel);
    }
    if (channel->options->calls.clock != NULL)
        channel->options->calls.clock(channel->user, clock);
}

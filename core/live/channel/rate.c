/* SPDX-License-Identifier: MIT */
/*
 * A bucket of messages: it fills at the rate of the options up to the burst. Instead of what is in it, the moment is kept
 * at which it is full again: each message moves it by the time between two, and at most a bucketful ahead of now.
 */
#include "live/channel/internal.h"

bool etp_rate_allows(etp_channel *channel, unsigned messages)
{
    const etp_channel_options *options = channel->options;
    if (options->messages_per_second == 0)
        return true;
    etp_time each = ETP_NS_PER_SECOND / options->messages_per_second;
    etp_time full_at = channel->full_at > channel->now ? channel->full_at : channel->now;
    full_at += (etp_time)messages * each;
    if (full_at - channel->now > (etp_time)options->message_burst * each)
        return false;
    channel->full_at = full_at;
    return true;
}

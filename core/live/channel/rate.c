/* SPDX-License-Identifier: MIT */
/*
 * A bucket of messages: it fills at the rate of the options up to the burst. Instead of what is in it, the moment is kept
 * at which it is full again: each message moves it by the time between two, and at most a bucketful ahead of now.
 */
#include "live/channel/internal.h"

enum { CONNECTIONS_IN_A_BURST = 100 };

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

etp_time etp_channel_rate_of(const etp_channel *channel)
{
    return channel != NULL ? channel->full_at : 0;
}

bool etp_channel_go_on_from(etp_channel *channel, etp_time rate)
{
    if (channel == NULL || channel->options == NULL)
        return false;
    if (rate > channel->full_at)
        channel->full_at = rate;
    return etp_rate_allows(channel, 1 + channel->options->message_burst / CONNECTIONS_IN_A_BURST);
}

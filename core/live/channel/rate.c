/* SPDX-License-Identifier: MIT */
/* A bucket of messages: it fills at the rate of the options up to the burst. */
#include "live/bucket.h"
#include "live/channel/internal.h"

enum { CONNECTIONS_IN_A_BURST = 100 };

bool etp_rate_allows(etp_channel *channel, unsigned messages)
{
    const etp_channel_options *options = channel->options;
    if (options->messages_per_second == 0)
        return true;
    etp_time each = ETP_NS_PER_SECOND / options->messages_per_second;
    return etp_bucket_take(&channel->full_at, channel->now, messages * each, options->message_burst * each);
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

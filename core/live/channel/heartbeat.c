/* SPDX-License-Identifier: MIT */
/*
 * Every heartbeat it is looked what came and went since the last. Silence is counted in heartbeats that we were awake to
 * see, so that a node that was itself stopped for a while does not take all its peers for dead.
 */
#include "live/channel/internal.h"

enum { SILENT_MAX = 3, TICKS_BETWEEN_PINGS = 4 };

void etp_heartbeat_begin(etp_channel *channel)
{
    channel->tick_at = channel->now + channel->options->heartbeat;
    channel->heard = true;
}

etp_channel_refusal etp_heartbeat_tick(etp_channel *channel)
{
    channel->silent = channel->heard ? 0 : channel->silent + 1;
    if (channel->silent >= SILENT_MAX)
        return ETP_CHANNEL_SILENT;
    channel->ticks_since_ping++;
    /* A busy connection is asked now and then too, for its round trip and clock. */
    if (!channel->spoke || !channel->heard || channel->ticks_since_ping >= TICKS_BETWEEN_PINGS)
        channel->ping_due = true;
    channel->heard = channel->spoke = false;
    channel->tick_at = channel->now + channel->options->heartbeat;
    return ETP_CHANNEL_NONE;
}

/* Only the last of several is answered: whoever sends more than it reads answers to gets no more than one at a time. */
etp_channel_refusal etp_heartbeat_ping(etp_channel *channel, const etp_record *record)
{
    if (!etp_rate_allows(channel, 1))
        return ETP_CHANNEL_RATE_LIMITED;
    if (!etp_take_clock(record->payload, &channel->pinged))
        return ETP_CHANNEL_MALFORMED;
    channel->ping_arrived = channel->now;
    channel->pong_due = true;
    return ETP_CHANNEL_NONE;
}

etp_channel_refusal etp_heartbeat_pong(etp_channel *channel, const etp_record *record)
{
    etp_time asked, arrived, answered;
    if (!etp_rate_allows(channel, 1))
        return ETP_CHANNEL_RATE_LIMITED;
    if (!etp_take_clock(record->payload, &asked) || !etp_take_clock(record->payload + ETP_CLOCK_SIZE, &arrived) ||
        !etp_take_clock(record->payload + 2 * ETP_CLOCK_SIZE, &answered))
        return ETP_CHANNEL_MALFORMED;
    /* The answer to a PING before the last came late. One to none at all tells us nothing. */
    if (!channel->ping_sent || asked != channel->ping_written)
        return ETP_CHANNEL_NONE;
    channel->ping_sent = false;
    etp_clock_add(channel, asked, arrived, answered);
    etp_window_round_trip(channel, channel->clock.round_trip);
    return ETP_CHANNEL_NONE;
}

static void write_pong(etp_channel *channel)
{
    unsigned char clocks[3 * ETP_CLOCK_SIZE];
    etp_put_number(clocks, ETP_CLOCK_SIZE, (uint64_t)channel->pinged);
    etp_put_number(clocks + ETP_CLOCK_SIZE, ETP_CLOCK_SIZE, (uint64_t)channel->ping_arrived);
    etp_put_number(clocks + 2 * ETP_CLOCK_SIZE, ETP_CLOCK_SIZE, (uint64_t)channel->now);
    if (etp_record_put(channel, ETP_RECORD_PONG, clocks, sizeof clocks, NULL, 0, ETP_SPARE_BYE))
        channel->pong_due = false;
}

static void write_ping(etp_channel *channel)
{
    unsigned char clock[ETP_CLOCK_SIZE];
    etp_put_number(clock, sizeof clock, (uint64_t)channel->now);
    if (!etp_record_put(channel, ETP_RECORD_PING, clock, sizeof clock, NULL, 0, ETP_SPARE_BYE))
        return;
    channel->ping_due = false;
    channel->ping_sent = true;
    channel->ping_written = channel->now;
    channel->ticks_since_ping = 0;
}

void etp_heartbeat_write(etp_channel *channel)
{
    if (channel->pong_due)
        write_pong(channel);
    if (channel->ping_due)
        write_ping(channel);
}

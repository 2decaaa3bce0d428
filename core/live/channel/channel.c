/* SPDX-License-Identifier: MIT */
#include "live/channel/channel.h"

#include <string.h>

#include "live/channel/internal.h"

/* ---- options ---- */

void etp_channel_options_defaults(etp_channel_options *options)
{
    if (options == NULL)
        return;
    *options = (etp_channel_options){
        .unacknowledged = ETP_CHANNEL_UNACKNOWLEDGED_DEFAULT,
        .credit = ETP_CHANNEL_CREDIT_DEFAULT,
        .messages_per_second = ETP_CHANNEL_RATE_DEFAULT,
        .message_burst = ETP_CHANNEL_BURST_DEFAULT,
        .handshake_limit = 5 * ETP_NS_PER_SECOND,
        .heartbeat = 5 * ETP_NS_PER_SECOND,
        .rate_pause = 10 * ETP_NS_PER_SECOND,
    };
}

static bool is_span(etp_time time)
{
    return time > 0 && time <= 24 * ETP_NS_PER_HOUR;
}

int etp_channel_options_check(const etp_channel_options *options)
{
    if (options == NULL || options->calls.established == NULL || options->calls.frame == NULL)
        return ETP_EINVAL;
    if (options->identity != NULL &&
        (options->trust == NULL || etp_identity_device(options->identity) != options->device))
        return ETP_EINVAL;
    if (options->device == 0 || options->device > ETP_ID_MAX || (unsigned)options->role >= ETP_DEVICE_ROLES ||
        options->unacknowledged < ETP_CHANNEL_CREDIT_MIN || options->unacknowledged > options->credit ||
        options->credit > ETP_CHANNEL_CREDIT_MAX || options->messages_per_second > ETP_NS_PER_SECOND ||
        (options->messages_per_second > 0 && options->message_burst == 0) || !is_span(options->handshake_limit) ||
        !is_span(options->heartbeat) || options->rate_pause < 0 || options->rate_pause > 24 * ETP_NS_PER_HOUR)
        return ETP_ERANGE;
    return ETP_OK;
}

/* ---- beginning and end ---- */

int etp_channel_init(etp_channel *channel, const etp_channel_options *options, void *user, bool dialed, etp_id expected,
                     etp_time now)
{
    int result = channel != NULL ? etp_channel_options_check(options) : ETP_EINVAL;
    if (result != ETP_OK)
        return result;
    if (now < 0 || expected > ETP_ID_MAX)
        return ETP_ERANGE;
    memset(channel, 0, offsetof(etp_channel, output));
    channel->options = options;
    channel->user = user;
    channel->dialed = channel->greeted = dialed;
    channel->expected = expected;
    channel->now = channel->began = now;
    channel->peer.name = "";
    channel->offered = options->credit;
    if (!etp_keys_begin(channel))
        return ETP_EIO;
    etp_handshake_begin(channel);
    return ETP_OK;
}

static void finish(etp_channel *channel, etp_channel_refusal refusal, bool by_peer, etp_time pause)
{
    channel->end = (etp_channel_end){refusal, by_peer, channel->peer.proved, channel->peer.device, pause};
    channel->state = ETP_CHANNEL_OVER;
    etp_keys_wipe(channel);
}

void etp_channel_fini(etp_channel *channel)
{
    if (channel == NULL || channel->options == NULL)
        return;
    if (channel->state != ETP_CHANNEL_OVER)
        finish(channel, ETP_CHANNEL_CLOSING, false, 0);
}

/* Strangers are told nothing, but that there is no room: that is said before anybody has spoken. */
static bool is_told(const etp_channel *channel, etp_channel_refusal refusal)
{
    return refusal == ETP_CHANNEL_FULL || (channel->greeted && refusal != ETP_CHANNEL_GARBAGE);
}

void etp_channel_bye(etp_channel *channel, etp_channel_refusal refusal, etp_time pause)
{
    unsigned char code = (unsigned char)refusal, pause_ms[4];
    if (channel == NULL || channel->options == NULL || channel->state == ETP_CHANNEL_OVER)
        return;
    etp_time ms = pause / ETP_NS_PER_MS;
    etp_put_number(pause_ms, sizeof pause_ms, ms <= 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint64_t)ms);
    if (is_told(channel, refusal))
        etp_record_put(channel, ETP_RECORD_BYE, &code, sizeof code, pause_ms, sizeof pause_ms, 0);
    finish(channel, refusal, false, pause > 0 ? pause : 0);
}

static void refuse(etp_channel *channel, etp_channel_refusal refusal)
{
    etp_channel_bye(channel, refusal, refusal == ETP_CHANNEL_RATE_LIMITED ? channel->options->rate_pause : 0);
}

/* Without a tag anybody could have said it: it ends the connection, which anybody on the wire could do by cutting it, but
 * keeps nobody away. */
static void take_bye(etp_channel *channel, const etp_record *record)
{
    static const etp_time pause_max = 300 * ETP_NS_PER_SECOND;
    etp_time pause = (etp_time)etp_take_number(record->payload + 1, 4) * ETP_NS_PER_MS;
    unsigned code = record->payload[0];
    if (pause > pause_max || !channel->in.tagged)
        pause = channel->in.tagged ? pause_max : 0;
    finish(channel, code == 0 ? ETP_CHANNEL_CLOSING : (etp_channel_refusal)code, true, pause);
}

int etp_channel_check_trust(etp_channel *channel)
{
    if (channel == NULL || channel->options == NULL)
        return ETP_EINVAL;
    const etp_trust_entry *entry = etp_trust_find(channel->options->trust, channel->peer.device);
    if (channel->state == ETP_CHANNEL_OVER)
        return ETP_ESTATE;
    if (!channel->peer.proved)
        return ETP_OK;
    bool known = false;
    for (unsigned i = 0; entry != NULL && entry->role == channel->peer.role && i < entry->key_count; i++)
        known = known || etp_public_key_equal(&entry->keys[i], &channel->peer_key);
    channel->peer.name = known ? entry->name : "";
    if (known)
        return ETP_OK;
    refuse(channel, ETP_CHANNEL_TRUST_ENDED);
    return ETP_ESTATE;
}

/* ---- bytes in ---- */

static etp_channel_refusal handle(etp_channel *channel, const etp_record *record)
{
    switch (record->kind) {
    case ETP_RECORD_HELLO:
        return etp_handshake_hello(channel, record);
    case ETP_RECORD_PROOF:
        return etp_handshake_proof(channel, record);
    case ETP_RECORD_READY:
        return etp_handshake_ready(channel);
    case ETP_RECORD_FRAME:
        return etp_traffic_frame(channel, record);
    case ETP_RECORD_RELAYED:
        return etp_traffic_relayed(channel, record);
    case ETP_RECORD_ACK:
        return etp_traffic_ack(channel, record);
    case ETP_RECORD_PING:
        return etp_heartbeat_ping(channel, record);
    case ETP_RECORD_PONG:
        return etp_heartbeat_pong(channel, record);
    case ETP_RECORD_ASK:
        return etp_traffic_ask(channel);
    case ETP_RECORD_BYE:
        take_bye(channel, record);
    }
    return ETP_CHANNEL_NONE;
}

/* One record, if there is a whole one. Returns the bytes that it took. */
static size_t take_one(etp_channel *channel, const unsigned char *bytes, size_t size)
{
    etp_record record;
    etp_channel_refusal refusal = etp_record_take(channel, bytes, size, &record);
    if (refusal == ETP_CHANNEL_NONE && record.whole > 0) {
        channel->heard = true;
        channel->stats.wire_received += record.whole;
        refusal = handle(channel, &record);
    }
    if (refusal != ETP_CHANNEL_NONE)
        refuse(channel, refusal);
    return record.whole;
}

/* Time does not go back. */
static void tell_time(etp_channel *channel, etp_time now)
{
    if (now > channel->now)
        channel->now = now;
    etp_window_tell_time(channel);
}

static int verdict(const etp_channel *channel)
{
    return channel->state == ETP_CHANNEL_OVER ? ETP_ESTATE : ETP_OK;
}

int etp_channel_receive(etp_channel *channel, etp_time now, const void *bytes, size_t size, size_t *used)
{
    const unsigned char *at = bytes;
    if (channel == NULL || channel->options == NULL || used == NULL || (bytes == NULL && size > 0))
        return ETP_EINVAL;
    tell_time(channel, now);
    *used = 0;
    while (channel->state != ETP_CHANNEL_OVER) {
        size_t taken = take_one(channel, at + *used, size - *used);
        if (taken == 0)
            break;
        *used += taken;
    }
    return verdict(channel);
}

/* ---- bytes out ---- */

size_t etp_channel_output(etp_channel *channel, etp_time now, const void **bytes)
{
    if (channel == NULL || channel->options == NULL || bytes == NULL)
        return 0;
    tell_time(channel, now);
    if (channel->state == ETP_CHANNEL_OPEN) {
        etp_heartbeat_write(channel);
        etp_traffic_write(channel);
    }
    *bytes = channel->output + channel->out_start;
    return channel->out_end - channel->out_start;
}

void etp_channel_output_taken(etp_channel *channel, size_t size)
{
    if (channel == NULL || size > channel->out_end - channel->out_start)
        return;
    channel->out_start += size;
    channel->stats.wire_sent += size;
    if (channel->out_start == channel->out_end)
        channel->out_start = channel->out_end = 0;
}

/* ---- time ---- */

etp_time etp_channel_deadline(const etp_channel *channel)
{
    if (channel == NULL || channel->options == NULL || channel->state == ETP_CHANNEL_OVER)
        return ETP_TIME_NEVER;
    return channel->state == ETP_CHANNEL_OPEN ? channel->tick_at : channel->began + channel->options->handshake_limit;
}

int etp_channel_advance(etp_channel *channel, etp_time now)
{
    if (channel == NULL || channel->options == NULL)
        return ETP_EINVAL;
    tell_time(channel, now);
    if (channel->now < etp_channel_deadline(channel))
        return verdict(channel);
    etp_channel_refusal refusal = channel->state == ETP_CHANNEL_OPEN ? etp_heartbeat_tick(channel) : ETP_CHANNEL_SLOW;
    if (refusal != ETP_CHANNEL_NONE)
        refuse(channel, refusal);
    return verdict(channel);
}

/* ---- reading ---- */

bool etp_channel_is_established(const etp_channel *channel)
{
    return channel != NULL && channel->state == ETP_CHANNEL_OPEN;
}

bool etp_channel_is_over(const etp_channel *channel)
{
    return channel != NULL && channel->state == ETP_CHANNEL_OVER;
}

etp_channel_end etp_channel_end_of(const etp_channel *channel)
{
    return channel != NULL ? channel->end : (etp_channel_end){.device = 0};
}

etp_channel_peer etp_channel_peer_of(const etp_channel *channel)
{
    return channel != NULL ? channel->peer : (etp_channel_peer){.name = ""};
}

etp_channel_clock etp_channel_clock_of(const etp_channel *channel)
{
    return channel != NULL ? channel->clock : (etp_channel_clock){.known = false};
}

const etp_channel_stats *etp_channel_stats_of(const etp_channel *channel)
{
    return channel != NULL ? &channel->stats : NULL;
}

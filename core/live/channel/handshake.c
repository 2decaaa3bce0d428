/* SPDX-License-Identifier: MIT */
/*
 *     dialer                         listener
 *        | -- HELLO ------------------> |    the listener says nothing before it
 *        | <------------ HELLO, PROOF - |
 *        | -- PROOF ------------------> |    only if the listener's holds
 *        | <-------------------- READY - |   only if the dialer's holds: both know that both believe
 */
#include "live/channel/internal.h"

static bool put_proof(etp_channel *channel)
{
    unsigned char signature[ETP_SIGNATURE_SIZE], clocks[2 * ETP_CLOCK_SIZE];
    if (etp_keys_prove(channel, signature) != ETP_OK)
        return false;
    etp_put_number(clocks, ETP_CLOCK_SIZE, (uint64_t)channel->hello_arrived);
    etp_put_number(clocks + ETP_CLOCK_SIZE, ETP_CLOCK_SIZE, (uint64_t)channel->now);
    return etp_record_put(channel, ETP_RECORD_PROOF, signature, sizeof signature, clocks, sizeof clocks, ETP_SPARE_BYE);
}

static void put_hello(etp_channel *channel)
{
    etp_record_put(channel, ETP_RECORD_HELLO, channel->hello + ETP_RECORD_HEAD, ETP_HELLO_PAYLOAD, NULL, 0,
                   ETP_SPARE_BYE);
}

void etp_handshake_begin(etp_channel *channel)
{
    if (!channel->dialed)
        return;
    etp_hello_compose(channel);
    put_hello(channel);
}

etp_channel_refusal etp_handshake_hello(etp_channel *channel, const etp_record *record)
{
    etp_time clock;
    channel->greeted = true;
    etp_channel_refusal refusal = etp_hello_judge(channel, record, &clock);
    if (refusal != ETP_CHANNEL_NONE)
        return refusal;
    channel->hello_arrived = channel->now;
    if (!channel->dialed)
        etp_hello_compose(channel);
    if (!etp_keys_agree(channel, record->payload - ETP_RECORD_HEAD, record->whole, etp_hello_point(record)))
        return ETP_CHANNEL_WEAK_KEY;
    channel->state = ETP_CHANNEL_AWAITS_PROOF;
    if (!channel->dialed) {
        put_hello(channel);
        put_proof(channel);
    }
    return ETP_CHANNEL_NONE;
}

static etp_channel_refusal admit(const etp_channel *channel)
{
    const etp_channel_calls *calls = &channel->options->calls;
    return calls->admit != NULL ? calls->admit(channel->user, &channel->peer) : ETP_CHANNEL_NONE;
}

static void open_channel(etp_channel *channel)
{
    channel->state = ETP_CHANNEL_OPEN;
    etp_window_begin(channel);
    etp_heartbeat_begin(channel);
    channel->options->calls.established(channel->user, &channel->peer);
}

/* The trust list may be another than when HELLO came. */
static etp_channel_refusal check_proof(etp_channel *channel, const unsigned char *signature)
{
    const etp_trust_entry *entry;
    if (channel->options->identity == NULL)
        return ETP_CHANNEL_NONE;
    etp_channel_refusal refusal = etp_hello_judge_trust(channel, &entry);
    if (refusal != ETP_CHANNEL_NONE)
        return refusal;
    if (!etp_keys_check(channel, entry, signature))
        return ETP_CHANNEL_WRONG_KEY;
    channel->peer.proved = true;
    channel->peer.name = entry->name;
    return ETP_CHANNEL_NONE;
}

etp_channel_refusal etp_handshake_proof(etp_channel *channel, const etp_record *record)
{
    etp_time arrived, answered;
    channel->in.tagged = true;
    etp_channel_refusal refusal = check_proof(channel, record->payload);
    if (refusal != ETP_CHANNEL_NONE)
        return refusal;
    if (!etp_take_clock(record->payload + ETP_SIGNATURE_SIZE, &arrived) ||
        !etp_take_clock(record->payload + ETP_SIGNATURE_SIZE + ETP_CLOCK_SIZE, &answered))
        return ETP_CHANNEL_MALFORMED;
    etp_clock_add(channel, channel->hello_written, arrived, answered);
    refusal = admit(channel);
    if (refusal != ETP_CHANNEL_NONE)
        return refusal;
    if (channel->dialed) {
        put_proof(channel);
        channel->state = ETP_CHANNEL_AWAITS_READY;
    } else {
        etp_record_put(channel, ETP_RECORD_READY, NULL, 0, NULL, 0, ETP_SPARE_BYE);
        open_channel(channel);
    }
    return ETP_CHANNEL_NONE;
}

etp_channel_refusal etp_handshake_ready(etp_channel *channel)
{
    open_channel(channel);
    return ETP_CHANNEL_NONE;
}

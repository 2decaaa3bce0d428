/* SPDX-License-Identifier: MIT */
/*
 * Frames and the credit for them: the lower of what the HELLOs said. Within it the sender keeps a window of its own, and asks
 * as often as that needs it; window.c. The receiver says what it has consumed when it is asked, and else once that is half of the
 * credit, so that whoever never asks always has room for one more record before long: half of the credit holds the
 * longest. When all ASKs are answered less than a quarter of the window is under way, so a sender that asks never stands
 * still either.
 */
#include "live/channel/internal.h"

_Static_assert(ETP_CHANNEL_CREDIT_MIN / 2 > ETP_CHANNEL_RECORD_MAX, "half of the credit holds the longest record");

_Static_assert(ETP_CHANNEL_CREDIT_MIN - ETP_CHANNEL_CREDIT_MIN / ETP_WINDOW_ASKS > ETP_CHANNEL_RECORD_MAX,
               "beside what nobody has asked for there is room for the longest record");

/* ---- in ---- */

static etp_channel_refusal consume(etp_channel *channel, etp_id device, const unsigned char *frame, size_t size,
                                   bool hand_on)
{
    channel->stats.frames_received++;
    channel->stats.bytes_received += size;
    if (hand_on)
        channel->options->calls.frame(channel->user, device, frame, size);
    return ETP_CHANNEL_NONE;
}

/* Limits that hold for frames of every kind. What is under way to us is more than the sender knows to be acknowledged,
 * and so never more than the credit. */
static etp_channel_refusal admit(etp_channel *channel, const etp_record *record, const unsigned char *frame,
                                 size_t size)
{
    channel->consumed += record->whole;
    if (channel->consumed - channel->acknowledging > channel->credit)
        return ETP_CHANNEL_CREDIT;
    if (channel->options->messages_per_second == 0)
        return ETP_CHANNEL_NONE;
    unsigned messages = etp_frame_messages(frame, size);
    channel->stats.messages_received += messages;
    return etp_rate_allows(channel, messages) ? ETP_CHANNEL_NONE : ETP_CHANNEL_RATE_LIMITED;
}

etp_channel_refusal etp_traffic_frame(etp_channel *channel, const etp_record *record)
{
    etp_channel_refusal refusal = admit(channel, record, record->payload, record->size);
    return refusal == ETP_CHANNEL_NONE ? consume(channel, 0, record->payload, record->size, true) : refusal;
}

/* A relay is told for whom a frame is; everybody else is told by a relay from whom it comes, and asks the trust list
 * whether this relay may say so. */
static etp_channel_refusal judge_device(const etp_channel *channel, etp_id device)
{
    const etp_channel_options *options = channel->options;
    if (options->role == ETP_DEVICE_RELAY)
        return ETP_CHANNEL_NONE;
    if (channel->peer.role != ETP_DEVICE_RELAY)
        return ETP_CHANNEL_NOT_A_RELAY;
    if (device == options->device)
        return ETP_CHANNEL_NOT_VIA;
    if (options->identity == NULL)
        return ETP_CHANNEL_NONE;
    const etp_trust_entry *entry = etp_trust_find(options->trust, device);
    return entry != NULL && entry->via == channel->peer.device ? ETP_CHANNEL_NONE : ETP_CHANNEL_NOT_VIA;
}

etp_channel_refusal etp_traffic_relayed(etp_channel *channel, const etp_record *record)
{
    etp_id device = etp_take_number(record->payload, sizeof device);
    const unsigned char *frame = record->payload + sizeof device;
    size_t size = record->size - sizeof device;
    if (device == 0 || device > ETP_ID_MAX)
        return ETP_CHANNEL_MALFORMED;
    etp_channel_refusal refusal = judge_device(channel, device);
    if (refusal == ETP_CHANNEL_NOT_A_RELAY)
        return refusal;
    bool via = refusal == ETP_CHANNEL_NONE;
    refusal = admit(channel, record, frame, size);
    if (refusal != ETP_CHANNEL_NONE)
        return refusal;
    /* Two trust lists may differ for a while: the other devices behind this relay shall not suffer for it. */
    channel->stats.not_via += !via;
    if (!via && channel->options->calls.refused != NULL)
        channel->options->calls.refused(channel->user, ETP_CHANNEL_NOT_VIA, device);
    return consume(channel, device, frame, size, via);
}

/* It must say something new, and nothing that cannot be. */
etp_channel_refusal etp_traffic_ack(etp_channel *channel, const etp_record *record)
{
    uint64_t consumed = etp_take_number(record->payload, sizeof consumed);
    if (consumed <= channel->acknowledged || consumed > channel->sent)
        return ETP_CHANNEL_CREDIT;
    channel->acknowledged = consumed;
    channel->stats.acks_received++;
    etp_window_acknowledged(channel);
    return ETP_CHANNEL_NONE;
}

/* For something new, so that there are no more of them than of frames, which the limit on messages bounds. */
etp_channel_refusal etp_traffic_ask(etp_channel *channel)
{
    if (channel->consumed == channel->answering)
        return ETP_CHANNEL_CREDIT;
    channel->answering = channel->consumed;
    return ETP_CHANNEL_NONE;
}

static void write_ack(etp_channel *channel)
{
    unsigned char consumed[sizeof channel->consumed];
    bool is_asked = channel->answering > channel->acknowledging;
    if (!is_asked && channel->consumed - channel->acknowledging < channel->credit / 2)
        return;
    etp_put_number(consumed, sizeof consumed, channel->consumed);
    if (!etp_record_put(channel, ETP_RECORD_ACK, consumed, sizeof consumed, NULL, 0, ETP_SPARE_BYE))
        return;
    channel->acknowledging = channel->consumed;
    channel->stats.acks_sent++;
}

static void write_ask(etp_channel *channel)
{
    if (!etp_window_wants_ask(channel) || !etp_record_put(channel, ETP_RECORD_ASK, NULL, 0, NULL, 0, ETP_SPARE_BYE))
        return;
    channel->asked = channel->sent;
    etp_window_asked(channel);
}

void etp_traffic_write(etp_channel *channel)
{
    write_ack(channel);
    write_ask(channel);
}

/* ---- out ---- */

size_t etp_channel_outstanding(const etp_channel *channel)
{
    return channel != NULL ? (size_t)(channel->sent - channel->acknowledged) : 0;
}

static bool has_room(const etp_channel *channel, size_t payload)
{
    size_t whole = etp_record_size(channel, payload);
    return etp_channel_outstanding(channel) + whole <= channel->window.open &&
           etp_output_room(channel) >= whole + ETP_SPARE_CONTROL;
}

bool etp_channel_writable(const etp_channel *channel)
{
    return etp_channel_is_established(channel) && has_room(channel, sizeof(etp_id) + ETP_FRAME_MAX);
}

/* Relayed frames go to a relay or come from one. */
static bool may_relay(const etp_channel *channel)
{
    return (channel->peer.features & ETP_FEATURE_RELAYED) != 0 &&
           (channel->peer.role == ETP_DEVICE_RELAY || channel->options->role == ETP_DEVICE_RELAY);
}

static int send_frame(etp_channel *channel, etp_id device, const void *frame, size_t size)
{
    unsigned char id[sizeof device];
    size_t id_size = device != 0 ? sizeof id : 0;
    if (!has_room(channel, id_size + size))
        return ETP_EFULL;
    etp_window_use(channel);
    etp_put_number(id, sizeof id, device);
    etp_record_put(channel, device != 0 ? ETP_RECORD_RELAYED : ETP_RECORD_FRAME, id, id_size, frame, size,
                   ETP_SPARE_CONTROL);
    channel->sent += etp_record_size(channel, id_size + size);
    channel->spoke = true;
    channel->stats.frames_sent++;
    channel->stats.bytes_sent += size;
    write_ask(channel);
    return ETP_OK;
}

int etp_channel_send(etp_channel *channel, etp_time now, etp_id device, const void *frame, size_t size)
{
    if (channel == NULL || frame == NULL)
        return ETP_EINVAL;
    if (size == 0 || size > ETP_FRAME_MAX || device > ETP_ID_MAX)
        return ETP_ERANGE;
    if (channel->state != ETP_CHANNEL_OPEN || (device != 0 && !may_relay(channel)))
        return ETP_ESTATE;
    channel->now = now > channel->now ? now : channel->now;
    return send_frame(channel, device, frame, size);
}

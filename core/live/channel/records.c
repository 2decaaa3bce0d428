/* SPDX-License-Identifier: MIT */
/* Records: u16 length of what follows, u8 kind, payload, and from PROOF on a tag. */
#include <string.h>

#include "live/channel/internal.h"

enum { KINDS = ETP_RECORD_ASK + 1, LENGTH_MAX = ETP_CHANNEL_RECORD_MAX - ETP_RECORD_LENGTH };

/* What a payload of each kind may take. */
static const struct {
    size_t least, most;
} sizes[KINDS] = {
    [ETP_RECORD_HELLO] = {ETP_HELLO_PAYLOAD, ETP_HELLO_GROWN_MAX},
    [ETP_RECORD_PROOF] = {ETP_PROOF_PAYLOAD, ETP_PROOF_PAYLOAD},
    [ETP_RECORD_READY] = {0, 0},
    [ETP_RECORD_FRAME] = {1, ETP_FRAME_MAX},
    [ETP_RECORD_RELAYED] = {sizeof(etp_id) + 1, sizeof(etp_id) + ETP_FRAME_MAX},
    [ETP_RECORD_ACK] = {sizeof(uint64_t), sizeof(uint64_t)},
    [ETP_RECORD_PING] = {ETP_CLOCK_SIZE, ETP_CLOCK_SIZE},
    [ETP_RECORD_PONG] = {3 * ETP_CLOCK_SIZE, 3 * ETP_CLOCK_SIZE},
    [ETP_RECORD_BYE] = {5, 5},
    [ETP_RECORD_ASK] = {0, 0},
};

/* ---- in ---- */

/* Whether a record of this kind may come now. */
static etp_channel_refusal check_kind(const etp_channel *channel, unsigned kind)
{
    static const etp_record_kind awaited[] = {ETP_RECORD_HELLO, ETP_RECORD_PROOF, ETP_RECORD_READY};
    if (kind == ETP_RECORD_HELLO && channel->state != ETP_CHANNEL_AWAITS_HELLO)
        return ETP_CHANNEL_SECOND_HELLO;
    if (kind == ETP_RECORD_BYE)
        return ETP_CHANNEL_NONE;
    if (channel->state < ETP_CHANNEL_OPEN)
        return kind == awaited[channel->state] ? ETP_CHANNEL_NONE : ETP_CHANNEL_UNEXPECTED;
    return kind >= ETP_RECORD_FRAME && kind < KINDS ? ETP_CHANNEL_NONE : ETP_CHANNEL_UNEXPECTED;
}

/* Strangers, who are not answered, are told from peers of another version by their first bytes. Whoever dialed may be
 * sent away before a HELLO. */
static bool is_stranger(const etp_channel *channel, const unsigned char *bytes, size_t size)
{
    if (channel->state != ETP_CHANNEL_AWAITS_HELLO)
        return false;
    bool sent_away = channel->dialed && size >= ETP_RECORD_HEAD && bytes[2] == ETP_RECORD_BYE && bytes[0] == 0;
    return !sent_away && !etp_hello_is_begun(bytes, size);
}

static etp_channel_refusal check_head(const etp_channel *channel, const unsigned char *bytes, size_t length,
                                      size_t tag_size)
{
    unsigned kind = bytes[2];
    etp_channel_refusal refusal = check_kind(channel, kind);
    if (refusal != ETP_CHANNEL_NONE)
        return refusal;
    if (length > LENGTH_MAX || length > 1 + sizes[kind].most + tag_size)
        return ETP_CHANNEL_OVERSIZE;
    return length < 1 + sizes[kind].least + tag_size ? ETP_CHANNEL_MALFORMED : ETP_CHANNEL_NONE;
}

etp_channel_refusal etp_record_take(etp_channel *channel, const unsigned char *bytes, size_t size, etp_record *record)
{
    *record = (etp_record){.whole = 0};
    if (is_stranger(channel, bytes, size))
        return ETP_CHANNEL_GARBAGE;
    if (size < ETP_RECORD_HEAD)
        return ETP_CHANNEL_NONE;
    size_t length = (size_t)etp_take_number(bytes, ETP_RECORD_LENGTH);
    size_t tag_size = channel->in.tagged || bytes[2] == ETP_RECORD_PROOF ? ETP_CHANNEL_TAG : 0;
    etp_channel_refusal refusal = check_head(channel, bytes, length, tag_size);
    if (refusal != ETP_CHANNEL_NONE || size < ETP_RECORD_LENGTH + length)
        return refusal;
    size_t whole = ETP_RECORD_LENGTH + length, body = whole - tag_size;
    if (tag_size > 0 && !etp_keys_tag_holds(&channel->in, bytes, body, bytes + body))
        return ETP_CHANNEL_ALTERED;
    *record = (etp_record){(etp_record_kind)bytes[2], bytes + ETP_RECORD_HEAD, body - ETP_RECORD_HEAD, whole};
    return ETP_CHANNEL_NONE;
}

/* ---- out ---- */

size_t etp_record_size(const etp_channel *channel, size_t payload)
{
    return ETP_RECORD_HEAD + payload + (channel->out.tagged ? ETP_CHANNEL_TAG : 0);
}

size_t etp_output_room(const etp_channel *channel)
{
    return sizeof channel->output - (channel->out_end - channel->out_start);
}

/* Moves what waits to the front where the end is too near. */
static unsigned char *reserve(etp_channel *channel, size_t size)
{
    if (sizeof channel->output - channel->out_end < size) {
        memmove(channel->output, channel->output + channel->out_start, channel->out_end - channel->out_start);
        channel->out_end -= channel->out_start;
        channel->out_start = 0;
    }
    unsigned char *at = channel->output + channel->out_end;
    channel->out_end += size;
    return at;
}

bool etp_record_put(etp_channel *channel, etp_record_kind kind, const void *one, size_t one_size, const void *other,
                    size_t other_size, size_t spare)
{
    if (kind == ETP_RECORD_PROOF)
        channel->out.tagged = true;
    size_t whole = etp_record_size(channel, one_size + other_size);
    if (etp_output_room(channel) < whole + spare)
        return false;
    unsigned char *at = reserve(channel, whole);
    etp_put_number(at, ETP_RECORD_LENGTH, whole - ETP_RECORD_LENGTH);
    at[2] = (unsigned char)kind;
    if (one_size > 0)
        memcpy(at + ETP_RECORD_HEAD, one, one_size);
    if (other_size > 0)
        memcpy(at + ETP_RECORD_HEAD + one_size, other, other_size);
    if (channel->out.tagged)
        etp_keys_tag(&channel->out, at, whole - ETP_CHANNEL_TAG, at + whole - ETP_CHANNEL_TAG);
    return true;
}

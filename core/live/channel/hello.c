/* SPDX-License-Identifier: MIT */
/* HELLO: what an end says of itself, and whether we want to talk to it. */
#include <string.h>

#include "live/channel/internal.h"

static const unsigned char magic[4] = {'E', 'T', 'P', 'L'};

/* Where the fields stand in the payload. */
enum {
    AT_MAGIC = 0,
    AT_VERSION_LOW = 4,
    AT_VERSION_HIGH = 5,
    AT_ROLE = 6,
    AT_IDENTITY = 7,
    AT_FEATURES = 8,
    AT_CREDIT = 12,
    AT_DEVICE = 16,
    AT_CLOCK = 24,
    AT_POINT = 32
};

void etp_hello_compose(etp_channel *channel)
{
    const etp_channel_options *options = channel->options;
    unsigned char *at = channel->hello + ETP_RECORD_HEAD;
    etp_put_number(channel->hello, ETP_RECORD_LENGTH, ETP_CHANNEL_HELLO - ETP_RECORD_LENGTH);
    channel->hello[2] = ETP_RECORD_HELLO;
    memcpy(at + AT_MAGIC, magic, sizeof magic);
    at[AT_VERSION_LOW] = ETP_VERSION_LOW;
    at[AT_VERSION_HIGH] = ETP_VERSION_HIGH;
    at[AT_ROLE] = (unsigned char)options->role;
    at[AT_IDENTITY] = options->identity != NULL;
    etp_put_number(at + AT_FEATURES, 4, ETP_FEATURE_RELAYED);
    etp_put_number(at + AT_CREDIT, 4, channel->offered);
    etp_put_number(at + AT_DEVICE, 8, options->device);
    channel->hello_written = channel->now;
    etp_put_number(at + AT_CLOCK, ETP_CLOCK_SIZE, (uint64_t)channel->now);
    memcpy(at + AT_POINT, channel->point, sizeof channel->point);
}

bool etp_hello_is_begun(const unsigned char *bytes, size_t size)
{
    for (size_t i = ETP_RECORD_LENGTH; i < size && i < ETP_RECORD_HEAD + sizeof magic; i++)
        if (bytes[i] != (i < ETP_RECORD_HEAD ? ETP_RECORD_HELLO : magic[i - ETP_RECORD_HEAD]))
            return false;
    return true;
}

const unsigned char *etp_hello_point(const etp_record *record)
{
    return record->payload + AT_POINT;
}

/* ---- reading ---- */

static etp_channel_refusal read_version(etp_channel *channel, const unsigned char *at)
{
    unsigned low = at[AT_VERSION_LOW], high = at[AT_VERSION_HIGH];
    if (low == 0 || low > high)
        return ETP_CHANNEL_MALFORMED;
    if (low > ETP_VERSION_HIGH || high < ETP_VERSION_LOW)
        return ETP_CHANNEL_VERSION;
    channel->peer.version = high < ETP_VERSION_HIGH ? high : ETP_VERSION_HIGH;
    return ETP_CHANNEL_NONE;
}

static etp_channel_refusal read_fields(etp_channel *channel, const unsigned char *at, etp_time *clock)
{
    uint64_t credit = etp_take_number(at + AT_CREDIT, 4);
    etp_id device = etp_take_number(at + AT_DEVICE, 8);
    if (at[AT_ROLE] >= ETP_DEVICE_ROLES || at[AT_IDENTITY] > 1 || device == 0 || device > ETP_ID_MAX ||
        credit < ETP_CHANNEL_CREDIT_MIN || credit > ETP_CHANNEL_CREDIT_MAX || !etp_take_clock(at + AT_CLOCK, clock))
        return ETP_CHANNEL_MALFORMED;
    channel->peer.device = device;
    channel->peer.role = (etp_device_role)at[AT_ROLE];
    channel->peer.features = (uint32_t)etp_take_number(at + AT_FEATURES, 4) & ETP_FEATURE_RELAYED;
    channel->credit = credit < channel->offered ? credit : channel->offered;
    return ETP_CHANNEL_NONE;
}

/* ---- judging ---- */

etp_channel_refusal etp_hello_judge_trust(const etp_channel *channel, const etp_trust_entry **entry)
{
    *entry = etp_trust_find(channel->options->trust, channel->peer.device);
    if (*entry == NULL)
        return ETP_CHANNEL_UNKNOWN_DEVICE;
    return (*entry)->role == channel->peer.role ? ETP_CHANNEL_NONE : ETP_CHANNEL_WRONG_ROLE;
}

static etp_channel_refusal judge(const etp_channel *channel, bool signs)
{
    const etp_channel_options *options = channel->options;
    const etp_trust_entry *entry;
    if (signs != (options->identity != NULL))
        return ETP_CHANNEL_IDENTITY;
    if (channel->peer.device == options->device)
        return ETP_CHANNEL_OWN_ID;
    if (channel->expected != 0 && channel->peer.device != channel->expected)
        return ETP_CHANNEL_WRONG_PEER;
    etp_channel_refusal refusal = signs ? etp_hello_judge_trust(channel, &entry) : ETP_CHANNEL_NONE;
    if (refusal != ETP_CHANNEL_NONE)
        return refusal;
    return etp_device_role_meets(options->role, channel->peer.role) ? ETP_CHANNEL_NONE : ETP_CHANNEL_UNFIT_ROLE;
}

etp_channel_refusal etp_hello_judge(etp_channel *channel, const etp_record *record, etp_time *clock)
{
    const unsigned char *at = record->payload;
    etp_channel_refusal refusal = read_version(channel, at);
    if (refusal == ETP_CHANNEL_NONE)
        refusal = read_fields(channel, at, clock);
    return refusal == ETP_CHANNEL_NONE ? judge(channel, at[AT_IDENTITY] == 1) : refusal;
}

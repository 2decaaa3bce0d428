/* SPDX-License-Identifier: MIT */
#include "envelope.h"

#include <string.h>

#include "etp/codec.h"
#include "live/identity/sign.h"

/* What is signed begins with this text, so that no signature made for a handshake is ever one of an envelope. */
static const char DOMAIN[] = "ETP discovery envelope 1";
static const unsigned char MAGIC[4] = {'E', 'T', 'P', 'D'};

enum { AT_VERSION = 4, AT_KIND = 5, AT_ROLE = 6, AT_ADDRESSES = 7, AT_DEVICE = 8, AT_TIME = 16, AT_COUNTER = 24 };

/* ---- numbers ---- */

static void store64(unsigned char *at, uint64_t value)
{
    for (int i = 7; i >= 0; i--, value >>= 8)
        at[i] = (unsigned char)value;
}

static uint64_t load64(const unsigned char *at)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | at[i];
    return value;
}

/* 0 for a role that is none. */
static unsigned kind_of(etp_device_role role)
{
    static const unsigned kinds[] = {
        [ETP_DEVICE_BATTERY] = ETP_ENVELOPE_REGISTER,
        [ETP_DEVICE_AGGREGATOR] = ETP_ENVELOPE_QUERY,
        [ETP_DEVICE_RELAY] = ETP_ENVELOPE_RELAY,
    };
    return (size_t)role < sizeof kinds / sizeof *kinds ? kinds[role] : 0;
}

static uint8_t type_of(etp_device_role role)
{
    return role == ETP_DEVICE_BATTERY ? ETP_REGISTER : ETP_QUERY;
}

/* Printable ASCII only: it is shown to people. What it says is looked at by whoever means to dial it. */
static bool is_printable(const void *bytes, size_t size)
{
    const unsigned char *text = bytes;
    for (size_t i = 0; i < size; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    }
    return true;
}

/* ---- writing ---- */

static bool put(etp_datagram *datagram, const void *bytes, size_t size)
{
    if (size > sizeof datagram->bytes - ETP_SIGNATURE_SIZE - datagram->size)
        return false;
    if (size > 0)
        memcpy(datagram->bytes + datagram->size, bytes, size);
    datagram->size += size;
    return true;
}

static void put_head(etp_datagram *datagram, const etp_envelope *envelope)
{
    unsigned char *head = datagram->bytes;
    memcpy(head, MAGIC, sizeof MAGIC);
    head[AT_VERSION] = ETP_ENVELOPE_VERSION;
    head[AT_KIND] = (unsigned char)kind_of(envelope->role);
    head[AT_ROLE] = (unsigned char)envelope->role;
    head[AT_ADDRESSES] = (unsigned char)envelope->address_count;
    store64(head + AT_DEVICE, envelope->device);
    store64(head + AT_TIME, envelope->time_us);
    store64(head + AT_COUNTER, envelope->counter);
    datagram->size = ETP_ENVELOPE_HEAD;
}

static bool put_addresses(etp_datagram *datagram, const etp_envelope *envelope)
{
    for (unsigned i = 0; i < envelope->address_count; i++) {
        size_t size = strlen(envelope->addresses[i]);
        unsigned char length = (unsigned char)size;
        if (size == 0 || !is_printable(envelope->addresses[i], size) || !put(datagram, &length, 1) ||
            !put(datagram, envelope->addresses[i], size))
            return false;
    }
    return true;
}

static bool put_message(etp_datagram *datagram, const etp_envelope *envelope)
{
    etp_frame frame = {0};
    unsigned char bytes[ETP_MESSAGE_MAX];
    if (envelope->has_message) {
        int size = etp_encode(&envelope->message, bytes, sizeof bytes);
        if (size <= 0 || etp_frame_add(&frame, bytes, (size_t)size) != ETP_OK || etp_frame_seal(&frame) != ETP_OK)
            return false;
    }
    unsigned char length[2] = {(unsigned char)(frame.size >> 8), (unsigned char)frame.size};
    return put(datagram, length, sizeof length) && put(datagram, frame.bytes, frame.size);
}

static bool is_sound(const etp_envelope *envelope)
{
    return kind_of(envelope->role) != 0 && envelope->device >= 1 && envelope->device <= ETP_ID_MAX &&
           envelope->time_us <= ETP_ID_MAX && envelope->counter >= 1 &&
           envelope->address_count <= ETP_DISCOVERY_ADDRESSES &&
           envelope->has_message == (envelope->role != ETP_DEVICE_RELAY);
}

static bool message_fits(const etp_envelope *envelope)
{
    const etp_message *message = &envelope->message;
    return message->type == type_of(envelope->role) && message->device_id == envelope->device && message->ttl > 0;
}

int etp_envelope_encode(const etp_envelope *envelope, const etp_identity *identity, etp_datagram *datagram)
{
    if (envelope == NULL || datagram == NULL)
        return ETP_EINVAL;
    if (!is_sound(envelope) || (envelope->has_message && !message_fits(envelope)))
        return ETP_ERANGE;
    put_head(datagram, envelope);
    if (!put_addresses(datagram, envelope) || !put_message(datagram, envelope))
        return ETP_ERANGE;
    unsigned char *signature = datagram->bytes + datagram->size;
    memset(signature, 0, ETP_SIGNATURE_SIZE);
    int result = ETP_OK;
    if (identity != NULL)
        result = etp_identity_sign(identity, DOMAIN, datagram->bytes, datagram->size, signature);
    datagram->size += ETP_SIGNATURE_SIZE;
    return result;
}

/* ---- reading ---- */

typedef struct bytes_left {
    const unsigned char *at;
    size_t size;
} bytes_left;

/* The next `size` bytes, or NULL if they are not there. */
static const unsigned char *take(bytes_left *left, size_t size)
{
    if (size > left->size)
        return NULL;
    const unsigned char *at = left->at;
    left->at += size;
    left->size -= size;
    return at;
}

static etp_discovery_refusal read_head(bytes_left *left, etp_envelope *envelope)
{
    const unsigned char *head = take(left, ETP_ENVELOPE_HEAD);
    if (head == NULL)
        return ETP_DISCOVERY_REFUSED_TRUNCATED;
    if (memcmp(head, MAGIC, sizeof MAGIC) != 0)
        return ETP_DISCOVERY_REFUSED_NOT_ENVELOPE;
    if (head[AT_VERSION] != ETP_ENVELOPE_VERSION)
        return ETP_DISCOVERY_REFUSED_VERSION;
    envelope->role = (etp_device_role)head[AT_ROLE];
    envelope->address_count = head[AT_ADDRESSES];
    envelope->device = load64(head + AT_DEVICE);
    envelope->time_us = load64(head + AT_TIME);
    envelope->counter = load64(head + AT_COUNTER);
    envelope->has_message = envelope->role != ETP_DEVICE_RELAY;
    bool sound = is_sound(envelope) && head[AT_KIND] == kind_of(envelope->role);
    if (!sound)
        envelope->device = 0;
    return sound ? ETP_DISCOVERY_REFUSED_NONE : ETP_DISCOVERY_REFUSED_MALFORMED;
}

static etp_discovery_refusal read_address(bytes_left *left, char *address)
{
    const unsigned char *length = take(left, 1);
    if (length == NULL)
        return ETP_DISCOVERY_REFUSED_TRUNCATED;
    if (*length == 0 || *length > ETP_DISCOVERY_ADDRESS_MAX)
        return ETP_DISCOVERY_REFUSED_MALFORMED;
    const unsigned char *text = take(left, *length);
    if (text == NULL)
        return ETP_DISCOVERY_REFUSED_TRUNCATED;
    if (!is_printable(text, *length))
        return ETP_DISCOVERY_REFUSED_MALFORMED;
    memcpy(address, text, *length);
    address[*length] = '\0';
    return ETP_DISCOVERY_REFUSED_NONE;
}

/* One message, of the type and the device that the head says. */
static bool read_frame(const unsigned char *bytes, size_t size, etp_envelope *envelope)
{
    etp_frame_reader reader;
    return etp_frame_open(&reader, bytes, size) == ETP_REFUSED_NONE &&
           etp_frame_next(&reader, &envelope->message) == ETP_REFUSED_NONE && !etp_frame_more(&reader) &&
           message_fits(envelope);
}

static etp_discovery_refusal read_message(bytes_left *left, etp_envelope *envelope)
{
    const unsigned char *length = take(left, 2);
    if (length == NULL)
        return ETP_DISCOVERY_REFUSED_TRUNCATED;
    size_t size = (size_t)length[0] << 8 | length[1];
    const unsigned char *frame = take(left, size);
    if (frame == NULL)
        return ETP_DISCOVERY_REFUSED_TRUNCATED;
    bool good = envelope->has_message ? read_frame(frame, size, envelope) : size == 0;
    return good ? ETP_DISCOVERY_REFUSED_NONE : ETP_DISCOVERY_REFUSED_MESSAGE;
}

etp_discovery_refusal etp_envelope_decode(const void *bytes, size_t size, etp_envelope *envelope)
{
    *envelope = (etp_envelope){0};
    if (size > ETP_DISCOVERY_DATAGRAM_MAX)
        return ETP_DISCOVERY_REFUSED_OVERSIZED;
    bytes_left left = {bytes, size};
    etp_discovery_refusal refusal = read_head(&left, envelope);
    for (unsigned i = 0; refusal == ETP_DISCOVERY_REFUSED_NONE && i < envelope->address_count; i++)
        refusal = read_address(&left, envelope->addresses[i]);
    if (refusal == ETP_DISCOVERY_REFUSED_NONE)
        refusal = read_message(&left, envelope);
    if (refusal != ETP_DISCOVERY_REFUSED_NONE)
        return refusal;
    if (left.size < ETP_SIGNATURE_SIZE)
        return ETP_DISCOVERY_REFUSED_TRUNCATED;
    return left.size == ETP_SIGNATURE_SIZE ? ETP_DISCOVERY_REFUSED_NONE : ETP_DISCOVERY_REFUSED_MALFORMED;
}

bool etp_envelope_verify(const void *bytes, size_t size, const etp_trust_entry *entry)
{
    if (bytes == NULL || size < ETP_SIGNATURE_SIZE || size > ETP_DISCOVERY_DATAGRAM_MAX)
        return false;
    size_t body = size - ETP_SIGNATURE_SIZE;
    return etp_trust_verify(entry, DOMAIN, bytes, body, (const unsigned char *)bytes + body) != NULL;
}

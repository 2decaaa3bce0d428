/* SPDX-License-Identifier: MIT */
/*
 * Records of fixed width. Every field has one place, so the length is checked once and nothing can be cut short inside.
 */
#include "etp/older.h"

#include <math.h>
#include <string.h>

#include "etp/error.h"
#include "wire/fields.h"
#include "wire/scale.h"

enum { LENGTH_SIZE = ETP_OLDER_RECORD - ETP_OLDER_BODY };

/* ---- writing ---- */

static unsigned char *put_whole(unsigned char *at, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        *at++ = (unsigned char)(value >> 8 * i);
    return at;
}

static unsigned char *put_real(unsigned char *at, double real)
{
    uint64_t bits;
    memcpy(&bits, &real, sizeof bits);
    return put_whole(at, bits, sizeof bits);
}

/* Negative numbers arrive here as very large ones. */
static bool in_range(const etp_message *message)
{
#define WHOLE(member, type, low, high) &&(uint64_t)message->member <= (uint64_t)(high)
#define REAL(member, type, high, per)  &&(uint64_t)message->member <= (uint64_t)(high)
    return message->type < ETP_TYPES && message->device_id <= ETP_ID_MAX ETP_FIELDS_AFTER_IDS(WHOLE, REAL, REAL);
#undef WHOLE
#undef REAL
}

int etp_older_encode(const etp_message *message, void *buffer, size_t size)
{
    if (message == NULL || buffer == NULL)
        return ETP_EINVAL;
    if (size < ETP_OLDER_RECORD)
        return ETP_ENOSPACE;
    if (!in_range(message))
        return ETP_ERANGE;
    unsigned char *at = put_whole(buffer, ETP_OLDER_BODY, LENGTH_SIZE);
#define WHOLE(member, type, low, high) at = put_whole(at, message->member, sizeof(type));
#define REAL(member, type, high, per)  at = put_real(at, (double)message->member / (double)(per));
    WHOLE(type, uint8_t, 0, ETP_TYPES - 1)
    WHOLE(message_id, etp_id, 0, UINT64_MAX)
    WHOLE(device_id, etp_id, 0, ETP_ID_MAX)
    ETP_FIELDS_AFTER_IDS(WHOLE, REAL, REAL)
#undef WHOLE
#undef REAL
    return (int)(at - (unsigned char *)buffer);
}

/* ---- reading ---- */

/* A place in a record that is whole, and the first thing that is wrong with it. */
typedef struct record_reader {
    const unsigned char *at;
    etp_refusal refusal;
} record_reader;

static void refuse(record_reader *reader, etp_refusal refusal)
{
    if (reader->refusal == ETP_REFUSED_NONE)
        reader->refusal = refusal;
}

/* Compilers make one load of each width, for it is a constant wherever this is called. */
static inline uint64_t take_whole(record_reader *reader, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)reader->at[i] << 8 * i;
    reader->at += width;
    return value;
}

static inline uint64_t take_within(record_reader *reader, size_t width, uint64_t high, etp_refusal refusal)
{
    uint64_t value = take_whole(reader, width);
    if (value > high)
        refuse(reader, refusal);
    return value;
}

/* From 0 to `high`; 0 for what is refused. NaN fails the comparison; -0.0 passes. */
static inline double take_real(record_reader *reader, double high)
{
    uint64_t bits = take_whole(reader, sizeof bits);
    double real;
    memcpy(&real, &bits, sizeof real);
    if (real >= 0.0 && real <= high)
        return real;
    refuse(reader, isfinite(real) ? ETP_REFUSED_OUT_OF_RANGE : ETP_REFUSED_NOT_FINITE);
    return 0.0;
}

static etp_refusal take_fields(const unsigned char *body, etp_message *message)
{
    record_reader reader = {body, ETP_REFUSED_NONE};
#define READ(high, per)                  (take_real(&reader, (double)(high) / (double)(per)) * (double)(per))
#define NEAREST(member, type, high, per) message->member = (type)etp_scale_nearest(READ(high, per));
#define DOWN(member, type, high, per)    message->member = (type)etp_scale_down(READ(high, per));
#define WHOLE(member, type, low, high) \
    message->member = (type)take_within(&reader, sizeof(type), (uint64_t)(high), ETP_REFUSED_OUT_OF_RANGE);
    *message = (etp_message){0};
    message->type = (uint8_t)take_within(&reader, 1, ETP_TYPES - 1, ETP_REFUSED_UNKNOWN_TYPE);
    WHOLE(message_id, etp_id, 0, UINT64_MAX)
    WHOLE(device_id, etp_id, 0, ETP_ID_MAX)
    ETP_FIELDS_AFTER_IDS(WHOLE, NEAREST, DOWN)
#undef READ
#undef NEAREST
#undef DOWN
#undef WHOLE
    return reader.refusal;
}

static etp_refusal check_length(const unsigned char *bytes)
{
    record_reader reader = {bytes, ETP_REFUSED_NONE};
    uint64_t length = take_whole(&reader, LENGTH_SIZE);
    if (length == ETP_OLDER_BODY)
        return ETP_REFUSED_NONE;
    return length > ETP_OLDER_BODY ? ETP_REFUSED_TOO_LONG : ETP_REFUSED_NOT_A_MESSAGE;
}

static etp_refusal decode(const unsigned char *bytes, size_t size, etp_message *message, size_t *used)
{
    *used = 0;
    if (size < LENGTH_SIZE)
        return ETP_REFUSED_NONE;
    etp_refusal refusal = check_length(bytes);
    if (refusal != ETP_REFUSED_NONE || size < ETP_OLDER_RECORD)
        return refusal;
    *used = ETP_OLDER_RECORD;
    refusal = take_fields(bytes + LENGTH_SIZE, message);
    if (refusal != ETP_REFUSED_NONE)
        *message =
            (etp_message){.type = message->type, .message_id = message->message_id, .device_id = message->device_id};
    return refusal;
}

etp_refusal etp_older_decode(const void *bytes, size_t size, etp_message *message, size_t *used)
{
    return bytes != NULL && message != NULL && used != NULL ? decode(bytes, size, message, used)
                                                            : ETP_REFUSED_TRUNCATED;
}

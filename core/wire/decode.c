/* SPDX-License-Identifier: MIT */
/*
 * MessagePack to a message, by hand: the array is fixed, so neither a tree of objects nor memory for one is needed.
 * tests/fuzz compares it with msgpack-c's parser.
 *
 * The common forms of a field are read in line, with a reader that lives in the processor's registers; that is what the
 * speed comes from. So its address is given to inline functions only: the rare forms are read with a copy.
 */
#include <math.h>
#include <string.h>

#include "etp/codec.h"
#include "wire/fields.h"
#include "wire/reader.h"
#include "wire/scale.h"

/* MessagePack's first bytes. */
enum {
    FIXINT_END = 0x80,
    FIXARRAY = 0x90,
    FLOAT32 = 0xca,
    FLOAT64 = 0xcb,
    UINT8 = 0xcc,
    UINT16 = 0xcd,
    UINT32 = 0xce,
    UINT64 = 0xcf,
    INT8 = 0xd0,
    INT64 = 0xd3,
    ARRAY16 = 0xdc,
    ARRAY32 = 0xdd,
    NEGATIVE_FIXINT = 0xe0
};

/* The `width` bytes after a tag, as a number; takes both. */
static inline uint64_t read_body(etp_reader *reader, size_t width)
{
    if (etp_reader_left(reader) <= width)
        return etp_reader_fail(reader, ETP_REFUSED_TRUNCATED);
    uint64_t bits = etp_load(reader->at + 1, width);
    reader->at += 1 + width;
    return bits;
}

static inline uint32_t read_array(etp_reader *reader)
{
    if (reader->at == reader->end)
        return (uint32_t)etp_reader_fail(reader, ETP_REFUSED_TRUNCATED);
    unsigned tag = *reader->at;
    if (tag == ARRAY16)
        return (uint32_t)read_body(reader, 2);
    if (tag == ARRAY32)
        return (uint32_t)read_body(reader, 4);
    if (tag < FIXARRAY || tag > FIXARRAY + 15)
        return (uint32_t)etp_reader_fail(reader, ETP_REFUSED_NOT_A_MESSAGE);
    reader->at++;
    return tag - FIXARRAY;
}

/* A signed integer, or what is none. */
static uint64_t read_odd_whole(etp_reader *reader)
{
    unsigned tag = *reader->at;
    if (tag >= NEGATIVE_FIXINT)
        return etp_reader_fail(reader, ETP_REFUSED_OUT_OF_RANGE);
    if (tag < INT8 || tag > INT64)
        return etp_reader_fail(reader, ETP_REFUSED_WRONG_TYPE);
    size_t width = (size_t)1 << (tag - INT8);
    uint64_t bits = read_body(reader, width);
    bool negative = bits >> (8 * width - 1) != 0;
    return negative ? etp_reader_fail(reader, ETP_REFUSED_OUT_OF_RANGE) : bits;
}

/* Each form has its own constant for the step, so that the processor can guess where the next field begins. */
static inline uint64_t read_integer(etp_reader *reader)
{
    if (reader->at == reader->end)
        return etp_reader_fail(reader, ETP_REFUSED_TRUNCATED);
    unsigned tag = *reader->at;
    if (tag < FIXINT_END)
        return *reader->at++;
    if (tag == UINT64)
        return read_body(reader, 8);
    if (tag == UINT32)
        return read_body(reader, 4);
    if (tag == UINT16)
        return read_body(reader, 2);
    if (tag == UINT8)
        return read_body(reader, 1);
    etp_reader copy = *reader;
    uint64_t value = read_odd_whole(&copy);
    *reader = copy;
    return value;
}

/* What is not a float64 within its range. NaN fails the comparison; -0.0 passes. */
static double read_odd_real(etp_reader *reader, double high)
{
    double real = 0.0;
    if (reader->at < reader->end && *reader->at == FLOAT64) {
        uint64_t bits = read_body(reader, sizeof real);
        memcpy(&real, &bits, sizeof real);
    } else if (reader->at < reader->end && *reader->at == FLOAT32) {
        uint32_t bits = (uint32_t)read_body(reader, sizeof(float));
        float narrow;
        memcpy(&narrow, &bits, sizeof narrow);
        real = (double)narrow;
    } else {
        real = (double)read_integer(reader);
    }
    if (!(real >= 0.0 && real <= high))
        return (double)etp_reader_fail(reader, isfinite(real) ? ETP_REFUSED_OUT_OF_RANGE : ETP_REFUSED_NOT_FINITE);
    return real;
}

/* From 0 to `high`, in the wire's unit. As bits, numbers that are not negative sort like unsigned integers, and all that
 * is negative, infinite or NaN is above them: one comparison sees to everything. */
static inline double read_real(etp_reader *reader, double high)
{
    double real;
    if (etp_reader_left(reader) > sizeof real && *reader->at == FLOAT64) {
        uint64_t bits = etp_load_u64(reader->at + 1), high_bits;
        memcpy(&high_bits, &high, sizeof high);
        if (bits <= high_bits) {
            reader->at += 1 + sizeof real;
            memcpy(&real, &bits, sizeof real);
            return real;
        }
    }
    etp_reader copy = *reader;
    real = read_odd_real(&copy, high);
    *reader = copy;
    return real;
}

static inline uint64_t read_whole(etp_reader *reader, uint64_t low, uint64_t high, etp_refusal refusal)
{
    uint64_t value = read_integer(reader);
    if (value - low > high - low)
        return etp_reader_fail(reader, refusal);
    return value;
}

/* message_type has a refusal of its own. The last two fields may be missing, and are 0 then. */
static inline void read_fields(etp_reader *reader, uint32_t count, etp_message *message)
{
#define READ(high, per)                  (read_real(reader, (double)(high) / (double)(per)) * (double)(per))
#define NEAREST(member, type, high, per) message->member = (type)etp_scale_nearest(READ(high, per));
#define DOWN(member, type, high, per)    message->member = (type)etp_scale_down(READ(high, per));
#define WHOLE(member, type, low, high) \
    message->member = (type)read_whole(reader, low, (uint64_t)(high), ETP_REFUSED_OUT_OF_RANGE);
    message->type = (uint8_t)read_whole(reader, 0, ETP_TYPES - 1, ETP_REFUSED_UNKNOWN_TYPE);
    ETP_FIELD_LIST(WHOLE, NEAREST, DOWN)
    message->in_reply_to = 0;
    message->closes_in_ms = 0;
    if (count > ETP_FIELDS_MIN)
        WHOLE(in_reply_to, etp_id, 0, ETP_ID_MAX)
    if (count > ETP_FIELDS_MIN + 1)
        WHOLE(closes_in_ms, uint32_t, 0, UINT32_MAX)
#undef READ
#undef NEAREST
#undef DOWN
#undef WHOLE
}

/* After the fields that we know; `known` is their size. */
static etp_refusal skip_rest(etp_reader reader, uint32_t count, size_t known, size_t *used)
{
    if (known > ETP_MESSAGE_MAX)
        return ETP_REFUSED_TOO_LONG;
    const unsigned char *start = reader.at;
    if (count > ETP_FIELDS)
        etp_reader_skip(&reader, count - ETP_FIELDS, ETP_MESSAGE_GROWN_MAX - known);
    *used = known + (size_t)(reader.at - start);
    return reader.refusal;
}

static etp_refusal decode(const unsigned char *start, size_t size, etp_message *message, size_t *used)
{
    etp_reader reader = {start, start + size, ETP_REFUSED_NONE};
    uint32_t count = read_array(&reader);
    if (count < ETP_FIELDS_MIN)
        etp_reader_fail(&reader, ETP_REFUSED_NOT_A_MESSAGE);
    read_fields(&reader, count, message);
    if (reader.refusal != ETP_REFUSED_NONE)
        return reader.refusal;
    return skip_rest(reader, count, (size_t)(reader.at - start), used);
}

etp_refusal etp_decode(const void *bytes, size_t size, etp_message *message, size_t *used)
{
    return bytes != NULL && message != NULL && used != NULL ? decode(bytes, size, message, used)
                                                            : ETP_REFUSED_TRUNCATED;
}

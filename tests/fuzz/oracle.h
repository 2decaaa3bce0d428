/* SPDX-License-Identifier: MIT */
/*
 * msgpack-c as the judge of etp_decode: what the decoder takes, msgpack-c must parse to the same values, and what
 * msgpack-c parses as an array of 14 or more elements of the right types and ranges, the decoder must take. Where both
 * see the same array, the reason for a refusal is predicted too.
 */
#ifndef ETP_TESTS_ORACLE_H
#define ETP_TESTS_ORACLE_H

#include <math.h>
#include <msgpack.h>

#include "etp/codec.h"
#include "fuzz/messages.h"

typedef struct oracle {
    msgpack_zone zone;
} oracle;

static inline bool oracle_init(oracle *judge)
{
    return msgpack_zone_init(&judge->zone, 4096);
}

static inline void oracle_fini(oracle *judge)
{
    msgpack_zone_destroy(&judge->zone);
}

/* Parses one object; false if msgpack-c cannot. `used` is moved on. */
static inline bool oracle_parse(oracle *judge, const unsigned char *bytes, size_t size, size_t *used,
                                msgpack_object *object)
{
    msgpack_zone_clear(&judge->zone);
    msgpack_unpack_return result = msgpack_unpack((const char *)bytes, size, used, &judge->zone, object);
    return result == MSGPACK_UNPACK_SUCCESS || result == MSGPACK_UNPACK_EXTRA_BYTES;
}

/* How many elements a container's header promises; its own size in `header`, 0 if this is no container. */
static inline uint64_t promised(const unsigned char *at, size_t left, size_t *header)
{
    unsigned tag = *at;
    bool is_map = tag == 0xde || tag == 0xdf || (tag & 0xf0) == 0x80;
    bool is_small = (tag & 0xe0) == 0x80;
    uint64_t count = is_small ? tag & 15 : 0;
    *header = is_small ? 1 : tag == 0xdc || tag == 0xde ? 3 : tag == 0xdd || tag == 0xdf ? 5 : 0;
    for (size_t i = 1; i < *header; i++)
        count = count << 8 | (i < left ? at[i] : 0);
    return is_map ? 2 * count : count;
}

/* msgpack-c allocates what a container promises before it sees whether it is there, so bytes that promise more elements
 * than there are bytes left are not shown to it: it could not parse them. */
static inline bool promises_fit(oracle *judge, const unsigned char *bytes, size_t size)
{
    size_t at = 0;
    uint64_t pending = 1;
    while (pending > 0) {
        if (at >= size)
            return false;
        size_t header;
        msgpack_object element;
        uint64_t children = promised(bytes + at, size - at, &header);
        if (children > size - at)
            return false;
        if (header == 0 && !oracle_parse(judge, bytes, size, &at, &element))
            return false;
        at += header;
        pending += children - 1;
    }
    return true;
}

static inline bool is_integer(const msgpack_object *element)
{
    return element->type == MSGPACK_OBJECT_POSITIVE_INTEGER || element->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
}

static inline etp_refusal judge_whole(const msgpack_object *element, const field *which, uint64_t *value)
{
    if (!is_integer(element))
        return ETP_REFUSED_WRONG_TYPE;
    if (element->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
        return ETP_REFUSED_OUT_OF_RANGE;
    *value = element->via.u64;
    bool inside = *value >= which->low && *value <= which->high;
    if (which == &fields[0])
        return inside ? ETP_REFUSED_NONE : ETP_REFUSED_UNKNOWN_TYPE;
    return inside ? ETP_REFUSED_NONE : ETP_REFUSED_OUT_OF_RANGE;
}

/* The rules of units.h in other words than the codec's: the candidate is the whole number nearest to the scaled value,
 * then steps down where rounding down asks for it. */
static inline etp_refusal judge_real(const msgpack_object *element, const field *which, uint64_t *value)
{
    double real;
    if (element->type == MSGPACK_OBJECT_FLOAT32 || element->type == MSGPACK_OBJECT_FLOAT64)
        real = element->via.f64;
    else if (element->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        real = (double)element->via.u64;
    else
        return is_integer(element) ? ETP_REFUSED_OUT_OF_RANGE : ETP_REFUSED_WRONG_TYPE;
    if (!isfinite(real))
        return ETP_REFUSED_NOT_FINITE;
    if (real < 0.0 || real > (double)which->high / which->per)
        return ETP_REFUSED_OUT_OF_RANGE;
    double scaled = real * which->per;
    *value = (uint64_t)(scaled + 1.0);
    double step_below = which->down ? 0.001 : 0.5;
    while (*value > 0 && scaled < (double)*value - step_below)
        --*value;
    return ETP_REFUSED_NONE;
}

/* What is to become of the elements that we know. */
static inline etp_refusal judge_fields(const msgpack_object *array, etp_message *message)
{
    if (array->type != MSGPACK_OBJECT_ARRAY || array->via.array.size < 14)
        return ETP_REFUSED_NOT_A_MESSAGE;
    *message = (etp_message){0};
    for (uint32_t i = 0; i < FIELDS && i < array->via.array.size; i++) {
        const msgpack_object *element = &array->via.array.ptr[i];
        uint64_t value = 0;
        etp_refusal refusal =
            fields[i].per == 0 ? judge_whole(element, &fields[i], &value) : judge_real(element, &fields[i], &value);
        if (refusal != ETP_REFUSED_NONE)
            return refusal;
        field_set(message, &fields[i], value);
    }
    return ETP_REFUSED_NONE;
}

static inline unsigned depth_of(const msgpack_object *object)
{
    unsigned deepest = 0;
    if (object->type == MSGPACK_OBJECT_ARRAY) {
        for (uint32_t i = 0; i < object->via.array.size; i++) {
            unsigned depth = depth_of(&object->via.array.ptr[i]);
            deepest = depth > deepest ? depth : deepest;
        }
        return deepest + 1;
    }
    if (object->type == MSGPACK_OBJECT_MAP) {
        for (uint32_t i = 0; i < object->via.map.size; i++) {
            unsigned key = depth_of(&object->via.map.ptr[i].key), value = depth_of(&object->via.map.ptr[i].val);
            deepest = key > deepest ? key : deepest;
            deepest = value > deepest ? value : deepest;
        }
        return deepest + 1;
    }
    return 0;
}

static inline unsigned tail_depth(const msgpack_object *array)
{
    unsigned deepest = 0;
    for (uint32_t i = FIELDS; i < array->via.array.size; i++) {
        unsigned depth = depth_of(&array->via.array.ptr[i]);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

/* How many bytes the array's header and the elements that we know take: each is parsed again by itself. */
static inline size_t known_size(oracle *judge, const unsigned char *bytes, size_t size, uint32_t count)
{
    size_t used = bytes[0] == 0xdc ? 3 : bytes[0] == 0xdd ? 5 : 1;
    for (uint32_t i = 0; i < FIELDS && i < count; i++) {
        msgpack_object element;
        if (!oracle_parse(judge, bytes, size, &used, &element))
            break;
    }
    return used;
}

/* NULL if `refusal` is right for a message whose fields are good, else what is wrong. */
static inline const char *judge_limits(etp_refusal refusal, size_t known, size_t whole, unsigned depth)
{
    bool known_long = known > ETP_MESSAGE_MAX, long_tail = whole > ETP_MESSAGE_GROWN_MAX;
    bool deep = depth > ETP_SKIP_DEPTH_MAX;
    if (refusal == ETP_REFUSED_TOO_LONG)
        return known_long || long_tail ? NULL : "refused as too long, but it is not";
    if (refusal == ETP_REFUSED_TOO_DEEP)
        return deep && !known_long ? NULL : "refused as too deep, but it is not";
    if (refusal != ETP_REFUSED_NONE)
        return "refused, but it is good";
    return known_long || long_tail || deep ? "taken, but it is over a limit" : NULL;
}

/* What holds for every message that is taken, whoever made it. */
static inline const char *judge_taken(const etp_message *message)
{
    unsigned char bytes[ETP_MESSAGE_MAX];
    etp_message again;
    size_t used = 0;
    if (!message_in_range(message))
        return "a field is out of range";
    int size = etp_encode(message, bytes, sizeof bytes);
    if (size <= 0 || etp_decode(bytes, (size_t)size, &again, &used) != ETP_REFUSED_NONE || used != (size_t)size)
        return "it cannot be encoded again";
    return message_difference(message, &again);
}

/* NULL if the decoder and msgpack-c agree about these bytes; else what they differ in. */
static inline const char *oracle_disagrees(oracle *judge, const unsigned char *bytes, size_t size)
{
    etp_message ours, theirs;
    size_t used = 0, parsed = 0;
    etp_refusal refusal = etp_decode(bytes, size, &ours, &used);
    const char *complaint = refusal == ETP_REFUSED_NONE ? judge_taken(&ours) : NULL;
    if (complaint != NULL)
        return complaint;
    msgpack_object array;
    if (!promises_fit(judge, bytes, size) || !oracle_parse(judge, bytes, size, &parsed, &array))
        return refusal == ETP_REFUSED_NONE ? "taken, but msgpack-c cannot parse it" : NULL;
    etp_refusal expected = judge_fields(&array, &theirs);
    if (expected != ETP_REFUSED_NONE)
        return refusal == expected ? NULL : "not refused for the reason expected";
    unsigned depth = tail_depth(&array);
    size_t known = known_size(judge, bytes, size, array.via.array.size);
    complaint = judge_limits(refusal, known, parsed, depth);
    if (complaint != NULL || refusal != ETP_REFUSED_NONE)
        return complaint;
    return used == parsed ? message_difference(&ours, &theirs) : "another number of bytes is taken";
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Messages for tests: a typical one, random ones over the whole of every field's range, and the fields' limits.
 */
#ifndef ETP_TESTS_MESSAGES_H
#define ETP_TESTS_MESSAGES_H

#include <stddef.h>
#include <string.h>

#include "etp/message.h"
#include "etp/rng.h"

enum { FIELDS = 16 };

/* A field by its place on the wire. The limits are written down here once more, apart from the codec's own. */
typedef struct field {
    const char *name;
    size_t offset;
    size_t size;
    uint64_t low, high;
    double per; /* our units in one of the wire's; 0 for a whole number */
    bool down;  /* rounded down, not to the nearest */
} field;

#define FIELD(member) #member, offsetof(etp_message, member), sizeof(((etp_message *)0)->member)

static const field fields[FIELDS] = {
    {FIELD(type), 0, 9, 0, false},
    {FIELD(message_id), 1, UINT64_C(9007199254740991), 0, false},
    {FIELD(device_id), 1, UINT64_C(9007199254740991), 0, false},
    {FIELD(ttl), 0, 255, 0, false},
    {FIELD(bid_price), 0, 100000000, 1e4, false},
    {FIELD(sale_price), 0, 100000000, 1e4, false},
    {FIELD(energy_total), 0, UINT64_C(1000000000000), 1e6, true},
    {FIELD(for_sale_ppm), 0, 1000000, 1e4, false},
    {FIELD(required_energy), 0, UINT64_C(1000000000000), 1e6, true},
    {FIELD(code), 0, 255, 0, false},
    {FIELD(remaining_energy), 0, UINT64_C(1000000000000), 1e6, true},
    {FIELD(health), 0, 3, 0, false},
    {FIELD(voltage_mv), 0, UINT32_MAX, 1e3, false},
    {FIELD(discharge_rate), 0, UINT64_C(1000000000000), 1e6, true},
    {FIELD(in_reply_to), 0, UINT64_C(9007199254740991), 0, false},
    {FIELD(closes_in_ms), 0, UINT32_MAX, 0, false},
};

#undef FIELD

/* The largest value that the member's C type holds. */
static inline uint64_t field_type_max(const field *which)
{
    return UINT64_MAX >> (64 - 8 * which->size);
}

static inline uint64_t field_get(const etp_message *message, const field *which)
{
    const unsigned char *at = (const unsigned char *)message + which->offset;
    uint8_t small;
    uint32_t middle;
    uint64_t large;
    switch (which->size) {
    case sizeof small:
        memcpy(&small, at, sizeof small);
        return small;
    case sizeof middle:
        memcpy(&middle, at, sizeof middle);
        return middle;
    default:
        memcpy(&large, at, sizeof large);
        return large;
    }
}

static inline void field_set(etp_message *message, const field *which, uint64_t value)
{
    unsigned char *at = (unsigned char *)message + which->offset;
    uint8_t small = (uint8_t)value;
    uint32_t middle = (uint32_t)value;
    switch (which->size) {
    case sizeof small:
        memcpy(at, &small, sizeof small);
        break;
    case sizeof middle:
        memcpy(at, &middle, sizeof middle);
        break;
    default:
        memcpy(at, &value, sizeof value);
    }
}

static inline bool message_in_range(const etp_message *message)
{
    for (int i = 0; i < FIELDS; i++) {
        uint64_t value = field_get(message, &fields[i]);
        if (value < fields[i].low || value > fields[i].high)
            return false;
    }
    return true;
}

/* The name of the first field in which two messages differ, or NULL. */
static inline const char *message_difference(const etp_message *a, const etp_message *b)
{
    for (int i = 0; i < FIELDS; i++) {
        if (field_get(a, &fields[i]) != field_get(b, &fields[i]))
            return fields[i].name;
    }
    return NULL;
}

/* As often small as large, and often one of both ends. */
static inline uint64_t random_value(etp_rng *rng, uint64_t low, uint64_t high)
{
    uint64_t range = high - low + 1;
    switch (etp_rng_below(rng, 8)) {
    case 0:
        return low;
    case 1:
        return high;
    case 2:
    case 3:
        return low + etp_rng_below(rng, range);
    default:
        return low + (etp_rng_below(rng, range) >> etp_rng_below(rng, 40));
    }
}

static inline etp_message random_message(etp_rng *rng)
{
    etp_message message = {0};
    for (int i = 0; i < FIELDS; i++)
        field_set(&message, &fields[i], random_value(rng, fields[i].low, fields[i].high));
    return message;
}

static inline etp_message typical_message(void)
{
    return (etp_message){
        .type = ETP_QUERY_RESPONSE,
        .message_id = UINT64_C(1764000000000000),
        .device_id = 300,
        .ttl = ETP_TTL_DEFAULT,
        .bid_price = 0,
        .sale_price = 83000,
        .energy_total = 10000000,
        .for_sale_ppm = 500000,
        .required_energy = 416666,
        .code = ETP_CODE_NONE,
        .remaining_energy = 9583334,
        .health = ETP_HEALTH_GOOD,
        .voltage_mv = 48000,
        .discharge_rate = 5000000,
        .in_reply_to = UINT64_C(1763999999999999),
        .closes_in_ms = 2000,
    };
}

#endif

/* SPDX-License-Identifier: MIT */
/* Bytes for the decoder, put together element by element with msgpack-c. */
#ifndef ETP_TESTS_WIRE_FIXTURE_H
#define ETP_TESTS_WIRE_FIXTURE_H

#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "etp/codec.h"
#include "fuzz/messages.h"

enum { WIRE_MAX = 8192 };

typedef struct wire {
    unsigned char bytes[WIRE_MAX];
    size_t size;
} wire;

/* An element as it stands on the wire. */
typedef struct element {
    unsigned char bytes[16];
    size_t size;
} element;

static inline int wire_write(void *data, const char *bytes, size_t count)
{
    wire *into = data;
    if (count > sizeof into->bytes - into->size)
        return -1;
    memcpy(into->bytes + into->size, bytes, count);
    into->size += count;
    return 0;
}

static inline msgpack_packer wire_packer(wire *into)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, into, wire_write);
    return packer;
}

static inline void wire_field(wire *into, const etp_message *message, const field *which)
{
    msgpack_packer packer = wire_packer(into);
    uint64_t value = field_get(message, which);
    if (which->per == 0)
        msgpack_pack_uint64(&packer, value);
    else
        msgpack_pack_double(&packer, (double)value / which->per);
}

/* The typical message as an array that says it has `count` elements; of the 16, those below `count` follow. `odd` stands
 * in the place of the element `at`; at -1 nowhere. */
static inline wire wire_message(uint32_t count, int at, const element *odd)
{
    wire made = {.size = 0};
    msgpack_packer packer = wire_packer(&made);
    etp_message message = typical_message();
    msgpack_pack_array(&packer, count);
    for (uint32_t i = 0; i < FIELDS && i < count; i++) {
        if ((int)i == at)
            wire_write(&made, (const char *)odd->bytes, odd->size);
        else
            wire_field(&made, &message, &fields[i]);
    }
    return made;
}

static inline element element_double(double value)
{
    wire made = {.size = 0};
    msgpack_packer packer = wire_packer(&made);
    msgpack_pack_double(&packer, value);
    element odd = {.size = made.size};
    memcpy(odd.bytes, made.bytes, made.size);
    return odd;
}

/* A tag, then `value` in `width` bytes, big endian. */
static inline element element_tagged(unsigned tag, uint64_t value, size_t width)
{
    element odd = {.bytes = {(unsigned char)tag}, .size = 1 + width};
    for (size_t i = 0; i < width; i++)
        odd.bytes[width - i] = (unsigned char)(value >> (8 * i));
    return odd;
}

static inline etp_refusal wire_decode(const wire *from, etp_message *message, size_t *used)
{
    /* A copy of the exact size, so that a sanitizer sees a read beyond it. */
    unsigned char *exact = malloc(from->size + 1);
    if (exact == NULL)
        abort();
    memcpy(exact + 1, from->bytes, from->size);
    etp_refusal refusal = etp_decode(exact + 1, from->size, message, used);
    free(exact);
    return refusal;
}

#endif

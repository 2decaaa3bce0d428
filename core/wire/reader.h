/* SPDX-License-Identifier: MIT */
/*
 * A place in bytes that came from outside, and what is wrong with them.
 *
 * The first refusal stays; from then on the reader is at its end and every read gives 0. So a caller reads all he wants
 * in a straight line, and looks at `refusal` once.
 */
#ifndef ETP_WIRE_READER_H
#define ETP_WIRE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "etp/message.h"

typedef struct etp_reader {
    const unsigned char *at;
    const unsigned char *end;
    etp_refusal refusal;
} etp_reader;

static inline uint64_t etp_reader_fail(etp_reader *reader, etp_refusal refusal)
{
    if (reader->refusal == ETP_REFUSED_NONE)
        reader->refusal = refusal;
    reader->at = reader->end;
    return 0;
}

static inline size_t etp_reader_left(const etp_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* Big endian numbers. Compilers make one load and one byte swap of each. */
static inline uint64_t etp_load_u16(const unsigned char *at)
{
    return (uint64_t)at[0] << 8 | at[1];
}

static inline uint64_t etp_load_u32(const unsigned char *at)
{
    return (uint64_t)at[0] << 24 | (uint64_t)at[1] << 16 | (uint64_t)at[2] << 8 | at[3];
}

static inline uint64_t etp_load_u64(const unsigned char *at)
{
    return etp_load_u32(at) << 32 | etp_load_u32(at + 4);
}

/* `width` is 1, 2, 4 or 8. */
static inline uint64_t etp_load(const unsigned char *at, size_t width)
{
    switch (width) {
    case 1:
        return at[0];
    case 2:
        return etp_load_u16(at);
    case 4:
        return etp_load_u32(at);
    default:
        return etp_load_u64(at);
    }
}

/* Skips `count` elements of any kind. Takes at most `room` bytes for them (TOO_LONG), and containers in containers to
 * ETP_SKIP_DEPTH_MAX (TOO_DEEP). */
void etp_reader_skip(etp_reader *reader, uint32_t count, size_t room);

#endif

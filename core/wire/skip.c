/* SPDX-License-Identifier: MIT */
/*
 * Skips what comes after the fields we know. It comes from outside, so neither its depth nor its size may cost us more
 * than a constant: containers that are open are a small array of counts, never a call of ourselves, and a length that
 * cannot fit is refused before anything of it is looked at.
 */
#include "etp/codec.h"
#include "wire/reader.h"

enum { FIRST_TABLED = 0xc0, LAST_TABLED = 0xdf, NEVER_USED = 0xc1 };

/* How the size of an element follows from its first bytes: after the tag comes a length of `length_width` bytes, which
 * counts elements (`per_length` for each) or, where that is 0, bytes; `more` bytes follow in any case. */
typedef struct form {
    uint8_t length_width;
    uint8_t more;
    uint8_t per_length;
} form;

static const form forms[LAST_TABLED - FIRST_TABLED + 1] = {
    {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0},             /* nil, (never used), false, true */
    {1, 0, 0}, {2, 0, 0}, {4, 0, 0},                        /* bin 8, 16, 32 */
    {1, 1, 0}, {2, 1, 0}, {4, 1, 0},                        /* ext 8, 16, 32 */
    {0, 4, 0}, {0, 8, 0},                                   /* float 32, 64 */
    {0, 1, 0}, {0, 2, 0}, {0, 4, 0}, {0, 8, 0},             /* uint 8, 16, 32, 64 */
    {0, 1, 0}, {0, 2, 0}, {0, 4, 0}, {0, 8, 0},             /* int 8, 16, 32, 64 */
    {0, 2, 0}, {0, 3, 0}, {0, 5, 0}, {0, 9, 0}, {0, 17, 0}, /* fixext 1, 2, 4, 8, 16 */
    {1, 0, 0}, {2, 0, 0}, {4, 0, 0},                        /* str 8, 16, 32 */
    {2, 0, 1}, {4, 0, 1},                                   /* array 16, 32 */
    {2, 0, 2}, {4, 0, 2}                                    /* map 16, 32 */
};

typedef struct skipper {
    etp_reader *reader;
    const unsigned char *start;
    size_t room;
    unsigned depth;                        /* of containers that are open */
    uint64_t left[ETP_SKIP_DEPTH_MAX + 1]; /* elements to come, in the message and in each open container */
} skipper;

static size_t room_left(const skipper *skip)
{
    return skip->room - (size_t)(skip->reader->at - skip->start);
}

static bool take(skipper *skip, uint64_t bytes)
{
    if (bytes > room_left(skip))
        etp_reader_fail(skip->reader, ETP_REFUSED_TOO_LONG);
    else if (bytes > etp_reader_left(skip->reader))
        etp_reader_fail(skip->reader, ETP_REFUSED_TRUNCATED);
    else
        skip->reader->at += bytes;
    return skip->reader->refusal == ETP_REFUSED_NONE;
}

/* Each element takes a byte at least, so a container with more of them than bytes are allowed is refused at once. */
static void open_container(skipper *skip, uint64_t elements)
{
    if (skip->depth == ETP_SKIP_DEPTH_MAX)
        etp_reader_fail(skip->reader, ETP_REFUSED_TOO_DEEP);
    else if (elements > room_left(skip))
        etp_reader_fail(skip->reader, ETP_REFUSED_TOO_LONG);
    else
        skip->left[++skip->depth] = elements;
}

static void skip_tabled(skipper *skip, unsigned tag)
{
    const form *shape = &forms[tag - FIRST_TABLED];
    uint64_t length = 0;
    const unsigned char *at = skip->reader->at;
    if (shape->length_width > 0 && take(skip, shape->length_width))
        length = etp_load(at, shape->length_width);
    if (tag == NEVER_USED)
        etp_reader_fail(skip->reader, ETP_REFUSED_WRONG_TYPE);
    else if (skip->reader->refusal != ETP_REFUSED_NONE)
        return;
    else if (shape->per_length > 0)
        open_container(skip, length * shape->per_length);
    else
        take(skip, length + shape->more);
}

static void skip_element(skipper *skip)
{
    const unsigned char *at = skip->reader->at;
    if (!take(skip, 1))
        return;
    unsigned tag = *at;
    if (tag < 0x80 || tag > LAST_TABLED)
        return; /* a number in one byte */
    if (tag < 0x90)
        open_container(skip, 2 * (uint64_t)(tag & 0x0f)); /* fixmap */
    else if (tag < 0xa0)
        open_container(skip, tag & 0x0f); /* fixarray */
    else if (tag < FIRST_TABLED)
        take(skip, tag & 0x1f); /* fixstr */
    else
        skip_tabled(skip, tag);
}

void etp_reader_skip(etp_reader *reader, uint32_t count, size_t room)
{
    skipper skip = {.reader = reader, .start = reader->at, .room = room, .left = {count}};
    if (count > room)
        etp_reader_fail(reader, ETP_REFUSED_TOO_LONG);
    while (reader->refusal == ETP_REFUSED_NONE) {
        if (skip.left[skip.depth] > 0) {
            skip.left[skip.depth]--;
            skip_element(&skip);
        } else if (skip.depth > 0) {
            skip.depth--;
        } else {
            break;
        }
    }
}

/* SPDX-License-Identifier: MIT */
#include "data/gunzip.h"

#include <libdeflate.h>
#include <string.h>

#include "base/memory.h"

/* Ten bytes of header, eight of checksum and length, and at least two between them. */
enum { MEMBER_MIN = 20, PER_BYTE_MAX = 1032 };

typedef struct unpacker {
    const char *name;
    etp_span rest; /* members that were not unpacked yet */
    struct libdeflate_decompressor *inflater;
    const etp_allocator *allocator;
    char *bytes;
    size_t size, room;
} unpacker;

bool etp_gzip_is(etp_span bytes)
{
    return bytes.size >= 2 && memcmp(bytes.text, "\x1f\x8b", 2) == 0;
}

/* The last four bytes tell how long the last member is, modulo 2^32: mostly the whole file's length. It is but a hint:
 * a member cannot unpack to more than 1 032 times its size. */
static size_t guess_room(etp_span packed)
{
    size_t told = 0;
    for (unsigned i = 0; i < 4 && packed.size >= MEMBER_MIN; i++)
        told |= (size_t)(unsigned char)packed.text[packed.size - 4 + i] << (8 * i);
    size_t most = packed.size < ETP_DATA_SIZE_MAX / PER_BYTE_MAX ? packed.size * PER_BYTE_MAX : ETP_DATA_SIZE_MAX;
    return told > 0 && told <= most ? told : (packed.size < most / 4 ? packed.size * 4 : most);
}

static int grow(unpacker *u, size_t room, etp_error *error)
{
    char *bytes = etp_memory_take(u->allocator, room);
    if (bytes == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory to unpack it", u->name);
    if (u->size > 0)
        memcpy(bytes, u->bytes, u->size);
    etp_memory_give(u->allocator, u->bytes, u->room);
    u->bytes = bytes;
    u->room = room;
    return 0;
}

static int refuse_member(const unpacker *u, etp_error *error)
{
    return etp_fail(error, ETP_EFORMAT,
                    "%s is gzip-compressed, and cannot be unpacked: it is cut off or damaged; get it again (gzip -t "
                    "tells whether a copy is whole)",
                    u->name);
}

/* One member more, with as much room as it takes. */
static int unpack_member(unpacker *u, etp_error *error)
{
    for (;;) {
        size_t taken = 0, made = 0;
        enum libdeflate_result result = libdeflate_gzip_decompress_ex(
            u->inflater, u->rest.text, u->rest.size, u->bytes + u->size, u->room - u->size, &taken, &made);
        if (result == LIBDEFLATE_SUCCESS) {
            u->rest.text += taken;
            u->rest.size -= taken;
            u->size += made;
            return 0;
        }
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
            return refuse_member(u, error);
        if (u->room >= ETP_DATA_SIZE_MAX)
            return etp_fail(error, ETP_EFORMAT, "%s is larger than 256 MiB when unpacked: split it by year", u->name);
        size_t room = u->room < ETP_DATA_SIZE_MAX / 2 ? u->room * 2 : ETP_DATA_SIZE_MAX;
        int rc = grow(u, room, error);
        if (rc != 0)
            return rc;
    }
}

static int unpack_all(unpacker *u, etp_error *error)
{
    int rc = grow(u, guess_room(u->rest), error);
    while (rc == 0 && u->rest.size > 0) {
        if (!etp_gzip_is(u->rest))
            return refuse_member(u, error);
        rc = unpack_member(u, error);
    }
    return rc;
}

int etp_gunzip(const char *name, etp_span packed, char **bytes, size_t *size, size_t *room,
               const etp_allocator *allocator, etp_error *error)
{
    unpacker u = {.name = name, .rest = packed, .allocator = allocator};
    u.inflater = libdeflate_alloc_decompressor();
    if (u.inflater == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory to unpack it", name);
    int rc = unpack_all(&u, error);
    libdeflate_free_decompressor(u.inflater);
    if (rc != 0) {
        etp_memory_give(allocator, u.bytes, u.room);
        return rc;
    }
    *bytes = u.bytes;
    *size = u.size;
    *room = u.room;
    return 0;
}

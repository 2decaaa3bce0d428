/* SPDX-License-Identifier: MIT */
#include "data/text_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "base/utf8.h"

/* ---- is it text at all? ---- */

static bool begins_with(etp_span span, const char *magic, size_t size)
{
    return span.size >= size && memcmp(span.text, magic, size) == 0;
}

static int check_text(const char *name, etp_span text, etp_error *error)
{
    size_t line = 1, line_start = 0;
    for (size_t i = 0, size; i < text.size; i += size) {
        size = etp_utf8_size(text.text + i, text.size - i);
        if (size == 0 || text.text[i] == '\0')
            return etp_fail(error, ETP_EFORMAT,
                            "%s: line %zu, byte %zu: 0x%02x is not UTF-8 text; save the file as UTF-8", name, line,
                            i - line_start + 1, (unsigned)(unsigned char)text.text[i]);
        if (text.text[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    return 0;
}

static int check_magic(const char *name, etp_span text, etp_error *error)
{
    if (text.size == 0)
        return etp_fail(error, ETP_EFORMAT, "%s: the file is empty", name);
    if (begins_with(text, "PK\x03\x04", 4))
        return etp_fail(error, ETP_EFORMAT, "%s is a zip archive: unpack it first with unzip", name);
    if (begins_with(text, "\xff\xfe", 2) || begins_with(text, "\xfe\xff", 2))
        return etp_fail(error, ETP_EFORMAT, "%s is UTF-16 text: save it as UTF-8", name);
    return 0;
}

/* Finds the text in the bytes that `file` holds, packed or not. */
static int open_bytes(etp_data_text *file, etp_span bytes, etp_error *error)
{
    if (bytes.size > ETP_DATA_SIZE_MAX)
        return etp_fail(error, ETP_EFORMAT, "%s is larger than 256 MiB: split it by year", file->name);
    int rc = check_magic(file->name, bytes, error);
    if (rc == 0)
        rc = check_text(file->name, bytes, error);
    if (rc != 0)
        return rc;
    if (begins_with(bytes, "\xef\xbb\xbf", 3)) /* the byte order mark */
        bytes = (etp_span){bytes.text + 3, bytes.size - 3};
    if (bytes.size == 0)
        return etp_fail(error, ETP_EFORMAT, "%s: the file is empty", file->name);
    file->text = bytes;
    return 0;
}

/* Lets go of what was read, and holds what it unpacks to. */
static int unpack(etp_data_text *file, etp_span packed, etp_span *bytes, etp_error *error)
{
    char *unpacked;
    size_t size, room;
    int rc = etp_gunzip(file->name, packed, &unpacked, &size, &room, file->allocator, error);
    if (rc != 0)
        return rc;
    etp_memory_give(file->allocator, file->bytes, file->room);
    file->bytes = unpacked;
    file->room = room;
    file->packed = true;
    *bytes = (etp_span){unpacked, size};
    return 0;
}

static int take_bytes(etp_data_text *file, etp_span bytes, etp_error *error)
{
    file->file_size = bytes.size;
    file->hash = XXH3_64bits(bytes.text, bytes.size);
    int rc = etp_gzip_is(bytes) ? unpack(file, bytes, &bytes, error) : 0;
    if (rc == 0)
        rc = open_bytes(file, bytes, error);
    if (rc != 0)
        etp_data_text_fini(file);
    return rc;
}

int etp_data_text_open(etp_data_text *file, const char *name, etp_span bytes, const etp_allocator *allocator,
                       etp_error *error)
{
    *file = (etp_data_text){.name = name, .allocator = allocator};
    return take_bytes(file, bytes, error);
}

void etp_data_text_fini(etp_data_text *file)
{
    etp_memory_give(file->allocator, file->bytes, file->room);
    *file = (etp_data_text){0};
}

/* ---- reading a file, of whatever size it turns out to be ---- */

static int grow(etp_data_text *file, size_t used)
{
    size_t room = file->room > 0 ? file->room * 2 : (size_t)1 << 20;
    char *bytes = etp_memory_take(file->allocator, room);
    if (bytes == NULL)
        return ETP_ENOMEM;
    if (used > 0)
        memcpy(bytes, file->bytes, used);
    etp_memory_give(file->allocator, file->bytes, file->room);
    file->bytes = bytes;
    file->room = room;
    return 0;
}

static int fail_os(const char *path, const char *what, etp_error *error)
{
    char reason[128];
    if (strerror_r(errno, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", errno);
    return etp_fail(error, ETP_EIO, "%s cannot be %s: %s", path, what, reason);
}

/* A file that is too large is read to one byte past the limit, and refused when it is opened. */
static int read_stream(etp_data_text *file, FILE *stream, size_t *size, etp_error *error)
{
    for (*size = 0; *size <= ETP_DATA_SIZE_MAX;) {
        if (*size == file->room && grow(file, *size) != 0)
            return etp_fail(error, ETP_ENOMEM, "%s: no memory to read it", file->name);
        errno = 0;
        size_t got = fread(file->bytes + *size, 1, file->room - *size, stream);
        *size += got;
        if (ferror(stream))
            return fail_os(file->name, "read", error);
        if (got == 0)
            return 0;
    }
    return 0;
}

static int check_plain(const char *path, etp_error *error)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return fail_os(path, "opened", error);
    if (S_ISDIR(facts.st_mode))
        return etp_fail(error, ETP_EIO, "%s is a directory: name the CSV file in it", path);
    if (!S_ISREG(facts.st_mode))
        return etp_fail(error, ETP_EIO, "%s is no plain file: write the prices to one first", path);
    return 0;
}

int etp_data_text_load(etp_data_text *file, const char *path, const etp_allocator *allocator, etp_error *error)
{
    *file = (etp_data_text){.name = path, .allocator = allocator};
    /* Before it is opened: opening a pipe that nobody writes to would wait for ever. */
    int rc = check_plain(path, error);
    if (rc != 0)
        return rc;
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return fail_os(path, "opened", error);
    size_t size;
    rc = read_stream(file, stream, &size, error);
    fclose(stream);
    if (rc == 0)
        return take_bytes(file, (etp_span){file->bytes, size}, error);
    etp_data_text_fini(file);
    return rc;
}

/* SPDX-License-Identifier: MIT */
/* From a path, or from bytes in memory, to text that is worth splitting into rows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "etp/trace.h"
#include "world/trace_parts.h"

static const size_t file_max = (size_t)256 << 20;

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
    if (begins_with(text, "\x1f\x8b", 2))
        return etp_fail(error, ETP_EFORMAT, "%s is gzip-compressed: unpack it first with gunzip", name);
    if (begins_with(text, "PK\x03\x04", 4))
        return etp_fail(error, ETP_EFORMAT, "%s is a zip archive: unpack it first with unzip", name);
    if (begins_with(text, "\xff\xfe", 2) || begins_with(text, "\xfe\xff", 2))
        return etp_fail(error, ETP_EFORMAT, "%s is UTF-16 text: save it as UTF-8", name);
    return 0;
}

int etp_trace_parse(etp_trace *trace, const char *name, const char *text, size_t size, const etp_allocator *allocator,
                    etp_error *error)
{
    if (trace == NULL || name == NULL || text == NULL || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, "a trace is read from a text with a name, to a place for it");
    memset(trace, 0, sizeof *trace);
    etp_span span = {text, size};
    if (size > file_max)
        return etp_fail(error, ETP_EFORMAT, "%s is larger than 256 MiB: split it by year", name);
    int rc = check_magic(name, span, error);
    if (rc == 0)
        rc = check_text(name, span, error);
    if (rc != 0)
        return rc;
    if (begins_with(span, "\xef\xbb\xbf", 3)) { /* the byte order mark */
        span.text += 3;
        span.size -= 3;
    }
    if (span.size == 0)
        return etp_fail(error, ETP_EFORMAT, "%s: the file is empty", name);
    return etp_trace_read_csv(trace, name, span, allocator != NULL ? allocator : etp_default_allocator(), error);
}

/* ---- reading a file, of whatever size it turns out to be ---- */

typedef struct contents {
    const etp_allocator *allocator;
    char *bytes;
    size_t size, room;
} contents;

static void drop(contents *c)
{
    if (c->bytes != NULL)
        c->allocator->release(c->allocator->user, c->bytes, c->room);
    c->bytes = NULL;
}

static bool grow(contents *c)
{
    size_t room = c->room > 0 ? c->room * 2 : (size_t)1 << 20;
    char *bytes = c->allocator->allocate(c->allocator->user, room);
    if (bytes == NULL)
        return false;
    if (c->size > 0)
        memcpy(bytes, c->bytes, c->size);
    drop(c);
    c->bytes = bytes;
    c->room = room;
    return true;
}

static int fail_os(const char *path, const char *what, etp_error *error)
{
    char reason[128];
    if (strerror_r(errno, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", errno);
    return etp_fail(error, ETP_EIO, "%s cannot be %s: %s", path, what, reason);
}

/* A file that is too large is read to one byte past the limit, and refused when it is parsed. */
static int read_stream(contents *c, FILE *file, const char *path, etp_error *error)
{
    while (c->size <= file_max) {
        if (c->size == c->room && !grow(c))
            return etp_fail(error, ETP_ENOMEM, "%s: no memory to read it", path);
        errno = 0;
        size_t got = fread(c->bytes + c->size, 1, c->room - c->size, file);
        c->size += got;
        if (ferror(file))
            return fail_os(path, "read", error);
        if (got == 0)
            return 0;
    }
    return 0;
}

int etp_trace_load(etp_trace *trace, const char *path, const etp_allocator *allocator, etp_error *error)
{
    if (trace == NULL || path == NULL || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, "a trace is read from a path, to a place for it");
    memset(trace, 0, sizeof *trace);
    contents c = {.allocator = allocator != NULL ? allocator : etp_default_allocator()};
    /* Before it is opened: opening a pipe that nobody writes to would wait for ever. */
    struct stat facts;
    if (stat(path, &facts) != 0)
        return fail_os(path, "opened", error);
    if (S_ISDIR(facts.st_mode))
        return etp_fail(error, ETP_EIO, "%s is a directory: name the CSV file in it", path);
    if (!S_ISREG(facts.st_mode))
        return etp_fail(error, ETP_EIO, "%s is no plain file: write the prices to one first", path);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail_os(path, "opened", error);
    int rc = read_stream(&c, file, path, error);
    fclose(file);
    if (rc == 0)
        rc = etp_trace_parse(trace, path, c.bytes, c.size, allocator, error);
    drop(&c);
    return rc;
}

/* SPDX-License-Identifier: MIT */
/* Reading a source: what is no readable text is refused before Lua sees it, with a sentence. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "script/internal.h"

static int read_all(FILE *file, const char *path, char *text, size_t room, size_t *size, etp_error *error)
{
    *size = fread(text, 1, room, file);
    if (ferror(file))
        return etp_fail(error, ETP_EIO, "%s: cannot be read", path);
    text[*size] = '\0';
    return ETP_OK;
}

static int open_file(const char *path, FILE **file, etp_error *error)
{
    struct stat facts;
    char reason[128] = "";
    if (stat(path, &facts) != 0) {
        int number = errno;
        if (number == ENOENT)
            return etp_fail(error, ETP_ENOENT, "%s: there is no such file; check the path", path);
        strerror_r(number, reason, sizeof reason);
        return etp_fail(error, ETP_EIO, "%s: cannot be opened: %s", path, reason);
    }
    if (S_ISDIR(facts.st_mode))
        return etp_fail(error, ETP_EINVAL, "%s: is a directory; name the .lua file in it", path);
    if (!S_ISREG(facts.st_mode))
        return etp_fail(error, ETP_EINVAL, "%s: is not a plain file", path);
    *file = fopen(path, "rb");
    if (*file == NULL) {
        strerror_r(errno, reason, sizeof reason);
        return etp_fail(error, ETP_EIO, "%s: cannot be opened: %s", path, reason);
    }
    return ETP_OK;
}

int etp_source_read(const char *path, const etp_allocator *allocator, char **text, size_t *size, etp_error *error)
{
    FILE *file = NULL;
    int result = open_file(path, &file, error);
    if (result != ETP_OK)
        return result;
    /* One byte more than the limit, so that a file over it is seen to be. */
    size_t room = ETP_SCRIPT_SOURCE_MAX + 1;
    *text = etp_memory_resize(allocator, NULL, room + 1);
    if (*text == NULL)
        result = etp_fail(error, ETP_ENOMEM, "%s: no memory to read it", path);
    else
        result = read_all(file, path, *text, room, size, error);
    fclose(file);
    if (result != ETP_OK) {
        *text = etp_memory_resize(allocator, *text, 0);
    }
    return result;
}

static int check_text(const char *chunk, const char *text, size_t size, etp_error *error)
{
    unsigned line = 1;
    for (size_t i = 0; i < size;) {
        size_t length = etp_utf8_size(text + i, size - i);
        if (length == 0)
            return etp_fail(error, ETP_EFORMAT,
                            "%s:%u: is not UTF-8 (byte 0x%02x); save the file as UTF-8, or use plain ASCII", chunk,
                            line, (unsigned)(unsigned char)text[i]);
        if (text[i] == '\0')
            return etp_fail(error, ETP_EFORMAT, "%s:%u: holds a zero byte; save the file as UTF-8, or use plain ASCII",
                            chunk, line);
        line += text[i] == '\n';
        i += length;
    }
    return ETP_OK;
}

size_t etp_source_mark(const char *text, size_t size)
{
    return size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

int etp_source_check(const char *chunk, const char *text, size_t size, etp_error *error)
{
    size_t mark = etp_source_mark(text, size);
    if (size == mark)
        return etp_fail(error, ETP_EFORMAT, "%s: is empty; it has to return a table", chunk);
    if (size > ETP_SCRIPT_SOURCE_MAX)
        return etp_fail(error, ETP_EFORMAT, "%s: is over %d bytes; it has to be a small text file", chunk,
                        ETP_SCRIPT_SOURCE_MAX);
    if (text[mark] == LUA_SIGNATURE[0])
        return etp_fail(error, ETP_EFORMAT, "%s: is precompiled Lua code; only source text is taken", chunk);
    return check_text(chunk, text, size, error);
}

void etp_source_hash(char *hash, const char *text, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t canonical;
    XXH64_hash_t before = hash[0] != '\0' ? XXH3_64bits(hash, strlen(hash)) : 0;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(text, size, before));
    for (size_t i = 0; i < sizeof canonical.digest; i++) {
        hash[2 * i] = digits[canonical.digest[i] >> 4];
        hash[2 * i + 1] = digits[canonical.digest[i] & 15];
    }
    hash[32] = '\0';
}

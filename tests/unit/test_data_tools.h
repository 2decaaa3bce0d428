/* SPDX-License-Identifier: MIT */
/* What the tests of files share: a folder of their own, and gzip. */
#ifndef ETP_TEST_DATA_TOOLS_H
#define ETP_TEST_DATA_TOOLS_H

#include <libdeflate.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/catalogue.h"
#include "test_trace_tools.h"

enum { PATH_SIZE = 512 };

static char test_folder[64];

static inline int make_folder(void **state)
{
    (void)state;
    strcpy(test_folder, "data-test-XXXXXX");
    return mkdtemp(test_folder) != NULL ? 0 : -1;
}

static inline const char *in_folder(const char *name)
{
    static char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", test_folder, name);
    return path;
}

static inline void put_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void put_file(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

/* What the test puts there is taken away by name. */
static inline void take_file(const char *name)
{
    unlink(in_folder(name));
}

static inline int drop_folder(void **state)
{
    (void)state;
    return rmdir(test_folder);
}

/* Returns how long it is. `room` is enough for small texts. */
static inline size_t pack(const void *bytes, size_t size, unsigned char *packed, size_t room)
{
    struct libdeflate_compressor *deflater = libdeflate_alloc_compressor(6);
    assert_non_null(deflater);
    size_t made = libdeflate_gzip_compress(deflater, bytes, size, packed, room);
    libdeflate_free_compressor(deflater);
    assert_true(made > 0);
    return made;
}

/* 2025-01-01 00:00 on the market's clock, in ns. */
#define NEW_YEAR (INT64_C(1735689600) * ETP_NS_PER_SECOND)
#define MINUTES  (60 * ETP_NS_PER_SECOND)

#endif

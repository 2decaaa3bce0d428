/* SPDX-License-Identifier: MIT */
/* What the tests of the trace share: an allocator that counts and can fail, and the folder of real data. */
#ifndef ETP_TEST_TRACE_TOOLS_H
#define ETP_TEST_TRACE_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "etp/trace.h"

/* Succeeds `left` times, then never again; `bytes` are those that were not given back. */
typedef struct counting {
    unsigned left;
    size_t bytes;
} counting;

static inline void *counting_allocate(void *user, size_t size)
{
    counting *c = user;
    if (c->left == 0)
        return NULL;
    c->left--;
    c->bytes += size;
    return calloc(1, size);
}

static inline void counting_release(void *user, void *memory, size_t size)
{
    counting *c = user;
    if (memory != NULL)
        c->bytes -= size;
    free(memory);
}

static inline etp_allocator counting_allocator(counting *c)
{
    return (etp_allocator){counting_allocate, counting_release, c};
}

/* The path of a file of real data, or a skipped test that says so. */
static inline const char *data_path(const char *file)
{
    static char path[1024];
    const char *folder = getenv("ETP_DATA_DIR");
    snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : ETP_SOURCE_DIR "/../shared/data", file);
    FILE *there = fopen(path, "rb");
    if (there == NULL) {
        printf("[  SKIPPED ] %s is not here (set ETP_DATA_DIR to the folder that has it)\n", path);
        skip();
    }
    fclose(there);
    return path;
}

#endif

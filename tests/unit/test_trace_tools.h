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

static inline void refuse_path(const char *path, int code, const char *part)
{
    etp_trace trace;
    etp_error error = {0};
    assert_int_equal(etp_trace_load(&trace, path, NULL, &error), code);
    if (strstr(error.text, part) == NULL)
        print_error("wanted \"%s\", got \"%s\"\n", part, error.text);
    assert_non_null(strstr(error.text, part));
    assert_non_null(strstr(error.text, path));
    assert_null(trace.prices);
    etp_trace_fini(&trace);
}

#endif

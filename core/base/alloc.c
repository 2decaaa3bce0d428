/* SPDX-License-Identifier: MIT */
#include "etp/alloc.h"

#include <stdlib.h>

static void *default_allocate(void *user, size_t size)
{
    (void)user;
    return calloc(1, size);
}

static void default_release(void *user, void *memory, size_t size)
{
    (void)user;
    (void)size;
    free(memory);
}

const etp_allocator *etp_default_allocator(void)
{
    static const etp_allocator allocator = {default_allocate, default_release, NULL};
    return &allocator;
}

/* SPDX-License-Identifier: MIT */
/**
 * @file memory.h
 * What rooms share about allocators (etp/alloc.h).
 */
#ifndef ETP_BASE_MEMORY_H
#define ETP_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "etp/alloc.h"

/** NULL, which stands for malloc, or one with both functions. */
static inline bool etp_allocator_is_whole(const etp_allocator *allocator)
{
    return allocator == NULL || (allocator->allocate != NULL && allocator->release != NULL);
}

/** Zeroed memory, or NULL. A NULL `allocator` is calloc, here and below. */
void *etp_memory_take(const etp_allocator *allocator, size_t size);
/** `size` is what was taken. Accepts NULL memory. */
void etp_memory_give(const etp_allocator *allocator, void *memory, size_t size);

/** As realloc: for blocks that only this function makes, moves and (with `size` 0) frees. They know their own size, so
 *  that making one smaller never fails, however short memory is. */
void *etp_memory_resize(const etp_allocator *allocator, void *memory, size_t size);
/** A copy of a text, freed by resizing it to 0, or NULL. */
char *etp_memory_copy(const etp_allocator *allocator, const char *text);

#endif

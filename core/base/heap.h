/* SPDX-License-Identifier: MIT */
/*
 * A priority queue of numbered items, each with a time: least time first, then the earlier of their ties (compared as a
 * sequence that wraps), so that the order is the same on every machine. Times can be moved in place. Four children a
 * node, for the cache's sake.
 *
 * One owner, one thread. All memory is taken at init.
 */
#ifndef ETP_BASE_HEAP_H
#define ETP_BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "etp/alloc.h"

struct heap_item {
    int64_t time;
    uint32_t tie;
    uint32_t number;
};

struct heap {
    uint32_t count, capacity;
    struct heap_item *items;
    uint32_t *places; /* of each number: its place in `items` + 1, 0 when it is not in */
};

/* Numbers are below `capacity`. ETP_ENOMEM. */
int etp_heap_init(struct heap *heap, uint32_t capacity, const etp_allocator *allocator);
/* Accepts a zeroed heap. */
void etp_heap_fini(struct heap *heap, const etp_allocator *allocator);

/* Puts `number` in, or moves it. INT64_MAX takes it out. */
void etp_heap_set(struct heap *heap, uint32_t number, int64_t time, uint32_t tie);

/* The first item, or NULL when the heap is empty. Valid until the heap changes. */
const struct heap_item *etp_heap_first(const struct heap *heap);

#endif

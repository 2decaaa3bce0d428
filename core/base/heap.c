/* SPDX-License-Identifier: MIT */
#include "base/heap.h"

#include <stdbool.h>

#include "etp/error.h"

enum { CHILDREN = 4 };

int etp_heap_init(struct heap *heap, uint32_t capacity, const etp_allocator *allocator)
{
    *heap = (struct heap){.capacity = capacity};
    heap->items = allocator->allocate(allocator->user, (size_t)capacity * sizeof *heap->items);
    heap->places = allocator->allocate(allocator->user, (size_t)capacity * sizeof *heap->places);
    if (capacity > 0 && (heap->items == NULL || heap->places == NULL)) {
        etp_heap_fini(heap, allocator);
        return ETP_ENOMEM;
    }
    return ETP_OK;
}

void etp_heap_fini(struct heap *heap, const etp_allocator *allocator)
{
    if (heap->items != NULL)
        allocator->release(allocator->user, heap->items, (size_t)heap->capacity * sizeof *heap->items);
    if (heap->places != NULL)
        allocator->release(allocator->user, heap->places, (size_t)heap->capacity * sizeof *heap->places);
    *heap = (struct heap){0};
}

static bool before(struct heap_item a, struct heap_item b)
{
    return a.time < b.time || (a.time == b.time && a.tie != b.tie && b.tie - a.tie < UINT32_MAX / 2);
}

static void place(struct heap *heap, uint32_t at, struct heap_item item)
{
    heap->items[at] = item;
    heap->places[item.number] = at + 1;
}

static void rise(struct heap *heap, uint32_t at, struct heap_item item)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / CHILDREN;
        if (!before(item, heap->items[parent]))
            break;
        place(heap, at, heap->items[parent]);
        at = parent;
    }
    place(heap, at, item);
}

static void sink(struct heap *heap, uint32_t at, struct heap_item item)
{
    for (;;) {
        uint32_t child = at * CHILDREN + 1;
        if (child >= heap->count)
            break;
        uint32_t end = child + CHILDREN < heap->count ? child + CHILDREN : heap->count;
        uint32_t least = child;
        for (uint32_t i = child + 1; i < end; i++)
            if (before(heap->items[i], heap->items[least]))
                least = i;
        if (!before(heap->items[least], item))
            break;
        place(heap, at, heap->items[least]);
        at = least;
    }
    place(heap, at, item);
}

static void take_out(struct heap *heap, uint32_t at)
{
    heap->places[heap->items[at].number] = 0;
    struct heap_item last = heap->items[--heap->count];
    if (at == heap->count)
        return;
    if (at > 0 && before(last, heap->items[(at - 1) / CHILDREN]))
        rise(heap, at, last);
    else
        sink(heap, at, last);
}

void etp_heap_set(struct heap *heap, uint32_t number, int64_t time, uint32_t tie)
{
    uint32_t was = heap->places[number];
    struct heap_item item = {time, tie, number};
    if (time == INT64_MAX) {
        if (was != 0)
            take_out(heap, was - 1);
    } else if (was == 0) {
        rise(heap, heap->count++, item);
    } else if (time == heap->items[was - 1].time && tie == heap->items[was - 1].tie) {
        return;
    } else if (before(item, heap->items[was - 1])) {
        rise(heap, was - 1, item);
    } else {
        sink(heap, was - 1, item);
    }
}

const struct heap_item *etp_heap_first(const struct heap *heap)
{
    return heap->count == 0 ? NULL : &heap->items[0];
}

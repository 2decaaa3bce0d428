/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const etp_allocator *known(const etp_allocator *allocator)
{
    return allocator != NULL ? allocator : etp_default_allocator();
}

void *etp_memory_take(const etp_allocator *allocator, size_t size)
{
    allocator = known(allocator);
    return allocator->allocate(allocator->user, size);
}

void etp_memory_give(const etp_allocator *allocator, void *memory, size_t size)
{
    allocator = known(allocator);
    if (memory != NULL)
        allocator->release(allocator->user, memory, size);
}

/* ---- blocks that change their size ---- */

/* Before each block of a host's allocator: how much the host was asked for, itself included. */
struct head {
    alignas(max_align_t) size_t size;
};

static void *begin(const etp_allocator *allocator, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct head))
        return NULL;
    struct head *head = allocator->allocate(allocator->user, sizeof *head + size);
    if (head == NULL)
        return NULL;
    head->size = sizeof *head + size;
    return head + 1;
}

static void end(const etp_allocator *allocator, void *memory)
{
    struct head *head = (struct head *)memory - 1;
    allocator->release(allocator->user, head, head->size);
}

static void *move(const etp_allocator *allocator, void *memory, size_t size)
{
    size_t room = ((struct head *)memory - 1)->size - sizeof(struct head);
    /* What is over half full stays: moving it would give back little. */
    if (size <= room && size > room / 2)
        return memory;
    void *moved = begin(allocator, size);
    if (moved == NULL)
        return size <= room ? memory : NULL;
    memcpy(moved, memory, size < room ? size : room);
    end(allocator, memory);
    return moved;
}

void *etp_memory_resize(const etp_allocator *allocator, void *memory, size_t size)
{
    if (allocator == NULL && size > 0)
        return realloc(memory, size);
    if (size > 0)
        return memory == NULL ? begin(allocator, size) : move(allocator, memory, size);
    if (allocator == NULL)
        free(memory);
    else if (memory != NULL)
        end(allocator, memory);
    return NULL;
}

char *etp_memory_copy(const etp_allocator *allocator, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = etp_memory_resize(allocator, NULL, size);
    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

/* SPDX-License-Identifier: MIT */
/* An allocator that counts what it gives, checks what it gets back, and fails when it is told to. */
#ifndef ETP_TEST_MEMORY_TOOLS_H
#define ETP_TEST_MEMORY_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "etp/alloc.h"

typedef struct ledger {
    etp_allocator allocator;
    uint64_t calls;    /* of allocate, failed ones too */
    uint64_t fail_at;  /* this call of allocate fails; 0 = none */
    size_t live_bytes; /* given and not yet given back */
    size_t live_blocks;
} ledger;

/* Each block is led by its size, so that a wrong size is found when it comes back. */
typedef union block_head {
    size_t size;
    max_align_t align;
} block_head;

static inline void *ledger_allocate(void *user, size_t size)
{
    ledger *books = user;
    if (++books->calls == books->fail_at)
        return NULL;
    block_head *head = calloc(1, sizeof *head + size);
    assert_non_null(head);
    head->size = size;
    books->live_bytes += size;
    books->live_blocks++;
    return head + 1;
}

static inline void ledger_release(void *user, void *memory, size_t size)
{
    ledger *books = user;
    if (memory == NULL)
        return;
    block_head *head = (block_head *)memory - 1;
    assert_int_equal(head->size, size);
    books->live_bytes -= size;
    books->live_blocks--;
    free(head);
}

/* `books` must not move while it is in use. */
static inline const etp_allocator *ledger_open(ledger *books)
{
    *books = (ledger){.allocator = {ledger_allocate, ledger_release, books}};
    return &books->allocator;
}

static inline void ledger_close(const ledger *books)
{
    assert_int_equal(books->live_blocks, 0);
    assert_int_equal(books->live_bytes, 0);
}

#endif

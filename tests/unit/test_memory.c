/* SPDX-License-Identifier: MIT */
/* Memory from a host's allocator, and blocks that change their size, which such an allocator does not know. */
#include "unit/test_memory_tools.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"

static void fill(unsigned char *block, size_t size)
{
    for (size_t i = 0; i < size; i++)
        block[i] = (unsigned char)(i * 7);
}

static bool holds(const unsigned char *block, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (block[i] != (unsigned char)(i * 7))
            return false;
    return true;
}

static void a_block_keeps_what_it_holds(void **unused)
{
    (void)unused;
    static const size_t sizes[] = {1, 16, 17, 1000, 999, 501, 500, 3, 70000, 1};
    ledger books;
    const etp_allocator *const allocators[] = {NULL, ledger_open(&books)};
    for (unsigned a = 0; a < 2; a++) {
        unsigned char *block = NULL;
        size_t held = 0;
        for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            block = etp_memory_resize(allocators[a], block, sizes[i]);
            assert_non_null(block);
            assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
            assert_true(holds(block, held < sizes[i] ? held : sizes[i]));
            held = sizes[i];
            fill(block, held);
        }
        assert_null(etp_memory_resize(allocators[a], block, 0));
        assert_null(etp_memory_resize(allocators[a], NULL, 0));
    }
    assert_int_equal(books.live_blocks, 0);
    assert_int_equal(books.live_bytes, 0);
}

/* Lua relies on it. */
static void making_a_block_smaller_never_fails(void **unused)
{
    (void)unused;
    ledger books;
    const etp_allocator *allocator = ledger_open(&books);
    unsigned char *block = etp_memory_resize(allocator, NULL, 1000);
    fill(block, 1000);
    books.fail_at = books.calls + 1;
    unsigned char *smaller = etp_memory_resize(allocator, block, 10);
    assert_ptr_equal(smaller, block);
    assert_true(holds(smaller, 10));
    books.fail_at = books.calls + 1;
    assert_null(etp_memory_resize(allocator, smaller, 2000));
    assert_null(etp_memory_resize(allocator, smaller, SIZE_MAX));
    assert_true(holds(smaller, 10));
    etp_memory_resize(allocator, smaller, 0);
    assert_int_equal(books.live_bytes, 0);
}

static void an_allocator_has_both_functions(void **unused)
{
    (void)unused;
    ledger books;
    etp_allocator half = *ledger_open(&books);
    assert_true(etp_allocator_is_whole(NULL));
    assert_true(etp_allocator_is_whole(&half));
    half.release = NULL;
    assert_false(etp_allocator_is_whole(&half));
    void *memory = etp_memory_take(NULL, 8);
    assert_non_null(memory);
    etp_memory_give(NULL, memory, 8);
    etp_memory_give(&books.allocator, NULL, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_keeps_what_it_holds),
        cmocka_unit_test(making_a_block_smaller_never_fails),
        cmocka_unit_test(an_allocator_has_both_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

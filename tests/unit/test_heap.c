/* SPDX-License-Identifier: MIT */
/* The priority queue against a model that looks at every item. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/heap.h"
#include "etp/error.h"
#include "etp/rng.h"

enum { NUMBERS = 90 };

struct model {
    int64_t time[NUMBERS]; /* INT64_MAX when it is not in */
    uint64_t tie[NUMBERS]; /* of 64 bits: never wraps */
};

static int expected_first(const struct model *model)
{
    int first = -1;
    for (int i = 0; i < NUMBERS; i++) {
        if (model->time[i] == INT64_MAX)
            continue;
        bool sooner = first < 0 || model->time[i] < model->time[first] ||
                      (model->time[i] == model->time[first] && model->tie[i] < model->tie[first]);
        if (sooner)
            first = i;
    }
    return first;
}

static unsigned count_in(const struct model *model)
{
    unsigned count = 0;
    for (int i = 0; i < NUMBERS; i++)
        count += model->time[i] != INT64_MAX;
    return count;
}

static void set(struct heap *heap, struct model *model, uint32_t number, int64_t time, uint64_t tie)
{
    etp_heap_set(heap, number, time, (uint32_t)tie);
    model->time[number] = time;
    model->tie[number] = tie;
}

static void check(const struct heap *heap, const struct model *model)
{
    const struct heap_item *first = etp_heap_first(heap);
    int expected = expected_first(model);
    assert_int_equal(heap->count, count_in(model));
    if (expected < 0) {
        assert_null(first);
        return;
    }
    assert_int_equal(first->number, expected);
    assert_int_equal(first->time, model->time[expected]);
    assert_int_equal(first->tie, (uint32_t)model->tie[expected]);
}

/* Ties come from a counter that begins short of 2^32 and wraps on the way. */
static void walk(uint64_t seed, uint64_t times)
{
    printf("seed %llu\n", (unsigned long long)seed);
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    struct heap heap;
    struct model model;
    uint64_t tie = UINT32_MAX - 2000u;
    assert_int_equal(etp_heap_init(&heap, NUMBERS, etp_default_allocator()), ETP_OK);
    for (int i = 0; i < NUMBERS; i++)
        model.time[i] = INT64_MAX;
    for (int i = 0; i < 30000; i++) {
        uint32_t number = (uint32_t)etp_rng_below(&rng, NUMBERS);
        bool out = etp_rng_below(&rng, 4) == 0;
        set(&heap, &model, number, out ? INT64_MAX : (int64_t)etp_rng_below(&rng, times) - 5, tie++);
        check(&heap, &model);
    }
    while (etp_heap_first(&heap) != NULL) {
        set(&heap, &model, etp_heap_first(&heap)->number, INT64_MAX, 0);
        check(&heap, &model);
    }
    etp_heap_fini(&heap, etp_default_allocator());
}

static void random_operations(void **state)
{
    (void)state;
    walk(1, 1000000);
    walk(2, 12);
    walk(3, 1);
}

static void ties_wrap_round(void **state)
{
    (void)state;
    struct heap heap;
    assert_int_equal(etp_heap_init(&heap, 4, etp_default_allocator()), ETP_OK);
    etp_heap_set(&heap, 0, 7, 1);
    etp_heap_set(&heap, 1, 7, UINT32_MAX);
    etp_heap_set(&heap, 2, 7, 0);
    etp_heap_set(&heap, 3, 7, UINT32_MAX - 1);
    static const uint32_t expected[] = {3, 1, 2, 0};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(etp_heap_first(&heap)->number, expected[i]);
        etp_heap_set(&heap, expected[i], INT64_MAX, 0);
    }
    etp_heap_fini(&heap, etp_default_allocator());
}

static void taking_out_what_is_not_in(void **state)
{
    (void)state;
    struct heap heap = {0};
    etp_heap_fini(&heap, etp_default_allocator());
    assert_int_equal(etp_heap_init(&heap, 2, etp_default_allocator()), ETP_OK);
    etp_heap_set(&heap, 1, INT64_MAX, 0);
    assert_null(etp_heap_first(&heap));
    etp_heap_set(&heap, 0, INT64_MIN, 0);
    etp_heap_set(&heap, 1, INT64_MAX, 0);
    assert_int_equal(etp_heap_first(&heap)->number, 0);
    etp_heap_fini(&heap, etp_default_allocator());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations),
        cmocka_unit_test(ties_wrap_round),
        cmocka_unit_test(taking_out_what_is_not_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

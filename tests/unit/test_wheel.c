/* SPDX-License-Identifier: MIT */
/* The timing wheel against a model that looks at every entry: never early, at most a tick late, in a fixed order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/wheel.h"
#include "etp/error.h"
#include "etp/rng.h"

enum { ENTRIES = 200, TICK = 10 };

/* What the wheel should hold: for each entry the tick at which it fires, and when it was set. */
struct model {
    int64_t fires_at[ENTRIES]; /* in ticks; -1 when not set */
    int64_t due[ENTRIES];
    unsigned set_at[ENTRIES];
    unsigned sets;
    int64_t reached;
};

struct bench {
    struct wheel wheel;
    struct model model;
};

static int64_t rounded_up(int64_t due)
{
    return (due + TICK - 1) / TICK;
}

static void begin(struct bench *bench, int64_t now)
{
    assert_int_equal(etp_wheel_init(&bench->wheel, ENTRIES, TICK, now, etp_default_allocator()), ETP_OK);
    bench->model = (struct model){.reached = now / TICK};
    for (int i = 0; i < ENTRIES; i++)
        bench->model.fires_at[i] = -1;
}

static void end(struct bench *bench)
{
    etp_wheel_fini(&bench->wheel, etp_default_allocator());
}

static void set(struct bench *bench, uint32_t entry, int64_t due)
{
    struct model *model = &bench->model;
    int64_t tick = rounded_up(due);
    etp_wheel_set(&bench->wheel, entry, due);
    model->fires_at[entry] = tick > model->reached ? tick : model->reached + 1;
    model->due[entry] = due;
    model->set_at[entry] = model->sets++;
}

static void drop(struct bench *bench, uint32_t entry)
{
    etp_wheel_drop(&bench->wheel, entry);
    bench->model.fires_at[entry] = -1;
}

static int64_t earliest(const struct model *model)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < ENTRIES; i++)
        if (model->fires_at[i] >= 0 && model->fires_at[i] < least)
            least = model->fires_at[i];
    return least;
}

/* The entry that the model would fire next: the earliest tick, then the order of setting. */
static int expected_next(const struct model *model, int64_t now)
{
    int next = WHEEL_NONE;
    for (int i = 0; i < ENTRIES; i++) {
        if (model->fires_at[i] < 0 || model->fires_at[i] > now / TICK)
            continue;
        bool sooner = next == WHEEL_NONE || model->fires_at[i] < model->fires_at[next] ||
                      (model->fires_at[i] == model->fires_at[next] && model->set_at[i] < model->set_at[next]);
        if (sooner)
            next = i;
    }
    return next;
}

static void check_next(struct bench *bench, int64_t now)
{
    int64_t least = earliest(&bench->model), next = etp_wheel_next(&bench->wheel);
    if (least == INT64_MAX) {
        assert_int_equal(next, INT64_MAX);
        return;
    }
    assert_true(next <= least * TICK);
    assert_true(next > now);
}

/* Takes all that is due. `in_order`: entries of one tick come in the order of setting, which holds as long as none of
 * them was beyond the span. */
static void advance(struct bench *bench, int64_t now, bool in_order)
{
    struct model *model = &bench->model;
    int64_t last_tick = -1;
    int32_t taken;
    while ((taken = etp_wheel_take(&bench->wheel, now)) != WHEEL_NONE) {
        assert_true(model->fires_at[taken] >= 0);
        assert_true(model->due[taken] <= now);
        assert_true(model->fires_at[taken] <= now / TICK);
        assert_true(model->fires_at[taken] >= last_tick);
        if (in_order)
            assert_int_equal(taken, expected_next(model, now));
        last_tick = model->fires_at[taken];
        model->fires_at[taken] = -1;
    }
    assert_int_equal(expected_next(model, now), WHEEL_NONE);
    if (now / TICK > model->reached)
        model->reached = now / TICK;
    check_next(bench, now);
}

static void random_walk(uint64_t seed, uint64_t reach, uint64_t step, bool in_order)
{
    printf("seed %llu\n", (unsigned long long)seed);
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    struct bench bench;
    int64_t now = 5000003;
    begin(&bench, now);
    for (int i = 0; i < 20000; i++) {
        uint32_t entry = (uint32_t)etp_rng_below(&rng, ENTRIES);
        uint64_t what = etp_rng_below(&rng, 10);
        if (what < 6) {
            int64_t due = now + (int64_t)etp_rng_below(&rng, reach) - (int64_t)(reach / 20);
            set(&bench, entry, due);
        } else if (what < 7) {
            drop(&bench, entry);
        } else {
            now += (int64_t)etp_rng_below(&rng, step);
            advance(&bench, now, in_order);
        }
    }
    end(&bench);
}

static void near_deadlines(void **state)
{
    (void)state;
    random_walk(1, 400, 30, true);
    random_walk(2, (WHEEL_SLOTS - 2) * TICK, 800, true);
}

static void far_deadlines(void **state)
{
    (void)state;
    random_walk(3, 10 * WHEEL_SLOTS * TICK, 2000, false);
    random_walk(4, 50 * WHEEL_SLOTS * TICK, 3 * WHEEL_SLOTS * TICK, false);
}

/* The host only looks when the wheel says so: nothing is more than a tick late even then. */
static void the_wheel_says_when_to_look(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, 0);
    for (uint32_t i = 0; i < ENTRIES; i++)
        set(&bench, i, (int64_t)i * i * 100 + 7);
    unsigned fired = 0, looks = 0;
    for (int64_t now; (now = etp_wheel_next(&bench.wheel)) != INT64_MAX; looks++) {
        int32_t taken;
        while ((taken = etp_wheel_take(&bench.wheel, now)) != WHEEL_NONE) {
            int64_t due = (int64_t)taken * taken * 100 + 7;
            assert_true(now >= due && now < due + TICK);
            fired++;
        }
    }
    assert_int_equal(fired, ENTRIES);
    /* The longest wait is 198 spans: a look at each of them, and one for each entry. */
    assert_true(looks < ENTRIES + 400);
    end(&bench);
}

static void a_passed_deadline_fires_at_the_next_tick(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, 1000);
    etp_wheel_set(&bench.wheel, 0, 3);
    assert_int_equal(etp_wheel_next(&bench.wheel), 1010);
    assert_int_equal(etp_wheel_take(&bench.wheel, 1009), WHEEL_NONE);
    assert_int_equal(etp_wheel_take(&bench.wheel, 1010), 0);
    assert_int_equal(etp_wheel_take(&bench.wheel, 1010), WHEEL_NONE);
    end(&bench);
}

/* What fires may set itself and others again while the wheel is being emptied. */
static void entries_are_set_while_others_fire(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, 0);
    for (uint32_t i = 0; i < 10; i++)
        etp_wheel_set(&bench.wheel, i, 100);
    unsigned fired = 0;
    int32_t taken;
    while ((taken = etp_wheel_take(&bench.wheel, 100)) != WHEEL_NONE) {
        assert_int_equal(taken, fired);
        etp_wheel_set(&bench.wheel, (uint32_t)taken, 105);
        if (fired == 4)
            etp_wheel_drop(&bench.wheel, 0);
        fired++;
    }
    assert_int_equal(fired, 10);
    assert_int_equal(etp_wheel_take(&bench.wheel, 109), WHEEL_NONE);
    for (int expected = 1; expected < 10; expected++)
        assert_int_equal(etp_wheel_take(&bench.wheel, 110), expected);
    assert_int_equal(etp_wheel_take(&bench.wheel, 110), WHEEL_NONE);
    end(&bench);
}

/* Entries of one tick keep the order in which they were set; moving one puts it behind the others. */
static void moving_keeps_the_order_of_the_rest(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, 0);
    for (uint32_t i = 0; i < 5; i++)
        etp_wheel_set(&bench.wheel, i, 50);
    etp_wheel_set(&bench.wheel, 1, 50);
    etp_wheel_drop(&bench.wheel, 3);
    etp_wheel_drop(&bench.wheel, 3);
    static const int32_t expected[] = {0, 2, 4, 1, WHEEL_NONE};
    for (int i = 0; i < 5; i++)
        assert_int_equal(etp_wheel_take(&bench.wheel, 50), expected[i]);
    assert_int_equal(etp_wheel_next(&bench.wheel), INT64_MAX);
    end(&bench);
}

static void an_empty_wheel(void **state)
{
    (void)state;
    struct wheel wheel = {0};
    etp_wheel_fini(&wheel, etp_default_allocator());
    assert_int_equal(etp_wheel_init(&wheel, 0, TICK, 0, etp_default_allocator()), ETP_OK);
    assert_int_equal(etp_wheel_next(&wheel), INT64_MAX);
    assert_int_equal(etp_wheel_take(&wheel, 1000000), WHEEL_NONE);
    etp_wheel_fini(&wheel, etp_default_allocator());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_deadlines),
        cmocka_unit_test(far_deadlines),
        cmocka_unit_test(the_wheel_says_when_to_look),
        cmocka_unit_test(a_passed_deadline_fires_at_the_next_tick),
        cmocka_unit_test(entries_are_set_while_others_fire),
        cmocka_unit_test(moving_keeps_the_order_of_the_rest),
        cmocka_unit_test(an_empty_wheel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What discovery remembers of what it heard: replays, clocks, rates, and how much memory that takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "discovery_fixture.h"
#include "etp/rng.h"
#include "live/discovery/guard.h"

#define WALL   UINT64_C(1700000000000000)
#define SECOND UINT64_C(1000000)

static etp_guard guard;

static void begin(unsigned devices, unsigned source_rate, unsigned total_rate)
{
    etp_guard_options options = {.max_devices = devices,
                                 .source_rate = source_rate,
                                 .total_rate = total_rate,
                                 .skew = 300 * ETP_NS_PER_SECOND,
                                 .seed = 1};
    assert_int_equal(etp_guard_init(&guard, &options), ETP_OK);
}

static int setup(void **state)
{
    (void)state;
    begin(4, 1000, 1000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    etp_guard_fini(&guard);
    return 0;
}

static etp_discovery_refusal judge(etp_id device, uint64_t time_us, uint64_t counter)
{
    etp_envelope envelope = envelope_of(device, ETP_DEVICE_BATTERY, time_us, counter);
    return etp_guard_judge(&guard, &envelope, WALL, 0, 1);
}

static etp_discovery_refusal admit(etp_id device, uint64_t time_us, uint64_t counter)
{
    etp_envelope envelope = envelope_of(device, ETP_DEVICE_BATTERY, time_us, counter);
    return etp_guard_admit(&guard, &envelope);
}

static void test_only_newer_ones_are_taken(void **state)
{
    (void)state;
    assert_int_equal(judge(1, WALL, 5), ETP_DISCOVERY_REFUSED_NONE);
    assert_int_equal(judge(1, WALL, 5), ETP_DISCOVERY_REFUSED_NONE); /* a look changes nothing */
    assert_int_equal(admit(1, WALL, 5), ETP_DISCOVERY_REFUSED_NONE);
    assert_int_equal(judge(1, WALL, 5), ETP_DISCOVERY_REFUSED_DUPLICATE);
    assert_int_equal(judge(1, WALL, 4), ETP_DISCOVERY_REFUSED_REPLAYED);
    assert_int_equal(judge(1, WALL - 1, 9), ETP_DISCOVERY_REFUSED_REPLAYED);
    assert_int_equal(judge(1, WALL, 6), ETP_DISCOVERY_REFUSED_NONE);
    assert_int_equal(judge(1, WALL + 1, 1), ETP_DISCOVERY_REFUSED_NONE); /* started anew */
    assert_int_equal(judge(2, WALL - 1, 1), ETP_DISCOVERY_REFUSED_NONE); /* each device for itself */
}

static void test_clocks_may_be_apart_so_far_and_no_farther(void **state)
{
    (void)state;
    assert_int_equal(judge(1, WALL - 300 * SECOND, 1), ETP_DISCOVERY_REFUSED_NONE);
    assert_int_equal(judge(1, WALL + 300 * SECOND, 1), ETP_DISCOVERY_REFUSED_NONE);
    assert_int_equal(judge(1, WALL - 300 * SECOND - 1, 1), ETP_DISCOVERY_REFUSED_CLOCK);
    assert_int_equal(judge(1, WALL + 300 * SECOND + 1, 1), ETP_DISCOVERY_REFUSED_CLOCK);
    assert_int_equal(judge(1, 0, 1), ETP_DISCOVERY_REFUSED_CLOCK);
    assert_int_equal(judge(1, ETP_ID_MAX, 1), ETP_DISCOVERY_REFUSED_CLOCK);
}

static bool is_even(void *user, etp_id device)
{
    (void)user;
    return device % 2 == 0;
}

static void test_memory_is_bounded_and_swept(void **state)
{
    (void)state;
    static const etp_id devices[] = {30, 11, 20, 13};
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(admit(devices[i], WALL, 1), ETP_DISCOVERY_REFUSED_NONE);
    assert_int_equal(admit(15, WALL, 1), ETP_DISCOVERY_REFUSED_FULL);
    assert_int_equal(admit(30, WALL, 2), ETP_DISCOVERY_REFUSED_NONE); /* known already */
    etp_guard_sweep(&guard, is_even, NULL);
    assert_int_equal(guard.count, 2);
    assert_int_equal(judge(30, WALL, 2), ETP_DISCOVERY_REFUSED_DUPLICATE);
    assert_int_equal(judge(20, WALL, 1), ETP_DISCOVERY_REFUSED_DUPLICATE);
    assert_int_equal(judge(11, WALL, 1), ETP_DISCOVERY_REFUSED_NONE);
    assert_int_equal(admit(15, WALL, 1), ETP_DISCOVERY_REFUSED_NONE);
}

/* Beside a plain array as the oracle. */
static void test_random_announcements_are_remembered_as_by_an_oracle(void **state)
{
    (void)state;
    enum { DEVICES = 50, STEPS = 20000 };
    etp_guard_fini(&guard);
    begin(DEVICES, 1000000, 1000000);
    uint64_t newest[DEVICES] = {0};
    etp_rng rng;
    etp_rng_seed(&rng, 4);
    for (unsigned i = 0; i < STEPS; i++) {
        size_t which = (size_t)etp_rng_below(&rng, DEVICES);
        uint64_t time_us = WALL + etp_rng_below(&rng, 100 + i);
        etp_envelope envelope = envelope_of(1000 + which, ETP_DEVICE_BATTERY, time_us, 1);
        etp_discovery_refusal refusal =
            etp_guard_judge(&guard, &envelope, WALL, (etp_time)i * ETP_NS_PER_SECOND, etp_rng_below(&rng, 1000));
        etp_discovery_refusal expected = time_us > newest[which]    ? ETP_DISCOVERY_REFUSED_NONE
                                         : time_us == newest[which] ? ETP_DISCOVERY_REFUSED_DUPLICATE
                                                                    : ETP_DISCOVERY_REFUSED_REPLAYED;
        assert_int_equal(refusal, expected);
        if (refusal != ETP_DISCOVERY_REFUSED_NONE)
            continue;
        assert_int_equal(etp_guard_admit(&guard, &envelope), ETP_DISCOVERY_REFUSED_NONE);
        newest[which] = time_us;
    }
}

/* ---- rates ---- */

/* How many of `tries` new announcements get past the rates at `now`. */
static unsigned let_through(unsigned tries, etp_time now, uint64_t source)
{
    unsigned count = 0;
    for (unsigned i = 0; i < tries; i++) {
        etp_envelope envelope = envelope_of(1, ETP_DEVICE_BATTERY, WALL, 1);
        count += etp_guard_judge(&guard, &envelope, WALL, now, source) == ETP_DISCOVERY_REFUSED_NONE;
    }
    return count;
}

static void test_a_source_gets_twice_its_rate_at_once_and_then_its_rate(void **state)
{
    (void)state;
    etp_guard_fini(&guard);
    begin(4, 20, 1000000);
    etp_time now = 5 * ETP_NS_PER_SECOND;
    assert_int_equal(let_through(100, now, 1), 40);
    assert_int_equal(let_through(100, now, 2), 40);
    assert_int_equal(let_through(100, now + ETP_NS_PER_SECOND, 1), 20);
    assert_int_equal(let_through(100, now + 60 * ETP_NS_PER_SECOND, 1), 40);
}

static void test_all_sources_together_are_limited(void **state)
{
    (void)state;
    etp_guard_fini(&guard);
    begin(4, 20, 100);
    unsigned count = 0;
    for (uint64_t source = 0; source < 10000; source++)
        count += let_through(3, ETP_NS_PER_SECOND, source);
    assert_int_equal(count, 200);
}

/* Whoever makes up sources gets no more than there are places for sources. */
static void test_made_up_sources_share_places(void **state)
{
    (void)state;
    etp_guard_fini(&guard);
    begin(4, 1, 1000000);
    unsigned count = 0;
    for (uint64_t source = 0; source < 20000; source++)
        count += let_through(1, ETP_NS_PER_SECOND, source);
    assert_true(count <= 2 * ETP_GUARD_SOURCES);
    assert_true(count >= ETP_GUARD_SOURCES);
}

/* Else a stranger could keep a device's own announcements out with copies that cost him nothing. */
static void test_what_costs_no_signature_takes_no_token(void **state)
{
    (void)state;
    etp_guard_fini(&guard);
    begin(4, 1, 1);
    assert_int_equal(admit(1, WALL, 1), ETP_DISCOVERY_REFUSED_NONE);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(judge(1, WALL, 1), ETP_DISCOVERY_REFUSED_DUPLICATE);
        assert_int_equal(judge(1, 0, 1), ETP_DISCOVERY_REFUSED_CLOCK);
    }
    assert_int_equal(judge(1, WALL, 2), ETP_DISCOVERY_REFUSED_NONE);
    assert_int_equal(judge(1, WALL, 2), ETP_DISCOVERY_REFUSED_NONE);
    assert_int_equal(judge(1, WALL, 2), ETP_DISCOVERY_REFUSED_RATE);
}

static void *no_memory(void *user, size_t size)
{
    (void)user, (void)size;
    return NULL;
}

static void no_release(void *user, void *memory, size_t size)
{
    (void)user, (void)memory, (void)size;
}

static void test_no_memory_is_an_error(void **state)
{
    (void)state;
    etp_allocator allocator = {no_memory, no_release, NULL};
    etp_guard_options options = {.allocator = &allocator, .max_devices = 1, .source_rate = 1, .total_rate = 1};
    etp_guard empty;
    assert_int_equal(etp_guard_init(&empty, &options), ETP_ENOMEM);
    etp_guard_fini(&empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_only_newer_ones_are_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clocks_may_be_apart_so_far_and_no_farther, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_is_bounded_and_swept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_announcements_are_remembered_as_by_an_oracle, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_source_gets_twice_its_rate_at_once_and_then_its_rate, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_sources_together_are_limited, setup, teardown),
        cmocka_unit_test_setup_teardown(test_made_up_sources_share_places, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_costs_no_signature_takes_no_token, setup, teardown),
        cmocka_unit_test(test_no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

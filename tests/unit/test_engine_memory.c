/* SPDX-License-Identifier: MIT */
/* Memory is taken while an engine is built and never afterwards; every allocation may fail, and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine_market.h"

static struct {
    uint64_t allocations, releases, fail_at; /* fail_at: the number of the allocation that fails, 0 = none */
    size_t bytes;
} memory;

static void *allocate(void *user, size_t size)
{
    (void)user;
    if (++memory.allocations == memory.fail_at)
        return NULL;
    memory.bytes += size;
    return calloc(1, size);
}

static void release(void *user, void *block, size_t size)
{
    (void)user;
    memory.releases += block != NULL;
    memory.bytes -= size;
    free(block);
}

static const etp_allocator counting = {allocate, release, NULL};

static int begin(void **unused)
{
    (void)unused;
    memset(&memory, 0, sizeof memory);
    set_up_market(11);
    market.options.allocator = &counting;
    return 0;
}

/* Loses, doubles and damages; nodes fail and come back; a host that offers nonsense. */
static void live_through_a_bad_day(void)
{
    market.loss_percent = 30;
    market.double_percent = 10;
    market.damage_percent = 5;
    start_market();
    for (unsigned i = 0; i < 288; i++) {
        if (i % 5 == 1)
            etp_engine_fail(market.engines[SELLING], market.sellers[i % BATTERIES]);
        if (i % 5 == 3)
            etp_engine_fail(market.engines[BUYING], market.buyers[i % BUYERS]);
        run_interval();
        for (unsigned b = 0; b < BATTERIES; b++)
            etp_engine_recover(market.engines[SELLING], market.sellers[b]);
        for (unsigned a = 0; a < BUYERS; a++)
            etp_engine_recover(market.engines[BUYING], market.buyers[a]);
    }
    for (unsigned side = 0; side < 2; side++)
        etp_engine_shut_down(market.engines[side]);
    run_market_until(market.now + ETP_NS_PER_HOUR);
}

static uint64_t messages_received(unsigned side)
{
    etp_engine_stats stats;
    uint64_t sum = 0;
    etp_engine_get_stats(market.engines[side], &stats);
    for (unsigned i = 0; i < ETP_TYPES; i++)
        sum += stats.received[i];
    return sum;
}

static void nothing_is_allocated_or_released_after_the_start(void **unused)
{
    (void)unused;
    for (unsigned side = 0; side < 2; side++)
        assert_int_equal(make_side(side), ETP_OK);
    uint64_t allocations = memory.allocations, releases = memory.releases;
    size_t bytes = memory.bytes;
    live_through_a_bad_day();
    assert_int_equal(memory.allocations, allocations);
    assert_int_equal(memory.releases, releases);
    assert_int_equal(memory.bytes, bytes);
    assert_true(messages_received(SELLING) > 3000);
    assert_true(messages_received(BUYING) > 3000);
    assert_true(market.sales > 100);
    etp_engine_stats stats;
    etp_engine_get_stats(market.engines[SELLING], &stats);
    assert_true(stats.refused[ETP_REFUSED_DUPLICATE] > 0);
    assert_true(stats.refused[ETP_REFUSED_CHECKSUM] > 0);
    assert_true(stats.lapses > 0);
    tear_down_market();
    assert_int_equal(memory.bytes, 0);
    assert_int_equal(memory.releases, memory.allocations);
}

static void every_allocation_may_fail_while_an_engine_is_built(void **unused)
{
    (void)unused;
    for (unsigned side = 0; side < 2; side++) {
        for (uint64_t n = 1;; n++) {
            memory.allocations = memory.releases = 0;
            memory.fail_at = n;
            int result = make_side(side);
            bool failed = memory.allocations >= n;
            assert_int_equal(result, failed ? ETP_ENOMEM : ETP_OK);
            tear_down_market();
            assert_int_equal(memory.bytes, 0);
            if (!failed) {
                assert_true(n > 10);
                break;
            }
        }
    }
}

/* A node that found no memory leaves an engine that works: it is added when there is some. */
static void an_engine_survives_a_node_that_found_no_memory(void **unused)
{
    (void)unused;
    assert_int_equal(make_side(SELLING), ETP_OK);
    etp_bess_options options = {
        .size = sizeof options, .device_id = 77, .battery = &market.batteries[0], .peers = 2 * BUYERS};
    etp_node node = 0;
    unsigned failures = 0;
    memory.allocations = 0;
    for (memory.fail_at = 1; etp_engine_add_bess(market.engines[SELLING], &options, &node) != ETP_OK;
         memory.fail_at++) {
        memory.allocations = 0;
        failures++;
    }
    assert_true(failures >= 3);
    assert_int_equal(node, BATTERIES);
    assert_int_equal(etp_engine_start(market.engines[SELLING]), ETP_OK);
    tear_down_market();
    assert_int_equal(memory.bytes, 0);
}

static void the_statistics_tell_the_memory_of_a_battery_and_a_session(void **unused)
{
    (void)unused;
    assert_int_equal(make_side(SELLING), ETP_OK);
    size_t before = memory.bytes;
    etp_engine_stats stats;
    etp_engine_get_stats(market.engines[SELLING], &stats);
    assert_true(stats.bytes_per_bess <= 1000);
    /* Its tables are as large as was asked for, and the outbox is shared: what a battery adds is within what is told. */
    etp_battery battery = market.batteries[0];
    etp_bess_options options = {.size = sizeof options, .device_id = 77, .battery = &battery, .peers = BUYERS};
    etp_node node;
    assert_int_equal(etp_engine_add_bess(market.engines[SELLING], &options, &node), ETP_OK);
    assert_true(memory.bytes - before <= stats.bytes_per_bess + BUYERS * stats.bytes_per_session);
    tear_down_market();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_allocated_or_released_after_the_start, begin),
        cmocka_unit_test_setup(every_allocation_may_fail_while_an_engine_is_built, begin),
        cmocka_unit_test_setup(an_engine_survives_a_node_that_found_no_memory, begin),
        cmocka_unit_test_setup(the_statistics_tell_the_memory_of_a_battery_and_a_session, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

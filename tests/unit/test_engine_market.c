/* SPDX-License-Identifier: MIT */
/* Whole days between two engines over a bad network: both sides' books agree, whatever was lost, doubled or damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_market.h"

static void begin(uint64_t seed, etp_mechanism mechanism)
{
    set_up_market(seed);
    market.options.mechanism = mechanism;
    for (unsigned side = 0; side < 2; side++)
        assert_int_equal(make_side(side), ETP_OK);
}

static etp_engine_stats stats_of(unsigned side)
{
    etp_engine_stats stats;
    etp_engine_get_stats(market.engines[side], &stats);
    return stats;
}

static void run_day(unsigned intervals)
{
    start_market();
    for (unsigned i = 0; i < intervals; i++) {
        run_interval();
        for (unsigned b = 0; b < BATTERIES; b++) {
            etp_energy energy;
            etp_money revenue;
            assert_int_equal(etp_engine_sold(market.engines[SELLING], market.sellers[b], &energy, &revenue), ETP_OK);
            assert_true(energy <= MARKET_LOT);
        }
    }
    /* The network heals: what is in doubt is settled. */
    market.loss_percent = market.damage_percent = 0;
    run_market_until(market.now + 9 * ETP_NS_PER_HOUR / 60);
}

static void expect_equal_books(void)
{
    etp_aggregator_totals buyers = sum_of_buyers();
    etp_energy sold = 0;
    for (unsigned b = 0; b < BATTERIES; b++) {
        sold += market.batteries[b].sold;
        assert_int_equal(market.batteries[b].held, 0);
    }
    assert_int_equal(buyers.in_doubt, 0);
    assert_int_equal(buyers.unresolved, 0);
    assert_int_equal(market.sales, market.receipts);
    assert_int_equal(market.sales, buyers.wins);
    assert_int_equal(market.sales, stats_of(SELLING).trades);
    assert_int_equal(market.sold, sold);
    assert_int_equal(market.sold, market.bought);
    assert_int_equal(market.sold, buyers.energy);
    assert_int_equal(market.earned, market.paid);
    assert_int_equal(market.earned, buyers.paid);
}

static void a_good_network_refuses_and_loses_nothing(void **unused)
{
    (void)unused;
    begin(1, ETP_FIRST_PRICE);
    run_day(50);
    expect_equal_books();
    assert_true(market.sales > 100);
    for (unsigned side = 0; side < 2; side++) {
        etp_engine_stats stats = stats_of(side);
        for (unsigned i = 0; i < ETP_REFUSALS; i++)
            assert_int_equal(stats.refused[i], 0);
        for (unsigned i = 0; i < ETP_TYPES; i++)
            assert_int_equal(stats.late[i], 0);
        assert_int_equal(stats.lapses, 0);
        assert_int_equal(stats.outbox_full, 0);
        assert_int_equal(stats.frames_received, stats_of(1 - side).frames_sent);
    }
}

static void both_sides_books_agree_over_a_bad_network(void **unused)
{
    (void)unused;
    static const etp_mechanism mechanisms[] = {ETP_FIRST_PRICE, ETP_SECOND_PRICE, ETP_ASCENDING, ETP_UNIFORM_PRICE};
    for (unsigned i = 0; i < 4; i++) {
        for (uint64_t seed = 1; seed <= 5; seed++) {
            print_message("mechanism %s, seed %u\n", etp_mechanism_name(mechanisms[i]), (unsigned)seed);
            begin(seed, mechanisms[i]);
            market.loss_percent = 10 * (unsigned)seed;
            market.double_percent = 30;
            market.damage_percent = 10;
            market.delay_max = 100 * (etp_time)seed * ETP_NS_PER_MS;
            run_day(60);
            expect_equal_books();
            assert_true(market.sales > 0);
            assert_true(stats_of(BUYING).refused[ETP_REFUSED_CHECKSUM] > 0);
            tear_down_market();
        }
    }
}

/* Links of 600 ms, and holds that are long enough for them: just the types whose limit is below that are late, each
 * message of theirs. */
static void a_slow_network_is_late_where_the_limits_say_so(void **unused)
{
    (void)unused;
    set_up_market(2);
    market.options.timing.hold = 2 * ETP_NS_PER_SECOND;
    for (unsigned side = 0; side < 2; side++)
        assert_int_equal(make_side(side), ETP_OK);
    market.delay_min = market.delay_max = 600 * ETP_NS_PER_MS;
    run_day(50);
    expect_equal_books();
    assert_true(market.sales > 100);
    for (unsigned side = 0; side < 2; side++) {
        etp_engine_stats stats = stats_of(side);
        for (unsigned type = 0; type < ETP_TYPES; type++) {
            bool late = etp_type_delay_limit(type) < 600 * ETP_NS_PER_MS;
            assert_int_equal(stats.late[type], late ? stats.received[type] : 0);
        }
        assert_int_equal(stats.refused[ETP_REFUSED_UNEXPECTED], 0);
    }
}

/* Devices fail and come back in the middle of everything. */
static void both_sides_books_agree_when_devices_fail(void **unused)
{
    (void)unused;
    begin(3, ETP_FIRST_PRICE);
    market.loss_percent = 10;
    market.double_percent = 10;
    start_market();
    for (unsigned i = 0; i < 200; i++) {
        run_interval();
        etp_interval interval = {
            .index = market.interval++, .starts = market.now, .ends = market.now + ETP_NS_PER_HOUR / 12};
        for (unsigned side = 0; side < 2; side++)
            assert_int_equal(etp_engine_begin_interval(market.engines[side], &interval), ETP_OK);
        run_market_until(market.now + (etp_time)etp_rng_below(&market.rng, 14000) * ETP_NS_PER_MS);
        unsigned side = i % 2;
        etp_node node = side == SELLING ? market.sellers[i / 2 % BATTERIES] : market.buyers[i / 2 % BUYERS];
        assert_int_equal(etp_engine_fail(market.engines[side], node), ETP_OK);
        run_market_until(market.now + (etp_time)etp_rng_below(&market.rng, 10000) * ETP_NS_PER_MS);
        assert_int_equal(etp_engine_recover(market.engines[side], node), ETP_OK);
        run_market_until(interval.ends);
    }
    market.loss_percent = 0;
    run_market_until(market.now + 9 * ETP_NS_PER_HOUR / 60);
    expect_equal_books();
    assert_true(market.sales > 500);
}

static void the_same_seed_gives_the_same_day(void **unused)
{
    (void)unused;
    struct market first;
    for (unsigned run = 0; run < 2; run++) {
        begin(9, ETP_SECOND_PRICE);
        market.loss_percent = 20;
        market.double_percent = 20;
        run_day(40);
        if (run == 0)
            first = market;
        else
            assert_memory_equal(&first.sales, &market.sales, sizeof market - offsetof(struct market, sales));
        assert_true(market.sales > 0);
        tear_down_market();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_good_network_refuses_and_loses_nothing, end_market_test),
        cmocka_unit_test_teardown(both_sides_books_agree_over_a_bad_network, end_market_test),
        cmocka_unit_test_teardown(a_slow_network_is_late_where_the_limits_say_so, end_market_test),
        cmocka_unit_test_teardown(both_sides_books_agree_when_devices_fail, end_market_test),
        cmocka_unit_test_teardown(the_same_seed_gives_the_same_day, end_market_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

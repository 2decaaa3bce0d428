/* SPDX-License-Identifier: MIT */
/* What is under way is as much as the peer takes in within a short time: little on a slow link, all that is of use on a fast one. */
#include "unit/live_slow_way.h"

static const etp_time ms = ETP_NS_PER_MS, s = ETP_NS_PER_SECOND;
static const etp_time target = 5 * ETP_NS_PER_MS;
enum { MBIT = 125000, LEAST = ETP_CHANNEL_UNACKNOWLEDGED_DEFAULT, MOST = ETP_CHANNEL_CREDIT_DEFAULT };

static size_t window(void)
{
    return (size_t)two.dialer.channel.window.size;
}

/* Urgent messages at odd moments for a while. The longest that one took. */
static etp_time offer_for(unsigned count, etp_time apart)
{
    line.urgent_most = 0;
    line.most = 0;
    line.urgent_count = 0;
    for (unsigned i = 0; i < count; i++) {
        slow_run((etp_time)etp_rng_below(&line.rng, (uint64_t)apart));
        if (line.urgent_at == 0)
            slow_offer();
    }
    line.sends = false;
    slow_run(5 * s);
    line.sends = true;
    assert_true(line.urgent_count > 5 && line.urgent_at == 0);
    return line.urgent_most;
}

static void a_slow_link_never_has_more_than_the_least(void **state)
{
    (void)state;
    slow_start(MBIT, ms / 2);
    etp_time took = offer_for(500, 200 * ms);
    print_message("1 Mbit/s: %u bytes, urgent within %.1f ms\n", (unsigned)line.most, (double)took / 1e6);
    assert_true(line.most <= LEAST);
    assert_true(took <= 70 * ms);
}

static void a_fast_link_has_all_of_the_credit(void **state)
{
    (void)state;
    slow_start(1000 * MBIT, ms / 5);
    slow_run(100 * ms);
    assert_int_equal(window(), MOST);
    etp_time took = offer_for(200, 20 * ms);
    assert_in_range(line.most, MOST - 2 * ETP_CHANNEL_RECORD_MAX, MOST);
    assert_true(took <= 2 * ms);
}

/* 50 Mbit/s are 31 kB in 5 ms. */
static void between_them_it_is_what_leaves_in_time(void **state)
{
    (void)state;
    slow_start(50 * MBIT, ms / 2);
    slow_run(s);
    assert_in_range(window(), 20000, 42000);
    etp_time took = offer_for(500, 50 * ms);
    print_message("50 Mbit/s: %u bytes, urgent within %.1f ms\n", (unsigned)line.most, (double)took / 1e6);
    assert_in_range(line.most, 20000, 42000);
    assert_true(took <= target + 2 * ms);
}

static void a_long_way_is_filled(void **state)
{
    (void)state;
    static const etp_time delays[] = {20, 50, 100, 250};
    pair_stop(NULL);
    for (unsigned i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        pair_init(&two);
        slow_start(1000 * MBIT, delays[i] * ms);
        etp_time began = two.now;
        while (window() < MOST && two.now - began < 120 * s)
            slow_run(delays[i] * ms);
        print_message("%u ms there and back: all of the credit after %.1f s\n", 2 * (unsigned)delays[i],
                      (double)(two.now - began) / 1e9);
        assert_int_equal(window(), MOST);
        pair_fini(&two);
    }
    pair_init(&two);
}

/* What was under way when it happens has to be taken in first. From then on it is as on any slow link. */
static void a_reader_that_becomes_slow_has_what_was_under_way(void **state)
{
    (void)state;
    slow_start(1000 * MBIT, ms / 5);
    slow_run(s);
    assert_int_equal(window(), MOST);
    line.there.each_byte = (etp_time)(s / MBIT);
    slow_run(ms);
    line.urgent_most = 0;
    slow_offer();
    slow_run(2 * s);
    print_message("after the change: urgent within %.1f ms\n", (double)line.urgent_most / 1e6);
    assert_in_range(line.urgent_most, 100 * ms, (etp_time)MOST * s / MBIT + 10 * ms);
    assert_int_equal(window(), LEAST);
    assert_true(offer_for(200, 200 * ms) <= 70 * ms);
}

/* Whoever does not fill its window stops filling it as soon as an answer is late. */
static void a_reader_that_stops_has_what_was_said_till_it_was_noticed(void **state)
{
    (void)state;
    slow_start(1000 * MBIT, ms / 5);
    slow_run(s);
    assert_int_equal(window(), MOST);
    line.sends = false;
    slow_run(100 * ms);
    line.there.delay = 10 * s;
    for (unsigned i = 0; i < 100; i++) {
        send_bytes(&two, &two.dialer, 0, 1000, BULK);
        slow_run(2 * ms);
    }
    assert_in_range(etp_channel_outstanding(&two.dialer.channel), 8 * 1019, 20 * 1019);
}

static void after_a_pause_it_begins_anew(void **state)
{
    (void)state;
    slow_start(1000 * MBIT, ms / 5);
    slow_run(s);
    line.sends = false;
    slow_run(3 * s);
    assert_int_equal(window(), MOST);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 10, BULK), ETP_OK);
    assert_int_equal(window(), LEAST);
    /* It had asked for all but a little, and there is room for what is urgent. */
    assert_true(etp_channel_writable(&two.dialer.channel));
}

/* Only those measurements tell that had nothing before them. */
static void a_way_that_becomes_longer_is_learnt(void **state)
{
    (void)state;
    slow_start(100 * MBIT, 5 * ms);
    slow_run(s);
    assert_int_equal(window(), MOST);
    line.there.delay = line.back.delay = 50 * ms;
    slow_run(s);
    assert_int_equal(window(), LEAST);
    line.sends = false;
    slow_run(500 * ms);
    for (unsigned i = 0; i < 40; i++) {
        assert_int_equal(send_bytes(&two, &two.dialer, 0, 1000, BULK), ETP_OK);
        slow_run(200 * ms);
    }
    line.sends = true;
    slow_run(5 * s);
    assert_int_equal(window(), MOST);
    /* And a shorter one at once. */
    line.there.delay = line.back.delay = ms;
    slow_run(s);
    assert_true(two.dialer.channel.window.shortest < 20 * ms);
}

/* A window that has room needs no more of it. */
static void who_says_little_stays_at_the_least(void **state)
{
    (void)state;
    slow_start(1000 * MBIT, ms / 5);
    line.sends = false;
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(send_bytes(&two, &two.dialer, 0, 1000, BULK), ETP_OK);
        slow_run(ms);
    }
    assert_int_equal(window(), LEAST);
}

static void jitter_costs_speed_and_no_more(void **state)
{
    (void)state;
    slow_start(100 * MBIT, 10 * ms);
    line.there.jitter = line.back.jitter = 40 * ms;
    slow_run(2 * s);
    size_t before = two.listener.bytes;
    slow_run(10 * s);
    print_message("10 to 50 ms each way: %u kB/s\n", (unsigned)((two.listener.bytes - before) / 10000));
    /* What 8 kB for each round trip of 100 ms would be. */
    assert_true(two.listener.bytes - before > 10 * 80000);
    assert_true(offer_for(200, 200 * ms) <= 2 * 50 * ms + target + 50 * ms);
}

/* ---- who does not play fair ---- */

/* Whoever says that it has consumed what it has not lets more come, never more than the credit, and waits for it itself. */
static void one_who_acknowledges_too_early_gets_no_more_than_the_credit(void **state)
{
    (void)state;
    slow_start(MBIT, ms);
    for (unsigned i = 0; i < 2000; i++) {
        etp_channel *liar = &two.listener.channel;
        while (send_bytes(&two, &two.dialer, 0, 1000, BULK) == ETP_OK || end_flush(&two, &two.dialer) > 0)
            ;
        two.dialer.in_flight = 0;
        liar->consumed = liar->answering = two.dialer.channel.sent;
        end_flush(&two, &two.listener);
        deliver(&two, &two.listener, &two.dialer, SIZE_MAX);
        assert_false(etp_channel_is_over(&two.dialer.channel));
        assert_true(window() <= MOST);
        two.now += i % 7 == 0 ? 1 : 0;
    }
    assert_int_equal(window(), MOST);
}

/* A host that slept, a clock that stands, one that goes back. */
static void whatever_the_clock_does_the_window_is_one(void **state)
{
    (void)state;
    static const etp_time jumps[] = {0, 1, -1, INT64_MIN / 4, INT64_MAX / 4, 0, 3600000000000, INT64_MAX / 4};
    slow_start(100 * MBIT, ms);
    slow_run(s);
    line.sends = false;
    slow_run(s);
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned k = 0; k < 30; k++)
            send_bytes(&two, &two.dialer, 0, 1000, BULK);
        end_flush(&two, &two.dialer);
        two.now += jumps[i];
        pair_settle(&two);
        assert_false(etp_channel_is_over(&two.dialer.channel));
        assert_in_range(window(), LEAST, MOST);
        assert_in_range(two.dialer.channel.window.open, LEAST, MOST);
        assert_true(etp_channel_writable(&two.dialer.channel));
    }
}

/* ---- any link ---- */

/* Rates from 20 kB/s to 100 MB/s, delays up to 300 ms. Whatever they are: what is urgent comes after its way, what the target or
 * the least window takes, a quarter of the window, for room comes by quarters, and two records. Where the window does not fill
 * the way, it waits for room besides. */
static void try_link(uint64_t seed)
{
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    uint64_t rate = 20000;
    for (unsigned doublings = (unsigned)etp_rng_below(&rng, 12); doublings > 0; doublings--)
        rate = rate * 2 + etp_rng_below(&rng, rate / 2);
    etp_time delay = (etp_time)etp_rng_below(&rng, seed % 3 == 0 ? 300000000 : 5000000);
    pair_init(&two);
    two.dialer.options.unacknowledged = 4096 + (uint32_t)etp_rng_below(&rng, 8192);
    slow_start(rate, delay);
    line.frame_size = 50 + (size_t)etp_rng_below(&rng, ETP_FRAME_MAX - 50);
    etp_time least_takes = (etp_time)(two.dialer.options.unacknowledged * (uint64_t)s / rate);
    etp_time record_takes = (etp_time)(ETP_CHANNEL_RECORD_MAX * (uint64_t)s / rate);
    etp_time took = offer_for(60, 2 * delay + 4 * least_takes + target);
    etp_time wait = (least_takes > target ? least_takes : target) + 2 * record_takes;
    wait += (etp_time)(line.most * (uint64_t)s / rate / ETP_WINDOW_ASKS);
    bool is_filled = line.most * (uint64_t)s / rate >= (uint64_t)(2 * delay);
    if (took > delay + wait + (is_filled ? 0 : 2 * delay))
        fail_msg("seed %u: %u bytes/s, %.1f ms there: %u bytes were under way, and what was urgent took %.1f ms",
                 (unsigned)seed, (unsigned)rate, (double)delay / 1e6, (unsigned)line.most, (double)took / 1e6);
    pair_fini(&two);
}

static void on_any_link_what_is_urgent_waits_for_the_target_or_the_least(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++)
        try_link(seed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_start, pair_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_slow_link_never_has_more_than_the_least),
        TEST(a_fast_link_has_all_of_the_credit),
        TEST(between_them_it_is_what_leaves_in_time),
        TEST(a_long_way_is_filled),
        TEST(a_reader_that_becomes_slow_has_what_was_under_way),
        TEST(a_reader_that_stops_has_what_was_said_till_it_was_noticed),
        TEST(after_a_pause_it_begins_anew),
        TEST(a_way_that_becomes_longer_is_learnt),
        TEST(who_says_little_stays_at_the_least),
        TEST(jitter_costs_speed_and_no_more),
        TEST(one_who_acknowledges_too_early_gets_no_more_than_the_credit),
        TEST(whatever_the_clock_does_the_window_is_one),
        cmocka_unit_test(on_any_link_what_is_urgent_waits_for_the_target_or_the_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

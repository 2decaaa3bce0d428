/* SPDX-License-Identifier: MIT */
/* The made-up network: frames come out later, twice or never, and always the same for the same seed. */
#include "unit/test_network_tools.h"

/* ---- time ---- */

static void a_frame_takes_the_delay(void **state)
{
    (void)state;
    etp_network_options options = usual();
    etp_network *network = open_network(&options);
    etp_delivery delivery;
    assert_int_equal(etp_network_next(network), ETP_TIME_NEVER);
    assert_false(etp_network_take(network, start, &delivery));
    send_number(network, start, 0, 5);
    assert_int_equal(etp_network_next(network), start + 20 * ms);
    assert_false(etp_network_take(network, start + 20 * ms - 1, &delivery));
    assert_true(etp_network_take(network, start + 20 * ms, &delivery));
    assert_int_equal(delivery.link, 1);
    assert_int_equal(number_of(&delivery), 5);
    assert_false(etp_network_take(network, start + second, &delivery));
    send_number(network, start, 1, 6);
    assert_true(etp_network_take(network, start + second, &delivery));
    assert_int_equal(delivery.link, 0);
    etp_network_free(network);
}

/* Sends `count` frames a second apart, more than the longest hold-back, and gives the delay of each that arrives. */
typedef struct sample {
    uint32_t number;
    etp_time delay;
} sample;

static uint32_t run_frames(const etp_network_options *options, uint32_t count, sample *samples, uint32_t room,
                           etp_network_stats *stats)
{
    etp_network *network = open_network(options);
    uint32_t arrived = 0;
    for (uint32_t i = 0; i < count; i++) {
        etp_time sent = start + i * second, next;
        send_number(network, sent, 0, i);
        while ((next = etp_network_next(network)) < sent + second) {
            etp_delivery delivery;
            assert_true(etp_network_take(network, next, &delivery));
            assert_true(arrived < room);
            samples[arrived++] = (sample){.number = i, .delay = next - sent};
        }
    }
    *stats = stats_of(network);
    etp_network_free(network);
    return arrived;
}

static void jitter_is_uniform_within_its_bounds(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static sample samples[COUNT];
    etp_network_options options = usual();
    options.jitter = 5 * ms;
    etp_network_stats stats;
    assert_int_equal(run_frames(&options, COUNT, samples, COUNT, &stats), COUNT);
    unsigned tenths[10] = {0};
    for (uint32_t i = 0; i < COUNT; i++) {
        etp_time jitter = samples[i].delay - 20 * ms;
        assert_in_range(jitter, 0, 5 * ms);
        tenths[jitter * 10 / (5 * ms + 1)]++;
    }
    /* 2000 in each tenth, and five standard deviations of 42. */
    for (int i = 0; i < 10; i++)
        assert_in_range(tenths[i], 1790, 2210);
}

/* ---- chances ---- */

/* Five standard deviations of a binomial count, in squares so that no root is needed. */
static void assert_rate(uint64_t count, uint64_t trials, uint32_t ppm)
{
    double p = ppm / 1e6, expected = (double)trials * p;
    double distance = (double)count - expected;
    if (distance * distance > 25 * expected * (1 - p))
        fail_msg("%llu of %llu at a chance of %u ppm", (unsigned long long)count, (unsigned long long)trials, ppm);
}

static void chances_are_kept(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static sample samples[2 * COUNT];
    for (uint64_t seed = 1; seed <= 3; seed++) {
        printf("seed %llu\n", (unsigned long long)seed);
        etp_network_options options = usual();
        options.seed = seed;
        options.jitter = 5 * ms;
        options.loss_ppm = 200000;
        options.duplicate_ppm = 100000;
        options.reorder_ppm = 50000;
        options.flip_ppm = 10000;
        etp_network_stats stats;
        uint32_t arrived = run_frames(&options, COUNT, samples, 2 * COUNT, &stats);
        uint64_t kept = stats.sent - stats.lost;
        assert_int_equal(stats.sent, COUNT);
        assert_int_equal(stats.bytes, COUNT * sizeof(uint32_t));
        assert_rate(stats.lost, COUNT, 200000);
        assert_rate(stats.duplicated, kept, 100000);
        assert_rate(stats.held_back, kept, 50000);
        assert_rate(stats.flipped, kept, 10000);
        assert_int_equal(arrived, kept + stats.duplicated);
        assert_int_equal(stats.delivered, arrived);
        assert_int_equal(stats.overflowed, 0);
    }
}

static void impossible_and_certain(void **state)
{
    (void)state;
    static sample samples[2000];
    etp_network_options options = usual();
    etp_network_stats stats;
    assert_int_equal(run_frames(&options, 1000, samples, 2000, &stats), 1000);
    assert_true(stats.lost == 0 && stats.duplicated == 0 && stats.held_back == 0 && stats.flipped == 0);
    options.duplicate_ppm = options.reorder_ppm = options.flip_ppm = 1000000;
    assert_int_equal(run_frames(&options, 1000, samples, 2000, &stats), 2000);
    assert_true(stats.duplicated == 1000 && stats.held_back == 1000 && stats.flipped == 1000);
    options.loss_ppm = 1000000;
    assert_int_equal(run_frames(&options, 1000, samples, 2000, &stats), 0);
    assert_true(stats.lost == 1000 && stats.duplicated == 0 && stats.flipped == 0);
}

static void held_back_by_one_or_two_delays(void **state)
{
    (void)state;
    static sample samples[1000];
    static const etp_time delays[] = {0, 5 * ms, 20 * ms, 300 * ms};
    etp_network_stats stats;
    for (int i = 0; i < 4; i++) {
        etp_network_options options = usual();
        options.delay = delays[i];
        options.reorder_ppm = 1000000;
        etp_time least = delays[i] > 20 * ms ? delays[i] : 20 * ms;
        assert_int_equal(run_frames(&options, 1000, samples, 1000, &stats), 1000);
        for (int j = 0; j < 1000; j++)
            assert_in_range(samples[j].delay - delays[i], least, 2 * least);
    }
}

/* ---- order ---- */

static void equal_arrivals_keep_the_order_of_sending(void **state)
{
    (void)state;
    etp_network_options options = usual();
    etp_network *network = open_network(&options);
    assert_int_equal(etp_network_join(network, 2, 33, 3, 44), ETP_OK);
    for (uint32_t i = 0; i < 3000; i++)
        send_number(network, start, i % 3, i);
    etp_delivery delivery;
    for (uint32_t i = 0; i < 3000; i++) {
        assert_true(etp_network_take(network, start + 20 * ms, &delivery));
        assert_int_equal(number_of(&delivery), i);
        assert_int_equal(delivery.link, i % 3 == 2 ? 3 : 1 - i % 3);
    }
    etp_network_free(network);
}

static void arrivals_come_in_order_of_time(void **state)
{
    (void)state;
    etp_network_options options = usual();
    options.jitter = second;
    etp_network *network = open_network(&options);
    for (uint32_t i = 0; i < 3000; i++)
        send_number(network, start, 0, i);
    etp_time last = start;
    bool overtaken = false;
    uint32_t highest = 0;
    for (etp_time next; (next = etp_network_next(network)) != ETP_TIME_NEVER; last = next) {
        etp_delivery delivery;
        assert_true(next >= last);
        assert_true(etp_network_take(network, next, &delivery));
        overtaken = overtaken || number_of(&delivery) < highest;
        highest = number_of(&delivery) > highest ? number_of(&delivery) : highest;
    }
    assert_true(overtaken);
    etp_network_free(network);
}

/* ---- fate ---- */

/* A hash over when and how the frames of one link arrive. `others`: what else goes on in the network. */
static uint64_t fate(const etp_network_options *options, uint32_t link, uint64_t device_a, uint64_t device_b,
                     unsigned others)
{
    etp_network *network;
    assert_int_equal(etp_network_new(&network, options, NULL), ETP_OK);
    if (others > 0)
        assert_int_equal(etp_network_join(network, 6, 77, 7, 88), ETP_OK);
    assert_int_equal(etp_network_join(network, link, device_a, link + 1, device_b), ETP_OK);
    uint64_t hash = 0;
    for (uint32_t i = 0; i < 500; i++) {
        etp_time now = start + i * 10 * ms;
        for (unsigned j = 0; j < others; j++)
            send_number(network, now, j % 2 == 0 ? 6 : link + 1, j);
        send_number(network, now, link, i);
        etp_delivery delivery;
        for (etp_time next; (next = etp_network_next(network)) <= now;) {
            assert_true(etp_network_take(network, next, &delivery));
            if (delivery.link == link + 1)
                hash = etp_hash(hash, (uint64_t)next, number_of(&delivery), 0);
        }
    }
    etp_network_free(network);
    return hash;
}

static void fate_depends_on_seed_devices_and_moment_alone(void **state)
{
    (void)state;
    etp_network_options options = rough();
    uint64_t usual_fate = fate(&options, 0, DEVICE_A, DEVICE_B, 0);
    assert_int_equal(fate(&options, 0, DEVICE_A, DEVICE_B, 0), usual_fate);
    assert_int_equal(fate(&options, 0, DEVICE_A, DEVICE_B, 3), usual_fate);
    assert_int_equal(fate(&options, 4, DEVICE_A, DEVICE_B, 2), usual_fate);
    options.max_frames = 9999;
    options.max_links = 100;
    assert_int_equal(fate(&options, 98, DEVICE_A, DEVICE_B, 0), usual_fate);
    assert_int_not_equal(fate(&options, 0, DEVICE_B, DEVICE_A, 0), usual_fate);
    assert_int_not_equal(fate(&options, 0, DEVICE_A, DEVICE_B + 1, 0), usual_fate);
    options.seed++;
    assert_int_not_equal(fate(&options, 0, DEVICE_A, DEVICE_B, 0), usual_fate);
}

/* What is sent at a moment fares the same, whatever was sent before, and what is sent later at that moment is another. */
static void left_out_frames_change_no_others(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    static etp_time arrivals[2][COUNT];
    for (unsigned turn = 0; turn < 2; turn++) {
        etp_network_options options = usual();
        options.jitter = 5 * ms;
        options.loss_ppm = 300000;
        etp_network *network = open_network(&options);
        for (uint32_t i = 0; i < COUNT; i++) {
            etp_time now = start + i * second, next;
            if (turn == 0 && i % 3 == 1)
                continue;
            send_number(network, now, 0, i);
            etp_delivery delivery;
            while ((next = etp_network_next(network)) != ETP_TIME_NEVER) {
                assert_true(etp_network_take(network, next, &delivery));
                arrivals[turn][i] = next;
            }
        }
        etp_network_free(network);
    }
    for (uint32_t i = 0; i < COUNT; i++)
        assert_true(i % 3 == 1 || arrivals[0][i] == arrivals[1][i]);
}

static void frames_of_one_moment_fare_each_for_itself(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    etp_network_options options = usual();
    options.jitter = 5 * ms;
    etp_network *network = open_network(&options);
    unsigned same = 0;
    etp_time last = 0;
    for (uint32_t i = 0; i < COUNT; i++)
        send_number(network, start, 0, i);
    for (uint32_t i = 0; i < COUNT; i++) {
        etp_delivery delivery;
        etp_time next = etp_network_next(network);
        assert_true(etp_network_take(network, next, &delivery));
        same += next == last;
        last = next;
    }
    assert_true(same < 3);
    etp_network_free(network);
}

/* Loss falls on the same frames whatever other chances are switched on. */
static void chances_are_drawn_apart(void **state)
{
    (void)state;
    static sample plain[1000], busy[2000];
    etp_network_options options = usual();
    options.loss_ppm = 200000;
    etp_network_stats stats;
    uint32_t count = run_frames(&options, 1000, plain, 1000, &stats);
    etp_network_options other = rough();
    uint32_t busy_count = run_frames(&other, 1000, busy, 2000, &stats);
    uint32_t at = 0;
    for (uint32_t i = 0; i < busy_count; i++) {
        if (at < count && busy[i].number == plain[at].number)
            at++;
        else
            assert_int_equal(busy[i].number, busy[i - 1].number);
    }
    assert_int_equal(at, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_takes_the_delay),
        cmocka_unit_test(jitter_is_uniform_within_its_bounds),
        cmocka_unit_test(chances_are_kept),
        cmocka_unit_test(impossible_and_certain),
        cmocka_unit_test(held_back_by_one_or_two_delays),
        cmocka_unit_test(equal_arrivals_keep_the_order_of_sending),
        cmocka_unit_test(arrivals_come_in_order_of_time),
        cmocka_unit_test(fate_depends_on_seed_devices_and_moment_alone),
        cmocka_unit_test(left_out_frames_change_no_others),
        cmocka_unit_test(frames_of_one_moment_fare_each_for_itself),
        cmocka_unit_test(chances_are_drawn_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

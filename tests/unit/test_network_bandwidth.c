/* SPDX-License-Identifier: MIT */
/* Links that carry so many bits a second: against arithmetic. */
#include "unit/test_network_tools.h"

static const unsigned char bytes[65535];

static void send_bytes(etp_network *network, etp_time now, uint32_t link, size_t size)
{
    assert_int_equal(etp_network_send(network, now, link, bytes, size), ETP_OK);
}

static etp_time next_arrival(etp_network *network, uint32_t link, size_t size)
{
    etp_delivery delivery;
    etp_time next = etp_network_next(network);
    assert_true(etp_network_take(network, next, &delivery));
    assert_int_equal(delivery.link, link);
    assert_int_equal(delivery.size, size);
    return next - start;
}

static etp_network *open_with(uint64_t bandwidth)
{
    etp_network_options options = usual();
    options.bandwidth = bandwidth;
    return open_network(&options);
}

static void a_frame_takes_its_bits_and_the_delay(void **state)
{
    (void)state;
    /* 120 bytes at 9600 bit/s are 100 ms; one byte at 3 bit/s is 2.667 s, rounded up to a nanosecond. */
    etp_network *network = open_with(9600);
    send_bytes(network, start, 0, 120);
    assert_int_equal(next_arrival(network, 1, 120), 100 * ms + 20 * ms);
    etp_network_free(network);
    network = open_with(3);
    send_bytes(network, start, 1, 1);
    assert_int_equal(next_arrival(network, 0, 1), INT64_C(2666666667) + 20 * ms);
    etp_network_free(network);
    network = open_with(0);
    send_bytes(network, start, 0, 65535);
    assert_int_equal(next_arrival(network, 1, 65535), 20 * ms);
    etp_network_free(network);
}

static void frames_leave_one_after_another(void **state)
{
    (void)state;
    etp_network *network = open_with(8000); /* a byte a millisecond */
    send_bytes(network, start, 0, 100);
    send_bytes(network, start, 0, 10);
    send_bytes(network, start + 50 * ms, 0, 40);
    /* By now the line is free again. */
    send_bytes(network, start + 200 * ms, 0, 7);
    assert_int_equal(next_arrival(network, 1, 100), 120 * ms);
    assert_int_equal(next_arrival(network, 1, 10), 130 * ms);
    assert_int_equal(next_arrival(network, 1, 40), 170 * ms);
    assert_int_equal(next_arrival(network, 1, 7), 227 * ms);
    etp_network_free(network);
}

static void directions_and_links_do_not_wait_for_each_other(void **state)
{
    (void)state;
    etp_network *network = open_with(8000);
    assert_int_equal(etp_network_join(network, 2, 33, 3, 44), ETP_OK);
    send_bytes(network, start, 0, 100);
    send_bytes(network, start, 1, 10);
    send_bytes(network, start, 2, 5);
    assert_int_equal(next_arrival(network, 3, 5), 25 * ms);
    assert_int_equal(next_arrival(network, 0, 10), 30 * ms);
    assert_int_equal(next_arrival(network, 1, 100), 120 * ms);
    etp_network_free(network);
}

/* Whatever is lost on the way has taken its time on the line; a copy that the network makes takes none. */
static void what_is_lost_was_sent(void **state)
{
    (void)state;
    etp_network_options options = usual();
    options.bandwidth = 8000;
    options.loss_ppm = 500000;
    options.duplicate_ppm = 1000000;
    etp_network *network = open_network(&options);
    for (int i = 0; i < 20; i++)
        send_bytes(network, start, 0, 100);
    etp_network_stats stats = stats_of(network);
    assert_true(stats.lost > 0 && stats.lost < 20);
    assert_int_equal(stats.duplicated, 20 - stats.lost);
    etp_delivery delivery;
    etp_time next, copies = 0;
    while ((next = etp_network_next(network)) != ETP_TIME_NEVER) {
        assert_true(etp_network_take(network, next, &delivery));
        assert_int_equal((next - start - 20 * ms) % (100 * ms), 0);
        copies++;
    }
    assert_int_equal(copies, 2 * stats.duplicated);
    etp_network_free(network);
}

/* 450 bytes a second: what would have to wait for more than an hour is lost. */
static void no_queue_is_longer_than_an_hour(void **state)
{
    (void)state;
    etp_network_options options = usual();
    options.bandwidth = 3600;
    options.max_frames = 20000;
    etp_network *network = open_network(&options);
    for (int i = 0; i < 100; i++)
        send_bytes(network, start, 0, 45000); /* 100 s each */
    assert_int_equal(stats_of(network).overflowed, 100 - 37);
    assert_int_equal(stats_of(network).sent, 100);
    for (int i = 1; i <= 37; i++)
        assert_int_equal(next_arrival(network, 1, 45000), i * 100 * second + 20 * ms);
    assert_int_equal(etp_network_next(network), ETP_TIME_NEVER);
    send_bytes(network, start + 3700 * second, 0, 450);
    assert_int_equal(next_arrival(network, 1, 450), 3701 * second + 20 * ms);
    etp_network_free(network);
}

static void a_bandwidth_has_a_limit(void **state)
{
    (void)state;
    etp_network *network;
    etp_error error;
    etp_network_options options = usual();
    options.bandwidth = UINT64_C(1000000000001);
    assert_int_equal(etp_network_new(&network, &options, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "a bandwidth of 1000000000001 bits per second"));
}

static void the_longest_way_is_known_beforehand(void **state)
{
    (void)state;
    etp_network_options options = usual();
    assert_int_equal(etp_network_longest(&options), 20 * ms);
    options.jitter = 7 * ms;
    assert_int_equal(etp_network_longest(&options), 27 * ms);
    options.delay = 5 * ms;
    options.reorder_ppm = 1;
    assert_int_equal(etp_network_longest(&options), 12 * ms + 2 * 20 * ms);
    options.delay = 50 * ms;
    assert_int_equal(etp_network_longest(&options), 57 * ms + 2 * 50 * ms);
    options.bandwidth = 1;
    assert_int_equal(etp_network_longest(&options), ETP_TIME_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_takes_its_bits_and_the_delay),
        cmocka_unit_test(frames_leave_one_after_another),
        cmocka_unit_test(directions_and_links_do_not_wait_for_each_other),
        cmocka_unit_test(what_is_lost_was_sent),
        cmocka_unit_test(no_queue_is_longer_than_an_hour),
        cmocka_unit_test(a_bandwidth_has_a_limit),
        cmocka_unit_test(the_longest_way_is_known_beforehand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

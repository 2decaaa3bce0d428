/* SPDX-License-Identifier: MIT */
/* Two ends that mean well: handshake, frames both ways, however the bytes are cut. */

#include "unit/live_channel_pair.h"

static pair two;

static int start(void **state)
{
    (void)state;
    pair_init(&two);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pair_fini(&two);
    return 0;
}

static void both_know_each_other_after_the_handshake(void **state)
{
    (void)state;
    pair_connect(&two);
    assert_int_equal(two.dialer.peer.device, BATTERY);
    assert_int_equal(two.dialer.peer.role, ETP_DEVICE_BATTERY);
    assert_string_equal(two.dialer.peer.name, "d1001");
    assert_true(two.dialer.peer.proved && two.listener.peer.proved);
    assert_int_equal(two.listener.peer.device, AGGREGATOR);
    assert_int_equal(two.listener.peer.role, ETP_DEVICE_AGGREGATOR);
    assert_int_equal(two.listener.peer.version, 1);
}

static void frames_go_both_ways(void **state)
{
    (void)state;
    pair_connect(&two);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, 0xa1), ETP_OK);
    assert_int_equal(send_bytes(&two, &two.listener, 0, ETP_FRAME_MAX, 0xb2), ETP_OK);
    pair_settle(&two);
    assert_int_equal(two.listener.frames, 1);
    assert_int_equal(two.listener.frame_size, 100);
    assert_int_equal(two.listener.frame[99], 0xa1);
    assert_int_equal(two.listener.frame_device, 0);
    assert_int_equal(two.dialer.frames, 1);
    assert_int_equal(two.dialer.frame_size, ETP_FRAME_MAX);
    assert_int_equal(two.dialer.frame[ETP_FRAME_MAX - 1], 0xb2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_know_each_other_after_the_handshake, start, stop),
        cmocka_unit_test_setup_teardown(frames_go_both_ways, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Two engines in one process trade over real connections; one of them goes and comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "unit/live_fixture.h"

static void trade_over(const char *url, const char *transport)
{
    connect_two(url);
    trade_once(&sides[0], &sides[1]);
    const etp_event *sold = &sides[0].last_event[ETP_EVENT_CONFIRM], *bought = &sides[1].last_event[ETP_EVENT_RECEIPT];
    assert_int_equal(sold->energy, bought->energy);
    assert_int_equal(sold->amount, bought->amount);
    etp_live_peer_info info = peer_of(&sides[1], 0);
    assert_int_equal(info.device, BATTERY);
    assert_int_equal(info.role, ETP_DEVICE_BATTERY);
    assert_string_equal(info.transport, transport);
    assert_true(info.up && info.dialed && !info.proved);
    assert_true(info.frames_sent > 0 && info.frames_received > 0);
    assert_int_equal(peer_of(&sides[0], 0).device, BUYER);
    assert_false(peer_of(&sides[0], 0).dialed);
    assert_int_equal(sides[0].refusals + sides[1].refusals, 0);
}

static void over_tcp(void **state)
{
    (void)state;
    trade_over("tcp://127.0.0.1:0", "tcp");
}

static void over_inproc(void **state)
{
    (void)state;
    trade_over("inproc://test_live_trade", "inproc");
}

static void over_ipc(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "ipc:///tmp/etp_live_%ld.sock", (long)getpid());
    trade_over(path, "ipc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(over_tcp, open_base, close_base),
        cmocka_unit_test_setup_teardown(over_inproc, open_base, close_base),
        cmocka_unit_test_setup_teardown(over_ipc, open_base, close_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

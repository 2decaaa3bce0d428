/* SPDX-License-Identifier: MIT */
/*
 * What frames meet: forged ones are refused, a peer that reads nothing holds up no other, what is urgent overtakes, and
 * nothing is allocated for a message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/live_fixture.h"
#include "unit/test_memory_tools.h"

/* ---- a transport between an engine and its network ---- */

enum { SENT_MAX = 100000 };

static etp_transport beneath;
static etp_id forged_sender;
static uint8_t sent_types[SENT_MAX];
static unsigned sent_count, busy_answers;

/* Under another device's name, if one is given; what was taken is written down by type. */
static int forge(void *user, etp_link link, const void *bytes, size_t size)
{
    (void)user;
    etp_frame_reader reader;
    etp_frame frame = {0};
    uint8_t types[64];
    unsigned count = 0;
    assert_int_equal(etp_frame_open(&reader, bytes, size), ETP_REFUSED_NONE);
    while (etp_frame_more(&reader)) {
        etp_message message;
        unsigned char encoded[ETP_MESSAGE_MAX];
        assert_int_equal(etp_frame_next(&reader, &message), ETP_REFUSED_NONE);
        if (forged_sender != 0)
            message.device_id = forged_sender;
        int length = etp_encode(&message, encoded, sizeof encoded);
        assert_true(length > 0 && count < 64);
        assert_int_equal(etp_frame_add(&frame, encoded, (size_t)length), ETP_OK);
        types[count++] = message.type;
    }
    assert_int_equal(etp_frame_seal(&frame), ETP_OK);
    int result = beneath.send(beneath.user, link, frame.bytes, frame.size);
    busy_answers += result == ETP_EFULL;
    for (unsigned i = 0; result == ETP_OK && i < count && sent_count < SENT_MAX; i++)
        sent_types[sent_count++] = types[i];
    return result;
}

/* build_engine() with forge() in between. */
static void build_forger(struct side *side)
{
    build_battery(side);
    free_side(side);
    sent_count = busy_answers = 0;
    etp_error error = {0};
    check(etp_live_new(&side->live, &side->options, &error), &error);
    beneath = etp_live_transport(side->live);
    side->engine_options.transport = (etp_transport){.send = forge};
    side->engine_options.now = etp_live_now(side->live);
    check(etp_engine_new(&side->engine, &side->engine_options, &error), &error);
    assert_int_equal(etp_live_attach(side->live, side->engine), ETP_OK);
    etp_bess_options options = {
        .size = sizeof options, .device_id = side->device, .battery = &side->battery, .peers = 64};
    assert_int_equal(etp_engine_add_bess(side->engine, &options, &side->node), ETP_OK);
    start_side(side);
}

static void a_message_under_another_devices_name_is_refused(void **state)
{
    (void)state;
    build_buyer(prepare(0, BUYER));
    forged_sender = BATTERY + 77;
    build_forger(prepare(1, BATTERY));
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BUYER);
    WAIT_FOR(sides[0].refusals > 0);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_MESSAGE);
    assert_int_equal(sides[0].refused_device, BATTERY);
    assert_string_equal(sides[0].refused_reason, "device_id is not the link's peer");
    assert_int_equal(sides[0].events[ETP_EVENT_REGISTER], 0);
    assert_true(peer_of(&sides[0], 0).refused > 0);
    forged_sender = 0;
}

/* ---- a peer that reads nothing ---- */

/* A side with a loop of its own, which turns only when the test turns it. */
static void serve(const struct side *side)
{
    event_base_loop(etp_live_base(side->live), EVLOOP_NONBLOCK);
}

#define WAIT_SERVING(side, condition) WAIT_FOR((serve(side), (condition)))

static void a_peer_that_is_stopped_holds_up_no_other(void **state)
{
    (void)state;
    prepare(0, BUYER)->options.heartbeat = 1500 * MS;
    build_buyer(&sides[0]);
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    prepare(1, BATTERY)->options.event_base = NULL;
    build_battery(&sides[1]);
    build_battery(prepare(2, BATTERY + 1));
    dial_to(&sides[1], address, BUYER);
    dial_to(&sides[2], address, BUYER);
    WAIT_SERVING(&sides[1], sides[0].events[ETP_EVENT_REGISTER] >= 2);
    /* From here on the first battery is as one that was stopped. */
    TRADE_UNTIL(begin_both(&sides[2], &sides[0]), sides[0].events[ETP_EVENT_RECEIPT] == 1);
    assert_int_equal(sides[0].last_event[ETP_EVENT_RECEIPT].peer, BATTERY + 1);
    /* It is found out, and has its link again when it goes on. */
    WAIT_FOR(sides[0].lost == 1);
    assert_string_equal(sides[0].lost_why, "nothing was heard for three heartbeats");
    WAIT_SERVING(&sides[1], sides[0].up == 3);
}

/* How many messages of a type wait in the forger's engine. */
static unsigned waiting(const struct side *side, etp_type type)
{
    etp_engine_stats stats;
    etp_engine_get_stats(side->engine, &stats);
    unsigned taken = 0;
    for (unsigned i = 0; i < sent_count; i++)
        taken += sent_types[i] == type;
    return (unsigned)stats.sent[type] - taken;
}

static void fail_and_recover(struct side *side)
{
    assert_int_equal(etp_engine_fail(side->engine, side->node), ETP_OK);
    assert_int_equal(etp_engine_recover(side->engine, side->node), ETP_OK);
    assert_int_equal(etp_live_changed(side->live), ETP_OK);
}

/* A battery that tells its status all the time, and then fails, at a buyer that reads nothing. */
static void a_failure_overtakes_what_waits(void **state)
{
    (void)state;
    prepare(0, BUYER)->options.event_base = NULL;
    sides[0].options.messages_per_second = 0;
    build_buyer(&sides[0]);
    prepare(1, BATTERY)->engine_options.timing.status_period = 2 * MS;
    sides[1].options.heartbeat = PATIENCE_S * ETP_NS_PER_SECOND;
    build_forger(&sides[1]);
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BUYER);
    WAIT_SERVING(&sides[0], sides[0].events[ETP_EVENT_STATUS] > 0);
    WAIT_FOR(waiting(&sides[1], ETP_BESS_STATUS) >= 10);
    const unsigned window = sent_count;
    assert_int_equal(etp_engine_fail(sides[1].engine, sides[1].node), ETP_OK);
    assert_int_equal(etp_live_changed(sides[1].live), ETP_OK);
    assert_int_equal(sent_count, window);
    /* The buyer reads again. The next that leaves is the failure. */
    WAIT_SERVING(&sides[0], sent_count > window);
    assert_int_equal(sent_types[window], ETP_DEVICE_FAILURE);
    WAIT_SERVING(&sides[0], sides[0].events[ETP_EVENT_FAILURE] > 0);
}

static void what_is_under_way_to_a_slow_reader_is_bounded(void **state)
{
    (void)state;
    prepare(0, BUYER)->options.event_base = NULL;
    build_buyer(&sides[0]);
    prepare(1, BATTERY)->options.unacknowledged_bytes = 4096;
    build_forger(&sides[1]);
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BUYER);
    WAIT_SERVING(&sides[0], sides[0].events[ETP_EVENT_REGISTER] > 0 && sides[0].up == 1);
    uint64_t before = peer_of(&sides[1], 0).bytes_sent;
    for (unsigned more = 200; more > 0; more -= busy_answers > 0) {
        fail_and_recover(&sides[1]);
        event_base_loop(base, EVLOOP_NONBLOCK);
    }
    assert_in_range(peer_of(&sides[1], 0).bytes_sent - before, 1000, 4096);
}

/* ---- memory ---- */

static void nothing_is_allocated_for_a_message(void **state)
{
    (void)state;
    static ledger books[2];
    for (unsigned i = 0; i < 2; i++) {
        struct side *side = prepare(i, i == 0 ? BATTERY : BUYER);
        side->options.allocator = side->engine_options.allocator = ledger_open(&books[i]);
    }
    build_battery(&sides[0]);
    build_buyer(&sides[1]);
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY);
    WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > 0);
    trade_once(&sides[0], &sides[1]);
    uint64_t calls = books[0].calls + books[1].calls;
    uint64_t frames = live_stats(&sides[0]).frames_sent;
    for (unsigned i = 0; i < 3; i++)
        trade_once(&sides[0], &sides[1]);
    assert_true(live_stats(&sides[0]).frames_sent > frames);
    assert_int_equal(books[0].calls + books[1].calls, calls);
    assert_true(live_stats(&sides[0]).bytes_per_connection < 16384 && live_stats(&sides[0]).bytes_per_peer < 1024);
    for (unsigned i = 0; i < 2; i++) {
        free_side(&sides[i]);
        ledger_close(&books[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_message_under_another_devices_name_is_refused, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_peer_that_is_stopped_holds_up_no_other, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_failure_overtakes_what_waits, open_base, close_base),
        cmocka_unit_test_setup_teardown(what_is_under_way_to_a_slow_reader_is_bounded, open_base, close_base),
        cmocka_unit_test_setup_teardown(nothing_is_allocated_for_a_message, open_base, close_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What waits for a busy link: ordered by priority, joined into frames, bounded, and counted when it is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_peers.h"

static void begin(unsigned slots)
{
    set_up();
    it.options.outbox_slots = slots;
    begin_bess(ETP_FIRST_PRICE);
}

static void block(unsigned peer)
{
    it.send_result[peer] = ETP_EFULL;
}

static void unblock(unsigned peer)
{
    it.send_result[peer] = ETP_OK;
    etp_engine_link_ready(it.engine, peer);
}

/* Most urgent first, and among equals as they were created. */
static void expect_order(void)
{
    for (unsigned i = 1; i < it.heard_count; i++) {
        const etp_message *before = &it.heard[i - 1].message, *after = &it.heard[i].message;
        unsigned first = etp_type_priority(before->type), second = etp_type_priority(after->type);
        assert_true(first < second || (first == second && before->message_id < after->message_id));
    }
}

static void what_waits_leaves_by_priority_in_one_frame(void **unused)
{
    (void)unused;
    set_up();
    it.options.timing.status_period = ETP_NS_PER_SECOND;
    make_bess(NULL);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    block(0);
    advance(3 * ETP_NS_PER_SECOND);
    begin_interval();
    etp_id first = query(0), second = query(0);
    /* No offer was heard, so these bids name none and are for the auction that is open. */
    bid(0, 20 * CENT, LOT);
    etp_id refused_bid = bid(0, 20 * CENT, LOT);
    advance(it.options.timing.window);
    forget();
    unblock(0);
    expect_order();
    assert_int_equal(it.frames, 1);
    static const etp_type order[] = {ETP_BID_REJECT, ETP_BID_ACCEPT, ETP_QUERY_RESPONSE, ETP_QUERY_RESPONSE};
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(it.heard[i].message.type, order[i]);
    assert_int_equal(it.heard[0].message.in_reply_to, refused_bid);
    assert_int_equal(it.heard[2].message.in_reply_to, first);
    assert_int_equal(it.heard[3].message.in_reply_to, second);
    assert_int_equal(it.heard[4].message.type, ETP_BESS_STATUS);
    assert_int_equal(it.heard[it.heard_count - 1].message.type, ETP_REGISTER);
    forget();
    query(0);
    assert_int_equal(it.heard_count, 1);
}

static void more_than_a_frame_waits_in_order(void **unused)
{
    (void)unused;
    begin(0);
    block(0);
    uint64_t sent_before = stats().frames_sent;
    for (unsigned i = 0; i < 40; i++)
        query(0);
    assert_int_equal(it.heard_count, 0);
    unblock(0);
    assert_int_equal(it.heard_count, 40);
    expect_order();
    assert_in_range(it.frames, 2, 5);
    assert_int_equal(stats().frames_sent - sent_before, it.frames);
    assert_int_equal(stats().frames_unsent, 0);
}

static void a_device_failure_overtakes_all_that_waits(void **unused)
{
    (void)unused;
    begin(8);
    block(0);
    for (unsigned i = 0; i < 20; i++)
        query(0);
    etp_engine_fail(it.engine, it.node);
    unblock(0);
    assert_int_equal(it.heard[it.heard_count - 1].peer, 0);
    assert_int_equal(count_heard(0, ETP_DEVICE_FAILURE), 1);
    assert_int_equal(count_heard(0, ETP_QUERY_RESPONSE), 0);
}

static void a_full_outbox_is_counted_and_gets_over_it(void **unused)
{
    (void)unused;
    begin(4);
    for (unsigned i = 0; i < PEERS; i++)
        block(i);
    for (unsigned i = 0; i < 6; i++)
        query(i % PEERS);
    assert_int_equal(stats().outbox_full, 2);
    for (unsigned i = 0; i < PEERS; i++)
        unblock(i);
    assert_int_equal(it.heard_count, 4);
    forget();
    for (unsigned i = 0; i < PEERS; i++)
        query(i);
    assert_int_equal(it.heard_count, PEERS);
    assert_int_equal(stats().outbox_full, 2);
}

/* A peer that reads nothing must not cost the others their answers, however much it asks. */
static void a_busy_link_leaves_room_for_the_others(void **unused)
{
    (void)unused;
    begin(16);
    block(0);
    for (unsigned i = 0; i < 100; i++)
        query(0);
    for (unsigned i = 1; i < PEERS; i++) {
        query(i);
        assert_int_equal(count_heard(i, ETP_QUERY_RESPONSE), 1);
    }
    assert_true(stats().outbox_full > 0);
    /* What is urgent takes the place of what is not. */
    bid(0, 20 * CENT, LOT);
    advance(it.options.timing.window);
    forget();
    unblock(0);
    assert_true(count_heard(0, ETP_BID_ACCEPT) > 0);
    expect_order();
}

static void a_transport_that_fails_loses_the_frame_and_no_more(void **unused)
{
    (void)unused;
    begin(0);
    uint64_t sent = stats().frames_sent;
    it.send_result[0] = ETP_EIO;
    query(0);
    query(0);
    assert_int_equal(stats().frames_unsent, 2);
    assert_int_equal(stats().frames_sent, sent);
    it.send_result[0] = ETP_OK;
    query(0);
    assert_int_equal(it.heard_count, 1);
    assert_int_equal(stats().frames_sent, sent + 1);
}

static void a_link_that_does_not_exist_is_no_door(void **unused)
{
    (void)unused;
    begin(0);
    etp_engine_receive(it.engine, PEERS, "x", 1);
    etp_engine_receive(it.engine, UINT32_MAX, "x", 1);
    etp_engine_link_ready(it.engine, UINT32_MAX);
    etp_engine_link_ready(it.engine, 0);
    assert_int_equal(refused(ETP_REFUSED_UNKNOWN_LINK), 2);
    assert_int_equal(it.heard_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_waits_leaves_by_priority_in_one_frame, end_test),
        cmocka_unit_test_teardown(more_than_a_frame_waits_in_order, end_test),
        cmocka_unit_test_teardown(a_device_failure_overtakes_all_that_waits, end_test),
        cmocka_unit_test_teardown(a_full_outbox_is_counted_and_gets_over_it, end_test),
        cmocka_unit_test_teardown(a_busy_link_leaves_room_for_the_others, end_test),
        cmocka_unit_test_teardown(a_transport_that_fails_loses_the_frame_and_no_more, end_test),
        cmocka_unit_test_teardown(a_link_that_does_not_exist_is_no_door, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

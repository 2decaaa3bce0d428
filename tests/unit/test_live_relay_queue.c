/* SPDX-License-Identifier: MIT */
/* What a relay does to messages, and what waits in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "etp/error.h"
#include "fuzz/messages.h"
#include "live/relay/hop.h"
#include "live/relay/queue.h"

/* ---- one hop less ---- */

static void test_a_hop_takes_one_from_the_time_to_live_and_nothing_else(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 12);
    for (unsigned i = 0; i < 5000; i++) {
        unsigned char bytes[ETP_MESSAGE_MAX];
        etp_message message = random_message(&rng), after;
        size_t used;
        message.ttl = (uint8_t)(1 + i % 255);
        int size = etp_encode(&message, bytes, sizeof bytes);
        assert_true(size > 0);
        etp_relay_hop(bytes);
        assert_int_equal(etp_decode(bytes, (size_t)size, &after, &used), ETP_REFUSED_NONE);
        message.ttl--;
        assert_null(message_difference(&after, &message));
    }
}

/* A number in the form of `width` bytes. */
static size_t put_wide(unsigned char *at, unsigned char tag, unsigned width, uint64_t value)
{
    at[0] = tag;
    for (unsigned i = 0; i < width; i++)
        at[1 + i] = (unsigned char)(value >> 8 * (width - 1 - i));
    return 1 + width;
}

/* Senders may write numbers in longer forms, arrays too, and fields that we do not know. */
static void test_every_form_of_numbers_and_arrays_is_understood(void **state)
{
    (void)state;
    static const struct {
        unsigned char tag;
        unsigned width;
    } forms[] = {{0xcc, 1}, {0xcd, 2}, {0xce, 4}, {0xcf, 8}, {0xd0, 1}, {0xd1, 2}, {0xd2, 4}, {0xd3, 8}};
    static const unsigned char heads[][5] = {{0x9f}, {0xdc, 0, 17}, {0xdd, 0, 0, 0, 17}};
    static const size_t head_sizes[] = {1, 3, 5};
    for (unsigned form = 0; form < 8; form++) {
        for (unsigned head = 0; head < 3; head++) {
            unsigned char bytes[256];
            unsigned elements = head == 0 ? 15 : 17;
            memcpy(bytes, heads[head], head_sizes[head]);
            size_t size = head_sizes[head];
            for (unsigned i = 0; i < 4; i++)
                size += put_wide(bytes + size, forms[form].tag, forms[form].width, i == 0 ? 9 : 5);
            for (unsigned i = 4; i < elements; i++)
                bytes[size++] = i == 16 ? 0xc0 : 0;
            etp_message message;
            size_t used;
            assert_int_equal(etp_decode(bytes, size, &message, &used), ETP_REFUSED_NONE);
            assert_int_equal(message.ttl, 5);
            etp_relay_hop(bytes);
            assert_int_equal(etp_decode(bytes, size, &message, &used), ETP_REFUSED_NONE);
            assert_int_equal(used, size);
            assert_int_equal(message.ttl, 4);
            assert_int_equal(message.device_id, 5);
            assert_int_equal(message.type, 9);
        }
    }
}

/* ---- the queue ---- */

static etp_relay_queue queue;

static int setup(void **state)
{
    (void)state;
    memset(&queue, 0, sizeof queue);
    return 0;
}

/* A message that can be told from others by its id. */
static bool add(etp_id from, uint8_t type, etp_id id)
{
    unsigned char bytes[ETP_MESSAGE_MAX];
    const etp_message message = {.type = type, .message_id = id, .device_id = from, .ttl = 4};
    int size = etp_encode(&message, bytes, sizeof bytes);
    assert_true(size > 0);
    return etp_relay_queue_add(&queue, from, etp_type_priority(type), bytes, (size_t)size);
}

/* Takes a frame, which has to be of `from` and hold these messages. */
static void expect_frame(etp_id from, const etp_id *ids, unsigned count)
{
    etp_frame frame;
    etp_frame_reader reader;
    etp_message message;
    assert_int_equal(etp_relay_queue_take(&queue, &frame), from);
    assert_int_equal(etp_frame_open(&reader, frame.bytes, frame.size), ETP_REFUSED_NONE);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(etp_frame_next(&reader, &message), ETP_REFUSED_NONE);
        assert_int_equal(message.message_id, ids[i]);
        assert_int_equal(message.device_id, from);
    }
    assert_false(etp_frame_more(&reader));
}

static void expect_nothing(void)
{
    etp_frame frame;
    assert_int_equal(etp_relay_queue_take(&queue, &frame), 0);
}

static void test_the_urgent_leaves_first_with_the_rest_of_its_device(void **state)
{
    (void)state;
    expect_nothing();
    assert_true(add(1, ETP_REGISTER, 10));
    assert_true(add(2, ETP_BESS_STATUS, 20));
    assert_true(add(1, ETP_QUERY_RESPONSE, 11));
    assert_true(add(2, ETP_BID_ACCEPT, 21));
    assert_true(add(1, ETP_DEVICE_FAILURE, 12));
    assert_true(add(1, ETP_QUERY_RESPONSE, 13));
    expect_frame(1, (const etp_id[]){12, 11, 13, 10}, 4);
    expect_frame(2, (const etp_id[]){21, 20}, 2);
    expect_nothing();
}

static void test_a_full_queue_gives_up_the_least_urgent(void **state)
{
    (void)state;
    for (etp_id id = 1; id <= ETP_RELAY_SLOTS; id++)
        assert_true(add(1, id % 2 ? ETP_REGISTER : ETP_BID_ACCEPT, id));
    assert_false(add(1, ETP_REGISTER, 100)); /* it is the newest of the least urgent itself */
    assert_int_equal(queue.count, ETP_RELAY_SLOTS);
    assert_false(add(1, ETP_DEVICE_FAILURE, 101)); /* takes the place of the newest Register */
    assert_int_equal(queue.count, ETP_RELAY_SLOTS);
    etp_frame frame;
    etp_frame_reader reader;
    etp_message message;
    etp_id last = 0;
    unsigned seen = 0, registers = 0;
    while (etp_relay_queue_take(&queue, &frame) != 0) {
        assert_int_equal(etp_frame_open(&reader, frame.bytes, frame.size), ETP_REFUSED_NONE);
        while (etp_frame_more(&reader)) {
            assert_int_equal(etp_frame_next(&reader, &message), ETP_REFUSED_NONE);
            assert_int_equal(message.message_id == 101, seen == 0);
            assert_true(message.message_id != 100 && message.message_id != ETP_RELAY_SLOTS - 1);
            if (message.type == ETP_REGISTER) {
                assert_true(message.message_id > last);
                last = message.message_id;
                registers++;
            }
            seen++;
        }
    }
    assert_int_equal(seen, ETP_RELAY_SLOTS);
    assert_int_equal(registers, ETP_RELAY_SLOTS / 2 - 1);
}

static void test_messages_of_any_size_fit_or_are_refused(void **state)
{
    (void)state;
    unsigned char bytes[ETP_MESSAGE_GROWN_MAX + 1] = {0};
    assert_false(etp_relay_queue_add(&queue, 1, 50, bytes, sizeof bytes));
    assert_false(etp_relay_queue_has(&queue, 1));
    assert_int_equal(queue.count, 0);
    for (unsigned i = 0; i < 3; i++)
        assert_true(etp_relay_queue_add(&queue, 1, 50, bytes, sizeof bytes - 1));
    etp_frame frame;
    assert_int_equal(etp_relay_queue_take(&queue, &frame), 1);
    assert_true(etp_relay_queue_has(&queue, 1) && !etp_relay_queue_has(&queue, 2));
    assert_int_equal(frame.size, 2 * ETP_MESSAGE_GROWN_MAX + ETP_SEAL_SIZE); /* three are more than a frame holds */
    assert_int_equal(etp_relay_queue_take(&queue, &frame), 1);
    assert_int_equal(frame.size, ETP_MESSAGE_GROWN_MAX + ETP_SEAL_SIZE);
    expect_nothing();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hop_takes_one_from_the_time_to_live_and_nothing_else),
        cmocka_unit_test(test_every_form_of_numbers_and_arrays_is_understood),
        cmocka_unit_test_setup(test_the_urgent_leaves_first_with_the_rest_of_its_device, setup),
        cmocka_unit_test_setup(test_a_full_queue_gives_up_the_least_urgent, setup),
        cmocka_unit_test_setup(test_messages_of_any_size_fit_or_are_refused, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

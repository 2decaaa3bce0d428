/* SPDX-License-Identifier: MIT */
/* The encoder, and the way there and back. What the decoder makes of foreign bytes is in test_decode.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "etp/codec.h"
#include "etp/error.h"
#include "fuzz/messages.h"

enum { RANDOM = 300000, GUARD = 0xa5 };

static void check_round_trip(const etp_message *message)
{
    unsigned char bytes[ETP_MESSAGE_MAX];
    int size = etp_encode(message, bytes, sizeof bytes);
    assert_in_range(size, 1, ETP_MESSAGE_MAX);
    etp_message back;
    size_t used = 0;
    assert_int_equal(etp_decode(bytes, (size_t)size, &back, &used), ETP_REFUSED_NONE);
    assert_int_equal(used, size);
    const char *difference = message_difference(message, &back);
    if (difference != NULL)
        fail_msg("%s did not come back", difference);
}

/* Put together apart from this code, from the MessagePack specification and IEEE 754. */
static void test_a_known_message_has_the_known_bytes(void **state)
{
    (void)state;
    static const unsigned char expected[] = {
        0xdc, 0x00, 0x10,                                     /* array of 16 */
        0x02,                                                 /* QueryResponse */
        0xcf, 0x00, 0x06, 0x44, 0x59, 0x41, 0x62, 0x40, 0x00, /* 1764000000000000 */
        0xcd, 0x01, 0x2c,                                     /* 300 */
        0x05,                                                 /* ttl */
        0xcb, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 0 c/kWh */
        0xcb, 0x40, 0x20, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a, /* 8.3 c/kWh */
        0xcb, 0x40, 0x24, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 10 kWh */
        0xcb, 0x40, 0x49, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 50 % */
        0xcb, 0x3f, 0xda, 0xaa, 0xa7, 0xde, 0xd6, 0xba, 0x8c, /* 0.416666 kWh */
        0x00,                                                 /* code */
        0xcb, 0x40, 0x23, 0x2a, 0xaa, 0xc1, 0x09, 0x4a, 0x2c, /* 9.583334 kWh */
        0x01,                                                 /* health */
        0xcb, 0x40, 0x48, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 48 V */
        0xcb, 0x40, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 5 kW */
        0xcf, 0x00, 0x06, 0x44, 0x59, 0x41, 0x62, 0x3f, 0xff, /* 1763999999999999 */
        0xcd, 0x07, 0xd0,                                     /* 2000 ms */
    };
    etp_message message = typical_message();
    unsigned char bytes[ETP_MESSAGE_MAX];
    assert_int_equal(etp_encode(&message, bytes, sizeof bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void test_every_field_comes_back_at_its_limits(void **state)
{
    (void)state;
    for (int i = 0; i < FIELDS; i++) {
        const uint64_t values[] = {fields[i].low, fields[i].low + 1, fields[i].high - 1, fields[i].high};
        for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
            etp_message message = typical_message();
            field_set(&message, &fields[i], values[j]);
            check_round_trip(&message);
        }
    }
}

/* Integers change their form at these. */
static void test_whole_numbers_of_every_width_come_back(void **state)
{
    (void)state;
    for (int i = 0; i < FIELDS; i++) {
        for (int bit = 0; bit < 53; bit++) {
            uint64_t edge = UINT64_C(1) << bit;
            for (uint64_t value = edge - 1; value <= edge + 1; value++) {
                etp_message message = typical_message();
                if (value < fields[i].low || value > fields[i].high)
                    continue;
                field_set(&message, &fields[i], value);
                check_round_trip(&message);
            }
        }
    }
}

static void test_random_messages_come_back(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 30);
    for (int i = 0; i < RANDOM; i++) {
        etp_message message = random_message(&rng);
        check_round_trip(&message);
    }
}

static void check_refused(const field *which, uint64_t value)
{
    unsigned char bytes[ETP_MESSAGE_MAX];
    etp_message message = typical_message();
    field_set(&message, which, value);
    int result = etp_encode(&message, bytes, sizeof bytes);
    if (result != ETP_ERANGE)
        fail_msg("%s = %llu: %d", which->name, (unsigned long long)value, result);
}

static void test_fields_out_of_range_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < FIELDS; i++) {
        uint64_t most = field_type_max(&fields[i]);
        if (fields[i].low > 0)
            check_refused(&fields[i], fields[i].low - 1);
        if (fields[i].high < most) {
            check_refused(&fields[i], fields[i].high + 1);
            check_refused(&fields[i], most); /* -1 where the member is signed */
            check_refused(&fields[i], (most >> 1) + 1);
        }
    }
}

static void test_a_range_error_is_told_before_a_lack_of_space(void **state)
{
    (void)state;
    etp_message message = typical_message();
    message.device_id = 0;
    unsigned char byte = GUARD;
    assert_int_equal(etp_encode(&message, &byte, 0), ETP_ERANGE);
    assert_int_equal(byte, GUARD);
}

static void test_a_time_to_live_of_zero_and_unknown_codes_are_carried(void **state)
{
    (void)state;
    etp_message message = typical_message();
    message.ttl = 0;
    message.code = ETP_CODES + 100;
    check_round_trip(&message);
}

static void check_space(const etp_message *message)
{
    unsigned char whole[ETP_MESSAGE_MAX], bytes[ETP_MESSAGE_MAX + 1];
    int size = etp_encode(message, whole, sizeof whole);
    assert_in_range(size, 1, ETP_MESSAGE_MAX);
    for (size_t room = 0; room <= ETP_MESSAGE_MAX; room++) {
        memset(bytes, GUARD, sizeof bytes);
        int result = etp_encode(message, bytes, room);
        assert_int_equal(result, room < (size_t)size ? ETP_ENOSPACE : size);
        for (size_t i = room; i < sizeof bytes; i++)
            assert_int_equal(bytes[i], GUARD);
        if (result > 0)
            assert_memory_equal(bytes, whole, (size_t)size);
    }
}

static void test_nothing_is_written_past_the_buffer(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 31);
    etp_message message = typical_message();
    check_space(&message);
    for (int i = 0; i < 1000; i++) {
        message = random_message(&rng);
        check_space(&message);
    }
}

static void test_the_longest_message_is_within_the_limit(void **state)
{
    (void)state;
    etp_message message = {0};
    for (int i = 0; i < FIELDS; i++)
        field_set(&message, &fields[i], fields[i].high);
    unsigned char bytes[ETP_MESSAGE_MAX];
    int longest = etp_encode(&message, bytes, sizeof bytes);
    assert_int_equal(longest, 3 + 1 + 9 + 9 + 2 + 5 * 9 + 2 + 9 + 1 + 2 * 9 + 9 + 5);
    assert_true(longest <= 116 && longest <= ETP_MESSAGE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_known_message_has_the_known_bytes),
        cmocka_unit_test(test_every_field_comes_back_at_its_limits),
        cmocka_unit_test(test_whole_numbers_of_every_width_come_back),
        cmocka_unit_test(test_random_messages_come_back),
        cmocka_unit_test(test_fields_out_of_range_are_refused),
        cmocka_unit_test(test_a_range_error_is_told_before_a_lack_of_space),
        cmocka_unit_test(test_a_time_to_live_of_zero_and_unknown_codes_are_carried),
        cmocka_unit_test(test_nothing_is_written_past_the_buffer),
        cmocka_unit_test(test_the_longest_message_is_within_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

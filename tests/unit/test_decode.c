/* SPDX-License-Identifier: MIT */
/* What the decoder makes of the fields that other programs write. The tail after them is in test_decode_tail.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/wire_fixture.h"

static etp_refusal decode(const wire *from, etp_message *message)
{
    size_t used = 0;
    etp_refusal refusal = wire_decode(from, message, &used);
    if (refusal == ETP_REFUSED_NONE)
        assert_int_equal(used, from->size);
    return refusal;
}

/* What becomes of the typical message with `odd` in the place of one field. */
static etp_refusal refusal_of(int at, element odd)
{
    wire made = wire_message(FIELDS, at, &odd);
    etp_message message;
    return decode(&made, &message);
}

static uint64_t value_of(int at, element odd)
{
    wire made = wire_message(FIELDS, at, &odd);
    etp_message message;
    assert_int_equal(decode(&made, &message), ETP_REFUSED_NONE);
    return field_get(&message, &fields[at]);
}

static bool is_real(int at)
{
    return fields[at].per != 0;
}

static etp_refusal out_of_range(int at)
{
    return at == 0 ? ETP_REFUSED_UNKNOWN_TYPE : ETP_REFUSED_OUT_OF_RANGE;
}

static void test_a_message_cut_short_is_truncated_at_every_length(void **state)
{
    (void)state;
    wire whole = wire_message(FIELDS, -1, NULL);
    for (size_t size = 0; size < whole.size; size++) {
        wire cut = whole;
        cut.size = size;
        etp_message message;
        assert_int_equal(decode(&cut, &message), ETP_REFUSED_TRUNCATED);
    }
}

static void test_missing_extensions_are_zero(void **state)
{
    (void)state;
    etp_message message, expected = typical_message();
    wire made = wire_message(15, -1, NULL);
    memset(&message, 0xff, sizeof message);
    assert_int_equal(decode(&made, &message), ETP_REFUSED_NONE);
    expected.closes_in_ms = 0;
    assert_null(message_difference(&message, &expected));
    made = wire_message(14, -1, NULL);
    memset(&message, 0xff, sizeof message);
    assert_int_equal(decode(&made, &message), ETP_REFUSED_NONE);
    expected.in_reply_to = 0;
    assert_null(message_difference(&message, &expected));
}

static void test_fewer_than_14_elements_are_no_message(void **state)
{
    (void)state;
    for (uint32_t count = 0; count < 14; count++) {
        wire made = wire_message(count, -1, NULL);
        etp_message message;
        assert_int_equal(decode(&made, &message), ETP_REFUSED_NOT_A_MESSAGE);
    }
}

static void test_array_headers_of_any_width_are_taken(void **state)
{
    (void)state;
    static const struct {
        unsigned tag;
        size_t width;
        uint64_t count;
    } headers[] = {{0x9e, 0, 0},  {0x9f, 0, 0},  {0xdc, 2, 14}, {0xdc, 2, 15},
                   {0xdc, 2, 16}, {0xdd, 4, 14}, {0xdd, 4, 16}};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        uint32_t count = headers[i].width == 0 ? headers[i].tag & 15 : (uint32_t)headers[i].count;
        element header = element_tagged(headers[i].tag, headers[i].count, headers[i].width);
        wire body = wire_message(count, -1, NULL), made = {.size = 0};
        size_t header_size = count < 16 ? 1 : 3;
        wire_write(&made, (const char *)header.bytes, header.size);
        wire_write(&made, (const char *)body.bytes + header_size, body.size - header_size);
        etp_message message;
        assert_int_equal(decode(&made, &message), ETP_REFUSED_NONE);
        assert_int_equal(message.device_id, 300);
        assert_int_equal(message.closes_in_ms, count < 16 ? 0 : 2000);
    }
}

static void test_what_does_not_begin_as_an_array_is_no_message(void **state)
{
    (void)state;
    wire made = wire_message(FIELDS, -1, NULL);
    for (unsigned first = 0; first < 256; first++) {
        if (first >= 0x90 && first < 0xa0)
            continue;
        if (first == 0xdc || first == 0xdd)
            continue;
        made.bytes[0] = (unsigned char)first;
        etp_message message;
        assert_int_equal(decode(&made, &message), ETP_REFUSED_NOT_A_MESSAGE);
    }
}

static void test_other_types_are_refused_in_every_field(void **state)
{
    (void)state;
    static const element others[] = {
        {{0xc0}, 1},                             /* nil */
        {{0xc1}, 1},                             /* never used */
        {{0xc2}, 1},       {{0xc3}, 1},          /* booleans */
        {{0xa1, '5'}, 2},  {{0xd9, 1, '5'}, 3},  /* strings */
        {{0xc4, 1, 5}, 3},                       /* bytes */
        {{0x91, 5}, 2},    {{0xdc, 0, 1, 5}, 4}, /* arrays */
        {{0x81, 5, 5}, 3}, {{0x80}, 1},          /* maps */
        {{0xd4, 1, 5}, 3}, {{0xc7, 1, 1, 5}, 4}, /* extensions */
    };
    for (int at = 0; at < FIELDS; at++) {
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            assert_int_equal(refusal_of(at, others[i]), ETP_REFUSED_WRONG_TYPE);
        if (!is_real(at)) {
            assert_int_equal(refusal_of(at, element_double(3.0)), ETP_REFUSED_WRONG_TYPE);
            assert_int_equal(refusal_of(at, element_tagged(0xca, 0x40400000, 4)), ETP_REFUSED_WRONG_TYPE);
        }
    }
}

/* 3 is in the range of every field. */
static void test_integers_of_any_width_and_sign_are_taken(void **state)
{
    (void)state;
    for (int at = 0; at < FIELDS; at++) {
        uint64_t expected = is_real(at) ? (uint64_t)(3 * fields[at].per) : 3;
        assert_true(value_of(at, element_tagged(3, 0, 0)) == expected);
        for (unsigned power = 0; power < 4; power++) {
            size_t width = (size_t)1 << power;
            assert_true(value_of(at, element_tagged(0xcc + power, 3, width)) == expected);
            assert_true(value_of(at, element_tagged(0xd0 + power, 3, width)) == expected);
        }
    }
}

static void test_negative_integers_are_refused(void **state)
{
    (void)state;
    for (int at = 0; at < FIELDS; at++) {
        for (unsigned tag = 0xe0; tag < 0x100; tag++)
            assert_int_equal(refusal_of(at, element_tagged(tag, 0, 0)), ETP_REFUSED_OUT_OF_RANGE);
        for (unsigned power = 0; power < 4; power++) {
            size_t width = (size_t)1 << power;
            uint64_t least = UINT64_C(1) << (8 * width - 1);
            assert_int_equal(refusal_of(at, element_tagged(0xd0 + power, least, width)), ETP_REFUSED_OUT_OF_RANGE);
            assert_int_equal(refusal_of(at, element_tagged(0xd0 + power, UINT64_MAX, width)), ETP_REFUSED_OUT_OF_RANGE);
        }
    }
}

static void test_whole_numbers_end_at_their_limits(void **state)
{
    (void)state;
    for (int at = 0; at < FIELDS; at++) {
        if (is_real(at))
            continue;
        uint64_t low = fields[at].low, high = fields[at].high;
        assert_true(value_of(at, element_tagged(0xcf, low, 8)) == low);
        assert_true(value_of(at, element_tagged(0xcf, high, 8)) == high);
        assert_int_equal(refusal_of(at, element_tagged(0xcf, high + 1, 8)), out_of_range(at));
        assert_int_equal(refusal_of(at, element_tagged(0xcf, UINT64_MAX, 8)), out_of_range(at));
        if (low > 0)
            assert_int_equal(refusal_of(at, element_tagged(0xcf, low - 1, 8)), out_of_range(at));
    }
}

static void test_real_numbers_end_at_their_limits(void **state)
{
    (void)state;
    for (int at = 0; at < FIELDS; at++) {
        if (!is_real(at))
            continue;
        double high = (double)fields[at].high / fields[at].per;
        element above = element_double(high);
        above.bytes[8]++; /* the next double; no limit ends in 0xff */
        assert_true(value_of(at, element_double(high)) == fields[at].high);
        assert_true(value_of(at, element_double(0.0)) == 0);
        assert_true(value_of(at, element_double(-0.0)) == 0);
        assert_int_equal(refusal_of(at, above), ETP_REFUSED_OUT_OF_RANGE);
        assert_int_equal(refusal_of(at, element_double(1e300)), ETP_REFUSED_OUT_OF_RANGE);
        assert_int_equal(refusal_of(at, element_double(-1e-9)), ETP_REFUSED_OUT_OF_RANGE);
        assert_int_equal(refusal_of(at, element_double(-1.0)), ETP_REFUSED_OUT_OF_RANGE);
        assert_int_equal(refusal_of(at, element_tagged(0xcf, UINT64_MAX, 8)), ETP_REFUSED_OUT_OF_RANGE);
    }
}

static void test_numbers_that_are_not_finite_are_refused(void **state)
{
    (void)state;
    for (int at = 0; at < FIELDS; at++) {
        if (!is_real(at))
            continue;
        assert_int_equal(refusal_of(at, element_double((double)NAN)), ETP_REFUSED_NOT_FINITE);
        assert_int_equal(refusal_of(at, element_double(-(double)NAN)), ETP_REFUSED_NOT_FINITE);
        assert_int_equal(refusal_of(at, element_double((double)INFINITY)), ETP_REFUSED_NOT_FINITE);
        assert_int_equal(refusal_of(at, element_double(-(double)INFINITY)), ETP_REFUSED_NOT_FINITE);
        assert_int_equal(refusal_of(at, element_tagged(0xcb, UINT64_C(0x7ff0000000000001), 8)), ETP_REFUSED_NOT_FINITE);
        assert_int_equal(refusal_of(at, element_tagged(0xca, 0x7fc00000, 4)), ETP_REFUSED_NOT_FINITE);
        assert_int_equal(refusal_of(at, element_tagged(0xca, 0xff800000, 4)), ETP_REFUSED_NOT_FINITE);
    }
}

static void test_float32_is_taken_where_float64_belongs(void **state)
{
    (void)state;
    for (int at = 0; at < FIELDS; at++) {
        if (!is_real(at))
            continue;
        assert_true(value_of(at, element_tagged(0xca, 0x42490000, 4)) == (uint64_t)(50.25 * fields[at].per));
        assert_int_equal(refusal_of(at, element_tagged(0xca, 0xc2490000, 4)), ETP_REFUSED_OUT_OF_RANGE);
    }
}

/* A little under and a little over the middle between two units, and as good as the upper one. */
static void test_each_real_field_is_rounded_by_its_rule(void **state)
{
    (void)state;
    for (int at = 0; at < FIELDS; at++) {
        if (!is_real(at))
            continue;
        double per = fields[at].per;
        assert_true(value_of(at, element_double(1234.4 / per)) == 1234);
        assert_true(value_of(at, element_double(1234.6 / per)) == (fields[at].down ? 1234 : 1235));
        assert_true(value_of(at, element_double(1234.998 / per)) == (fields[at].down ? 1234 : 1235));
        assert_true(value_of(at, element_double(1234.9995 / per)) == 1235);
    }
}

/* All 16 in their longest form have 149 bytes. */
static void test_fields_over_the_limit_are_too_long(void **state)
{
    (void)state;
    for (uint32_t padded = 0; padded <= FIELDS; padded++) {
        wire made = {.size = 0};
        msgpack_packer packer = wire_packer(&made);
        etp_message message = typical_message(), decoded;
        msgpack_pack_array(&packer, FIELDS);
        for (uint32_t i = 0; i < FIELDS; i++) {
            if (i < padded && !is_real((int)i))
                msgpack_pack_fix_uint64(&packer, field_get(&message, &fields[i]));
            else
                wire_field(&made, &message, &fields[i]);
        }
        assert_int_equal(decode(&made, &decoded),
                         made.size > ETP_MESSAGE_MAX ? ETP_REFUSED_TOO_LONG : ETP_REFUSED_NONE);
        assert_int_equal(made.size > ETP_MESSAGE_MAX, padded >= 10);
    }
}

/* Every byte replaced by every other: the decoder comes back, and what it takes is in range. */
static void test_a_wrong_byte_does_no_harm(void **state)
{
    (void)state;
    wire whole = wire_message(FIELDS, -1, NULL);
    int taken = 0, refused = 0;
    for (size_t at = 0; at < whole.size; at++) {
        for (unsigned value = 0; value < 256; value++) {
            wire wrong = whole;
            wrong.bytes[at] = (unsigned char)value;
            etp_message message;
            size_t used = 0;
            if (wire_decode(&wrong, &message, &used) == ETP_REFUSED_NONE) {
                taken++;
                assert_true(message_in_range(&message));
                assert_true(used <= wrong.size);
            } else {
                refused++;
            }
        }
    }
    assert_true(taken > 0 && refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_message_cut_short_is_truncated_at_every_length),
        cmocka_unit_test(test_missing_extensions_are_zero),
        cmocka_unit_test(test_fewer_than_14_elements_are_no_message),
        cmocka_unit_test(test_array_headers_of_any_width_are_taken),
        cmocka_unit_test(test_what_does_not_begin_as_an_array_is_no_message),
        cmocka_unit_test(test_other_types_are_refused_in_every_field),
        cmocka_unit_test(test_integers_of_any_width_and_sign_are_taken),
        cmocka_unit_test(test_negative_integers_are_refused),
        cmocka_unit_test(test_whole_numbers_end_at_their_limits),
        cmocka_unit_test(test_real_numbers_end_at_their_limits),
        cmocka_unit_test(test_numbers_that_are_not_finite_are_refused),
        cmocka_unit_test(test_float32_is_taken_where_float64_belongs),
        cmocka_unit_test(test_each_real_field_is_rounded_by_its_rule),
        cmocka_unit_test(test_fields_over_the_limit_are_too_long),
        cmocka_unit_test(test_a_wrong_byte_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What comes after the 16th element: any MessagePack is skipped, within limits, and nothing there costs much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/wire_fixture.h"

/* The typical message with `count` elements after the 16th, which the caller packs. */
static wire message_with(uint32_t count)
{
    return wire_message(FIELDS + count, -1, NULL);
}

static void check_taken(const wire *made)
{
    etp_message message, expected = typical_message();
    size_t used = 0;
    assert_int_equal(wire_decode(made, &message, &used), ETP_REFUSED_NONE);
    assert_int_equal(used, made->size);
    assert_null(message_difference(&message, &expected));
}

static void check_refused(const wire *made, etp_refusal refusal)
{
    etp_message message;
    size_t used = 0;
    assert_int_equal(wire_decode(made, &message, &used), refusal);
}

static void pack_all_scalars(msgpack_packer *packer)
{
    msgpack_pack_nil(packer);
    msgpack_pack_true(packer);
    msgpack_pack_false(packer);
    msgpack_pack_uint64(packer, 5);
    msgpack_pack_int8(packer, -5);
    msgpack_pack_fix_uint8(packer, 5);
    msgpack_pack_fix_uint16(packer, 5);
    msgpack_pack_fix_uint32(packer, 5);
    msgpack_pack_fix_uint64(packer, 5);
    msgpack_pack_fix_int8(packer, 5);
    msgpack_pack_fix_int16(packer, 5);
    msgpack_pack_fix_int32(packer, 5);
    msgpack_pack_fix_int64(packer, 5);
    msgpack_pack_float(packer, 0.5f);
    msgpack_pack_double(packer, 0.5);
}

enum { SCALARS = 15, FILLER = 300 };

static void test_scalars_are_skipped(void **state)
{
    (void)state;
    wire made = message_with(SCALARS);
    msgpack_packer packer = wire_packer(&made);
    pack_all_scalars(&packer);
    check_taken(&made);
}

static void test_strings_bytes_and_extensions_of_every_size_are_skipped(void **state)
{
    (void)state;
    static const char body[FILLER] = {0};
    static const size_t lengths[] = {0, 1, 2, 4, 8, 16, 17, 31, 32, 255, 256, FILLER};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        wire made = message_with(2);
        msgpack_packer packer = wire_packer(&made);
        msgpack_pack_str_with_body(&packer, body, lengths[i]);
        msgpack_pack_nil(&packer);
        check_taken(&made);
        made = message_with(2);
        packer = wire_packer(&made);
        msgpack_pack_bin_with_body(&packer, body, lengths[i]);
        msgpack_pack_nil(&packer);
        check_taken(&made);
        made = message_with(2);
        packer = wire_packer(&made);
        msgpack_pack_ext_with_body(&packer, body, lengths[i], 7);
        msgpack_pack_nil(&packer);
        check_taken(&made);
    }
}

/* str 32 and the like with a length that would fit a shorter form. */
static void test_lengths_of_any_width_are_skipped(void **state)
{
    (void)state;
    static const struct {
        unsigned tag;
        size_t width, more;
    } forms[] = {
        {0xd9, 1, 0}, {0xda, 2, 0}, {0xdb, 4, 0}, /* str */
        {0xc4, 1, 0}, {0xc5, 2, 0}, {0xc6, 4, 0}, /* bin */
        {0xc7, 1, 1}, {0xc8, 2, 1}, {0xc9, 4, 1}, /* ext */
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        wire made = message_with(1);
        element header = element_tagged(forms[i].tag, 3, forms[i].width);
        wire_write(&made, (const char *)header.bytes, header.size);
        wire_write(&made, "abcd", 3 + forms[i].more);
        check_taken(&made);
    }
}

static void test_containers_are_skipped(void **state)
{
    (void)state;
    wire made = message_with(5);
    msgpack_packer packer = wire_packer(&made);
    msgpack_pack_array(&packer, 0);
    msgpack_pack_map(&packer, 0);
    msgpack_pack_array(&packer, SCALARS);
    pack_all_scalars(&packer);
    msgpack_pack_map(&packer, 2);
    for (int i = 0; i < 2; i++) {
        msgpack_pack_int(&packer, i);
        msgpack_pack_array(&packer, 2);
        msgpack_pack_nil(&packer);
        msgpack_pack_map(&packer, 1);
        msgpack_pack_str_with_body(&packer, "key", 3);
        msgpack_pack_array(&packer, 20);
        for (int j = 0; j < 20; j++)
            msgpack_pack_int(&packer, j);
    }
    msgpack_pack_true(&packer);
    check_taken(&made);
}

static void test_wide_container_headers_are_skipped(void **state)
{
    (void)state;
    static const struct {
        unsigned tag;
        size_t width;
        int children;
    } forms[] = {{0xdc, 2, 3}, {0xdd, 4, 3}, {0xde, 2, 6}, {0xdf, 4, 6}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        wire made = message_with(1);
        element header = element_tagged(forms[i].tag, 3, forms[i].width);
        wire_write(&made, (const char *)header.bytes, header.size);
        wire_write(&made, "\1\2\3\4\5\6", (size_t)forms[i].children);
        check_taken(&made);
    }
}

/* A tail that has some of everything, whole and cut short at every byte. */
static void test_a_tail_cut_short_is_truncated_at_every_length(void **state)
{
    (void)state;
    wire made = message_with(SCALARS + 3);
    msgpack_packer packer = wire_packer(&made);
    size_t known = made.size;
    pack_all_scalars(&packer);
    msgpack_pack_map(&packer, 1);
    msgpack_pack_str_with_body(&packer, "a key that is longer than 31 bytes", 34);
    msgpack_pack_ext_with_body(&packer, "12345", 5, 1);
    msgpack_pack_array(&packer, 20);
    for (int i = 0; i < 20; i++)
        msgpack_pack_int(&packer, 200);
    wire_write(&made, "\xc9\0\0\0\2\1ab", 8);
    check_taken(&made);
    for (size_t size = known; size < made.size; size++) {
        wire cut = made;
        cut.size = size;
        check_refused(&cut, ETP_REFUSED_TRUNCATED);
    }
}

static void test_the_next_message_begins_after_the_tail(void **state)
{
    (void)state;
    wire made = message_with(1);
    msgpack_packer packer = wire_packer(&made);
    msgpack_pack_str_with_body(&packer, "more", 4);
    size_t size = made.size, used = 0;
    wire_write(&made, "\xc1\xc1\xc1", 3);
    etp_message message;
    assert_int_equal(wire_decode(&made, &message, &used), ETP_REFUSED_NONE);
    assert_int_equal(used, size);
}

static void test_the_tag_that_is_never_used_is_refused(void **state)
{
    (void)state;
    wire made = message_with(1);
    wire_write(&made, "\xc1", 1);
    check_refused(&made, ETP_REFUSED_WRONG_TYPE);
    made = message_with(1);
    wire_write(&made, "\x92\1\xc1", 3);
    check_refused(&made, ETP_REFUSED_WRONG_TYPE);
}

/* Containers in containers, the innermost of them empty or not. */
static wire nested(unsigned depth, char container, bool empty)
{
    wire made = message_with(1);
    for (unsigned i = 0; i < depth; i++) {
        bool innermost = i + 1 == depth;
        if (container == '\x81' && !innermost)
            wire_write(&made, "\x81\1", 2);
        else
            wire_write(&made, innermost && empty ? "\x90" : "\x91", 1);
    }
    if (!empty)
        wire_write(&made, "\1", 1);
    return made;
}

static void test_nesting_has_a_limit(void **state)
{
    (void)state;
    static const char containers[] = {'\x91', '\x81'};
    for (int i = 0; i < 2; i++) {
        for (int empty = 0; empty < 2; empty++) {
            for (unsigned depth = 1; depth <= ETP_SKIP_DEPTH_MAX; depth++) {
                wire made = nested(depth, containers[i], empty);
                check_taken(&made);
            }
            wire made = nested(ETP_SKIP_DEPTH_MAX + 1, containers[i], empty);
            check_refused(&made, ETP_REFUSED_TOO_DEEP);
            made = nested(300, containers[i], empty);
            check_refused(&made, ETP_REFUSED_TOO_DEEP);
        }
    }
}

/* Depth is counted anew after each container that ends. */
static void test_many_shallow_containers_are_not_deep(void **state)
{
    (void)state;
    wire made = message_with(60);
    for (int i = 0; i < 60; i++)
        wire_write(&made, "\x91\x91\1", 3);
    check_taken(&made);
}

static wire message_of_size(size_t size)
{
    static const char body[WIRE_MAX] = {0};
    wire made = message_with(1);
    msgpack_packer packer = wire_packer(&made);
    msgpack_pack_bin_with_body(&packer, body, size - made.size - 3);
    return made;
}

static void test_the_whole_message_has_a_limit(void **state)
{
    (void)state;
    wire made = message_of_size(ETP_MESSAGE_GROWN_MAX);
    assert_int_equal(made.size, ETP_MESSAGE_GROWN_MAX);
    check_taken(&made);
    made = message_of_size(ETP_MESSAGE_GROWN_MAX + 1);
    check_refused(&made, ETP_REFUSED_TOO_LONG);
    made.size -= 100; /* its length says enough */
    check_refused(&made, ETP_REFUSED_TOO_LONG);
}

static void test_many_small_elements_reach_the_limit_too(void **state)
{
    (void)state;
    for (uint32_t extra = 0; extra < 2; extra++) {
        size_t known = message_with(1).size;
        uint32_t count = (uint32_t)(ETP_MESSAGE_GROWN_MAX - known) + extra;
        wire made = message_with(count);
        for (uint32_t i = 0; i < count; i++)
            wire_write(&made, "\1", 1);
        if (extra == 0)
            check_taken(&made);
        else
            check_refused(&made, ETP_REFUSED_TOO_LONG);
    }
}

/* Lengths and counts of up to 4 billion, of which nothing follows. */
static void test_claims_that_cannot_be_true_are_refused_at_once(void **state)
{
    (void)state;
    static const unsigned tags[] = {0xdb, 0xc6, 0xc9, 0xdd, 0xdf};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        static const uint64_t claims[] = {1000, 65536, 0x7fffffff, 0x80000000, 0xffffffff};
        for (size_t j = 0; j < sizeof claims / sizeof *claims; j++) {
            wire made = message_with(1);
            element claim = element_tagged(tags[i], claims[j], 4);
            wire_write(&made, (const char *)claim.bytes, claim.size);
            check_refused(&made, ETP_REFUSED_TOO_LONG);
        }
    }
    wire made = wire_message(UINT32_MAX, -1, NULL);
    check_refused(&made, ETP_REFUSED_TOO_LONG);
}

static void test_nested_claims_are_refused(void **state)
{
    (void)state;
    wire made = message_with(1);
    for (int i = 0; i < 4000; i++)
        wire_write(&made, "\x9f", 1);
    check_refused(&made, ETP_REFUSED_TOO_DEEP);
    made = message_with(1);
    for (int i = 0; i < 100; i++)
        wire_write(&made, "\xdd\0\0\1\x40", 5);
    check_refused(&made, ETP_REFUSED_TOO_DEEP);
    made = message_with(1);
    for (int i = 0; i < 100; i++)
        wire_write(&made, "\xdf\0\0\1\x40", 5);
    check_refused(&made, ETP_REFUSED_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars_are_skipped),
        cmocka_unit_test(test_strings_bytes_and_extensions_of_every_size_are_skipped),
        cmocka_unit_test(test_lengths_of_any_width_are_skipped),
        cmocka_unit_test(test_containers_are_skipped),
        cmocka_unit_test(test_wide_container_headers_are_skipped),
        cmocka_unit_test(test_a_tail_cut_short_is_truncated_at_every_length),
        cmocka_unit_test(test_the_next_message_begins_after_the_tail),
        cmocka_unit_test(test_the_tag_that_is_never_used_is_refused),
        cmocka_unit_test(test_nesting_has_a_limit),
        cmocka_unit_test(test_many_shallow_containers_are_not_deep),
        cmocka_unit_test(test_the_whole_message_has_a_limit),
        cmocka_unit_test(test_many_small_elements_reach_the_limit_too),
        cmocka_unit_test(test_claims_that_cannot_be_true_are_refused_at_once),
        cmocka_unit_test(test_nested_claims_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

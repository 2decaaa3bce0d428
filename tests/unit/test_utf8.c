/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utf8.h"

/* Writes `point` in `size` bytes, whether or not that is allowed. */
static void encode(uint32_t point, size_t size, char *bytes)
{
    static const unsigned char leads[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
    for (size_t i = size; i-- > 1; point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3f));
    bytes[0] = (char)(leads[size] | point);
}

static size_t size_of(uint32_t point)
{
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

/* Every number that four bytes can hold, in every length that can hold it. */
static void every_character(void **state)
{
    (void)state;
    for (uint32_t point = 0; point < 0x200000; point++) {
        bool is_character = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
        for (size_t size = size_of(point); size <= 4; size++) {
            char bytes[4];
            encode(point, size, bytes);
            size_t expected = is_character && size == size_of(point) ? size : 0;
            if (etp_utf8_size(bytes, size) != expected)
                fail_msg("U+%04X in %zu bytes", (unsigned)point, size);
        }
    }
}

static void cut_short(void **state)
{
    (void)state;
    static const char text[] = "\xf0\x9f\x94\x8b";
    assert_int_equal(etp_utf8_size(text, 4), 4);
    assert_int_equal(etp_utf8_size(text, 5), 4);
    for (size_t size = 0; size < 4; size++)
        assert_int_equal(etp_utf8_size(text, size), 0);
    assert_int_equal(etp_utf8_size("a", 0), 0);
}

static void what_starts_none(void **state)
{
    (void)state;
    for (unsigned lead = 0x80; lead <= 0xff; lead++) {
        char text[] = {(char)lead, 'a', 'a', 'a'};
        assert_int_equal(etp_utf8_size(text, 4), 0);
    }
    assert_int_equal(etp_utf8_size("\xe2\x82"
                                   "a",
                                   3),
                     0);
    assert_int_equal(etp_utf8_size("\xf0\x9f\x94\xc0", 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character),
        cmocka_unit_test(cut_short),
        cmocka_unit_test(what_starts_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "etp/alloc.h"
#include "etp/error.h"
#include "etp/log.h"
#include "etp/version.h"

static const int listed[] = {
#define ETP_X(name, number, sentence) (number),
    ETP_ERROR_LIST(ETP_X)
#undef ETP_X
};

enum { LISTED = sizeof listed / sizeof *listed };

static void test_numbers_run_down_from_zero(void **state)
{
    (void)state;
    for (int i = 0; i < LISTED; i++)
        assert_int_equal(listed[i], -i);
}

static void test_every_code_has_its_own_name_and_sentence(void **state)
{
    (void)state;
    for (int i = 0; i < LISTED; i++) {
        assert_memory_equal(etp_error_name(listed[i]), "ETP_", 4);
        assert_true(strlen(etp_strerror(listed[i])) > 5);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(etp_error_name(listed[i]), etp_error_name(listed[j]));
            assert_string_not_equal(etp_strerror(listed[i]), etp_strerror(listed[j]));
        }
    }
    assert_string_equal(etp_error_name(ETP_OK), "ETP_OK");
    assert_string_equal(etp_error_name(ETP_ENOSPACE), "ETP_ENOSPACE");
    assert_string_equal(etp_strerror(ETP_ERANGE), "a value is outside its range");
}

static void test_unknown_codes_are_said_to_be_unknown(void **state)
{
    (void)state;
    static const int unknown[] = {1, -LISTED, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_string_equal(etp_error_name(unknown[i]), "ETP_E?");
        assert_string_equal(etp_strerror(unknown[i]), "unknown error");
    }
}

static void test_fail_fills_the_error_and_gives_the_code_back(void **state)
{
    (void)state;
    etp_error error = {0};
    assert_int_equal(etp_fail(&error, ETP_EFORMAT, "line %d: %s", 7, "no price"), ETP_EFORMAT);
    assert_int_equal(error.code, ETP_EFORMAT);
    assert_string_equal(error.text, "line 7: no price");
    assert_int_equal(etp_fail(NULL, ETP_EIO, "nobody asked"), ETP_EIO);
}

static void test_a_long_text_is_cut_at_the_end(void **state)
{
    (void)state;
    etp_error error = {0};
    etp_fail(&error, ETP_EINVAL, "begins%*s", 2 * ETP_ERROR_TEXT_MAX, "ends");
    assert_int_equal(strlen(error.text), ETP_ERROR_TEXT_MAX - 1);
    assert_memory_equal(error.text, "begins", 6);
}

typedef struct heard {
    int lines;
    etp_log_level level;
    char component[16];
    char text[64];
} heard;

static void hear(void *user, etp_log_level level, const char *component, const char *text)
{
    heard *into = user;
    into->lines++;
    into->level = level;
    strncpy(into->component, component, sizeof into->component - 1);
    strncpy(into->text, text, sizeof into->text - 1);
}

static void test_log_lines_reach_the_writer_up_to_its_level(void **state)
{
    (void)state;
    heard into = {0};
    etp_logger logger = {hear, &into, ETP_LOG_WARN};
    etp_log(&logger, ETP_LOG_WARN, "wire", "reason=%s count=%d", "checksum", 3);
    assert_int_equal(into.lines, 1);
    assert_int_equal(into.level, ETP_LOG_WARN);
    assert_string_equal(into.component, "wire");
    assert_string_equal(into.text, "reason=checksum count=3");
    etp_log(&logger, ETP_LOG_INFO, "wire", "not wanted");
    assert_int_equal(into.lines, 1);
    etp_log(&logger, ETP_LOG_ERROR, "wire", "wanted");
    assert_int_equal(into.lines, 2);
}

static void test_a_missing_or_zeroed_logger_drops_everything(void **state)
{
    (void)state;
    etp_logger zeroed = {0};
    etp_log(NULL, ETP_LOG_ERROR, "wire", "nobody is there");
    etp_log(&zeroed, ETP_LOG_ERROR, "wire", "nobody is there");
    assert_null(zeroed.write);
}

static void test_log_levels_are_read_by_their_names(void **state)
{
    (void)state;
    static const char *const names[] = {"error", "warn", "info", "debug"};
    for (int i = 0; i < 4; i++) {
        etp_log_level level = ETP_LOG_ERROR;
        assert_int_equal(etp_log_level_parse(names[i], &level), ETP_OK);
        assert_int_equal(level, i);
        assert_string_equal(etp_log_level_name(level), names[i]);
    }
    etp_log_level untouched = ETP_LOG_INFO;
    assert_int_equal(etp_log_level_parse("loud", &untouched), ETP_ENOENT);
    assert_int_equal(untouched, ETP_LOG_INFO);
    assert_string_equal(etp_log_level_name((etp_log_level)4), "?");
}

static void test_the_default_allocator_gives_zeroed_memory(void **state)
{
    (void)state;
    const etp_allocator *allocator = etp_default_allocator();
    unsigned char *memory = allocator->allocate(allocator->user, 1000);
    assert_non_null(memory);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(memory[i], 0);
    memset(memory, 1, 1000);
    allocator->release(allocator->user, memory, 1000);
    allocator->release(allocator->user, NULL, 0);
}

static void test_the_version_is_that_of_the_header(void **state)
{
    (void)state;
    assert_string_equal(etp_version(), ETP_VERSION_STRING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_run_down_from_zero),
        cmocka_unit_test(test_every_code_has_its_own_name_and_sentence),
        cmocka_unit_test(test_unknown_codes_are_said_to_be_unknown),
        cmocka_unit_test(test_fail_fills_the_error_and_gives_the_code_back),
        cmocka_unit_test(test_a_long_text_is_cut_at_the_end),
        cmocka_unit_test(test_log_lines_reach_the_writer_up_to_its_level),
        cmocka_unit_test(test_a_missing_or_zeroed_logger_drops_everything),
        cmocka_unit_test(test_log_levels_are_read_by_their_names),
        cmocka_unit_test(test_the_default_allocator_gives_zeroed_memory),
        cmocka_unit_test(test_the_version_is_that_of_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

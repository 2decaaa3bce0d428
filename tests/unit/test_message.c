/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "etp/message.h"

/* docs/protocol.md's table, written down once more. */
static const struct {
    unsigned type;
    const char *name;
    unsigned priority;
    unsigned limit_ms;
    bool by_bess, by_aggregator;
} expected[] = {
    {0, "Register", 80, 5000, true, false},     {1, "Query", 50, 1000, false, true},
    {2, "QueryResponse", 50, 500, true, false}, {3, "Bid", 50, 1000, false, true},
    {4, "BidAccept", 5, 500, true, false},      {5, "BidConfirm", 5, 500, false, true},
    {6, "BidReject", 5, 500, true, false},      {7, "Terminate", 50, 1000, true, true},
    {8, "DeviceFailure", 0, 200, true, true},   {9, "BESSStatus", 60, 2000, true, false},
};

static void test_types_have_the_protocols_facts(void **state)
{
    (void)state;
    assert_int_equal(sizeof expected / sizeof *expected, ETP_TYPES);
    for (unsigned i = 0; i < ETP_TYPES; i++) {
        assert_int_equal(expected[i].type, i);
        assert_string_equal(etp_type_name(i), expected[i].name);
        assert_int_equal(etp_type_priority(i), expected[i].priority);
        assert_true(etp_type_delay_limit(i) == expected[i].limit_ms * ETP_NS_PER_MS);
        assert_int_equal(etp_type_sent_by_bess(i), expected[i].by_bess);
        assert_int_equal(etp_type_sent_by_aggregator(i), expected[i].by_aggregator);
    }
}

static void test_type_constants_are_the_wires_numbers(void **state)
{
    (void)state;
    assert_string_equal(etp_type_name(ETP_REGISTER), "Register");
    assert_string_equal(etp_type_name(ETP_BID), "Bid");
    assert_string_equal(etp_type_name(ETP_BID_CONFIRM), "BidConfirm");
    assert_string_equal(etp_type_name(ETP_BESS_STATUS), "BESSStatus");
}

static void test_what_is_no_type_is_sent_by_nobody_and_comes_last(void **state)
{
    (void)state;
    static const unsigned none[] = {ETP_TYPES, 255, UINT_MAX};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_string_equal(etp_type_name(none[i]), "?");
        assert_true(etp_type_priority(none[i]) == UINT_MAX);
        assert_true(etp_type_delay_limit(none[i]) == 0);
        assert_false(etp_type_sent_by_bess(none[i]));
        assert_false(etp_type_sent_by_aggregator(none[i]));
    }
}

typedef const char *(*naming)(unsigned);

static void check_list(naming name, naming meaning, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_true(strlen(name(i)) > 1);
        assert_true(strlen(meaning(i)) > 5);
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(name(i), name(j));
            assert_string_not_equal(meaning(i), meaning(j));
        }
    }
    assert_string_equal(name(count), "?");
    assert_string_equal(name(UINT_MAX), "?");
    assert_string_equal(meaning(count), "not in the list");
}

static void test_codes_have_names_and_meanings(void **state)
{
    (void)state;
    check_list(etp_code_name, etp_code_meaning, ETP_CODES);
    assert_string_equal(etp_code_name(1), "below_reserve");
    assert_string_equal(etp_code_name(2), "not_enough_energy");
    assert_string_equal(etp_code_name(3), "offline");
    assert_string_equal(etp_code_name(ETP_CODE_WITHDRAWN), "withdrawn");
}

static void test_refusals_have_names_and_meanings(void **state)
{
    (void)state;
    check_list(etp_refusal_name, etp_refusal_meaning, ETP_REFUSALS);
    assert_string_equal(etp_refusal_name(ETP_REFUSED_NONE), "none");
    assert_string_equal(etp_refusal_name(ETP_REFUSED_CHECKSUM), "checksum");
    assert_string_equal(etp_refusal_name(ETP_REFUSED_UNKNOWN_LINK), "unknown_link");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_have_the_protocols_facts),
        cmocka_unit_test(test_type_constants_are_the_wires_numbers),
        cmocka_unit_test(test_what_is_no_type_is_sent_by_nobody_and_comes_last),
        cmocka_unit_test(test_codes_have_names_and_meanings),
        cmocka_unit_test(test_refusals_have_names_and_meanings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

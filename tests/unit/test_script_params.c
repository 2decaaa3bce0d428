/* SPDX-License-Identifier: MIT */
/* Parameters of a script: what it declares, and what they may be set to. */
#include "test_script.h"

static void params(void **state)
{
    (void)state;
    etp_desk desk = desk_open(WHOLE_SCRIPT, NULL);
    etp_param param;
    assert_int_equal(etp_script_param_count(desk.script), 2);
    assert_int_equal(etp_script_param(desk.script, 0, &param), ETP_OK);
    assert_string_equal(param.name, "alpha");
    assert_string_equal(param.unit, "");
    assert_false(param.live);
    assert_int_equal(etp_script_param(desk.script, 1, &param), ETP_OK);
    assert_string_equal(param.name, "margin");
    assert_string_equal(param.unit, "c/kWh");
    assert_string_equal(param.doc, "kept");
    assert_true(param.live);
    assert_true(param.low == 0 && param.high == 30 && param.standard == 0.5 && param.value == 0.5);
    assert_int_equal(etp_script_param(desk.script, 2, &param), ETP_ENOENT);
    etp_script_free(desk.script);
}

static void set_params(void **state)
{
    (void)state;
    etp_desk desk = desk_open(WHOLE_SCRIPT, NULL);
    etp_error error = {0};
    etp_intent intent;
    assert_int_equal(etp_script_set(desk.script, "margin", 1.25, &error), ETP_OK);
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, CENTS(1.25));
    assert_int_equal(etp_script_set(desk.script, "margin", 31, &error), ETP_ERANGE);
    assert_contains(error.text, "greedy-2.margin = 31 is out of range: it takes 0 to 30 c/kWh");
    double zero = 0;
    assert_int_equal(etp_script_set(desk.script, "margin", zero / zero, &error), ETP_ERANGE);
    assert_int_equal(etp_script_set(desk.script, "mragin", 1, &error), ETP_ENOENT);
    assert_contains(error.text, "its parameters are: alpha, margin");
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, CENTS(1.25));
    etp_script_free(desk.script);
}

static void set_fails(const char *param, double value, int code, const char *part)
{
    char source[512];
    snprintf(source, sizeof source, "return { api = 1, role = 'bess', reserve = function() end, params = %s }", param);
    etp_desk desk = desk_open(source, NULL);
    etp_error error = {0};
    assert_int_equal(etp_script_set(desk.script, "m", value, &error), code);
    assert_contains(error.text, part);
    etp_script_free(desk.script);
}

static void ranges(void **state)
{
    (void)state;
    double zero = 0;
    set_fails("nil", 1, ETP_ENOENT, "test has no parameter \"m\": it has none at all");
    set_fails("{ m = 1 }", 1 / zero, ETP_ERANGE, "test.m = inf: it takes any finite number");
    set_fails("{ m = { default = 1, min = 0 } }", -1, ETP_ERANGE, "test.m = -1 is out of range: it takes 0 or more");
    set_fails("{ m = { default = 1, max = 4, unit = 'kWh' } }", 5, ETP_ERANGE, "it takes at most 4 kWh");
    set_fails("{ m = { default = 1, min = 0, max = 4 } }", 4.5, ETP_ERANGE, "it takes 0 to 4");
}

/* How a script sees its parameters: in order, read-only, with help for who misspells them. */
static void params_from_within(void **state)
{
    (void)state;
    etp_desk desk =
        desk_open("local S = { api = 1, role = 'aggregator', params = { margin = 2, alpha = 3, zeta = 4 } }\n"
                  "function S.on_offer(ctx)\nlocal seen = ''\n"
                  "for name, value in pairs(ctx.params) do seen = seen .. name .. value .. ' ' end\n"
                  "assert(seen == 'alpha3.0 margin2.0 zeta4.0 ', seen)\nreturn ctx.params.margni end\n"
                  "return S",
                  NULL);
    etp_intent intent;
    assert_true(offer_to(&desk, 0, &intent) < 0);
    assert_contains(etp_script_last_error(desk.script),
                    "test.lua:6: ctx.params has no \"margni\"; did you mean \"margin\"?");
    etp_script_free(desk.script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(params),
        cmocka_unit_test(set_params),
        cmocka_unit_test(ranges),
        cmocka_unit_test(params_from_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Number keys that a script has chosen such that they all share one place of a hash: looking one up takes as many steps
 * as there are, and growing the table or walking over it the square of that, in one instruction.
 *
 * In a hash of 2^n places, numbers that are multiples of 2^n - 1 share one. In a smaller one they do not, so that the
 * table is filled at no cost until it grows to that size.
 */
#include "test_script.h"

static const char over[] = "more instructions than it may";

/* A script that puts `count` multiples of `factor` into a table in each call of on_offer, and then runs `body`. */
static etp_desk open_collector(unsigned long long factor, unsigned count, const char *body)
{
    char source[1024];
    snprintf(source, sizeof source,
             AGGREGATOR "local t, n = {}, 0\n"
                        "function S.on_offer(ctx, offer)\n"
                        "  for i = 1, %u do n = n + 1 t[n * %llu] = true end\n"
                        "  %s\n"
                        "  return 1\n"
                        "end\n"
                        "return S\n",
             count, factor, body);
    return desk_open(source, NULL);
}

/* Keys are put in a few at a time, so that no call is over its limit, until the table must grow to its full size. */
static void a_table_that_grows_to_the_size_that_was_aimed_at(void **state)
{
    (void)state;
    etp_desk desk = open_collector((1ULL << 18) - 1, 240, "");
    etp_intent intent;
    unsigned calls = 0;
    while (offer_to(&desk, 0, &intent) == ETP_DECIDE_BID && calls < 1000)
        calls++;
    assert_int_equal(calls, 32768 / 240);
    assert_contains(etp_script_last_error(desk.script), "on_offer: it needed a table with more keys than it may have");
    etp_script_free(desk.script);
}

/* One call may walk over them once or twice, and not all the time. */
static void walks_over_keys_that_collide(void **state)
{
    (void)state;
    static const char *const walks[] = {"for i = 1, 40 do pairs(t) end", "for i = 1, 40 do next(t) end"};
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        char body[128];
        snprintf(body, sizeof body, "if n == 4000 then %s end", walks[i]);
        etp_desk desk = open_collector((1ULL << 12) - 1, 500, body);
        etp_intent intent;
        for (unsigned call = 1; call < 8; call++)
            assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
        assert_true(offer_to(&desk, 0, &intent) < 0);
        assert_contains(etp_script_last_error(desk.script), over);
        etp_script_free(desk.script);
    }
}

/* A list or names cannot be chosen so, and a walk over them counts for what it is. */
static void walks_over_lists_and_names(void **state)
{
    (void)state;
    etp_desk desk = desk_open(AGGREGATOR "local list, names, n = {}, {}, 0\n"
                                         "function S.on_offer(ctx, offer)\n"
                                         "  for i = 1, 400 do n = n + 1 list[n] = n names['k' .. n] = n end\n"
                                         "  if n == 4000 then for i = 1, 4 do pairs(list) pairs(names) end end\n"
                                         "  return 1\n"
                                         "end\n"
                                         "return S\n",
                              NULL);
    etp_intent intent;
    for (unsigned call = 0; call < 10; call++)
        if (offer_to(&desk, 0, &intent) != ETP_DECIDE_BID)
            fail_msg("%s", etp_script_last_error(desk.script));
    etp_script_free(desk.script);
}

static int reload_with(unsigned long long factor, unsigned calls, etp_error *error)
{
    static const char newer[] = AGGREGATOR "function S.on_offer() return 2 end return S";
    etp_desk desk = open_collector(factor, 500, "ctx.state.t = t");
    etp_intent intent;
    for (unsigned call = 0; call < calls; call++)
        assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
    int result = etp_script_reload_text(desk.script, "test.lua", newer, strlen(newer), 0, error);
    etp_script_free(desk.script);
    return result;
}

static void states_whose_keys_collide_are_carried_over_within_limits(void **state)
{
    (void)state;
    etp_error error = {0};
    assert_int_equal(reload_with(1, 18, &error), ETP_OK);
    assert_int_equal(reload_with(1000003, 18, &error), ETP_OK);
    assert_true(reload_with((1ULL << 15) - 1, 40, &error) < 0);
    assert_contains(error.text, over);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_that_grows_to_the_size_that_was_aimed_at),
        cmocka_unit_test(walks_over_keys_that_collide),
        cmocka_unit_test(walks_over_lists_and_names),
        cmocka_unit_test(states_whose_keys_collide_are_carried_over_within_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

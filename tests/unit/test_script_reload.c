/* SPDX-License-Identifier: MIT */
/* A newer version of a script takes over whole: code, state, tables and parameters. */
#include "script_reloads.h"

static void test_state_goes_on(void **unused)
{
    (void)unused;
    etp_desk desk = desk_open(COUNTS, NULL);
    assert_int_equal(bid_of(&desk, 0), 1);
    assert_int_equal(bid_of(&desk, 0), 2);
    assert_int_equal(bid_of(&desk, 5), 1);
    char before[33];
    snprintf(before, sizeof before, "%s", etp_script_hash(desk.script));
    reload_well(&desk, COUNTS_IN_TENS);
    assert_int_equal(etp_script_version(desk.script), 2);
    assert_string_not_equal(etp_script_hash(desk.script), before);
    assert_string_equal(etp_script_name(desk.script), "test");
    assert_int_equal(bid_of(&desk, 0), 30);
    assert_int_equal(bid_of(&desk, 5), 20);
    assert_int_equal(bid_of(&desk, 6), 10);
    etp_script_free(desk.script);
}

static void test_saved_goes_from_on_save_to_on_load(void **unused)
{
    (void)unused;
    etp_desk desk = desk_open(AGGREGATOR "local seen = {}\n"
                                         "function S.on_offer(ctx) local d = ctx.device_id\n"
                                         "seen[d] = (seen[d] or 0) + 1 return seen[d] end\n"
                                         "function S.on_save(ctx) return { old = seen[ctx.device_id] } end return S",
                              NULL);
    assert_int_equal(bid_of(&desk, 0), 1);
    assert_int_equal(bid_of(&desk, 0), 2);
    assert_int_equal(bid_of(&desk, 3), 1);
    reload_well(&desk, AGGREGATOR "function S.on_load(ctx, saved)\n"
                                  "ctx.state.n = saved.old * 5 ctx.state.at = ctx.now ctx.state.name = ctx.name end\n"
                                  "function S.on_offer(ctx) if not ctx.state.n then return 1 end\n"
                                  "assert(ctx.state.at == 1700000001.0)\n"
                                  "assert(ctx.state.name == ctx.name) return ctx.state.n end return S");
    assert_int_equal(bid_of(&desk, 0), 10);
    assert_int_equal(bid_of(&desk, 3), 5);
    etp_script_free(desk.script);
}

/* All kinds of plain data, and one table in two places. */
static void test_plain_data_arrives_as_it_was(void **unused)
{
    (void)unused;
    etp_desk desk =
        desk_open(AGGREGATOR "function S.on_offer(ctx) local s = ctx.state\n"
                             "s.list = { 1, 2.5, 'three', false, { deep = { true } } } s[1.5] = math.mininteger\n"
                             "s[true] = math.huge s['a b'] = '\\0x' s.float = 3.0 s.same = s.list[5] s[7] = ''\n"
                             "return 1 end return S",
                  NULL);
    assert_int_equal(bid_of(&desk, 0), 1);
    reload_well(&desk, AGGREGATOR "function S.on_offer(ctx) local s = ctx.state\n"
                                  "if not s.list then return 3 end\n"
                                  "assert(#s.list == 5 and s.list[2] == 2.5 and s.list[3] == 'three')\n"
                                  "assert(s.list[4] == false and s.list[5].deep[1] == true)\n"
                                  "assert(s[1.5] == math.mininteger and s[true] == math.huge and s['a b'] == '\\0x')\n"
                                  "assert(math.type(s.float) == 'float' and math.type(s.list[1]) == 'integer')\n"
                                  "assert(s.same == s.list[5] and s[7] == '') return 1 end return S");
    assert_int_equal(bid_of(&desk, 0), 1);
    etp_script_free(desk.script);
}

static void test_tables_of_hooks_stay(void **unused)
{
    (void)unused;
    etp_desk desk = desk_open(AGGREGATOR "function S.on_offer() return 1 end function S.on_fault() end return S", NULL);
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(desk.script);
    assert_non_null(hooks->on_fault);
    reload_well(&desk, AGGREGATOR "function S.on_offer(ctx) return ctx.state.started or 2 end\n"
                                  "function S.on_start(ctx) ctx.state.started = 9 end return S");
    assert_ptr_equal(etp_script_aggregator_hooks(desk.script), hooks);
    assert_null(hooks->on_fault);
    assert_non_null(hooks->on_start);
    assert_int_equal(bid_of(&desk, 0), 2);
    etp_script_free(desk.script);
}

#define WITH_PARAM(declared)                                               \
    "return { api = 1, role = 'aggregator', params = { " declared " }, \n" \
    "on_offer = function(ctx) return ctx.params.m end }"

static void test_parameters_that_were_set_stay(void **unused)
{
    (void)unused;
    etp_desk desk = desk_open(WITH_PARAM("m = { default = 1, min = 0, max = 9 }"), NULL);
    reload_well(&desk, WITH_PARAM("m = { default = 2, min = 0, max = 9 }"));
    assert_int_equal(bid_of(&desk, 0), 2);
    etp_script_free(desk.script);

    desk = desk_open(WITH_PARAM("m = { default = 1, min = 0, max = 9 }"), NULL);
    assert_int_equal(etp_script_set(desk.script, "m", 7, NULL), ETP_OK);
    reload_well(&desk, WITH_PARAM("m = { default = 2, min = 0, max = 20 }"));
    assert_int_equal(bid_of(&desk, 0), 7);
    refuses(&desk, WITH_PARAM("m = { default = 2, min = 0, max = 5 }"), ETP_ERANGE, "it takes 0 to 5");
    refuses(&desk, WITH_PARAM("k = 2"), ETP_ENOENT, "no parameter \"m\"");
    assert_int_equal(bid_of(&desk, 0), 7);
    etp_script_free(desk.script);
}

static void test_only_live_parameters_change_in_use(void **unused)
{
    (void)unused;
    etp_desk desk = desk_open(WITH_PARAM("m = { default = 1, live = true }, k = 3"), NULL);
    etp_error error = {0};
    static const char *const names[] = {"m", "k"};
    assert_int_equal(etp_script_set_many(desk.script, names, (double[]){4, 5}, 2, &error), ETP_OK);
    assert_int_equal(bid_of(&desk, 0), 4);
    assert_int_equal(etp_script_set_many(desk.script, names, (double[]){6, 7}, 2, &error), ETP_ESTATE);
    assert_contains(error.text, "live = true");
    assert_int_equal(bid_of(&desk, 0), 4);
    assert_int_equal(etp_script_set(desk.script, "m", 8, &error), ETP_OK);
    assert_int_equal(bid_of(&desk, 0), 8);
    etp_script_free(desk.script);
}

static void test_a_suspended_script_is_called_again(void **unused)
{
    (void)unused;
    const etp_script_options options = {.size = sizeof options, .suspend_after = 2};
    etp_desk desk = desk_open(AGGREGATOR "function S.on_offer() error('broken') end return S", &options);
    etp_intent intent;
    etp_script_stats stats;
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_ESCRIPT);
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_ESCRIPT);
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_ESTATE);
    reload_well(&desk, COUNTS);
    etp_script_get_stats(desk.script, &stats);
    assert_false(stats.suspended);
    assert_int_equal(bid_of(&desk, 0), 1);
    etp_script_free(desk.script);
}

static void test_a_policy_keeps_what_each_battery_knows(void **unused)
{
    (void)unused;
    etp_desk desk = desk_open(BESS "function S.reserve(ctx) local s = ctx.state s.n = (s.n or ctx.device_id) + 1\n"
                                   "return s.n end return S",
                              NULL);
    const etp_bess_hooks *hooks = etp_script_bess_hooks(desk.script);
    const etp_battery_view battery = {.lot = KWH(1)};
    etp_reserve reserve = {.energy = KWH(1)};
    for (uint32_t node = 0; node < 300; node++)
        assert_int_equal(hooks->reserve(desk.script, desk_context(&desk, node), &battery, &reserve), ETP_OK);
    reload_well(&desk, BESS "function S.reserve(ctx) return ctx.state.n or 0 end return S");
    for (uint32_t node = 0; node < 300; node++) {
        reserve = (etp_reserve){.energy = KWH(1)};
        assert_int_equal(hooks->reserve(desk.script, desk_context(&desk, node), &battery, &reserve), ETP_OK);
        assert_int_equal(reserve.price, CENTS(101 + node));
    }
    etp_script_free(desk.script);
}

static void test_both_ends_are_logged(void **unused)
{
    (void)unused;
    lines log = {.count = 0};
    const etp_logger logger = {note, &log, ETP_LOG_INFO};
    const etp_script_options options = {.size = sizeof options, .logger = &logger};
    etp_desk desk = desk_open(COUNTS, &options);
    reload_well(&desk, COUNTS_IN_TENS);
    refuses(&desk, "x x", ETP_ESCRIPT, "test.lua:1:");
    assert_int_equal(log.count, 2);
    assert_int_equal(log.level[0], ETP_LOG_INFO);
    assert_contains(log.text[0], "strategy=test version=2 hash=");
    assert_int_equal(log.level[1], ETP_LOG_ERROR);
    assert_contains(log.text[1], "test.lua:1:");
    etp_script_free(desk.script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_goes_on),
        cmocka_unit_test(test_saved_goes_from_on_save_to_on_load),
        cmocka_unit_test(test_plain_data_arrives_as_it_was),
        cmocka_unit_test(test_tables_of_hooks_stay),
        cmocka_unit_test(test_parameters_that_were_set_stay),
        cmocka_unit_test(test_only_live_parameters_change_in_use),
        cmocka_unit_test(test_a_suspended_script_is_called_again),
        cmocka_unit_test(test_a_policy_keeps_what_each_battery_knows),
        cmocka_unit_test(test_both_ends_are_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

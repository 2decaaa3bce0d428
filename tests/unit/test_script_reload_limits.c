/* SPDX-License-Identifier: MIT */
/* What a reload refuses, and what bounds it: the old version goes on as if nothing had been tried. */
#include "script_reloads.h"

static void test_what_is_not_plain_is_named(void **unused)
{
    (void)unused;
    static const struct {
        const char *save, *part;
    } cases[] = {
        {"return { prices = { 1, 2, function() end } }", "saved.prices[3] is a function"},
        {"return { ['two words'] = { ctx } }", "saved[\"two words\"][1] is a userdata"},
        {"return { [{}] = 1 }", "saved has a table as a key"},
        {"return { a = setmetatable({}, { __len = function() return 1 end }) }", "saved.a has a metatable"},
        {"local t = {} t.loop = { t } return t", "saved.loop[1] is a table that holds itself"},
        {"local t = {} local u = t for i = 1, 40 do u.x = {} u = u.x end return t", "tables deep"},
        {"error('no')", "test.lua:3: no"},
        {"return 5", "on_save returned a number"},
        {"while true do end", "more instructions than it may"},
        {"ctx.rng()", "ctx.rng is not there in on_save"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char source[1024];
        snprintf(source, sizeof source,
                 AGGREGATOR "function S.on_offer(ctx) local s = ctx.state s.n = (s.n or 0) + 1 return s.n end\n"
                            "function S.on_save(ctx) %s end return S",
                 cases[i].save);
        etp_desk desk = desk_open(source, NULL);
        assert_int_equal(bid_of(&desk, 0), 1);
        int code = strstr(cases[i].save, "while") != NULL ? ETP_ELIMIT : ETP_ESCRIPT;
        refuses(&desk, COUNTS_IN_TENS, code, cases[i].part);
        assert_int_equal(bid_of(&desk, 0), 2);
        etp_script_free(desk.script);
    }
}

/* A version whose own on_load cannot read its own on_save would be the last. */
static void test_saving_is_rehearsed(void **unused)
{
    (void)unused;
    etp_desk desk = desk_open(COUNTS, NULL);
    assert_int_equal(bid_of(&desk, 0), 1);
    refuses(&desk, AGGREGATOR "function S.on_offer() return 1 end function S.on_save() return print end return S",
            ETP_ESCRIPT, "in a dry call: test.lua: on_save: test.lua:2: ");
    refuses(&desk,
            AGGREGATOR "function S.on_offer() return 1 end function S.on_save() return { a = 1 } end\n"
                       "function S.on_load(ctx, saved) return saved.b.c end return S",
            ETP_ESCRIPT, "in a dry call: test.lua: on_load: test.lua:3: ");
    assert_int_equal(bid_of(&desk, 0), 2);
    etp_script_free(desk.script);
}

#define LOADS AGGREGATOR "function S.on_offer() return 1 end "

static void test_broken_versions_change_nothing(void **unused)
{
    (void)unused;
    static const struct {
        const char *source;
        int code;
        const char *part;
    } cases[] = {
        {"", ETP_EFORMAT, "is empty"},
        {"local S = {", ETP_ESCRIPT, "test.lua:1:"},
        {"return 1", ETP_ESCRIPT, "not a table"},
        {"while true do end", ETP_ELIMIT, "more instructions"},
        {AGGREGATOR "function S.on_offer(ctx, offer)\nreturn offer.vlaue end return S", ETP_ESCRIPT, "test.lua:3:"},
        {AGGREGATOR "function S.on_offer(ctx, offer)\nreturn 'x' end return S", ETP_ESCRIPT, "returned"},
        {AGGREGATOR "function S.on_ofer() end return S", ETP_ESCRIPT, "did you mean \"on_offer\""},
        {LOADS "function S.on_load(ctx, saved)\n error(saved.n) end return S", ETP_ESCRIPT, "test.lua:3:"},
        {LOADS "function S.on_load(ctx, saved)\n while true do end end return S", ETP_ELIMIT, "more instructions"},
        {LOADS "function S.on_load(ctx, saved)\n ctx.rng() end return S", ETP_ESCRIPT, "ctx.rng is not there"},
        {BESS "function S.reserve() return 1 end return S", ETP_ESCRIPT, "its role is \"bess\" now"},
        {"return { api = 1, role = 'aggregator', name = 'other', on_offer = function() return 1 end }", ETP_ESCRIPT,
         "its name is \"other\" now"},
        {"\x1bLua", ETP_EFORMAT, "precompiled"},
    };
    etp_desk desk = desk_open(COUNTS, NULL);
    assert_int_equal(bid_of(&desk, 0), 1);
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(desk.script);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        refuses(&desk, cases[i].source, cases[i].code, cases[i].part);
        assert_non_null(hooks->on_offer);
        assert_int_equal(bid_of(&desk, 0), (int)i + 2);
    }
    etp_script_free(desk.script);
}

/* Whatever the limit, a reload succeeds whole or changes nothing. */
static void test_little_memory(void **unused)
{
    (void)unused;
    static const char source[] = AGGREGATOR "function S.on_offer(ctx) local s = ctx.state s.n = (s.n or 0) + 1\n"
                                            "s.t = s.t or {} for i = 1, 200 do s.t[i] = 'text ' .. i end\n"
                                            "return s.n end return S";
    unsigned taken = 0, refused = 0;
    for (size_t limit = 20000; limit < 130000; limit += 500) {
        const etp_script_options options = {.size = sizeof options, .memory_limit = limit};
        etp_desk desk = {0};
        etp_error error = {0};
        if (etp_script_load_text(&desk.script, "test.lua", source, strlen(source), &options, &error) != ETP_OK)
            continue;
        etp_intent intent;
        int first = offer_to(&desk, 0, &intent);
        int result = reload(&desk, source, &error);
        assert_int_equal(etp_script_version(desk.script), result == ETP_OK ? 2 : 1);
        if (result != ETP_OK) {
            assert_int_equal(result, ETP_ELIMIT);
            assert_contains(error.text, "more memory");
        }
        taken += result == ETP_OK;
        refused += result != ETP_OK;
        if (first == ETP_DECIDE_BID && offer_to(&desk, 0, &intent) == ETP_DECIDE_BID)
            assert_int_equal(intent.price, CENTS(2));
        etp_script_free(desk.script);
    }
    assert_true(taken > 0 && refused > 0);
}

/* The budget of all nodes together is bounded, whatever a single call may run. */
static void test_no_fleet_makes_it_endless(void **unused)
{
    (void)unused;
    const etp_script_options options = {.size = sizeof options, .load_instruction_limit = 100000};
    etp_desk desk = desk_open(COUNTS, &options);
    for (uint32_t node = 0; node < 100; node++)
        assert_int_equal(bid_of(&desk, node), 1);
    refuses(&desk,
            AGGREGATOR "function S.on_offer(ctx) return 1 end\n"
                       "function S.on_load(ctx) for i = 1, 100000 do end end return S",
            ETP_ELIMIT, "more instructions");
    assert_int_equal(bid_of(&desk, 0), 2);
    etp_script_free(desk.script);
}

static void test_not_from_within_a_hook(void **unused)
{
    (void)unused;
    lines log = {.count = 0};
    const etp_logger logger = {note, &log, ETP_LOG_INFO};
    const etp_script_options options = {.size = sizeof options, .logger = &logger};
    etp_desk desk = desk_open(AGGREGATOR "function S.on_offer(ctx) ctx.log('x') return 1 end return S", &options);
    log.script = desk.script;
    assert_int_equal(bid_of(&desk, 0), 1);
    assert_int_equal(log.result, ETP_ESTATE);
    assert_int_equal(etp_script_version(desk.script), 1);
    etp_script_free(desk.script);
}

static void test_not_from_within_a_reload(void **unused)
{
    (void)unused;
    lines log = {.count = 0};
    const etp_logger logger = {note, &log, ETP_LOG_INFO};
    const etp_script_options options = {.size = sizeof options, .logger = &logger};
    etp_desk desk = desk_open(COUNTS, &options);
    assert_int_equal(bid_of(&desk, 0), 1);
    log.script = desk.script;
    log.turns = 1;
    log.frees = true;
    reload_well(&desk, AGGREGATOR "function S.on_load(ctx, saved) ctx.log('x') ctx.state.n = saved.n end\n"
                                  "function S.on_offer(ctx) return (ctx.state.n or 0) + 5 end return S");
    assert_int_equal(log.result, ETP_ESTATE);
    log.frees = false;
    assert_int_equal(etp_script_version(desk.script), 2);
    assert_int_equal(bid_of(&desk, 0), 6);
    etp_script_free(desk.script);
}

/* A table of a megabyte for each of many nodes is more than a reload may copy. */
static void test_data_is_bounded(void **unused)
{
    (void)unused;
    etp_desk desk = desk_open(AGGREGATOR "local big = {} for i = 1, 16 do big[i] = ('x'):rep(65000) .. i end\n"
                                         "function S.on_offer(ctx) return 1 end\n"
                                         "function S.on_save(ctx) return big end return S",
                              NULL);
    for (uint32_t node = 0; node < 2000; node++)
        assert_int_equal(bid_of(&desk, node), 1);
    refuses(&desk, AGGREGATOR "function S.on_offer(ctx) return 1 end function S.on_load() end return S", ETP_ELIMIT,
            "for all nodes together");
    etp_script_free(desk.script);
}

static void test_null(void **unused)
{
    (void)unused;
    etp_error error = {0};
    etp_desk desk = desk_open(COUNTS, NULL);
    assert_int_equal(etp_script_reload(NULL, now, &error), ETP_EINVAL);
    assert_int_equal(etp_script_reload_from(NULL, "a.lua", now, &error), ETP_EINVAL);
    assert_int_equal(etp_script_reload_from(desk.script, NULL, now, &error), ETP_EINVAL);
    assert_int_equal(etp_script_reload_text(NULL, "a.lua", COUNTS, 5, now, &error), ETP_EINVAL);
    assert_int_equal(etp_script_reload_text(desk.script, "a.lua", NULL, 5, now, NULL), ETP_EINVAL);
    assert_int_equal(etp_script_set_many(desk.script, NULL, NULL, 1, NULL), ETP_EINVAL);
    assert_int_equal(etp_script_set_many(desk.script, NULL, NULL, 0, NULL), ETP_OK);
    assert_int_equal(etp_script_set(desk.script, NULL, 1, NULL), ETP_EINVAL);
    assert_int_equal(etp_script_version(NULL), 0);
    assert_null(etp_script_file(NULL, 0));
    assert_int_equal(etp_script_version(desk.script), 1);
    etp_script_free(desk.script);
}

static void test_a_text_has_no_file(void **unused)
{
    (void)unused;
    etp_error error = {0};
    etp_desk desk = desk_open(COUNTS, NULL);
    assert_null(etp_script_file(desk.script, 0));
    assert_int_equal(etp_script_reload(desk.script, now, &error), ETP_ESTATE);
    assert_contains(error.text, "from a text");
    etp_script_free(desk.script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_plain_is_named),
        cmocka_unit_test(test_saving_is_rehearsed),
        cmocka_unit_test(test_broken_versions_change_nothing),
        cmocka_unit_test(test_little_memory),
        cmocka_unit_test(test_no_fleet_makes_it_endless),
        cmocka_unit_test(test_not_from_within_a_hook),
        cmocka_unit_test(test_not_from_within_a_reload),
        cmocka_unit_test(test_data_is_bounded),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_a_text_has_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

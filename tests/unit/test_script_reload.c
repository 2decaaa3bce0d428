/* SPDX-License-Identifier: MIT */
/* A newer version of a script takes over whole, or nothing of the old one changes. */
#include <stdlib.h>

#include "test_script.h"

static const etp_time now = 1700000001 * INT64_C(1000000000);

static int reload(etp_desk *desk, const char *source, etp_error *error)
{
    *error = (etp_error){0};
    return etp_script_reload_text(desk->script, "test.lua", source, strlen(source), now, error);
}

static void reload_well(etp_desk *desk, const char *source)
{
    etp_error error;
    if (reload(desk, source, &error) != ETP_OK)
        fail_msg("%s", error.text);
}

/* What node `node` bids, in whole cents. */
static int bid_of(etp_desk *desk, uint32_t node)
{
    etp_intent intent;
    if (offer_to(desk, node, &intent) != ETP_DECIDE_BID)
        fail_msg("%s", etp_script_last_error(desk->script));
    return (int)(intent.price / 10000);
}

static void refuses(etp_desk *desk, const char *source, int code, const char *part)
{
    etp_error error;
    etp_script_stats before, after;
    char hash[33];
    unsigned version = etp_script_version(desk->script);
    snprintf(hash, sizeof hash, "%s", etp_script_hash(desk->script));
    etp_script_get_stats(desk->script, &before);
    int result = reload(desk, source, &error);
    if (result != code)
        fail_msg("%d, not %d: %s", result, code, error.text);
    assert_contains(error.text, part);
    assert_int_equal(etp_script_version(desk->script), version);
    assert_string_equal(etp_script_hash(desk->script), hash);
    etp_script_get_stats(desk->script, &after);
    assert_int_equal(after.reloads_refused, before.reloads_refused + 1);
    assert_int_equal(after.reloads, before.reloads);
    assert_int_equal(after.calls, before.calls);
    assert_int_equal(after.errors, before.errors);
}

/* Bids 1 cent the first time, 2 the second, ...: what it knows shows in its bid. */
#define COUNTS \
    AGGREGATOR "function S.on_offer(ctx, offer) local s = ctx.state s.n = (s.n or 0) + 1 return s.n end return S"
#define COUNTS_IN_TENS \
    AGGREGATOR         \
    "function S.on_offer(ctx, offer) local s = ctx.state s.n = (s.n or 0) + 1 return 10 * s.n end return S"

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

typedef struct lines {
    char text[4][600];
    etp_log_level level[4];
    unsigned count;
    etp_script *script; /* reloaded as a line is written: twice at most, for a reload writes one itself */
    unsigned turns;
    bool frees; /* and tries to free it */
    int result;
} lines;

static void note(void *user, etp_log_level level, const char *component, const char *text)
{
    lines *to = user;
    if (strcmp(component, "reload") == 0 && to->count < 4) {
        to->level[to->count] = level;
        snprintf(to->text[to->count++], sizeof to->text[0], "%s", text);
    }
    if (to->frees)
        etp_script_free(to->script);
    if (to->script != NULL && to->turns++ < 2)
        to->result = etp_script_reload_text(to->script, "test.lua", COUNTS, strlen(COUNTS), now, NULL);
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
        cmocka_unit_test(test_state_goes_on),
        cmocka_unit_test(test_saved_goes_from_on_save_to_on_load),
        cmocka_unit_test(test_plain_data_arrives_as_it_was),
        cmocka_unit_test(test_what_is_not_plain_is_named),
        cmocka_unit_test(test_saving_is_rehearsed),
        cmocka_unit_test(test_broken_versions_change_nothing),
        cmocka_unit_test(test_tables_of_hooks_stay),
        cmocka_unit_test(test_parameters_that_were_set_stay),
        cmocka_unit_test(test_only_live_parameters_change_in_use),
        cmocka_unit_test(test_a_suspended_script_is_called_again),
        cmocka_unit_test(test_a_policy_keeps_what_each_battery_knows),
        cmocka_unit_test(test_little_memory),
        cmocka_unit_test(test_no_fleet_makes_it_endless),
        cmocka_unit_test(test_both_ends_are_logged),
        cmocka_unit_test(test_not_from_within_a_hook),
        cmocka_unit_test(test_not_from_within_a_reload),
        cmocka_unit_test(test_data_is_bounded),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_a_text_has_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

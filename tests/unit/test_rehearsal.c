/* SPDX-License-Identifier: MIT */
/* Dry calls: what they find, in what order they come, what they count. */
#include "test_script.h"

#include "etp/rehearsal.h"

static etp_script *load(const char *source, const etp_script_options *options)
{
    etp_script *script = NULL;
    etp_error error = {0};
    if (etp_script_load_text(&script, "test.lua", source, strlen(source), options, &error) != ETP_OK)
        fail_msg("%s", error.text);
    return script;
}

/* A report of a script that is loaded for it, and the code. */
static int rehearse(const char *source, etp_rehearsal *report, etp_error *error)
{
    etp_script *script = load(source, NULL);
    *report = (etp_rehearsal){.size = sizeof *report};
    *error = (etp_error){0};
    int result = etp_script_rehearse(script, report, error);
    etp_script_free(script);
    return result;
}

static const etp_rehearsal_hook *hook_of(const etp_rehearsal *report, const char *name)
{
    for (unsigned i = 0; i < report->hook_count; i++)
        if (strcmp(report->hooks[i].name, name) == 0)
            return &report->hooks[i];
    fail_msg("there is no line for %s", name);
    return NULL;
}

static void shipped_scripts_pass(void **state)
{
    (void)state;
    static const char *const names[] = {"adaptive", "aggressive",    "conservative",  "greedy",          "random",
                                        "truthful", "reserve/fixed", "reserve/tiers", "reserve/two_tier"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[512];
        etp_script *script = NULL;
        etp_error error = {0};
        etp_rehearsal report = {.size = sizeof report};
        snprintf(path, sizeof path, "%s/strategies/%s.lua", ETP_SOURCE_DIR, names[i]);
        assert_int_equal(etp_script_load(&script, path, NULL, &error), ETP_OK);
        if (etp_script_rehearse(script, &report, &error) != ETP_OK)
            fail_msg("%s", error.text);
        assert_true(report.calls > 10);
        for (unsigned j = 0; j < report.hook_count; j++)
            assert_true(report.hooks[j].calls > 0);
        etp_script_free(script);
    }
}

static void calls_every_hook(void **state)
{
    (void)state;
    etp_rehearsal report;
    etp_error error;
    const char *aggregator = AGGREGATOR "function S.on_start() end function S.on_interval() end\n"
                                        "function S.on_offer(_, offer) return offer.value end\n"
                                        "function S.on_result() end function S.on_fault() end return S\n";
    assert_int_equal(rehearse(aggregator, &report, &error), ETP_OK);
    assert_int_equal(report.hook_count, 5);
    assert_string_equal(report.hooks[0].name, "on_start");
    assert_int_equal(report.hooks[0].calls, 2); /* two nodes */
    for (unsigned i = 1; i < 5; i++)
        assert_true(report.hooks[i].calls >= 6);
    const char *bess = BESS "function S.on_start() end function S.on_interval() end function S.reserve() return 1 end\n"
                            "function S.choose() end function S.on_result() end function S.on_fault() end return S\n";
    assert_int_equal(rehearse(bess, &report, &error), ETP_OK);
    assert_int_equal(report.hook_count, 6);
    for (unsigned i = 1; i < 6; i++)
        assert_true(report.hooks[i].calls >= 6);
    assert_int_equal(report.failures, 0);
    assert_int_equal(report.unused_count, 0);
}

static void names_what_is_left_out(void **state)
{
    (void)state;
    etp_rehearsal report;
    etp_error error;
    assert_int_equal(
        rehearse(BESS "function S.reserve() return 1 end function S.on_fault() end return S\n", &report, &error),
        ETP_OK);
    static const char *const names[] = {"on_start", "on_interval", "on_result", "choose"};
    assert_int_equal(report.unused_count, 4);
    for (unsigned i = 0; i < 4; i++)
        assert_string_equal(report.unused[i], names[i]);
}

/* Each of these goes well on the usual input. */
static void finds_what_is_rare(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"function S.on_offer(_, offer) return offer.value < 0 and {} or 1 end", "a value below zero",
         "test.lua: on_offer returned a table; a price is"},
        {"function S.on_offer(_, offer) return offer.reserve + 1 end", "an ordinary offer",
         "test.lua:2: attempt to perform arithmetic on a nil value"},
        {"function S.on_offer(_, offer) return offer.asked > 1 and offer.reserve + 1 or 'wait' end",
         "an ordinary offer", "offer.reserve was nil"},
        {"function S.on_interval(_, market) return market.spot * 2 end", "without a spot price", "market.spot was nil"},
        {"function S.on_result(_, result) return result.price + 1 end", "a rejected bid", "result.price was nil"},
        {"function S.on_result(_, result) return ({ failed = {} })[result.outcome] end", "a battery that failed",
         "on_result returned a table"},
        {"function S.on_fault(_, fault) return ({ device = 1, delay = 1 })[fault.kind] + 1 end", "a link that was lost",
         "a nil value"},
        {"function S.on_offer(ctx) return #ctx.history == 64 and 'x' or 1 end", "an ordinary offer",
         "on_offer returned the string \"x\""},
        {"function S.on_start(ctx) if seen then error('again') end seen = true end", "nothing", "again"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char source[1024];
        etp_rehearsal report;
        etp_error error;
        snprintf(source, sizeof source, AGGREGATOR "%s\nreturn S\n", cases[i][0]);
        assert_int_equal(rehearse(source, &report, &error), ETP_ESCRIPT);
        assert_contains(error.text, "in a dry call with ");
        assert_contains(error.text, cases[i][1]);
        assert_contains(error.text, cases[i][2]);
        assert_int_equal(error.code, ETP_ESCRIPT);
        assert_true(report.failures > 0 && report.failures < report.calls);
    }
}

static void finds_what_is_rare_of_a_battery(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"function S.reserve(_, battery) return battery.spot + 1 end", "without prices", "battery.spot was nil"},
        {"function S.reserve(_, b) return 1, b.available > b.expected_need and 1 or 'none' end", "needs more",
         "\"none\""},
        {"function S.reserve(_, battery) return ({ low = 1, normal = 1 })[battery.level] end", "a full battery",
         "returned nothing"},
        {"function S.choose(_, bids) return { bids[2] and 2 or 3 } end", "a single bid", "no place from 1 to 1"},
        {"function S.on_result(_, result) return 1 // result.bids end", "nobody bid", "divide by zero"},
        {"function S.on_start() total = 1 end", "nothing", "global \"total\" cannot be written"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char source[1024];
        etp_rehearsal report;
        etp_error error;
        snprintf(source, sizeof source, BESS "%s\nreturn S\n", cases[i][0]);
        assert_int_equal(rehearse(source, &report, &error), ETP_ESCRIPT);
        assert_contains(error.text, cases[i][1]);
        assert_contains(error.text, cases[i][2]);
    }
}

/* A script may rely on it that what it is told of, it has bid for. */
static void results_follow_bids(void **state)
{
    (void)state;
    etp_rehearsal report;
    etp_error error;
    const char *source =
        AGGREGATOR "function S.on_offer(ctx, offer)\n"
                   "  if offer.asked == 1 then return 'wait' end\n"
                   "  ctx.state[offer.battery] = offer.value / 2 return offer.value / 2, offer.energy / 3 end\n"
                   "function S.on_result(ctx, result)\n"
                   "  assert(math.abs(result.bid_price - ctx.state[result.battery]) < 1e-9)\n"
                   "  local last = ctx.history[-1]\n"
                   "  assert(last.battery == result.battery and last.outcome == result.outcome)\n"
                   "  assert(result.outcome ~= 'accepted' or result.price <= result.bid_price)\n"
                   "  assert(not result.may_rebid or result.closes > ctx.now)\n"
                   "  ctx.state[result.battery] = nil end\n"
                   "return S\n";
    if (rehearse(source, &report, &error) != ETP_OK)
        fail_msg("%s", error.text);
    assert_true(hook_of(&report, "on_result")->calls >= 18);
    assert_true(report.bids >= 18 && report.offers > report.bids);
}

static void who_never_bids_has_no_results(void **state)
{
    (void)state;
    etp_rehearsal report;
    etp_error error;
    const char *source = AGGREGATOR "function S.on_offer() return nil end\n"
                                    "function S.on_result() error('never') end return S\n";
    assert_int_equal(rehearse(source, &report, &error), ETP_OK);
    assert_int_equal(report.bids, 0);
    assert_int_equal(hook_of(&report, "on_result")->calls, 0);
}

static void counts_instructions(void **state)
{
    (void)state;
    etp_rehearsal first, again;
    etp_error error;
    const char *source = AGGREGATOR "function S.on_start() end\n"
                                    "function S.on_offer() for i = 1, 500 do end return 1 end return S\n";
    assert_int_equal(rehearse(source, &first, &error), ETP_OK);
    assert_int_equal(rehearse(source, &again, &error), ETP_OK);
    const etp_rehearsal_hook *empty = hook_of(&first, "on_start"), *loop = hook_of(&first, "on_offer");
    assert_true(empty->most_instructions >= 1 && empty->most_instructions <= 3);
    assert_true(loop->most_instructions > 500 && loop->most_instructions < 520);
    assert_int_equal(loop->instructions, loop->calls * loop->most_instructions);
    assert_int_equal(loop->instructions, hook_of(&again, "on_offer")->instructions);
    assert_int_equal(loop->duration, 0);
}

static etp_time tick(void *user)
{
    return *(etp_time *)user += 7;
}

static void times_calls(void **state)
{
    (void)state;
    etp_time now = 100;
    etp_script *script = load(AGGREGATOR "function S.on_offer() return 1 end return S\n", NULL);
    etp_rehearsal report = {.size = sizeof report, .clock = tick, .clock_user = &now};
    assert_int_equal(etp_script_rehearse(script, &report, NULL), ETP_OK);
    const etp_rehearsal_hook *line = hook_of(&report, "on_offer");
    assert_int_equal(line->duration, 7 * line->calls);
    assert_int_equal(line->instructions, 0);
    etp_script_free(script);
}

static void stops_calling_what_does_not_end(void **state)
{
    (void)state;
    etp_rehearsal report;
    etp_error error;
    const char *source = AGGREGATOR "function S.on_interval() while true do end end\n"
                                    "function S.on_offer() return 1 end return S\n";
    assert_int_equal(rehearse(source, &report, &error), ETP_ELIMIT);
    assert_contains(error.text, "it ran more instructions than it may");
    assert_int_equal(hook_of(&report, "on_interval")->calls, 1);
    assert_true(hook_of(&report, "on_offer")->calls > 10);
}

static void without_a_report_it_is_short(void **state)
{
    (void)state;
    etp_script_options options = {.size = sizeof options, .instruction_limit = 100000};
    etp_script_stats stats;
    etp_script *script = load(AGGREGATOR "function S.on_offer() error('first') end return S\n", &options);
    assert_int_equal(etp_script_rehearse(script, NULL, NULL), ETP_ESCRIPT);
    etp_script_get_stats(script, &stats);
    assert_int_equal(stats.calls, 1);
    etp_script_free(script);
    /* Slow, within its limit: 12 calls or so, and no failure. */
    script = load(AGGREGATOR "function S.on_offer() for i = 1, 80000 do end return 1 end return S\n", &options);
    assert_int_equal(etp_script_rehearse(script, NULL, NULL), ETP_OK);
    etp_script_get_stats(script, &stats);
    assert_true(stats.calls >= 10 && stats.calls < 15);
    etp_script_free(script);
}

static void count_lines(void *user, etp_log_level level, const char *component, const char *text)
{
    (void)level;
    (void)component;
    (void)text;
    ++*(unsigned *)user;
}

static void is_silent_and_suspends_nothing(void **state)
{
    (void)state;
    unsigned lines = 0;
    const etp_logger logger = {.write = count_lines, .user = &lines, .level = ETP_LOG_DEBUG};
    etp_script_options options = {.size = sizeof options, .suspend_after = 2, .logger = &logger};
    etp_script *script =
        load(AGGREGATOR "function S.on_offer(ctx) ctx.log('here') error('no') end function S.on_fault() end return S\n",
             &options);
    etp_rehearsal report = {.size = sizeof report};
    assert_int_equal(etp_script_rehearse(script, &report, NULL), ETP_ESCRIPT);
    assert_int_equal(lines, 0);
    assert_true(hook_of(&report, "on_offer")->failures > 20);
    assert_int_equal(hook_of(&report, "on_fault")->failures, 0);
    etp_script_free(script);
}

static void watch(const char *source, etp_rehearsal *report)
{
    etp_script *script = load(source, NULL);
    etp_rehearsal again = {.size = sizeof again, .watch = true};
    *report = again;
    if (etp_script_rehearse(script, report, NULL) != ETP_OK)
        fail_msg("%s", etp_script_last_error(script));
    /* Looking on twice is looking on once, and what was seen stays seen. */
    assert_int_equal(etp_script_rehearse(script, &again, NULL), ETP_OK);
    assert_int_equal(again.params_read, report->params_read);
    assert_int_equal(again.global_count, report->global_count);
    etp_script_free(script);
}

static void notes_globals(void **state)
{
    (void)state;
    etp_rehearsal report;
    watch("function helper() return 1 end\n" AGGREGATOR "function S.on_offer()\n"
          "  count = (count or 0) + 1 helper = helper return helper() end\n"
          "function S.on_fault() count = 0 end return S\n",
          &report);
    assert_int_equal(report.global_count, 4);
    assert_string_equal(report.globals[0].name, "helper");
    assert_string_equal(report.globals[0].place, "test.lua:1");
    assert_null(report.globals[0].hook);
    assert_string_equal(report.globals[1].name, "count");
    assert_string_equal(report.globals[1].place, "test.lua:4");
    assert_string_equal(report.globals[1].hook, "on_offer");
    assert_string_equal(report.globals[2].name, "helper");
    assert_string_equal(report.globals[3].hook, "on_fault");
    watch("local n = 0\n" AGGREGATOR "function S.on_offer() n = n + 1 return n end return S\n", &report);
    assert_int_equal(report.global_count, 0);
    watch("for i = 1, 100 do _G['g' .. i] = i end\n" BESS "function S.reserve() return g7 end return S\n", &report);
    assert_int_equal(report.global_count, ETP_REHEARSAL_GLOBALS_MAX);
}

static void notes_parameters(void **state)
{
    (void)state;
    etp_rehearsal report;
    watch("local S = { api = 1, role = 'aggregator', params = { b = 2, a = 1, c = 3 } }\n"
          "function S.on_offer(ctx) return ctx.params.a end\n"
          "function S.on_result(ctx, result) return result.outcome == 'failed' and ctx.params.c end return S\n",
          &report);
    assert_int_equal(report.params_read, 5);
    watch("local S = { api = 1, role = 'bess', params = { a = 1, b = 2 } }\n"
          "function S.reserve(ctx) local n = 0 for _, v in pairs(ctx.params) do n = n + v end return n end return S\n",
          &report);
    assert_int_equal(report.params_read & 3, 3);
}

/* A program with other headers than the library, or one that forgot to say the size. */
static void report_of_another_size(void **state)
{
    (void)state;
    etp_script *script = load(AGGREGATOR "function S.on_offer() return 1 end return S\n", NULL);
    etp_rehearsal report;
    memset(&report, 0x55, sizeof report);
    report.size = offsetof(etp_rehearsal, offers);
    etp_error error = {0};
    assert_int_equal(etp_script_rehearse(script, &report, &error), ETP_EINVAL);
    assert_contains(error.text, "set it to its sizeof");
    assert_int_equal(report.calls, UINT64_C(0x5555555555555555));
    etp_script_free(script);
}

static void without_a_script(void **state)
{
    (void)state;
    etp_error error = {0};
    assert_int_equal(etp_script_rehearse(NULL, NULL, &error), ETP_EINVAL);
    assert_contains(error.text, "no script");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_scripts_pass),
        cmocka_unit_test(calls_every_hook),
        cmocka_unit_test(names_what_is_left_out),
        cmocka_unit_test(finds_what_is_rare),
        cmocka_unit_test(finds_what_is_rare_of_a_battery),
        cmocka_unit_test(results_follow_bids),
        cmocka_unit_test(who_never_bids_has_no_results),
        cmocka_unit_test(counts_instructions),
        cmocka_unit_test(times_calls),
        cmocka_unit_test(stops_calling_what_does_not_end),
        cmocka_unit_test(without_a_report_it_is_short),
        cmocka_unit_test(is_silent_and_suspends_nothing),
        cmocka_unit_test(notes_globals),
        cmocka_unit_test(notes_parameters),
        cmocka_unit_test(report_of_another_size),
        cmocka_unit_test(without_a_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

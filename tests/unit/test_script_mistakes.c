/* SPDX-License-Identifier: MIT */
/*
 * What a host can get wrong with libetp-lua, and what it may choose: where the memory of a script comes from. Every
 * public function of a header that etp.h does not take in stands here.
 */
#include <dirent.h>

#include "unit/test_mistakes.h"

#include <lauxlib.h>
#include <lua.h>

#include "etp/lua.h"
#include "etp/rehearsal.h"
#include "etp/script.h"
#include "etp/script_api.h"
#include "etp/watch.h"
#include "unit/test_memory_tools.h"

#define TEXT(body)                                                                                          \
    "local S = { api = 1, role = 'aggregator', params = { margin = { default = 1, min = 0, max = 9 } } }\n" \
    "function S.on_offer(ctx, offer) " body " end return S"

static const char text[] = TEXT("return offer.value - ctx.params.margin");
static etp_error error;

static void no_script_answers(void **unused)
{
    (void)unused;
    etp_param param;
    etp_script_stats stats;
    etp_script *script = (etp_script *)&param;
    GIVES(ETP_EINVAL, etp_script_load, NULL, "x.lua", NULL, &error);
    GIVES(ETP_EINVAL, etp_script_load, &script, NULL, NULL, NULL);
    assert_null(script);
    GIVES(ETP_EINVAL, etp_script_load_text, NULL, "x", text, sizeof text - 1, NULL, &error);
    GIVES(ETP_EINVAL, etp_script_load_text, &script, NULL, text, sizeof text - 1, NULL, &error);
    GIVES(ETP_EINVAL, etp_script_load_text, &script, "x", NULL, 10, NULL, &error);
    QUIET(etp_script_defaults, NULL);
    QUIET(etp_script_free, NULL);
    GIVES(NULL, etp_script_name, NULL);
    GIVES(0, etp_script_role, NULL);
    GIVES(NULL, etp_script_hash, NULL);
    GIVES(0, etp_script_param_count, NULL);
    GIVES(ETP_EINVAL, etp_script_param, NULL, 0, &param);
    GIVES(ETP_EINVAL, etp_script_set, NULL, "margin", 1, &error);
    GIVES(NULL, etp_script_aggregator_hooks, NULL);
    GIVES(NULL, etp_script_bess_hooks, NULL);
    QUIET(etp_script_get_stats, NULL, &stats);
    assert_int_equal(stats.calls, 0);
    GIVES(NULL, etp_script_last_error, NULL);
    GIVES(0, etp_script_version, NULL);
    GIVES(NULL, etp_script_file, NULL, 0);
    GIVES(ETP_EINVAL, etp_script_reload, NULL, 0, &error);
    GIVES(ETP_EINVAL, etp_script_reload_from, NULL, "x.lua", 0, &error);
    GIVES(ETP_EINVAL, etp_script_move, NULL, "x.lua", 0, &error);
    GIVES(ETP_EINVAL, etp_script_reload_text, NULL, "x", text, sizeof text - 1, 0, &error);
    GIVES(ETP_EINVAL, etp_script_rehearse, NULL, NULL, &error);
    NAMES("?", etp_role_name, (etp_role)99);
}

static void many_parameters_need_names_and_values(void **unused)
{
    (void)unused;
    static const char *const names[] = {"margin", NULL};
    static const double values[] = {2, 3};
    etp_script *script = NULL;
    etp_param param;
    assert_int_equal(etp_script_load_text(&script, "x", text, sizeof text - 1, NULL, &error), ETP_OK);
    GIVES(ETP_EINVAL, etp_script_set_many, NULL, names, values, 1, &error);
    GIVES(ETP_EINVAL, etp_script_set_many, script, NULL, values, 1, &error);
    GIVES(ETP_EINVAL, etp_script_set_many, script, names, NULL, 1, &error);
    GIVES(ETP_EINVAL, etp_script_set_many, script, names, values, 2, &error);
    GIVES(ETP_OK, etp_script_set_many, script, NULL, NULL, 0, &error);
    assert_int_equal(etp_script_param(script, 0, &param), ETP_OK);
    assert_true(param.value == 1);
    etp_script_free(script);
}

static void a_watch_needs_scripts_of_files(void **unused)
{
    (void)unused;
    static const etp_allocator half = {NULL, NULL, NULL};
    etp_watch *watch = NULL;
    etp_script *script = NULL;
    GIVES(ETP_EINVAL, etp_watch_new, NULL, NULL);
    GIVES(ETP_EINVAL, etp_watch_new, &watch, &half);
    assert_int_equal(etp_watch_new(&watch, NULL), ETP_OK);
    assert_int_equal(etp_script_load_text(&script, "x", text, sizeof text - 1, NULL, &error), ETP_OK);
    GIVES(ETP_EINVAL, etp_watch_add, NULL, script);
    GIVES(ETP_EINVAL, etp_watch_add, watch, NULL);
    GIVES(ETP_EINVAL, etp_watch_add, watch, script);
    GIVES(ETP_EINVAL, etp_watch_remove, NULL, script);
    GIVES(ETP_EINVAL, etp_watch_remove, watch, NULL);
    GIVES(ETP_ENOENT, etp_watch_remove, watch, script);
    GIVES(NULL, etp_watch_poll, NULL, 0);
    GIVES(NULL, etp_watch_poll, watch, 0);
    QUIET(etp_watch_free, NULL);
    etp_script_free(script);
    etp_watch_free(watch);
}

static void hooks_of_a_state_need_the_state(void **unused)
{
    (void)unused;
    etp_lua_hooks *hooks = NULL;
    etp_param param;
    etp_script_stats stats;
    etp_offer offer = {0};
    lua_State *L = luaL_newstate();
    assert_non_null(L);
    GIVES(ETP_EINVAL, etp_lua_hooks_new, NULL, L, 1, ETP_ROLE_AGGREGATOR, "x", NULL, &error);
    GIVES(ETP_EINVAL, etp_lua_hooks_new, &hooks, NULL, 1, ETP_ROLE_AGGREGATOR, "x", NULL, &error);
    lua_pushinteger(L, 7);
    GIVES(ETP_ESCRIPT, etp_lua_hooks_new, &hooks, L, 1, ETP_ROLE_AGGREGATOR, "x", NULL, &error);
    assert_null(hooks);
    QUIET(etp_lua_hooks_use, NULL, L);
    GIVES(NULL, etp_lua_hooks_aggregator, NULL);
    GIVES(NULL, etp_lua_hooks_bess, NULL);
    GIVES(NULL, etp_lua_hooks_name, NULL);
    GIVES(0, etp_lua_hooks_role, NULL);
    GIVES(0, etp_lua_hooks_param_count, NULL);
    GIVES(ETP_EINVAL, etp_lua_hooks_param, NULL, 0, &param);
    GIVES(ETP_EINVAL, etp_lua_hooks_set, NULL, "x", 1, &error);
    QUIET(etp_lua_hooks_get_stats, NULL, &stats);
    GIVES(NULL, etp_lua_hooks_last_error, NULL);
    QUIET(etp_lua_push_view, NULL, ETP_LUA_OFFER, &offer);
    GIVES(ETP_EINVAL, etp_lua_read_view, NULL, 1, ETP_LUA_OFFER, &offer, &error);
    GIVES(ETP_EINVAL, etp_lua_read_view, L, 1, ETP_LUA_OFFER, NULL, &error);
    GIVES(ETP_EINVAL, etp_lua_read_view, L, 1, (etp_lua_view)99, &offer, &error);
    assert_int_equal(lua_gettop(L), 1);
    lua_close(L);
}

static void the_api_needs_somewhere_to_put_it(void **unused)
{
    (void)unused;
    GIVES(ETP_EINVAL, etp_script_api_record, 0, NULL);
    GIVES(ETP_EINVAL, etp_script_api_field, 0, 0, NULL);
    GIVES(ETP_EINVAL, etp_script_api_hook, ETP_ROLE_BESS, 0, NULL);
    GIVES(ETP_EINVAL, etp_script_api_enumeration, 0, NULL);
    GIVES(ETP_EINVAL, etp_script_api_value, 0, 0, NULL);
    GIVES(ETP_EINVAL, etp_script_api_withheld, 0, NULL);
    GIVES(ETP_EINVAL, etp_script_api_words, NULL, NULL, &error);
}

static void options_of_another_size_are_refused(void **unused)
{
    (void)unused;
    static const etp_allocator half = {NULL, NULL, NULL};
    etp_script *script = NULL;
    etp_script_options options = {.size = 0};
    GIVES(ETP_EINVAL, etp_script_load_text, &script, "x", text, sizeof text - 1, &options, &error);
    GIVES(ETP_EINVAL, etp_script_load, &script, "x.lua", &options, &error);
    options = (etp_script_options){.size = sizeof options, .allocator = &half};
    GIVES(ETP_EINVAL, etp_script_load_text, &script, "x", text, sizeof text - 1, &options, &error);
    GIVES(ETP_EINVAL, etp_script_load, &script, "x.lua", &options, &error);
    assert_null(script);
    etp_rehearsal report = {.size = sizeof report - 1};
    assert_int_equal(etp_script_load_text(&script, "x", text, sizeof text - 1, NULL, &error), ETP_OK);
    GIVES(ETP_EINVAL, etp_script_rehearse, script, &report, &error);
    assert_int_equal(report.calls, 0);
    etp_script_free(script);
}

/* The likeliest mistake: the hooks are given to a node, and `hooks_user` is forgotten. */
static void hooks_without_their_script_fail(void **unused)
{
    (void)unused;
    etp_script *script = NULL;
    etp_offer offer = {0};
    etp_intent intent = {0};
    etp_context context = {.size = sizeof context};
    assert_int_equal(etp_script_load_text(&script, "x", text, sizeof text - 1, NULL, &error), ETP_OK);
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(script);
    assert_int_equal(hooks->on_offer(NULL, &context, &offer, &intent), ETP_EINVAL);
    assert_int_equal(hooks->on_offer(script, NULL, &offer, &intent), ETP_EINVAL);
    assert_int_equal(hooks->on_offer(script, &context, NULL, &intent), ETP_EINVAL);
    GIVES(ETP_EINVAL, etp_script_set, script, NULL, 1, &error);
    GIVES(ETP_EINVAL, etp_script_param, script, 0, NULL);
    QUIET(etp_script_get_stats, script, NULL);
    etp_script_free(script);
}

/* ---- calls from inside ---- */

static etp_script *talker;
static unsigned refused;

static void meddle(void *user, etp_log_level level, const char *component, const char *line)
{
    (void)user;
    (void)level;
    (void)component;
    (void)line;
    etp_offer offer = {0};
    etp_intent intent = {0};
    etp_context context = {.size = sizeof context};
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(talker);
    refused += hooks->on_offer(talker, &context, &offer, &intent) == ETP_ESTATE;
    etp_script_free(talker);
}

static void a_log_may_not_call_the_script(void **unused)
{
    (void)unused;
    static const char chatty[] = TEXT("ctx.log('x') return 12");
    const etp_logger logger = {.write = meddle, .level = ETP_LOG_DEBUG};
    etp_script_options options;
    etp_script_defaults(&options);
    options.logger = &logger;
    assert_int_equal(etp_script_load_text(&talker, "x", chatty, sizeof chatty - 1, &options, &error), ETP_OK);
    etp_offer offer = {.value = 5};
    etp_intent intent = {.energy = 1};
    etp_context context = {.size = sizeof context};
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(talker);
    assert_int_equal(hooks->on_offer(talker, &context, &offer, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, 12 * ETP_PRICE_PER_CENT);
    assert_int_equal(refused, 1);
    etp_script_free(talker);
}

/* Whatever a script's log is told, calls and the end of the script from there are refused. */
static unsigned told, calls_refused, reloads_refused, rehearsals_refused;

static void meddle_more(void *user, etp_log_level level, const char *component, const char *line)
{
    (void)user;
    (void)level;
    (void)component;
    (void)line;
    etp_offer offer = {0};
    etp_intent intent = {0};
    etp_context context = {.size = sizeof context};
    told++;
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(talker);
    calls_refused += hooks->on_offer(talker, &context, &offer, &intent) == ETP_ESTATE;
    reloads_refused += etp_script_reload_text(talker, "x", text, sizeof text - 1, 0, NULL) == ETP_ESTATE;
    rehearsals_refused += etp_script_rehearse(talker, NULL, NULL) == ETP_ESTATE;
    etp_script_free(talker);
}

static void load_talker(const char *body)
{
    const etp_logger logger = {.write = meddle_more, .level = ETP_LOG_DEBUG};
    etp_script_options options;
    etp_script_defaults(&options);
    options.logger = &logger;
    options.suspend_after = 1;
    told = calls_refused = reloads_refused = rehearsals_refused = 0;
    assert_int_equal(etp_script_load_text(&talker, "x", body, strlen(body), &options, &error), ETP_OK);
}

static void call_talker(int expected)
{
    etp_offer offer = {.value = 5};
    etp_intent intent = {.energy = 1};
    etp_context context = {.size = sizeof context};
    assert_int_equal(etp_script_aggregator_hooks(talker)->on_offer(talker, &context, &offer, &intent), expected);
}

static void a_log_may_not_end_a_script_that_fails(void **unused)
{
    (void)unused;
    load_talker(TEXT("error('no')"));
    call_talker(ETP_ESCRIPT);
    assert_int_equal(told, 2); /* of the failure, and that it is suspended */
    assert_int_equal(calls_refused, told);
    assert_int_equal(reloads_refused, told);
    assert_int_equal(rehearsals_refused, told);
    etp_script_free(talker);
}

static void a_log_may_not_end_a_script_that_is_reloaded(void **unused)
{
    (void)unused;
    static const char next[] = "local S = { api = 1, role = 'aggregator' }\n"
                               "function S.on_load(ctx, saved) ctx.log('x') end\n"
                               "function S.on_offer(ctx, offer) return 3 end return S";
    load_talker(TEXT("return 12"));
    call_talker(ETP_DECIDE_BID);
    assert_int_equal(etp_script_reload_text(talker, "x", next, sizeof next - 1, 0, &error), ETP_OK);
    assert_int_equal(told, 2); /* by on_load, and that the version took over */
    assert_int_equal(etp_script_reload_text(talker, "x", "?", 1, 0, &error), ETP_ESCRIPT);
    assert_int_equal(told, 3);
    assert_int_equal(calls_refused, told);
    assert_int_equal(reloads_refused, told);
    assert_int_equal(rehearsals_refused, told);
    assert_int_equal(etp_script_version(talker), 2);
    etp_script_free(talker);
}

/* ---- memory ---- */

static int load_with(etp_script **script, const etp_allocator *allocator)
{
    etp_script_options options = {.size = sizeof options, .allocator = allocator};
    return etp_script_load_text(script, "x", text, sizeof text - 1, &options, &error);
}

static void all_memory_is_the_hosts(void **unused)
{
    (void)unused;
    ledger books;
    etp_script *script = NULL;
    assert_int_equal(load_with(&script, ledger_open(&books)), ETP_OK);
    etp_script_stats stats;
    etp_script_get_stats(script, &stats);
    assert_true(books.live_bytes > stats.memory_now);
    assert_true(books.live_bytes < 3 * stats.memory_now);
    etp_script_free(script);
    assert_int_equal(books.live_blocks, 0);
    assert_int_equal(books.live_bytes, 0);
}

static void a_file_too(void **unused)
{
    (void)unused;
    ledger books;
    etp_script *script = NULL;
    etp_script_options options = {.size = sizeof options, .allocator = ledger_open(&books)};
    assert_int_equal(etp_script_load(&script, ETP_SOURCE_DIR "/strategies/greedy.lua", &options, &error), ETP_OK);
    etp_script_free(script);
    assert_true(books.calls > 0);
    assert_int_equal(books.live_bytes, 0);
    assert_true(etp_script_load(&script, ETP_SOURCE_DIR "/README.md", &options, &error) < 0);
    assert_int_equal(books.live_bytes, 0);
}

/* Loading where the n-th allocation fails, for every n: an error, and nothing is left behind. */
static void every_failed_allocation_is_survived(void **unused)
{
    (void)unused;
    unsigned failures = 0;
    for (uint64_t n = 1;; n++) {
        ledger books;
        etp_script *script = NULL;
        const etp_allocator *allocator = ledger_open(&books);
        books.fail_at = n;
        int result = load_with(&script, allocator);
        bool failed = books.calls >= n;
        /* Lua collects and tries again, so that not every failure is one of the load. */
        if (result != ETP_OK) {
            failures++;
            assert_null(script);
            assert_true(error.text[0] != '\0');
        }
        etp_script_free(script);
        assert_int_equal(books.live_blocks, 0);
        if (!failed)
            break;
    }
    assert_true(failures > 0);
}

/* The headers of live nodes, which a build may be without: they stand in test_live_*.c. */
static bool is_of_live_nodes(const char *header)
{
    return strncmp(header, "live", 4) == 0 || strcmp(header, "identity.h") == 0;
}

static void every_public_function_stands_here(void **unused)
{
    (void)unused;
    char *umbrella = read_header("etp.h");
    DIR *folder = opendir(ETP_SOURCE_DIR "/core/include/etp");
    assert_non_null(folder);
    unsigned functions = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char line[300];
        snprintf(line, sizeof line, "#include \"etp/%.250s\"", entry->d_name);
        bool other = strcmp(entry->d_name, "etp.h") != 0 && strstr(umbrella, line) == NULL;
        if (other && strstr(entry->d_name, ".h") != NULL && !is_of_live_nodes(entry->d_name))
            functions += expect_all_called(entry->d_name);
    }
    closedir(folder);
    free(umbrella);
    assert_true(functions > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_script_answers),
        cmocka_unit_test(many_parameters_need_names_and_values),
        cmocka_unit_test(a_watch_needs_scripts_of_files),
        cmocka_unit_test(hooks_of_a_state_need_the_state),
        cmocka_unit_test(the_api_needs_somewhere_to_put_it),
        cmocka_unit_test(options_of_another_size_are_refused),
        cmocka_unit_test(hooks_without_their_script_fail),
        cmocka_unit_test(a_log_may_not_call_the_script),
        cmocka_unit_test(a_log_may_not_end_a_script_that_fails),
        cmocka_unit_test(a_log_may_not_end_a_script_that_is_reloaded),
        cmocka_unit_test(all_memory_is_the_hosts),
        cmocka_unit_test(a_file_too),
        cmocka_unit_test(every_failed_allocation_is_survived),
        cmocka_unit_test(every_public_function_stands_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Hooks that live in a host's own Lua state: what they are shown, how they fail, and how long they live. That they do
 * what a script does is test_hooks_parity's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <lauxlib.h>
#include <lualib.h>

#include "etp/lua.h"

static etp_rng rng;
static etp_history history;

static const etp_context context = {.size = sizeof context,
                                    .now = 1000 * ETP_NS_PER_SECOND,
                                    .deadline = ETP_TIME_NEVER,
                                    .node = 3,
                                    .device_id = 7,
                                    .name = "firm",
                                    .rng = &rng,
                                    .history = &history};

static const etp_offer offer = {.battery = 42,
                                .energy = ETP_ENERGY_PER_KWH,
                                .reserve = ETP_PRICE_NONE,
                                .value = 12 * ETP_PRICE_PER_CENT,
                                .closes = ETP_TIME_NEVER,
                                .health = ETP_HEALTH_GOOD,
                                .asked = 1};

typedef struct fixture {
    lua_State *L;
    etp_lua_hooks *hooks;
    etp_error error;
} fixture;

/* `text` is what stands in the table of functions. */
static int try(fixture *f, etp_role role, const char *text)
{
    char source[2048];
    f->L = luaL_newstate();
    luaL_openlibs(f->L);
    f->error = (etp_error){0};
    etp_rng_seed(&rng, 1);
    history = (etp_history){0};
    snprintf(source, sizeof source, "return { %s }", text);
    assert_int_equal(luaL_dostring(f->L, source), LUA_OK);
    return etp_lua_hooks_new(&f->hooks, f->L, -1, role, "mine", NULL, &f->error);
}

static void begin(fixture *f, etp_role role, const char *text)
{
    if (try(f, role, text) != ETP_OK)
        fail_msg("%s", f->error.text);
}

static int ask(fixture *f, etp_intent *intent)
{
    *intent = (etp_intent){.energy = offer.energy};
    int top = lua_gettop(f->L);
    int result = etp_lua_hooks_aggregator(f->hooks)->on_offer(f->hooks, &context, &offer, intent);
    assert_int_equal(lua_gettop(f->L), top);
    return result;
}

static void says(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, text);
}

static void what_hooks_are_shown_may_be_kept(void **state)
{
    (void)state;
    fixture f;
    etp_intent intent;
    begin(&f, ETP_ROLE_AGGREGATOR,
          "on_offer = function(ctx, offer)\n"
          "  local last = ctx.state.last\n"
          "  ctx.state.last = offer\n"
          "  assert(ctx.now == 1000 and ctx.deadline == nil and ctx.device_id == 7 and ctx.name == 'firm')\n"
          "  assert(#ctx.history == 0 and ctx.history[-1] == nil and ctx.rng(3) <= 3)\n"
          "  assert(offer.reserve == nil and offer.closes == nil and offer.health == 'good')\n"
          "  if not last then return nil, 'the first' end\n"
          "  assert(last ~= offer and last.battery == 42)\n"
          "  return last.value, last.energy / 2\n"
          "end");
    assert_int_equal(ask(&f, &intent), ETP_DECIDE_PASS);
    assert_string_equal(intent.reason, "the first");
    if (ask(&f, &intent) != ETP_DECIDE_BID)
        fail_msg("%s", etp_lua_hooks_last_error(f.hooks));
    assert_int_equal(intent.price, offer.value);
    assert_int_equal(intent.energy, offer.energy / 2);
    lua_close(f.L);
}

static void failures_are_told_and_jump_nowhere(void **state)
{
    (void)state;
    static const struct {
        const char *body, *words;
    } rows[] = {
        {"error('no')", "no"},
        {"error({})", "the error is a table, not a text"},
        {"error(setmetatable({}, {__tostring = function() return 'odd' end}))", "odd"},
        {"error(setmetatable({}, {__tostring = function() error('worse') end}))", "on_offer"},
        {"error()", "the error is a nil"},
        {"return offer.vlaue", "did you mean \"value\"?"},
        {"return ctx.valeu", "ctx has no field"},
        {"ctx.mine = 1", "ctx.state"},
        {"return ctx.params.margni", "did you mean \"margin\"?"},
        {"ctx.params.margin = 2", "read-only"},
        {"return ctx.history.x", "ctx.history is a list"},
        {"return 12000", "mine: on_offer returned 12000; a price is a number from 0 to 10000 c/kWh"},
        {"", "nothing; end it with"},
        {"return 'wiat'", "did you mean \"wait\"?"},
        {"coroutine.yield(1)", "cannot yield"},
        {"local function deep() return 1 + deep() end return deep()", "stack overflow"},
        {"return offer.value + offer.reserve", "a nil value"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fixture f;
        etp_intent intent;
        char text[512];
        snprintf(text, sizeof text, "params = { margin = 1 }, on_offer = function(ctx, offer) %s end", rows[i].body);
        begin(&f, ETP_ROLE_AGGREGATOR, text);
        for (int again = 0; again < 2; again++)
            assert_int_equal(ask(&f, &intent), ETP_ESCRIPT);
        says(etp_lua_hooks_last_error(f.hooks), rows[i].words);
        etp_script_stats stats;
        etp_lua_hooks_get_stats(f.hooks, &stats);
        assert_int_equal(stats.calls, 2);
        assert_int_equal(stats.errors, 2);
        lua_close(f.L);
    }
}

static void a_wrong_table_is_refused_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", "it has no hooks"},
        {"on_ofer = function() end", "did you mean \"on_offer\"?"},
        {"reserve = function() end", "reserve is a hook of the other role"},
        {"role = 'bess', reserve = function() end", "\"aggregator\" is wanted here"},
        {"api = 2, on_offer = function() end", "this engine has api = 1"},
        {"on_offer = 1", "on_offer must be a function"},
        {"on_offer = function(self) end", "written with a colon"},
        {"params = { margin = { default = 2, max = 1 } }, on_offer = function() end", "outside min and max"},
        {"name = 'a b', on_offer = function() end", "name must be"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fixture f;
        assert_int_equal(try(&f, ETP_ROLE_AGGREGATOR, rows[i].text), ETP_ESCRIPT);
        assert_null(f.hooks);
        assert_int_equal(lua_gettop(f.L), 1);
        says(f.error.text, rows[i].words);
        lua_close(f.L);
    }
    fixture f;
    f.L = luaL_newstate();
    lua_pushinteger(f.L, 1);
    assert_int_equal(etp_lua_hooks_new(&f.hooks, f.L, 1, ETP_ROLE_BESS, "mine", NULL, &f.error), ETP_ESCRIPT);
    says(f.error.text, "a table of functions, not a number");
    lua_close(f.L);
}

static void parameters_are_set_within_their_ranges(void **state)
{
    (void)state;
    fixture f;
    etp_intent intent;
    begin(&f, ETP_ROLE_AGGREGATOR,
          "params = { margin = { default = 1, min = 0, max = 3, live = true } },\n"
          "on_offer = function(ctx, offer) for k, v in pairs(ctx.params) do return v end end");
    assert_int_equal(ask(&f, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, ETP_PRICE_PER_CENT);
    assert_int_equal(etp_lua_hooks_set(f.hooks, "margin", 4, &f.error), ETP_ERANGE);
    says(f.error.text, "0 to 3");
    assert_int_equal(etp_lua_hooks_set(f.hooks, "margin", 2.5, &f.error), ETP_OK);
    assert_int_equal(ask(&f, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, 25 * ETP_PRICE_PER_CENT / 10);
    etp_param param;
    assert_int_equal(etp_lua_hooks_param(f.hooks, 0, &param), ETP_OK);
    assert_string_equal(param.name, "margin");
    assert_int_equal(etp_lua_hooks_param(f.hooks, 1, &param), ETP_ENOENT);
    lua_close(f.L);
}

/* What a hook has kept of ctx says afterwards that it no longer answers. */
static void what_was_kept_of_ctx_says_that_it_is_over(void **state)
{
    (void)state;
    fixture f;
    etp_intent intent;
    begin(&f, ETP_ROLE_AGGREGATOR, "params = { margin = 2 }, on_offer = function(ctx) kept = ctx return 1 end");
    assert_int_equal(ask(&f, &intent), ETP_DECIDE_BID);
    lua_settop(f.L, 0);
    lua_gc(f.L, LUA_GCCOLLECT);
    assert_false(luaL_dostring(f.L, "local ok, why = pcall(kept.rng) assert(not ok) return why"));
    says(lua_tostring(f.L, -1), "during a call of a hook only");
    assert_false(luaL_dostring(f.L, "assert(kept.params.margin == 2)"));
    lua_close(f.L);
}

/* The value that owns the hooks is collected, though an upvalue of a hook leads back to it. */
static void a_circle_of_hooks_and_owner_is_collected(void **state)
{
    (void)state;
    fixture f;
    begin(&f, ETP_ROLE_AGGREGATOR,
          "on_offer = (function() local owner owned = setmetatable({}, { __mode = 'v' })\n"
          "function own(value) owner, owned[1] = value, value end\n"
          "return function() return owner end end)()");
    lua_getglobal(f.L, "own");
    lua_pushvalue(f.L, -2);
    lua_call(f.L, 1, 0);
    assert_false(luaL_dostring(f.L, "collectgarbage() assert(type(owned[1]) == 'userdata') own = nil"));
    lua_settop(f.L, 0);
    assert_false(luaL_dostring(f.L, "collectgarbage() assert(owned[1] == nil)"));
    lua_close(f.L);
}

static void hooks_run_on_the_thread_that_was_named(void **state)
{
    (void)state;
    fixture f;
    etp_intent intent;
    begin(&f, ETP_ROLE_AGGREGATOR,
          "on_offer = function() local _, main = coroutine.running() return main and 1 or 2 end");
    assert_int_equal(ask(&f, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, ETP_PRICE_PER_CENT);
    etp_lua_hooks_use(f.hooks, lua_newthread(f.L));
    assert_int_equal(ask(&f, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, 2 * ETP_PRICE_PER_CENT);
    lua_close(f.L);
}

static void wrong_calls_are_answered(void **state)
{
    (void)state;
    etp_error error = {0};
    etp_lua_hooks *hooks;
    etp_param param;
    etp_script_stats stats = {.calls = 7};
    etp_offer read;
    lua_State *L = luaL_newstate();
    lua_newtable(L);
    assert_int_equal(etp_lua_hooks_new(NULL, L, 1, ETP_ROLE_BESS, NULL, NULL, &error), ETP_EINVAL);
    assert_int_equal(etp_lua_hooks_new(&hooks, NULL, 1, ETP_ROLE_BESS, NULL, NULL, NULL), ETP_EINVAL);
    etp_lua_hooks_use(NULL, L);
    assert_null(etp_lua_hooks_aggregator(NULL));
    assert_null(etp_lua_hooks_bess(NULL));
    assert_null(etp_lua_hooks_name(NULL));
    assert_null(etp_lua_hooks_last_error(NULL));
    assert_int_equal(etp_lua_hooks_role(NULL), 0);
    assert_int_equal(etp_lua_hooks_param_count(NULL), 0);
    assert_int_equal(etp_lua_hooks_param(NULL, 0, &param), ETP_EINVAL);
    assert_int_equal(etp_lua_hooks_set(NULL, "x", 1, &error), ETP_EINVAL);
    etp_lua_hooks_get_stats(NULL, &stats);
    assert_int_equal(stats.calls, 0);
    fixture f;
    etp_intent intent;
    begin(&f, ETP_ROLE_AGGREGATOR, "on_offer = function() return 1 end, on_interval = function() end");
    const etp_aggregator_hooks *table = etp_lua_hooks_aggregator(f.hooks);
    assert_int_equal(table->on_offer(NULL, &context, &offer, &intent), ETP_EINVAL);
    assert_int_equal(table->on_offer(f.hooks, NULL, &offer, &intent), ETP_EINVAL);
    assert_int_equal(table->on_offer(f.hooks, &context, NULL, &intent), ETP_EINVAL);
    assert_int_equal(table->on_offer(f.hooks, &context, &offer, NULL), ETP_EINVAL);
    assert_int_equal(table->on_interval(NULL, &context, &(etp_market){0}), ETP_EINVAL);
    lua_close(f.L);
    etp_lua_push_view(L, ETP_LUA_OFFER, NULL);
    etp_lua_push_view(L, (etp_lua_view)99, &offer);
    assert_true(lua_isnil(L, -1) && lua_isnil(L, -2));
    assert_int_equal(etp_lua_read_view(L, 1, (etp_lua_view)99, &read, &error), ETP_EINVAL);
    assert_int_equal(etp_lua_read_view(L, 1, ETP_LUA_OFFER, NULL, &error), ETP_EINVAL);
    lua_close(L);
}

static void views_are_read_back(void **state)
{
    (void)state;
    lua_State *L = luaL_newstate();
    etp_error error = {0};
    etp_offer read = {.reserve = 5};
    etp_lua_push_view(L, ETP_LUA_OFFER, &offer);
    assert_int_equal(etp_lua_read_view(L, -1, ETP_LUA_OFFER, &read, &error), ETP_OK);
    assert_int_equal(read.reserve, 5);
    read.reserve = offer.reserve;
    read.closes = offer.closes;
    assert_memory_equal(&read, &offer, sizeof read);
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"return { vlaue = 1 }", "did you mean \"value\"?"},
        {"return { value = '1' }", "offer.value must be a number"},
        {"return { energy = -1 }", "offer.energy must be"},
        {"return { energy = 0/0 }", "offer.energy must be"},
        {"return { value = 1e300 }", "offer.value must be"},
        {"return { battery = 1.5 }", "a whole number"},
        {"return { asked = 300 }", "offer.asked must be"},
        {"return { health = 'splendid' }", "one of its names"},
        {"return { 1 }", "offer has no field"},
        {"return 1", "offer must be a table, not a number"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(luaL_dostring(L, rows[i].text), LUA_OK);
        int top = lua_gettop(L);
        assert_int_equal(etp_lua_read_view(L, -1, ETP_LUA_OFFER, &read, &error), ETP_EFORMAT);
        assert_int_equal(lua_gettop(L), top);
        says(error.text, rows[i].words);
    }
    lua_close(L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_hooks_are_shown_may_be_kept),
        cmocka_unit_test(failures_are_told_and_jump_nowhere),
        cmocka_unit_test(a_wrong_table_is_refused_with_a_sentence),
        cmocka_unit_test(parameters_are_set_within_their_ranges),
        cmocka_unit_test(what_was_kept_of_ctx_says_that_it_is_over),
        cmocka_unit_test(a_circle_of_hooks_and_owner_is_collected),
        cmocka_unit_test(hooks_run_on_the_thread_that_was_named),
        cmocka_unit_test(wrong_calls_are_answered),
        cmocka_unit_test(views_are_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

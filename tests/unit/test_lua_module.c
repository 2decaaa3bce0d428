/* SPDX-License-Identifier: MIT */
/* The Lua module in two states of one process, as a host with several Lua states would have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <lauxlib.h>
#include <lualib.h>

static const char paths[] =
    "package.path = '" ETP_SOURCE_DIR "/bindings/lua/?.lua;" ETP_SOURCE_DIR "/bindings/lua/?/init.lua'\n"
    "package.cpath = '" ETP_MODULE_DIR "/?.so'\n";

static const char setting_up[] =
    "market = assert(require('etp').market { homes = 3, first = 72, intervals = 4, rivals = 0,\n"
    "  firms = { { name = 'mine', on_offer = function(_, offer) return offer.value - 1 end }, 'greedy' } })\n";

static void run(lua_State *L, const char *text)
{
    if (luaL_dostring(L, text))
        fail_msg("%s", lua_tostring(L, -1));
}

static lua_State *begin(void)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    run(L, paths);
    run(L, setting_up);
    return L;
}

static void two_states_run_markets_turn_by_turn(void **state)
{
    (void)state;
    lua_State *one = begin(), *other = begin();
    for (int i = 0; i < 4; i++) {
        run(one, "market:step()");
        run(other, "market:step()");
    }
    run(one, "return market:digest()");
    run(other, "return market:digest()");
    assert_string_equal(lua_tostring(one, -1), lua_tostring(other, -1));
    /* The first may end while the other goes on. */
    lua_close(one);
    run(other, "market:close() return require('etp').market { homes = 1, firms = { 'greedy' } }:run().intervals");
    assert_int_equal(lua_tointeger(other, -1), 288);
    lua_close(other);
}

/* ---- memory that runs out ---- */

struct stock {
    unsigned left; /* allocations until all fail: Lua tries again after one that did */
    bool failed;
};

static void *allocate(void *user, void *memory, size_t old_size, size_t size)
{
    struct stock *stock = user;
    bool grows = memory == NULL || size > old_size;
    if (size == 0) {
        free(memory);
        return NULL;
    }
    stock->failed = stock->failed || (grows && stock->left == 0);
    if (stock->failed && grows)
        return NULL;
    stock->left -= grows;
    return realloc(memory, size);
}

/* An evening in which everything that calls back into Lua does so. */
static const char evening[] =
    "local etp = require 'etp'\n"
    "local bytes = etp.frame { { message_type = 'Bid', message_id = 1, device_id = 2 } }\n"
    "assert(#etp.unframe(bytes) == 1)\n"
    "local market <close> = assert(etp.market { homes = 1, first = 72, intervals = 3, rivals = 0, log_level = 'info',\n"
    "  log = function() end, fleet = etp.fleet { homes = 1 },\n"
    "  firms = { function(ctx, offer) ctx.log('x') return offer.value, ctx.rng() end } })\n"
    "market:on('*', function() end)\n"
    "market:run() market:firms() market:homes()\n";

static int play(lua_State *L)
{
    luaL_openlibs(L);
    if (luaL_dostring(L, paths) || luaL_dostring(L, evening))
        return lua_error(L);
    return 0;
}

/* Each failure ends in an error or is survived; what it leaves is given back when the state is closed. */
static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    bool failed = true;
    unsigned runs = 0, lost = 0;
    for (unsigned at = 0; failed; at += 1 + at / 150, runs++) {
        struct stock stock = {.left = at};
        lua_State *L = lua_newstate(allocate, &stock);
        if (L != NULL) {
            lua_pushcfunction(L, play);
            lost += lua_pcall(L, 0, 0, 0) != LUA_OK;
            lua_close(L);
        }
        failed = stock.failed;
    }
    assert_true(runs > 100);
    assert_true(lost > 20);
}

int main(void)
{
    if (access(ETP_MODULE_DIR "/etp/core.so", R_OK) != 0) {
        puts("skipped: the Lua module was not built (ETP_LUA_MODULE)");
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(two_states_run_markets_turn_by_turn),
                                       cmocka_unit_test(every_failing_allocation_is_survived)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

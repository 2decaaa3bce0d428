/* SPDX-License-Identifier: MIT */
/* The Lua module in two states of one process, as a host with several Lua states would have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

int main(void)
{
    if (access(ETP_MODULE_DIR "/etp/core.so", R_OK) != 0) {
        puts("skipped: the Lua module was not built (ETP_LUA_MODULE)");
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(two_states_run_markets_turn_by_turn)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

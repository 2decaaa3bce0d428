/* SPDX-License-Identifier: MIT */
/* The C half of the Lua module etp: etp/init.lua and its neighbours are the half that people call. */
#include "core.h"

#if LUA_VERSION_NUM != 504
#error "the module etp is written for Lua 5.4: build it with the headers of that version"
#endif

void etp_lua_new_class(lua_State *L, const char *name, const luaL_Reg *events, const luaL_Reg *methods)
{
    /* Loaded a second time into one state, the module goes on with the classes of the first: objects stay what they are. */
    if (!luaL_newmetatable(L, name)) {
        lua_pop(L, 1);
        return;
    }
    luaL_setfuncs(L, events, 0);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

void etp_lua_set_index(lua_State *L, const char *name, lua_CFunction index)
{
    luaL_getmetatable(L, name);
    if (lua_getfield(L, -1, "__index") == LUA_TTABLE) {
        lua_pushcclosure(L, index, 1);
        lua_setfield(L, -2, "__index");
        lua_pop(L, 1);
        return;
    }
    lua_pop(L, 2);
}

int etp_lua_fail(lua_State *L, int code, const etp_error *error)
{
    lua_pushnil(L);
    lua_pushstring(L, error->text[0] != '\0' ? error->text : etp_strerror(code));
    return 2;
}

const char *etp_lua_mechanism_word(unsigned value)
{
    return value <= ETP_UNIFORM_PRICE ? etp_mechanism_name((etp_mechanism)value) : NULL;
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

__attribute__((visibility("default"))) int luaopen_etp_core(lua_State *L);

int luaopen_etp_core(lua_State *L)
{
    /* Raises when this Lua is another than the one whose headers we were built with. */
    luaL_checkversion(L);
    lua_newtable(L);
    set_text(L, "version", etp_version());
    lua_pushinteger(L, LUA_VERSION_NUM);
    lua_setfield(L, -2, "lua_version");
    set_text(L, "source_strategies", ETP_STRATEGY_DIR);
    set_text(L, "installed_strategies", ETP_INSTALLED_STRATEGY_DIR);
    etp_lua_open_message(L);
    etp_lua_open_prices(L);
    etp_lua_open_tariff(L);
    etp_lua_open_fleet(L);
    etp_lua_open_strategy(L);
    etp_lua_open_market(L);
    etp_lua_open_scripts(L);
    etp_lua_open_bench(L);
    return 1;
}

/* SPDX-License-Identifier: MIT */
/* The yardstick of calls into Lua: lua_pcall and nothing else, under a count hook as the sandbox sets it. */
#ifndef ETP_BENCH_LUA_H
#define ETP_BENCH_LUA_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench_time.h"

enum { BENCH_COUNT_HOOK = 1000 };

static inline void bench_on_count(lua_State *L, lua_Debug *activation)
{
    (void)L;
    (void)activation;
}

static inline void bench_lua_hook(lua_State *L, bool on)
{
    lua_sethook(L, on ? bench_on_count : NULL, on ? LUA_MASKCOUNT : 0, on ? BENCH_COUNT_HOOK : 0);
}

/* A state with what `source` returns at index 1, under the count hook. NULL when it cannot be had. */
static inline lua_State *bench_lua_open(const char *source)
{
    lua_State *L = luaL_newstate();
    if (L == NULL)
        return NULL;
    luaL_openlibs(L);
    if (luaL_dostring(L, source) != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        lua_close(L);
        return NULL;
    }
    bench_lua_hook(L, true);
    return L;
}

/* Calls it with four numbers; two come back. False on an error. */
static inline bool bench_lua_call(lua_State *L, double a, double b, double c, double d, double *price, double *energy)
{
    lua_pushvalue(L, 1);
    lua_pushnumber(L, a);
    lua_pushnumber(L, b);
    lua_pushnumber(L, c);
    lua_pushnumber(L, d);
    if (lua_pcall(L, 4, 2, 0) != LUA_OK)
        return false;
    *price = lua_tonumber(L, -2);
    *energy = lua_tonumber(L, -1);
    lua_pop(L, 2);
    return true;
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Order that is the same in every process: `pairs`, `next`, and the sort that they and table.sort stand on.
 *
 * Lua walks a table in the order of its hash, which is seeded anew in each process. Here keys come in a defined order:
 * numbers ascending, then strings byte by byte, then false and true. Keys that are tables or functions have no order
 * and are refused.
 */
#include <string.h>

#include "script/internal.h"
#include "script/sandbox/sandbox.h"

static int rank_of(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        return 0;
    case LUA_TSTRING:
        return 1;
    case LUA_TBOOLEAN:
        return 2;
    default:
        return luaL_error(L,
                          "a table with a %s as a key has no defined order; use numbers, strings or booleans as keys",
                          luaL_typename(L, index));
    }
}

static bool string_below(lua_State *L, int a, int b)
{
    size_t a_size, b_size;
    const char *a_text = lua_tolstring(L, a, &a_size);
    const char *b_text = lua_tolstring(L, b, &b_size);
    int order = memcmp(a_text, b_text, a_size < b_size ? a_size : b_size);
    return order != 0 ? order < 0 : a_size < b_size;
}

static bool key_below(lua_State *L, int a, int b)
{
    int a_rank = rank_of(L, a), b_rank = rank_of(L, b);
    if (a_rank != b_rank)
        return a_rank < b_rank;
    if (a_rank == 1)
        return string_below(L, a, b);
    if (a_rank == 2)
        return !lua_toboolean(L, a) && lua_toboolean(L, b);
    return lua_compare(L, a, b, LUA_OPLT);
}

static bool top_keys_below(lua_State *L)
{
    return key_below(L, -2, -1);
}

/* One merge of [start, middle) and [middle, end) of the table at `from` into the one at `into`; places count from 1. */
static void merge(lua_State *L, int from, int into, lua_Integer start, lua_Integer middle, lua_Integer end,
                  bool (*below)(lua_State *L))
{
    lua_Integer left = start, right = middle;
    for (lua_Integer to = start; to < end; to++) {
        bool take_right = left >= middle;
        if (left < middle && right < end) {
            /* Equal values keep their order: the right one goes first only if it is below the left one. */
            lua_rawgeti(L, from, right);
            lua_rawgeti(L, from, left);
            take_right = below(L);
            lua_pop(L, 2);
        }
        lua_rawgeti(L, from, take_right ? right++ : left++);
        lua_rawseti(L, into, to);
    }
}

static void copy(lua_State *L, int from, int into, lua_Integer count)
{
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, from, i);
        lua_rawseti(L, into, i);
    }
}

void etp_sandbox_merge_sort(lua_State *L, int index, lua_Integer count, bool (*below)(lua_State *L))
{
    luaL_checkstack(L, 8, NULL);
    int places = count < 1 << 20 ? (int)count : 1 << 20;
    lua_createtable(L, places, 0);
    lua_createtable(L, places, 0);
    int from = lua_gettop(L) - 1, into = from + 1;
    copy(L, index, from, count);
    for (lua_Integer width = 1; width < count; width *= 2) {
        etp_meter_charge(L, (uint64_t)count);
        for (lua_Integer start = 1; start <= count; start += 2 * width) {
            lua_Integer middle = start + width, end = middle + width;
            merge(L, from, into, start, middle <= count ? middle : count + 1, end <= count ? end : count + 1, below);
        }
        int swap = from;
        from = into;
        into = swap;
    }
    lua_pushvalue(L, from);
    lua_replace(L, lua_gettop(L) - 2);
    lua_pop(L, 1);
}

/* What looking at a key counts for, once. Not by comparison: how many of those there are depends on the hash. */
static uint64_t key_cost(lua_State *L, int index)
{
    enum { BYTES_PER_INSTRUCTION = 64 };
    return lua_type(L, index) == LUA_TSTRING ? lua_rawlen(L, index) / BYTES_PER_INSTRUCTION + 1 : 1;
}

/* next(t): the first key of that order; next(t, key): the one after. Looks at the whole table each time. */
static int order_next(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    lua_pushnil(L); /* 3: the best key so far */
    uint64_t seen = 0;
    bool has_key = !lua_isnil(L, 2);
    etp_meter_charge_walk(L);
    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) {
        rank_of(L, 4);
        etp_meter_charge_key(L, 4, seen);
        seen += key_cost(L, 4);
        bool after = !has_key || key_below(L, 2, 4);
        if (after && (lua_isnil(L, 3) || key_below(L, 4, 3)))
            lua_copy(L, 4, 3);
    }
    etp_meter_charge(L, seen);
    lua_settop(L, 3);
    if (lua_isnil(L, 3))
        return 1;
    lua_pushvalue(L, 3);
    lua_rawget(L, 1);
    return 2;
}

/* Upvalues: the sorted keys, how many were given. Keys that have lost their value since are passed over. */
static int step(lua_State *L)
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(2));
    lua_settop(L, 1);
    for (;;) {
        if (lua_rawgeti(L, lua_upvalueindex(1), ++at) == LUA_TNIL)
            return 1;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL)
            break;
        lua_settop(L, 1);
    }
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(2));
    return 2;
}

static int order_pairs(lua_State *L)
{
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_call(L, 1, 3);
        return 3;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_newtable(L);
    lua_Integer count = 0;
    uint64_t cost = 0;
    etp_meter_charge_walk(L);
    for (lua_pushnil(L); lua_next(L, 1) != 0;) {
        rank_of(L, 3);
        etp_meter_charge_key(L, 3, (uint64_t)count);
        cost += key_cost(L, 3);
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, 2, ++count);
    }
    /* Long keys are compared in each of the sort's passes. */
    unsigned passes = 1;
    for (lua_Integer width = 1; width < count; width *= 2)
        passes++;
    etp_meter_charge(L, (uint64_t)count + (cost - (uint64_t)count) * passes);
    etp_sandbox_merge_sort(L, 2, count, top_keys_below);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, step, 2);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

void etp_sandbox_order(lua_State *L)
{
    static const luaL_Reg functions[] = {{"pairs", order_pairs}, {"next", order_next}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}

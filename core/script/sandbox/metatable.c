/* SPDX-License-Identifier: MIT */
/*
 * `setmetatable`.
 *
 * Reading t.x follows a chain of `__index` tables in one instruction, and a call follows a chain of `__call`. So that
 * both stay short whatever a script does later, Lua never sees the table that the script gives: it gets a copy of its
 * events, made now and out of the script's reach. getmetatable gives the script its own table back.
 *
 * - `__index` may be a table; a chain has at most CHAIN_MAX of them. A chain may grow at both ends, so for each table
 *   that serves as an `__index` we keep how many stand above it.
 * - `__call` and `__newindex` are functions, and so do not chain.
 * - No `__gc`: a finaliser would run with the instruction hook off. No `__mode`: what a weak table still holds is up to
 *   the collector.
 */
#include "script/internal.h"
#include "script/sandbox/sandbox.h"

enum { CHAIN_MAX = 16, COPY = 8 /* instructions that a copy counts for */ };

/* Key in the registry: a table, weak in its keys, from a table that serves as an __index to how many stand above it. */
static const char above_key = 0;
/* Key in a copy: whose events these are, if the script did not set __metatable. */
static const char owner_key = 0;

static void refuse_events(lua_State *L, int index)
{
    static const char *const refused[] = {"__gc", "__mode"};
    static const char *const functions[] = {"__call", "__newindex"};
    for (size_t i = 0; i < 2; i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, index) != LUA_TNIL)
            luaL_error(L, "setmetatable: %s is not available in a strategy", refused[i]);
        lua_pushstring(L, functions[i]);
        int type = lua_rawget(L, index);
        if (type != LUA_TNIL && type != LUA_TFUNCTION)
            luaL_error(L, "setmetatable: %s must be a function, not a %s", functions[i], lua_typename(L, type));
        lua_pop(L, 2);
    }
}

/* Pushes the copy of the events of the table at `index`. */
static void push_copy(lua_State *L, int index)
{
    static const char *const events[] = {
        "__add", "__sub",   "__mul",      "__div",  "__mod",   "__pow",      "__unm",  "__idiv",  "__band",
        "__bor", "__bxor",  "__shl",      "__shr",  "__bnot",  "__concat",   "__len",  "__eq",    "__lt",
        "__le",  "__index", "__newindex", "__call", "__close", "__tostring", "__name", "__pairs", "__metatable"};
    lua_newtable(L);
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        lua_pushstring(L, events[i]);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, index) == LUA_TNIL)
            lua_pop(L, 2);
        else
            lua_rawset(L, -3);
    }
    lua_pushliteral(L, "__metatable");
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pushvalue(L, index);
        lua_setfield(L, -3, "__metatable");
        lua_pushvalue(L, index);
        lua_rawsetp(L, -3, &owner_key);
    }
    lua_pop(L, 1);
}

/* Puts in place of the value at the top what its metatable has as __index. False if that is no table. */
static bool next_in_chain(lua_State *L)
{
    if (!lua_getmetatable(L, -1))
        return false;
    lua_pushliteral(L, "__index");
    int type = lua_rawget(L, -2);
    lua_replace(L, -3);
    lua_pop(L, 1);
    return type == LUA_TTABLE;
}

static lua_Integer above(lua_State *L, int counts)
{
    lua_pushvalue(L, -1);
    lua_rawget(L, counts);
    lua_Integer count = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return count;
}

/* The table at 1 gets the copy at 3 as its metatable: measures the chain that this makes, and notes it. */
static void check_chain(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &above_key);
    lua_pushvalue(L, 1);
    lua_Integer length = above(L, 4);
    lua_pop(L, 1);
    lua_pushliteral(L, "__index");
    for (bool more = lua_rawget(L, 3) == LUA_TTABLE; more; more = next_in_chain(L)) {
        if (++length > CHAIN_MAX)
            luaL_error(L,
                       "setmetatable: a chain of more than %d __index tables; use a function, or copy what is needed",
                       CHAIN_MAX);
        etp_meter_note_chain(L, (unsigned)length);
        if (above(L, 4) < length) {
            lua_pushvalue(L, -1);
            lua_pushinteger(L, length);
            lua_rawset(L, 4);
        }
    }
    lua_settop(L, 3);
}

static bool is_protected(lua_State *L)
{
    if (luaL_getmetafield(L, 1, "__metatable") == LUA_TNIL)
        return false;
    lua_getmetatable(L, 1);
    bool is_own = lua_rawgetp(L, -1, &owner_key) != LUA_TNIL;
    lua_pop(L, 3);
    return !is_own;
}

static int base_setmetatable(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    int type = lua_type(L, 2);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    lua_settop(L, 2);
    if (is_protected(L))
        return luaL_error(L, "setmetatable: this table's metatable is protected");
    etp_meter_charge(L, COPY);
    if (type == LUA_TTABLE) {
        refuse_events(L, 2);
        push_copy(L, 2);
        check_chain(L);
    }
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}

void etp_sandbox_metatable(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &above_key);
    lua_pushcfunction(L, base_setmetatable);
    lua_setfield(L, -2, "setmetatable");
}

/* SPDX-License-Identifier: MIT */
/*
 * `table`: Lua's functions behind a check that charges their work, and a sort of our own.
 *
 * They take plain tables only: a `__len` could tell the check one length and the function another.
 */
#include "script/internal.h"
#include "script/sandbox/sandbox.h"

static lua_Integer length(lua_State *L, int index)
{
    luaL_checktype(L, index, LUA_TTABLE);
    if (luaL_getmetafield(L, index, "__len") != LUA_TNIL)
        luaL_error(L, "functions of table take no table with __len");
    return (lua_Integer)lua_rawlen(L, index);
}

/* insert(t, value) and remove(t) touch one place, the others all that comes after. */
static int table_insert(lua_State *L)
{
    lua_Integer size = length(L, 1);
    etp_meter_charge(L, lua_gettop(L) == 2 ? 1 : (uint64_t)size + 1);
    return etp_sandbox_inner(L);
}

static int table_remove(lua_State *L)
{
    lua_Integer size = length(L, 1);
    etp_meter_charge(L, lua_gettop(L) == 1 ? 1 : (uint64_t)size + 1);
    return etp_sandbox_inner(L);
}

static void charge_range(lua_State *L, lua_Integer first, lua_Integer last)
{
    if (first <= last)
        etp_meter_charge(L, (uint64_t)last - (uint64_t)first);
    etp_meter_charge(L, 1);
}

static int table_concat(lua_State *L)
{
    lua_Integer size = length(L, 1);
    charge_range(L, luaL_optinteger(L, 3, 1), luaL_optinteger(L, 4, size));
    return etp_sandbox_inner(L);
}

static int table_unpack(lua_State *L)
{
    lua_Integer size = length(L, 1);
    charge_range(L, luaL_optinteger(L, 2, 1), luaL_optinteger(L, 3, size));
    return etp_sandbox_inner(L);
}

static int table_move(lua_State *L)
{
    length(L, 1);
    charge_range(L, luaL_checkinteger(L, 2), luaL_checkinteger(L, 3));
    return etp_sandbox_inner(L);
}

/* The comparator lies at index 2 of table.sort's frame. */
static bool below_by_comparator(lua_State *L)
{
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -3);
    lua_pushvalue(L, -3);
    lua_call(L, 2, 1);
    bool below = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return below;
}

static bool below_by_order(lua_State *L)
{
    enum { BYTES_PER_INSTRUCTION = 16 };
    if (lua_type(L, -1) == LUA_TSTRING && lua_type(L, -2) == LUA_TSTRING)
        etp_meter_charge(L, (lua_rawlen(L, -1) < lua_rawlen(L, -2) ? lua_rawlen(L, -1) : lua_rawlen(L, -2)) /
                                BYTES_PER_INSTRUCTION);
    return lua_compare(L, -2, -1, LUA_OPLT);
}

/* Stable, the same in every run, and sound with any comparator: a bad one gives some order, an error none at all. */
static int table_sort(lua_State *L)
{
    lua_Integer size = length(L, 1);
    bool ordered = lua_isnoneornil(L, 2);
    if (!ordered)
        luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    etp_sandbox_merge_sort(L, 1, size, ordered ? below_by_order : below_by_comparator);
    for (lua_Integer i = 1; i <= size; i++) {
        lua_rawgeti(L, 3, i);
        lua_rawseti(L, 1, i);
    }
    return 0;
}

void etp_sandbox_table(lua_State *L)
{
    static const struct {
        const char *name;
        lua_CFunction check;
    } functions[] = {{"concat", table_concat},
                     {"insert", table_insert},
                     {"move", table_move},
                     {"remove", table_remove},
                     {"unpack", table_unpack}};
    lua_newtable(L);
    lua_getglobal(L, LUA_TABLIBNAME);
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        lua_getfield(L, -1, functions[i].name);
        etp_sandbox_guard(L, functions[i].check);
        lua_setfield(L, -3, functions[i].name);
    }
    lua_getfield(L, -1, "pack");
    lua_setfield(L, -3, "pack");
    lua_pop(L, 1);
    lua_pushcfunction(L, table_sort);
    lua_setfield(L, -2, "sort");
}

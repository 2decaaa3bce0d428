/* SPDX-License-Identifier: MIT */
/*
 * Functions of Lua's that take any number of arguments, or texts where numbers are meant: what is charged is how many
 * there are, and how long. Most calls have one or two numbers and must stay cheap.
 */
#include "script/internal.h"
#include "script/sandbox/sandbox.h"

static int arguments(lua_State *L)
{
    enum { FREE = 8, ARGUMENTS_PER_INSTRUCTION = 2, FREE_BYTES = 256, BYTES_PER_INSTRUCTION = 4 };
    int count = lua_gettop(L);
    if (count <= FREE && etp_vm_of(L)->meter.longest_string <= FREE_BYTES)
        return etp_sandbox_inner(L);
    uint64_t cost = count > FREE ? (uint64_t)count / ARGUMENTS_PER_INSTRUCTION : 0;
    for (int i = count; i >= 1; i--) {
        if (lua_type(L, i) == LUA_TSTRING)
            cost += lua_rawlen(L, i) / BYTES_PER_INSTRUCTION;
    }
    if (cost > 0)
        etp_meter_charge(L, cost);
    return etp_sandbox_inner(L);
}

static bool are_two_numbers(lua_State *L)
{
    return lua_gettop(L) == 2 && lua_type(L, 1) == LUA_TNUMBER && lua_type(L, 2) == LUA_TNUMBER;
}

/* Of two numbers the first, unless the second is below it: as Lua has it, also for what is not a number. */
static int least(lua_State *L)
{
    if (!are_two_numbers(L))
        return arguments(L);
    if (!lua_compare(L, 2, 1, LUA_OPLT))
        lua_settop(L, 1);
    return 1;
}

static int greatest(lua_State *L)
{
    if (!are_two_numbers(L))
        return arguments(L);
    if (!lua_compare(L, 1, 2, LUA_OPLT))
        lua_settop(L, 1);
    return 1;
}

/* Guards the function at the top of the stack and sets it as `name` in the table below it. */
static void set_guarded(lua_State *L, const char *name, lua_CFunction check)
{
    etp_sandbox_guard(L, check);
    lua_setfield(L, -2, name);
}

void etp_sandbox_guard_arguments(lua_State *L)
{
    static const struct {
        const char *name;
        lua_CFunction check;
    } quick[] = {{"min", least}, {"max", greatest}};
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        bool is_function = lua_iscfunction(L, -1);
        if (is_function)
            etp_sandbox_guard(L, arguments);
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
    for (size_t i = 0; i < sizeof quick / sizeof quick[0]; i++) {
        if (lua_getfield(L, -1, quick[i].name) != LUA_TFUNCTION) {
            lua_pop(L, 1);
            continue;
        }
        lua_getupvalue(L, -1, 1);
        lua_remove(L, -2);
        set_guarded(L, quick[i].name, quick[i].check);
    }
}

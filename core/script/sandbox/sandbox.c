/* SPDX-License-Identifier: MIT */
/*
 * The environment of a script: a list of what is allowed, never of what is forbidden.
 *
 * The table that a script sees as _ENV and _G stays empty: reads go on to the whitelist behind it, and so do writes
 * while the script loads. After loading, a reserve policy's globals are read-only, since one script serves many homes.
 * Names of Lua's that are left out raise a sentence (withheld.c).
 */
#include "script/sandbox/sandbox.h"
#include "script/internal.h"

static const char environment_key = 0;

const char *etp_sandbox_tostring(lua_State *L, int index)
{
    int type = lua_type(L, index);
    if (luaL_callmeta(L, index, "__tostring")) {
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "__tostring must return a string");
        return lua_tostring(L, -1);
    }
    if (type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING)
        return luaL_tolstring(L, index, NULL);
    int name = luaL_getmetafield(L, index, "__name");
    if (name == LUA_TSTRING)
        return lua_tostring(L, -1);
    if (name != LUA_TNIL)
        lua_pop(L, 1);
    return lua_pushstring(L, lua_typename(L, type));
}

static int base_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    etp_sandbox_tostring(L, 1);
    return 1;
}

static int base_rawset(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &environment_key);
    if (lua_rawequal(L, 1, -1))
        return luaL_error(L, "rawset: the environment is not open to it");
    lua_pop(L, 1);
    return etp_sandbox_inner(L);
}

static int base_tonumber(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TSTRING)
        etp_meter_charge(L, lua_rawlen(L, 1) / 16 + 1);
    return etp_sandbox_inner(L);
}

void etp_sandbox_guard(lua_State *L, lua_CFunction check)
{
    lua_pushcclosure(L, check, 1);
}

int etp_sandbox_inner(lua_State *L)
{
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

void etp_sandbox_base(lua_State *L)
{
    static const char *const kept[] = {"assert", "error",  "getmetatable", "ipairs", "rawequal",
                                       "rawget", "rawlen", "select",       "type"};
    static const struct {
        const char *name;
        lua_CFunction check;
    } guarded[] = {{"rawset", base_rawset}, {"tonumber", base_tonumber}};
    static const luaL_Reg ours[] = {
        {"tostring", base_tostring}, {"pcall", etp_meter_pcall}, {"xpcall", etp_meter_xpcall}, {NULL, NULL}};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        lua_getglobal(L, kept[i]);
        lua_setfield(L, -2, kept[i]);
    }
    for (size_t i = 0; i < sizeof guarded / sizeof guarded[0]; i++) {
        lua_getglobal(L, guarded[i].name);
        etp_sandbox_guard(L, guarded[i].check);
        lua_setfield(L, -2, guarded[i].name);
    }
    luaL_setfuncs(L, ours, 0);
    lua_pushliteral(L, LUA_VERSION);
    lua_setfield(L, -2, "_VERSION");
}

/* Sets the library at the top of the stack in the table below it. */
static void set_library(lua_State *L, const char *name)
{
    etp_sandbox_withhold(L, name);
    lua_setfield(L, -2, name);
}

static void push_whitelist(lua_State *L)
{
    lua_newtable(L);
    etp_sandbox_base(L);
    etp_sandbox_metatable(L);
    etp_sandbox_order(L);
    etp_sandbox_math(L);
    etp_sandbox_guard_arguments(L);
    set_library(L, LUA_MATHLIBNAME);
    etp_sandbox_string(L);
    set_library(L, LUA_STRLIBNAME);
    etp_sandbox_utf8(L);
    lua_setfield(L, -2, LUA_UTF8LIBNAME);
    etp_sandbox_table(L);
    lua_getfield(L, -1, "unpack");
    lua_setfield(L, -3, "unpack");
    set_library(L, LUA_TABLIBNAME);
    etp_sandbox_withhold(L, "");
}

void etp_sandbox_push(lua_State *L)
{
    luaL_requiref(L, LUA_GNAME, luaopen_base, 1);
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
    luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 1);
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    lua_pop(L, 5);
    lua_newtable(L);
    lua_newtable(L);
    push_whitelist(L);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "_G");
    lua_pushvalue(L, -3);
    etp_sandbox_push_require(L);
    lua_remove(L, -2);
    lua_setfield(L, -2, "require");
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__index");
    etp_sandbox_push_noter(L);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &environment_key);
}

static int read_only(lua_State *L)
{
    const char *name = etp_sandbox_tostring(L, 2);
    return luaL_error(L,
                      "global \"%s\" cannot be written in a hook: one reserve policy serves many homes; "
                      "keep what belongs to one in ctx.state, or write \"local\"",
                      name);
}

void etp_sandbox_push_environment(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &environment_key);
}

/* What an aggregator writes is no longer written down: that takes time in each call. */
void etp_sandbox_seal(lua_State *L)
{
    lua_getmetatable(L, -1);
    if (etp_vm_of(L)->role == ETP_ROLE_BESS)
        lua_pushcfunction(L, read_only);
    else
        lua_getfield(L, -1, "__index");
    lua_setfield(L, -2, "__newindex");
    lua_pop(L, 1);
}

/* SPDX-License-Identifier: MIT */
/* Names of Lua's that a strategy does not get: reading one raises a sentence that says what to use instead. */
#include <string.h>

#include "script/internal.h"
#include "script/sandbox/sandbox.h"

typedef struct withheld {
    const char *module; /* "" for globals */
    const char *name;
    const char *advice;
} withheld;

static const char differs[] = "processors differ in its last digit; a polynomial or a table of values repeats";
static const char own_file[] = "use require(\"name\") for a file in the script's own folder";
static const char no_code[] = "code made at run time is not taken";
static const char no_bytes[] = "build a text with string.format";
static const char draw[] = "use ctx.rng(), which repeats with the run's seed";

static const withheld list[] = {
    {"", "io", "a strategy does no input or output"},
    {"", "os", "the time is ctx.now"},
    {"", "package", own_file},
    {"", "debug", "it could leave the sandbox"},
    {"", "coroutine", "a hook answers at once"},
    {"", "collectgarbage", "memory is looked after by the engine"},
    {"", "dofile", own_file},
    {"", "loadfile", own_file},
    {"", "load", no_code},
    {"", "loadstring", no_code},
    {"", "print", "use ctx.log(text)"},
    {"", "warn", "use ctx.log(text)"},
    {LUA_MATHLIBNAME, "random", draw},
    {LUA_MATHLIBNAME, "randomseed", draw},
    {LUA_MATHLIBNAME, "acos", differs},
    {LUA_MATHLIBNAME, "asin", differs},
    {LUA_MATHLIBNAME, "atan", differs},
    {LUA_MATHLIBNAME, "cos", differs},
    {LUA_MATHLIBNAME, "sin", differs},
    {LUA_MATHLIBNAME, "tan", differs},
    {LUA_MATHLIBNAME, "deg", "write x * 180 / math.pi"},
    {LUA_MATHLIBNAME, "rad", "write x * math.pi / 180"},
    {LUA_MATHLIBNAME, "pow", "write x ^ y"},
    {LUA_MATHLIBNAME, "log10", "write math.log(x, 10)"},
    {LUA_STRLIBNAME, "dump", no_code},
    {LUA_STRLIBNAME, "pack", no_bytes},
    {LUA_STRLIBNAME, "packsize", no_bytes},
    {LUA_STRLIBNAME, "unpack", "use string.byte"},
    {LUA_TABLIBNAME, "getn", "write #t"},
    {LUA_TABLIBNAME, "maxn", "write #t"},
    {LUA_TABLIBNAME, "foreach", "write for k, v in pairs(t)"},
    {LUA_TABLIBNAME, "foreachi", "write for i = 1, #t"},
};

/* Upvalue 1: the module. */
static int refuse(lua_State *L)
{
    const char *module = lua_tostring(L, lua_upvalueindex(1));
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (strcmp(module, list[i].module) == 0 && strcmp(name, list[i].name) == 0)
            return luaL_error(L, "%s%s%s is not available in a strategy: %s", module, module[0] != '\0' ? "." : "",
                              name, list[i].advice);
    }
    return 0;
}

void etp_sandbox_withhold(lua_State *L, const char *module)
{
    lua_createtable(L, 0, 2);
    lua_pushstring(L, module);
    lua_pushcclosure(L, refuse, 1);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

bool etp_sandbox_describe_withheld(unsigned index, etp_api_withheld *described)
{
    if (index >= sizeof list / sizeof list[0])
        return false;
    *described = (etp_api_withheld){list[index].module, list[index].name, list[index].advice};
    return true;
}

/* SPDX-License-Identifier: MIT */
/*
 * `require`: modules in the script's own folder, as source text, each run once in the script's environment.
 *
 * Only while the script loads: a hook does no input or output. The hash of a script takes in its modules.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"

/* Upvalues of `require`: modules that are loaded, by name; the environment. */
enum { LOADED = 1, ENVIRONMENT = 2 };

static bool good_name(const char *name)
{
    if (name[0] == '\0')
        return false;
    for (const char *at = name; *at != '\0'; at++) {
        bool edge = at == name || at[1] == '\0' || at[1] == '.';
        bool letter = isalnum((unsigned char)*at) || *at == '_';
        if (!letter && !(*at == '.' && !edge))
            return false;
    }
    return true;
}

static void module_path(lua_State *L, const char *folder, const char *name, char *path, size_t room)
{
    int size = snprintf(path, room, "%s%s.lua", folder, name);
    if (size < 0 || (size_t)size >= room)
        luaL_error(L, "require: the path of \"%s\" is too long", name);
    for (char *at = path + strlen(folder); strcmp(at, ".lua") != 0; at++) {
        if (*at == '.')
            *at = '/';
    }
}

static void load_module(lua_State *L, etp_vm *vm, const char *name)
{
    char path[sizeof vm->folder + 128];
    const etp_source *source;
    etp_error error = {0};
    module_path(L, vm->folder, name, path, sizeof path);
    if (etp_sources_read(vm->sources, path, &source, &error) != ETP_OK ||
        etp_source_check(path, source->text, source->size, &error) != ETP_OK)
        luaL_error(L, "require: %s", error.text);
    etp_source_hash(vm->hash, source->text, source->size);
    size_t mark = etp_source_mark(source->text, source->size);
    const char *chunk = lua_pushfstring(L, "@%s", path);
    if (etp_meter_compile(L, source->text + mark, source->size - mark, chunk) != LUA_OK)
        lua_error(L);
    lua_remove(L, -2);
}

static int require(lua_State *L)
{
    etp_vm *vm = etp_vm_of(L);
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, lua_upvalueindex(LOADED)) == LUA_TLIGHTUSERDATA)
        return luaL_error(L, "require: \"%s\" requires itself", name);
    if (!lua_isnil(L, -1))
        return 1;
    if (vm->folder[0] == '\0')
        return luaL_error(L, "require is not available to a script given as text; load it from a file");
    if (!vm->loading)
        return luaL_error(L,
                          "require(\"%s\"): modules are loaded while the script loads, not in a hook; "
                          "move it to the top of the file",
                          name);
    if (strlen(name) > 100 || !good_name(name))
        return luaL_error(L, "require: \"%s\" is no module's name; use letters, digits, _ and dots", name);
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, vm);
    lua_rawset(L, lua_upvalueindex(LOADED));
    load_module(L, vm, name);
    lua_pushvalue(L, lua_upvalueindex(ENVIRONMENT));
    lua_setupvalue(L, -2, 1);
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1))
        lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, lua_upvalueindex(LOADED));
    return 1;
}

void etp_sandbox_push_require(lua_State *L)
{
    lua_newtable(L);
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, require, 2);
}

/* SPDX-License-Identifier: MIT */
/* Which strategies lie in a folder: plain Lua cannot list one. */
#include <dirent.h>
#include <string.h>

#include "core.h"

static bool is_script(const char *name)
{
    static const char suffix[] = ".lua";
    size_t size = strlen(name);
    return name[0] != '.' && size >= sizeof suffix && strcmp(name + size - (sizeof suffix - 1), suffix) == 0;
}

/* Closed by whoever comes first: the end of the list, or the collector after an error. */
static int close_folder(lua_State *L)
{
    DIR **folder = lua_touserdata(L, 1);
    if (*folder != NULL)
        closedir(*folder);
    *folder = NULL;
    return 0;
}

/* folder -> names without ".lua", in no order; nil if there is no such folder */
static int scripts(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    DIR **folder = lua_newuserdatauv(L, sizeof *folder, 0);
    *folder = NULL;
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, close_folder);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    *folder = opendir(path);
    if (*folder == NULL)
        return 0;
    lua_newtable(L);
    const struct dirent *entry;
    for (lua_Integer count = 0; (entry = readdir(*folder)) != NULL;) {
        if (!is_script(entry->d_name))
            continue;
        lua_pushlstring(L, entry->d_name, strlen(entry->d_name) - strlen(".lua"));
        lua_rawseti(L, -2, ++count);
    }
    closedir(*folder);
    *folder = NULL;
    return 1;
}

void etp_lua_open_scripts(lua_State *L)
{
    lua_pushcfunction(L, scripts);
    lua_setfield(L, -2, "scripts");
}

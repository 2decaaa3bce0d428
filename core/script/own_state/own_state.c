/* SPDX-License-Identifier: MIT */
/* Hooks of a host's own Lua state: made of a table, kept, asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/own_state/own_state.h"
#include "script/views/views.h"

static const char registry_key = 0;

/* What a protected call gets. */
typedef struct making {
    etp_lua_hooks *made;
    etp_role role;
    const char *name;
    const etp_logger *logger;
} making;

/* ---- from the struct to its userdata ---- */

static void push_known(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &registry_key);
}

void etp_own_push_hooks(lua_State *L, const etp_lua_hooks *hooks)
{
    push_known(L);
    lua_rawgetp(L, -1, hooks);
    lua_remove(L, -2);
}

/* ---- making ---- */

static int collect(lua_State *L)
{
    etp_lua_hooks *hooks = lua_touserdata(L, 1);
    free(hooks->vm.params);
    hooks->vm.params = NULL;
    hooks->vm.param_count = 0;
    return 0;
}

static etp_lua_hooks *push_new(lua_State *L, const making *wish)
{
    etp_lua_hooks *hooks = lua_newuserdatauv(L, sizeof *hooks, 1);
    memset(hooks, 0, sizeof *hooks);
    hooks->vm.script = &hooks->script;
    hooks->vm.role = wish->role;
    snprintf(hooks->vm.name, sizeof hooks->vm.name, "%s", wish->name != NULL ? wish->name : "");
    if (wish->logger != NULL)
        hooks->script.logger = *wish->logger;
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    lua_pushliteral(L, "etp.hooks");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    return hooks;
}

/* The table is at 2; what etp_shape_take() leaves above it goes into the user value of the userdata at 3. */
static void keep_functions(lua_State *L)
{
    lua_newtable(L);
    for (int hook = 0; hook < ETP_HOOKS; hook++) {
        lua_pushvalue(L, 5 + hook);
        lua_rawseti(L, -2, hook + 1);
    }
    lua_newtable(L);
    lua_setfield(L, -2, "nodes");
    lua_pushvalue(L, 3);
    etp_own_push_params(L);
    lua_setfield(L, -3, "params");
    lua_pop(L, 1);
    lua_setiuservalue(L, 3, 1);
}

static int make(lua_State *L)
{
    making *wish = lua_touserdata(L, 1);
    if (!lua_istable(L, 2))
        return luaL_error(L, "hooks are a table of functions, not a %s", luaL_typename(L, 2));
    luaL_checkstack(L, ETP_HOOKS + LUA_MINSTACK, NULL);
    etp_lua_hooks *hooks = push_new(L, wish);
    lua_pushvalue(L, 2);
    etp_shape_take(L, &hooks->vm, true);
    if (hooks->vm.role != wish->role)
        return luaL_error(L, "its role is \"%s\", and \"%s\" is wanted here", etp_role_name(hooks->vm.role),
                          etp_role_name(wish->role));
    snprintf(hooks->vm.chunk, sizeof hooks->vm.chunk, "%s", hooks->vm.name);
    keep_functions(L);
    etp_own_fill(hooks);
    push_known(L);
    lua_pushvalue(L, 3);
    lua_rawsetp(L, -2, hooks);
    lua_settop(L, 3);
    wish->made = hooks;
    return 1;
}

int etp_lua_hooks_new(etp_lua_hooks **hooks, lua_State *L, int index, etp_role role, const char *name,
                      const etp_logger *logger, etp_error *error)
{
    making wish = {NULL, role, name, logger};
    if (hooks == NULL || L == NULL)
        return etp_fail(error, ETP_EINVAL, "hooks are made in a Lua state, to a place for them");
    *hooks = NULL;
    if (!lua_checkstack(L, 4))
        return etp_fail(error, ETP_ENOMEM, "no memory for Lua's stack");
    index = lua_absindex(L, index);
    lua_pushcfunction(L, make);
    lua_pushlightuserdata(L, &wish);
    lua_pushvalue(L, index);
    int status = lua_pcall(L, 2, 1, 0);
    if (status != LUA_OK) {
        bool is_text = lua_type(L, -1) == LUA_TSTRING;
        int code = status == LUA_ERRMEM ? ETP_ENOMEM : ETP_ESCRIPT;
        etp_fail(error, code, "%s%s%s", name != NULL ? name : "", name != NULL ? ": " : "",
                 is_text ? lua_tostring(L, -1) : "the error is not a text");
        lua_pop(L, 1);
        return code;
    }
    wish.made->L = L;
    *hooks = wish.made;
    return ETP_OK;
}

/* ---- asking ---- */

void etp_lua_hooks_use(etp_lua_hooks *hooks, lua_State *L)
{
    if (hooks != NULL && L != NULL)
        hooks->L = L;
}

const etp_aggregator_hooks *etp_lua_hooks_aggregator(const etp_lua_hooks *hooks)
{
    return hooks != NULL && hooks->vm.role == ETP_ROLE_AGGREGATOR ? &hooks->script.aggregator_hooks : NULL;
}

const etp_bess_hooks *etp_lua_hooks_bess(const etp_lua_hooks *hooks)
{
    return hooks != NULL && hooks->vm.role == ETP_ROLE_BESS ? &hooks->script.bess_hooks : NULL;
}

const char *etp_lua_hooks_name(const etp_lua_hooks *hooks)
{
    return hooks != NULL ? hooks->vm.name : NULL;
}

etp_role etp_lua_hooks_role(const etp_lua_hooks *hooks)
{
    return hooks != NULL ? hooks->vm.role : ETP_ROLE_BESS;
}

unsigned etp_lua_hooks_param_count(const etp_lua_hooks *hooks)
{
    return hooks != NULL ? hooks->vm.param_count : 0;
}

int etp_lua_hooks_param(const etp_lua_hooks *hooks, unsigned index, etp_param *param)
{
    return hooks == NULL || param == NULL ? ETP_EINVAL : etp_params_get(&hooks->vm, index, param);
}

int etp_lua_hooks_set(etp_lua_hooks *hooks, const char *name, double value, etp_error *error)
{
    if (hooks == NULL || name == NULL)
        return etp_fail(error, ETP_EINVAL, "a parameter is set by its name, of hooks that there are");
    int result = etp_params_check(&hooks->vm, name, value, hooks->script.stats.calls > 0, error);
    return result == ETP_OK ? etp_params_set(&hooks->vm, name, value, error) : result;
}

void etp_lua_hooks_get_stats(const etp_lua_hooks *hooks, etp_script_stats *stats)
{
    if (stats != NULL)
        *stats = hooks != NULL ? hooks->script.stats : (etp_script_stats){0};
}

const char *etp_lua_hooks_last_error(const etp_lua_hooks *hooks)
{
    return hooks != NULL ? hooks->script.last_error : NULL;
}

/* SPDX-License-Identifier: MIT */
#include "strategy.h"

#include <stdio.h>
#include <string.h>

static const char class[] = "etp.strategy";

static const char nameless[] = "own";

etp_lua_strategy *etp_lua_strategy_at(lua_State *L, int index)
{
    return luaL_checkudata(L, index, class);
}

/* ---- one or the other ---- */

const etp_aggregator_hooks *etp_lua_strategy_buyer(const etp_lua_strategy *strategy)
{
    return strategy->script != NULL ? etp_script_aggregator_hooks(strategy->script)
                                    : etp_lua_hooks_aggregator(strategy->own);
}

const etp_bess_hooks *etp_lua_strategy_seller(const etp_lua_strategy *strategy)
{
    return strategy->script != NULL ? etp_script_bess_hooks(strategy->script) : etp_lua_hooks_bess(strategy->own);
}

void *etp_lua_strategy_user(const etp_lua_strategy *strategy)
{
    return strategy->script != NULL ? (void *)strategy->script : (void *)strategy->own;
}

const char *etp_lua_strategy_hash(const etp_lua_strategy *strategy)
{
    return strategy->script != NULL ? etp_script_hash(strategy->script) : "";
}

void etp_lua_strategy_stats(const etp_lua_strategy *strategy, etp_script_stats *stats)
{
    if (strategy->script != NULL)
        etp_script_get_stats(strategy->script, stats);
    else
        etp_lua_hooks_get_stats(strategy->own, stats);
}

const char *etp_lua_strategy_last_error(const etp_lua_strategy *strategy)
{
    return strategy->script != NULL ? etp_script_last_error(strategy->script) : etp_lua_hooks_last_error(strategy->own);
}

void etp_lua_strategy_use(etp_lua_strategy *strategy, lua_State *L)
{
    if (strategy->own != NULL)
        etp_lua_hooks_use(strategy->own, L);
}

int etp_lua_strategy_set(etp_lua_strategy *strategy, const char *name, double value, etp_error *error)
{
    return strategy->script != NULL ? etp_script_set(strategy->script, name, value, error)
                                    : etp_lua_hooks_set(strategy->own, name, value, error);
}

static int param_at(const etp_lua_strategy *strategy, unsigned index, etp_param *param)
{
    return strategy->script != NULL ? etp_script_param(strategy->script, index, param)
                                    : etp_lua_hooks_param(strategy->own, index, param);
}

/* ---- making ---- */

static int load_script(lua_State *L, int index, etp_lua_strategy *made, const etp_logger *logger, etp_error *error)
{
    etp_script_options options = {.size = sizeof options,
                                  .suspend_after = ETP_SUSPEND_AFTER,
                                  .suspend_after_overruns = ETP_SUSPEND_AFTER_OVERRUNS,
                                  .logger = logger};
    int result;
    if (lua_getfield(L, index, "file") == LUA_TSTRING) {
        result = etp_script_load(&made->script, lua_tostring(L, -1), &options, error);
    } else {
        size_t size;
        lua_getfield(L, index, "text");
        const char *text = lua_tolstring(L, -1, &size);
        lua_getfield(L, index, "chunk");
        const char *chunk = luaL_optstring(L, -1, "text");
        result = etp_script_load_text(&made->script, chunk, text, size, &options, error);
    }
    if (result == ETP_OK && etp_script_role(made->script) != made->role)
        result = etp_fail(error, ETP_ESCRIPT, "%s: its role is \"%s\", and \"%s\" is wanted here",
                          etp_script_name(made->script), etp_role_name(etp_script_role(made->script)),
                          etp_role_name(made->role));
    return result;
}

/* The value that owns the functions becomes the user value of the strategy at `place`. */
static int take_functions(lua_State *L, int index, int place, etp_lua_strategy *made, const etp_logger *logger,
                          etp_error *error)
{
    lua_getfield(L, index, "hooks");
    int result = etp_lua_hooks_new(&made->own, L, -1, made->role, nameless, logger, error);
    if (result == ETP_OK)
        lua_setiuservalue(L, place, 1);
    return result;
}

static int apply_params(lua_State *L, int index, etp_lua_strategy *made, etp_error *error)
{
    int result = ETP_OK;
    if (lua_getfield(L, index, "params") == LUA_TNIL)
        return ETP_OK;
    luaL_argexpected(L, lua_istable(L, -1), index, "params to be a table");
    for (lua_pushnil(L); result == ETP_OK && lua_next(L, -2) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TNUMBER)
            return luaL_error(L, "params: names with numbers, such as { margin = 1 }");
        result = etp_lua_strategy_set(made, lua_tostring(L, -2), lua_tonumber(L, -1), error);
    }
    return result;
}

static void name_it(lua_State *L, int index, etp_lua_strategy *made)
{
    const char *name = made->script != NULL ? etp_script_name(made->script) : etp_lua_hooks_name(made->own);
    if (lua_getfield(L, index, "name") == LUA_TSTRING)
        name = lua_tostring(L, -1);
    snprintf(made->name, sizeof made->name, "%s", name);
}

etp_lua_strategy *etp_lua_push_strategy(lua_State *L, int index, etp_role role, const etp_logger *logger)
{
    etp_error error = {0};
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    index = lua_absindex(L, index);
    etp_lua_strategy *made = lua_newuserdatauv(L, sizeof *made, 1);
    int place = lua_gettop(L);
    memset(made, 0, sizeof *made);
    made->role = role;
    etp_rng_seed(&made->rng, 1);
    luaL_setmetatable(L, class);
    bool functions = lua_getfield(L, index, "hooks") != LUA_TNIL;
    int result =
        functions ? take_functions(L, index, place, made, logger, &error) : load_script(L, index, made, logger, &error);
    if (result == ETP_OK)
        result = apply_params(L, index, made, &error);
    if (result == ETP_OK)
        name_it(L, index, made);
    lua_settop(L, place);
    if (result == ETP_OK)
        return made;
    lua_pushstring(L, error.text);
    lua_replace(L, place);
    return NULL;
}

/* table, role */
static int make(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    bool buyer = strcmp(luaL_checkstring(L, 2), etp_role_name(ETP_ROLE_AGGREGATOR)) == 0;
    if (etp_lua_push_strategy(L, 1, buyer ? ETP_ROLE_AGGREGATOR : ETP_ROLE_BESS, NULL) != NULL)
        return 1;
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

/* ---- asking ---- */

static void push_params(lua_State *L, const etp_lua_strategy *strategy)
{
    etp_param param;
    lua_newtable(L);
    for (unsigned i = 0; param_at(strategy, i, &param) == ETP_OK; i++) {
        lua_pushnumber(L, param.value);
        lua_setfield(L, -2, param.name);
    }
}

void etp_lua_push_strategy_facts(lua_State *L, const etp_lua_strategy *strategy)
{
    static const etp_lua_field list[] = {
        ETP_LUA_SHOWN(etp_script_stats, "calls", calls, WHOLE),
        ETP_LUA_SHOWN(etp_script_stats, "errors", errors, WHOLE),
        ETP_LUA_SHOWN(etp_script_stats, "overruns", overruns, WHOLE),
        ETP_LUA_SHOWN(etp_script_stats, "log_lines", log_lines, WHOLE),
        ETP_LUA_SHOWN(etp_script_stats, "log_dropped", log_dropped, WHOLE),
        ETP_LUA_SHOWN(etp_script_stats, "suspended", suspended, BOOL),
    };
    static const etp_lua_fields fields = ETP_LUA_FIELDS(list);
    etp_script_stats stats;
    etp_lua_strategy_stats(strategy, &stats);
    lua_createtable(L, 0, 12);
    etp_lua_show(L, &fields, &stats);
    lua_pushstring(L, strategy->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, etp_role_name(strategy->role));
    lua_setfield(L, -2, "role");
    if (strategy->script != NULL) {
        lua_pushstring(L, etp_script_hash(strategy->script));
        lua_setfield(L, -2, "hash");
    }
    if (stats.errors > 0) {
        lua_pushstring(L, etp_lua_strategy_last_error(strategy));
        lua_setfield(L, -2, "last_error");
    }
    push_params(L, strategy);
    lua_setfield(L, -2, "params");
}

static int facts(lua_State *L)
{
    etp_lua_push_strategy_facts(L, etp_lua_strategy_at(L, 1));
    return 1;
}

static int set(lua_State *L)
{
    etp_error error = {0};
    int result =
        etp_lua_strategy_set(etp_lua_strategy_at(L, 1), luaL_checkstring(L, 2), luaL_checknumber(L, 3), &error);
    if (result != ETP_OK)
        return etp_lua_fail(L, result, &error);
    lua_pushboolean(L, 1);
    return 1;
}

static int seed(lua_State *L)
{
    etp_rng_seed(&etp_lua_strategy_at(L, 1)->rng, (uint64_t)luaL_checkinteger(L, 2));
    return 0;
}

static int collect(lua_State *L)
{
    etp_lua_strategy *strategy = etp_lua_strategy_at(L, 1);
    etp_script_free(strategy->script);
    strategy->script = NULL;
    return 0;
}

static int to_string(lua_State *L)
{
    const etp_lua_strategy *strategy = etp_lua_strategy_at(L, 1);
    lua_pushfstring(L, "etp.strategy: %s, %s", strategy->name, etp_role_name(strategy->role));
    return 1;
}

void etp_lua_open_strategy(lua_State *L)
{
    static const luaL_Reg events[] = {{"__gc", collect}, {"__tostring", to_string}, {NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"facts", facts}, {"set", set}, {"seed", seed}, {"call", etp_lua_strategy_call}, {NULL, NULL}};
    etp_lua_new_class(L, class, events, methods);
    lua_pushcfunction(L, make);
    lua_setfield(L, -2, "strategy");
}

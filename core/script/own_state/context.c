/* SPDX-License-Identifier: MIT */
/* `ctx` in a host's own state: one table for each node. Upvalue 1 of every function here is the hooks' userdata. */
#include <string.h>

#include "base/nearest.h"
#include "script/own_state/own_state.h"
#include "script/views/views.h"

static const etp_lua_hooks *own(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

static const etp_context *current(lua_State *L, const char *what)
{
    const etp_context *context = own(L)->context;
    if (context == NULL)
        luaL_error(L, "%s answers during a call of a hook only", what);
    return context;
}

/* ---- its functions ---- */

static int draw(lua_State *L)
{
    return etp_context_draw(L, current(L, "ctx.rng")->rng);
}

static int write_line(lua_State *L)
{
    etp_lua_hooks *hooks = lua_touserdata(L, lua_upvalueindex(1));
    const etp_context *context = current(L, "ctx.log");
    luaL_checkany(L, 1);
    size_t size;
    const char *text = luaL_tolstring(L, 1, &size);
    hooks->script.stats.log_lines++;
    etp_context_log(&hooks->script.logger, hooks->vm.name, etp_context_push_name(L, context), text, size);
    return 0;
}

static const etp_history *history_of(lua_State *L)
{
    static const etp_history none = {0};
    const etp_history *history = current(L, "ctx.history")->history;
    return history != NULL ? history : &none;
}

static int history_index(lua_State *L)
{
    const etp_history *history = history_of(L);
    int is_number;
    const etp_past_bid *past = etp_history_at(history, lua_tointegerx(L, 2, &is_number));
    if (!is_number)
        return luaL_error(L, "ctx.history is a list: ctx.history[1] is the oldest, ctx.history[-1] the newest");
    if (past == NULL)
        return 0;
    etp_own_push_view(L, ETP_VIEW_PAST, past);
    return 1;
}

static int history_length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)history_of(L)->count);
    return 1;
}

static int read_only(lua_State *L)
{
    return luaL_error(L, "ctx and what is in it are read-only; keep your own values in ctx.state");
}

static int unknown(lua_State *L)
{
    const char *word = luaL_tolstring(L, 2, NULL);
    if (etp_context_knows(word))
        return 0;
    return luaL_error(L, "ctx has no field \"%s\"; keep your own values in ctx.state", word);
}

/* ---- params ---- */

static int params_index(lua_State *L)
{
    const char *names[ETP_SCRIPT_PARAMS_MAX];
    const etp_vm *vm = &own(L)->vm;
    const char *word = luaL_tolstring(L, 2, NULL);
    for (unsigned i = 0; i < vm->param_count; i++) {
        names[i] = vm->params[i].name;
        if (strcmp(names[i], word) == 0) {
            lua_pushnumber(L, vm->params[i].value);
            return 1;
        }
    }
    const char *nearest = etp_nearest(word, names, vm->param_count);
    if (nearest != NULL)
        return luaL_error(L, "ctx.params has no \"%s\"; did you mean \"%s\"?", word, nearest);
    return luaL_error(L, "ctx.params has no \"%s\"; declare it in the table params of the strategy", word);
}

static int params_step(lua_State *L)
{
    lua_settop(L, 2);
    return lua_next(L, 1) != 0 ? 2 : 0;
}

/* A copy is made for a loop: values that are set meanwhile are seen by the next one. */
static int params_pairs(lua_State *L)
{
    const etp_vm *vm = &own(L)->vm;
    lua_pushcfunction(L, params_step);
    lua_createtable(L, 0, (int)vm->param_count);
    for (unsigned i = 0; i < vm->param_count; i++) {
        lua_pushnumber(L, vm->params[i].value);
        lua_setfield(L, -2, vm->params[i].name);
    }
    return 2;
}

/* Makes the value at the top a metatable's function, with the userdata at `hooks` as its upvalue. */
static void set_method(lua_State *L, int hooks, const char *name, lua_CFunction function)
{
    lua_pushvalue(L, hooks);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

void etp_own_push_params(lua_State *L)
{
    int hooks = lua_gettop(L);
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    set_method(L, hooks, "__index", params_index);
    set_method(L, hooks, "__newindex", read_only);
    set_method(L, hooks, "__pairs", params_pairs);
    lua_setmetatable(L, -2);
}

/* ---- ctx ---- */

static void push_history(lua_State *L, int hooks)
{
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    set_method(L, hooks, "__index", history_index);
    set_method(L, hooks, "__len", history_length);
    set_method(L, hooks, "__newindex", read_only);
    lua_setmetatable(L, -2);
}

/* Stays the same from call to call but for the times. */
static void push_new(lua_State *L, int hooks, int anchor, const etp_context *context)
{
    lua_createtable(L, 0, 9);
    lua_newtable(L);
    lua_setfield(L, -2, "state");
    lua_pushinteger(L, (lua_Integer)context->device_id);
    lua_setfield(L, -2, "device_id");
    etp_context_push_name(L, context);
    lua_setfield(L, -2, "name");
    lua_getfield(L, anchor, "params");
    lua_setfield(L, -2, "params");
    set_method(L, hooks, "rng", draw);
    set_method(L, hooks, "log", write_line);
    push_history(L, hooks);
    lua_setfield(L, -2, "history");
    lua_createtable(L, 0, 2);
    set_method(L, hooks, "__index", unknown);
    set_method(L, hooks, "__newindex", read_only);
    lua_setmetatable(L, -2);
}

static void set_time(lua_State *L, const char *name, etp_time time)
{
    lua_pushstring(L, name);
    if (time == ETP_TIME_NEVER)
        lua_pushnil(L);
    else
        lua_pushnumber(L, (double)time / (double)ETP_NS_PER_SECOND);
    lua_rawset(L, -3);
}

void etp_own_push_context(lua_State *L, int hooks, int anchor, const etp_context *context)
{
    lua_Integer place = (lua_Integer)context->node + 1;
    lua_getfield(L, anchor, "nodes");
    if (lua_rawgeti(L, -1, place) != LUA_TTABLE) {
        lua_pop(L, 1);
        push_new(L, hooks, anchor, context);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, place);
    }
    lua_remove(L, -2);
    set_time(L, "now", context->now);
    set_time(L, "deadline", context->deadline);
}

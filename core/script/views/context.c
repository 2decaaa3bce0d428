/* SPDX-License-Identifier: MIT */
/* `ctx`: what belongs to the node that is asked. One object for all nodes; it shows the node of the current call. */
#include <string.h>

#include "base/nearest.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"
#include "script/views/views.h"

static const etp_context *current(lua_State *L)
{
    const etp_context *context = etp_vm_of(L)->context;
    if (context == NULL)
        luaL_error(L, "ctx is only valid during the call of a hook");
    return context;
}

const char *etp_context_push_name(lua_State *L, const etp_context *context)
{
    if (context->name != NULL && context->name[0] != '\0')
        return lua_pushstring(L, context->name);
    return lua_pushfstring(L, "device %I", (LUAI_UACINT)context->device_id);
}

/* ---- ctx.rng ---- */

static int rng_unit(lua_State *L, etp_rng *rng)
{
    lua_pushnumber(L, etp_rng_unit(rng));
    return 1;
}

int etp_context_draw(lua_State *L, etp_rng *rng)
{
    if (rng == NULL)
        return luaL_error(L, "ctx.rng: this node has no random numbers");
    int count = lua_gettop(L);
    if (count == 0)
        return rng_unit(L, rng);
    lua_Integer low = count == 1 ? 1 : luaL_checkinteger(L, 1);
    lua_Integer high = luaL_checkinteger(L, count == 1 ? 1 : 2);
    if (low > high)
        return luaL_error(L, "ctx.rng: there is no whole number from %I to %I", (LUAI_UACINT)low, (LUAI_UACINT)high);
    uint64_t width = (uint64_t)high - (uint64_t)low + 1;
    uint64_t drawn = width == 0 ? etp_rng_next(rng) : etp_rng_below(rng, width);
    lua_pushinteger(L, (lua_Integer)((uint64_t)low + drawn));
    return 1;
}

static int context_rng(lua_State *L)
{
    etp_rng *rng = current(L)->rng;
    etp_hook hook = etp_vm_of(L)->hook;
    if (rng == NULL && (hook == ETP_HOOK_ON_SAVE || hook == ETP_HOOK_ON_LOAD))
        return luaL_error(L, "ctx.rng is not there in %s: a reload must not change what is drawn after it",
                          etp_hook_name(hook));
    return etp_context_draw(L, rng);
}

/* ---- ctx.log ---- */

void etp_context_log(const etp_logger *logger, const char *strategy, const char *node, const char *text, size_t size)
{
    char line[ETP_SCRIPT_LOG_LINE_MAX + 1];
    etp_call_clean(line, sizeof line, text, size);
    const char *quote = strchr(node, ' ') != NULL ? "\"" : "";
    etp_log(logger, ETP_LOG_INFO, "script", "strategy=%s node=%s%s%s text=\"%s\"", strategy, quote, node, quote, line);
}

static int context_log(lua_State *L)
{
    etp_script *script = etp_vm_of(L)->script;
    const etp_context *context = current(L);
    luaL_checkany(L, 1);
    etp_sandbox_tostring(L, 1);
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    if (!etp_call_may_log(script, &script->log_rate)) {
        script->stats.log_dropped++;
        return 0;
    }
    script->stats.log_lines++;
    etp_context_log(&script->logger, script->vm->name, etp_context_push_name(L, context), text, size);
    return 0;
}

/* ---- ctx.history ---- */

static const etp_history *history_of(lua_State *L)
{
    static const etp_history none = {0};
    const etp_history *history = current(L)->history;
    return history != NULL ? history : &none;
}

const etp_past_bid *etp_history_at(const etp_history *history, lua_Integer place)
{
    lua_Integer count = (lua_Integer)history->count;
    if (place < 0)
        place += count + 1;
    if (place < 1 || place > count)
        return NULL;
    return &history->bids[(history->first + (unsigned)place - 1) % ETP_HISTORY_MAX];
}

static int history_index(lua_State *L)
{
    const etp_history *history = history_of(L);
    int is_number;
    lua_Integer place = lua_tointegerx(L, 2, &is_number);
    if (!is_number)
        return luaL_error(L, "ctx.history is a list: ctx.history[1] is the oldest, ctx.history[-1] the newest");
    const etp_past_bid *past = etp_history_at(history, place);
    if (past == NULL)
        return 0;
    etp_view_push_element(L, ETP_VIEW_PAST, place < 0 ? place + (lua_Integer)history->count + 1 : place, past);
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

static void push_history(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"__index", history_index}, {"__len", history_length}, {"__newindex", read_only}, {NULL, NULL}};
    lua_newuserdatauv(L, 0, 1);
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    lua_createtable(L, 0, 5);
    luaL_setfuncs(L, methods, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "history");
    lua_setfield(L, -2, "__name");
    lua_setmetatable(L, -2);
}

/* ---- ctx ---- */

enum { NOW, DEADLINE, DEVICE_ID, NAME, STATE, PARAMS, RNG, LOG, HISTORY, ENTRIES };

static const char *const entries[ENTRIES] = {"now",    "deadline", "device_id", "name",   "state",
                                             "params", "rng",      "log",       "history"};

bool etp_context_knows(const char *name)
{
    for (int i = 0; i < ENTRIES; i++) {
        if (strcmp(entries[i], name) == 0)
            return true;
    }
    return false;
}

static int unknown_entry(lua_State *L)
{
    const char *word = etp_sandbox_tostring(L, 2);
    if (lua_type(L, 2) == LUA_TNUMBER || etp_view_knows(word))
        return luaL_error(L, "ctx has no field \"%s\"; a hook is called as %s, with a dot", word,
                          etp_hook_call(etp_vm_of(L)->hook));
    const char *nearest = etp_nearest(word, entries, ENTRIES);
    if (nearest != NULL)
        return luaL_error(L, "ctx has no field \"%s\"; did you mean \"%s\"?", word, nearest);
    return luaL_error(L, "ctx has no field \"%s\"; keep your own values in ctx.state", word);
}

/* ---- what its shelf has of the current call ---- */

static bool push_time(lua_State *L, etp_time time)
{
    if (time == ETP_TIME_NEVER)
        lua_pushnil(L);
    else
        lua_pushnumber(L, (double)time / (double)ETP_NS_PER_SECOND);
    return time != ETP_TIME_NEVER;
}

static void fill_time(etp_vm *vm, int entry, etp_shown *shown, etp_time time)
{
    if (!shown->is_set || shown->raw == (uint64_t)time)
        return;
    etp_shelf_push_key(vm->state, vm->context_shelf.first_key + (unsigned)entry);
    *shown = (etp_shown){.raw = (uint64_t)time, .is_set = push_time(vm->state, time)};
    lua_rawset(vm->state, ETP_SLOT_CTX_SHELF);
}

static void fill_device_id(etp_vm *vm, etp_shown *shown, etp_id device_id)
{
    if (!shown->is_set || shown->raw == device_id)
        return;
    etp_shelf_push_key(vm->state, vm->context_shelf.first_key + DEVICE_ID);
    lua_pushinteger(vm->state, (lua_Integer)device_id);
    lua_rawset(vm->state, ETP_SLOT_CTX_SHELF);
    shown->raw = device_id;
}

/* Another node's is taken out; should the script ask, it is put there again. */
static void fill_name(etp_vm *vm, etp_shown *shown, uint32_t node)
{
    if (!shown->is_set || shown->raw == node)
        return;
    etp_shelf_push_key(vm->state, vm->context_shelf.first_key + NAME);
    lua_pushnil(vm->state);
    lua_rawset(vm->state, ETP_SLOT_CTX_SHELF);
    shown->is_set = false;
}

/* The table of a node that has none yet is made when the script asks for it. */
static void fill_state(etp_vm *vm, uint32_t node)
{
    lua_State *L = vm->state;
    etp_context_shelf *shelf = &vm->context_shelf;
    if (shelf->state == NULL)
        return;
    etp_shelf_push_key(L, shelf->first_key + STATE);
    lua_rawgeti(L, ETP_SLOT_STATES, (lua_Integer)node + 1);
    const void *state = lua_topointer(L, -1);
    if (state == shelf->state) {
        lua_pop(L, 2);
        return;
    }
    lua_rawset(L, ETP_SLOT_CTX_SHELF);
    shelf->state = state;
}

void etp_context_fill(etp_vm *vm, const etp_context *context)
{
    etp_context_shelf *shelf = &vm->context_shelf;
    fill_time(vm, NOW, &shelf->now, context->now);
    fill_time(vm, DEADLINE, &shelf->deadline, context->deadline);
    fill_device_id(vm, &shelf->device_id, context->device_id);
    fill_name(vm, &shelf->name, context->node);
    fill_state(vm, context->node);
}

/* ---- what it does not have ---- */

/* Upvalues of context_miss. */
enum { PLACES = 1, STATES, NAMES };

/* A table per node, made when it is first asked for. */
static void push_state(lua_State *L, uint32_t node)
{
    lua_Integer place = (lua_Integer)node + 1;
    if (lua_rawgeti(L, lua_upvalueindex(STATES), place) == LUA_TTABLE)
        return;
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, lua_upvalueindex(STATES), place);
}

/* Kept, so that asking for it again leaves no garbage. */
static void push_kept_name(lua_State *L, const etp_context *context)
{
    lua_Integer place = (lua_Integer)context->node + 1;
    if (lua_rawgeti(L, lua_upvalueindex(NAMES), place) == LUA_TSTRING)
        return;
    etp_context_push_name(L, context);
    lua_pushvalue(L, -1);
    lua_rawseti(L, lua_upvalueindex(NAMES), place);
}

/* Puts the value at the top on the shelf at index 1. */
static void put(lua_State *L)
{
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -2);
    lua_rawset(L, 1);
}

static int miss_time(lua_State *L, etp_shown *shown, etp_time time)
{
    if (!push_time(L, time))
        return 1;
    put(L);
    *shown = (etp_shown){.raw = (uint64_t)time, .is_set = true};
    return 1;
}

static int context_miss(lua_State *L)
{
    const etp_context *context = current(L);
    etp_context_shelf *shelf = &etp_vm_of(L)->context_shelf;
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(PLACES)) != LUA_TNUMBER)
        return unknown_entry(L);
    switch (lua_tointeger(L, -1)) {
    case NOW:
        return miss_time(L, &shelf->now, context->now);
    case DEADLINE:
        return miss_time(L, &shelf->deadline, context->deadline);
    case DEVICE_ID:
        lua_pushinteger(L, (lua_Integer)context->device_id);
        put(L);
        shelf->device_id = (etp_shown){.raw = context->device_id, .is_set = true};
        return 1;
    case NAME:
        push_kept_name(L, context);
        put(L);
        shelf->name = (etp_shown){.raw = context->node, .is_set = true};
        return 1;
    default:
        push_state(L, context->node);
        put(L);
        shelf->state = lua_topointer(L, -1);
        return 1;
    }
}

/* ---- set-up ---- */

/* The places of what is read from the call, by name. */
static void push_places(lua_State *L, etp_context_shelf *shelf)
{
    lua_createtable(L, 0, STATE + 1);
    for (int i = NOW; i <= STATE; i++) {
        unsigned key = etp_shelf_add_key(L, entries[i]);
        shelf->first_key = i == NOW ? key : shelf->first_key;
        lua_pushinteger(L, i);
        lua_setfield(L, -2, entries[i]);
    }
}

static void make_shelf(lua_State *L)
{
    push_places(L, &etp_vm_of(L)->context_shelf);
    lua_pushvalue(L, ETP_SLOT_STATES);
    lua_newtable(L);
    etp_shelf_push(L, ENTRIES, context_miss, 3);
    etp_params_push_view(L);
    lua_setfield(L, -2, entries[PARAMS]);
    lua_pushcfunction(L, context_rng);
    lua_setfield(L, -2, entries[RNG]);
    lua_pushcfunction(L, context_log);
    lua_setfield(L, -2, entries[LOG]);
    push_history(L);
    lua_setfield(L, -2, entries[HISTORY]);
    lua_replace(L, ETP_SLOT_CTX_SHELF);
}

void etp_context_make(lua_State *L)
{
    make_shelf(L);
    lua_newuserdatauv(L, 0, 0);
    lua_createtable(L, 0, 4);
    lua_pushvalue(L, ETP_SLOT_CTX_SHELF);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, read_only);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "ctx");
    lua_setfield(L, -2, "__name");
    lua_setmetatable(L, -2);
    lua_replace(L, ETP_SLOT_CTX);
}

/* What is said of each entry. */
bool etp_context_describe(unsigned index, etp_api_field *field)
{
    static const etp_api_field facts[ENTRIES] = {
        [NOW] = {.type = "number", .unit = "s", .doc = "the engine's clock; the only one there is"},
        [DEADLINE] = {.type = "number",
                      .unit = "s",
                      .optional = true,
                      .doc = "when the answer is worth nothing any more; nil if it keeps"},
        [DEVICE_ID] = {.type = "integer", .unit = "id", .doc = "of the node that is asked"},
        [NAME] = {.type = "string", .doc = "of the node that is asked"},
        [STATE] = {.type = "table", .doc = "the node's own, empty at first: keep what you learn here"},
        [PARAMS] = {.type = "table", .doc = "parameters by name; read-only"},
        [RNG] = {.type = "function", .doc = "a random number, [0, 1); with m or m, n a whole one from 1 or m"},
        [LOG] = {.type = "function", .doc = "writes a line to the log, level info"},
        [HISTORY] = {.type = "list",
                     .of = "past bid",
                     .doc = "the last 64 finished bids, oldest first; empty for a bess"},
    };
    if (index >= ENTRIES)
        return false;
    *field = facts[index];
    field->name = entries[index];
    return true;
}

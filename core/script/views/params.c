/* SPDX-License-Identifier: MIT */
/* Parameters: declared by the script, kept in C, set from outside, read through `ctx.params`. */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"
#include "script/views/views.h"

static bool good_name(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size >= ETP_SCRIPT_NAME_MAX || isdigit((unsigned char)name[0]))
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)name[i]) && name[i] != '_')
            return false;
    }
    return true;
}

static double number_entry(lua_State *L, const etp_vm_param *param, const char *key, double standard)
{
    int type = lua_getfield(L, -1, key);
    if (type != LUA_TNIL && type != LUA_TNUMBER)
        luaL_error(L, "parameter \"%s\": %s must be a number, not a %s", param->name, key, lua_typename(L, type));
    double value = type == LUA_TNIL ? standard : lua_tonumber(L, -1);
    if (!isfinite(value))
        luaL_error(L, "parameter \"%s\": %s must be a finite number", param->name, key);
    lua_pop(L, 1);
    return value;
}

static void text_entry(lua_State *L, const etp_vm_param *param, const char *key, char *text, size_t room)
{
    int type = lua_getfield(L, -1, key);
    size_t size = 0;
    const char *given = type == LUA_TSTRING ? lua_tolstring(L, -1, &size) : "";
    if (type != LUA_TNIL && type != LUA_TSTRING)
        luaL_error(L, "parameter \"%s\": %s must be a string, not a %s", param->name, key, lua_typename(L, type));
    if (size >= room)
        luaL_error(L, "parameter \"%s\": %s is longer than %d bytes", param->name, key, (int)room - 1);
    snprintf(text, room, "%s", given);
    etp_call_disarm(text);
    lua_pop(L, 1);
}

static const char *const known[] = {"default", "min", "max", "unit", "live", "doc"};
enum { KNOWN = sizeof known / sizeof known[0] };

static void check_keys(lua_State *L, const etp_vm_param *param)
{
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        bool found = false;
        for (unsigned i = 0; i < KNOWN; i++)
            found = found || strcmp(key, known[i]) == 0;
        if (found)
            continue;
        const char *nearest = etp_nearest(key, known, KNOWN);
        const char *there = "parameter has default, min, max, unit, live and doc";
        if (nearest != NULL)
            luaL_error(L, "parameter \"%s\": \"%s\" is not known; did you mean \"%s\"? A %s", param->name, key, nearest,
                       there);
        luaL_error(L, "parameter \"%s\": \"%s\" is not known; a %s", param->name, key, there);
    }
}

/* What is said of each key of a declaration. */
bool etp_params_describe(unsigned index, etp_api_field *field)
{
    static const etp_api_field facts[] = {
        {.type = "number", .doc = "what it is where nobody sets it"},
        {.type = "number", .optional = true, .doc = "the least it may be; without it there is no bound"},
        {.type = "number", .optional = true, .doc = "the most it may be; without it there is no bound"},
        {.type = "string", .optional = true, .doc = "for people, at most 23 bytes"},
        {.type = "boolean", .optional = true, .doc = "may be changed while the market runs"},
        {.type = "string", .optional = true, .doc = "for people, at most 255 bytes"},
    };
    _Static_assert(sizeof facts / sizeof facts[0] == KNOWN, "one fact for each of the known keys");
    if (index >= KNOWN)
        return false;
    *field = facts[index];
    field->name = known[index];
    return true;
}

static void take_table(lua_State *L, etp_vm_param *param)
{
    check_keys(L, param);
    if (lua_getfield(L, -1, "default") == LUA_TNIL)
        luaL_error(L, "parameter \"%s\" has no default; write %s = { default = 1 }", param->name, param->name);
    lua_pop(L, 1);
    param->standard = number_entry(L, param, "default", 0);
    param->low = number_entry(L, param, "min", -DBL_MAX);
    param->high = number_entry(L, param, "max", DBL_MAX);
    text_entry(L, param, "unit", param->unit, sizeof param->unit);
    text_entry(L, param, "doc", param->doc, sizeof param->doc);
    int type = lua_getfield(L, -1, "live");
    if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        luaL_error(L, "parameter \"%s\": live must be true or false", param->name);
    param->live = lua_toboolean(L, -1);
    lua_pop(L, 1);
}

/* The declaration is at the top of the stack. */
static void take_one(lua_State *L, etp_vm_param *param)
{
    if (lua_istable(L, -1)) {
        take_table(L, param);
    } else if (lua_type(L, -1) == LUA_TNUMBER && isfinite(lua_tonumber(L, -1))) {
        param->standard = lua_tonumber(L, -1);
        param->low = -DBL_MAX;
        param->high = DBL_MAX;
    } else {
        luaL_error(L, "parameter \"%s\" must be a finite number or a table such as { default = 1, min = 0, max = 10 }",
                   param->name);
    }
    if (param->low > param->high)
        luaL_error(L, "parameter \"%s\": min is above max", param->name);
    if (param->standard < param->low || param->standard > param->high)
        luaL_error(L, "parameter \"%s\": the default is outside min and max", param->name);
    param->value = param->standard;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const etp_vm_param *)a)->name, ((const etp_vm_param *)b)->name);
}

static void take_all(lua_State *L, etp_vm *vm)
{
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        if (vm->param_count == ETP_SCRIPT_PARAMS_MAX)
            luaL_error(L, "params has more than %d entries", ETP_SCRIPT_PARAMS_MAX);
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        if (!good_name(name))
            luaL_error(L, "params: \"%s\" is no parameter's name; use letters, digits and _", name);
        etp_vm_param *param = &vm->params[vm->param_count++];
        snprintf(param->name, sizeof param->name, "%s", name);
        take_one(L, param);
    }
    qsort(vm->params, vm->param_count, sizeof *vm->params, by_name);
}

void etp_params_take(lua_State *L, etp_vm *vm)
{
    lua_pushliteral(L, "params");
    int type = lua_rawget(L, -2);
    if (type != LUA_TNIL && type != LUA_TTABLE)
        luaL_error(L, "params must be a table of parameters, not a %s", lua_typename(L, type));
    if (type == LUA_TTABLE) {
        vm->params = etp_memory_take(vm->script->options.allocator, ETP_SCRIPT_PARAMS_MAX * sizeof *vm->params);
        if (vm->params == NULL)
            luaL_error(L, "no memory for the parameters");
        take_all(L, vm);
    }
    lua_pop(L, 1);
}

/* ---- ctx.params ---- */

static unsigned list_names(const etp_vm *vm, const char **names)
{
    for (unsigned i = 0; i < vm->param_count; i++)
        names[i] = vm->params[i].name;
    return vm->param_count;
}

static int unknown(lua_State *L, const etp_vm *vm)
{
    const char *names[ETP_SCRIPT_PARAMS_MAX];
    const char *word = etp_sandbox_tostring(L, 2);
    const char *nearest = etp_nearest(word, names, list_names(vm, names));
    if (nearest != NULL)
        return luaL_error(L, "ctx.params has no \"%s\"; did you mean \"%s\"?", word, nearest);
    return luaL_error(L, "ctx.params has no \"%s\"; declare it in the table params of the script", word);
}

/* All that there are lie on the shelf. */
static int params_miss(lua_State *L)
{
    return unknown(L, etp_vm_of(L));
}

static int params_newindex(lua_State *L)
{
    return luaL_error(L, "ctx.params is read-only; a parameter is set from outside, your own values go into ctx.state");
}

static int params_step(lua_State *L)
{
    const etp_vm *vm = etp_vm_of(L);
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(1));
    if (at >= (lua_Integer)vm->param_count)
        return 0;
    lua_pushinteger(L, at + 1);
    lua_replace(L, lua_upvalueindex(1));
    lua_pushstring(L, vm->params[at].name);
    lua_pushnumber(L, vm->params[at].value);
    return 2;
}

static int params_pairs(lua_State *L)
{
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, params_step, 1);
    return 1;
}

static void make_shelf(lua_State *L, etp_vm *vm)
{
    etp_shelf_push(L, (int)vm->param_count, params_miss, 0);
    for (unsigned i = 0; i < vm->param_count; i++) {
        etp_vm_param *param = &vm->params[i];
        unsigned key = etp_shelf_add_key(L, param->name);
        vm->first_param_key = i == 0 ? key : vm->first_param_key;
        param->shown = param->value;
        lua_pushnumber(L, param->value);
        lua_setfield(L, -2, param->name);
    }
    lua_replace(L, ETP_SLOT_PARAMS_SHELF);
}

void etp_params_push_view(lua_State *L)
{
    static const luaL_Reg methods[] = {{"__newindex", params_newindex}, {"__pairs", params_pairs}, {NULL, NULL}};
    make_shelf(L, etp_vm_of(L));
    lua_newuserdatauv(L, 0, 0);
    lua_createtable(L, 0, 5);
    lua_pushvalue(L, ETP_SLOT_PARAMS_SHELF);
    lua_setfield(L, -2, "__index");
    luaL_setfuncs(L, methods, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "params");
    lua_setfield(L, -2, "__name");
    lua_setmetatable(L, -2);
}

void etp_params_fill(etp_vm *vm)
{
    for (unsigned i = 0; i < vm->param_count; i++) {
        etp_vm_param *param = &vm->params[i];
        if (memcmp(&param->shown, &param->value, sizeof param->value) == 0)
            continue;
        param->shown = param->value;
        etp_shelf_push_key(vm->state, vm->first_param_key + i);
        lua_pushnumber(vm->state, param->value);
        lua_rawset(vm->state, ETP_SLOT_PARAMS_SHELF);
    }
}

/* ---- setting ---- */

int etp_params_get(const etp_vm *vm, unsigned index, etp_param *param)
{
    if (index >= vm->param_count)
        return ETP_ENOENT;
    const etp_vm_param *own = &vm->params[index];
    *param = (etp_param){.name = own->name,
                         .unit = own->unit,
                         .doc = own->doc,
                         .value = own->value,
                         .low = own->low,
                         .high = own->high,
                         .standard = own->standard,
                         .live = own->live};
    return ETP_OK;
}

static int no_such(const etp_vm *vm, const char *name, etp_error *error)
{
    char list[512] = "";
    size_t used = 0;
    for (unsigned i = 0; i < vm->param_count && used < sizeof list; i++) {
        int size = snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", vm->params[i].name);
        used += size > 0 ? (size_t)size : 0;
    }
    if (vm->param_count == 0)
        return etp_fail(error, ETP_ENOENT, "%s has no parameter \"%.64s\": it has none at all", vm->name, name);
    return etp_fail(error, ETP_ENOENT, "%s has no parameter \"%.64s\"; its parameters are: %s", vm->name, name, list);
}

static int out_of_range(const etp_vm *vm, const etp_vm_param *param, double value, etp_error *error)
{
    const char *space = param->unit[0] != '\0' ? " " : "";
    if (param->low == -DBL_MAX && param->high == DBL_MAX)
        return etp_fail(error, ETP_ERANGE, "%s.%s = %g: it takes any finite number", vm->name, param->name, value);
    if (param->high == DBL_MAX)
        return etp_fail(error, ETP_ERANGE, "%s.%s = %g is out of range: it takes %g%s%s or more", vm->name, param->name,
                        value, param->low, space, param->unit);
    if (param->low == -DBL_MAX)
        return etp_fail(error, ETP_ERANGE, "%s.%s = %g is out of range: it takes at most %g%s%s", vm->name, param->name,
                        value, param->high, space, param->unit);
    return etp_fail(error, ETP_ERANGE, "%s.%s = %g is out of range: it takes %g to %g%s%s", vm->name, param->name,
                    value, param->low, param->high, space, param->unit);
}

static int find(etp_vm *vm, const char *name, etp_vm_param **found, etp_error *error)
{
    for (unsigned i = 0; i < vm->param_count; i++) {
        *found = &vm->params[i];
        if (strcmp(vm->params[i].name, name) == 0)
            return ETP_OK;
    }
    return no_such(vm, name, error);
}

int etp_params_check(etp_vm *vm, const char *name, double value, bool running, etp_error *error)
{
    etp_vm_param *param = NULL;
    if (name == NULL)
        return etp_fail(error, ETP_EINVAL, "a parameter is set by its name");
    int result = find(vm, name, &param, error);
    if (result != ETP_OK)
        return result;
    if (running && !param->live)
        return etp_fail(error, ETP_ESTATE,
                        "%s.%s cannot be changed while the script is in use: declare it with live = true", vm->name,
                        param->name);
    if (!isfinite(value) || value < param->low || value > param->high)
        return out_of_range(vm, param, value, error);
    return ETP_OK;
}

int etp_params_set(etp_vm *vm, const char *name, double value, etp_error *error)
{
    etp_vm_param *param = NULL;
    int result = etp_params_check(vm, name, value, false, error);
    if (result != ETP_OK)
        return result;
    find(vm, name, &param, NULL);
    param->value = value;
    param->given = true;
    return ETP_OK;
}

/* SPDX-License-Identifier: MIT */
/* The table that a script returns: api, name, role, params and hooks; what is missing or misspelt gets a sentence. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"
#include "script/views/views.h"

static const char *const hook_names[ETP_HOOKS] = {
#define ETP_X(NAME, name, arguments, aggregator, bess) name,
    ETP_HOOK_LIST(ETP_X)
#undef ETP_X
};

static const char *const hook_calls[ETP_HOOKS] = {
#define ETP_X(NAME, name, arguments, aggregator, bess) name arguments,
    ETP_HOOK_LIST(ETP_X)
#undef ETP_X
};

static const bool hook_roles[ETP_HOOKS][2] = {
#define ETP_X(NAME, name, arguments, aggregator, bess) {[ETP_ROLE_BESS] = (bess), [ETP_ROLE_AGGREGATOR] = (aggregator)},
    ETP_HOOK_LIST(ETP_X)
#undef ETP_X
};

const char *etp_hook_name(etp_hook hook)
{
    return hook_names[hook];
}

const char *etp_hook_call(etp_hook hook)
{
    return hook_calls[hook];
}

bool etp_hook_known_to(etp_hook hook, etp_role role)
{
    return hook_roles[hook][role];
}

const char *etp_role_name(etp_role role)
{
    static const char *const names[] = {[ETP_ROLE_BESS] = "bess", [ETP_ROLE_AGGREGATOR] = "aggregator"};
    return (unsigned)role <= ETP_ROLE_AGGREGATOR ? names[role] : "?";
}

static int get(lua_State *L, const char *key)
{
    lua_pushstring(L, key);
    return lua_rawget(L, -2);
}

static void take_api(lua_State *L, bool implied)
{
    int type = get(L, "api");
    if (type == LUA_TNIL && implied) {
        lua_pop(L, 1);
        return;
    }
    if (type == LUA_TNIL)
        luaL_error(L, "the table it returns has no \"api\"; add api = %d", ETP_SCRIPT_API);
    if (type == LUA_TSTRING)
        luaL_error(L, "api = \"%s\" is a string; write api = %d", lua_tostring(L, -1), ETP_SCRIPT_API);
    if (type != LUA_TNUMBER || lua_tonumber(L, -1) != ETP_SCRIPT_API)
        luaL_error(L, "api = %s is not known; this engine has api = %d", etp_sandbox_tostring(L, lua_gettop(L)),
                   ETP_SCRIPT_API);
    lua_pop(L, 1);
}

static void take_role(lua_State *L, etp_vm *vm, bool implied)
{
    int type = get(L, "role");
    if (type == LUA_TNIL && implied) {
        lua_pop(L, 1);
        return;
    }
    const char *role = type == LUA_TSTRING ? lua_tostring(L, -1) : "";
    if (type == LUA_TNIL)
        luaL_error(L, "the table it returns has no \"role\"; add role = \"aggregator\" (a buyer) or role = \"bess\" "
                      "(a battery's reserve policy)");
    if (strcmp(role, "bess") == 0)
        vm->role = ETP_ROLE_BESS;
    else if (strcmp(role, "aggregator") == 0)
        vm->role = ETP_ROLE_AGGREGATOR;
    else
        luaL_error(L, "role = \"%s\" is not known; it is \"aggregator\" or \"bess\"",
                   etp_sandbox_tostring(L, lua_gettop(L)));
    lua_pop(L, 1);
}

static bool good_name(const char *name, size_t size)
{
    if (size == 0 || size > ETP_SCRIPT_NAME_MAX)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-')
            return false;
    }
    return true;
}

static void take_name(lua_State *L, etp_vm *vm)
{
    int type = get(L, "name");
    size_t size = 0;
    const char *name = type == LUA_TSTRING ? lua_tolstring(L, -1, &size) : "";
    if (type != LUA_TNIL && !good_name(name, size))
        luaL_error(L, "name must be a string of 1 to %d letters, digits, _ and -", ETP_SCRIPT_NAME_MAX);
    if (type != LUA_TNIL)
        snprintf(vm->name, sizeof vm->name, "%s", name);
    vm->named = type != LUA_TNIL;
    lua_pop(L, 1);
}

/* ---- keys that are not known ---- */

static const char *const other_keys[] = {"api", "name", "role", "params"};
enum { OTHER_KEYS = sizeof other_keys / sizeof other_keys[0], KEYS = OTHER_KEYS + ETP_HOOKS };

static void list_keys(const char **names)
{
    memcpy(names, other_keys, sizeof other_keys);
    memcpy(names + OTHER_KEYS, hook_names, sizeof hook_names);
}

/* Whether the entry under `key`, whose value is at the top, cannot stay: a function, or nearly a known name. */
static bool offends(lua_State *L, const char *key, const char *const *names)
{
    for (unsigned i = 0; i < KEYS; i++) {
        if (strcmp(key, names[i]) == 0)
            return false;
    }
    return lua_isfunction(L, -1) || etp_nearest(key, names, KEYS) != NULL;
}

/* Pushes where the value of `key` in the table at the top stands, if that can be told: of functions. */
static const char *push_place(lua_State *L, const char *key)
{
    lua_Debug facts = {0};
    if (get(L, key) == LUA_TFUNCTION)
        lua_getinfo(L, ">S", &facts);
    else
        lua_pop(L, 1);
    if (facts.linedefined <= 0)
        return lua_pushliteral(L, "");
    return lua_pushfstring(L, " (line %d)", facts.linedefined);
}

static void check_keys(lua_State *L)
{
    const char *names[KEYS];
    list_keys(names);
    const char *worst = NULL; /* the first in order, since Lua's own order is another in each process */
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
        if (key != NULL && offends(L, key, names) && (worst == NULL || strcmp(key, worst) < 0))
            worst = key;
    }
    if (worst == NULL)
        return;
    const char *nearest = etp_nearest(worst, names, KEYS), *place = push_place(L, worst);
    if (nearest != NULL)
        luaL_error(L, "\"%s\"%s is not known; did you mean \"%s\"?", worst, place, nearest);
    luaL_error(L,
               "\"%s\"%s is not a hook; make it a local function, or name it as one of the hooks in docs/scripting.md",
               worst, place);
}

/* ---- hooks ---- */

static const char *hooks_of(etp_role role)
{
    return role == ETP_ROLE_AGGREGATOR ? "on_offer, on_result, on_interval, on_start or on_fault"
                                       : "reserve, choose, on_result, on_interval, on_start or on_fault";
}

/* `function S:on_offer(ctx, offer)` has a first argument that nobody wrote: it would get ctx. */
static void refuse_colon(lua_State *L, etp_hook hook)
{
    const char *first = lua_getlocal(L, NULL, 1);
    if (first != NULL && strcmp(first, "self") == 0)
        luaL_error(L, "%s is written with a colon; a hook is called as %s, with a dot: function S.%s", hook_names[hook],
                   hook_calls[hook], hook_calls[hook]);
}

static bool take_hook(lua_State *L, int table, etp_vm *vm, etp_hook hook)
{
    const char *name = hook_names[hook];
    lua_pushstring(L, name);
    int type = lua_rawget(L, table);
    if (type != LUA_TNIL && type != LUA_TFUNCTION)
        luaL_error(L, "%s must be a function, not a %s", name, lua_typename(L, type));
    if (type == LUA_TFUNCTION && !etp_hook_known_to(hook, vm->role))
        luaL_error(L, "%s is a hook of the other role; this script's role is \"%s\", which has %s", name,
                   etp_role_name(vm->role), hooks_of(vm->role));
    if (type == LUA_TFUNCTION)
        refuse_colon(L, hook);
    vm->has_hook[hook] = type == LUA_TFUNCTION;
    return vm->has_hook[hook] && hook != ETP_HOOK_ON_SAVE && hook != ETP_HOOK_ON_LOAD;
}

void etp_shape_take(lua_State *L, etp_vm *vm, bool implied)
{
    if (!lua_istable(L, -1))
        luaL_error(L, "it returns %s, not a table; end the file with \"return S\", where S is the strategy's table",
                   lua_isnil(L, -1) ? "nothing" : luaL_typename(L, -1));
    check_keys(L);
    take_api(L, implied);
    take_role(L, vm, implied);
    take_name(L, vm);
    etp_params_take(L, vm);
    luaL_checkstack(L, ETP_HOOKS + LUA_MINSTACK, NULL);
    int table = lua_gettop(L);
    bool any = false;
    for (int hook = 0; hook < ETP_HOOKS; hook++)
        any |= take_hook(L, table, vm, (etp_hook)hook);
    if (!any)
        luaL_error(L, "it has no hooks, so it would never be called; a script of role \"%s\" defines %s",
                   etp_role_name(vm->role), hooks_of(vm->role));
}

/* What is said of each of the keys that are no hooks. */
bool etp_shape_describe(unsigned index, etp_api_field *field)
{
    static const etp_api_field facts[] = {
        {.type = "integer", .doc = "the script API that it is written for"},
        {.type = "string", .optional = true, .doc = "1 to 64 letters, digits, _ and -; else the file's name"},
        {.type = "string", .of = "role", .doc = "\"aggregator\" buys, \"bess\" is a battery's reserve policy"},
        {.type = "table", .optional = true, .doc = "parameters by name: a number, or a table that says more"},
    };
    _Static_assert(sizeof facts / sizeof facts[0] == OTHER_KEYS, "one fact for each of other_keys");
    if (index >= OTHER_KEYS)
        return false;
    *field = facts[index];
    field->name = other_keys[index];
    return true;
}

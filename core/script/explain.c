/* SPDX-License-Identifier: MIT */
/* From an error that a script raised to a text that helps: what was nil and why, where, and by which calls. */
#include <stdio.h>
#include <string.h>

#include "script/internal.h"
#include "script/views/views.h"

enum { MESSAGE_MAX = 1000 };

/* ---- what was nil ---- */

static const char *why_nil(const char *field)
{
    static const char *const reasons[][2] = {
        {"reserve", "the owner's price is not disclosed here (etp-engine's --disclose reserve)"},
        {"price", "only an accepted bid has a price"},
        {"best", "the price to beat is not disclosed here (etp-engine's --disclose winner)"},
        {"spot", "no price has been published yet"},
        {"forecast", "there is none"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(field, reasons[i][0]) == 0)
            return reasons[i][1];
    }
    return "it has no value here";
}

static bool speaks_of_nil(const char *text)
{
    return strstr(text, "a nil value") != NULL || strstr(text, "with nil") != NULL || strstr(text, "nil with") != NULL;
}

/* Lua names what was nil where it can: another field, or a global, is not the one that was read last. A local variable,
 * or no name at all as in a comparison, may be. */
static bool may_mean(const char *text, const char *field)
{
    char name[64];
    if (!speaks_of_nil(text) || strstr(text, "(global '") != NULL)
        return false;
    snprintf(name, sizeof name, "(field '%s')", field);
    return strstr(text, "(field '") == NULL || strstr(text, name) != NULL;
}

static const char *add_hint(lua_State *L, const etp_vm *vm, const char *text)
{
    const etp_field *field = vm->nil_field;
    if (field == NULL || !may_mean(text, field->name))
        return text;
    return lua_pushfstring(L, "%s; %s.%s was nil: %s", text, etp_view_name(vm->nil_kind), field->name,
                           why_nil(field->name));
}

/* ---- where ---- */

/* The script's own line that was running, which a text that the script made up need not name. */
static void note_place(lua_State *L, etp_vm *vm)
{
    lua_Debug at;
    for (int level = 1; lua_getstack(L, level, &at); level++) {
        lua_getinfo(L, "Sl", &at);
        if (at.currentline > 0) {
            snprintf(vm->error_place, sizeof vm->error_place, "%s:%d", at.short_src, at.currentline);
            return;
        }
    }
}

int etp_call_explain(lua_State *L)
{
    etp_vm *vm = etp_vm_of(L);
    size_t size = 0;
    const char *text = lua_tolstring(L, 1, &size);
    note_place(L, vm);
    if (text == NULL)
        text = lua_pushfstring(L, "the error is a %s, not a text", luaL_typename(L, 1));
    else if (size > MESSAGE_MAX)
        text = lua_pushlstring(L, text, MESSAGE_MAX);
    luaL_traceback(L, L, add_hint(L, vm, text), 1);
    return 1;
}

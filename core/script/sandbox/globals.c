/* SPDX-License-Identifier: MIT */
/* Which global variables a script writes, and where: a forgotten "local" is the commonest of mistakes in Lua. */
#include <stdio.h>
#include <string.h>

#include "script/internal.h"
#include "script/sandbox/sandbox.h"

static bool is_noted(const etp_vm *vm, const char *name, int hook)
{
    for (unsigned i = 0; i < vm->global_count; i++)
        if (vm->globals[i].hook == hook && strcmp(vm->globals[i].name, name) == 0)
            return true;
    return false;
}

/* A name that is no text, as in _G[1] = 2, is no forgotten "local". */
static void note(lua_State *L, etp_vm *vm)
{
    lua_Debug at;
    int hook = vm->loading ? -1 : (int)vm->hook;
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;
    if (name == NULL || strlen(name) >= ETP_SCRIPT_NAME_MAX || vm->global_count == ETP_WRITTEN_GLOBALS_MAX ||
        is_noted(vm, name, hook) || !lua_getstack(L, 1, &at))
        return;
    lua_getinfo(L, "Sl", &at);
    etp_written_global *global = &vm->globals[vm->global_count++];
    global->hook = hook;
    snprintf(global->name, sizeof global->name, "%s", name);
    snprintf(global->place, sizeof global->place, "%s:%d", at.short_src, at.currentline);
    etp_call_disarm(global->place);
}

/* Upvalue 1: where globals are kept. */
static int note_and_set(lua_State *L)
{
    lua_settop(L, 3);
    note(L, etp_vm_of(L));
    lua_rawset(L, lua_upvalueindex(1));
    return 0;
}

void etp_sandbox_push_noter(lua_State *L)
{
    lua_pushcclosure(L, note_and_set, 1);
}

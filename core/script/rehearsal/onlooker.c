/* SPDX-License-Identifier: MIT */
/* Looking on: which parameters and globals the calls of a rehearsal touch. */
#include <stdio.h>
#include <string.h>

#include "script/rehearsal/rehearse.h"
#include "script/sandbox/sandbox.h"

/* Upvalue 1 of the functions that take the place of ctx.params' own: those. */
enum { OWN = 1 };

static void note_param(lua_State *L, etp_vm *vm)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    for (unsigned i = 0; i < vm->param_count; i++)
        if (strcmp(vm->params[i].name, name) == 0)
            vm->params_read |= UINT64_C(1) << i;
}

static int note_and_get(lua_State *L)
{
    lua_settop(L, 2);
    note_param(L, etp_vm_of(L));
    lua_pushvalue(L, lua_upvalueindex(OWN));
    if (lua_isfunction(L, -1)) {
        lua_insert(L, 1);
        lua_call(L, 2, 1);
        return 1;
    }
    lua_insert(L, 2);
    lua_gettable(L, 2);
    return 1;
}

/* pairs(ctx.params) reads them all. */
static int note_all(lua_State *L)
{
    etp_vm_of(L)->params_read = UINT64_MAX;
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(OWN));
    lua_insert(L, 1);
    lua_call(L, 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* The metatable of ctx.params is at the top. */
static void replace(lua_State *L, const char *event, lua_CFunction function)
{
    lua_getfield(L, -1, event);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, event);
}

/* Takes ctx. The metatables hide themselves from scripts only. */
static int watch(lua_State *L)
{
    lua_getfield(L, 1, "params");
    lua_getmetatable(L, -1);
    replace(L, "__index", note_and_get);
    replace(L, "__pairs", note_all);
    if (etp_vm_of(L)->role != ETP_ROLE_AGGREGATOR)
        return 0;
    etp_sandbox_push_environment(L);
    lua_getmetatable(L, -1);
    lua_getfield(L, -1, "__index");
    etp_sandbox_push_noter(L);
    lua_setfield(L, -2, "__newindex");
    return 0;
}

int etp_rehearse_watch(etp_rehearsing *rehearsing, etp_error *error)
{
    etp_vm *vm = rehearsing->script->vm;
    lua_State *L = vm->state;
    if (vm->watched)
        return ETP_OK;
    etp_meter_reset(vm, rehearsing->script->options.load_instruction_limit);
    lua_settop(L, ETP_SLOTS);
    lua_pushcfunction(L, watch);
    lua_pushvalue(L, ETP_SLOT_CTX);
    vm->context = &rehearsing->nodes[0].context;
    int status = lua_pcall(L, 1, 0, 0);
    vm->context = NULL;
    vm->watched = status == LUA_OK;
    lua_settop(L, ETP_SLOTS);
    return status == LUA_OK ? ETP_OK : etp_fail(error, ETP_ENOMEM, "%s: no memory to look on at dry calls", vm->chunk);
}

void etp_rehearse_report_watched(const etp_vm *vm, etp_rehearsal *report)
{
    report->params_read = vm->params_read;
    for (unsigned i = 0; i < vm->global_count && report->global_count < ETP_REHEARSAL_GLOBALS_MAX; i++) {
        const etp_written_global *global = &vm->globals[i];
        etp_rehearsal_global *line = &report->globals[report->global_count++];
        snprintf(line->name, sizeof line->name, "%s", global->name);
        snprintf(line->place, sizeof line->place, "%s", global->place);
        line->hook = global->hook < 0 ? NULL : etp_hook_name((etp_hook)global->hook);
    }
}

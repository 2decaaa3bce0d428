/* SPDX-License-Identifier: MIT */
/*
 * From source text to a state that is ready to be called. Three steps, each under a protected call of its own so that
 * its failure gets its own kind of sentence: compile and set up, run the file, look at what it returned. A file that holds
 * data alone takes the first two, and table/take.c then looks at what it returned.
 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"
#include "script/views/views.h"

/* What the steps hand on. */
typedef struct raw_text {
    etp_vm *vm;
    const char *text;
    size_t size;
} raw_text;

etp_vm *etp_vm_of(lua_State *L)
{
    etp_vm *vm;
    memcpy(&vm, lua_getextraspace(L), sizeof vm);
    return vm;
}

/* Leaves the environment and the file's function. */
static int compile(lua_State *L)
{
    raw_text *given = lua_touserdata(L, 1);
    etp_sandbox_push(L);
    etp_field_keep_names(L);
    bool is_file = given->vm->folder[0] != '\0';
    const char *chunk = lua_pushfstring(L, is_file ? "@%s" : "=%s", given->vm->chunk);
    if (etp_meter_compile(L, given->text, given->size, chunk) != LUA_OK)
        return lua_error(L);
    lua_pushvalue(L, 2);
    lua_setupvalue(L, -2, 1);
    lua_remove(L, -2);
    return 2;
}

/* Room for all slots below the hooks, which are at the top. */
static void make_slots(lua_State *L)
{
    enum { BELOW_HOOKS = ETP_SLOT_HOOKS - 1 };
    lua_settop(L, lua_gettop(L) + BELOW_HOOKS);
    lua_rotate(L, 1, BELOW_HOOKS);
    lua_pushcfunction(L, etp_call_explain);
    lua_replace(L, ETP_SLOT_HANDLER);
    lua_newtable(L);
    lua_replace(L, ETP_SLOT_STATES);
    lua_newtable(L);
    lua_replace(L, ETP_SLOT_KEYS);
}

/* Takes the environment and the returned table, and leaves what the slots name. */
static int settle(lua_State *L)
{
    luaL_checkstack(L, ETP_SLOTS + LUA_MINSTACK, NULL);
    lua_settop(L, 2);
    etp_shape_take(L, etp_vm_of(L), false);
    lua_pushvalue(L, 1);
    etp_sandbox_seal(L);
    lua_pop(L, 1);
    lua_remove(L, 1);
    lua_remove(L, 1);
    make_slots(L);
    etp_context_make(L);
    etp_views_make(L);
    /* What the set-up left behind is collected now, not during the first calls. */
    lua_gc(L, LUA_GCCOLLECT);
    return ETP_SLOTS;
}

static int fail(etp_vm *vm, int status, const char *where, etp_error *error)
{
    char text[ETP_ERROR_TEXT_MAX];
    bool limit = status == LUA_ERRMEM || etp_meter_dead(vm);
    etp_call_failure_text(vm, status, where, text, sizeof text);
    return etp_fail(error, limit ? ETP_ELIMIT : ETP_ESCRIPT, "%s", text);
}

/* Leaves the environment and what the file returned. */
static int run_file(etp_vm *vm, const char *text, size_t size, etp_error *error)
{
    lua_State *L = vm->state;
    if (!lua_checkstack(L, ETP_SLOTS + LUA_MINSTACK))
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for a Lua stack", vm->chunk);
    raw_text given = {vm, text, size};
    lua_pushcfunction(L, compile);
    lua_pushlightuserdata(L, &given);
    int status = lua_pcall(L, 1, 2, 0);
    if (status != LUA_OK)
        return fail(vm, status, status == LUA_ERRMEM ? vm->chunk : "", error);
    /* handler, environment, file */
    lua_pushcfunction(L, etp_call_explain);
    lua_insert(L, 1);
    status = lua_pcall(L, 0, 1, 1);
    if (status != LUA_OK)
        return fail(vm, status, status == LUA_ERRMEM ? vm->chunk : "", error);
    lua_remove(L, 1);
    return ETP_OK;
}

static int settle_in(etp_vm *vm, etp_error *error)
{
    lua_pushcfunction(vm->state, settle);
    lua_insert(vm->state, 1);
    int status = etp_call_plainly(vm, 2, ETP_SLOTS, 0);
    return status == LUA_OK ? ETP_OK : fail(vm, status, vm->chunk, error);
}

/* The file's name without folder and ".lua", as far as it can be a name. */
static void name_after(etp_vm *vm, const char *chunk)
{
    const char *slash = strrchr(chunk, '/');
    const char *base = slash != NULL ? slash + 1 : chunk;
    size_t size = strlen(base);
    if (size > 4 && strcmp(base + size - 4, ".lua") == 0)
        size -= 4;
    snprintf(vm->name, sizeof vm->name, "%.*s", (int)(size < ETP_SCRIPT_NAME_MAX ? size : ETP_SCRIPT_NAME_MAX), base);
}

static int prepare(etp_vm *vm, const char *text, size_t size, etp_error *error)
{
    vm->state = lua_newstate(etp_meter_allocate, vm);
    if (vm->state == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for a Lua state within %zu bytes", vm->chunk,
                        vm->meter.memory_limit);
    memcpy(lua_getextraspace(vm->state), &vm, sizeof vm);
    etp_meter_reset(vm, vm->script->options.load_instruction_limit);
    etp_source_hash(vm->hash, text, size);
    size_t mark = etp_source_mark(text, size);
    vm->loading = true;
    locale_t before = uselocale(vm->script->plain);
    int result = run_file(vm, text + mark, size - mark, error);
    uselocale(before);
    return result;
}

static void folder_of(const char *path, char *folder, size_t room)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        snprintf(folder, room, "./");
    else
        snprintf(folder, room, "%.*s", (int)(slash - path + 1), path);
}

static int begin(etp_vm *vm, etp_script *script, const etp_origin *origin, const char **text, size_t *size,
                 etp_error *error)
{
    const etp_source *source;
    vm->script = script;
    vm->meter.memory_limit = script->options.memory_limit;
    vm->meter.churn_left = UINT64_MAX;
    snprintf(vm->chunk, sizeof vm->chunk, "%s", origin->chunk);
    name_after(vm, origin->chunk);
    *text = origin->text;
    *size = origin->size;
    if (origin->path == NULL)
        return ETP_OK;
    if (strlen(origin->path) >= sizeof vm->folder)
        return etp_fail(error, ETP_EINVAL, "the path of the script is too long");
    folder_of(origin->path, vm->folder, sizeof vm->folder);
    int result = etp_sources_read(origin->sources, origin->path, &source, error);
    if (result != ETP_OK)
        return result;
    *text = source->text;
    *size = source->size;
    return ETP_OK;
}

int etp_vm_run(etp_vm **vm, etp_script *script, const etp_origin *origin, etp_error *error)
{
    const char *text;
    size_t size;
    *vm = NULL;
    etp_vm *made = etp_memory_take(script->options.allocator, sizeof *made);
    if (made == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory", origin->chunk);
    int result = begin(made, script, origin, &text, &size, error);
    if (result == ETP_OK)
        result = etp_source_check(origin->chunk, text, size, error);
    made->sources = origin->sources;
    if (result == ETP_OK)
        result = prepare(made, text, size, error);
    made->sources = NULL;
    if (result != ETP_OK) {
        etp_vm_free(made);
        return result;
    }
    *vm = made;
    return ETP_OK;
}

int etp_vm_new(etp_vm **vm, etp_script *script, const etp_origin *origin, etp_error *error)
{
    int result = etp_vm_run(vm, script, origin, error);
    if (result != ETP_OK)
        return result;
    result = settle_in(*vm, error);
    (*vm)->loading = false;
    if (result != ETP_OK) {
        etp_vm_free(*vm);
        *vm = NULL;
    }
    return result;
}

void etp_vm_free(etp_vm *vm)
{
    if (vm == NULL)
        return;
    if (vm->state != NULL)
        lua_close(vm->state);
    const etp_allocator *allocator = vm->script->options.allocator;
    etp_memory_give(allocator, vm->params, ETP_SCRIPT_PARAMS_MAX * sizeof *vm->params);
    etp_memory_give(allocator, vm, sizeof *vm);
}

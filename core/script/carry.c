/* SPDX-License-Identifier: MIT */
/*
 * What a script knows goes from one version to the next, one node after the other: what on_save returns, or ctx.state,
 * as plain data, into on_load, or ctx.state. Each call has the limits of a hook's, and all calls of one side together
 * those of loading and a little for each node, so that no fleet makes a reload endless.
 */
#include <stdlib.h>

#include "internal.h"

enum { INSTRUCTIONS_PER_NODE = 2000, VALUE = ETP_SLOTS + 1 };

typedef struct carrier {
    etp_vm *from, *to;
    etp_time now;
    etp_plain plain;
    uint64_t save_budget, load_budget; /* instructions that are left for all nodes */
    char text[ETP_ERROR_TEXT_MAX];
} carrier;

static etp_context context_of(const carrier *work, const etp_served *served)
{
    return (etp_context){.size = sizeof(etp_context),
                         .now = work->now,
                         .deadline = ETP_TIME_NEVER,
                         .node = served->node,
                         .device_id = served->device_id,
                         .name = served->name};
}

/* Gives the vm the budgets of one call; false when nothing is left for it. */
static bool begin(etp_vm *vm, uint64_t left)
{
    uint64_t most = vm->script->options.instruction_limit;
    etp_meter_reset(vm, most < left ? most : left > 0 ? left : 1);
    return left > 0;
}

/* What the call has used is taken from what is left. Calls of less than a slice count for nothing. */
static void settle(const etp_vm *vm, uint64_t *left)
{
    uint64_t most = vm->script->options.instruction_limit;
    uint64_t given = most < *left ? most : *left;
    uint64_t unused = vm->meter.budget > 0 ? (uint64_t)vm->meter.budget : 0;
    *left -= unused < given ? given - unused : 0;
}

/* Calls on_save(ctx) or on_load(ctx, value); what on_save returns is left at VALUE. */
static int call(carrier *work, etp_vm *vm, etp_hook hook, const etp_context *context, uint64_t *left)
{
    lua_State *L = vm->state;
    bool saves = hook == ETP_HOOK_ON_SAVE;
    if (!begin(vm, *left)) {
        snprintf(work->text, sizeof work->text, "%s: it ran more instructions for all nodes than it may",
                 etp_hook_name(hook));
        return ETP_ELIMIT;
    }
    vm->context = context;
    vm->hook = hook;
    vm->nil_field = NULL;
    vm->epoch++;
    lua_pushvalue(L, ETP_SLOT_HOOKS + (int)hook);
    lua_pushvalue(L, ETP_SLOT_CTX);
    if (!saves)
        lua_pushvalue(L, VALUE);
    int status = lua_pcall(L, saves ? 1 : 2, saves ? 1 : 0, ETP_SLOT_HANDLER);
    vm->context = NULL;
    vm->epoch++;
    settle(vm, left);
    if (status == LUA_OK)
        return ETP_OK;
    bool limit = status == LUA_ERRMEM || etp_meter_dead(vm);
    etp_call_failure_text(vm, status, etp_hook_name(hook), work->text, sizeof work->text);
    return limit ? ETP_ELIMIT : ETP_ESCRIPT;
}

/* ---- out of the old version ---- */

/* Leaves the node's ctx.state at VALUE, or nil. Reading creates nothing. */
static void push_state(const etp_vm *vm, uint32_t node)
{
    lua_rawgeti(vm->state, ETP_SLOT_STATES, (lua_Integer)node + 1);
}

static int save(carrier *work, const etp_context *context)
{
    etp_vm *vm = work->from;
    bool has_hook = vm->has_hook[ETP_HOOK_ON_SAVE];
    int result = ETP_OK;
    lua_settop(vm->state, ETP_SLOTS);
    if (has_hook) {
        result = call(work, vm, ETP_HOOK_ON_SAVE, context, &work->save_budget);
    } else {
        etp_meter_reset(vm, vm->script->options.instruction_limit);
        push_state(vm, context->node);
    }
    if (result == ETP_OK)
        result = etp_plain_take(&work->plain, vm, has_hook ? "saved" : "ctx.state", work->text, sizeof work->text);
    lua_settop(vm->state, ETP_SLOTS);
    return result;
}

/* ---- into the new one ---- */

/* A node without a ctx.state would have got an empty one. */
static int make_state(lua_State *L)
{
    lua_newtable(L);
    return 1;
}

/* states, value, place */
static int set_state(lua_State *L)
{
    lua_pushvalue(L, 2);
    lua_rawseti(L, 1, lua_tointeger(L, 3));
    return 0;
}

static int protect(carrier *work, etp_vm *vm, int arguments, int results)
{
    int status = lua_pcall(vm->state, arguments, results, 0);
    if (status == LUA_OK)
        return ETP_OK;
    etp_call_failure_text(vm, status, "ctx.state", work->text, sizeof work->text);
    return ETP_ELIMIT;
}

static int keep_as_state(carrier *work, etp_vm *vm, uint32_t node)
{
    lua_State *L = vm->state;
    int type = lua_type(L, VALUE);
    if (type == LUA_TNIL)
        return ETP_OK;
    if (type != LUA_TTABLE) {
        snprintf(work->text, sizeof work->text,
                 "on_save returned a %s, and a version without on_load takes it for ctx.state, which is a table",
                 lua_typename(L, type));
        return ETP_ESCRIPT;
    }
    lua_pushcfunction(L, set_state);
    lua_pushvalue(L, ETP_SLOT_STATES);
    lua_pushvalue(L, VALUE);
    lua_pushinteger(L, (lua_Integer)node + 1);
    return protect(work, vm, 3, 0);
}

static int push_saved(carrier *work, etp_vm *vm)
{
    int result = etp_plain_push(&work->plain, vm, work->text, sizeof work->text);
    if (result != ETP_OK || !lua_isnil(vm->state, VALUE) || work->from->has_hook[ETP_HOOK_ON_SAVE])
        return result;
    lua_settop(vm->state, ETP_SLOTS);
    lua_pushcfunction(vm->state, make_state);
    return protect(work, vm, 0, 1);
}

static int load(carrier *work, const etp_context *context)
{
    etp_vm *vm = work->to;
    lua_settop(vm->state, ETP_SLOTS);
    etp_meter_reset(vm, vm->script->options.instruction_limit);
    int result = push_saved(work, vm);
    if (result == ETP_OK)
        result = vm->has_hook[ETP_HOOK_ON_LOAD] ? call(work, vm, ETP_HOOK_ON_LOAD, context, &work->load_budget)
                                                : keep_as_state(work, vm, context->node);
    lua_settop(vm->state, ETP_SLOTS);
    return result;
}

/* ---- all nodes ---- */

static int carry_node(carrier *work, const etp_served *served, etp_error *error)
{
    etp_context context = context_of(work, served);
    int result = save(work, &context);
    if (result != ETP_OK)
        return etp_fail(
            error, result,
            "%s: what the version before knows cannot be carried over, and only a new start does without: %s",
            work->to->chunk, work->text);
    result = load(work, &context);
    if (result != ETP_OK)
        return etp_fail(error, result, "%s: what was saved is not taken: %s", work->to->chunk, work->text);
    return ETP_OK;
}

int etp_carry_over(const etp_nodes *nodes, etp_vm *from, etp_vm *to, etp_time now, etp_error *error)
{
    const etp_served **sorted = etp_nodes_sorted(nodes);
    if (sorted == NULL || nodes->incomplete) {
        free(sorted);
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for the list of nodes to carry over", to->chunk);
    }
    const etp_script_options *options = &to->script->options;
    uint64_t budget = options->load_instruction_limit + nodes->count * (uint64_t)INSTRUCTIONS_PER_NODE;
    carrier work = {.from = from,
                    .to = to,
                    .now = now,
                    .plain = {.limit = options->memory_limit},
                    .save_budget = budget,
                    .load_budget = budget};
    int result = ETP_OK;
    for (size_t i = 0; i < nodes->count && result == ETP_OK; i++)
        result = carry_node(&work, sorted[i], error);
    etp_plain_fini(&work.plain);
    free(sorted);
    return result;
}

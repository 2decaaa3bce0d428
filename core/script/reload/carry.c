/* SPDX-License-Identifier: MIT */
/*
 * What a script knows goes from one version to the next, one node after the other: what on_save returns, or ctx.state,
 * as plain data, into on_load, or ctx.state. Each call has the limits of a hook's, and all calls of one side together
 * those of loading and a little for each node, so that no fleet makes a reload endless.
 */
#include "base/memory.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"

enum { INSTRUCTIONS_PER_NODE = 2000, BYTES_PER_INSTRUCTION = 16, VALUE = ETP_SLOTS + 1 };

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

/* What a node may take of one side's budget. */
typedef struct share {
    uint64_t instructions, churn;
} share;

static uint64_t most_of(const etp_vm *vm, uint64_t left)
{
    uint64_t most = vm->script->options.instruction_limit;
    return most < left ? most : left > 0 ? left : 1;
}

static share begin(etp_vm *vm, uint64_t left)
{
    share given = {.instructions = most_of(vm, left)};
    etp_meter_reset(vm, given.instructions);
    given.churn = vm->meter.churn_left;
    return given;
}

/* What the node has used is taken from what is left: instructions, though less than a slice counts for nothing, and
 * memory that was asked for, freed or not, and bytes that were copied. */
static void settle(const etp_vm *vm, share given, size_t copied, uint64_t *left)
{
    uint64_t unused = vm->meter.budget > 0 ? (uint64_t)vm->meter.budget : 0;
    uint64_t used = unused < given.instructions ? given.instructions - unused : 0;
    used += (given.churn - vm->meter.churn_left + copied) / BYTES_PER_INSTRUCTION;
    *left -= used < *left ? used : *left;
}

/* Calls on_save(ctx) or on_load(ctx, value); what on_save returns is left at VALUE. */
static int call(carrier *work, etp_vm *vm, etp_hook hook, const etp_context *context)
{
    lua_State *L = vm->state;
    bool saves = hook == ETP_HOOK_ON_SAVE;
    etp_call_enter(vm, hook, context);
    lua_pushvalue(L, ETP_SLOT_HOOKS + (int)hook);
    lua_pushvalue(L, ETP_SLOT_CTX);
    if (!saves)
        lua_pushvalue(L, VALUE);
    int status = etp_call_plainly(vm, saves ? 1 : 2, saves ? 1 : 0, ETP_SLOT_HANDLER);
    etp_call_leave(vm);
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

static int take_saved(carrier *work, const etp_context *context)
{
    etp_vm *vm = work->from;
    bool has_hook = vm->has_hook[ETP_HOOK_ON_SAVE];
    int result = ETP_OK;
    if (has_hook)
        result = call(work, vm, ETP_HOOK_ON_SAVE, context);
    else
        push_state(vm, context->node);
    if (result != ETP_OK)
        return result;
    return etp_plain_take(&work->plain, vm, has_hook ? "saved" : "ctx.state", work->text, sizeof work->text);
}

static int check_budget(carrier *work, uint64_t left)
{
    if (left > 0)
        return ETP_OK;
    snprintf(work->text, sizeof work->text, "for all nodes together it took more instructions and memory than it may");
    return ETP_ELIMIT;
}

static int save(carrier *work, const etp_context *context)
{
    etp_vm *vm = work->from;
    lua_settop(vm->state, ETP_SLOTS);
    share given = begin(vm, work->save_budget);
    int result = take_saved(work, context);
    settle(vm, given, work->plain.size, &work->save_budget);
    lua_settop(vm->state, ETP_SLOTS);
    return result == ETP_OK ? check_budget(work, work->save_budget) : result;
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
    int status = etp_call_plainly(vm, arguments, results, 0);
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

static int give_saved(carrier *work, const etp_context *context)
{
    etp_vm *vm = work->to;
    int result = push_saved(work, vm);
    if (result != ETP_OK)
        return result;
    return vm->has_hook[ETP_HOOK_ON_LOAD] ? call(work, vm, ETP_HOOK_ON_LOAD, context)
                                          : keep_as_state(work, vm, context->node);
}

static int load(carrier *work, const etp_context *context)
{
    etp_vm *vm = work->to;
    lua_settop(vm->state, ETP_SLOTS);
    share given = begin(vm, work->load_budget);
    int result = give_saved(work, context);
    settle(vm, given, 0, &work->load_budget);
    lua_settop(vm->state, ETP_SLOTS);
    return result == ETP_OK ? check_budget(work, work->load_budget) : result;
}

/* ---- all nodes ---- */

static int fail(const carrier *work, int code, const char *what, etp_error *error)
{
    bool dry = work->from == work->to;
    return etp_fail(error, code, "%s: %s%s%s", work->to->chunk, dry ? "" : what, dry ? "" : ": ", work->text);
}

static int carry_node(carrier *work, const etp_served *served, etp_error *error)
{
    etp_context context = context_of(work, served);
    int result = save(work, &context);
    if (result != ETP_OK)
        return fail(work, result,
                    "what the version before knows cannot be carried over, and only a new start does without", error);
    result = load(work, &context);
    if (result != ETP_OK)
        return fail(work, result, "what was saved is not taken", error);
    return ETP_OK;
}

int etp_carry_over(const etp_nodes *nodes, etp_vm *from, etp_vm *to, etp_time now, etp_error *error)
{
    const etp_served **sorted = etp_nodes_sorted(nodes);
    if (sorted == NULL || nodes->incomplete) {
        etp_memory_resize(nodes->allocator, sorted, 0);
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for the list of nodes to carry over", to->chunk);
    }
    const etp_script_options *options = &to->script->options;
    uint64_t budget = options->load_instruction_limit + nodes->count * (uint64_t)INSTRUCTIONS_PER_NODE;
    carrier work = {.from = from,
                    .to = to,
                    .now = now,
                    .plain = {.allocator = options->allocator, .limit = options->memory_limit},
                    .save_budget = budget,
                    .load_budget = budget};
    int result = ETP_OK;
    for (size_t i = 0; i < nodes->count && result == ETP_OK; i++)
        result = carry_node(&work, sorted[i], error);
    etp_plain_fini(&work.plain);
    etp_memory_resize(nodes->allocator, sorted, 0);
    return result;
}

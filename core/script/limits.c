/* SPDX-License-Identifier: MIT */
/*
 * What a script may take, and why it cannot talk its way out.
 *
 * Memory: the state's allocator refuses what goes over the limit, and what one call allocates in all, freed or not, so
 * that a loop that builds and drops big strings ends too. One string may be 64 KiB long: comparing two takes one
 * instruction, whatever their length. Lua answers a refusal with a full collection, tries once
 * more, and raises LUA_ERRMEM. Those collections are work too: each is taken from the instructions.
 *
 * Lua's stack: one instruction copies all that a call carries or returns, so the stack may not hold much. Its block is
 * the second that a new state asks for, after the state itself, and is followed from there: Lua moves it either by
 * reallocating it, or (5.4.3, 5.4.4) by allocating another one and then freeing it. By then it is too late to refuse:
 * the budget is taken away, which ends the call at the next look.
 *
 * Instructions: a count hook, set before any code of the script runs and never cleared. C functions are not seen by it;
 * the ones whose work grows with their arguments charge the same budget themselves (sandbox_*.c).
 *
 * Once a call is over a limit it is dead: the hook then fires at every instruction, so that a `pcall` in a loop catches
 * one error and meets the next. `pcall` and `xpcall` are ours and pass such an error on. A handler of `xpcall` would run
 * inside the hook, where hooks are off, and could loop for ever: a dead call's error never reaches it.
 */
#include <stdlib.h>

#include "internal.h"

enum {
    CAUGHT = 1000,     /* instructions that catching an error counts for: Lua then looks at every frame below */
    SLICE = 1000,      /* most instructions between two looks at the budget */
    STRING_HEAD = 64,  /* at least what Lua adds to a string's bytes */
    CHURN_TIMES = 8,   /* what one call may allocate, in memory limits */
    COLLECTION = 50000 /* instructions that a full collection counts for */
};

static bool refuses(etp_meter *meter, bool is_string, size_t old_size, size_t new_size)
{
    if ((is_string && new_size > ETP_SCRIPT_STRING_MAX + STRING_HEAD) ||
        meter->memory_now - old_size + new_size > meter->memory_limit || new_size > meter->churn_left) {
        meter->budget -= COLLECTION;
        return true;
    }
    meter->churn_left -= new_size;
    return false;
}

/* The stack is now in `block`. */
static void note_stack(etp_meter *meter, etp_block block)
{
    meter->stack = block;
    if (block.size <= ETP_SCRIPT_STACK_MAX)
        return;
    meter->over_stack = true;
    meter->budget = 0;
}

static void note_new(etp_meter *meter, etp_block block)
{
    meter->newest = block;
    if (meter->blocks < 2 && ++meter->blocks == 2)
        meter->stack = block;
}

void *etp_meter_allocate(void *user, void *memory, size_t old_size, size_t new_size)
{
    etp_meter *meter = &((etp_vm *)user)->meter;
    /* Without a block, Lua passes the kind of the new object here. */
    bool is_string = memory == NULL && old_size == LUA_TSTRING;
    if (memory == NULL)
        old_size = 0;
    if (new_size == 0) {
        if (memory != NULL && memory == meter->stack.start)
            note_stack(meter, meter->newest);
        free(memory);
        meter->memory_now -= old_size;
        return NULL;
    }
    if (new_size > old_size && refuses(meter, is_string, old_size, new_size))
        return NULL;
    bool is_new = memory == NULL, is_stack = !is_new && memory == meter->stack.start;
    void *block = realloc(memory, new_size);
    if (block == NULL)
        return NULL;
    if (is_new)
        note_new(meter, (etp_block){block, new_size});
    if (is_stack)
        note_stack(meter, (etp_block){block, new_size});
    meter->memory_now = meter->memory_now - old_size + new_size;
    if (meter->memory_now > meter->memory_peak)
        meter->memory_peak = meter->memory_now;
    return block;
}

/* `level`: 0 in the hook, where the script's function runs; 1 in a C function that the script's function called. */
static void overrun(lua_State *L, int level);

static void on_count(lua_State *L, lua_Debug *activation)
{
    (void)activation;
    etp_vm *vm = etp_vm_of(L);
    vm->meter.budget -= vm->meter.slice;
    if (vm->meter.budget <= 0)
        overrun(L, 0);
}

static void overrun(lua_State *L, int level)
{
    etp_vm *vm = etp_vm_of(L);
    const etp_script_options *options = &vm->script->options;
    uint64_t limit = vm->loading ? options->load_instruction_limit : options->instruction_limit;
    vm->meter.over_instructions = true;
    lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    luaL_where(L, level);
    if (vm->meter.over_stack)
        lua_pushliteral(
            L, "it called deeper or with more values than it may; look for a function that calls itself without end");
    else
        lua_pushfstring(L, "it ran more instructions than it may (%I); look for a loop that does not end",
                        (LUAI_UACINT)limit);
    lua_concat(L, 2);
    lua_error(L);
}

void etp_meter_reset(etp_vm *vm, uint64_t instructions)
{
    etp_meter *meter = &vm->meter;
    /* A full collection gives back a stack that an earlier call has left too large. */
    if (meter->stack.size > ETP_SCRIPT_STACK_MAX)
        lua_gc(vm->state, LUA_GCCOLLECT);
    meter->budget = instructions < INT64_MAX ? (int64_t)instructions : INT64_MAX;
    meter->churn_left = (uint64_t)meter->memory_limit * CHURN_TIMES;
    meter->over_memory = false;
    meter->over_stack = false;
    meter->over_instructions = false;
    meter->slice = meter->exact ? 1 : instructions < SLICE ? (int)instructions : SLICE;
    lua_sethook(vm->state, on_count, LUA_MASKCOUNT, meter->slice);
}

void etp_meter_charge(lua_State *L, uint64_t instructions)
{
    etp_meter *meter = &etp_vm_of(L)->meter;
    if (meter->budget <= 0 || instructions >= (uint64_t)meter->budget) {
        meter->budget = 0;
        overrun(L, 1);
    }
    meter->budget -= (int64_t)instructions;
}

bool etp_meter_dead(const etp_vm *vm)
{
    return vm->meter.over_instructions || vm->meter.over_memory;
}

/* After a protected call: passes an overrun on, else puts pcall's first result where it belongs. */
static int finish(lua_State *L, int status, int below)
{
    etp_vm *vm = etp_vm_of(L);
    if (status == LUA_ERRMEM)
        vm->meter.over_memory = true;
    if (status != LUA_OK && etp_meter_dead(vm))
        return lua_error(L);
    if (status != LUA_OK)
        etp_meter_charge(L, CAUGHT);
    lua_pushboolean(L, status == LUA_OK);
    lua_insert(L, below + 1);
    return lua_gettop(L) - below;
}

int etp_meter_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    return finish(L, lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0), 0);
}

static int handle(lua_State *L)
{
    if (etp_meter_dead(etp_vm_of(L)))
        return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

int etp_meter_xpcall(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, handle, 1);
    lua_replace(L, 2);
    /* handler, function, arguments */
    lua_pushvalue(L, 1);
    lua_copy(L, 2, 1);
    lua_replace(L, 2);
    return finish(L, lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 1), 1);
}

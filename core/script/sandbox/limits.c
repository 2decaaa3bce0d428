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
 * the ones whose work grows with their arguments charge the same budget themselves (the other files of this room).
 *
 * Weight: some single instructions take longer the more a script has piled up. Comparing two texts takes as long as they
 * are; a call copies its arguments; a read follows a chain of __index tables; keys can be chosen such that they all
 * share one place of a hash, and a read then walks through all of them. We cannot see such an instruction, but we see
 * what it needs: so once a state has had a text, a stack, a hash or a chain beyond what strategies need, each
 * instruction counts for more. Making room in a table, and walking over one, take as long as the largest table may be,
 * even if little is left in it: both are charged by the largest block that the state has had.
 *
 * When a hash grows, one instruction puts all its keys into their new places, and if they all share one place that takes
 * the square of their number: such growth is charged by that square, and refused where it alone would use up a call. So
 * is walking over number keys that a script has chosen (order.c, reload/plain.c), and compiling many numbers.
 *
 * Once a call is over a limit it is dead: the hook then fires at every instruction, so that a `pcall` in a loop catches
 * one error and meets the next. `pcall` and `xpcall` are ours and pass such an error on. A handler of `xpcall` would run
 * inside the hook, where hooks are off, and could loop for ever: a dead call's error never reaches it.
 */
#include <ctype.h>
#include <stdio.h>

#include "base/memory.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"

enum {
    CAUGHT = 1000,      /* instructions that catching an error counts for: Lua then looks at every frame below */
    SLICE = 1000,       /* most instructions between two looks at the budget */
    STRING_HEAD = 64,   /* at least what Lua adds to a string's bytes */
    CHURN_TIMES = 8,    /* what one call may allocate, in memory limits */
    COLLECTION = 50000, /* instructions that a full collection counts for */
    /* What one instruction may meet before it counts for more than one: */
    LIGHT_STRING = 4096, /* bytes of a text */
    LIGHT_STACK = 8192,  /* bytes of the stack */
    LIGHT_READ = 256,    /* places of hashes, in all tables of a chain */
    LIGHT_HASH = 1024,   /* places of a hash that may grow for nothing */
    MOVED_PAIRS = 2048,  /* what the square of a hash's places is divided by, for its growth */
    WALKED_PAIRS = 512,  /* the same for a walk over keys, and their number */
    COMPILED_BYTES = 16, /* of source text, in one instruction */
    /* Looking through a vector: */
    LIGHT_VECTOR = 8192, /* bytes that are looked through for nothing when a table makes room */
    WALKED_BYTES = 1024, /* of a vector, in one instruction */
    WRITTEN_BYTES = 8    /* of a new text, in one instruction */
};

static int times(size_t amount, size_t light)
{
    return amount <= light ? 1 : (int)((amount + light - 1) / light);
}

static void weigh(etp_meter *meter)
{
    int string = times(meter->longest_string, LIGHT_STRING), stack = times(meter->stack.size, LIGHT_STACK);
    int read = times(meter->largest_hash * (meter->longest_chain + 1), LIGHT_READ);
    meter->weight = string > stack ? string : stack;
    meter->weight = read > meter->weight ? read : meter->weight;
}

static void on_count(lua_State *L, lua_Debug *activation);

/* Ends the call at its next instruction. Called by the allocator, which cannot raise. */
static void exhaust(etp_vm *vm)
{
    vm->meter.budget = 0;
    if (vm->state != NULL)
        lua_sethook(vm->state, on_count, LUA_MASKCOUNT, 1);
}

static void charge(etp_vm *vm, size_t instructions)
{
    vm->meter.budget -= (int64_t)instructions;
    if (vm->meter.budget <= 0)
        exhaust(vm);
}

/* Hash parts of tables are always new blocks, of 24 bytes for each of a power of two places. */
static size_t hash_places(size_t size)
{
    enum { PLACE = 3 * sizeof(double) };
    size_t places = size / PLACE;
    return places * PLACE == size && (places & (places - 1)) == 0 ? places : 0;
}

static uint64_t limit_of(const etp_vm *vm)
{
    const etp_script_options *options = &vm->script->options;
    return vm->loading ? options->load_instruction_limit : options->instruction_limit;
}

/* What putting keys into a new hash counts for: at most half of its places are taken then. */
static uint64_t growth_cost(size_t places)
{
    return places > LIGHT_HASH ? (uint64_t)places * places / MOVED_PAIRS : 0;
}

/* Whether the new vector is a hash that is too large to be filled in one instruction. */
static bool is_too_wide(etp_vm *vm, size_t size)
{
    if (vm->meter.compiling || growth_cost(hash_places(size)) < limit_of(vm))
        return false;
    vm->meter.over_hash = true;
    return true;
}

static bool refuses(etp_vm *vm, bool is_string, size_t old_size, size_t new_size)
{
    etp_meter *meter = &vm->meter;
    if ((is_string && new_size > ETP_SCRIPT_STRING_MAX + STRING_HEAD) ||
        meter->memory_now - old_size + new_size > meter->memory_limit || new_size > meter->churn_left) {
        charge(vm, COLLECTION);
        return true;
    }
    meter->churn_left -= new_size;
    return false;
}

/* The stack is now in `block`. */
static void note_stack(etp_vm *vm, etp_block block)
{
    etp_meter *meter = &vm->meter;
    meter->stack = block;
    weigh(meter);
    if (block.size <= ETP_SCRIPT_STACK_MAX)
        return;
    meter->over_stack = true;
    exhaust(vm);
}

/* A vector was asked for: a part of a table, or something smaller. When a table makes room, Lua looks through all of
 * it, and only what it asks for then is seen here. */
static void note_vector(etp_vm *vm, bool is_new, size_t size)
{
    etp_meter *meter = &vm->meter;
    size_t places = is_new ? hash_places(size) : 0;
    if (meter->compiling)
        return;
    if (size > meter->largest_vector)
        meter->largest_vector = size;
    if (places > meter->largest_hash) {
        meter->largest_hash = places;
        weigh(meter);
    }
    charge(vm, growth_cost(places));
    if (meter->largest_vector > LIGHT_VECTOR)
        charge(vm, meter->largest_vector / WALKED_BYTES);
}

/* One instruction joins many values into a text, numbers among them, which take time to write. */
static void note_string(etp_vm *vm, size_t size)
{
    etp_meter *meter = &vm->meter;
    if (meter->compiling)
        return;
    charge(vm, size / WRITTEN_BYTES);
    if (size <= meter->longest_string)
        return;
    meter->longest_string = size;
    weigh(meter);
}

static void note_new(etp_vm *vm, etp_block block, size_t kind)
{
    etp_meter *meter = &vm->meter;
    meter->newest = block;
    if (meter->blocks < 2 && ++meter->blocks == 2)
        note_stack(vm, block);
    if (kind == LUA_TSTRING)
        note_string(vm, block.size);
    else if (kind == 0)
        note_vector(vm, true, block.size);
}

static void count_bytes(etp_meter *meter, size_t old_size, size_t new_size)
{
    meter->memory_now = meter->memory_now - old_size + new_size;
    if (meter->memory_now > meter->memory_peak)
        meter->memory_peak = meter->memory_now;
}

static void release(etp_vm *vm, void *memory, size_t size)
{
    if (memory != NULL && memory == vm->meter.stack.start)
        note_stack(vm, vm->meter.newest);
    etp_memory_resize(vm->script->options.allocator, memory, 0);
    vm->meter.memory_now -= size;
}

void *etp_meter_allocate(void *user, void *memory, size_t old_size, size_t new_size)
{
    etp_vm *vm = user;
    etp_meter *meter = &vm->meter;
    /* Without a block, Lua passes the kind of the new object here, or 0. */
    size_t kind = memory == NULL ? old_size : 0;
    bool is_new = memory == NULL, is_stack = !is_new && memory == meter->stack.start;
    if (is_new)
        old_size = 0;
    if (new_size == 0) {
        release(vm, memory, old_size);
        return NULL;
    }
    if (new_size > old_size && refuses(vm, kind == LUA_TSTRING, old_size, new_size))
        return NULL;
    if (is_new && kind == 0 && is_too_wide(vm, new_size))
        return NULL;
    void *block = etp_memory_resize(vm->script->options.allocator, memory, new_size);
    if (block == NULL)
        return NULL;
    count_bytes(meter, old_size, new_size);
    if (is_new)
        note_new(vm, (etp_block){block, new_size}, kind);
    else if (is_stack)
        note_stack(vm, (etp_block){block, new_size});
    else
        note_vector(vm, false, new_size);
    return block;
}

/* `level`: 0 in the hook, where the script's function runs; 1 in a C function that the script's function called. */
static void overrun(lua_State *L, int level);

static void on_count(lua_State *L, lua_Debug *activation)
{
    (void)activation;
    etp_vm *vm = etp_vm_of(L);
    vm->meter.budget -= (int64_t)vm->meter.slice * vm->meter.weight;
    if (vm->meter.budget <= 0)
        overrun(L, 0);
}

/* What to say of instructions that counted for more than one; "" if they did not. */
static const char *weight_text(const etp_meter *meter, char *text, size_t room)
{
    text[0] = '\0';
    if (meter->weight > 1)
        snprintf(text, room,
                 ", each counted for %d because of the length of its texts, its stack, its tables or their "
                 "chains of __index",
                 meter->weight);
    return text;
}

static void overrun(lua_State *L, int level)
{
    char weight[160];
    etp_vm *vm = etp_vm_of(L);
    uint64_t limit = limit_of(vm);
    vm->meter.over_instructions = true;
    lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    luaL_where(L, level);
    if (vm->meter.over_stack)
        lua_pushliteral(
            L, "it called deeper or with more values than it may; look for a function that calls itself without end");
    else
        lua_pushfstring(L, "it ran more instructions than it may (%I%s); look for a loop that does not end",
                        (LUAI_UACINT)limit, weight_text(&vm->meter, weight, sizeof weight));
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
    meter->over_hash = false;
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

static bool continues_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static unsigned count_numerals(const char *text, size_t size)
{
    unsigned count = 0;
    for (size_t i = 0; i < size; i++)
        count += isdigit((unsigned char)text[i]) && (i == 0 || !continues_word(text[i - 1]));
    return count;
}

/* The compiler keeps constants in a hash, in which numbers can be chosen to collide, and no hook looks at it. */
int etp_meter_compile(lua_State *L, const char *text, size_t size, const char *chunk)
{
    etp_meter *meter = &etp_vm_of(L)->meter;
    uint64_t numerals = count_numerals(text, size);
    if (numerals > ETP_SCRIPT_NUMERALS_MAX) {
        lua_pushfstring(L, "%s: more than %d numbers in one text; compute them, or split it into modules", chunk + 1,
                        ETP_SCRIPT_NUMERALS_MAX);
        return LUA_ERRSYNTAX;
    }
    etp_meter_charge(L, size / COMPILED_BYTES + numerals * numerals / WALKED_PAIRS);
    meter->compiling = true;
    int status = luaL_loadbufferx(L, text, size, chunk, "t");
    meter->compiling = false;
    return status;
}

void etp_meter_charge_walk(lua_State *L)
{
    etp_meter_charge(L, etp_vm_of(L)->meter.largest_vector / WALKED_BYTES + 1);
}

/* Lists come first in a walk and in order, so their places are near the number of keys before. */
void etp_meter_charge_key(lua_State *L, int index, uint64_t before)
{
    size_t places = etp_vm_of(L)->meter.largest_hash;
    if (places <= LIGHT_HASH || lua_type(L, index) != LUA_TNUMBER)
        return;
    lua_Integer key = lua_isinteger(L, index) ? lua_tointeger(L, index) : 0;
    if (key < 1 || (uint64_t)key > 2 * before + 2)
        etp_meter_charge(L, places / WALKED_PAIRS);
}

void etp_meter_note_chain(lua_State *L, unsigned length)
{
    etp_meter *meter = &etp_vm_of(L)->meter;
    if (length <= meter->longest_chain)
        return;
    meter->longest_chain = length;
    weigh(meter);
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

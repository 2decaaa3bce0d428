/* SPDX-License-Identifier: MIT */
/**
 * @file sandbox.h
 * What a script may use, and how much of it. Functions that take a `lua_State *` may raise.
 */
#ifndef ETP_SCRIPT_SANDBOX_H
#define ETP_SCRIPT_SANDBOX_H

#include "script/internal.h"

/* ---- sandbox.c and its parts ---- */

/** Pushes the environment in which the source and its modules run. */
void etp_sandbox_push(lua_State *L);
/** After loading: what a script may no longer do. Takes the environment at the top of the stack. */
void etp_sandbox_seal(lua_State *L);
/** Pushes that environment again. */
void etp_sandbox_push_environment(lua_State *L);
/** Pushes the `__newindex` that writes down which globals are written, and then does what the table at the top of the
 *  stack would do as such. The table is taken. */
void etp_sandbox_push_noter(lua_State *L);
/** Set functions in the table at the top of the stack. */
void etp_sandbox_base(lua_State *L);
void etp_sandbox_metatable(lua_State *L);
void etp_sandbox_order(lua_State *L);
/** Push a library's table. */
void etp_sandbox_string(lua_State *L);
void etp_sandbox_utf8(lua_State *L);
void etp_sandbox_table(lua_State *L);
void etp_sandbox_math(lua_State *L);
/** Names of `library` ("" for globals) that are left out of the table at the top of the stack raise a sentence. */
void etp_sandbox_withhold(lua_State *L, const char *library);
/** Pushes `require` with the environment at the top of the stack as its modules' own, or its refusal. */
void etp_sandbox_push_require(lua_State *L);
/** Pushes what `tostring` gives for the value at `index`: no addresses. */
const char *etp_sandbox_tostring(lua_State *L, int index);
/** Pushes a closure that runs `check` first; `check` ends with etp_sandbox_inner(). The function that is guarded is at
 *  the top of the stack and is taken. */
void etp_sandbox_guard(lua_State *L, lua_CFunction check);
/** Guards each function in the table at the top of the stack: what is charged is the number of its arguments, and the
 *  texts that it may have to read as numbers. */
void etp_sandbox_guard_arguments(lua_State *L);
/** Runs the guarded C function in the same frame, so that its errors name the script's line. */
int etp_sandbox_inner(lua_State *L);
/** Sorts `count` values of the table at `index` into a new table, which is pushed. Stable; `below` compares the two
 *  values on the top and leaves them. */
void etp_sandbox_merge_sort(lua_State *L, int index, lua_Integer count, bool (*below)(lua_State *L));

/* ---- limits.c ---- */

void *etp_meter_allocate(void *user, void *memory, size_t old_size, size_t new_size);
/** Before each call: full budgets. Never raises. */
void etp_meter_reset(etp_vm *vm, uint64_t instructions);
/** Counts work that the instruction hook does not see; raises when the budget is used up. */
void etp_meter_charge(lua_State *L, uint64_t instructions);
/** luaL_loadbufferx of text, under the meter. */
int etp_meter_compile(lua_State *L, const char *text, size_t size, const char *chunk);
/** Counts a walk over a table whose room is not known. */
void etp_meter_charge_walk(lua_State *L);
/** Counts a key at `index` in a walk by lua_next(), which looks it up: number keys can be chosen such that this takes long.
 *  `before`: keys before it. */
void etp_meter_charge_key(lua_State *L, int index, uint64_t before);
/** A chain of so many __index tables exists. */
void etp_meter_note_chain(lua_State *L, unsigned length);
/** True once the call has gone over a limit: nothing in the script may catch that. */
bool etp_meter_dead(const etp_vm *vm);
/** `pcall` and `xpcall` that cannot catch it. */
int etp_meter_pcall(lua_State *L);
int etp_meter_xpcall(lua_State *L);

/** What is withheld, as data, for script_api.h: false past the end. */
bool etp_sandbox_describe_withheld(unsigned index, etp_api_withheld *described);

#endif

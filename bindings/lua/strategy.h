/* SPDX-License-Identifier: MIT */
/*
 * A strategy or reserve policy, from either of two places: a file or text, which runs in a sandbox of its own, or a table
 * of functions, which lives in the caller's Lua. To a market they are the same: hooks, a name, parameters, counts.
 */
#ifndef ETP_BINDING_STRATEGY_H
#define ETP_BINDING_STRATEGY_H

#include "core.h"

enum { ETP_LUA_NAME_MAX = 80 };

typedef struct etp_lua_strategy {
    etp_script *script; /* or NULL */
    etp_lua_hooks *own; /* or NULL; the first user value keeps it alive */
    etp_role role;
    char name[ETP_LUA_NAME_MAX]; /* of the file or table, or the one that it was given */
    etp_rng rng;                 /* of calls without a market */
    etp_history history;
} etp_lua_strategy;

/* Makes one of the table at `index`: `file`, `text` (with `name`) or `hooks`, and perhaps `name` and `params`. Pushes it;
 * or pushes a sentence and returns NULL. Raises what is wrong in any case. `logger` may be NULL and is copied. */
etp_lua_strategy *etp_lua_push_strategy(lua_State *L, int index, etp_role role, const etp_logger *logger);

/* The strategy at `index`, which is one. */
etp_lua_strategy *etp_lua_strategy_at(lua_State *L, int index);

const etp_aggregator_hooks *etp_lua_strategy_buyer(const etp_lua_strategy *strategy);
const etp_bess_hooks *etp_lua_strategy_seller(const etp_lua_strategy *strategy);
void *etp_lua_strategy_user(const etp_lua_strategy *strategy);
/* Empty for functions, which have no source of their own. */
const char *etp_lua_strategy_hash(const etp_lua_strategy *strategy);
void etp_lua_strategy_stats(const etp_lua_strategy *strategy, etp_script_stats *stats);
const char *etp_lua_strategy_last_error(const etp_lua_strategy *strategy);
/* Hooks of functions are called on this thread from now on. */
void etp_lua_strategy_use(etp_lua_strategy *strategy, lua_State *L);
int etp_lua_strategy_set(etp_lua_strategy *strategy, const char *name, double value, etp_error *error);
/* Pushes a table: name, hash, params, calls, errors, last_error and so on. */
void etp_lua_push_strategy_facts(lua_State *L, const etp_lua_strategy *strategy);

/* strategy_call.c: calls one hook, outside any market. */
int etp_lua_strategy_call(lua_State *L);

#endif

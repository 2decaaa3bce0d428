/* SPDX-License-Identifier: MIT */
/**
 * @file lua.h
 * For programs that have a Lua 5.4 state of their own: hooks (hooks.h) that call functions which live in it.
 *
 * The functions stand in a table as docs/scripting.md describes it; `api` and `role` may be left out. They get the same
 * `ctx` and the same fields, in the same units, and what they return is read in the same way as a script's of script.h.
 * They are the host's own code, and nothing of a sandbox is around them: no limits, their own globals and upvalues,
 * Lua's own library. What they are shown are plain tables, new in each call, that may be kept and changed; a field that
 * does not exist raises an error, one without a value is nil. `ctx` is one table for each node; `ctx.rng` and
 * `ctx.history` answer during a call of a hook only.
 *
 * A function that raises an error, yields, or returns what cannot be used has failed, as hooks.h says: nothing is raised
 * through the engine. The text is in etp_lua_hooks_last_error().
 *
 * Mistakes: a NULL state, hooks or pointer is ETP_EINVAL and changes nothing; readers of NULL hooks give NULL
 * or 0.
 *
 * The hooks are called on the thread of the state that etp_lua_hooks_use() has named last. One thread of the system per
 * Lua state at a time.
 */
#ifndef ETP_LUA_H
#define ETP_LUA_H

#include <stddef.h>

#include "etp/error.h"
#include "etp/hooks.h"
#include "etp/log.h"
#include "etp/script.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

/** Opaque. */
typedef struct etp_lua_hooks etp_lua_hooks;

/** Makes hooks of the table of functions at `index`. `name` is for a table that has none of its own; `logger` is copied
 *  and may be NULL. On success pushes one value, which owns the hooks: they live until that value is collected, so keep
 *  it (on the stack, by luaL_ref(), in a table) as long as an engine uses them. On failure pushes nothing: ETP_ESCRIPT
 *  with a sentence for a table that is not as it should be, ETP_ENOMEM. Raises nothing. */
ETP_API int etp_lua_hooks_new(etp_lua_hooks **hooks, struct lua_State *L, int index, etp_role role, const char *name,
                              const etp_logger *logger, etp_error *error);

/** The thread of the state (a coroutine, or the main one) on which hooks are called from now on; at first the one that
 *  was given to etp_lua_hooks_new(). Name the one that runs the engine each time before it runs: a coroutine that was
 *  collected meanwhile must not be called on. */
ETP_API void etp_lua_hooks_use(etp_lua_hooks *hooks, struct lua_State *L);

/** For the engine, with the etp_lua_hooks as `user`; NULL if the role is the other one. */
ETP_API const etp_aggregator_hooks *etp_lua_hooks_aggregator(const etp_lua_hooks *hooks);
/** The same for a reserve policy. */
ETP_API const etp_bess_hooks *etp_lua_hooks_bess(const etp_lua_hooks *hooks);

/* As the functions of the same names in script.h: */

/** See etp_script_name(). */
ETP_API const char *etp_lua_hooks_name(const etp_lua_hooks *hooks);
/** See etp_script_role(). */
ETP_API etp_role etp_lua_hooks_role(const etp_lua_hooks *hooks);
/** See etp_script_param_count(). */
ETP_API unsigned etp_lua_hooks_param_count(const etp_lua_hooks *hooks);
/** See etp_script_param(). */
ETP_API int etp_lua_hooks_param(const etp_lua_hooks *hooks, unsigned index, etp_param *param);
/** See etp_script_set(). */
ETP_API int etp_lua_hooks_set(etp_lua_hooks *hooks, const char *name, double value, etp_error *error);
/** `overruns`, memory and `suspended` are 0: there are no limits. */
ETP_API void etp_lua_hooks_get_stats(const etp_lua_hooks *hooks, etp_script_stats *stats);
/** See etp_script_last_error(). */
ETP_API const char *etp_lua_hooks_last_error(const etp_lua_hooks *hooks);

/** What hooks are shown, to make tables of it and to read them back. */
typedef enum etp_lua_view {
    ETP_LUA_MARKET = 0,  /**< etp_market, as aggregators see it */
    ETP_LUA_MARKET_BESS, /**< etp_market, as batteries see it */
    ETP_LUA_OFFER,       /**< etp_offer */
    ETP_LUA_RESULT,      /**< etp_result_view */
    ETP_LUA_FAULT,       /**< etp_fault */
    ETP_LUA_BATTERY,     /**< etp_battery_view */
    ETP_LUA_SALE,        /**< etp_sale_view */
    ETP_LUA_BID,         /**< etp_bid */
    ETP_LUA_PAST_BID     /**< etp_past_bid */
} etp_lua_view;

/** Pushes a new table with the fields of `data`; nil for NULL and for a number that is no view. Raises only what Lua raises
 *  when memory runs out. */
ETP_API void etp_lua_push_view(struct lua_State *L, etp_lua_view view, const void *data);

/** Writes the fields that the table at `index` has into `data`, whose other fields stay as they are. ETP_EFORMAT with a
 *  sentence for a field that does not exist, has another type, or is out of its range. Raises nothing: metamethods are
 *  not called. */
ETP_API int etp_lua_read_view(struct lua_State *L, int index, etp_lua_view view, void *data, etp_error *error);

#ifdef __cplusplus
}
#endif

#endif

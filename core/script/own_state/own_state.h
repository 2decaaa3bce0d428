/* SPDX-License-Identifier: MIT */
/*
 * What the files of own_state share: hooks that are functions of a host's own Lua state (etp/lua.h).
 *
 * etp_lua_hooks lies in a full userdata, whose user value is a table: the hooks' functions by etp_hook + 1, the tables
 * `ctx` by node + 1 under "nodes", and the parameters' view under "params". A table in the registry with weak values
 * leads from the struct's address to its userdata. So Lua's collector sees every reference, and a strategy whose
 * upvalues hold the market that holds the strategy is still collected.
 */
#ifndef ETP_SCRIPT_OWN_STATE_H
#define ETP_SCRIPT_OWN_STATE_H

#include "etp/lua.h"
#include "script/internal.h"

enum { ETP_OWN_REASON_MAX = 256 };

struct etp_lua_hooks {
    etp_vm vm;                       /* name, role, hooks and parameters; has no state of its own */
    etp_script script;               /* logger, statistics, last error, the tables of hooks; not one that was loaded */
    lua_State *L;                    /* on which hooks are called */
    const etp_context *context;      /* of the current call, else NULL */
    char reason[ETP_OWN_REASON_MAX]; /* why the last offer was passed */
};

/* ---- call.c ---- */

/* Fill the tables with the hooks that there are. */
void etp_own_fill(etp_lua_hooks *hooks);

/* ---- context.c ---- */

/* Pushes ctx of the context's node, brought up to date. `hooks` is the userdata's place, `anchor` its user value's. */
void etp_own_push_context(lua_State *L, int hooks, int anchor, const etp_context *context);
/* Pushes the view of the parameters of the hooks whose userdata is at the top. */
void etp_own_push_params(lua_State *L);

/* ---- views.c ---- */

void etp_own_push_view(lua_State *L, etp_view_kind kind, const void *data);

/* ---- own_state.c ---- */

/* Pushes the hooks' userdata; nil if it was collected. */
void etp_own_push_hooks(lua_State *L, const etp_lua_hooks *hooks);

#endif

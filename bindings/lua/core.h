/* SPDX-License-Identifier: MIT */
/*
 * What the files of the C module etp.core share. Each `etp_lua_open_...` sets its functions in the module's table, which
 * is at the top of the stack, and makes the metatables it needs.
 *
 * Who may raise: every function with a `lua_State *` here, unless its comment says otherwise. What the engine calls back
 * (hooks, observer, logger) never raises through it: see events.c and core/script/own_state/call.c.
 */
#ifndef ETP_BINDING_CORE_H
#define ETP_BINDING_CORE_H

#include <lauxlib.h>
#include <lua.h>

#include "etp/etp.h"
#include "etp/lua.h"
#include "fields.h"

void etp_lua_open_message(lua_State *L);
void etp_lua_open_prices(lua_State *L);
void etp_lua_open_tariff(lua_State *L);
void etp_lua_open_fleet(lua_State *L);
void etp_lua_open_strategy(lua_State *L);
void etp_lua_open_market(lua_State *L);
void etp_lua_open_scripts(lua_State *L);
void etp_lua_open_bench(lua_State *L);

/* Makes the metatable `name` with these events; its methods are what __index finds. What
 * Lua code can reach of a userdata is its methods alone, never its __gc. Pushes nothing. */
void etp_lua_new_class(lua_State *L, const char *name, const luaL_Reg *events, const luaL_Reg *methods);
/* Makes `index` its __index, with the table of its methods as upvalue 1. */
void etp_lua_set_index(lua_State *L, const char *name, lua_CFunction index);
/* nil and the error's sentence, for what may be bad through no fault of the caller. Returns 2. */
int etp_lua_fail(lua_State *L, int code, const etp_error *error);

const etp_trace *etp_lua_check_prices(lua_State *L, int index);
const etp_tariff *etp_lua_check_tariff(lua_State *L, int index);

/* Pushes a table that describes an event; `name` is what its device is called. */
void etp_lua_push_event(lua_State *L, const etp_event *event, const char *name);

/* A mechanism's name and the other enumerations that several files show; NULL past the last. */
const char *etp_lua_type_word(unsigned value);
const char *etp_lua_code_word(unsigned value);
const char *etp_lua_mechanism_word(unsigned value);
const char *etp_lua_disclose_word(unsigned value);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A market of the caller's: an etp_run with strategies from files or from the caller's own Lua.
 *
 *     market.c           its life: made, stepped, closed, collected
 *     market_options.c   the table of options into etp_run_options
 *     market_firms.c     who takes part
 *     market_results.c   what there is to read
 *     events.c           subscribers, and the log
 *
 * While the engine runs (`busy`), what it calls back are hooks and subscribers, on the thread that called step(). They
 * must not call the market, and are refused; an error that a subscriber raises waits until the engine has returned.
 *
 * The userdata's user value is a table, the anchor: [1], [2] ... the firms' strategies, and "policy", "prices",
 * "handlers", "log", "pending". It is reached from C through the registry, under the struct's address, while busy.
 */
#ifndef ETP_BINDING_MARKET_H
#define ETP_BINDING_MARKET_H

#include "core.h"
#include "strategy.h"

typedef struct etp_lua_market {
    etp_run *run; /* NULL when closed */
    etp_run_options options;
    lua_State *L; /* the thread that runs the engine, while busy */
    bool busy, over, strict;
    bool failed_log; /* the log's function has failed: it is not called again */
    unsigned firm_count;
    etp_lua_strategy **strategies; /* the anchor keeps them; in the order of portfolios */
    etp_firm *firms;
    char (*names)[ETP_LUA_NAME_MAX];
    etp_lua_strategy *policy; /* or NULL */
    uint64_t hook_errors;     /* as counted after the last step */
    uint32_t wanted;          /* kinds of events with a subscriber, a bit each */
} etp_lua_market;

extern const char etp_lua_market_class[];

/* The market at index 1; raises a sentence if it is closed, or if it is called from one of its own hooks. */
etp_lua_market *etp_lua_check_market(lua_State *L);
/* Pushes the anchor of a market that is busy. */
void etp_lua_push_anchor(lua_State *L, const etp_lua_market *market);

/* Reads the table at index 1. The anchor is at `anchor`. */
void etp_lua_market_options(lua_State *L, int anchor, etp_lua_market *market);
/* Reads `firms` and `reserve`. False with a sentence at the top of the stack. */
bool etp_lua_market_firms(lua_State *L, int anchor, etp_lua_market *market);
void etp_lua_market_forget_firms(etp_lua_market *market);
/* What a device is called: a firm's name, or "home 0". */
const char *etp_lua_device_name(const etp_lua_market *market, etp_id device, char *buffer, size_t size);

/* market_results.c: methods, each with the market at index 1. */
extern const luaL_Reg etp_lua_market_results[];

/* events.c */
int etp_lua_market_on(lua_State *L);
void etp_lua_market_event(void *user, const etp_event *event);
void etp_lua_market_log(void *user, etp_log_level level, const char *component, const char *text);
/* Raises the first error of a subscriber since the last call, if there is one. The anchor is at `anchor`. */
void etp_lua_raise_pending(lua_State *L, int anchor);

#endif

/* SPDX-License-Identifier: MIT */
/* Who takes part. Firms get their portfolios as etp-engine gives them: in the order of their names, then of their
 * sources, so that the order in which they are listed changes nothing but names. */
#include "market.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct entrant {
    etp_lua_strategy *strategy; /* NULL: the engine's defaults */
    unsigned order;
    char declared[ETP_LUA_NAME_MAX], name[ETP_LUA_NAME_MAX];
} entrant;

static const char default_name[] = "default";

/* ---- memory ---- */

void etp_lua_market_forget_firms(etp_lua_market *market)
{
    free(market->strategies);
    free(market->firms);
    free(market->names);
    market->strategies = NULL;
    market->firms = NULL;
    market->names = NULL;
    market->policy = NULL;
    market->firm_count = 0;
}

static void take_memory(lua_State *L, etp_lua_market *market, size_t count)
{
    market->strategies = calloc(count, sizeof *market->strategies);
    market->firms = calloc(count, sizeof *market->firms);
    market->names = calloc(count, sizeof *market->names);
    if (market->strategies == NULL || market->firms == NULL || market->names == NULL)
        luaL_error(L, "no memory for %d firms", (int)count);
}

/* ---- one ---- */

/* The specification is at the top of the stack and is taken: a table for etp_lua_push_strategy(), or false. */
static bool identify(lua_State *L, int anchor, const etp_lua_market *market, lua_Integer place, entrant *made)
{
    made->order = (unsigned)place;
    snprintf(made->declared, sizeof made->declared, "%s", default_name);
    if (lua_istable(L, -1)) {
        made->strategy = etp_lua_push_strategy(L, -1, ETP_ROLE_AGGREGATOR, &market->options.logger);
        if (made->strategy == NULL)
            return false;
        snprintf(made->declared, sizeof made->declared, "%s", made->strategy->name);
        lua_rawseti(L, anchor, place);
    }
    lua_pop(L, 1);
    return true;
}

static bool is_taken(const entrant *entrants, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(entrants[i].name, name) == 0)
            return true;
    return false;
}

/* Two of one name are greedy and greedy#2. */
static void name_it(entrant *entrants, unsigned place)
{
    entrant *own = &entrants[place];
    snprintf(own->name, sizeof own->name, "%s", own->declared);
    for (unsigned number = 2; is_taken(entrants, place, own->name); number++)
        snprintf(own->name, sizeof own->name, "%.*s#%u", ETP_LUA_NAME_MAX - 16, own->declared, number);
}

/* ---- all ---- */

static const char *source_of(const entrant *one)
{
    return one->strategy != NULL ? etp_lua_strategy_hash(one->strategy) : "";
}

static int by_name_and_source(const void *left, const void *right)
{
    const entrant *a = left, *b = right;
    int order = strcmp(a->declared, b->declared);
    if (order == 0)
        order = strcmp(source_of(a), source_of(b));
    if (order == 0)
        order = a->order < b->order ? -1 : 1;
    return order;
}

static void settle(etp_lua_market *market, const entrant *entrants, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        etp_lua_strategy *strategy = entrants[i].strategy;
        snprintf(market->names[i], sizeof market->names[i], "%s", entrants[i].name);
        market->strategies[i] = strategy;
        market->firms[i] = (etp_firm){.name = market->names[i], .portfolio = i};
        if (strategy != NULL) {
            market->firms[i].hooks = etp_lua_strategy_buyer(strategy);
            market->firms[i].user = etp_lua_strategy_user(strategy);
        }
    }
    market->firm_count = count;
    market->options.firms = market->firms;
    market->options.firm_count = count;
    if (market->options.portfolios == 0)
        market->options.portfolios = count > 0 ? count : 1;
}

static bool take_firms(lua_State *L, int anchor, etp_lua_market *market)
{
    if (lua_getfield(L, 1, "firms") != LUA_TTABLE)
        luaL_error(L, "market: firms must be a list");
    int list = lua_gettop(L);
    lua_Integer count = luaL_len(L, list);
    if (count > 1000)
        luaL_error(L, "market: %I firms; at most 1000 take part", (LUAI_UACINT)count);
    take_memory(L, market, (size_t)count + 1);
    entrant *entrants = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *entrants, 0);
    memset(entrants, 0, ((size_t)count + 1) * sizeof *entrants);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, list, i);
        if (!identify(L, anchor, market, i, &entrants[i - 1]))
            return false;
        name_it(entrants, (unsigned)i - 1);
    }
    qsort(entrants, (size_t)count, sizeof *entrants, by_name_and_source);
    settle(market, entrants, (unsigned)count);
    return true;
}

static bool take_policy(lua_State *L, int anchor, etp_lua_market *market)
{
    if (lua_getfield(L, 1, "reserve") != LUA_TTABLE)
        return true;
    market->policy = etp_lua_push_strategy(L, -1, ETP_ROLE_BESS, &market->options.logger);
    if (market->policy == NULL)
        return false;
    lua_setfield(L, anchor, "policy");
    market->options.policy = etp_lua_strategy_seller(market->policy);
    market->options.policy_user = etp_lua_strategy_user(market->policy);
    return true;
}

bool etp_lua_market_firms(lua_State *L, int anchor, etp_lua_market *market)
{
    return take_firms(L, anchor, market) && take_policy(L, anchor, market);
}

const char *etp_lua_device_name(const etp_lua_market *market, etp_id device, char *buffer, size_t size)
{
    for (unsigned i = 0; i < market->firm_count && !market->options.merged; i++)
        if (etp_run_firm_device(market->firms[i].portfolio) == device)
            return market->names[i];
    etp_id first_home = etp_run_home_device(0);
    if (device >= first_home && device - first_home < market->options.homes)
        snprintf(buffer, size, "home %" PRIu64, device - first_home);
    else
        snprintf(buffer, size, "single utility");
    return buffer;
}

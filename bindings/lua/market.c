/* SPDX-License-Identifier: MIT */
#include "market.h"

#include <stdlib.h>
#include <string.h>

const char etp_lua_market_class[] = "etp.market";

/* ---- who may call ---- */

static etp_lua_market *market_at(lua_State *L)
{
    return luaL_checkudata(L, 1, etp_lua_market_class);
}

static etp_lua_market *refuse_if_busy(lua_State *L)
{
    etp_lua_market *market = market_at(L);
    if (market->busy)
        luaL_error(L, "the market is running: its hooks and subscribers are called from within step() and cannot call "
                      "the market; note down what you need, and ask when step() has returned");
    return market;
}

etp_lua_market *etp_lua_check_market(lua_State *L)
{
    etp_lua_market *market = refuse_if_busy(L);
    if (market->run == NULL)
        luaL_error(L, "the market is closed");
    return market;
}

void etp_lua_push_anchor(lua_State *L, const etp_lua_market *market)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, market);
}

/* From here to leave() the engine may call back, on `L`. Leaves the anchor at the top of the stack. */
static int enter(lua_State *L, etp_lua_market *market, int place)
{
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    lua_getiuservalue(L, place, 1);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, market);
    for (unsigned i = 0; i < market->firm_count; i++)
        if (market->strategies[i] != NULL)
            etp_lua_strategy_use(market->strategies[i], L);
    if (market->policy != NULL)
        etp_lua_strategy_use(market->policy, L);
    market->L = L;
    market->busy = true;
    return lua_gettop(L);
}

static void leave(lua_State *L, etp_lua_market *market)
{
    market->busy = false;
    market->L = NULL;
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, market);
}

/* ---- errors of hooks, for who wants them raised ---- */

static const etp_lua_strategy *failing(const etp_lua_market *market, uint64_t *errors)
{
    const etp_lua_strategy *found = NULL;
    etp_script_stats stats;
    *errors = 0;
    for (unsigned i = 0; i <= market->firm_count; i++) {
        const etp_lua_strategy *one = i < market->firm_count ? market->strategies[i] : market->policy;
        if (one == NULL)
            continue;
        etp_lua_strategy_stats(one, &stats);
        *errors += stats.errors;
        if (stats.errors > 0 && found == NULL)
            found = one;
    }
    return found;
}

static void raise_if_strict(lua_State *L, etp_lua_market *market)
{
    uint64_t errors;
    if (!market->strict)
        return;
    const etp_lua_strategy *strategy = failing(market, &errors);
    bool more = errors > market->hook_errors;
    market->hook_errors = errors;
    if (!more || strategy == NULL)
        return;
    /* Some sentences begin with its name already. */
    const char *text = etp_lua_strategy_last_error(strategy);
    size_t length = strlen(strategy->name);
    bool named = strncmp(text, strategy->name, length) == 0 && text[length] == ':';
    luaL_error(L, "%s%s%s", named ? "" : strategy->name, named ? "" : ": ", text);
}

/* ---- its life ---- */

static void release(etp_lua_market *market)
{
    etp_run_free(market->run);
    market->run = NULL;
    etp_lua_market_forget_firms(market);
}

static etp_lua_market *push_new(lua_State *L)
{
    etp_lua_market *market = lua_newuserdatauv(L, sizeof *market, 1);
    memset(market, 0, sizeof *market);
    luaL_setmetatable(L, etp_lua_market_class);
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    return market;
}

/* The table of options, as etp/market.lua hands it over. */
static int make(lua_State *L)
{
    enum { MARKET = 2, ANCHOR };
    etp_error error = {0};
    lua_settop(L, 1);
    etp_lua_market *market = push_new(L);
    lua_getiuservalue(L, MARKET, 1);
    etp_lua_market_options(L, ANCHOR, market);
    if (!etp_lua_market_firms(L, ANCHOR, market)) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    lua_settop(L, ANCHOR);
    enter(L, market, MARKET);
    int result = etp_run_new(&market->run, &market->options, &error);
    leave(L, market);
    etp_lua_raise_pending(L, ANCHOR);
    if (result != ETP_OK)
        return etp_lua_fail(L, result, &error);
    raise_if_strict(L, market);
    lua_settop(L, MARKET);
    return 1;
}

/* True while there are more intervals; nil and a sentence when the engine itself has failed. */
static int step(lua_State *L)
{
    etp_error error = {0};
    etp_lua_market *market = etp_lua_check_market(L);
    if (market->over)
        return luaL_error(L, "the market is over: every interval has been run");
    lua_settop(L, 1);
    int anchor = enter(L, market, 1);
    int result = etp_run_step(market->run, &error);
    leave(L, market);
    market->over = result <= 0;
    etp_lua_raise_pending(L, anchor);
    if (result < 0)
        return etp_lua_fail(L, result, &error);
    raise_if_strict(L, market);
    lua_pushboolean(L, result > 0);
    return 1;
}

static int is_over(lua_State *L)
{
    lua_pushboolean(L, etp_lua_check_market(L)->over);
    return 1;
}

static int is_closed(lua_State *L)
{
    lua_pushboolean(L, market_at(L)->run == NULL);
    return 1;
}

static int close(lua_State *L)
{
    release(refuse_if_busy(L));
    return 0;
}

static int collect(lua_State *L)
{
    release(market_at(L));
    return 0;
}

static int to_string(lua_State *L)
{
    const etp_lua_market *market = market_at(L);
    if (market->run == NULL) {
        lua_pushliteral(L, "etp.market: closed");
        return 1;
    }
    etp_run_totals totals;
    etp_run_get_totals(market->run, &totals);
    lua_pushfstring(L, "etp.market: %d homes, %d firms, seed %I, %I of %I intervals", (int)market->options.homes,
                    (int)etp_run_firm_count(market->run), (LUAI_UACINT)market->options.seed,
                    (LUAI_UACINT)totals.intervals, (LUAI_UACINT)market->options.intervals);
    return 1;
}

void etp_lua_open_market(lua_State *L)
{
    static const luaL_Reg events[] = {{"__gc", collect}, {"__close", close}, {"__tostring", to_string}, {NULL, NULL}};
    static const luaL_Reg methods[] = {{"step", step},   {"over", is_over},         {"closed", is_closed},
                                       {"close", close}, {"on", etp_lua_market_on}, {NULL, NULL}};
    static const luaL_Reg none[] = {{NULL, NULL}};
    /* etp/market.lua puts the methods together, of these functions and its own. */
    etp_lua_new_class(L, etp_lua_market_class, events, none);
    luaL_getmetatable(L, etp_lua_market_class);
    lua_getfield(L, -1, "__index");
    lua_setfield(L, -3, "market_methods");
    lua_pop(L, 1);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    luaL_setfuncs(L, etp_lua_market_results, 0);
    lua_setfield(L, -2, "market_functions");
    lua_pushcfunction(L, make);
    lua_setfield(L, -2, "market");
}

/* SPDX-License-Identifier: MIT */
/*
 * One call of one hook, outside any market: strategy:call(hook, ctx, shown). `ctx` is a table with now, deadline, node,
 * device_id, name, history; `shown` one with the fields of what the hook is shown, or a list of bids. Returns
 *
 *     on_offer, on_result     "bid", price, energy | "pass", reason | "wait"
 *     reserve                 price, energy
 *     choose                  a list of places; empty for the mechanism's own order
 *     the others              true
 *
 * or nil and why the call failed; nil alone where the strategy has no such hook.
 */
#include <string.h>

#include "strategy.h"

enum { CTX = 3, SHOWN };

/* What a call needs, on C's stack. */
typedef struct call {
    etp_lua_strategy *strategy;
    etp_context context;
    int result;
} call;

/* ---- reading ---- */

static void read_history(lua_State *L, etp_history *history)
{
    etp_error error = {0};
    history->count = history->first = 0;
    if (lua_getfield(L, CTX, "history") == LUA_TTABLE) {
        lua_Integer count = luaL_len(L, -1);
        if (count > ETP_HISTORY_MAX)
            luaL_error(L, "ctx.history has %d entries at most", ETP_HISTORY_MAX);
        for (lua_Integer i = 0; i < count; i++) {
            etp_past_bid *past = &history->bids[i];
            memset(past, 0, sizeof *past);
            past->price = past->best = ETP_PRICE_NONE;
            lua_geti(L, -1, i + 1);
            if (etp_lua_read_view(L, -1, ETP_LUA_PAST_BID, past, &error) != ETP_OK)
                luaL_error(L, "%s", error.text);
            lua_pop(L, 1);
        }
        history->count = (unsigned)count;
    }
    lua_pop(L, 1);
}

static void read_context(lua_State *L, call *made)
{
    static const etp_lua_field list[] = {
        ETP_LUA_FIELD(etp_context, "now", now, SECONDS, 0, 8e9),
        ETP_LUA_FIELD(etp_context, "deadline", deadline, SECONDS, 0, 8e9),
        ETP_LUA_FIELD(etp_context, "node", node, WHOLE, 0, UINT32_MAX),
        ETP_LUA_FIELD(etp_context, "device_id", device_id, WHOLE, 0, (double)ETP_ID_MAX),
    };
    static const etp_lua_fields fields = ETP_LUA_FIELDS(list);
    static const char *const others[] = {"name", "history", NULL};
    made->context = (etp_context){.size = sizeof made->context,
                                  .deadline = ETP_TIME_NEVER,
                                  .device_id = 1,
                                  .name = made->strategy->name,
                                  .rng = &made->strategy->rng,
                                  .history = &made->strategy->history};
    etp_lua_take(L, CTX, "ctx", &fields, others, &made->context);
    read_history(L, &made->strategy->history);
    if (lua_getfield(L, CTX, "name") == LUA_TSTRING)
        made->context.name = lua_tostring(L, -1); /* the table keeps it */
    lua_pop(L, 1);
    if (made->strategy->role == ETP_ROLE_BESS)
        made->context.history = NULL;
}

static void read_shown(lua_State *L, etp_lua_view view, void *data)
{
    etp_error error = {0};
    if (etp_lua_read_view(L, SHOWN, view, data, &error) != ETP_OK)
        luaL_error(L, "%s", error.text);
}

/* ---- what came back ---- */

static int failed(lua_State *L, const call *made)
{
    lua_pushnil(L);
    lua_pushstring(L, etp_lua_strategy_last_error(made->strategy));
    return 2;
}

static int told(lua_State *L, const call *made)
{
    if (made->result < 0)
        return failed(L, made);
    lua_pushboolean(L, 1);
    return 1;
}

static int decided(lua_State *L, const call *made, const etp_intent *intent)
{
    switch (made->result) {
    case ETP_DECIDE_BID:
        lua_pushliteral(L, "bid");
        lua_pushnumber(L, etp_price_to_cents(intent->price));
        lua_pushnumber(L, etp_energy_to_kwh(intent->energy));
        return 3;
    case ETP_DECIDE_PASS:
        lua_pushliteral(L, "pass");
        lua_pushstring(L, intent->reason);
        return 2;
    case ETP_DECIDE_WAIT:
        lua_pushliteral(L, "wait");
        return 1;
    default:
        return failed(L, made);
    }
}

/* ---- hooks of both, which return nothing ---- */

typedef struct told_hooks {
    int (*on_start)(void *user, const etp_context *context);
    int (*on_interval)(void *user, const etp_context *context, const etp_market *market);
    int (*on_fault)(void *user, const etp_context *context, const etp_fault *fault);
    etp_lua_view market; /* what on_interval is shown */
} told_hooks;

static int tell(lua_State *L, call *made, const char *hook, const told_hooks *hooks, void *user)
{
    if (strcmp(hook, "on_start") == 0 && hooks->on_start != NULL) {
        made->result = hooks->on_start(user, &made->context);
    } else if (strcmp(hook, "on_interval") == 0 && hooks->on_interval != NULL) {
        etp_market market = {.spot = ETP_PRICE_NONE, .forecast = ETP_PRICE_NONE};
        read_shown(L, hooks->market, &market);
        made->result = hooks->on_interval(user, &made->context, &market);
    } else if (strcmp(hook, "on_fault") == 0 && hooks->on_fault != NULL) {
        etp_fault fault = {0};
        read_shown(L, ETP_LUA_FAULT, &fault);
        made->result = hooks->on_fault(user, &made->context, &fault);
    } else {
        return 0;
    }
    return told(L, made);
}

/* ---- the buyer's hooks ---- */

static int call_offer(lua_State *L, call *made, const etp_aggregator_hooks *hooks, void *user)
{
    etp_offer offer = {.reserve = ETP_PRICE_NONE, .closes = ETP_TIME_NEVER, .asked = 1};
    read_shown(L, ETP_LUA_OFFER, &offer);
    etp_intent intent = {.energy = offer.energy < offer.need ? offer.energy : offer.need};
    made->result = hooks->on_offer(user, &made->context, &offer, &intent);
    return decided(L, made, &intent);
}

static int call_result(lua_State *L, call *made, const etp_aggregator_hooks *hooks, void *user)
{
    etp_result_view result = {.price = ETP_PRICE_NONE, .best = ETP_PRICE_NONE, .closes = ETP_TIME_NEVER};
    read_shown(L, ETP_LUA_RESULT, &result);
    etp_intent intent = {.energy = result.bid_energy};
    made->result = hooks->on_result(user, &made->context, &result, &intent);
    return decided(L, made, &intent);
}

static int call_buyer(lua_State *L, call *made, const char *hook)
{
    const etp_aggregator_hooks *hooks = etp_lua_strategy_buyer(made->strategy);
    void *user = etp_lua_strategy_user(made->strategy);
    if (strcmp(hook, "on_offer") == 0 && hooks->on_offer != NULL)
        return call_offer(L, made, hooks, user);
    if (strcmp(hook, "on_result") == 0 && hooks->on_result != NULL)
        return call_result(L, made, hooks, user);
    const told_hooks both = {hooks->on_start, hooks->on_interval, hooks->on_fault, ETP_LUA_MARKET};
    return tell(L, made, hook, &both, user);
}

/* ---- the seller's hooks ---- */

static int call_reserve(lua_State *L, call *made, const etp_bess_hooks *hooks, void *user)
{
    etp_battery_view battery = {.spot = ETP_PRICE_NONE, .forecast = ETP_PRICE_NONE};
    read_shown(L, ETP_LUA_BATTERY, &battery);
    etp_reserve reserve = {.energy = battery.lot};
    made->result = hooks->reserve(user, &made->context, &battery, &reserve);
    if (made->result < 0)
        return failed(L, made);
    lua_pushnumber(L, etp_price_to_cents(reserve.price));
    lua_pushnumber(L, etp_energy_to_kwh(reserve.energy < battery.lot ? reserve.energy : battery.lot));
    return 2;
}

static int call_choose(lua_State *L, call *made, const etp_bess_hooks *hooks, void *user)
{
    enum { BIDS_MAX = 1000 };
    etp_error error = {0};
    luaL_checktype(L, SHOWN, LUA_TTABLE);
    lua_Integer count = luaL_len(L, SHOWN);
    luaL_argcheck(L, count >= 1 && count <= BIDS_MAX, SHOWN, "a list of 1 to 1000 bids");
    etp_bid *bids = lua_newuserdatauv(L, (size_t)count * sizeof *bids, 0);
    unsigned *order = lua_newuserdatauv(L, (size_t)count * sizeof *order, 0);
    memset(bids, 0, (size_t)count * sizeof *bids);
    for (lua_Integer i = 0; i < count; i++) {
        lua_geti(L, SHOWN, i + 1);
        if (etp_lua_read_view(L, -1, ETP_LUA_BID, &bids[i], &error) != ETP_OK)
            return luaL_error(L, "%s", error.text);
        lua_pop(L, 1);
    }
    made->result = hooks->choose(user, &made->context, bids, (unsigned)count, order);
    if (made->result < 0)
        return failed(L, made);
    lua_createtable(L, made->result, 0);
    for (int i = 0; i < made->result; i++) {
        lua_pushinteger(L, (lua_Integer)order[i] + 1);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static int call_seller(lua_State *L, call *made, const char *hook)
{
    const etp_bess_hooks *hooks = etp_lua_strategy_seller(made->strategy);
    void *user = etp_lua_strategy_user(made->strategy);
    if (strcmp(hook, "reserve") == 0 && hooks->reserve != NULL)
        return call_reserve(L, made, hooks, user);
    if (strcmp(hook, "choose") == 0 && hooks->choose != NULL)
        return call_choose(L, made, hooks, user);
    if (strcmp(hook, "on_result") == 0 && hooks->on_result != NULL) {
        etp_sale_view sale = {0};
        read_shown(L, ETP_LUA_SALE, &sale);
        made->result = hooks->on_result(user, &made->context, &sale);
        return told(L, made);
    }
    const told_hooks both = {hooks->on_start, hooks->on_interval, hooks->on_fault, ETP_LUA_MARKET_BESS};
    return tell(L, made, hook, &both, user);
}

int etp_lua_strategy_call(lua_State *L)
{
    call made = {.strategy = etp_lua_strategy_at(L, 1)};
    const char *hook = luaL_checkstring(L, 2);
    lua_settop(L, SHOWN);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    read_context(L, &made);
    etp_lua_strategy_use(made.strategy, L);
    return made.strategy->role == ETP_ROLE_AGGREGATOR ? call_buyer(L, &made, hook) : call_seller(L, &made, hook);
}

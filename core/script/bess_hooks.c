/* SPDX-License-Identifier: MIT */
/* The seller's hooks, as Lua has them. */
#include "internal.h"

enum { FIRST = ETP_SLOTS + 1, SECOND };

static int on_start(void *user, const etp_context *context)
{
    if (user == NULL || context == NULL)
        return ETP_EINVAL;
    return etp_call_tell(user, ETP_HOOK_ON_START, context, 0);
}

static int on_interval(void *user, const etp_context *context, const etp_market *market)
{
    if (user == NULL || context == NULL || market == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    return etp_call_tell(script, ETP_HOOK_ON_INTERVAL, context,
                         etp_view_open(script->vm, ETP_VIEW_MARKET_BESS, market, 0));
}

static int on_result(void *user, const etp_context *context, const etp_sale_view *sale)
{
    if (user == NULL || context == NULL || sale == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    return etp_call_tell(script, ETP_HOOK_ON_RESULT, context, etp_view_open(script->vm, ETP_VIEW_SALE, sale, 0));
}

static int on_fault(void *user, const etp_context *context, const etp_fault *fault)
{
    if (user == NULL || context == NULL || fault == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    return etp_call_tell(script, ETP_HOOK_ON_FAULT, context, etp_view_open(script->vm, ETP_VIEW_FAULT, fault, 0));
}

/* Below 0 is what is left when the home needs more than there is: nothing is sold. */
static int read_reserve(etp_script *script, etp_reserve *answer)
{
    etp_reserve read = *answer;
    int result = etp_returned_price(script, ETP_HOOK_RESERVE, FIRST, &read.price);
    if (result == ETP_OK && etp_returned_below_zero(script, SECOND))
        read.energy = 0;
    else if (result == ETP_OK)
        result = etp_returned_energy(script, ETP_HOOK_RESERVE, SECOND, &read.energy);
    if (result != ETP_OK)
        return result;
    *answer = read;
    return etp_call_done(script, ETP_OK);
}

static int reserve(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *answer)
{
    if (user == NULL || context == NULL || battery == NULL || answer == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    int view = etp_view_open(script->vm, ETP_VIEW_BATTERY, battery, 0);
    int result = etp_call_hook(script, ETP_HOOK_RESERVE, context, view, 2);
    if (result != ETP_OK)
        return result;
    lua_State *L = script->vm->state;
    if (lua_type(L, FIRST) == LUA_TBOOLEAN && !lua_toboolean(L, FIRST)) {
        answer->energy = 0;
        return etp_call_done(script, ETP_OK);
    }
    return read_reserve(script, answer);
}

/* Reads places 1 to `count` from the list at FIRST, each at most once. Raises nothing: raw reads create nothing. */
static int read_order(etp_script *script, unsigned count, unsigned *order)
{
    lua_State *L = script->vm->state;
    lua_Unsigned size = lua_rawlen(L, FIRST);
    if (size > count)
        return etp_call_refuse(script, ETP_HOOK_CHOOSE, "%llu places; there are %u bids", (unsigned long long)size,
                               count);
    for (unsigned i = 0; i < (unsigned)size; i++) {
        lua_rawgeti(L, FIRST, (lua_Integer)i + 1);
        lua_Integer place = lua_type(L, -1) == LUA_TNUMBER ? lua_tointeger(L, -1) : 0;
        lua_pop(L, 1);
        if (place < 1 || place > (lua_Integer)count)
            return etp_call_refuse(script, ETP_HOOK_CHOOSE, "a list whose entry %u is no place from 1 to %u", i + 1,
                                   count);
        order[i] = (unsigned)place - 1;
        for (unsigned j = 0; j < i; j++) {
            if (order[j] == order[i])
                return etp_call_refuse(script, ETP_HOOK_CHOOSE, "a list that names bid %u twice", order[i] + 1);
        }
    }
    return etp_call_done(script, (int)size);
}

static int choose(void *user, const etp_context *context, const etp_bid *bids, unsigned count, unsigned *order)
{
    if (user == NULL || context == NULL || bids == NULL || order == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    int view = etp_view_open(script->vm, ETP_VIEW_BIDS, bids, count);
    int result = etp_call_hook(script, ETP_HOOK_CHOOSE, context, view, 1);
    if (result != ETP_OK)
        return result;
    int type = lua_type(script->vm->state, FIRST);
    if (type == LUA_TNIL)
        return etp_call_done(script, 0);
    if (type != LUA_TTABLE)
        return etp_call_refuse(script, ETP_HOOK_CHOOSE, "a %s; it returns a list of places such as { 2, 1 }, or nil",
                               lua_typename(script->vm->state, type));
    return read_order(script, count, order);
}

void etp_bess_hooks_fill(etp_script *script)
{
    const bool *has = script->vm->has_hook;
    script->bess_hooks = (etp_bess_hooks){
        .size = sizeof script->bess_hooks,
        .on_start = has[ETP_HOOK_ON_START] ? on_start : NULL,
        .on_interval = has[ETP_HOOK_ON_INTERVAL] ? on_interval : NULL,
        .reserve = has[ETP_HOOK_RESERVE] ? reserve : NULL,
        .choose = has[ETP_HOOK_CHOOSE] ? choose : NULL,
        .on_result = has[ETP_HOOK_ON_RESULT] ? on_result : NULL,
        .on_fault = has[ETP_HOOK_ON_FAULT] ? on_fault : NULL,
    };
}

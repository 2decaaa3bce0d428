/* SPDX-License-Identifier: MIT */
/* The buyer's hooks, as Lua has them. */
#include <ctype.h>
#include <float.h>
#include <string.h>

#include "base/nearest.h"
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
    return etp_call_tell(script, ETP_HOOK_ON_INTERVAL, context, etp_view_open(script->vm, ETP_VIEW_MARKET, market, 0));
}

static int on_fault(void *user, const etp_context *context, const etp_fault *fault)
{
    if (user == NULL || context == NULL || fault == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    return etp_call_tell(script, ETP_HOOK_ON_FAULT, context, etp_view_open(script->vm, ETP_VIEW_FAULT, fault, 0));
}

/* nil or false, and perhaps why. The reason stays on the stack, and so alive, until the next call. */
static int pass(etp_script *script, etp_intent *intent)
{
    lua_State *L = script->vm->state;
    if (lua_type(L, SECOND) == LUA_TSTRING)
        intent->reason = lua_tostring(L, SECOND);
    return etp_call_done(script, ETP_DECIDE_PASS);
}

/* Prices are real numbers until here: a value below the margin, a market below zero. */
static int pass_because(etp_script *script, etp_intent *intent, const char *reason)
{
    intent->reason = reason;
    return etp_call_done(script, ETP_DECIDE_PASS);
}

/* The price is known to be a number. */
static int read_bid(etp_script *script, etp_intent *intent)
{
    double price = lua_tonumber(script->vm->state, FIRST);
    if (price < 0 && price >= -DBL_MAX)
        return pass_because(script, intent, "a price below 0");
    if (!etp_price_from_cents(price, 0, ETP_PRICE_MAX, &intent->price))
        return etp_returned_price(script, ETP_HOOK_ON_OFFER, FIRST, &intent->price);
    int result = etp_returned_energy(script, ETP_HOOK_ON_OFFER, SECOND, &intent->energy);
    if (result != ETP_OK)
        return result;
    if (intent->energy == 0)
        return pass_because(script, intent, "no energy");
    return etp_call_done(script, ETP_DECIDE_BID);
}

/* "wait" in other letters, or with one of them amiss. */
static bool is_nearly_wait(const char *text)
{
    static const char *const wait[] = {"wait"};
    char word[16];
    size_t size = 0;
    for (; *text != '\0' && size < sizeof word - 1; text++) {
        if (isalpha((unsigned char)*text))
            word[size++] = (char)tolower((unsigned char)*text);
    }
    word[size] = '\0';
    return etp_nearest(word, wait, 1) != NULL;
}

static int read_word(etp_script *script, etp_intent *intent)
{
    const char *word = lua_tostring(script->vm->state, FIRST);
    if (strcmp(word, "wait") == 0)
        return etp_call_done(script, ETP_DECIDE_WAIT);
    if (is_nearly_wait(word))
        return etp_call_refuse(script, ETP_HOOK_ON_OFFER, "the string \"%.60s\"; did you mean \"wait\"?", word);
    return etp_returned_price(script, ETP_HOOK_ON_OFFER, FIRST, &intent->price);
}

static int on_offer(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    if (user == NULL || context == NULL || offer == NULL || intent == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    int view = etp_view_open(script->vm, ETP_VIEW_OFFER, offer, 0);
    int result = etp_call_hook(script, ETP_HOOK_ON_OFFER, context, view, LUA_MULTRET);
    if (result != ETP_OK)
        return result;
    lua_State *L = script->vm->state;
    int type = lua_type(L, FIRST);
    if (type == LUA_TNUMBER)
        return read_bid(script, intent);
    /* A path without a return is easily left in by mistake, and would silently never bid. */
    if (type == LUA_TNONE)
        return etp_call_refuse(script, ETP_HOOK_ON_OFFER, "nothing; end it with \"return nil\" for no bid");
    if (!lua_toboolean(L, FIRST))
        return pass(script, intent);
    if (type == LUA_TSTRING)
        return read_word(script, intent);
    return etp_returned_price(script, ETP_HOOK_ON_OFFER, FIRST, &intent->price);
}

static int on_result(void *user, const etp_context *context, const etp_result_view *result, etp_intent *intent)
{
    if (user == NULL || context == NULL || result == NULL || intent == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    int view = etp_view_open(script->vm, ETP_VIEW_RESULT, result, 0);
    int code = etp_call_hook(script, ETP_HOOK_ON_RESULT, context, view, 1);
    if (code != ETP_OK)
        return code;
    if (!lua_toboolean(script->vm->state, FIRST))
        return etp_call_done(script, ETP_DECIDE_PASS);
    if (etp_returned_below_zero(script, FIRST))
        return pass_because(script, intent, "a price below 0");
    code = etp_returned_price(script, ETP_HOOK_ON_RESULT, FIRST, &intent->price);
    return code == ETP_OK ? etp_call_done(script, ETP_DECIDE_BID) : code;
}

void etp_aggregator_hooks_fill(etp_script *script)
{
    const bool *has = script->vm->has_hook;
    script->aggregator_hooks = (etp_aggregator_hooks){
        .size = sizeof script->aggregator_hooks,
        .on_start = has[ETP_HOOK_ON_START] ? on_start : NULL,
        .on_interval = has[ETP_HOOK_ON_INTERVAL] ? on_interval : NULL,
        .on_offer = has[ETP_HOOK_ON_OFFER] ? on_offer : NULL,
        .on_result = has[ETP_HOOK_ON_RESULT] ? on_result : NULL,
        .on_fault = has[ETP_HOOK_ON_FAULT] ? on_fault : NULL,
    };
}

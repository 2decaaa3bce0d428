/* SPDX-License-Identifier: MIT */
/*
 * A call of a hook that lives in a host's own state. All of it, from the making of what the hook is shown to the judging
 * of what it returned, runs under one protected call: nothing may jump through the engine.
 */
#include <stdio.h>
#include <string.h>

#include "script/own_state/own_state.h"

enum { HOOKS = 2, ANCHOR, FIRST };

typedef struct call {
    etp_lua_hooks *hooks;
    const etp_context *context;
    etp_hook hook;
    etp_view_kind kind; /* of `data`; ETP_VIEWS: the hook is shown nothing but ctx */
    const void *data;
    unsigned count; /* of bids */
    void *out;      /* intent, reserve or order */
    int results;
    int outcome; /* of the judging */
    etp_answer answer;
    char wrong[ETP_SCRIPT_WRONG_MAX];
} call;

/* ---- protected ---- */

static int explain(lua_State *L)
{
    const char *text = lua_tostring(L, 1);
    if (text == NULL && luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING)
        text = lua_tostring(L, -1);
    if (text == NULL)
        text = lua_pushfstring(L, "the error is a %s, not a text", luaL_typename(L, 1));
    luaL_traceback(L, L, text, 1);
    return 1;
}

static void push_bids(lua_State *L, const etp_bid *bids, unsigned count)
{
    lua_createtable(L, (int)count, 0);
    for (unsigned i = 0; i < count; i++) {
        etp_own_push_view(L, ETP_VIEW_BID, &bids[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* The reason is Lua's as long as the stack has it; the engine may read it longer. */
static int keep_reason(etp_lua_hooks *hooks, etp_intent *intent, int decision)
{
    if (decision == ETP_DECIDE_PASS && intent->reason != NULL) {
        snprintf(hooks->reason, sizeof hooks->reason, "%s", intent->reason);
        intent->reason = hooks->reason;
    }
    return decision;
}

static int judge(call *made)
{
    switch (made->kind) {
    case ETP_VIEW_OFFER:
        return keep_reason(made->hooks, made->out, etp_answer_offer(&made->answer, made->out));
    case ETP_VIEW_RESULT:
        return etp_answer_result(&made->answer, made->out);
    case ETP_VIEW_BATTERY:
        return etp_answer_reserve(&made->answer, made->out);
    case ETP_VIEW_BIDS:
        return etp_answer_choose(&made->answer, made->count, made->out);
    default:
        return ETP_OK;
    }
}

static int perform(lua_State *L)
{
    call *made = lua_touserdata(L, 1);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    etp_own_push_hooks(L, made->hooks);
    if (lua_isnil(L, HOOKS))
        return luaL_error(L, "the table of hooks was collected: keep the value that owns it");
    lua_getiuservalue(L, HOOKS, 1);
    lua_rawgeti(L, ANCHOR, made->hook + 1);
    etp_own_push_context(L, HOOKS, ANCHOR, made->context);
    if (made->kind == ETP_VIEW_BIDS)
        push_bids(L, made->data, made->count);
    else if (made->kind != ETP_VIEWS)
        etp_own_push_view(L, made->kind, made->data);
    lua_call(L, lua_gettop(L) - FIRST, made->results);
    made->answer = (etp_answer){L, FIRST, made->wrong};
    made->outcome = judge(made);
    return 0;
}

/* ---- not protected ---- */

static int failed(etp_lua_hooks *hooks, etp_hook hook, int code)
{
    char line[ETP_SCRIPT_ERROR_MAX];
    hooks->script.stats.errors++;
    etp_call_disarm(hooks->script.last_error);
    etp_call_clean(line, sizeof line, hooks->script.last_error, strlen(hooks->script.last_error));
    etp_log(&hooks->script.logger, ETP_LOG_ERROR, "script", "strategy=%s hook=%s error=%s text=\"%s\"", hooks->vm.name,
            etp_hook_name(hook), etp_error_name(code), line);
    return code;
}

static int raised(etp_lua_hooks *hooks, lua_State *L, etp_hook hook, int status)
{
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "the error is not a text";
    const char *hint = strstr(text, "attempt to yield") != NULL ? " (a hook answers at once: it cannot yield)" : "";
    int first = (int)strcspn(text, "\n");
    snprintf(hooks->script.last_error, sizeof hooks->script.last_error, "%s: %.*s%s%s", etp_hook_name(hook), first,
             text, hint, text + first);
    return failed(hooks, hook, status == LUA_ERRMEM ? ETP_ENOMEM : ETP_ESCRIPT);
}

static int run(call *made)
{
    etp_lua_hooks *hooks = made->hooks;
    bool shown = made->kind == ETP_VIEWS || made->data != NULL, answered = made->results == 0 || made->out != NULL;
    if (hooks == NULL || made->context == NULL || !shown || !answered)
        return ETP_EINVAL;
    lua_State *L = hooks->L;
    int top = lua_gettop(L);
    hooks->script.stats.calls++;
    if (!lua_checkstack(L, LUA_MINSTACK)) {
        snprintf(hooks->script.last_error, sizeof hooks->script.last_error, "%s: no memory for Lua's stack",
                 etp_hook_name(made->hook));
        return failed(hooks, made->hook, ETP_ENOMEM);
    }
    const etp_context *outer = hooks->context;
    hooks->context = made->context;
    lua_pushcfunction(L, explain);
    lua_pushcfunction(L, perform);
    lua_pushlightuserdata(L, made);
    int status = lua_pcall(L, 1, 0, top + 1);
    hooks->context = outer;
    int result = status == LUA_OK ? made->outcome : raised(hooks, L, made->hook, status);
    lua_settop(L, top);
    if (status == LUA_OK && result < 0) {
        snprintf(hooks->script.last_error, sizeof hooks->script.last_error, "%s: %s returned %s", hooks->vm.chunk,
                 etp_hook_name(made->hook), made->wrong);
        failed(hooks, made->hook, result);
    }
    return result;
}

/* ---- the hooks ---- */

static int on_start(void *user, const etp_context *context)
{
    return run(&(call){.hooks = user, .context = context, .hook = ETP_HOOK_ON_START, .kind = ETP_VIEWS});
}

/* Hooks that are told something and return nothing. */
static int tell(void *user, const etp_context *context, etp_hook hook, etp_view_kind kind, const void *data)
{
    return run(&(call){.hooks = user, .context = context, .hook = hook, .kind = kind, .data = data});
}

static int on_interval(void *user, const etp_context *context, const etp_market *market)
{
    const etp_lua_hooks *hooks = user;
    etp_view_kind kind = hooks != NULL && hooks->vm.role == ETP_ROLE_BESS ? ETP_VIEW_MARKET_BESS : ETP_VIEW_MARKET;
    return tell(user, context, ETP_HOOK_ON_INTERVAL, kind, market);
}

static int on_fault(void *user, const etp_context *context, const etp_fault *fault)
{
    return tell(user, context, ETP_HOOK_ON_FAULT, ETP_VIEW_FAULT, fault);
}

static int on_sale(void *user, const etp_context *context, const etp_sale_view *sale)
{
    return tell(user, context, ETP_HOOK_ON_RESULT, ETP_VIEW_SALE, sale);
}

static int on_offer(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    return run(&(call){.hooks = user,
                       .context = context,
                       .hook = ETP_HOOK_ON_OFFER,
                       .kind = ETP_VIEW_OFFER,
                       .data = offer,
                       .out = intent,
                       .results = LUA_MULTRET});
}

static int on_result(void *user, const etp_context *context, const etp_result_view *result, etp_intent *intent)
{
    return run(&(call){.hooks = user,
                       .context = context,
                       .hook = ETP_HOOK_ON_RESULT,
                       .kind = ETP_VIEW_RESULT,
                       .data = result,
                       .out = intent,
                       .results = 1});
}

static int reserve(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *wanted)
{
    return run(&(call){.hooks = user,
                       .context = context,
                       .hook = ETP_HOOK_RESERVE,
                       .kind = ETP_VIEW_BATTERY,
                       .data = battery,
                       .out = wanted,
                       .results = 2});
}

static int choose(void *user, const etp_context *context, const etp_bid *bids, unsigned count, unsigned *order)
{
    return run(&(call){.hooks = user,
                       .context = context,
                       .hook = ETP_HOOK_CHOOSE,
                       .kind = ETP_VIEW_BIDS,
                       .data = bids,
                       .count = count,
                       .out = order,
                       .results = 1});
}

void etp_own_fill(etp_lua_hooks *hooks)
{
    const bool *has = hooks->vm.has_hook;
    hooks->script.aggregator_hooks = (etp_aggregator_hooks){
        .size = sizeof hooks->script.aggregator_hooks,
        .on_start = has[ETP_HOOK_ON_START] ? on_start : NULL,
        .on_interval = has[ETP_HOOK_ON_INTERVAL] ? on_interval : NULL,
        .on_offer = has[ETP_HOOK_ON_OFFER] ? on_offer : NULL,
        .on_result = has[ETP_HOOK_ON_RESULT] ? on_result : NULL,
        .on_fault = has[ETP_HOOK_ON_FAULT] ? on_fault : NULL,
    };
    hooks->script.bess_hooks = (etp_bess_hooks){
        .size = sizeof hooks->script.bess_hooks,
        .on_start = has[ETP_HOOK_ON_START] ? on_start : NULL,
        .on_interval = has[ETP_HOOK_ON_INTERVAL] ? on_interval : NULL,
        .reserve = has[ETP_HOOK_RESERVE] ? reserve : NULL,
        .choose = has[ETP_HOOK_CHOOSE] ? choose : NULL,
        .on_result = has[ETP_HOOK_ON_RESULT] ? on_sale : NULL,
        .on_fault = has[ETP_HOOK_ON_FAULT] ? on_fault : NULL,
    };
}

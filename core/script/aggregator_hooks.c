/* SPDX-License-Identifier: MIT */
/* The buyer's hooks, as Lua has them. */
#include "script/internal.h"
#include "script/views/views.h"

enum { FIRST = ETP_SLOTS + 1 };

static int on_interval(void *user, const etp_context *context, const etp_market *market)
{
    if (user == NULL || context == NULL || market == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    return etp_call_tell(script, ETP_HOOK_ON_INTERVAL, context, etp_view_open(script->vm, ETP_VIEW_MARKET, market, 0));
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
    char wrong[ETP_SCRIPT_WRONG_MAX];
    etp_answer returned = {script->vm->state, FIRST, wrong};
    return etp_call_judged(script, ETP_HOOK_ON_OFFER, etp_answer_offer(&returned, intent), &returned);
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
    char wrong[ETP_SCRIPT_WRONG_MAX];
    etp_answer returned = {script->vm->state, FIRST, wrong};
    return etp_call_judged(script, ETP_HOOK_ON_RESULT, etp_answer_result(&returned, intent), &returned);
}

void etp_aggregator_hooks_fill(etp_script *script)
{
    const bool *has = script->vm->has_hook;
    script->aggregator_hooks = (etp_aggregator_hooks){
        .size = sizeof script->aggregator_hooks,
        .on_start = has[ETP_HOOK_ON_START] ? etp_hook_on_start : NULL,
        .on_interval = has[ETP_HOOK_ON_INTERVAL] ? on_interval : NULL,
        .on_offer = has[ETP_HOOK_ON_OFFER] ? on_offer : NULL,
        .on_result = has[ETP_HOOK_ON_RESULT] ? on_result : NULL,
        .on_fault = has[ETP_HOOK_ON_FAULT] ? etp_hook_on_fault : NULL,
    };
}

/* SPDX-License-Identifier: MIT */
/* The seller's hooks, as Lua has them. */
#include "script/internal.h"
#include "script/views/views.h"

enum { FIRST = ETP_SLOTS + 1 };

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

static int reserve(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *answer)
{
    if (user == NULL || context == NULL || battery == NULL || answer == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    int view = etp_view_open(script->vm, ETP_VIEW_BATTERY, battery, 0);
    int result = etp_call_hook(script, ETP_HOOK_RESERVE, context, view, 2);
    if (result != ETP_OK)
        return result;
    char wrong[ETP_SCRIPT_WRONG_MAX];
    etp_answer returned = {script->vm->state, FIRST, wrong};
    return etp_call_judged(script, ETP_HOOK_RESERVE, etp_answer_reserve(&returned, answer), &returned);
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
    char wrong[ETP_SCRIPT_WRONG_MAX];
    etp_answer returned = {script->vm->state, FIRST, wrong};
    return etp_call_judged(script, ETP_HOOK_CHOOSE, etp_answer_choose(&returned, count, order), &returned);
}

void etp_bess_hooks_fill(etp_script *script)
{
    const bool *has = script->vm->has_hook;
    script->bess_hooks = (etp_bess_hooks){
        .size = sizeof script->bess_hooks,
        .on_start = has[ETP_HOOK_ON_START] ? etp_hook_on_start : NULL,
        .on_interval = has[ETP_HOOK_ON_INTERVAL] ? on_interval : NULL,
        .reserve = has[ETP_HOOK_RESERVE] ? reserve : NULL,
        .choose = has[ETP_HOOK_CHOOSE] ? choose : NULL,
        .on_result = has[ETP_HOOK_ON_RESULT] ? on_result : NULL,
        .on_fault = has[ETP_HOOK_ON_FAULT] ? etp_hook_on_fault : NULL,
    };
}

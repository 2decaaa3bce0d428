/* SPDX-License-Identifier: MIT */
/* Hooks that buyers and sellers have alike, as Lua has them. */
#include "script/internal.h"
#include "script/views/views.h"

int etp_hook_on_start(void *user, const etp_context *context)
{
    if (user == NULL || context == NULL)
        return ETP_EINVAL;
    return etp_call_tell(user, ETP_HOOK_ON_START, context, 0);
}

int etp_hook_on_fault(void *user, const etp_context *context, const etp_fault *fault)
{
    if (user == NULL || context == NULL || fault == NULL)
        return ETP_EINVAL;
    etp_script *script = user;
    return etp_call_tell(script, ETP_HOOK_ON_FAULT, context, etp_view_open(script->vm, ETP_VIEW_FAULT, fault, 0));
}

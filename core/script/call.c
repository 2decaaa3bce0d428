/* SPDX-License-Identifier: MIT */
/* One call of a hook: limits set, called, judged, counted. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"
#include "script/views/views.h"

void etp_call_failure_text(etp_vm *vm, int status, const char *what, char *text, size_t size)
{
    const etp_meter *meter = &vm->meter;
    const char *space = what[0] != '\0' ? ": " : "";
    if (status == LUA_ERRMEM && meter->over_hash) {
        snprintf(
            text, size,
            "%s%sit needed a table with more keys than it may have, apart from those of a list; keep less, or split "
            "it into several",
            what, space);
        return;
    }
    if (status == LUA_ERRMEM) {
        snprintf(text, size,
                 "%s%sit needed more memory than it may have (%zu bytes at once, 8 times that in one call, %d in one "
                 "string); keep less, or build fewer tables and strings",
                 what, space, meter->memory_limit, ETP_SCRIPT_STRING_MAX);
        return;
    }
    /* lua_tolstring creates nothing when the value is a string already. */
    bool is_text = lua_type(vm->state, -1) == LUA_TSTRING;
    const char *reason = is_text ? lua_tostring(vm->state, -1) : "the error is not a text";
    snprintf(text, size, "%s%s%s", what, space, reason);
    etp_call_disarm(text);
}

bool etp_call_may_log(const etp_script *script, etp_script_rate *rate)
{
    uint64_t window = script->stats.calls / ETP_SCRIPT_LOG_WINDOW;
    if (window != rate->window)
        *rate = (etp_script_rate){.window = window};
    if (rate->lines >= ETP_SCRIPT_LOG_LINES)
        return false;
    rate->lines++;
    return true;
}

/* How many bytes at `text` a terminal might obey or could not show; 0 if there is a character. Newlines and tabs stay:
 * tracebacks have them. U+0080 to U+009F are control characters of two bytes. */
static size_t unsafe_size(const char *text, size_t size)
{
    unsigned char first = (unsigned char)text[0];
    if (first == '\n' || first == '\t')
        return 0;
    if (first < ' ' || first == 127 || etp_utf8_size(text, size) == 0)
        return 1;
    return first == 0xc2 && (unsigned char)text[1] < 0xa0 ? 2 : 0;
}

static void disarm(char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t unsafe = unsafe_size(text + i, size - i);
        memset(text + i, ' ', unsafe);
        i += unsafe > 0 ? unsafe : etp_utf8_size(text + i, size - i);
    }
}

void etp_call_disarm(char *text)
{
    disarm(text, strlen(text));
}

void etp_call_clean(char *line, size_t room, const char *text, size_t size)
{
    size_t copied = size < room ? size : room - 1;
    memcpy(line, text, copied);
    disarm(line, copied);
    for (size_t i = 0; i < copied; i++) {
        if (line[i] == '\n' || line[i] == '\t')
            line[i] = ' ';
        if (line[i] == '"')
            line[i] = '\'';
    }
    line[copied] = '\0';
}

static void suspend(etp_script *script, unsigned after, const char *why)
{
    script->stats.suspended = true;
    etp_log(&script->logger, ETP_LOG_ERROR, "script", "strategy=%s suspended after=%u text=\"%s\"", script->vm->name,
            after, why);
}

static void hold_overrun(etp_script *script)
{
    uint64_t thousands = script->stats.calls / ETP_SCRIPT_FORGIVES, passed = thousands - script->overruns_forgiven;
    script->overruns_forgiven = thousands;
    script->overruns_held = passed < script->overruns_held ? script->overruns_held - (unsigned)passed + 1 : 1;
}

/* An error costs little, an overrun up to a large part of a second of everybody's time: the first is held against a
 * script only in a row, the second until it is forgiven. */
static void suspend_if_due(etp_script *script, int code)
{
    const etp_script_options *options = &script->options;
    script->failed_in_a_row++;
    if (code == ETP_ELIMIT)
        hold_overrun(script);
    if (options->suspend_after_overruns > 0 && script->overruns_held >= options->suspend_after_overruns)
        suspend(script, script->overruns_held, "calls stopped by a limit");
    else if (options->suspend_after > 0 && script->failed_in_a_row >= options->suspend_after)
        suspend(script, script->failed_in_a_row, "failed calls in a row");
}

/* What comes before the text is the same for all failures of one kind at one place. */
static void log_failure(etp_script *script, int code)
{
    const etp_vm *vm = script->vm;
    if (!etp_call_may_log(script, &script->error_rate))
        return;
    char line[ETP_SCRIPT_ERROR_MAX], place[sizeof vm->chunk];
    const char *at = vm->error_place[0] != '\0' ? vm->error_place : vm->chunk;
    etp_call_clean(place, sizeof place, at, strlen(at));
    etp_call_clean(line, sizeof line, script->last_error, strlen(script->last_error));
    etp_log(&script->logger, ETP_LOG_ERROR, "script", "strategy=%s hook=%s at=%s error=%s text=\"%s\"", vm->name,
            etp_hook_name(vm->hook), place, etp_error_name(code), line);
}

/* Counts and reports the failure whose text is in last_error. Its log must neither call nor end it meanwhile. */
static int failed(etp_script *script, int code)
{
    script->stats.errors++;
    script->stats.overruns += code == ETP_ELIMIT;
    script->busy = true;
    log_failure(script, code);
    suspend_if_due(script, code);
    script->busy = false;
    return code;
}

int etp_call_plainly(etp_vm *vm, int arguments, int results, int handler)
{
    locale_t before = uselocale(vm->script->plain);
    int status = lua_pcall(vm->state, arguments, results, handler);
    uselocale(before);
    return status;
}

void etp_call_enter(etp_vm *vm, etp_hook hook, const etp_context *context)
{
    vm->context = context;
    vm->hook = hook;
    vm->nil_field = NULL;
    vm->error_place[0] = '\0';
    vm->epoch++;
    etp_view_close_expired(vm);
    etp_context_fill(vm, context);
    etp_params_fill(vm);
}

void etp_call_leave(etp_vm *vm)
{
    vm->context = NULL;
    /* Views expire with their number. */
    vm->epoch++;
}

int etp_call_hook(etp_script *script, etp_hook hook, const etp_context *context, int argument, int results)
{
    etp_vm *vm = script->vm;
    lua_State *L = vm->state;
    if (script->stats.suspended || script->busy || vm->context != NULL)
        return ETP_ESTATE;
    script->stats.calls++;
    etp_nodes_note(&script->nodes, context);
    etp_meter_reset(vm, script->options.instruction_limit);
    /* An argument was opened on what the last call left, and has cleared it away. */
    if (argument == 0)
        lua_settop(L, ETP_SLOTS);
    etp_call_enter(vm, hook, context);
    lua_pushvalue(L, ETP_SLOT_HOOKS + (int)hook);
    lua_pushvalue(L, ETP_SLOT_CTX);
    if (argument != 0)
        lua_pushvalue(L, argument);
    int status = etp_call_plainly(vm, argument != 0 ? 2 : 1, results, ETP_SLOT_HANDLER);
    etp_call_leave(vm);
    if (status == LUA_OK)
        return ETP_OK;
    bool limit = status == LUA_ERRMEM || etp_meter_dead(vm);
    etp_call_failure_text(vm, status, etp_hook_name(hook), script->last_error, sizeof script->last_error);
    lua_settop(L, ETP_SLOTS);
    return failed(script, limit ? ETP_ELIMIT : ETP_ESCRIPT);
}

/* What a hook returned was understood. */
static int note_success(etp_script *script, int result)
{
    script->failed_in_a_row = 0;
    return result;
}

int etp_call_judged(etp_script *script, etp_hook hook, int result, const etp_answer *answer)
{
    if (result >= 0)
        return note_success(script, result);
    snprintf(script->last_error, sizeof script->last_error, "%s: %s returned %s", script->vm->chunk,
             etp_hook_name(hook), answer->wrong);
    etp_call_disarm(script->last_error);
    return failed(script, ETP_ESCRIPT);
}

int etp_call_tell(etp_script *script, etp_hook hook, const etp_context *context, int argument)
{
    int result = etp_call_hook(script, hook, context, argument, 0);
    return result == ETP_OK ? note_success(script, ETP_OK) : result;
}

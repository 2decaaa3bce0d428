/* SPDX-License-Identifier: MIT */
/*
 * A newer version takes the place of the one that runs, or nothing happens at all.
 *
 *     apart       loaded as a script of its own, which shows whether it loads, and rehearsed, which changes it
 *     afresh      loaded once more from the same texts, with nothing of the rehearsal left in it
 *     carried     gets the host's parameters, and what the old version knows
 *     swapped     two pointers and the tables of hooks: nothing that could fail
 */
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "etp/rehearsal.h"
#include "script/internal.h"
#include "script/views/views.h"

/* ---- the new version against the old ---- */

static int check_kin(const etp_script *script, etp_vm *vm, bool named, etp_error *error)
{
    if (vm->role != script->vm->role)
        return etp_fail(error, ETP_ESCRIPT,
                        "%s: its role is \"%s\" now, and was \"%s\": a reload cannot change that, start again",
                        vm->chunk, etp_role_name(vm->role), etp_role_name(script->vm->role));
    if (named && strcmp(vm->name, script->name) != 0)
        return etp_fail(error, ETP_ESCRIPT,
                        "%s: its name is \"%s\" now, and was \"%s\": a reload cannot change that, start again",
                        vm->chunk, vm->name, script->name);
    memcpy(vm->name, script->name, sizeof vm->name);
    return ETP_OK;
}

static int keep_params(const etp_vm *old, etp_vm *vm, etp_error *error)
{
    for (unsigned i = 0; i < old->param_count; i++) {
        etp_error inner = {0};
        const etp_vm_param *param = &old->params[i];
        if (!param->given)
            continue;
        int result = etp_params_set(vm, param->name, param->value, &inner);
        if (result != ETP_OK)
            return etp_fail(error, result, "%s: a parameter that was set from outside cannot keep its value: %s",
                            vm->chunk, inner.text);
    }
    return ETP_OK;
}

static int fit(const etp_script *script, etp_vm *vm, etp_error *error)
{
    int result = check_kin(script, vm, vm->named, error);
    return result == ETP_OK ? keep_params(script->vm, vm, error) : result;
}

/* ---- the steps ---- */

/* on_save and on_load of one version must understand each other, or nothing could ever take over from it. */
static int rehearse_carrying(const etp_script *trial, etp_time now, etp_error *error)
{
    etp_error inner = {0};
    if (!trial->vm->has_hook[ETP_HOOK_ON_SAVE])
        return ETP_OK;
    int result = etp_carry_over(&trial->nodes, trial->vm, trial->vm, now, &inner);
    return result == ETP_OK ? ETP_OK : etp_fail(error, result, "in a dry call: %s", inner.text);
}

/* The trial is mute: what it has to say it will say again. */
static int try_apart(const etp_script *script, const etp_origin *origin, etp_time now, etp_error *error)
{
    etp_script_options options = script->options;
    options.logger = NULL;
    options.suspend_after = 0;
    options.suspend_after_overruns = 0;
    etp_script *trial = NULL;
    int result = etp_script_make(&trial, origin, &options, error);
    if (result == ETP_OK)
        result = fit(script, trial->vm, error);
    if (result == ETP_OK)
        result = etp_script_rehearse(trial, NULL, error);
    if (result == ETP_OK)
        result = rehearse_carrying(trial, now, error);
    etp_script_free(trial);
    return result;
}

static int make_successor(etp_script *script, const etp_origin *origin, etp_time now, etp_vm **successor,
                          etp_error *error)
{
    etp_vm *vm = NULL;
    int result = etp_vm_new(&vm, script, origin, error);
    if (result == ETP_OK)
        result = fit(script, vm, error);
    if (result == ETP_OK)
        result = etp_carry_over(&script->nodes, script->vm, vm, now, error);
    if (result != ETP_OK) {
        etp_vm_free(vm);
        return result;
    }
    *successor = vm;
    return ETP_OK;
}

static void swap(etp_script *script, etp_vm *successor, etp_sources *sources)
{
    etp_vm_free(script->vm);
    script->vm = successor;
    etp_script_fill_hooks(script);
    etp_sources_fini(&script->files);
    script->files = *sources;
    *sources = (etp_sources){.allocator = sources->allocator};
    script->version++;
    script->failed_in_a_row = 0;
    script->overruns_held = 0;
    script->stats.suspended = false;
    script->stats.reloads++;
    etp_log(&script->logger, ETP_LOG_INFO, "reload", "strategy=%s version=%u hash=%s", script->name, script->version,
            script->vm->hash);
}

static int refuse(etp_script *script, int code, const etp_error *error)
{
    char line[ETP_ERROR_TEXT_MAX];
    etp_call_clean(line, sizeof line, error->text, strlen(error->text));
    script->stats.reloads_refused++;
    etp_log(&script->logger, ETP_LOG_ERROR, "reload", "strategy=%s version=%u goes on error=%s reason=\"%s\"",
            script->name, script->version, etp_error_name(code), line);
    return code;
}

/* Takes the sources: they are those of the new version, or of the one that was refused. */
static int replace(etp_script *script, const etp_origin *origin, etp_sources *sources, etp_time now, etp_error *error)
{
    etp_error inner = {0};
    etp_vm *successor = NULL;
    script->busy = true;
    int result = try_apart(script, origin, now, &inner);
    if (result == ETP_OK)
        result = make_successor(script, origin, now, &successor, &inner);
    etp_sources_drop_texts(sources);
    etp_sources_fini(&script->refused);
    if (result == ETP_OK) {
        swap(script, successor, sources);
    } else {
        script->refused = *sources;
        *sources = (etp_sources){.allocator = sources->allocator};
        if (error != NULL)
            *error = inner;
        refuse(script, result, &inner);
    }
    script->busy = false;
    return result;
}

/* ---- doors ---- */

static int check_outside(const etp_script *script, etp_error *error)
{
    if (script == NULL)
        return etp_fail(error, ETP_EINVAL, "there is no script to reload");
    if (script->vm->context == NULL && !script->busy)
        return ETP_OK;
    return etp_fail(error, ETP_ESTATE, "%s: a script cannot be reloaded from within a call of its own hooks",
                    script->name);
}

int etp_script_reload_from(etp_script *script, const char *path, etp_time now, etp_error *error)
{
    etp_sources sources = {.allocator = script != NULL ? script->options.allocator : NULL};
    etp_origin origin = etp_origin_of_file(path, &sources);
    int result = check_outside(script, error);
    if (result == ETP_OK && path == NULL)
        result = etp_fail(error, ETP_EINVAL, "%s: a reload needs the path of a file", script->name);
    return result == ETP_OK ? replace(script, &origin, &sources, now, error) : result;
}

int etp_script_move(etp_script *script, const char *path, etp_time now, etp_error *error)
{
    const etp_allocator *allocator = script != NULL ? script->options.allocator : NULL;
    char *own = path != NULL ? etp_memory_copy(allocator, path) : NULL;
    if (path != NULL && own == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory", path);
    const uint64_t refused = script != NULL ? script->stats.reloads_refused : 0;
    int result = etp_script_reload_from(script, path, now, error);
    if (result == ETP_OK) {
        etp_memory_resize(allocator, script->path, 0);
        script->path = own;
        return ETP_OK;
    }
    etp_memory_resize(allocator, own, 0);
    if (script != NULL && script->stats.reloads_refused != refused)
        etp_sources_fini(&script->refused); /* a watch goes on with the files of what runs */
    return result;
}

int etp_script_reload(etp_script *script, etp_time now, etp_error *error)
{
    if (script != NULL && script->path == NULL)
        return etp_fail(error, ETP_ESTATE, "%s: was loaded from a text, so there is no file to read again",
                        script->name);
    return etp_script_reload_from(script, script != NULL ? script->path : NULL, now, error);
}

int etp_script_reload_text(etp_script *script, const char *chunk, const char *text, size_t size, etp_time now,
                           etp_error *error)
{
    etp_sources sources = {.allocator = script != NULL ? script->options.allocator : NULL};
    const etp_origin origin = {.chunk = chunk, .text = text, .size = size};
    int result = check_outside(script, error);
    if (result == ETP_OK && (chunk == NULL || text == NULL))
        result = etp_fail(error, ETP_EINVAL, "%s: a reload needs a text and its name", script->name);
    return result == ETP_OK ? replace(script, &origin, &sources, now, error) : result;
}

/* SPDX-License-Identifier: MIT */
/* The life of a script, and what a host asks of it. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "internal.h"

void etp_script_defaults(etp_script_options *options)
{
    if (options != NULL)
        *options = (etp_script_options){.size = sizeof *options};
}

static void fill_options(etp_script *script, const etp_script_options *given)
{
    etp_script_options *options = &script->options;
    if (given != NULL)
        *options = *given;
    options->size = sizeof *options;
    if (options->memory_limit == 0)
        options->memory_limit = (size_t)16 << 20;
    if (options->instruction_limit == 0)
        options->instruction_limit = 1000000;
    if (options->load_instruction_limit == 0)
        options->load_instruction_limit = 10000000;
    if (options->logger != NULL)
        script->logger = *options->logger;
    options->logger = &script->logger;
}

static int check_options(const etp_script_options *options, etp_error *error)
{
    if (options != NULL && options->size != sizeof *options)
        return etp_fail(error, ETP_EINVAL, "etp_script_options.size is %zu, not %zu: set it to its sizeof",
                        options->size, sizeof *options);
    if (options != NULL && !etp_allocator_is_whole(options->allocator))
        return etp_fail(error, ETP_EINVAL, "an allocator has both functions, allocate and release");
    return ETP_OK;
}

static const etp_allocator *allocator_of(const etp_script_options *options)
{
    return options != NULL ? options->allocator : NULL;
}

static int make(etp_script **script, const char *chunk, const char *folder, const char *text, size_t size,
                const etp_script_options *options, etp_error *error)
{
    etp_script *made = etp_memory_take(allocator_of(options), sizeof *made);
    if (made == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory", chunk);
    fill_options(made, options);
    made->plain = etp_locale_new();
    int result = etp_vm_new(&made->vm, made, chunk, folder, text, size, error);
    if (result != ETP_OK) {
        etp_script_free(made);
        return result;
    }
    if (made->vm->role == ETP_ROLE_AGGREGATOR)
        etp_aggregator_hooks_fill(made);
    else
        etp_bess_hooks_fill(made);
    *script = made;
    return ETP_OK;
}

static void folder_of(const char *path, char *folder, size_t room)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        snprintf(folder, room, "./");
    else
        snprintf(folder, room, "%.*s", (int)(slash - path + 1), path);
}

int etp_script_load(etp_script **script, const char *path, const etp_script_options *options, etp_error *error)
{
    if (script != NULL)
        *script = NULL;
    if (script == NULL || path == NULL)
        return etp_fail(error, ETP_EINVAL, "a script is loaded from a path, to a place for it");
    int result = check_options(options, error);
    if (result != ETP_OK)
        return result;
    char folder[sizeof((etp_vm *)NULL)->folder];
    if (strlen(path) >= sizeof folder)
        return etp_fail(error, ETP_EINVAL, "the path of the script is too long");
    folder_of(path, folder, sizeof folder);
    char *text = NULL;
    size_t size = 0;
    result = etp_source_read(path, allocator_of(options), &text, &size, error);
    if (result == ETP_OK)
        result = make(script, path, folder, text, size, options, error);
    etp_memory_resize(allocator_of(options), text, 0);
    return result;
}

int etp_script_load_text(etp_script **script, const char *chunk, const char *text, size_t size,
                         const etp_script_options *options, etp_error *error)
{
    if (script != NULL)
        *script = NULL;
    if (script == NULL || chunk == NULL || text == NULL)
        return etp_fail(error, ETP_EINVAL, "a script is loaded from a text with a name, to a place for it");
    int result = check_options(options, error);
    if (result != ETP_OK)
        return result;
    return make(script, chunk, "", text, size, options, error);
}

void etp_script_free(etp_script *script)
{
    if (script == NULL || (script->vm != NULL && script->vm->context != NULL))
        return;
    etp_vm_free(script->vm);
    etp_locale_free(script->plain);
    etp_memory_give(script->options.allocator, script, sizeof *script);
}

const char *etp_script_name(const etp_script *script)
{
    return script != NULL ? script->vm->name : NULL;
}

etp_role etp_script_role(const etp_script *script)
{
    return script != NULL ? script->vm->role : ETP_ROLE_BESS;
}

const char *etp_script_hash(const etp_script *script)
{
    return script != NULL ? script->vm->hash : NULL;
}

unsigned etp_script_param_count(const etp_script *script)
{
    return script != NULL ? script->vm->param_count : 0;
}

int etp_script_param(const etp_script *script, unsigned index, etp_param *param)
{
    if (script == NULL || param == NULL)
        return ETP_EINVAL;
    if (index >= script->vm->param_count)
        return ETP_ENOENT;
    const etp_vm_param *own = &script->vm->params[index];
    *param = (etp_param){.name = own->name,
                         .unit = own->unit,
                         .doc = own->doc,
                         .value = own->value,
                         .low = own->low,
                         .high = own->high,
                         .standard = own->standard,
                         .live = own->live};
    return ETP_OK;
}

int etp_script_set(etp_script *script, const char *name, double value, etp_error *error)
{
    if (script == NULL || name == NULL)
        return etp_fail(error, ETP_EINVAL, "a parameter is set by its name, in a script");
    return etp_params_set(script->vm, name, value, error);
}

const etp_aggregator_hooks *etp_script_aggregator_hooks(const etp_script *script)
{
    return script != NULL && script->vm->role == ETP_ROLE_AGGREGATOR ? &script->aggregator_hooks : NULL;
}

const etp_bess_hooks *etp_script_bess_hooks(const etp_script *script)
{
    return script != NULL && script->vm->role == ETP_ROLE_BESS ? &script->bess_hooks : NULL;
}

void etp_script_get_stats(const etp_script *script, etp_script_stats *stats)
{
    if (stats == NULL)
        return;
    *stats = script != NULL ? script->stats : (etp_script_stats){0};
    if (script == NULL)
        return;
    stats->memory_now = script->vm->meter.memory_now;
    stats->memory_peak = script->vm->meter.memory_peak;
}

const char *etp_script_last_error(const etp_script *script)
{
    return script != NULL ? script->last_error : NULL;
}

/* SPDX-License-Identifier: MIT */
/* The life of a script, and what a host asks of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void fill_options(etp_script *script, const etp_script_options *given)
{
    etp_script_options *options = &script->options;
    if (given != NULL)
        memcpy(options, given, given->size < sizeof *options ? given->size : sizeof *options);
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

static int make(etp_script **script, const char *chunk, const char *folder, const char *text, size_t size,
                const etp_script_options *options, etp_error *error)
{
    etp_script *made = calloc(1, sizeof *made);
    if (made == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory", chunk);
    fill_options(made, options);
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
    *script = NULL;
    char folder[sizeof((etp_vm *)NULL)->folder];
    if (strlen(path) >= sizeof folder)
        return etp_fail(error, ETP_EINVAL, "the path of the script is too long");
    folder_of(path, folder, sizeof folder);
    char *text = NULL;
    size_t size = 0;
    int result = etp_source_read(path, &text, &size, error);
    if (result == ETP_OK)
        result = make(script, path, folder, text, size, options, error);
    free(text);
    return result;
}

int etp_script_load_text(etp_script **script, const char *chunk, const char *text, size_t size,
                         const etp_script_options *options, etp_error *error)
{
    *script = NULL;
    return make(script, chunk, "", text, size, options, error);
}

void etp_script_free(etp_script *script)
{
    if (script == NULL)
        return;
    etp_vm_free(script->vm);
    free(script);
}

const char *etp_script_name(const etp_script *script)
{
    return script->vm->name;
}

etp_role etp_script_role(const etp_script *script)
{
    return script->vm->role;
}

const char *etp_script_hash(const etp_script *script)
{
    return script->vm->hash;
}

unsigned etp_script_param_count(const etp_script *script)
{
    return script->vm->param_count;
}

int etp_script_param(const etp_script *script, unsigned index, etp_param *param)
{
    return etp_params_get(script->vm, index, param);
}

int etp_script_set(etp_script *script, const char *name, double value, etp_error *error)
{
    return etp_params_set(script->vm, name, value, error);
}

const etp_aggregator_hooks *etp_script_aggregator_hooks(const etp_script *script)
{
    return script->vm->role == ETP_ROLE_AGGREGATOR ? &script->aggregator_hooks : NULL;
}

const etp_bess_hooks *etp_script_bess_hooks(const etp_script *script)
{
    return script->vm->role == ETP_ROLE_BESS ? &script->bess_hooks : NULL;
}

void etp_script_get_stats(const etp_script *script, etp_script_stats *stats)
{
    *stats = script->stats;
    stats->memory_now = script->vm->meter.memory_now;
    stats->memory_peak = script->vm->meter.memory_peak;
}

const char *etp_script_last_error(const etp_script *script)
{
    return script->last_error;
}

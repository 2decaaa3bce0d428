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

void etp_script_fill_hooks(etp_script *script)
{
    if (script->vm->role == ETP_ROLE_AGGREGATOR)
        etp_aggregator_hooks_fill(script);
    else
        etp_bess_hooks_fill(script);
}

int etp_script_make(etp_script **script, const etp_origin *origin, const etp_script_options *options, etp_error *error)
{
    *script = NULL;
    etp_script *made = calloc(1, sizeof *made);
    if (made == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory", origin->chunk);
    fill_options(made, options);
    made->version = 1;
    int result = etp_vm_new(&made->vm, made, origin, error);
    if (result != ETP_OK) {
        etp_script_free(made);
        return result;
    }
    memcpy(made->name, made->vm->name, sizeof made->name);
    etp_script_fill_hooks(made);
    *script = made;
    return ETP_OK;
}

etp_origin etp_origin_of_file(const char *path, etp_sources *sources)
{
    return (etp_origin){.chunk = path, .path = path, .sources = sources};
}

static int load(etp_script **script, const char *path, const etp_script_options *options, etp_sources *sources,
                etp_error *error)
{
    const etp_origin origin = etp_origin_of_file(path, sources);
    int result = etp_script_make(script, &origin, options, error);
    if (result != ETP_OK)
        return result;
    etp_sources_drop_texts(sources);
    (*script)->files = *sources;
    *sources = (etp_sources){0};
    (*script)->path = strdup(path);
    if ((*script)->path != NULL)
        return ETP_OK;
    etp_script_free(*script);
    *script = NULL;
    return etp_fail(error, ETP_ENOMEM, "%s: no memory", path);
}

int etp_script_load(etp_script **script, const char *path, const etp_script_options *options, etp_error *error)
{
    etp_sources sources = {0};
    int result = load(script, path, options, &sources, error);
    etp_sources_fini(&sources);
    return result;
}

int etp_script_load_text(etp_script **script, const char *chunk, const char *text, size_t size,
                         const etp_script_options *options, etp_error *error)
{
    const etp_origin origin = {.chunk = chunk, .text = text, .size = size};
    return etp_script_make(script, &origin, options, error);
}

void etp_script_free(etp_script *script)
{
    if (script == NULL)
        return;
    etp_vm_free(script->vm);
    etp_sources_fini(&script->files);
    etp_sources_fini(&script->refused);
    etp_nodes_fini(&script->nodes);
    free(script->path);
    free(script);
}

const char *etp_script_name(const etp_script *script)
{
    return script->name;
}

etp_role etp_script_role(const etp_script *script)
{
    return script->vm->role;
}

const char *etp_script_hash(const etp_script *script)
{
    return script->vm->hash;
}

unsigned etp_script_version(const etp_script *script)
{
    return script != NULL ? script->version : 0;
}

/* A module that was tried and not found is no file of the version. */
const char *etp_script_file(const etp_script *script, unsigned index)
{
    for (unsigned i = 0; script != NULL && i < script->files.count; i++) {
        if (script->files.list[i].code != ETP_OK)
            continue;
        if (index-- == 0)
            return script->files.list[i].path;
    }
    return NULL;
}

unsigned etp_script_param_count(const etp_script *script)
{
    return script->vm->param_count;
}

int etp_script_param(const etp_script *script, unsigned index, etp_param *param)
{
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

int etp_script_set_many(etp_script *script, const char *const *names, const double *values, unsigned count,
                        etp_error *error)
{
    int result = ETP_OK;
    if (script == NULL || (count > 0 && (names == NULL || values == NULL)))
        return etp_fail(error, ETP_EINVAL, "to set parameters there must be a script, names and values");
    for (unsigned i = 0; i < count && result == ETP_OK; i++)
        result = etp_params_check(script->vm, names[i], values[i], script->stats.calls > 0, error);
    for (unsigned i = 0; i < count && result == ETP_OK; i++)
        result = etp_params_set(script->vm, names[i], values[i], error);
    return result;
}

int etp_script_set(etp_script *script, const char *name, double value, etp_error *error)
{
    return etp_script_set_many(script, &name, &value, 1, error);
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

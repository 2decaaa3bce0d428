/* SPDX-License-Identifier: MIT */
/* The life of a script, and what a host asks of it. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "script/internal.h"
#include "script/views/views.h"

void etp_script_defaults(etp_script_options *options)
{
    if (options != NULL)
        *options = (etp_script_options){.size = sizeof *options};
}

void etp_script_fill_options(etp_script *script, const etp_script_options *given)
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
    etp_script *made = etp_memory_take(allocator_of(options), sizeof *made);
    if (made == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory", origin->chunk);
    etp_script_fill_options(made, options);
    made->plain = etp_locale_new();
    made->version = 1;
    made->nodes.allocator = made->options.allocator;
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
    *sources = (etp_sources){.allocator = sources->allocator};
    (*script)->path = etp_memory_copy(allocator_of(options), path);
    if ((*script)->path != NULL)
        return ETP_OK;
    etp_script_free(*script);
    *script = NULL;
    return etp_fail(error, ETP_ENOMEM, "%s: no memory", path);
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
    etp_sources sources = {.allocator = allocator_of(options)};
    result = load(script, path, options, &sources, error);
    etp_sources_fini(&sources);
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
    const etp_origin origin = {.chunk = chunk, .text = text, .size = size};
    return etp_script_make(script, &origin, options, error);
}

void etp_script_free(etp_script *script)
{
    if (script == NULL || script->busy || (script->vm != NULL && script->vm->context != NULL))
        return;
    etp_vm_free(script->vm);
    etp_sources_fini(&script->files);
    etp_sources_fini(&script->refused);
    etp_nodes_fini(&script->nodes);
    etp_memory_resize(script->options.allocator, script->path, 0);
    etp_locale_free(script->plain);
    etp_memory_give(script->options.allocator, script, sizeof *script);
}

const char *etp_script_name(const etp_script *script)
{
    return script != NULL ? script->name : NULL;
}

etp_role etp_script_role(const etp_script *script)
{
    return script != NULL ? script->vm->role : ETP_ROLE_BESS;
}

const char *etp_script_hash(const etp_script *script)
{
    return script != NULL ? script->vm->hash : NULL;
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
    return script != NULL ? script->vm->param_count : 0;
}

int etp_script_param(const etp_script *script, unsigned index, etp_param *param)
{
    if (script == NULL || param == NULL)
        return ETP_EINVAL;
    return etp_params_get(script->vm, index, param);
}

int etp_script_set_many(etp_script *script, const char *const *names, const double *values, unsigned count,
                        etp_error *error)
{
    int result = ETP_OK;
    if (script == NULL || (count > 0 && (names == NULL || values == NULL)))
        return etp_fail(error, ETP_EINVAL, "to set parameters there must be a script, names and values");
    for (unsigned i = 0; i < count; i++)
        if (names[i] == NULL)
            return etp_fail(error, ETP_EINVAL, "a parameter is set by its name");
    for (unsigned i = 0; i < count && result == ETP_OK; i++)
        result = etp_params_check(script->vm, names[i], values[i], script->stats.calls > 0, error);
    for (unsigned i = 0; i < count && result == ETP_OK; i++)
        result = etp_params_set(script->vm, names[i], values[i], error);
    return result;
}

int etp_script_set(etp_script *script, const char *name, double value, etp_error *error)
{
    if (script == NULL || name == NULL)
        return etp_fail(error, ETP_EINVAL, "a parameter is set by its name, in a script");
    return etp_script_set_many(script, &name, &value, 1, error);
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

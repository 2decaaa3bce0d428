/* SPDX-License-Identifier: MIT */
/* The files of one version. A reload loads the same texts twice, whatever happens to the files meanwhile. */
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "script/internal.h"

uint64_t etp_source_stamp(const char *text, size_t size)
{
    uint64_t hash = XXH3_64bits(text, size);
    return hash != 0 ? hash : 1;
}

static const etp_source *find(const etp_sources *sources, const char *path)
{
    for (unsigned i = 0; i < sources->count; i++)
        if (strcmp(sources->list[i].path, path) == 0)
            return &sources->list[i];
    return NULL;
}

static void fini_source(const etp_allocator *allocator, etp_source *source)
{
    etp_memory_resize(allocator, source->path, 0);
    etp_memory_resize(allocator, source->text, 0);
    etp_memory_resize(allocator, source->failure, 0);
}

static int fail_memory(const char *path, etp_error *error)
{
    return etp_fail(error, ETP_ENOMEM, "%s: no memory to read it", path);
}

/* What cannot be read is remembered too, for its coming into being is a change. */
static int read(const etp_allocator *allocator, etp_source *source, const char *path)
{
    etp_error error = {0};
    source->path = etp_memory_copy(allocator, path);
    if (source->path == NULL)
        return ETP_ENOMEM;
    source->code = etp_source_read(path, allocator, &source->text, &source->size, &error);
    if (source->code == ETP_OK) {
        source->stamp = etp_source_stamp(source->text, source->size);
        return ETP_OK;
    }
    source->failure = etp_memory_copy(allocator, error.text);
    return source->failure != NULL ? ETP_OK : ETP_ENOMEM;
}

static int add(etp_sources *sources, const char *path, etp_error *error)
{
    if (sources->count == ETP_SCRIPT_FILES_MAX)
        return etp_fail(error, ETP_EFULL, "%s: a script has at most %d files", path, ETP_SCRIPT_FILES_MAX);
    etp_source *list = etp_memory_resize(sources->allocator, sources->list, (sources->count + 1) * sizeof *list);
    if (list == NULL)
        return fail_memory(path, error);
    sources->list = list;
    etp_source *source = &list[sources->count];
    *source = (etp_source){0};
    if (read(sources->allocator, source, path) != ETP_OK) {
        fini_source(sources->allocator, source);
        return fail_memory(path, error);
    }
    sources->count++;
    return ETP_OK;
}

int etp_sources_read(etp_sources *sources, const char *path, const etp_source **found, etp_error *error)
{
    const etp_source *source = find(sources, path);
    if (source == NULL) {
        int result = add(sources, path, error);
        if (result != ETP_OK)
            return result;
        source = &sources->list[sources->count - 1];
    }
    *found = source;
    return source->code == ETP_OK ? ETP_OK : etp_fail(error, source->code, "%s", source->failure);
}

void etp_sources_drop_texts(etp_sources *sources)
{
    for (unsigned i = 0; i < sources->count; i++) {
        etp_memory_resize(sources->allocator, sources->list[i].text, 0);
        sources->list[i].text = NULL;
    }
}

void etp_sources_fini(etp_sources *sources)
{
    for (unsigned i = 0; i < sources->count; i++)
        fini_source(sources->allocator, &sources->list[i]);
    etp_memory_resize(sources->allocator, sources->list, 0);
    *sources = (etp_sources){.allocator = sources->allocator};
}

/* SPDX-License-Identifier: MIT */
/* The files of one version. A reload loads the same texts twice, whatever happens to the files meanwhile. */
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "internal.h"

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

static void fini_source(etp_source *source)
{
    free(source->path);
    free(source->text);
    free(source->failure);
}

static int fail_memory(const char *path, etp_error *error)
{
    return etp_fail(error, ETP_ENOMEM, "%s: no memory to read it", path);
}

/* What cannot be read is remembered too, for its coming into being is a change. */
static int read(etp_source *source, const char *path)
{
    etp_error error = {0};
    source->path = strdup(path);
    if (source->path == NULL)
        return ETP_ENOMEM;
    source->code = etp_source_read(path, &source->text, &source->size, &error);
    if (source->code == ETP_OK) {
        source->stamp = etp_source_stamp(source->text, source->size);
        return ETP_OK;
    }
    source->failure = strdup(error.text);
    return source->failure != NULL ? ETP_OK : ETP_ENOMEM;
}

static int add(etp_sources *sources, const char *path, etp_error *error)
{
    if (sources->count == ETP_SCRIPT_FILES_MAX)
        return etp_fail(error, ETP_EFULL, "%s: a script has at most %d files", path, ETP_SCRIPT_FILES_MAX);
    etp_source *list = realloc(sources->list, (sources->count + 1) * sizeof *list);
    if (list == NULL)
        return fail_memory(path, error);
    sources->list = list;
    etp_source *source = &list[sources->count];
    *source = (etp_source){0};
    if (read(source, path) != ETP_OK) {
        fini_source(source);
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
        free(sources->list[i].text);
        sources->list[i].text = NULL;
    }
}

void etp_sources_fini(etp_sources *sources)
{
    for (unsigned i = 0; i < sources->count; i++)
        fini_source(&sources->list[i]);
    free(sources->list);
    *sources = (etp_sources){0};
}

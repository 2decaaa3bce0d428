/* SPDX-License-Identifier: MIT */
/*
 * Which scripts have changed on disk. What a file holds is compared with what the script's last version read of it,
 * taken or refused; stamps of the file system only save reading.
 *
 * A stamp cannot be trusted while it is young: file systems count time in steps of some milliseconds, up to two seconds,
 * and an edit within one step may leave size and time as they were. Its age is measured on the poll's own clock.
 */
#include "etp/watch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "script/internal.h"

static const etp_time young = 2 * ETP_NS_PER_SECOND;
static const etp_time rest = 100 * ETP_NS_PER_MS;
static const etp_time long_rest = ETP_NS_PER_SECOND;

/* How the file system describes a file. */
typedef struct stamp {
    struct timespec modified, changed;
    off_t size;
    ino_t inode;
    dev_t device;
    bool there;
} stamp;

typedef struct watched_file {
    char *path;
    stamp stamp;
    etp_time stamp_since; /* when the stamp was first seen */
    etp_time text_since;  /* when the text was */
    uint64_t text;        /* etp_source_stamp(), 0 if it cannot be read */
    bool empty;
    bool seen;
    bool wanted; /* by the last version, in this poll */
} watched_file;

typedef struct watched {
    const etp_allocator *allocator; /* the watch's */
    etp_script *script;
    watched_file *files;
    unsigned count;
    uint64_t told; /* what all texts were when the script was reported last */
} watched;

struct etp_watch {
    const etp_allocator *allocator;
    watched *entries;
    unsigned count;
};

/* ---- one file ---- */

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same_stamp(const stamp *a, const stamp *b)
{
    return a->there == b->there && a->size == b->size && a->inode == b->inode && a->device == b->device &&
           same_time(a->modified, b->modified) && same_time(a->changed, b->changed);
}

static stamp stamp_of(const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return (stamp){.there = false};
    return (stamp){facts.st_mtim, facts.st_ctim, facts.st_size, facts.st_ino, facts.st_dev, true};
}

static void read_text(const etp_allocator *allocator, watched_file *file, etp_time clock)
{
    char *text = NULL;
    size_t size = 0;
    uint64_t found = 0;
    if (etp_source_read(file->path, allocator, &text, &size, NULL) == ETP_OK)
        found = etp_source_stamp(text, size);
    etp_memory_resize(allocator, text, 0);
    file->empty = found != 0 && size == 0;
    if (file->seen && found == file->text)
        return;
    file->text = found;
    file->text_since = clock;
    file->seen = true;
}

static void look_at(const etp_allocator *allocator, watched_file *file, etp_time clock)
{
    stamp now = stamp_of(file->path);
    bool same = file->seen && same_stamp(&now, &file->stamp);
    if (!same) {
        file->stamp = now;
        file->stamp_since = clock;
    }
    if (!same || clock - file->stamp_since < young)
        read_text(allocator, file, clock);
}

/* ---- the files of one script ---- */

static const etp_sources *sources_of(const etp_script *script)
{
    return script->refused.count > 0 ? &script->refused : &script->files;
}

static watched_file *find_file(watched *entry, const char *path)
{
    for (unsigned i = 0; i < entry->count; i++)
        if (strcmp(entry->files[i].path, path) == 0)
            return &entry->files[i];
    return NULL;
}

static watched_file *add_file(watched *entry, const char *path)
{
    watched_file *files = etp_memory_resize(entry->allocator, entry->files, (entry->count + 1) * sizeof *files);
    if (files == NULL)
        return NULL;
    entry->files = files;
    char *copy = etp_memory_copy(entry->allocator, path);
    if (copy == NULL)
        return NULL;
    files[entry->count] = (watched_file){.path = copy};
    return &files[entry->count++];
}

static bool want(watched *entry, const char *path)
{
    watched_file *file = find_file(entry, path);
    if (file == NULL)
        file = add_file(entry, path);
    if (file != NULL)
        file->wanted = true;
    return file != NULL;
}

static bool want_files(watched *entry)
{
    const etp_sources *sources = sources_of(entry->script);
    bool all = true;
    for (unsigned i = 0; i < entry->count; i++)
        entry->files[i].wanted = false;
    for (unsigned i = 0; i < sources->count; i++)
        all = want(entry, sources->list[i].path) && all;
    return all;
}

static void forget_unwanted(watched *entry)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < entry->count; i++) {
        if (entry->files[i].wanted)
            entry->files[kept++] = entry->files[i];
        else
            etp_memory_resize(entry->allocator, entry->files[i].path, 0);
    }
    entry->count = kept;
}

/* What the last version read of a file. */
static uint64_t text_read(const watched *entry, const char *path)
{
    const etp_sources *sources = sources_of(entry->script);
    for (unsigned i = 0; i < sources->count; i++)
        if (strcmp(sources->list[i].path, path) == 0)
            return sources->list[i].stamp;
    return 0;
}

static bool differs(const watched *entry, const watched_file *file)
{
    return file->text != text_read(entry, file->path);
}

static uint64_t sum_of(const watched *entry)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < entry->count; i++)
        sum = etp_hash(sum, entry->files[i].text, i, entry->count);
    return sum != 0 ? sum : 1;
}

static bool is_at_rest(const watched *entry, etp_time clock)
{
    for (unsigned i = 0; i < entry->count; i++) {
        const watched_file *file = &entry->files[i];
        bool gone = file->text == 0 && differs(entry, file);
        if (clock - file->text_since < (gone || file->empty ? long_rest : rest))
            return false;
    }
    return true;
}

/* A version from elsewhere is the host's doing, and stays until the host takes the script's own file again. */
static bool is_from_elsewhere(const etp_script *script)
{
    const etp_sources *sources = sources_of(script);
    return sources->count == 0 || strcmp(sources->list[0].path, script->path) != 0;
}

static bool is_due(watched *entry, etp_time clock)
{
    bool changed = false;
    if (is_from_elsewhere(entry->script) || !want_files(entry))
        return false;
    forget_unwanted(entry);
    for (unsigned i = 0; i < entry->count; i++) {
        look_at(entry->allocator, &entry->files[i], clock);
        changed = changed || differs(entry, &entry->files[i]);
    }
    /* What was told has been taken, or something newer has in its place: should it come back, it is news. */
    if (!changed)
        entry->told = 0;
    if (!changed || !is_at_rest(entry, clock))
        return false;
    uint64_t sum = sum_of(entry);
    if (sum == entry->told)
        return false;
    entry->told = sum;
    return true;
}

static void fini_entry(watched *entry)
{
    for (unsigned i = 0; i < entry->count; i++)
        etp_memory_resize(entry->allocator, entry->files[i].path, 0);
    etp_memory_resize(entry->allocator, entry->files, 0);
}

/* ---- the watch ---- */

int etp_watch_new(etp_watch **watch, const etp_allocator *allocator)
{
    if (watch == NULL || !etp_allocator_is_whole(allocator))
        return ETP_EINVAL;
    *watch = etp_memory_take(allocator, sizeof **watch);
    if (*watch == NULL)
        return ETP_ENOMEM;
    (*watch)->allocator = allocator;
    return ETP_OK;
}

void etp_watch_free(etp_watch *watch)
{
    if (watch == NULL)
        return;
    for (unsigned i = 0; i < watch->count; i++)
        fini_entry(&watch->entries[i]);
    etp_memory_resize(watch->allocator, watch->entries, 0);
    etp_memory_give(watch->allocator, watch, sizeof *watch);
}

int etp_watch_add(etp_watch *watch, etp_script *script)
{
    if (watch == NULL || script == NULL || script->path == NULL)
        return ETP_EINVAL;
    for (unsigned i = 0; i < watch->count; i++)
        if (watch->entries[i].script == script)
            return ETP_EEXIST;
    watched *entries = etp_memory_resize(watch->allocator, watch->entries, (watch->count + 1) * sizeof *entries);
    if (entries == NULL)
        return ETP_ENOMEM;
    watch->entries = entries;
    entries[watch->count++] = (watched){.script = script, .allocator = watch->allocator};
    return ETP_OK;
}

int etp_watch_remove(etp_watch *watch, const etp_script *script)
{
    if (watch == NULL || script == NULL)
        return ETP_EINVAL;
    for (unsigned i = 0; i < watch->count; i++) {
        if (watch->entries[i].script != script)
            continue;
        fini_entry(&watch->entries[i]);
        watch->entries[i] = watch->entries[--watch->count];
        return ETP_OK;
    }
    return ETP_ENOENT;
}

etp_script *etp_watch_poll(etp_watch *watch, etp_time clock)
{
    for (unsigned i = 0; watch != NULL && i < watch->count; i++)
        if (is_due(&watch->entries[i], clock))
            return watch->entries[i].script;
    return NULL;
}

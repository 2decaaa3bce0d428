/* SPDX-License-Identifier: MIT */
/* The files of a folder, looked at one by one. */
#include "data/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

/* Names that promise data: what is wrong with such a file is worth saying. */
static bool promises_data(const char *name)
{
    static const char *const ends[] = {".csv", ".gz", ".zip"};
    size_t size = strlen(name);
    for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t length = strlen(ends[i]);
        if (size > length && etp_span_is((etp_span){name + size - length, length}, ends[i]))
            return true;
    }
    return false;
}

static char *join(const char *folder, const char *name)
{
    size_t room = strlen(folder) + strlen(name) + 2, end = strlen(folder);
    char *path = malloc(room);
    if (path != NULL)
        snprintf(path, room, "%s%s%s", folder, end > 0 && folder[end - 1] == '/' ? "" : "/", name);
    return path;
}

static void drop_file(etp_catalogue_file *file)
{
    etp_data_about_fini(&file->about);
    free(file->path);
    free(file->error);
    *file = (etp_catalogue_file){0};
}

/* ---- one file ---- */

static void look_at(etp_catalogue *catalogue, etp_catalogue_file *file)
{
    etp_error error = {0};
    file->code = etp_data_look(&file->about, file->path, &error);
    file->unknown = file->code != 0 && file->about.format == NULL && file->about.lines > 0;
    const etp_data_format *format = file->about.format;
    bool caps = format == &etp_format_price_settings || format == &etp_format_price_thresholds;
    if (file->code == 0 && caps)
        file->code = etp_price_caps_read(&catalogue->caps, file->path, &error);
    if (file->code != 0)
        file->error = etp_memory_copy(NULL, error.text);
}

/* Enters a path that the catalogue takes over; NULL is a path that there was no memory for. */
static etp_catalogue_file *enter(etp_catalogue *catalogue, char *path)
{
    size_t size = (catalogue->count + 1) * sizeof *catalogue->files;
    etp_catalogue_file *files = path != NULL ? etp_memory_resize(NULL, catalogue->files, size) : NULL;
    if (files == NULL) {
        free(path);
        return NULL;
    }
    catalogue->files = files;
    etp_catalogue_file *file = &files[catalogue->count++];
    *file = (etp_catalogue_file){.path = path};
    look_at(catalogue, file);
    return file;
}

static int fail_memory(const char *path, etp_error *error)
{
    return etp_fail(error, ETP_ENOMEM, "%s: no memory to look at it", path);
}

int etp_catalogue_add_file(etp_catalogue *catalogue, const char *path, etp_error *error)
{
    return enter(catalogue, etp_memory_copy(NULL, path)) != NULL ? 0 : fail_memory(path, error);
}

/* ---- the folder ---- */

static bool is_plain(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

/* Enters a file of a folder if it is data, or should be. */
static int add_entry(etp_catalogue *catalogue, const char *folder, const char *name)
{
    char *path = join(folder, name);
    if (path != NULL && !is_plain(path)) {
        free(path);
        return 0;
    }
    const etp_catalogue_file *file = enter(catalogue, path);
    if (file == NULL)
        return ETP_ENOMEM;
    if (file->code != 0 && file->about.format == NULL && !promises_data(name))
        drop_file(&catalogue->files[--catalogue->count]);
    return 0;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* By bytes, so that no locale changes the order. */
static int compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int fail_folder(const char *folder, etp_error *error)
{
    char reason[128] = "";
    if (strerror_r(errno, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", errno);
    return etp_fail(error, ETP_EIO, "%s cannot be read as a folder: %s", folder, reason);
}

int etp_catalogue_add_folder(etp_catalogue *catalogue, const char *folder, etp_error *error)
{
    struct dirent **entries;
    int rc = 0, count = scandir(folder, &entries, is_visible, compare);
    if (count < 0)
        return fail_folder(folder, error);
    if (catalogue->folder == NULL && (catalogue->folder = etp_memory_copy(NULL, folder)) == NULL)
        rc = ETP_ENOMEM;
    for (int i = 0; i < count; i++) {
        if (rc == 0)
            rc = add_entry(catalogue, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return rc == 0 ? 0 : fail_memory(folder, error);
}

int etp_catalogue_read(etp_catalogue *catalogue, const char *folder, etp_error *error)
{
    *catalogue = (etp_catalogue){0};
    return etp_catalogue_add_folder(catalogue, folder, error);
}

int etp_catalogue_check_caps(etp_catalogue *catalogue, etp_error *error)
{
    int rc = 0;
    for (size_t i = 0; i < catalogue->count && rc == 0; i++)
        if (catalogue->files[i].code == 0)
            rc = etp_price_caps_check(&catalogue->caps, &catalogue->files[i].about, error);
    return rc;
}

void etp_catalogue_fini(etp_catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++)
        drop_file(&catalogue->files[i]);
    free(catalogue->files);
    free(catalogue->folder);
    *catalogue = (etp_catalogue){0};
}

const etp_catalogue_file *etp_catalogue_find(const etp_catalogue *catalogue, const char *format)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        const etp_catalogue_file *file = &catalogue->files[i];
        if (file->code == 0 && strcmp(file->about.format->name, format) == 0)
            return file;
    }
    return NULL;
}

/* SPDX-License-Identifier: MIT */
#include "study/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program/output.h"
#include "program/status.h"

enum { PATH_SIZE = 4096, PERMISSIONS = 0666, FOLDER_PERMISSIONS = 0777 };

static const char whole_suffix[] = ".json";
static const char half_suffix[] = ".part";

/* ---- names ---- */

static bool make_path(const etp_store *store, const char *name, const char *suffix, char path[PATH_SIZE])
{
    int size = snprintf(path, PATH_SIZE, "%s/%s%s", store->folder, name, suffix);
    return size > 0 && size < PATH_SIZE;
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t size = strlen(name), ending = strlen(suffix);
    return size > ending && strcmp(name + size - ending, suffix) == 0;
}

static bool is_key(const char *name, const char *suffix)
{
    return ends_with(name, suffix) && strlen(name) == ETP_CELL_KEY_MAX - 1 + strlen(suffix) &&
           strspn(name, "0123456789abcdef") == ETP_CELL_KEY_MAX - 1;
}

static int fail(const char *path, const char *what, etp_error *error)
{
    etp_fail(error, ETP_EIO, "%s cannot be %s: %s", path, what, strerror(errno));
    return ETP_EXIT_FAILED;
}

/* ---- the folder ---- */

/* Removes files of ours that end so. */
static int remove_all(const etp_store *store, const char *suffix, etp_error *error)
{
    char path[PATH_SIZE];
    const struct dirent *entry;
    DIR *listing = opendir(store->folder);
    int status = ETP_EXIT_DONE;
    if (listing == NULL)
        return fail(store->folder, "read", error);
    while (status == ETP_EXIT_DONE && (entry = readdir(listing)) != NULL)
        if (is_key(entry->d_name, suffix) && make_path(store, entry->d_name, "", path) && unlink(path) != 0)
            status = fail(path, "removed", error);
    closedir(listing);
    return status;
}

static int take_lock(etp_store *store, etp_error *error)
{
    char path[PATH_SIZE];
    if (!make_path(store, "lock", "", path)) {
        etp_fail(error, ETP_ERANGE, "%s is too long a name for a folder", store->folder);
        return ETP_EXIT_FAILED;
    }
    store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, PERMISSIONS);
    if (store->lock < 0)
        return fail(path, "written", error);
    if (flock(store->lock, LOCK_EX | LOCK_NB) == 0)
        return ETP_EXIT_DONE;
    if (errno != EWOULDBLOCK)
        return fail(path, "locked", error);
    etp_fail(error, ETP_ESTATE,
             "another etp-engine works in %s: wait for it, or give this one a folder of its own with --work",
             store->folder);
    return ETP_EXIT_FAILED;
}

int etp_store_open(etp_store *store, const char *folder, etp_error *error)
{
    size_t size = strlen(folder) + 1;
    *store = (etp_store){.folder = malloc(size), .lock = -1};
    if (store->folder == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for a folder's name");
        return ETP_EXIT_FAILED;
    }
    memcpy(store->folder, folder, size);
    if (mkdir(folder, FOLDER_PERMISSIONS) != 0 && errno != EEXIST)
        return fail(folder, "made", error);
    int status = take_lock(store, error);
    return status == ETP_EXIT_DONE ? remove_all(store, half_suffix, error) : status;
}

void etp_store_close(etp_store *store)
{
    if (store->folder != NULL && store->lock >= 0)
        close(store->lock);
    free(store->folder);
    *store = (etp_store){.lock = -1};
}

int etp_store_empty(const etp_store *store, etp_error *error)
{
    return remove_all(store, whole_suffix, error);
}

/* ---- files ---- */

etp_store_found etp_store_load(const etp_store *store, const etp_cell *cell, etp_cell_result *result, etp_error *error)
{
    char path[PATH_SIZE];
    etp_error inner = {0};
    if (!make_path(store, cell->key, whole_suffix, path))
        return ETP_STORE_NONE;
    FILE *in = fopen(path, "r");
    if (in == NULL)
        return ETP_STORE_NONE;
    int read = etp_cell_read(cell, in, result, &inner);
    fclose(in);
    if (read == ETP_OK)
        return ETP_STORE_FOUND;
    etp_fail(error, read, "%s %s", path, inner.text);
    return ETP_STORE_BAD;
}

/* To the disk before it gets its name: after a power cut a file is whole, or not there. */
static bool finish(FILE *out, int written)
{
    bool whole = written == ETP_OK && fflush(out) == 0 && fsync(fileno(out)) == 0;
    return fclose(out) == 0 && whole;
}

int etp_store_save(const etp_store *store, const etp_cell *cell, const etp_ground *ground,
                   const etp_cell_result *result, etp_error *error)
{
    char half[PATH_SIZE], whole[PATH_SIZE];
    if (!make_path(store, cell->key, half_suffix, half) || !make_path(store, cell->key, whole_suffix, whole)) {
        etp_fail(error, ETP_ERANGE, "%s is too long a name for a folder", store->folder);
        return ETP_EXIT_FAILED;
    }
    errno = 0;
    FILE *out = fopen(half, "w");
    if (out == NULL)
        return etp_output_fail(half, errno, error);
    if (finish(out, etp_cell_write(cell, ground, result, out)) && rename(half, whole) == 0)
        return ETP_EXIT_DONE;
    int reason = errno;
    unlink(half);
    return etp_output_fail(whole, reason, error);
}

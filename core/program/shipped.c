/* SPDX-License-Identifier: MIT */
#include "program/shipped.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "program/share.h"
#include "program/status.h"

enum { PATH_MAX_BYTES = ETP_SHARE_PATH_MAX };

/* The rivals that a newcomer meets first; others follow by their names. */
static const char *const first_rivals[] = {"greedy.lua", "conservative.lua", "aggressive.lua", "random.lua",
                                           "adaptive.lua"};
enum { FIRST_RIVALS = sizeof first_rivals / sizeof first_rivals[0] };

static const char suffix[] = ".lua";

/* ---- where ---- */

static bool find_folder(char *path, size_t size)
{
    return etp_share_find(ETP_SHARE_STRATEGIES, path, size);
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

char *etp_shipped_find(const char *name, const char *folder)
{
    char root[PATH_MAX_BYTES], path[2 * PATH_MAX_BYTES];
    if (strchr(name, '/') != NULL || etp_share_is_there(name) || !find_folder(root, sizeof root))
        return copy_text(name);
    static const char *const endings[] = {"", suffix};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        int needed = snprintf(path, sizeof path, "%s/%s%s%s", root, folder, name, endings[i]);
        if (needed > 0 && (size_t)needed < sizeof path && etp_share_is_there(path) && !etp_share_is_folder(path))
            return copy_text(path);
    }
    return copy_text(name);
}

/* ---- the list ---- */

static bool is_script(const char *name)
{
    size_t size = strlen(name);
    return name[0] != '.' && size >= sizeof suffix && strcmp(name + size - (sizeof suffix - 1), suffix) == 0;
}

static unsigned place_of(const char *name)
{
    unsigned place = 0;
    while (place < FIRST_RIVALS && strcmp(first_rivals[place], name) != 0)
        place++;
    return place;
}

static int compare(const void *left, const void *right)
{
    const char *a = strrchr(*(char *const *)left, '/') + 1, *b = strrchr(*(char *const *)right, '/') + 1;
    unsigned place_a = place_of(a), place_b = place_of(b);
    if (place_a != place_b)
        return place_a < place_b ? -1 : 1;
    return strcmp(a, b);
}

static bool add(etp_shipped *shipped, const char *folder, const char *name)
{
    char path[2 * PATH_MAX_BYTES + sizeof(struct dirent)];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char **longer = realloc(shipped->paths, (shipped->count + 1) * sizeof *longer);
    if (longer == NULL)
        return false;
    shipped->paths = longer;
    shipped->paths[shipped->count] = copy_text(path);
    return shipped->paths[shipped->count] != NULL && ++shipped->count > 0;
}

static bool add_all(etp_shipped *shipped, const char *folder, DIR *listing)
{
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL)
        if (is_script(entry->d_name) && !add(shipped, folder, entry->d_name))
            return false;
    return true;
}

/* False when memory ran out. */
static bool list_folder(etp_shipped *shipped, const char *folder, DIR *listing)
{
    bool done = add_all(shipped, folder, listing);
    if (done && shipped->count > 0)
        qsort(shipped->paths, shipped->count, sizeof *shipped->paths, compare);
    return done;
}

static int fail_nowhere(etp_error *error)
{
    const char *sources, *installed;
    etp_share_places(ETP_SHARE_STRATEGIES, &sources, &installed);
    etp_fail(error, ETP_ENOENT,
             "the strategies that come with etp-engine are neither in %s nor in %s: install them, or name your own and "
             "say --rivals 0",
             sources, installed);
    return ETP_EXIT_FAILED;
}

int etp_shipped_list(etp_shipped *shipped, etp_error *error)
{
    char folder[PATH_MAX_BYTES];
    *shipped = (etp_shipped){0};
    DIR *listing = find_folder(folder, sizeof folder) ? opendir(folder) : NULL;
    if (listing == NULL)
        return fail_nowhere(error);
    bool done = list_folder(shipped, folder, listing);
    closedir(listing);
    if (!done) {
        etp_fail(error, ETP_ENOMEM, "no memory for the list of shipped strategies");
        return ETP_EXIT_FAILED;
    }
    return ETP_EXIT_DONE;
}

void etp_shipped_fini(etp_shipped *shipped)
{
    for (unsigned i = 0; i < shipped->count; i++)
        free(shipped->paths[i]);
    free(shipped->paths);
    *shipped = (etp_shipped){0};
}

/* ---- the nearest ---- */

/* The file's name without its folder and ".lua", cut to what has room. `name` may be `path`. */
static void copy_bare_name(char *name, size_t size, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    size_t length = strlen(base) - (is_script(base) ? sizeof suffix - 1 : 0);
    if (length >= size)
        length = size - 1;
    memmove(name, base, length);
    name[length] = '\0';
}

bool etp_shipped_nearest(const char *name, const char *folder, char *nearest, size_t size)
{
    char root[PATH_MAX_BYTES], path[2 * PATH_MAX_BYTES], word[PATH_MAX_BYTES];
    etp_shipped shipped = {0};
    if (!find_folder(root, sizeof root))
        return false;
    snprintf(path, sizeof path, "%s/%s", root, folder);
    DIR *listing = opendir(path);
    if (listing == NULL)
        return false;
    bool listed = list_folder(&shipped, path, listing);
    closedir(listing);
    for (unsigned i = 0; i < shipped.count; i++)
        copy_bare_name(shipped.paths[i], strlen(shipped.paths[i]) + 1, shipped.paths[i]);
    copy_bare_name(word, sizeof word, name);
    const char *found = listed ? etp_nearest(word, (const char *const *)shipped.paths, shipped.count) : NULL;
    if (found != NULL)
        snprintf(nearest, size, "%s", found);
    etp_shipped_fini(&shipped);
    return found != NULL;
}
